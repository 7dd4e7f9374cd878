/**
 * In which order pictures stand: by what, and which end comes first.
 *
 * A word as the API takes it, with `-` before it for the greatest first. Each way round has words
 * of its own, because "descending" says nothing about dates, sizes or doubts.
 */
import { ISSUES, type Issue } from '../../api/types';

const FILES = ['path', 'name', 'newest', 'size', 'pixels'] as const;
/** By what; names and places, then scores. */
export const ORDER_KEYS = [...FILES, 'uniqueness', ...ISSUES] as const;
export type OrderKey = (typeof ORDER_KEYS)[number];
/** An order; `closest` is that of a search, which nobody chooses. */
export type Sort = OrderKey | `-${OrderKey}` | 'closest';

export const isOfFiles = (key: OrderKey) => (FILES as readonly OrderKey[]).includes(key);

/** What an order is by; nothing for that of a search. */
export const keyOf = (sort: Sort): OrderKey | null =>
  ORDER_KEYS.find((key) => sort === key || sort === `-${key}`) ?? null;

/** The end that one wants to see first: the beginning of names, and the most of all else. */
export const usualWay = (key: OrderKey): Sort =>
  key === 'path' || key === 'name' ? key : `-${key}`;

/** The other way round. */
export function turned(sort: Sort): Sort {
  const key = keyOf(sort);
  return key === null ? sort : sort === key ? `-${key}` : key;
}

/** The order that a word means; nothing where it means none, or the one that needs no word. */
export function readSort(word: unknown): Sort | undefined {
  if (typeof word !== 'string' || word === 'path') return undefined;
  return ORDER_KEYS.flatMap((key): Sort[] => [key, `-${key}`]).find((sort) => sort === word);
}

const FILE_ENDS: Record<
  (typeof FILES)[number] | 'uniqueness',
  readonly [least: string, most: string]
> = {
  path: ['A to Z', 'Z to A'],
  name: ['A to Z', 'Z to A'],
  newest: ['oldest first', 'newest first'],
  size: ['smallest first', 'largest first'],
  pixels: ['fewest first', 'most first'],
  uniqueness: ['most common first', 'most unusual first'],
};

/** Which end comes first, in words. */
export function wayText(sort: Sort): string {
  const key = keyOf(sort);
  if (key === null) return 'most alike first';
  const most = sort !== key;
  if ((ISSUES as readonly string[]).includes(key)) return most ? 'surest first' : 'surest last';
  return FILE_ENDS[key as Exclude<OrderKey, Issue>][most ? 1 : 0];
}
