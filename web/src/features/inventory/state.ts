import type { Dataset, StatusNew } from '../../api/types';

export const ORDERS = [
  ['-date', 'Newest first'],
  ['date', 'Oldest first'],
  ['name', 'Name'],
  ['-size', 'Most pictures'],
  ['status', 'Status'],
] as const;
export type Order = (typeof ORDERS)[number][0];

export const STATUSES = [
  'READY',
  'INDEXING',
  'READ ONLY',
  'PARTIAL INDEX',
  'DRAFT',
  'ERROR',
] as const;

export interface Inventory {
  readonly q?: string | undefined;
  readonly status?: StatusNew | undefined;
  readonly sort?: Order | undefined;
}

export function readInventory(raw: Record<string, unknown>): Inventory {
  const found: Inventory = {
    q: typeof raw.q === 'string' && raw.q !== '' ? raw.q : undefined,
    status: STATUSES.find((status) => status === raw.status),
    sort: ORDERS.map(([order]) => order).find((order) => order === raw.sort && order !== '-date'),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** Whose it is, if anybody's: nobody's where there are no accounts. */
export const ownerOf = (dataset: Dataset): string | null => dataset.owner;

const RULES: Record<Order, (a: Dataset, b: Dataset) => number> = {
  '-date': (a, b) => b.created_at.localeCompare(a.created_at),
  date: (a, b) => a.created_at.localeCompare(b.created_at),
  name: (a, b) => a.display_name.localeCompare(b.display_name, 'en', { numeric: true }),
  '-size': (a, b) => b.n_images - a.n_images,
  status: (a, b) => STATUSES.indexOf(a.status_new) - STATUSES.indexOf(b.status_new),
};

/** Those that are asked for, in the order asked for; equal ones newest first. */
export function arrange(datasets: readonly Dataset[], state: Inventory): Dataset[] {
  const part = state.q?.toLocaleLowerCase() ?? '';
  return datasets
    .filter(
      (one) =>
        one.display_name.toLocaleLowerCase().includes(part) &&
        (state.status === undefined || one.status_new === state.status),
    )
    .sort((a, b) => RULES[state.sort ?? '-date'](a, b) || RULES['-date'](a, b));
}
