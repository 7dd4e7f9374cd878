import { describe, expect, it } from 'vitest';
import { meant } from './keys';

const press = (key: string, more: object = {}) => ({
  key,
  repeat: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});

describe('keys in a group of copies', () => {
  it('choose the copy that the kept one is compared with, as far as there are any', () => {
    expect(meant(press('1'), 3)).toEqual({ do: 'compare', at: 0 });
    expect(meant(press('3'), 3)).toEqual({ do: 'compare', at: 2 });
    for (const key of ['0', '4', '1.5', ' ', 'e']) expect(meant(press(key), 3)).toBeNull();
  });

  it('decide once for each press, however long it is held', () => {
    expect(meant(press('o'), 3)).toEqual({ do: 'keep-other' });
    expect(meant(press('a'), 3)).toEqual({ do: 'keep-all' });
    for (const key of ['o', 'a']) expect(meant(press(key, { repeat: true }), 3)).toBeNull();
  });

  it('are the browser’s own with Ctrl, Meta or Alt', () => {
    for (const held of ['ctrlKey', 'metaKey', 'altKey']) {
      for (const key of ['1', 'o', 'a']) expect(meant(press(key, { [held]: true }), 3)).toBeNull();
    }
  });
});
