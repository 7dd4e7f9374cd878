import { describe, expect, it } from 'vitest';
import {
  count,
  EVERYTHING,
  firstSelected,
  has,
  mark,
  NOTHING,
  type Selection,
  selected,
  toggle,
} from './selection';

const TOTAL = 40;

function indexes(selection: Selection): number[] {
  return Array.from({ length: TOTAL }, (_, i) => i).filter((i) => has(selection, i));
}

describe('selection', () => {
  it('says the same as a plain set, whatever is done to it', () => {
    let state = 5;
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % below;
    };
    for (const start of [NOTHING, EVERYTHING]) {
      let selection = start;
      const plain = new Set(indexes(start));
      for (let step = 0; step < 2000; step += 1) {
        const [a, b, on] = [random(TOTAL), random(TOTAL), random(2) === 0];
        if (random(3) === 0) {
          selection = toggle(selection, a);
          if (!plain.delete(a)) plain.add(a);
        } else {
          selection = mark(selection, a, b, on);
          for (let i = Math.min(a, b); i <= Math.max(a, b); i += 1) {
            if (on) plain.add(i);
            else plain.delete(i);
          }
        }
        const wanted = [...plain].sort((x, y) => x - y);
        expect(indexes(selection)).toEqual(wanted);
        expect(count(selection, TOTAL)).toBe(wanted.length);
        expect(firstSelected(selection, TOTAL, 5)).toEqual(wanted.slice(0, 5));
      }
    }
  });

  it('keeps stretches sorted, apart and few', () => {
    let selection = NOTHING;
    for (const i of [5, 3, 4, 9, 1]) selection = toggle(selection, i);
    expect(selection.stretches).toEqual([
      [1, 2],
      [3, 6],
      [9, 10],
    ]);
  });

  it('takes a million pictures less three as three stretches', () => {
    let selection = EVERYTHING;
    for (const i of [10, 500_000, 999_999]) selection = toggle(selection, i);
    expect(selection.stretches).toHaveLength(3);
    expect(count(selection, 1_000_000)).toBe(999_997);
    expect(has(selection, 500_000)).toBe(false);
    expect(has(selection, 500_001)).toBe(true);
  });

  it('counts nothing beyond the end of a result that shrank', () => {
    expect(count(mark(NOTHING, 5, 99, true), 10)).toBe(5);
    expect(selected(mark(NOTHING, 5, 99, true), 10)).toEqual([[5, 10]]);
    expect(selected(EVERYTHING, 0)).toEqual([]);
  });
});
