import { expect, it } from 'vitest';
import { fitting } from './boxes';

it('writes as much of a label as stays on the picture, and some of it anywhere', () => {
  expect(fitting('boat', 400)).toBe('boat');
  expect(fitting('container ship with cranes', 100)).toBe('container …');
  expect(fitting('container ship', 3)).toBe('contain…');
  // A letter that takes two units is not cut in half.
  expect(fitting('⛵🚢🚢🚢🚢🚢🚢🚢🚢🚢', 3)).toBe('⛵🚢🚢🚢🚢🚢🚢…');
});
