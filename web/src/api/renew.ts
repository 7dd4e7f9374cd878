/**
 * What a page asks of a dataset is asked for again when the dataset itself changed: pictures
 * arrived, a generation was published. Where the server tells by events this happens anyway; where
 * none come, or one came before the page listened, only the dataset's own answer tells it.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { Dataset } from './types';

/** Another word for each state in which answers about the dataset's pictures may differ. */
export const stateOf = (dataset: Dataset): string =>
  `${dataset.status_new} ${dataset.updated_at} ${dataset.n_images}`;

/**
 * Whether an answer with this key tells of the pictures of the dataset. The grid keeps its pages
 * by the state above, and marks count changes of tags only.
 */
export function tellsOf(id: string, key: readonly unknown[]): boolean {
  const [subject, dataset, part] = key;
  return (
    subject === 'dataset' &&
    dataset === id &&
    part !== undefined &&
    part !== 'marks' &&
    part !== 'shape'
  );
}

/** How often what is not counted yet is asked for again; later, as of a set that failed, less. */
const SOON_MS = 2_000;
const LATER_MS = 30_000;
const SOON = 60;

/** Counts are not known before the first generation, so they are asked for until they are. */
export function untilCounted(query: {
  state: { data?: { generation: number | null } | undefined; dataUpdateCount: number };
}): number | false {
  const { data, dataUpdateCount } = query.state;
  if (!data || data.generation !== null) return false;
  return dataUpdateCount < SOON ? SOON_MS : LATER_MS;
}

/** Asks again for what was answered about another state of this dataset. */
export function useRenewal(dataset: Dataset | undefined) {
  const queries = useQueryClient();
  const before = useRef<{ id: string; state: string } | null>(null);
  useEffect(() => {
    if (!dataset) return;
    const now = { id: dataset.id, state: stateOf(dataset) };
    const was = before.current;
    before.current = now;
    if (was?.id !== now.id || was.state === now.state) return;
    queries.invalidateQueries({ predicate: ({ queryKey }) => tellsOf(now.id, queryKey) });
  }, [dataset, queries]);
}
