/** Numbers of pictures on a scale: where a value lies, how it is written, how many lie within. */
import { type Bars, MEASURES, type Measure } from '../../api/types';
import { bytes, number } from '../../format';

/** A cut on a number; an end that is left out is open. */
export interface Range {
  readonly measure: Measure;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const NUMBER = '-?\\d+(?:\\.\\d+)?';
const RANGE = new RegExp(`^([a-z]+):(${NUMBER})?\\.\\.(${NUMBER})?$`);

export function readRange(word: string): Range | null {
  const match = RANGE.exec(word);
  const measure = MEASURES.find((one) => one === match?.[1]);
  if (!match || !measure || (match[2] === undefined && match[3] === undefined)) return null;
  const from = match[2] === undefined ? undefined : Number(match[2]);
  const to = match[3] === undefined ? undefined : Number(match[3]);
  const turned = from !== undefined && to !== undefined && from > to;
  return turned ? { measure, from: to, to: from } : { measure, from, to };
}

/** As the address and the API write it: no digits that mean nothing. */
export function writeRange({ measure, from, to }: Range): string {
  const end = (value: number | undefined) =>
    value === undefined ? '' : String(Number(value.toFixed(4)));
  return `${measure}:${end(from)}..${end(to)}`;
}

export interface MeasureWords {
  readonly name: string;
  readonly why: string;
  readonly show: (value: number) => string;
  /** What somebody typed; nothing where it is no such number. */
  readonly read: (text: string) => number | null;
  /** Whether values are whole numbers. */
  readonly whole: boolean;
}

const UNITS: Record<string, number> = {
  '': 1,
  b: 1,
  byte: 1,
  bytes: 1,
  k: 1e3,
  kb: 1e3,
  m: 1e6,
  mb: 1e6,
  mp: 1e6,
  g: 1e9,
  gb: 1e9,
  tb: 1e12,
  px: 1,
};

/** `1.5 MB`, `12,000`, `3k`. */
function amount(text: string): number | null {
  const match = /^(\d[\d,]*(?:\.\d+)?|\.\d+)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[(match?.[2] ?? '').toLowerCase()];
  return match && unit !== undefined ? Number((match[1] ?? '').replaceAll(',', '')) * unit : null;
}

function plain(text: string): number | null {
  const value = Number(text.trim().replace(',', '.'));
  return text.trim() !== '' && Number.isFinite(value) ? value : null;
}

const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);

function moment(text: string): number | null {
  const time = Date.parse(`${text.trim()}T00:00:00Z`);
  return Number.isFinite(time) ? time / 1000 : null;
}

const megapixels = (value: number) => {
  const mega = value / 1e6;
  return `${mega < 0.995 ? mega.toFixed(2) : mega < 9.95 ? mega.toFixed(1) : number(Math.round(mega))} MP`;
};

export const MEASURE_WORDS: Record<Measure, MeasureWords> = {
  uniqueness: {
    name: 'Uniqueness',
    why: 'How much a picture adds to the set: 0 like many others, 1 like none.',
    show: (value) => value.toFixed(2),
    read: plain,
    whole: false,
  },
  size: { name: 'File size', why: 'Bytes of the file.', show: bytes, read: amount, whole: true },
  pixels: {
    name: 'Megapixels',
    why: 'Width × height.',
    show: megapixels,
    read: (text) => {
      const value = amount(text);
      // A bare number under ten thousand is meant in millions.
      return value !== null && value < 10_000 ? value * 1e6 : value;
    },
    whole: true,
  },
  width: {
    name: 'Width',
    why: 'In pixels, upright.',
    show: (value) => number(Math.round(value)),
    read: amount,
    whole: true,
  },
  height: {
    name: 'Height',
    why: 'In pixels, upright.',
    show: (value) => number(Math.round(value)),
    read: amount,
    whole: true,
  },
  aspect: {
    name: 'Width ÷ height',
    why: 'Below 1 tall, above 1 wide.',
    show: (value) => value.toFixed(2),
    read: plain,
    whole: false,
  },
  modified: {
    name: 'File changed',
    why: 'When the file last changed, as its folder says.',
    show: day,
    read: moment,
    whole: true,
  },
};

/** Where a value lies on a scale, 0–1. */
export function placeOf(scale: Bars, value: number): number {
  const { least, most, logarithmic } = scale;
  if (most <= least) return value <= least ? 0 : 1;
  const low = Math.max(least, 1e-3);
  const part = logarithmic
    ? Math.log(Math.max(value, low) / low) / Math.log(most / low)
    : (value - least) / (most - least);
  return Math.min(1, Math.max(0, part));
}

/** The value at a place, 0–1. */
export function valueAt(scale: Bars, place: number): number {
  const { least, most, logarithmic } = scale;
  const low = Math.max(least, 1e-3);
  return logarithmic ? low * (most / low) ** place : least + (most - least) * place;
}

/** Pictures between two places; bars that are cut count in part. */
export function within(bars: readonly number[], from: number, to: number): number {
  return Math.round(
    bars.reduce((sum, count, at) => {
      const [left, right] = [at, at + 1];
      const part = Math.min(right, to * bars.length) - Math.max(left, from * bars.length);
      return sum + count * Math.max(0, part);
    }, 0),
  );
}

/** Bars put together, so that each is wide enough to be seen. */
export function fewer(bars: readonly number[], most: number): number[] {
  const step = Math.max(1, Math.ceil(bars.length / most));
  const out: number[] = [];
  for (let at = 0; at < bars.length; at += step) {
    out.push(bars.slice(at, at + step).reduce((sum, count) => sum + count, 0));
  }
  return out;
}

/** The cut between two places; an end at the edge is open, so that it holds whatever comes. */
export function rangeBetween(measure: Measure, scale: Bars, from: number, to: number): Range {
  const { whole } = MEASURE_WORDS[measure];
  const low = valueAt(scale, from);
  const high = valueAt(scale, to);
  return {
    measure,
    from: from <= 0 ? undefined : whole ? Math.ceil(low - 1e-6) : low,
    to: to >= 1 ? undefined : whole ? Math.floor(high + 1e-6) : high,
  };
}

/** `≥ 1.0 MB`, `0.20–0.80`. */
export function rangeText({ measure, from, to }: Range): string {
  const { name, show } = MEASURE_WORDS[measure];
  if (to === undefined) return from === undefined ? name : `${name} ≥ ${show(from)}`;
  return from === undefined ? `${name} ≤ ${show(to)}` : `${name} ${show(from)}–${show(to)}`;
}
