import { expect, it } from 'vitest';
import { leftAloneWords, readInside } from './words';

it('tells annotation files that were read from what was left alone', () => {
  const byReason = { not_a_picture: 3, hidden: 1, video: 0 };
  expect(leftAloneWords(byReason, 2)).toBe(
    '1 that is no picture, 1 hidden, 2 annotation files that were read',
  );
  expect(leftAloneWords({ not_a_picture: 1 }, 1)).toBe('1 annotation file that was read');
  expect(leftAloneWords({ hidden: 2 }, 0)).toBe('2 hidden');
  expect(leftAloneWords({}, 0)).toBe('');
});

it('counts only files that lie in the source', () => {
  expect(readInside([{ path: 'a/annotations.json' }, { path: '/elsewhere/b.csv' }])).toBe(1);
});
