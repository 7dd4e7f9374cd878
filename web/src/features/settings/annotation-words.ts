/** What annotation files are called, what is in them, and which of them are meant. */
import type { AnnotationFile, AnnotationFormat, AnnotationSeen } from '../../api/types';
import { number, plural } from '../../format';

export const FORMAT_WORDS: Record<AnnotationFormat, string> = {
  coco: 'COCO',
  csv: 'CSV',
  parquet: 'Parquet',
  yolo: 'YOLO',
  export: 'Export of Lamina',
};

/** What a file that was only seen would give. */
export function givesWords({ path, format }: Pick<AnnotationSeen, 'path' | 'format'>): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const form = FORMAT_WORDS[format];
  if (format === 'yolo') return `${form}: a box for each line of the text files beside it`;
  if (format === 'export') return `${form}: labels, captions and boxes`;
  if (name.startsWith('object_')) return `${form}: boxes`;
  if (name.startsWith('image_')) return `${form}: labels and captions`;
  if (name === 'captions.json') return `${form}: captions`;
  return `${form}: boxes, labels and captions, whichever are in it`;
}

/** What was taken from a file. */
export function takenWords({ labels, captions, boxes }: AnnotationFile): string {
  const parts = [
    labels > 0 && plural(labels, 'label'),
    captions > 0 && plural(captions, 'caption'),
    boxes > 0 && plural(boxes, 'box', 'boxes'),
  ].filter((part) => part !== false);
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

export const leftOutWords = ({ left_out, rows }: AnnotationFile): string =>
  left_out === 0 ? 'none' : `${number(left_out)} of ${plural(rows, 'row')}`;

/** Files outside the source that were named before, and one more. */
export function withFile(files: readonly AnnotationFile[], more: string): string[] {
  const named = files.map((one) => one.path).filter((path) => path.startsWith('/'));
  return [...new Set([...named, more])];
}

const KNOWN =
  /^(annotations|captions|metadata)\.json$|annotations\.coco\.json$|^(image|object)_annotations\.(csv|parquet)$|^data\.yaml$/i;

/**
 * Under which name a file is sent, for among pictures only the usual names are read as
 * annotations; nothing where it can be none. `head` is its beginning, as text.
 */
export function sentName(name: string, head: string): string | null {
  if (KNOWN.test(name)) return name;
  const lower = name.toLowerCase();
  if (lower.endsWith('.json')) return `${name.slice(0, -5)}.annotations.coco.json`;
  if (lower.endsWith('.csv') || lower.endsWith('.tsv')) {
    const [first = ''] = head.split(/\r?\n/, 1);
    return /\bcol_x\b/i.test(first) ? 'object_annotations.csv' : 'image_annotations.csv';
  }
  return null;
}
