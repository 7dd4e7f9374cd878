/**
 * The pictures of a dataset in the order of indexing, for one that is being indexed for the first
 * time and has no other order yet.
 *
 * A cursor leads just to the page after, so a far page costs all pages before it, once.
 */
import type { Card, GridPage } from '../../api/types';

export interface Listing {
  items: Card[];
  next_cursor: string | null;
}

export type Ask = (cursor: string | null, limit: number) => Promise<Listing>;

export class Walk {
  readonly #ask: Ask;
  readonly #size: number;
  /** The cursor of every page reached so far; nothing after the last page. */
  readonly #cursors: (string | null)[] = [null];
  #ended: number | null = null;

  constructor(ask: Ask, size: number) {
    this.#ask = ask;
    this.#size = size;
  }

  /** Pictures in all where the walk came to the end, else what `guess` says. */
  total(guess: number): number {
    return this.#ended ?? guess;
  }

  /** The page that begins at a multiple of the page size. */
  async page(offset: number): Promise<Card[]> {
    const wanted = Math.floor(offset / this.#size);
    for (;;) {
      const at = Math.min(wanted, this.#cursors.length - 1);
      const { items, next_cursor } = await this.#ask(this.#cursors[at] ?? null, this.#size);
      if (next_cursor === null) this.#ended = at * this.#size + items.length;
      else this.#cursors[at + 1] = next_cursor;
      if (at === wanted) return items;
      if (next_cursor === null) return [];
    }
  }
}

/** Listed pictures as a page of the grid. */
export function asPage(items: readonly Card[], offset: number, total: number): GridPage {
  return {
    generation: null,
    total,
    offset,
    id: items.map((one) => one.media_id),
    path: items.map((one) => one.original_uri),
    width: items.map((one) => one.width),
    height: items.map((one) => one.height),
    rgb: items.map((one) => Number.parseInt(one.measures.mean_colour.slice(1), 16)),
    issues: items.map(() => 0),
    copies: items.map(() => 0),
    v: items.map((one) => one.media_thumb_uri.split('v=')[1] ?? ''),
  };
}
