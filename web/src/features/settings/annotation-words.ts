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
export function takenWords({ labels, captions, boxes, tags }: AnnotationFile): string {
  const parts = [
    labels > 0 && plural(labels, 'label'),
    captions > 0 && plural(captions, 'caption'),
    boxes > 0 && plural(boxes, 'box', 'boxes'),
    tags > 0 && plural(tags, 'tag'),
  ].filter((part) => part !== false);
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

/** What can be wrong with a row, after how many it is wrong with. */
const FAULT_WORDS: Record<string, string> = {
  no_such_picture: 'of pictures that are not here',
  ambiguous_picture: 'of a name that several pictures have',
  malformed: 'not written as the format wants',
  unknown_category: 'of a label that the file does not explain',
  unusable_text: 'with text or a tag that cannot be used',
  deleted_tag: 'with a tag that was deleted',
  invalid_box: 'with a box that is none',
  box_outside: 'with a box outside the picture',
  box_cut: 'with a box cut to its picture',
  other_size: 'of pictures that the file gives another size',
};

/** What was wrong with rows of a file, most first; what only is a note says that the row counts. */
export function faultWords({ rows, problems_by_reason }: AnnotationFile): string[] {
  return Object.entries(problems_by_reason)
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([why, count]) => {
      if (why === 'unreadable') return 'the file could not be read to its end';
      const counts = why === 'box_cut' || why === 'other_size' ? ', taken all the same' : '';
      return `${number(count)} of ${plural(rows, 'row')} ${FAULT_WORDS[why] ?? why}${counts}`;
    });
}

/** Whether a file lies outside the source: such a file was named by a person. */
export const outside = (path: string) => path.startsWith('/');

const KNOWN =
  /^(annotations|captions)\.json$|^metadata\.(json|parquet)$|annotations\.coco\.json$|^(image|object)_annotations\.(csv|parquet)$|^data\.yaml$/i;

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
