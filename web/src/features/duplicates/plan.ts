/** The plan for copies, fetched as the list of its groups is scrolled. */
import { useEffect, useMemo, useReducer, useRef } from 'react';
import { get, type Query } from '../../api/client';
import type { Plan, PlannedGroup } from '../../api/types';
import { Pages } from '../../grid/pages';
import type { Duplicates } from './state';

const PAGE = 50;

/** What decides about a plan, as the API names it. */
export const planQuery = ({ tier, keep, likeness }: Duplicates): Query => ({
  tier,
  keep,
  likeness,
});

/**
 * The plan for a rule. `version` changes when decisions or pictures did; the list stays as it is
 * until the new plan has its first page.
 */
export function usePlan(id: string, state: Duplicates, version: string) {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const key = JSON.stringify([planQuery(state), version]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all of it
  const pages = useMemo(
    () =>
      new Pages<Plan>(
        (offset, limit, signal) =>
          get<Plan>(
            `/dataset/${id}/duplicates/plan`,
            { ...planQuery(state), offset, limit },
            signal,
          ),
        { size: PAGE, keep: 40 },
      ),
    [id, key],
  );
  const before = useRef<{ id: string; pages: Pages<Plan> } | null>(null);
  useEffect(() => {
    const stop = pages.subscribe(redraw);
    pages.want(0, 0);
    return stop;
  }, [pages]);
  const ready = pages.get(0) !== null;
  if (ready) before.current = { id, pages };
  const shown = ready || before.current?.id !== id ? pages : before.current.pages;
  const summary = shown.get(0)?.page ?? null;
  const group = (index: number): PlannedGroup | null => {
    const found = shown.get(index);
    return found?.page.groups[found.at] ?? null;
  };
  const want = (first: number, last: number) => {
    pages.want(first, last);
    if (shown !== pages) shown.want(first, last);
  };
  return { pages, summary, group, want, waiting: shown !== pages || !ready };
}
