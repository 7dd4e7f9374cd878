import { describe, expect, it } from 'vitest';
import { queryString } from '../../api/client';
import { readSearch, writeSearch } from '../../search';
import { partsQuery } from './parts';
import {
  cutOf,
  type Explore,
  filterOf,
  hasFilter,
  LIKES_MAX,
  leaning,
  pick,
  readExplore,
  refine,
  resultKey,
  withCut,
} from './state';
import { chipsOf } from './words';

const FULL_STATE: Explore = {
  view: 'clusters',
  q: 'cat & dog',
  issue: ['blur:0.7-1', 'dark'],
  not_issue: ['outliers'],
  duplicates: 'extra',
  tier: ['edited'],
  format: ['jpeg', 'png'],
  folder: 'a b/c',
  cluster: ['c1', 'c2'],
  label: ['boat & mast'],
  not_label: ['car'],
  unlabelled: true,
  range: ['size:1000..5000', 'aspect:..0.5'],
  like: ['media:0198c0de-0000-7000-8000-000000000000'],
  less: ['upload:0198c0de-0000-7000-8000-000000000001'],
  alike: 0.6,
  words: 'a boat',
  layout: 'fitted',
  size: 200,
  level: 3,
  at: 1234,
};

describe('the address', () => {
  it('gives back the whole state', () => {
    expect(readExplore(readSearch(writeSearch({ ...FULL_STATE })))).toEqual(FULL_STATE);
  });

  it('is empty for the defaults', () => {
    expect(writeSearch({ ...readExplore({ sort: 'path', view: 'pictures' }) })).toBe('');
  });

  it('leaves out what it does not understand', () => {
    expect(
      readExplore({
        issue: ['rust', 'blur:9-0', 'dark:x'],
        sort: 'fate',
        size: '-5',
        level: 'many',
        tier: 'same_bytes',
        at: '',
        format: ['../etc', 'png'],
      }),
    ).toEqual({ issue: ['blur:0-1'], size: 96, tier: ['same_bytes'], format: ['png'] });
  });
});

describe('a filter', () => {
  it('is what the API is asked, and nothing about looks', () => {
    expect(queryString(filterOf({ q: 'x', issue: ['blur', 'dark'], size: 200, at: 7 }))).toBe(
      '?q=x&issue=blur&issue=dark',
    );
    expect(hasFilter({ size: 200, level: 1 })).toBe(false);
    expect(resultKey({ size: 100 })).toBe(resultKey({ size: 300, at: 8 }));
    expect(resultKey({ sort: '-blur' })).not.toBe(resultKey({}));
  });

  it('forgets the place when it changes', () => {
    expect(refine({ at: 900, size: 200 }, { q: 'cat' })).toEqual({ size: 200, q: 'cat' });
  });

  it('picks one value, adds with a key held, and takes back', () => {
    expect(pick(['png'], 'jpeg', false)).toEqual(['jpeg']);
    expect(pick(['png'], 'jpeg', true)).toEqual(['png', 'jpeg']);
    expect(pick(['png', 'jpeg'], 'png', true)).toEqual(['jpeg']);
    expect(pick(['png'], 'png', false)).toBeUndefined();
  });

  it('moves the cut of one score and leaves the others', () => {
    const state = withCut({ issue: ['blur', 'dark'] }, 'blur', { kind: 'blur', min: 0.8, max: 1 });
    expect(state.issue).toEqual(['dark', 'blur:0.8-1']);
    expect(cutOf(state, 'blur')?.min).toBe(0.8);
    expect(withCut(state, 'blur', null).issue).toEqual(['dark']);
  });
});

