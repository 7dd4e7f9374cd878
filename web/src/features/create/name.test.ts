import { describe, expect, it } from 'vitest';
import { inside, NAME_MAX, nameFor } from './name';

describe('a folder', () => {
  it('gives its name to the dataset', () => {
    expect(['/data/harbour 2026/', 'C:\\pictures\\cats', '/', '', './x'].map(nameFor)).toEqual([
      'harbour 2026',
      'cats',
      '',
      '',
      'x',
    ]);
  });

  it('gives no longer a name than a dataset may have', () => {
    expect(nameFor(`/data/${'a'.repeat(255)}`)).toHaveLength(NAME_MAX);
  });

  it('is joined without doubling the slash', () => {
    expect([inside('/', 'data'), inside('/data', 'a')]).toEqual(['/data', '/data/a']);
  });
});
