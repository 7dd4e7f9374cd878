import { describe, expect, it } from 'vitest';
import { command, type Press } from './keys';

const press = (key: string, held: Partial<Press> = {}): Press => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});

describe('keys of the grid', () => {
  it('moves, and extends with shift', () => {
    expect(command(press('ArrowDown'))).toEqual({ do: 'move', by: 'down', extend: false });
    expect(command(press('End', { shiftKey: true }))).toEqual({
      do: 'move',
      by: 'last',
      extend: true,
    });
  });

  it('leaves the keys of the browser alone', () => {
    expect(command(press('ArrowLeft', { altKey: true }))).toBeNull();
    expect(command(press('r', { ctrlKey: true }))).toBeNull();
    expect(command(press('x', { metaKey: true }))).toBeNull();
    expect(command(press('F5'))).toBeNull();
  });

  it('selects everything with a, and with the key of the platform', () => {
    for (const held of [{}, { ctrlKey: true }, { metaKey: true }]) {
      expect(command(press('a', held))).toEqual({ do: 'all' });
    }
  });

  it('opens the sheet of keys, which needs shift on many keyboards', () => {
    expect(command(press('?', { shiftKey: true }))).toEqual({ do: 'help' });
  });
});
