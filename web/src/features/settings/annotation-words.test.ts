import { describe, expect, it } from 'vitest';
import type { AnnotationFile } from '../../api/types';
import { givesWords, leftOutWords, sentName, takenWords, withFile } from './annotation-words';

const file = (more: Partial<AnnotationFile>): AnnotationFile => ({
  path: 'annotations.json',
  format: 'coco',
  rows: 12,
  labels: 0,
  captions: 0,
  boxes: 0,
  left_out: 0,
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
    expect(leftOutWords(file({ left_out: 3 }))).toBe('3 of 12 rows');
    expect(leftOutWords(file({}))).toBe('none');
  });

  it('comes beside those that were named before, not in their place', () => {
    const files = [file({}), file({ path: '/data/a.json' })];
    expect(withFile(files, '/data/b.csv')).toEqual(['/data/a.json', '/data/b.csv']);
    expect(withFile(files, '/data/a.json')).toEqual(['/data/a.json']);
  });

  it('is sent under a name by which it is read', () => {
    expect(sentName('annotations.json', '')).toBe('annotations.json');
    expect(sentName('instances_val.json', '{')).toBe('instances_val.annotations.coco.json');
    expect(sentName('mine.csv', 'filename,col_x,row_y\n')).toBe('object_annotations.csv');
    expect(sentName('mine.csv', 'filename,label\ncol_x')).toBe('image_annotations.csv');
    expect(sentName('notes.txt', '')).toBeNull();
  });
});
