/** The part of the address after `?`, as plain words: lists are repeated, nothing is quoted. */
import { type Query, queryString } from './api/client';

export function readSearch(text: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  const params = new URLSearchParams(text);
  for (const name of new Set(params.keys())) {
    const values = params.getAll(name);
    found[name] = values.length === 1 ? (values[0] as string) : values;
  }
  return found;
}

export const writeSearch = (search: Record<string, unknown>): string =>
  queryString(search as Query);
