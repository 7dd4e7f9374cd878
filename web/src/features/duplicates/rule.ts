/** Which copy is kept, as it stands in the address. Pure. */

export const KEEP_WORDS = {
  largest: { name: 'Most pixels', why: 'width × height' },
  heaviest: { name: 'Largest file', why: 'bytes' },
  oldest: { name: 'Oldest file', why: 'changed longest ago' },
  newest: { name: 'Newest file', why: 'changed last' },
  format: { name: 'Best format', why: 'the one that loses least: TIFF, PNG … JPEG, GIF' },
} as const;
export type KeepWord = keyof typeof KEEP_WORDS;

export const KEEP_ORDER = Object.keys(KEEP_WORDS) as KeepWord[];

const FOLDER = 'folder:';

/** A part of a rule as words. */
export function keepText(part: string): string {
  return part.startsWith(FOLDER)
    ? `In folder ${part.slice(FOLDER.length)}`
    : (KEEP_WORDS[part as KeepWord]?.name ?? part);
}

const known = (part: string) =>
  Object.hasOwn(KEEP_WORDS, part) || (part.startsWith(FOLDER) && part.length > FOLDER.length);

/** The parts that mean something, each once, in their order. */
export function readRule(value: unknown): string[] | undefined {
  const parts = (Array.isArray(value) ? value : [value]).map(String).filter(known);
  return parts.length > 0 ? [...new Set(parts)] : undefined;
}

/** The rule with a part more; the rule for folders counts more the earlier it stands. */
export const withPart = (rule: readonly string[] | undefined, part: string): string[] =>
  readRule([...(rule ?? []).filter((one) => one !== part), part]) ?? [];

/** The rule without a part. */
export const withoutPart = (rule: readonly string[] | undefined, part: string) =>
  readRule((rule ?? []).filter((one) => one !== part));

export const folderPart = (folder: string) => `${FOLDER}${folder.replace(/^\/+|\/+$/g, '')}`;
