import { describe, expect, it } from 'vitest';
import { facets } from './queries';
import { stateOf, tellsOf, untilCounted } from './renew';
import type { Dataset } from './types';

const dataset = {
  id: 'd',
  status_new: 'INDEXING',
  updated_at: null,
  n_images: 0,
} as unknown as Dataset;

describe('what is asked for again', () => {
  it('follows the status, a published generation and pictures that arrive', () => {
    const before = stateOf(dataset);
    expect(stateOf({ ...dataset, progress: 40 })).toBe(before);
    expect(stateOf({ ...dataset, status_new: 'READY' } as Dataset)).not.toBe(before);
    expect(stateOf({ ...dataset, updated_at: '2026-01-01T00:00:00Z' })).not.toBe(before);
    expect(stateOf({ ...dataset, n_images: 7 })).not.toBe(before);
  });

  it('is what tells of the pictures of this dataset and of no other', () => {
    expect(tellsOf('d', ['dataset', 'd', 'facets', {}])).toBe(true);
    expect(tellsOf('d', ['dataset', 'd', 'duplicates', 'exact', 0, 50])).toBe(true);
    expect(tellsOf('d', ['dataset', 'e', 'facets', {}])).toBe(false);
    expect(tellsOf('d', ['dataset', 'd'])).toBe(false);
    expect(tellsOf('d', ['dataset', 'd', 'marks'])).toBe(false);
    expect(tellsOf('d', ['datasets'])).toBe(false);
  });

  it('counts are asked for until they are known, and ever less', () => {
    const again = (generation: number | null | undefined, dataUpdateCount: number) =>
      untilCounted({
        state: { data: generation === undefined ? undefined : { generation }, dataUpdateCount },
      });
    expect(again(undefined, 0)).toBe(false);
    expect(again(3, 1)).toBe(false);
    const soon = again(null, 1);
    const later = again(null, 1000);
    expect(soon).toBeGreaterThan(0);
    expect(later).toBeGreaterThan(Number(soon));
    expect(facets('d', {}).refetchInterval).toBe(untilCounted);
  });
});
