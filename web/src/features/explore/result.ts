/** One result (filter and sort over one generation) as the grid reads it. */
import { get, type Query, queryString } from '../../api/client';
import { type Dataset, type GridPage, ISSUES } from '../../api/types';
import { type Item, Listing, PAGE, recalled } from './listing';
import { asPage, type Listing as Listed, Walk } from './walk';

const plain = (query: Query) => queryString(query) === '';

export class Result extends Listing<GridPage> {
  readonly #ask: (offset: number, signal?: AbortSignal) => Promise<GridPage>;

  constructor(datasetId: string, query: Query, key: string) {
    const ask = asking(datasetId, query);
    super(key, (offset, _, signal) => ask(offset, signal));
    this.#ask = ask;
  }

  /** The page that begins at a multiple of `PAGE`, from memory or asked for. */
  async read(offset: number): Promise<GridPage> {
    return this.pages.get(offset)?.page ?? this.#ask(offset);
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

/** Asks for pages; before the first generation there is no order but that of indexing. */
function asking(id: string, query: Query) {
  let walk: Walk | null = null;
  return async (offset: number, signal?: AbortSignal): Promise<GridPage> => {
    if (!walk) {
      const asked = { ...query, offset, limit: PAGE };
      const page = await get<GridPage>(`/dataset/${id}/grid`, asked, signal);
      if (page.generation !== null || !plain(query)) return page;
      walk = new Walk(
        (cursor, size) => get<Listed>(`/dataset/${id}/media`, { cursor, limit: size }),
        PAGE,
      );
    }
    const walking = walk;
    const { n_images } = await get<Dataset>(`/dataset/${id}`);
    const items = await walking.page(offset);
    return asPage(items, offset, walking.total(n_images));
  };
}

/** The key of a result among all listings. */
export const keyOf = (datasetId: string, key: string) => `${datasetId} ${key}`;

/** The result of this question as it was seen last. */
export const recentResult = (datasetId: string, query: Query, key: string): Result =>
  recalled(keyOf(datasetId, key), (whole) => new Result(datasetId, query, whole));
