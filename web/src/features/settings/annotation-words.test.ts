import { describe, expect, it } from 'vitest';
import type { AnnotationFile } from '../../api/types';
import { faultWords, givesWords, outside, sentName, takenWords } from './annotation-words';

const file = (more: Partial<AnnotationFile>): AnnotationFile => ({
  path: 'annotations.json',
  format: 'coco',
  rows: 12,
  labels: 0,
  captions: 0,
  boxes: 0,
  tags: 0,
  left_out: 0,
  problems_by_reason: {},
  ...more,
});

describe('an annotation file', () => {
  it('says what it would give by its name', () => {
    const gives = (path: string, format: AnnotationFile['format']) => givesWords({ path, format });
    expect(gives('a/object_annotations.csv', 'csv')).toBe('CSV: boxes');
    expect(gives('image_annotations.parquet', 'parquet')).toBe('Parquet: labels and captions');
    expect(gives('annotations.json', 'coco')).toContain('boxes, labels and captions');
  });

  it('says what it gave', () => {
    expect(takenWords(file({ boxes: 1, labels: 2000 }))).toBe('2,000 labels, 1 box');
    expect(takenWords(file({}))).toBe('nothing');
    expect(takenWords(file({ captions: 2, tags: 1 }))).toBe('2 captions, 1 tag');
  });

  it('says what was wrong with it, most first, and what counts all the same', () => {
    const problems_by_reason = { box_cut: 1, no_such_picture: 3, other_size: 0 };
    expect(faultWords(file({ problems_by_reason }))).toEqual([
      '3 of 12 rows of pictures that are not here',
      '1 of 12 rows with a box cut to its picture, taken all the same',
    ]);
    expect(faultWords(file({ problems_by_reason: { unreadable: 1 } }))).toEqual([
      'the file could not be read to its end',
    ]);
    expect(faultWords(file({ problems_by_reason: { unusable_text: 3 } }))).toEqual([
      '3 of 12 rows with text or a tag that cannot be used',
    ]);
    expect(faultWords(file({ problems_by_reason: { deleted_tag: 2 } }))).toEqual([
      '2 of 12 rows with a tag that was deleted',
    ]);
    expect(faultWords(file({}))).toEqual([]);
  });

  it('can be left out again where a person named it', () => {
    expect(outside('/data/a.json')).toBe(true);
    expect(outside('a/annotations.json')).toBe(false);
  });

  it('is sent under a name by which it is read', () => {
    expect(sentName('annotations.json', '')).toBe('annotations.json');
    expect(sentName('instances_val.json', '{')).toBe('instances_val.annotations.coco.json');
    expect(sentName('mine.csv', 'filename,col_x,row_y\n')).toBe('object_annotations.csv');
    expect(sentName('mine.csv', 'filename,label\ncol_x')).toBe('image_annotations.csv');
    expect(sentName('metadata.json', '{')).toBe('metadata.json');
    expect(sentName('metadata.parquet', 'PAR1')).toBe('metadata.parquet');
    expect(sentName('other.parquet', 'PAR1')).toBeNull();
    expect(sentName('notes.txt', '')).toBeNull();
  });
});
