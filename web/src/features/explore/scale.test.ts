import { describe, expect, it } from 'vitest';
import type { Bars } from '../../api/types';
import {
  fewer,
  MEASURE_WORDS,
  placeOf,
  rangeBetween,
  rangeText,
  readRange,
  valueAt,
  within,
  writeRange,
} from './scale';

const SIZES: Bars = { least: 1_000, most: 1_000_000, logarithmic: true, bars: [4, 3, 2, 1] };

describe('a range', () => {
  it('is read as it was written, and turned the right way round', () => {
    for (const word of ['size:1000..5000', 'aspect:0.5..', 'uniqueness:..0.25']) {
      expect(writeRange(readRange(word) as never)).toBe(word);
    }
    expect(writeRange(readRange('width:900..100') as never)).toBe('width:100..900');
    for (const wrong of ['size', 'size:..', 'colour:1..2', 'size:a..b', 'size:1-2']) {
      expect(readRange(wrong)).toBeNull();
    }
  });

  it('is said in words', () => {
    expect(rangeText({ measure: 'size', from: 1_000_000 })).toBe('File size ≥ 1.0 MB');
    expect(rangeText({ measure: 'uniqueness', from: 0.2, to: 0.8 })).toBe('Uniqueness 0.20–0.80');
    expect(rangeText({ measure: 'modified', to: 1_700_000_000 })).toBe('File changed ≤ 2023-11-14');
  });
});

describe('a scale', () => {
  it('finds values and places again', () => {
    for (const place of [0, 0.25, 0.5, 1]) {
      expect(placeOf(SIZES, valueAt(SIZES, place))).toBeCloseTo(place, 9);
    }
    expect(valueAt(SIZES, 1 / 3)).toBeCloseTo(10_000, 3);
    expect(placeOf(SIZES, 5)).toBe(0);
    expect(placeOf(SIZES, 1e9)).toBe(1);
    // All pictures the same.
    expect(placeOf({ ...SIZES, most: 1_000 }, 1_000)).toBe(0);
  });

  it('counts what lies between, cut bars in part', () => {
    expect(within(SIZES.bars, 0, 1)).toBe(10);
    expect(within(SIZES.bars, 0.25, 0.75)).toBe(5);
    expect(within(SIZES.bars, 0, 0.125)).toBe(2);
    expect(fewer(SIZES.bars, 2)).toEqual([7, 3]);
  });

  it('leaves ends at the edge open', () => {
    expect(rangeBetween('size', SIZES, 0, 0.5)).toEqual({ measure: 'size', to: 31622 });
    expect(rangeBetween('size', SIZES, 0.5, 1)).toEqual({ measure: 'size', from: 31623 });
  });
});

describe('a typed number', () => {
  it('may have a unit', () => {
    expect(MEASURE_WORDS.size.read('1.5 MB')).toBe(1_500_000);
    expect(MEASURE_WORDS.size.read('12,000')).toBe(12_000);
    expect(MEASURE_WORDS.size.read('soon')).toBeNull();
    expect(MEASURE_WORDS.pixels.read('12')).toBe(12e6);
    expect(MEASURE_WORDS.modified.read('2023-11-14')).toBe(1_699_920_000);
    expect(MEASURE_WORDS.modified.read('yesterday')).toBeNull();
  });
});
