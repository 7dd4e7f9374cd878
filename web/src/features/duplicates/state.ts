import { TIERS, type Tier } from '../../api/types';
import { readRule } from './rule';

export interface Duplicates {
  readonly tier?: Tier | undefined;
  /** What is better in a copy, the most important first; the analysis decides where nothing is said. */
  readonly keep?: readonly string[] | undefined;
  /** Copies less like the kept one stay, 0–1. */
  readonly likeness?: number | undefined;
  /** The open group, by its place in the list. */
  readonly at?: number | undefined;
}

export function readDuplicates(raw: Record<string, unknown>): Duplicates {
  const at = Number(raw.at);
  const likeness = Number(raw.likeness);
  const found: Duplicates = {
    tier: TIERS.find((tier) => tier === raw.tier),
    keep: readRule(raw.keep),
    likeness: likeness > 0 && likeness <= 1 ? Math.round(likeness * 100) / 100 : undefined,
    at: Number.isInteger(at) && at > 0 ? at : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
