/**
 * The state of exploring, as it stands in the address.
 *
 * Whatever stands there is read leniently: what is not understood is left out, never an error,
 * because addresses are typed, shortened and kept for years. Defaults are not written.
 */
import type { Query } from '../../api/client';
import { ISSUES, type Issue, type Measure, TIERS, type Tier } from '../../api/types';
import { readSort, type Sort } from './order';
import { type Range, readRange, writeRange } from './scale';

export const COPIES = ['any', 'extra', 'none'] as const;
export type Copies = (typeof COPIES)[number];

export const SIZE = { min: 96, max: 320, usual: 160 } as const;
export const LEVEL = { min: 0, max: 4, usual: 2 } as const;

/** What is shown of the pictures, besides themselves. */
const VIEWS = ['clusters', 'objects'] as const;

/** A cut on a score: issues of this kind with a confidence from `min` to `max`. */
export interface Cut {
  readonly kind: Issue;
  readonly min: number;
  readonly max: number;
}

export const FULL = { min: 0.5, max: 1 } as const;

export type View = (typeof VIEWS)[number];

export interface Explore {
  readonly view?: View | undefined;
  /** Part of the file name. */
  readonly q?: string | undefined;
  /** What the pictures show, and words of captions, labels, tags and file names. */
  readonly words?: string | undefined;
  readonly issue?: readonly string[] | undefined;
  readonly not_issue?: readonly Issue[] | undefined;
  readonly duplicates?: Copies | undefined;
  readonly tier?: readonly Tier[] | undefined;
  readonly format?: readonly string[] | undefined;
  readonly folder?: string | undefined;
  /** Ids of clusters, any of them. */
  readonly cluster?: readonly string[] | undefined;
  /** A line around a part of the map, `x,y x,y …` in its numbers. */
  readonly area?: string | undefined;
  /** Names of labels that they have, any of them; and those that they do not have. */
  readonly label?: readonly string[] | undefined;
  readonly not_label?: readonly string[] | undefined;
  /** Also pictures without any label. */
  readonly unlabelled?: true | undefined;
  /** Cuts on numbers, `size:1000..5000`; either end may be left out. */
  readonly range?: readonly string[] | undefined;
  /** What they are like: `media:` or `upload:` and an id. */
  readonly like?: readonly string[] | undefined;
  /** What they are to be less like, in the same words; only beside what they are like. */
  readonly less?: readonly string[] | undefined;
  /** How alike at least, 0–1. */
  readonly alike?: number | undefined;
  /** Ids of tags, or `untagged`. */
  readonly tag?: readonly string[] | undefined;
  readonly not_tag?: readonly string[] | undefined;
  /** Labels of boxes, any of them; where boxes are shown. */
  readonly object?: readonly string[] | undefined;
  /** The box that was opened, and is shown in its picture. */
  readonly box?: string | undefined;
  readonly sort?: Sort | undefined;
  readonly layout?: 'fitted' | undefined;
  readonly size?: number | undefined;
  readonly level?: number | undefined;
  /** First picture on the screen, or the one that was open. */
  readonly at?: number | undefined;
}

export const UNTAGGED = 'untagged';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Raw = Record<string, unknown>;

const list = (value: unknown): string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);

const text = (value: unknown): string | undefined => {
  const first = list(value)[0]?.trim();
  return first ? first : undefined;
};

function whole(value: unknown, min: number, max: number): number | undefined {
  const number = Math.round(Number(text(value)));
  return Number.isFinite(number) && text(value) !== undefined
    ? Math.min(Math.max(number, min), max)
    : undefined;
}

const some = <T>(values: T[]): T[] | undefined =>
  values.length === 0 ? undefined : [...new Set(values)];

const known = <T extends string>(values: string[], words: readonly T[]): T[] =>
  values.filter((value): value is T => (words as readonly string[]).includes(value));

export function readCut(word: string): Cut | null {
  const match = /^([a-z_]+)(?::(\d(?:\.\d+)?)-(\d(?:\.\d+)?))?$/.exec(word);
  const kind = ISSUES.find((issue) => issue === match?.[1]);
  if (!match || !kind) return null;
  const min = Math.min(Number(match[2] ?? FULL.min), 1);
  const max = Math.min(Number(match[3] ?? FULL.max), 1);
  return { kind, min: Math.min(min, max), max: Math.max(min, max) };
}

export function writeCut({ kind, min, max }: Cut): string {
  const short = (value: number) => String(Math.round(value * 100) / 100);
  return min === FULL.min && max === FULL.max ? kind : `${kind}:${short(min)}-${short(max)}`;
}

const LIKE = /^(media|upload):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Pictures searched with at a time. */
export const LIKES_MAX = 8;

/** In which order pictures stand where nothing is said. */
export const usualSort = (state: Pick<Explore, 'like' | 'words'>): Sort =>
  isRanked(state) ? 'closest' : 'path';

/** Whether a search puts the pictures in its own order, and leaves the farthest out. */
export const isRanked = (state: Pick<Explore, 'like' | 'words'>) =>
  state.like !== undefined || state.words !== undefined;

function share(value: unknown): number | undefined {
  const number = Number(text(value));
  return text(value) !== undefined && number > 0 && number <= 1 ? number : undefined;
}

