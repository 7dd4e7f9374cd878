import { describe, expect, it } from 'vitest';
import { safeNext } from './next';

describe('where sign-in leads', () => {
  it('is a page of this app', () => {
    expect(safeNext('/dataset/x/data?q=a')).toBe('/dataset/x/data?q=a');
  });

  it('is never another site, nor sign-in again', () => {
    for (const next of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      '/sign-in',
      '',
      undefined,
    ]) {
      expect(safeNext(next)).toBe('/');
    }
  });
});
