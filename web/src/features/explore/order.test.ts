import { describe, expect, it } from 'vitest';
import { ISSUES } from '../../api/types';
import { keyOf, ORDER_KEYS, readSort, turned, usualWay, wayText } from './order';

describe('orders', () => {
  it('are there for every issue and both ways round', () => {
    for (const key of [...ISSUES, 'uniqueness', 'name'] as const) {
      expect(ORDER_KEYS).toContain(key);
      for (const sort of [key, `-${key}`] as const) {
        expect(readSort(sort)).toBe(sort);
        expect(keyOf(sort)).toBe(key);
        expect(turned(turned(sort))).toBe(sort);
        expect(wayText(sort)).not.toBe(wayText(turned(sort)));
      }
    }
  });

  it('show what one looks for first', () => {
    expect(usualWay('path')).toBe('path');
    expect(usualWay('mislabels')).toBe('-mislabels');
    expect(wayText(usualWay('newest'))).toBe('newest first');
  });

  it('are nothing where the word is none, or the usual one', () => {
    for (const word of ['path', 'closest', 'fate', '--blur', '', undefined, 7]) {
      expect(readSort(word)).toBeUndefined();
    }
    expect(readSort('-path')).toBe('-path');
  });
});
