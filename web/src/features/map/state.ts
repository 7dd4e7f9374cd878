/** The state of the map, as it stands in the address: the filter of exploring, and colouring. */
import { type Explore, readExplore } from '../explore/state';

export const COLOURINGS = [
  ['cluster', 'Cluster'],
  ['label', 'Label'],
  ['issue', 'Issue'],
  ['copies', 'Duplicates'],
  ['uniqueness', 'How unusual'],
] as const;
export type Colouring = (typeof COLOURINGS)[number][0];

export interface MapState extends Explore {
  readonly colour?: Colouring | undefined;
}

export function readMap(raw: Record<string, unknown>): MapState {
  const colour = COLOURINGS.map(([word]) => word).find(
    (word) => word === raw.colour && word !== 'cluster',
  );
  return colour ? { ...readExplore(raw), colour } : readExplore(raw);
}
