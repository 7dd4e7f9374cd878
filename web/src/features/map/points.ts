/** The map as the server packs it, and finding points on it. Pure. */

/** Stands for no place. */
export const NOWHERE = 65535;
/** The largest coordinate. */
export const EDGE = 65534;
/** A picture that passes the filter. */
export const WANTED = 128;
export const COPIES = 16;
export const EXTRA = 32;

export interface Points {
  readonly count: number;
  readonly clusters: number;
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  /** Bits in the order of ISSUES. */
  readonly issues: Uint16Array;
  readonly cluster: Uint16Array;
  readonly flags: Uint8Array;
  readonly uniqueness: Uint8Array;
  /** Numbers in `labels`. */
  readonly label: Uint8Array;
  /** The most frequent labels, the most frequent first. */
  readonly labels: readonly string[];
}

/** A label that has no number; and no label. */
export const OTHER_LABEL = 254;
export const NO_LABEL = 255;

const MAGIC = 'LAMMAP02';
/** Bytes of what goes before the lists, and of a point in all of them. */
const HEAD = 16;
const BYTES = 11;

/** Reads what the server sent; throws when it is something else. */
export function unpack(bytes: Uint8Array): Points {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = String.fromCharCode(...bytes.subarray(0, 8));
  const count = bytes.length >= HEAD ? view.getUint32(8, true) : 0;
  if (magic !== MAGIC || bytes.length < HEAD + count * BYTES) {
    throw new Error('the server sent something that is no map; reload the page');
  }
  let at = HEAD;
  // Sliced, because numbers of two bytes must lie at even places.
  const part = (size: number) => {
    const from = at;
    at += count * size;
    return bytes.slice(from, at);
  };
  const short = () => new Uint16Array(part(2).buffer);
  return {
    count,
    clusters: view.getUint32(12, true),
    x: short(),
    y: short(),
    issues: short(),
    cluster: short(),
    flags: part(1),
    uniqueness: part(1),
    label: part(1),
    labels: JSON.parse(new TextDecoder().decode(bytes.subarray(at))) as string[],
  };
}

const SIDE = 256;
const cellOf = (value: number) => Math.min(SIDE - 1, (value * SIDE) >> 16);

/** Finds points near a place without looking at all of them: points sorted into square cells. */
export class Near {
  readonly #points: Points;
  readonly #start: Uint32Array;
  readonly #rows: Uint32Array;

  constructor(points: Points) {
    this.#points = points;
    const start = new Uint32Array(SIDE * SIDE + 1);
    const cell = (row: number) =>
      cellOf(points.y[row] as number) * SIDE + cellOf(points.x[row] as number);
    for (let row = 0; row < points.count; row += 1) {
      if (points.x[row] !== NOWHERE) start[cell(row) + 1] = (start[cell(row) + 1] as number) + 1;
    }
    for (let at = 0; at < SIDE * SIDE; at += 1) {
      start[at + 1] = (start[at + 1] as number) + (start[at] as number);
    }
    const next = start.slice();
    const rows = new Uint32Array(start[SIDE * SIDE] as number);
    for (let row = 0; row < points.count; row += 1) {
      if (points.x[row] === NOWHERE) continue;
      const at = cell(row);
      rows[next[at] as number] = row;
      next[at] = (next[at] as number) + 1;
    }
    this.#start = start;
    this.#rows = rows;
  }

  /** The nearest point within a reach, all in the map's numbers; those that pass come first. */
  find(x: number, y: number, reach: number): number | null {
    const { x: xs, y: ys, flags } = this.#points;
    const [left, right] = [x - reach, x + reach].map((v) => cellOf(Math.max(0, v)));
    const [top, bottom] = [y - reach, y + reach].map((v) => cellOf(Math.max(0, v)));
    let best: number | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (let row = top as number; row <= (bottom as number); row += 1) {
      for (let column = left as number; column <= (right as number); column += 1) {
        const cell = row * SIDE + column;
        const end = this.#start[cell + 1] as number;
        for (let at = this.#start[cell] as number; at < end; at += 1) {
          const point = this.#rows[at] as number;
          const away = Math.hypot((xs[point] as number) - x, (ys[point] as number) - y);
          if (away > reach) continue;
          const rank = ((flags[point] as number) & WANTED ? 0 : 1e9) + away;
          if (rank < least) {
            least = rank;
            best = point;
          }
        }
      }
    }
    return best;
  }
}

export type Corner = readonly [x: number, y: number];

/** A line with at most `most` corners that stays as close to the drawn one as that allows. */
export function simplified(line: readonly Corner[], most: number): Corner[] {
  if (line.length <= most) return [...line];
  const kept: Corner[] = [];
  for (let at = 0; at < most; at += 1) {
    kept.push(line[Math.floor((at * line.length) / most)] as Corner);
  }
  return kept;
}

/** Whether a place lies within a closed line (even–odd rule). */
export function holds(line: readonly Corner[], x: number, y: number): boolean {
  let inside = false;
  let before = line.at(-1) as Corner;
  for (const corner of line) {
    const [x1, y1] = corner;
    const [x2, y2] = before;
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) inside = !inside;
    before = corner;
  }
  return inside;
}

/** How many points that pass the filter lie within. */
export function countIn(points: Points, line: readonly Corner[]): number {
  const xs = line.map(([x]) => x);
  const ys = line.map(([, y]) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  let sum = 0;
  for (let row = 0; row < points.count; row += 1) {
    const [x, y] = [points.x[row] as number, points.y[row] as number];
    if (x === NOWHERE || x < left || x > right || y < top || y > bottom) continue;
    if ((points.flags[row] as number) & WANTED && holds(line, x, y)) sum += 1;
  }
  return sum;
}

/** The line as the address and the API write it. */
export const areaText = (line: readonly Corner[]) =>
  line
    .map((corner) =>
      corner.map((value) => Math.min(EDGE, Math.max(0, Math.round(value)))).join(','),
    )
    .join(' ');
