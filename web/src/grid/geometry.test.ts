import { describe, expect, it } from 'vitest';
import {
  GAP,
  type Geometry,
  justified,
  rectangular,
  shapeByte,
  shapeOf,
  vertical,
  visibleRows,
} from './geometry';

/** Numbers that look random and are the same every time. */
function* numbers(seed: number): Generator<number> {
  let state = seed >>> 0;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

function shapes(count: number, seed = 7): Uint8Array {
  const random = numbers(seed);
  const next = () => random.next().value as number;
  return Uint8Array.from({ length: count }, () => Math.floor(next() * 256));
}

const made: [string, (count: number, width: number, size: number) => Geometry][] = [
  ['rectangular', rectangular],
  ['justified', (count, width, size) => justified(shapes(count), width, size)],
];

describe.each(made)('%s', (_, make) => {
  const cases = [
    [0, 900, 160],
    [1, 900, 160],
    [57, 900, 160],
    [1000, 1373, 96],
    [1000, 331, 320],
    [500, 20, 160],
  ] as const;

  it.each(cases)(
    'tiles %i pictures over %i px without overlap or overhang',
    (count, width, size) => {
      const geometry = make(count, width, size);
      let index = 0;
      for (let row = 0; row < geometry.rows; row += 1) {
        expect(geometry.rowStart(row)).toBe(index);
        let x = 0;
        for (; index < geometry.rowStart(row + 1); index += 1) {
          const box = geometry.box(index);
          expect(geometry.rowOf(index)).toBe(row);
          expect(box.y).toBe(geometry.rowTop(row));
          expect(box.height).toBe(geometry.rowHeight(row));
          expect(box.x).toBeGreaterThanOrEqual(x);
          expect(box.width).toBeGreaterThan(0);
          x = box.x + box.width + GAP;
        }
        if (width > 100) expect(x - GAP).toBeLessThanOrEqual(width + 1);
        const bottom = geometry.rowTop(row) + geometry.rowHeight(row);
        expect(row + 1 === geometry.rows ? geometry.height : geometry.rowTop(row + 1) - GAP).toBe(
          bottom,
        );
      }
      expect(index).toBe(count);
    },
  );

  it('finds the row at any height', () => {
    const geometry = make(1000, 900, 160);
    for (let row = 0; row < geometry.rows; row += 1) {
      expect(geometry.rowAt(geometry.rowTop(row))).toBe(row);
      expect(geometry.rowAt(geometry.rowTop(row) + geometry.rowHeight(row) - 1)).toBe(row);
    }
    expect(geometry.rowAt(-500)).toBe(0);
    expect(geometry.rowAt(geometry.height + 5000)).toBe(geometry.rows - 1);
  });

  it('draws a bounded number of rows at a million pictures', () => {
    const geometry = make(1_000_000, 1200, 160);
    for (const part of [0, 0.3, 0.77, 1]) {
      const { first, last } = visibleRows(geometry, geometry.height * part, 900, 450);
      expect(geometry.rowStart(last + 1) - geometry.rowStart(first)).toBeLessThan(400);
    }
  });

  it('moves up and down to the tile that lies over or under', () => {
    const geometry = make(500, 900, 160);
    const index = geometry.rowStart(3);
    const below = vertical(geometry, index, 1);
    expect(geometry.rowOf(below)).toBe(4);
    const [own, other] = [geometry.box(index), geometry.box(below)];
    const middle = own.x + own.width / 2;
    for (let i = geometry.rowStart(4); i < geometry.rowStart(5); i += 1) {
      const box = geometry.box(i);
      expect(Math.abs(box.x + box.width / 2 - middle)).toBeGreaterThanOrEqual(
        Math.abs(other.x + other.width / 2 - middle),
      );
    }
    expect(vertical(geometry, 0, -1)).toBe(0);
    expect(vertical(geometry, 499, 5)).toBe(499);
  });
});

describe('justified', () => {
  it('fills every row but the last to the edge', () => {
    const geometry = justified(shapes(2000), 1200, 180);
    for (let row = 0; row < geometry.rows - 1; row += 1) {
      const box = geometry.box(geometry.rowStart(row + 1) - 1);
      expect(Math.abs(box.x + box.width - 1200)).toBeLessThanOrEqual(1);
    }
  });

  it('keeps rows near the size asked for', () => {
    const usual = Uint8Array.from({ length: 3000 }, (_, i) => [142, 128, 115, 150][i % 4] ?? 128);
    const geometry = justified(usual, 1200, 180);
    for (let row = 0; row < geometry.rows; row += 1) {
      expect(geometry.rowHeight(row)).toBeGreaterThan(120);
      expect(geometry.rowHeight(row)).toBeLessThan(270);
    }
  });

  it('does not blow up one last picture', () => {
    expect(justified(Uint8Array.of(128), 1200, 180).box(0)).toEqual({
      x: 0,
      y: 0,
      width: 180,
      height: 180,
    });
  });
});

describe('the byte of a shape', () => {
  it('keeps a shape to about two per cent', () => {
    for (const [width, height] of [
      [1, 1],
      [16, 9],
      [3, 4],
      [4000, 1000],
    ] as const) {
      expect(shapeOf(shapeByte(width, height)) / (width / height)).toBeCloseTo(1, 1);
    }
  });

  it('stays a byte for absurd shapes', () => {
    expect(shapeByte(1, 60000)).toBe(0);
    expect(shapeByte(60000, 1)).toBe(255);
  });
});
