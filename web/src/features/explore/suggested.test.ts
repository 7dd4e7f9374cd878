import { describe, expect, it } from 'vitest';
import { ISSUES } from '../../api/types';
import { accepting } from './suggested';
import { ISSUE_WORDS, issueWords } from './words';

describe('an issue', () => {
  it('is told in words, whatever kind it is', () => {
    for (const kind of ISSUES) {
      const said = issueWords({ kind, confidence: 0.834, issues_description: '' });
      expect(said).toBe(`${ISSUE_WORDS[kind].looks}: 0.83. ${ISSUE_WORDS[kind].why}`);
    }
  });

  it('names the label that should be, and the copy in another split', () => {
    const more = (kind: 'mislabels' | 'leakage', issues_description: string) =>
      issueWords({ kind, confidence: 0.9, issues_description });
    expect(more('mislabels', 'ship')).toContain('labelled “ship”.');
    expect(more('leakage', 'test/a.jpg')).toContain('another split: test/a.jpg');
  });

  it('is settled by the suggested label in place of a single other one', () => {
    expect(accepting(['sail'], 'ship')).toEqual({ add_labels: ['ship'], remove_labels: ['sail'] });
    expect(accepting([], 'ship')).toEqual({ add_labels: ['ship'], remove_labels: [] });
    expect(accepting(['a', 'b'], 'ship').remove_labels).toEqual([]);
  });
});
