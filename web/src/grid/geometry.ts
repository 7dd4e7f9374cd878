/**
 * Where every tile of a grid lies, for any number of pictures, without touching the page.
 *
 * A geometry is made once for (pictures, width, tile size) and then answers in constant or
 * logarithmic time. All numbers are whole CSS pixels, so that rows never blur or drift.
 */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Geometry {
  /** Pictures in all. */
  readonly count: number;
  /** Rows in all. */
  readonly rows: number;
  /** Height of everything in pixels; may be more than a browser can make an element. */
  readonly height: number;
  /** The row at this height; the nearest one outside. 0 when there are none. */
  rowAt(y: number): number;
  /** First picture of a row; `rowStart(rows)` is `count`. */
  rowStart(row: number): number;
  rowTop(row: number): number;
  rowHeight(row: number): number;
  /** The row of a picture. */
  rowOf(index: number): number;
  /** The box of a picture. */
  box(index: number): Box;
}

export const GAP = 2;

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

/** Equal squares, as many in a row as fit at about `size` pixels. */
export function rectangular(count: number, width: number, size: number): Geometry {
  const columns = Math.max(1, Math.round((width + GAP) / (size + GAP)));
  const step = (width + GAP) / columns;
  const side = Math.max(1, Math.floor(step - GAP));
  const rows = Math.ceil(count / columns);
  const rowOf = (index: number) => Math.floor(index / columns);
  const rowTop = (row: number) => row * (side + GAP);
  return {
    count,
    rows,
    height: rows === 0 ? 0 : rows * (side + GAP) - GAP,
    rowAt: (y) => clamp(Math.floor(y / (side + GAP)), 0, Math.max(0, rows - 1)),
    rowStart: (row) => Math.min(row * columns, count),
    rowTop,
    rowHeight: () => side,
    rowOf,
    box: (index) => {
      const column = index % columns;
      const x = Math.round(column * step);
      // The last column ends exactly at the edge; the slack of rounding goes into widths.
      const right = column === columns - 1 ? width : Math.round((column + 1) * step) - GAP;
      return { x, y: rowTop(rowOf(index)), width: Math.max(1, right - x), height: side };
    },
  };
}

/** Narrowest and widest shape a tile takes; beyond, the picture is cropped. */
const SHAPE_MIN = 0.4;
const SHAPE_MAX = 4;

/** What one byte of `/grid/shape` says: width over height. */
export function shapeOf(byte: number): number {
  return 2 ** ((byte - 128) / 32);
}

/** The byte that says this shape; the inverse of {@link shapeOf}. */
export function shapeByte(width: number, height: number): number {
  return clamp(Math.round(128 + 32 * Math.log2(width / height)), 0, 255);
}

const SHAPES = Float64Array.from({ length: 256 }, (_, byte) =>
  clamp(shapeOf(byte), SHAPE_MIN, SHAPE_MAX),
);

/**
 * Rows of equal width and varying height, pictures in their own shape.
 *
 * `shapes` has one byte a picture. A row is closed by the picture that brings its height nearest
 * to `size`; the last one keeps `size`, unless it is full.
 */
export function justified(shapes: Uint8Array, width: number, size: number): Geometry {
  const count = shapes.length;
  const starts: number[] = [];
  const tops: number[] = [];
  const heights: number[] = [];
  let top = 0;
  let at = 0;
  while (at < count) {
    let sum = 0;
    let end = at;
    let height = size;
    while (end < count) {
      const next = sum + (SHAPES[shapes[end] as number] as number);
      const room = width - GAP * (end - at);
      const fitted = room / next;
      if (fitted < size) {
        const before = sum > 0 ? (room + GAP) / sum : Number.POSITIVE_INFINITY;
        // Compare by ratio: half as high is as wrong as twice as high.
        if (end === at || fitted * before >= size * size) {
          height = fitted;
          sum = next;
          end += 1;
        } else {
          height = before;
        }
        break;
      }
      sum = next;
      end += 1;
    }
    if (end === count && height === size && sum > 0) {
      height = Math.min(size, (width - GAP * (end - at - 1)) / sum);
    }
    height = Math.max(1, Math.floor(height));
    starts.push(at);
    tops.push(top);
    heights.push(height);
    top += height + GAP;
    at = end;
  }
  const rows = starts.length;
  const search = (list: number[], value: number) => {
    let low = 0;
    let high = list.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((list[middle] as number) <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const rowStart = (row: number) => (row >= rows ? count : (starts[row] as number));
  const rowOf = (index: number) => search(starts, index);
  return {
    count,
    rows,
    height: rows === 0 ? 0 : top - GAP,
    rowAt: (y) => search(tops, y),
    rowStart,
    rowTop: (row) => tops[row] ?? 0,
    rowHeight: (row) => heights[row] ?? 0,
    rowOf,
    box: (index) => {
      const row = rowOf(index);
      const start = rowStart(row);
      const end = rowStart(row + 1);
      const height = heights[row] ?? 0;
      let sum = 0;
      let before = 0;
      for (let i = start; i < end; i += 1) {
        if (i === index) before = sum;
        sum += SHAPES[shapes[i] as number] as number;
      }
      const own = SHAPES[shapes[index] as number] as number;
      const room = width - GAP * (end - start - 1);
      // Full rows share the whole width; a short last row keeps the shapes.
      const scale = room / sum < height + 1.5 || row < rows - 1 ? room / sum : height;
      const x = Math.round(before * scale + GAP * (index - start));
      const right = Math.round((before + own) * scale + GAP * (index - start));
      return { x, y: tops[row] ?? 0, width: Math.max(1, right - x), height };
    },
  };
}

/** Rows to draw for a view of `height` pixels at `top`, with a margin on both sides. */
export function visibleRows(
  geometry: Geometry,
  top: number,
  height: number,
  margin: number,
): { first: number; last: number } {
  if (geometry.rows === 0) return { first: 0, last: -1 };
  return { first: geometry.rowAt(top - margin), last: geometry.rowAt(top + height + margin) };
}

/**
 * The picture above or below, by the middle of the tile: what arrow keys mean when rows do not
 * line up. Stays where it is at the first and the last row.
 */
export function vertical(geometry: Geometry, index: number, step: number): number {
  const row = geometry.rowOf(index);
  const target = clamp(row + step, 0, Math.max(0, geometry.rows - 1));
  if (target === row) return index;
  const own = geometry.box(index);
  const middle = own.x + own.width / 2;
  let best = geometry.rowStart(target);
  let distance = Number.POSITIVE_INFINITY;
  for (let i = best; i < geometry.rowStart(target + 1); i += 1) {
    const box = geometry.box(i);
    const off = Math.abs(box.x + box.width / 2 - middle);
    if (off < distance) {
      distance = off;
      best = i;
    }
  }
  return best;
}
