/** What the words of the API mean to people. */
import type { Issue, Tier } from '../../api/types';
import { plural } from '../../format';
import { type Explore, FULL, readCut, refine, UNTAGGED, withCut } from './state';

export const ISSUE_WORDS: Record<Issue, { name: string; looks: string; why: string }> = {
  blur: { name: 'Blurry', looks: 'Looks blurry', why: 'Nothing in the picture is sharp.' },
  dark: { name: 'Too dark', looks: 'Looks too dark', why: 'Most of the picture is near black.' },
  bright: {
    name: 'Too bright',
    looks: 'Looks too bright',
    why: 'Most of the picture is near white.',
  },
  outliers: {
    name: 'Outliers',
    looks: 'Unlike the rest',
    why: 'No other picture of the dataset looks like it.',
  },
};

export const TIER_WORDS: Record<Tier, { name: string; why: string }> = {
  same_bytes: { name: 'Same file', why: 'The files are equal, byte for byte.' },
  same_pixels: { name: 'Same pixels', why: 'The pictures are equal; only their packing differs.' },
  same_picture: {
    name: 'Same picture',
    why: 'One picture in another size, format or compression.',
  },
  edited: { name: 'Edited', why: 'One picture cropped, framed, marked or changed in colour.' },
  mirrored: { name: 'Mirrored', why: 'One picture flipped or turned.' },
};

export const COPIES_WORDS = {
  any: 'Has copies',
  extra: 'Could go',
  none: 'No copies',
} as const;

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

const NOTE_WORDS: Record<string, string> = {
  extension_mismatch: 'The name claims another format than the content has.',
  broken_icc_profile: 'The colour profile could not be used; colours were read as sRGB.',
  broken_exif: 'The Exif block could not be read; the picture was taken as upright.',
  decoder_warning: 'The decoder complained about something harmless.',
};
export const noteWords = (note: string) => NOTE_WORDS[note] ?? note;

export interface Chip {
  readonly key: string;
  readonly text: string;
  /** The state without it. */
  readonly without: Explore;
}

/** The filter as chips, in a fixed order. */
export function chipsOf(state: Explore, tagName: (id: string) => string = () => ''): Chip[] {
  const chips: Chip[] = [];
  const add = (key: string, text: string, without: Explore) => chips.push({ key, text, without });
  if (state.q) add('q', `name: ${state.q}`, refine(state, { q: undefined }));
  for (const word of state.issue ?? []) {
    const cut = readCut(word);
    if (!cut) continue;
    const range =
      cut.max < FULL.max
        ? ` ${cut.min.toFixed(2)}–${cut.max.toFixed(2)}`
        : ` ≥ ${cut.min.toFixed(2)}`;
    add(word, ISSUE_WORDS[cut.kind].name + range, withCut(state, cut.kind, null));
  }
  for (const kind of state.not_issue ?? []) {
    const rest = state.not_issue?.filter((one) => one !== kind);
    add(`not ${kind}`, `not: ${ISSUE_WORDS[kind].name}`, refine(state, { not_issue: rest }));
  }
  if (state.duplicates) {
    add('duplicates', COPIES_WORDS[state.duplicates], refine(state, { duplicates: undefined }));
  }
  for (const tier of state.tier ?? []) {
    const rest = state.tier?.filter((one) => one !== tier);
    add(tier, `copies: ${TIER_WORDS[tier].name}`, refine(state, { tier: rest }));
  }
  for (const format of state.format ?? []) {
    const rest = state.format?.filter((one) => one !== format);
    add(format, `format: ${format.toUpperCase()}`, refine(state, { format: rest }));
  }
  if (state.folder) {
    add('folder', `folder: ${state.folder}`, refine(state, { folder: undefined }));
  }
  if (state.cluster) {
    add('cluster', 'one cluster', refine(state, { cluster: undefined }));
  }
  for (const tag of state.tag ?? []) {
    const rest = state.tag?.filter((one) => one !== tag);
    const name = tag === UNTAGGED ? 'untagged' : `tag: ${tagName(tag)}`;
    add(tag, name, refine(state, { tag: rest }));
  }
  for (const tag of state.not_tag ?? []) {
    const rest = state.not_tag?.filter((one) => one !== tag);
    add(`not ${tag}`, `not tag: ${tagName(tag)}`, refine(state, { not_tag: rest }));
  }
  if (state.area) {
    add('area', 'part of the map', refine(state, { area: undefined }));
  }
  return chips;
}