describe('boxes', () => {
  const box = '0198c0de-0000-7000-8000-000000000000';

  it('are asked for by label where they are shown, and forgotten elsewhere', () => {
    const state = readExplore({ view: 'objects', object: ['car', 'a "b"'], box, label: 'street' });
    expect(state).toEqual({ view: 'objects', object: ['car', 'a "b"'], box, label: ['street'] });
    expect(partsQuery(state).object_labels).toBe('["car","a \\"b\\""]');
    expect(partsQuery(state).label).toEqual(['street']);
    expect(refine(state, { view: undefined })).toEqual({ label: ['street'] });
    expect(refine(state, { q: 'x' }).box).toBeUndefined();
    expect(readExplore({ object: 'car', box })).toEqual({});
  });

  it('have a chip for each label', () => {
    const state: Explore = { view: 'objects', object: ['car', 'dog'] };
    const chips = chipsOf(state);
    expect(chips.map((chip) => chip.text)).toEqual(['box: car', 'box: dog']);
    expect(chips[0]?.without.object).toEqual(['dog']);
  });
});

describe('a search', () => {
  const like = ['upload:0198c0de-0000-7000-8000-000000000000'];

  it('has its own order, whatever else is said', () => {
    expect(readExplore({ like, sort: '-size' }).sort).toBeUndefined();
    expect(readExplore({ words: 'a boat', sort: '-size' }).sort).toBeUndefined();
    expect(readExplore({ sort: 'closest' }).sort).toBeUndefined();
    expect(readExplore({ alike: '0.5', like: ['upload:x'] })).toEqual({});
  });

  it('is asked as the API has it', () => {
    const asked = filterOf({ like, alike: 0.6, words: 'a boat' });
    expect(JSON.parse(String(asked.anchor_media_id))).toEqual([
      { id: '0198c0de-0000-7000-8000-000000000000', type: 'UPLOAD' },
    ]);
    expect(asked.textual_similarity_threshold).toBe(0.4);
    expect(asked.caption).toBe('a boat');
  });
});

describe('chips', () => {
  it('stand for every part of the filter, and each takes away just its part', () => {
    const chips = chipsOf(FULL_STATE);
    expect(chips.map((chip) => chip.text)).toEqual([
      'like this picture',
      'less like this picture',
      'alike ≥ 60 %',
      'shows: a boat',
      'name: cat & dog',
      'Blurry ≥ 0.70',
      'Too dark ≥ 0.50',
      'not: Outliers',
      'File size 1.0 kB–5.0 kB',
      'Width ÷ height ≤ 0.50',
      'Could go',
      'copies: Edited',
      'format: JPEG',
      'format: PNG',
      'folder: a b/c',
      '2 clusters',
      'label: boat & mast',
      'not label: car',
      'unlabelled',
    ]);
    // Without a picture to be like, nothing is more, less or so much alike.
    for (const chip of chips) {
      const alone = chip.like && chip.key.startsWith('like');
      expect(chipsOf(chip.without)).toHaveLength(chips.length - (alone ? 3 : 1));
    }
  });
});

describe('likes and dislikes', () => {
  const one = (n: number) => `media:0198c0de-0000-7000-8000-${String(n).padStart(12, '0')}`;

  it('are asked of the API apart, each with its kind', () => {
    const asked = filterOf({ like: [one(1)], less: [one(2).replace('media', 'upload')] });
    expect(JSON.parse(String(asked.anchor_media_id))).toEqual([
      { id: one(1).slice(6), type: 'MEDIA' },
    ]);
    expect(JSON.parse(String(asked.less_like))).toEqual([{ id: one(2).slice(6), type: 'UPLOAD' }]);
  });

  it('hold the last that was said of a picture', () => {
    const less = leaning({ like: [one(1), one(2)] }, [one(2), one(3)], 'less');
    expect([less.like, less.less]).toEqual([[one(1)], [one(2), one(3)]]);
    const back = leaning(less, [one(2)], 'like');
    expect([back.like, back.less]).toEqual([[one(1), one(2)], [one(3)]]);
  });

  it('are none without anything to be like, and never both', () => {
    expect(readExplore({ less: one(1) })).toEqual({});
    expect(readExplore({ like: one(1), less: [one(1)] })).toEqual({ like: [one(1)] });
    expect(chipsOf({ like: [one(1)], less: [one(2)] })[0]?.subject).toBeUndefined();
  });

  it('are so many at most, the latest kept', () => {
    const many = Array.from({ length: LIKES_MAX }, (_, n) => one(n));
    expect(leaning({ like: many }, [one(90)], 'like').like).toEqual([...many.slice(1), one(90)]);
  });
});
