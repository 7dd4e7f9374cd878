import { useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useVersion } from '../explore/listing';
import { recentParts } from '../explore/parts';
import { recentResult } from '../explore/result';
import { filterOf, resultKey } from '../explore/state';

/** Neighbours told on each side. */
const REACH = 8;

/** The pictures, or boxes, before and after this one in the result it was opened from. */
export function useNeighbours(id: string, mediaId: string) {
  const state = useSearch({ from: '/dataset/$id/data/image/$mediaId' });
  const { at } = state;
  const key = resultKey(state);
  const { sort } = state;
  const result =
    state.view === 'objects'
      ? recentParts(id, state)
      : recentResult(id, { ...filterOf(state), sort }, key);
  useVersion(result);
  useEffect(() => {
    if (at !== undefined) result.pages.want(Math.max(0, at - REACH), at + REACH);
  }, [at, result]);
  const { total } = result;
  if (at === undefined || total === null || result.item(at)?.id !== mediaId) return null;
  const items = [];
  for (let index = Math.max(0, at - REACH); index <= Math.min(total - 1, at + REACH); index += 1) {
    const item = result.item(index);
    if (item) items.push(item);
  }
  return { at, total, items };
}
