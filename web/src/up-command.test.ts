import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { upCommand } from './up-command';

/** The words that a shell makes of a command, without `lamina` itself. */
const wordsOf = (command: string) =>
  execFileSync('sh', ['-c', command.replace(/^lamina /, "printf '%s\\0' ")])
    .toString()
    .split('\0')
    .slice(0, -1);

describe('the command that indexes a folder', () => {
  it('gives a shell the very words, whatever is in them', () => {
    for (const word of [
      '/data/pictures',
      "/data/Tom's",
      "'",
      "''; echo gone; '",
      '/a b/$HOME/$(echo gone)/`echo gone`/"c"',
      'back\\slash\\',
      '*',
      'two\nlines',
      'صور',
    ]) {
      expect(wordsOf(upCommand(word))).toEqual(['up', word]);
      expect(wordsOf(upCommand(word, { name: word, annotations: word }))).toEqual([
        ...['up', word],
        ...['--name', word],
        ...['--annotations', word],
      ]);
    }
  });

  it('says only what was asked for, and stands for a folder that is not named yet', () => {
    expect(upCommand('')).toBe("lamina up '/path/to/pictures'");
    expect(upCommand('/a', { name: '', annotations: '', labelsFromFolders: false })).toBe(
      "lamina up '/a'",
    );
    expect(upCommand('/a', { labelsFromFolders: true })).toBe(
      "lamina up '/a' --labels-from-folders",
    );
  });
});
