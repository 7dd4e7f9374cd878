/** One result (filter and sort over one generation) as the grid reads it. */
import { useEffect, useReducer, useRef, useState, useSyncExternalStore } from 'react';
import { ApiError, get, type Query, queryString } from '../../api/client';
import { type Dataset, type GridPage, ISSUES, type Issue } from '../../api/types';
import { Pages } from '../../grid/pages';
import { asPage, type Listing, Walk } from './walk';

export const PAGE = 200;
const KEEP = 80;

export interface Item {
  readonly index: number;
  readonly id: string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly colour: string;
  readonly worst: Issue | null;
  readonly copies: number;
  readonly v: string | undefined;
}

/** Whether the server does not know this address at all. */
export const unknownRoute = (cause: unknown): boolean =>
  cause instanceof ApiError && cause.status === 404 && !cause.code.startsWith('dataset');

const plain = (query: Query) => queryString(query) === '';

export class Result {
  readonly pages: Pages<GridPage>;
  readonly key: string;
  #total: number | null = null;
  #walk: Walk | null = null;

  constructor(datasetId: string, query: Query, key: string) {
    this.key = key;
    this.pages = new Pages<GridPage>(
      async (offset, limit, signal) => {
        const page = await this.#page(datasetId, query, offset, limit, signal);
        this.#total = page.total;
        return page;
      },
      { size: PAGE, keep: KEEP },
    );
  }

  async #page(
    id: string,
    query: Query,
    offset: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<GridPage> {
    if (!this.#walk) {
      try {
        return await get<GridPage>(`/dataset/${id}/grid`, { ...query, offset, limit }, signal);
      } catch (cause) {
        if (!unknownRoute(cause) || !plain(query)) throw cause;
        this.#walk = new Walk(
          (cursor, size) => get<Listing>(`/dataset/${id}/media`, { cursor, limit: size }),
          PAGE,
        );
      }
    }
    const walk = this.#walk;
    const { n_images } = await get<Dataset>(`/dataset/${id}`);
    const items = await walk.page(offset);
    return asPage(items, offset, walk.total(n_images));
  }

  /** Pictures in all; nothing until the first page is here. */
  get total(): number | null {
    return this.#total;
  }

  item(index: number): Item | null {
    const found = this.pages.get(index);
    if (!found) return null;
    const { page, at } = found;
    const id = page.id[at];
    if (id === undefined) return null;
    const bits = page.issues[at] ?? 0;
    return {
      index,
      id,
      path: page.path[at] ?? '',
      width: page.width[at] ?? 1,
      height: page.height[at] ?? 1,
      colour: `#${(page.rgb[at] ?? 0x808080).toString(16).padStart(6, '0')}`,
      worst: ISSUES.find((_, bit) => bits & (1 << bit)) ?? null,
      copies: page.copies[at] ?? 0,
      v: page.v?.[at],
    };
  }
}

/**
 * The result for this question. When only `version` changes (new pictures arrived, a generation
 * was published) the old one stays until the new one has its first page, so that nothing blinks.
 */
export function useResult(
  datasetId: string,
  query: Query,
  key: string,
  version: string,
  at: number,
): Result {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const whole = `${datasetId} ${key}`;
  const make = () => {
    const result = new Result(datasetId, query, whole);
    result.pages.want(at, at);
    return result;
  };
  const [shown, setShown] = useState(() => ({ result: make(), version }));
  const next = useRef<Result | null>(null);
  let current = shown;
  if (shown.result.key !== whole) {
    shown.result.pages.close();
    current = { result: make(), version };
    setShown(current);
  }
  const result = current.result;
  useEffect(() => result.pages.subscribe(redraw), [result]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new version asks again
  useEffect(() => {
    if (current.version === version) return;
    const fresh = make();
    next.current = fresh;
    const stop = fresh.pages.subscribe(() => {
      if (next.current === fresh && fresh.total !== null) {
        stop();
        setShown({ result: fresh, version });
      }
    });
    return stop;
  }, [version, whole]);
  return result;
}

/** Redraws when pages of the result arrive. */
export function useVersion(result: Result): number {
  return useSyncExternalStore(
    (listener) => result.pages.subscribe(listener),
    () => result.pages.version,
  );
}
