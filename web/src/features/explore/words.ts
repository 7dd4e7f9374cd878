/** What the words of the API mean to people. */
import type { FoundIssue, Issue, Measure, Tier } from '../../api/types';
import { rangeText, readRange } from './scale';
import {
  type Explore,
  FULL,
  leaning,
  readCut,
  refine,
  UNTAGGED,
  withCut,
  withRange,
} from './state';

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
  mislabels: {
    name: 'Wrong label',
    looks: 'Its label seems wrong',
    why: 'Pictures that look like it bear another label.',
  },
  label_outlier: {
    name: 'Odd in its class',
    looks: 'Unlike others of its label',
    why: 'No other picture with this label looks like it.',
  },
  low_information: {
    name: 'Says little',
    looks: 'Nearly empty',
    why: 'Hardly anything is in the picture.',
  },
  odd_size: {
    name: 'Odd size',
    looks: 'Of an unusual size',
    why: 'It is much larger or smaller than the rest.',
  },
  odd_aspect_ratio: {
    name: 'Odd shape',
    looks: 'Of an unusual shape',
    why: 'It is much wider or taller than the rest.',
  },
  leakage: {
    name: 'Leak between splits',
    looks: 'In more than one split',
    why: 'A copy of it is in another split, such as train and test.',
  },
};

/** What is wrong with a picture, in a sentence or two. */
export function issueWords({ kind, confidence, issues_description: more }: FoundIssue): string {
  const { looks, why } = ISSUE_WORDS[kind];
  const said = `${looks}: ${confidence.toFixed(2)}.`;
  if (kind === 'mislabels' && more)
    return `${said} Pictures that look like it are labelled “${more}”.`;
  if (kind === 'leakage' && more) return `${said} A copy of it is in another split: ${more}`;
  return `${said} ${why}`;
}

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

/** How alike two pictures are, from the distance between them. */
export const alikeWords = (distance: number) =>
  distance < 0.0005 ? 'the same' : `${Math.round(Math.max(0, 1 - distance) * 100)} % alike`;

const COLOUR_WORDS: Record<string, string> = {
  grey: 'grey',
  rgb: 'RGB',
  palette: 'palette',
  cmyk: 'CMYK',
  ycck: 'YCCK',
};
export const colourWords = (model: string) => COLOUR_WORDS[model] ?? model;

export const COPIES_WORDS = {
  any: 'Has copies',
  extra: 'Could go',
  none: 'No copies',
} as const;

const NOTE_WORDS: Record<string, string> = {
  extension_mismatch: 'The name claims another format than the content has.',
  broken_icc_profile: 'The colour profile could not be used; colours were read as sRGB.',
  broken_exif: 'The Exif block could not be read; the picture was taken as upright.',
  decoder_warning: 'The decoder complained about something harmless.',
};
export const noteWords = (note: string) => NOTE_WORDS[note] ?? note;

/** What a chip is about, where it can be changed in place. */
export type Subject =
  | { readonly on: 'text' }
  | { readonly on: 'words' }
  | { readonly on: 'issue'; readonly issue: Issue }
  | { readonly on: 'measure'; readonly measure: Measure }
  | { readonly on: 'alike' }
  /** A picture to be like, or less like; `turned` is the state the other way round. */
  | { readonly on: 'liking'; readonly less: boolean; readonly turned: Explore }
  /** A value that is asked for, or asked against; `turned` is the state the other way round. */
  | { readonly on: 'value'; readonly excluded: boolean; readonly turned: Explore };

export interface Chip {
  readonly key: string;
  readonly text: string;
  readonly subject?: Subject | undefined;
  /** The picture that it stands for. */
  readonly like?: string | undefined;
  /** The state without it. */
  readonly without: Explore;
}

