import { expect, it } from 'vitest';
import { csvRow } from './csv';

it('quotes what would end a cell or a line', () => {
  expect(csvRow(['a.jpg', 12, undefined])).toBe('a.jpg,12,');
  expect(csvRow(['a,b', 'say "x"', 'two\nlines'])).toBe('"a,b","say ""x""","two\nlines"');
});
