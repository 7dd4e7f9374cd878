import { describe, expect, it } from 'vitest';
import { pinched, toMap, whole, zoomed } from './plot';
import { EDGE } from './points';

describe('the view of a map', () => {
  it('shows all of it at first', () => {
    const view = whole(1000, 600);
    const [left, top] = toMap(view, 1000, 600, 0, 0);
    const [right, bottom] = toMap(view, 1000, 600, 1000, 600);
    expect(Math.max(left, top)).toBeLessThan(0);
    expect(Math.min(right, bottom)).toBeGreaterThan(EDGE);
  });

  it('keeps the place under the pointer while it is zoomed, within limits', () => {
    const begin = whole(800, 800);
    const before = toMap(begin, 800, 800, 120, 640);
    const near = zoomed(begin, 800, 800, 120, 640, 3);
    const after = toMap(near, 800, 800, 120, 640);
    expect(after[0]).toBeCloseTo(before[0], 3);
    expect(after[1]).toBeCloseTo(before[1], 3);
    expect(zoomed(begin, 800, 800, 0, 0, 1e9).scale).toBeCloseTo(begin.scale * 200);
    expect(zoomed(begin, 800, 800, 0, 0, 1e-9).scale).toBeCloseTo(begin.scale * 0.8);
  });

  it('keeps what lies between two fingers between them, and grows as they part', () => {
    const begin = whole(800, 800);
    const was = [
      { x: 100, y: 200 },
      { x: 200, y: 200 },
    ] as const;
    const is = [
      { x: 300, y: 250 },
      { x: 500, y: 250 },
    ] as const;
    const after = pinched(begin, 800, 800, was, is);
    expect(after.scale).toBeCloseTo(begin.scale * 2);
    const before = toMap(begin, 800, 800, 150, 200);
    const now = toMap(after, 800, 800, 400, 250);
    expect(now[0]).toBeCloseTo(before[0], 3);
    expect(now[1]).toBeCloseTo(before[1], 3);
  });
});
