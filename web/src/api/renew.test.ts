import { describe, expect, it } from 'vitest';
import { facets } from './queries';
import { stateOf, tellsOf } from './renew';
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

  it('counts are asked for until they are known', () => {
    const again = facets('d', {}).refetchInterval as (query: {
      state: { data?: { generation: number | null } };
    }) => number | false;
    expect(again({ state: { data: { generation: null } } })).toBeGreaterThan(0);
    expect(again({ state: { data: { generation: 3 } } })).toBe(false);
    expect(again({ state: {} })).toBe(false);
  });
});
