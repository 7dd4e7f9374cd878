import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../api/types';
import { arrange, readInventory } from './state';

const dataset = (display_name: string, day: number, more: Partial<Dataset> = {}) =>
  ({
    display_name,
    created_at: `2026-01-0${day}T00:00:00Z`,
    status_new: 'READY',
    n_images: 0,
    ...more,
  }) as Dataset;

const ALL = [
  dataset('set 10', 1),
  dataset('Set 9', 2, { n_images: 50, status_new: 'ERROR' }),
  dataset('Harbour', 3, { n_images: 50 }),
];

const names = (list: Dataset[]) => list.map((one) => one.display_name);

describe('the list of datasets', () => {
  it('is newest first unless asked otherwise', () => {
    expect(names(arrange(ALL, {}))).toEqual(['Harbour', 'Set 9', 'set 10']);
    expect(names(arrange(ALL, { sort: 'name' }))).toEqual(['Harbour', 'Set 9', 'set 10']);
    expect(names(arrange(ALL, { sort: '-size' }))).toEqual(['Harbour', 'Set 9', 'set 10']);
    expect(names(arrange(ALL, { sort: 'date' }))).toEqual(['set 10', 'Set 9', 'Harbour']);
  });

  it('finds part of a name in any case, and a status', () => {
    expect(names(arrange(ALL, { q: 'SET' }))).toEqual(['Set 9', 'set 10']);
    expect(names(arrange(ALL, { status: 'ERROR' }))).toEqual(['Set 9']);
  });

  it('reads its address leniently', () => {
    expect(readInventory({ q: '', status: 'GONE', sort: '-date' })).toEqual({});
    expect(readInventory({ q: 'x', status: 'READ ONLY', sort: 'name' })).toEqual({
      q: 'x',
      status: 'READ ONLY',
      sort: 'name',
    });
  });
});
