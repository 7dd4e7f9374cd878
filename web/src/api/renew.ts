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

/** Counts are not known before the first generation, so they are asked for until they are. */
export const uncounted = (answer: { generation: number | null } | undefined): boolean =>
  answer !== undefined && answer.generation === null;

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
