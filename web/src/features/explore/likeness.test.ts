import { describe, expect, it } from 'vitest';
import { likenessBars } from './likeness';

const count = (bars: readonly number[], from: number, to: number) =>
  bars.slice(from, to).reduce((sum, one) => sum + one, 0);

describe('bars of likeness', () => {
  it('count each known result where a cut to the hundredth finds it', () => {
    const bars = likenessBars(
      [0, 0.1, 0.3, 0.3, 1.4].map((distance, place) => ({ place, distance })),
    );
    expect(bars).toHaveLength(100);
    expect(count(bars, 0, 100)).toBe(5);
    expect(count(bars, 70, 100)).toBe(4);
    expect(count(bars, 71, 100)).toBe(2);
    // Equal is the most, and further than apart is the least.
    expect([bars[99], bars[0]]).toEqual([1, 1]);
  });

  it('spread what lies between known results evenly, and lose none', () => {
    const bars = likenessBars([
      { place: 0, distance: 0.2 },
      { place: 1000, distance: 0.4 },
      { place: 4999, distance: 0.4 },
    ]);
    expect(count(bars, 0, 100)).toBe(5000);
    expect(Math.abs(count(bars, 70, 100) - 500)).toBeLessThanOrEqual(10);
    expect(count(bars, 60, 70)).toBeGreaterThan(4400);
  });

  it('are empty without results', () => {
    expect(count(likenessBars([]), 0, 100)).toBe(0);
  });
});
