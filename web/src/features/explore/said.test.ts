import { expect, test } from 'vitest';
import { counted } from './said';

test('names are counted, the most frequent first', () => {
  expect(counted(['dog', 'cat', 'cat'])).toBe('2 cat, 1 dog');
  expect(counted(['b', 'a'])).toBe('1 a, 1 b');
  expect(counted([])).toBe('');
});
