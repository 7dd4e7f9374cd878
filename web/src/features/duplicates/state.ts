import { TIERS, type Tier } from '../../api/types';

export interface Duplicates {
  readonly tier?: Tier | undefined;
  /** The open group, by its place in the list. */
  readonly at?: number | undefined;
}

export function readDuplicates(raw: Record<string, unknown>): Duplicates {
  const at = Number(raw.at);
  const found: Duplicates = {
    tier: TIERS.find((tier) => tier === raw.tier),
    at: Number.isInteger(at) && at > 0 ? at : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
