import { describe, expect, it } from 'vitest';
import { ago, bytes, duration, parseTime, percent, plural } from './format';

describe('what people read', () => {
  it('counts things', () => {
    expect(plural(1, 'picture')).toBe('1 picture');
    expect(plural(12408, 'picture')).toBe('12,408 pictures');
  });

  it('says sizes with two figures', () => {
    expect([0, 1, 999, 1000, 48_200_000, 999_950_000, 3.2e12].map(bytes)).toEqual([
      '0 bytes',
      '1 byte',
      '999 bytes',
      '1.0 kB',
      '48 MB',
      '1.0 GB',
      '3.2 TB',
    ]);
  });

  it('says how long', () => {
    expect([0.0004, 0.25, 4.21, 59, 200, 3600, 5400, 400_000].map(duration)).toEqual([
      '1 ms',
      '250 ms',
      '4.2 s',
      '59 s',
      '3 min',
      '1 h',
      '1 h 30 min',
      '5 days',
    ]);
  });

  it('says shares without lying about small ones', () => {
    expect(percent(1, 100_000)).toBe('< 0.1 %');
    expect(percent(0, 100)).toBe('0.0 %');
    expect(percent(5, 0)).toBe('0 %');
    expect(percent(1, 3)).toBe('33 %');
  });

  it('reads a time without a zone as UTC', () => {
    expect(parseTime('2026-01-02T03:04:05').toISOString()).toBe('2026-01-02T03:04:05.000Z');
    expect(parseTime('2026-01-02T03:04:05+01:00').toISOString()).toBe('2026-01-02T02:04:05.000Z');
  });

  it('says when, from now', () => {
    const now = new Date('2026-01-10T12:00:00Z');
    expect(ago(new Date('2026-01-10T11:59:40Z'), now)).toBe('just now');
    expect(ago(new Date('2026-01-10T11:57:00Z'), now)).toBe('3 minutes ago');
    expect(ago(new Date('2026-01-09T12:00:00Z'), now)).toBe('yesterday');
  });
});
