/** Why files are not pictures of the dataset, in words, and what to do about it. */
import { plural } from '../../format';

export const REASON_WORDS: Record<string, string> = {
  empty: 'Empty file',
  not_a_picture: 'Not a picture',
  truncated: 'Cut short',
  corrupt: 'Damaged',
  too_many_pixels: 'Too many pixels',
  too_many_bytes: 'Too large',
  no_decoder: 'No decoder',
  unreadable: 'Cannot be read',
  decoder_fault: 'Decoder failed',
};

/** What to do about a rejected file. */
export const REASON_ADVICE: Record<string, string> = {
  empty: 'Copy it again from where it came.',
  not_a_picture: 'Remove it, or give it the ending that fits what it is.',
  truncated: 'Copy it again from where it came; the rest of it is missing.',
  corrupt: 'Copy it again from where it came, or save it anew with another program.',
  too_many_pixels: 'Save it smaller, or start the server with a larger --max-pixels.',
  too_many_bytes: 'Save it smaller, or start the server with a larger --max-file-mib.',
  no_decoder: 'Install what lamina doctor names, or save it in another format.',
  unreadable: 'Let the account that runs Lamina read the file.',
  decoder_fault: 'Save it anew with another program; the file may be unusual.',
};

const IGNORED_WORDS: Record<string, readonly [one: string, many: string]> = {
  not_a_picture: ['that is no picture', 'that are no pictures'],
  video: ['video', 'videos'],
  hidden: ['hidden', 'hidden'],
  system: ['written by the system', 'written by the system'],
  same_file: ['other name of the same file', 'other names of the same file'],
  dead_link: ['dead link', 'dead links'],
  not_a_file: ['that is no file', 'that are no files'],
};

/** `2 hidden, 1 video`: what was left alone, most first; empty when nothing was. */
export function ignoredWords(byReason: Record<string, number>): string {
  return Object.entries(byReason)
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([why, count]) => {
      const [one, many] = IGNORED_WORDS[why] ?? [why, why];
      return plural(count, one, many);
    })
    .join(', ');
}

/** The same without so many annotation files: they are no pictures, but were not left alone. */
export const withoutRead = (byReason: Record<string, number>, read: number) => ({
  ...byReason,
  not_a_picture: Math.max(0, (byReason.not_a_picture ?? 0) - read),
});

/** What was left alone, told apart from annotation files among it, which were read. */
export const leftAloneWords = (byReason: Record<string, number>, read: number) =>
  [
    ignoredWords(withoutRead(byReason, read)),
    read > 0 && plural(read, 'annotation file that was read', 'annotation files that were read'),
  ]
    .filter((part) => part)
    .join(', ');

/** How many annotation files were found in the source; those elsewhere were never found in it. */
export const readInside = (files: readonly { path: string }[]) =>
  files.filter((one) => !one.path.startsWith('/')).length;
