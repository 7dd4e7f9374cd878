/**
 * Pages of a long result, fetched for what is on the screen and forgotten when far away.
 *
 * Framework-free: `get` answers from memory, `want` says which stretch is on the screen now, and
 * listeners hear when something arrived. Requests for pages that scrolled away are dropped.
 */

export interface Settings {
  /** Rows of one page. */
  readonly size: number;
  /** Pages kept in memory. */
  readonly keep: number;
}

export type Fetch<P> = (offset: number, limit: number, signal: AbortSignal) => Promise<P>;

export class Pages<P> {
  readonly #fetch: Fetch<P>;
  readonly #settings: Settings;
  readonly #have = new Map<number, P>();
  readonly #failed = new Map<number, Error>();
  readonly #coming = new Map<number, AbortController>();
  readonly #listeners = new Set<() => void>();
  #version = 0;

  constructor(fetch: Fetch<P>, settings: Settings) {
    this.#fetch = fetch;
    this.#settings = settings;
  }

  /** Grows whenever something arrived or failed. */
  get version(): number {
    return this.#version;
  }

  /** Why the last wanted page failed, if one did. */
  get error(): Error | null {
    return this.#failed.values().next().value ?? null;
  }

  /** The page that holds the row and the row's place in it. */
  get(index: number): { page: P; at: number } | null {
    const number = Math.floor(index / this.#settings.size);
    const page = this.#have.get(number);
    return page === undefined ? null : { page, at: index - number * this.#settings.size };
  }

  /** Fetches what is missing of `first … last`; drops requests for anything else. */
  want(first: number, last: number): void {
    const from = Math.floor(first / this.#settings.size);
    const to = Math.floor(last / this.#settings.size);
    for (const [number, control] of this.#coming) {
      if (number < from || number > to) {
        control.abort();
        this.#coming.delete(number);
      }
    }
    for (let number = from; number <= to; number += 1) {
      const page = this.#have.get(number);
      if (page !== undefined) {
        // Put back at the end: the order of the map is the order of last use.
        this.#have.delete(number);
        this.#have.set(number, page);
      } else if (!this.#coming.has(number) && !this.#failed.has(number)) {
        this.#load(number);
      }
    }
  }

  /** Forgets failures, so that the next `want` tries again. */
  retry(): void {
    this.#failed.clear();
    this.#changed();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Drops every request under way. */
  close(): void {
    for (const control of this.#coming.values()) control.abort();
    this.#coming.clear();
  }

  #load(number: number): void {
    const control = new AbortController();
    this.#coming.set(number, control);
    const { size } = this.#settings;
    this.#fetch(number * size, size, control.signal).then(
      (page) => {
        if (control.signal.aborted) return;
        this.#coming.delete(number);
        this.#have.set(number, page);
        for (const oldest of this.#have.keys()) {
          if (this.#have.size <= this.#settings.keep) break;
          this.#have.delete(oldest);
        }
        this.#changed();
      },
      (cause: unknown) => {
        if (control.signal.aborted) return;
        this.#coming.delete(number);
        this.#failed.set(number, cause instanceof Error ? cause : new Error(String(cause)));
        this.#changed();
      },
    );
  }

  #changed(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}