/** The filter as chips, in a fixed order. */
export function chipsOf(state: Explore, tagName: (id: string) => string = () => ''): Chip[] {
  const chips: Chip[] = [];
  const add = (key: string, text: string, without: Explore, subject?: Subject) =>
    chips.push({ key, text, without, subject });
  for (const way of ['like', 'less'] as const) {
    for (const like of state[way] ?? []) {
      const without = refine(state, { [way]: state[way]?.filter((one) => one !== like) });
      const turned = leaning(state, [like], way === 'like' ? 'less' : 'like');
      // Something must be left to be like.
      const turns = way === 'less' || (state.like?.length ?? 0) > 1;
      chips.push({
        key: `${way} ${like}`,
        text: way === 'like' ? 'like this picture' : 'less like this picture',
        subject: turns ? { on: 'liking', less: way === 'less', turned } : undefined,
        like,
        without,
      });
    }
  }
  if (state.alike !== undefined) {
    const text = `alike ≥ ${Math.round(state.alike * 100)} %`;
    add('alike', text, refine(state, { alike: undefined }), { on: 'alike' });
  }
  if (state.words) {
    add('words', `shows: ${state.words}`, refine(state, { words: undefined }), { on: 'words' });
  }
  if (state.q) {
    add('q', `name: ${state.q}`, refine(state, { q: undefined }), { on: 'text' });
  }
  for (const label of state.object ?? []) {
    const rest = state.object?.filter((one) => one !== label);
    add(`object ${label}`, `box: ${label}`, refine(state, { object: rest }));
  }
  for (const word of state.issue ?? []) {
    const cut = readCut(word);
    if (!cut) continue;
    const range =
      cut.max < FULL.max
        ? ` ${cut.min.toFixed(2)}–${cut.max.toFixed(2)}`
        : ` ≥ ${cut.min.toFixed(2)}`;
    add(word, ISSUE_WORDS[cut.kind].name + range, withCut(state, cut.kind, null), {
      on: 'issue',
      issue: cut.kind,
    });
  }
  for (const kind of state.not_issue ?? []) {
    const rest = state.not_issue?.filter((one) => one !== kind);
    const without = refine(state, { not_issue: rest });
    const turned = withCut(without, kind, { kind, ...FULL });
    add(`not ${kind}`, `not: ${ISSUE_WORDS[kind].name}`, without, {
      on: 'value',
      excluded: true,
      turned,
    });
  }
  for (const word of state.range ?? []) {
    const range = readRange(word);
    if (!range) continue;
    add(word, rangeText(range), withRange(state, range.measure, null), {
      on: 'measure',
      measure: range.measure,
    });
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
    const many = state.cluster.length;
    const text = many === 1 ? 'one cluster' : `${many} clusters`;
    add('cluster', text, refine(state, { cluster: undefined }));
  }
  const both = (
    field: 'label' | 'tag',
    not: 'not_label' | 'not_tag',
    name: (value: string) => string,
  ) => {
    for (const value of state[field] ?? []) {
      const without = refine(state, { [field]: state[field]?.filter((one) => one !== value) });
      const turned = refine(without, { [not]: [...(state[not] ?? []), value] });
      const fixed = value === UNTAGGED;
      const text = fixed ? 'untagged' : `${field}: ${name(value)}`;
      const subject: Subject = { on: 'value', excluded: false, turned };
      add(`${field} ${value}`, text, without, fixed ? undefined : subject);
    }
    for (const value of state[not] ?? []) {
      const without = refine(state, { [not]: state[not]?.filter((one) => one !== value) });
      const turned = refine(without, { [field]: [...(state[field] ?? []), value] });
      const subject: Subject = { on: 'value', excluded: true, turned };
      add(`${not} ${value}`, `not ${field}: ${name(value)}`, without, subject);
    }
  };
  both('label', 'not_label', (label) => label);
  if (state.unlabelled) add('unlabelled', 'unlabelled', refine(state, { unlabelled: undefined }));
  both('tag', 'not_tag', tagName);
  if (state.area) {
    add('area', 'part of the map', refine(state, { area: undefined }));
  }
  return chips;
}
