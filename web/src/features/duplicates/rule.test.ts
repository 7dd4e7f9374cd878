import { describe, expect, it } from 'vitest';
import { folderPart, keepText, readRule, withoutPart, withPart } from './rule';

describe('a rule for copies', () => {
  it('is read leniently, each part once and in its order', () => {
    expect(readRule(['oldest', 'best', 'largest', 'oldest'])).toEqual(['oldest', 'largest']);
    expect(readRule('largest')).toEqual(['largest']);
    expect(readRule(undefined)).toBeUndefined();
    expect(readRule('folder:')).toBeUndefined();
    expect(readRule('toString')).toBeUndefined();
  });

  it('grows at its end and shrinks anywhere', () => {
    expect(withPart(['largest'], 'oldest')).toEqual(['largest', 'oldest']);
    expect(withPart(['largest', 'oldest'], 'largest')).toEqual(['oldest', 'largest']);
    expect(withoutPart(['largest', 'oldest'], 'largest')).toEqual(['oldest']);
    expect(withoutPart(['largest'], 'largest')).toBeUndefined();
  });

  it('names folders by their path without slashes around', () => {
    expect(folderPart('/originals/2026/')).toBe('folder:originals/2026');
    expect(keepText('folder:originals')).toBe('In folder originals');
    expect(keepText('largest')).toBe('Most pixels');
  });
});
