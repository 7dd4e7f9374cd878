import { describe, expect, it } from 'vitest';
import { deviceOf } from './device';

describe('a browser', () => {
  it('is told by the part of its name that it does not share with others', () => {
    const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36';
    expect(deviceOf(chrome)).toBe('Chrome on Linux');
    expect(deviceOf(`${chrome} Edg/156.0`)).toBe('Edge on Linux');
    expect(deviceOf('Mozilla/5.0 (Android 16; Mobile) Firefox/150.0')).toBe('Firefox on Android');
  });

  it('is given as it is when it is no browser', () => {
    expect(deviceOf('curl/8.1')).toBe('curl/8.1');
    expect(deviceOf('')).toBe('unknown');
  });
});
