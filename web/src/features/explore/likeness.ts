/** How alike the results of a search are, from the distances of some of them. */
import { get, type Query } from '../../api/client';
import type { GridPage } from '../../api/types';

/** Bars from 0 to 1, one for each hundredth that a cut can be set to. */
export const LIKENESS_BARS = 100;
/** The first results are read whole: a cut is nearly always among them. */
const WHOLE = 1000;
/** Of the rest one in so many is asked for. */
const STEP = 1000;

/** The distance of the result at a place, the closest 0. */
export interface Known {
  readonly place: number;
  readonly distance: number;
}

/** Counts results by likeness; between known ones, by rising places, distances rise evenly. */
export function likenessBars(known: readonly Known[]): number[] {
  const bars = Array<number>(LIKENESS_BARS).fill(0);
  known.forEach(({ place, distance }, at) => {
    const next = known[at + 1];
    const many = next ? next.place - place : 1;
    const rise = next ? (next.distance - distance) / many : 0;
    for (let step = 0; step < many; step += 1) {
      // A hair more, so that what is written as 0.70 falls into the bar that begins there.
      const alike = (1 - (distance + rise * step)) * LIKENESS_BARS + 1e-4;
      const bar = Math.min(LIKENESS_BARS - 1, Math.max(0, Math.floor(alike)));
      bars[bar] = (bars[bar] as number) + 1;
    }
  });
  return bars;
}

/** Asks for as many distances as it takes to draw them. */
export async function readLikeness(
  datasetId: string,
  query: Query,
  signal: AbortSignal,
): Promise<number[]> {
  const page = (offset: number, limit: number) =>
    get<GridPage>(`/dataset/${datasetId}/grid`, { ...query, offset, limit }, signal);
  const first = await page(0, WHOLE);
  const known = (first.distance ?? []).map((distance, place): Known => ({ place, distance }));
  const places: number[] = [];
  for (let place = WHOLE; place < first.total - 1; place += STEP) places.push(place);
  if (first.total > WHOLE) places.push(first.total - 1);
  const rest = await Promise.all(
    places.map(async (place) => {
      const [distance] = (await page(place, 1)).distance ?? [];
      return distance === undefined ? [] : [{ place, distance }];
    }),
  );
  return likenessBars([...known, ...rest.flat()]);
}
