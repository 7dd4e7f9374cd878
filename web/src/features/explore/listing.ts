/** What the grid shows: so many items in an order, in pages that come when they are wanted. */
import { useEffect, useReducer, useState, useSyncExternalStore } from 'react';
import type { Issue } from '../../api/types';
import { type Fetch, Pages } from '../../grid/pages';

export const PAGE = 200;
const KEEP = 80;

export interface Item {
  readonly index: number;
  /** The picture. */
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
  /** The part of the picture that is meant, where not all of it is. */
  readonly part?: { readonly id: string; readonly label: string; readonly source: string };
}

let births = 0;

export abstract class Listing<P extends { total: number } = { total: number }> {
  readonly key: string;
  readonly pages: Pages<P>;
  /** Of which state of the dataset it is; unknown to whoever opens a picture by its address. */
  version: string | null = null;
  /** Later ones have higher numbers. */
  readonly born: number;
  #total: number | null = null;

  constructor(key: string, fetch: Fetch<P>) {
    births += 1;
    this.born = births;
    this.key = key;
    this.pages = new Pages<P>(
      async (offset, limit, signal) => {
        const page = await fetch(offset, limit, signal);
        this.#total = page.total;
        return page;
      },
      { size: PAGE, keep: KEEP },
    );
  }

  /** Items in all; nothing until the first page is here. */
  get total(): number | null {
    return this.#total;
  }

  abstract item(index: number): Item | null;
}

/** What was looked at last, so that a picture opened from the grid knows its neighbours. */
const recent = new Map<string, Listing>();
const RECENT = 4;

function remember(listing: Listing) {
  recent.delete(listing.key);
  recent.set(listing.key, listing);
  for (const oldest of recent.keys()) {
    if (recent.size <= RECENT) break;
    recent.delete(oldest);
  }
}

/** Forgets all: whoever signs in next may see other pictures. */
export const forgetResults = () => recent.clear();

/** The listing under this key as it was seen last, or a new one. */
export function recalled<L extends Listing>(key: string, make: (key: string) => L): L {
  const known = recent.get(key) as L | undefined;
  if (known) return known;
  const made = make(key);
  remember(made);
  return made;
}

/**
 * The listing of this key. When only `version` changes (new pictures arrived, a generation was
 * published) the old one stays until the new one has its first page, so that nothing blinks. No
 * version means that it is not known yet.
 */
export function useListing<L extends Listing>(
  key: string,
  make: (key: string) => L,
  version: string | null,
  at: number,
): L {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const begun = () => {
    const listing = recalled(key, make);
    listing.pages.want(at, at);
    return listing;
  };
  const [shown, setShown] = useState(begun);
  let listing = shown;
  if (shown.key !== key) {
    shown.pages.close();
    listing = begun();
    setShown(listing);
  }
  useEffect(() => listing.pages.subscribe(redraw), [listing]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new version asks again
  useEffect(() => {
    if (version === null) return;
    if (listing.version === null) listing.version = version;
    if (listing.version === version) return;
    const fresh = make(listing.key);
    fresh.version = version;
    fresh.pages.want(at, at);
    const stop = fresh.pages.subscribe(() => {
      if (fresh.total === null) return;
      stop();
      remember(fresh);
      setShown((now) => (now.key === fresh.key && now.born < fresh.born ? fresh : now));
    });
  }, [version, listing.key]);
  return listing;
}

/** Redraws when pages of the listing arrive. */
export function useVersion(listing: Listing): number {
  return useSyncExternalStore(
    (listener) => listing.pages.subscribe(listener),
    () => listing.pages.version,
  );
}
