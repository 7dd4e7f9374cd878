/** One result (filter and sort over one generation) as the grid reads it. */
import { useEffect, useReducer, useState, useSyncExternalStore } from 'react';
import { get, type Query, queryString } from '../../api/client';
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
  /** Cosine distance to what was searched with. */
  readonly distance: number | undefined;
}

const plain = (query: Query) => queryString(query) === '';

let births = 0;

export class Result {
  readonly pages: Pages<GridPage>;
  readonly key: string;
  /** Of which state of the dataset it is; unknown to whoever opens a picture by its address. */
  version: string | null = null;
  /** Later ones have higher numbers. */
  readonly born: number;
  readonly #datasetId: string;
  readonly #query: Query;
  #total: number | null = null;
  #walk: Walk | null = null;

  constructor(datasetId: string, query: Query, key: string) {
    births += 1;
    this.born = births;
    this.key = key;
    this.#datasetId = datasetId;
    this.#query = query;
    this.pages = new Pages<GridPage>(
      async (offset, _, signal) => {
        const page = await this.#page(offset, signal);
        this.#total = page.total;
        return page;
      },
      { size: PAGE, keep: KEEP },
    );
  }

  /** The page that begins at a multiple of `PAGE`, from memory or asked for. */
  async read(offset: number): Promise<GridPage> {
    return this.pages.get(offset)?.page ?? this.#page(offset);
  }

  async #page(offset: number, signal?: AbortSignal): Promise<GridPage> {
    const id = this.#datasetId;
    const query = this.#query;
    if (!this.#walk) {
      const asked = { ...query, offset, limit: PAGE };
      const page = await get<GridPage>(`/dataset/${id}/grid`, asked, signal);
      // Before the first generation there is no order but that of indexing.
      if (page.generation !== null || !plain(query)) return page;
      this.#walk = new Walk(
        (cursor, size) => get<Listing>(`/dataset/${id}/media`, { cursor, limit: size }),
        PAGE,
      );
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
      distance: page.distance?.[at],
    };
  }
}

/** The results looked at last, so that a picture opened from the grid knows its neighbours. */
const recent = new Map<string, Result>();
const RECENT = 4;

function remember(result: Result): Result {
  recent.delete(result.key);
  recent.set(result.key, result);
  for (const oldest of recent.keys()) {
    if (recent.size <= RECENT) break;
    recent.delete(oldest);
  }
  return result;
}

/** Forgets all results: whoever signs in next may see other pictures. */
export const forgetResults = () => recent.clear();

/** The result of this question as it was seen last. */
export function recentResult(datasetId: string, query: Query, key: string): Result {
  const whole = `${datasetId} ${key}`;
  return recent.get(whole) ?? remember(new Result(datasetId, query, whole));
}

/**
 * The result for this question. When only `version` changes (new pictures arrived, a generation
 * was published) the old one stays until the new one has its first page, so that nothing blinks.
 * No version means that it is not known yet.
 */
export function useResult(
  datasetId: string,
  query: Query,
  key: string,
  version: string | null,
  at: number,
): Result {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const begun = () => {
    const result = recentResult(datasetId, query, key);
    result.pages.want(at, at);
    return result;
  };
  const [shown, setShown] = useState(begun);
  let result = shown;
  if (shown.key !== `${datasetId} ${key}`) {
    shown.pages.close();
    result = begun();
    setShown(result);
  }
  useEffect(() => result.pages.subscribe(redraw), [result]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new version asks again
  useEffect(() => {
    if (version === null) return;
    if (result.version === null) result.version = version;
    if (result.version === version) return;
    const fresh = new Result(datasetId, query, result.key);
    fresh.version = version;
    fresh.pages.want(at, at);
    const stop = fresh.pages.subscribe(() => {
      if (fresh.total === null) return;
      stop();
      remember(fresh);
      setShown((now) => (now.key === fresh.key && now.born < fresh.born ? fresh : now));
    });
  }, [version, result.key]);
  return result;
}

/** Redraws when pages of the result arrive. */
export function useVersion(result: Result): number {
  return useSyncExternalStore(
    (listener) => result.pages.subscribe(listener),
    () => result.pages.version,
  );
}