export function readExplore(raw: Raw): Explore {
  const likes = (value: unknown) =>
    some(list(value).filter((word) => LIKE.test(word)))?.slice(0, LIKES_MAX);
  const like = likes(raw.like);
  // What is asked for cannot be asked against too.
  const less = like && some(likes(raw.less)?.filter((word) => !like.includes(word)) ?? []);
  const view = known(list(raw.view), VIEWS)[0];
  const found: Explore = {
    view,
    q: text(raw.q),
    words: text(raw.words),
    issue: some(
      list(raw.issue).flatMap((word) => {
        const cut = readCut(word);
        return cut ? [writeCut(cut)] : [];
      }),
    ),
    not_issue: some(known(list(raw.not_issue), ISSUES)),
    duplicates: known(list(raw.duplicates), COPIES)[0],
    tier: some(known(list(raw.tier), TIERS)),
    format: some(list(raw.format).filter((word) => /^[a-z0-9]+$/.test(word))),
    folder: text(raw.folder),
    cluster: some(list(raw.cluster).filter((word) => word.trim() !== '')),
    tag: some(list(raw.tag).filter((word) => word === UNTAGGED || UUID.test(word))),
    not_tag: some(list(raw.not_tag).filter((word) => UUID.test(word))),
    label: some(list(raw.label)),
    not_label: some(list(raw.not_label)),
    unlabelled: text(raw.unlabelled) === 'true' ? true : undefined,
    range: some(
      list(raw.range).flatMap((word) => {
        const range = readRange(word);
        return range ? [writeRange(range)] : [];
      }),
    ),
    object: view === 'objects' ? some(list(raw.object)) : undefined,
    box: view === 'objects' ? list(raw.box).find((word) => UUID.test(word)) : undefined,
    like,
    less,
    alike: like && share(raw.alike),
    area: /^\d+,\d+( \d+,\d+){2,199}$/.exec(text(raw.area) ?? '')?.[0],
    sort: like || text(raw.words) ? undefined : readSort(raw.sort),
    layout: raw.layout === 'fitted' ? 'fitted' : undefined,
    size: whole(raw.size, SIZE.min, SIZE.max),
    level: whole(raw.level, LEVEL.min, LEVEL.max),
    at: whole(raw.at, 0, Number.MAX_SAFE_INTEGER),
  };
  return Object.fromEntries(
    Object.entries(found).filter(([, value]) => value !== undefined),
  ) as Explore;
}

/** Pictures to be like, or less like, as the API takes them. */
const anchorsOf = (likes: readonly string[] | undefined): string | undefined =>
  likes &&
  JSON.stringify(
    likes.map((one) => {
      const [type, id] = one.split(':') as [string, string];
      return { id, type: type.toUpperCase() };
    }),
  );

/** The part of the state that decides which pictures are in the result. */
export function filterOf(state: Explore): Query {
  const { q, issue, not_issue, duplicates, tier, format, folder, cluster, area } = state;
  const { tag, not_tag, label, not_label, unlabelled, range, like, less, alike, words } = state;
  return {
    q,
    issue,
    not_issue,
    duplicates,
    tier,
    format,
    folder,
    cluster,
    area,
    label,
    not_label,
    unlabelled,
    tag,
    not_tag,
    range,
    caption: words,
    anchor_media_id: anchorsOf(like),
    less_like: anchorsOf(less),
    // A search is answered with distances, 0 the same.
    textual_similarity_threshold: alike && Math.round((1 - alike) * 1000) / 1000,
  };
}

export const hasFilter = (state: Explore) =>
  Object.values(filterOf(state)).some((value) => value !== undefined);

/** A result keeps its order as long as these stay. */
export const resultKey = (state: Explore) =>
  JSON.stringify([filterOf(state), state.sort ?? usualSort(state)]);

/** The cuts of the state with one of them changed; `null` takes it away. */
export function withRange(state: Explore, measure: Measure, range: Range | null): Explore {
  const others = (state.range ?? []).filter((word) => readRange(word)?.measure !== measure);
  return refine(state, { range: range ? [...others, writeRange(range)] : others });
}

/** The state without what ranks pictures, where nothing can be ranked. */
export const unranked = (state: Explore): Explore =>
  refine(state, { like: undefined, less: undefined, alike: undefined, words: undefined });

/** What is searched with, with pictures more to be like or less like; the last that was said holds. */
export function leaning(state: Explore, likes: readonly string[], way: 'like' | 'less'): Explore {
  const other = way === 'like' ? 'less' : 'like';
  const kept = [...new Set([...(state[way] ?? []), ...likes])].slice(-LIKES_MAX);
  const rest = state[other]?.filter((one) => !kept.includes(one));
  return refine(state, { [way]: kept, [other]: rest });
}

export const rangeOf = (state: Explore, measure: Measure): Range | null =>
  (state.range ?? []).map(readRange).find((range) => range?.measure === measure) ?? null;

/** A change of the filter: the place on the screen means nothing any more. */
export function refine(state: Explore, change: Partial<Explore>): Explore {
  return readExplore({ ...state, box: undefined, ...change, at: undefined });
}

/** A click on a value of a facet: alone, added or taken away. */
export function pick<T extends string>(
  values: readonly T[] | undefined,
  value: T,
  add: boolean,
): T[] | undefined {
  const now = values ?? [];
  if (now.includes(value)) {
    const rest = now.filter((one) => one !== value);
    return rest.length === 0 || !add ? some(add ? rest : []) : rest;
  }
  return add ? [...now, value] : [value];
}

/** The cuts of the state with one of them changed; `null` takes it away. */
export function withCut(state: Explore, kind: Issue, cut: Cut | null, alone = false): Explore {
  const others = (state.issue ?? []).filter((word) => readCut(word)?.kind !== kind && !alone);
  return refine(state, { issue: cut ? [...others, writeCut(cut)] : others });
}

export const cutOf = (state: Explore, kind: Issue): Cut | null =>
  (state.issue ?? []).map(readCut).find((cut) => cut?.kind === kind) ?? null;
