import { describe, expect, it } from 'vitest';
import type { Facets } from '../../api/types';
import { colours, legend } from './colours';
import {
  areaText,
  type Corner,
  countIn,
  holds,
  Near,
  NO_LABEL,
  NOWHERE,
  simplified,
  unpack,
} from './points';

/** A map as the server packs it. */
function packed(places: readonly (readonly [number, number, number])[], clusters = 3): Uint8Array {
  const count = places.length;
  const labels = new TextEncoder().encode('["ship","sail"]');
  const bytes = new Uint8Array(16 + count * 11 + labels.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('LAMMAP02'));
  view.setUint32(8, count, true);
  view.setUint32(12, clusters, true);
  places.forEach(([x, y, flags], at) => {
    view.setUint16(16 + at * 2, x, true);
    view.setUint16(16 + count * 2 + at * 2, y, true);
    view.setUint16(16 + count * 4 + at * 2, 1 << at, true);
    view.setUint16(16 + count * 6 + at * 2, at % clusters, true);
    bytes[16 + count * 8 + at] = flags;
    bytes[16 + count * 9 + at] = at;
    bytes[16 + count * 10 + at] = at < 2 ? at : NO_LABEL;
  });
  bytes.set(labels, 16 + count * 11);
  return bytes;
}

/** The first picture is a ship under sail: one colour, two labels, two issues. */
const facets: Facets = {
  generation: 1,
  total: 2,
  issues: {
    blur: { count: 2, histogram: [] },
    bright: { count: 1, histogram: [] },
    mislabels: { count: 1, histogram: [] },
  },
  duplicates: { any: 5, extra: 4, none: 9 },
  tiers: {},
  formats: {},
  folders: [],
  labels: [
    { value: 'ship', count: 1 },
    { value: 'sail', count: 1 },
  ],
  unlabelled: 1,
};

describe('a map', () => {
  it('is read as it was packed', () => {
    const points = unpack(
      packed([
        [1, 2, 128],
        [65534, 3, 0],
        [NOWHERE, NOWHERE, 16],
      ]),
    );
    expect(points.count).toBe(3);
    expect([...points.x]).toEqual([1, 65534, NOWHERE]);
    expect([...points.y]).toEqual([2, 3, NOWHERE]);
    expect([...points.flags]).toEqual([128, 0, 16]);
    expect([...points.uniqueness]).toEqual([0, 1, 2]);
    expect([...points.cluster]).toEqual([0, 1, 2]);
    expect([...points.issues]).toEqual([1, 2, 4]);
    expect([...points.label]).toEqual([0, 1, NO_LABEL]);
    expect(points.labels).toEqual(['ship', 'sail']);
  });

  it('is coloured by label, and its legend counts and filters those that pass', () => {
    const points = unpack(
      packed([
        [1, 2, 128],
        [3, 4, 0],
        [5, 6, 128],
      ]),
    );
    const rows = legend(points, 'label', facets);
    expect(rows.map(({ text, count, filter }) => [text, count, filter])).toEqual([
      ['ship', 1, { label: ['ship'] }],
      ['sail', 1, { label: ['sail'] }],
      ['Unlabelled', 1, { unlabelled: true }],
    ]);
    const bytes = colours(points, 'label');
    expect(rows[0]?.colour).toBe(`rgb(${[...bytes.subarray(0, 3)].join(' ')})`);
    expect(rows[2]?.colour).toBe(`rgb(${[...bytes.subarray(8, 11)].join(' ')})`);
    const issues = legend(points, 'issue', facets).filter((row) => row.count);
    expect(issues.map(({ key, count, filter }) => [key, count, filter])).toEqual([
      ['blur', 2, { issue: ['blur'] }],
      ['bright', 1, { issue: ['bright'] }],
      ['mislabels', 1, { issue: ['mislabels'] }],
    ]);
    const copies = legend(points, 'copies', facets);
    expect(copies.map(({ key, count }) => [key, count])).toEqual([
      ['extra', 4],
      ['keep', 0],
      ['none', 9],
    ]);
  });

  it('calls clusters by their names and filters by them, once they are known', () => {
    const points = unpack(
      packed([
        [1, 2, 128],
        [3, 4, 128],
      ]),
    );
    const told = (rows: ReturnType<typeof legend>) =>
      rows.map(({ text, filter }) => [text, filter]);
    expect(told(legend(points, 'cluster', undefined))[0]).toEqual(['Cluster 1', undefined]);
    const known = [{ cluster_id: 'c1', name: ['boat', 'mast'] }, { cluster_id: 'c2' }];
    const rows = told(legend(points, 'cluster', undefined, known));
    expect(rows[0]).toEqual(['boat, mast', { cluster: ['c1'] }]);
  });

  it('counts nothing that a filter would count otherwise before the facets are there', () => {
    const points = unpack(packed([[1, 2, 128]]));
    for (const by of ['label', 'issue', 'copies'] as const) {
      const told = legend(points, by, undefined).filter((row) => row.filter);
      expect(told.length).toBeGreaterThan(0);
      expect(told.map((row) => row.count)).toEqual(told.map(() => null));
    }
  });

  it('is refused when it is something else', () => {
    expect(() => unpack(new Uint8Array(20))).toThrow('no map');
    expect(() => unpack(packed([[1, 2, 3]]).subarray(0, 20))).toThrow('no map');
  });

  it('finds the nearest point within reach, and first those that pass the filter', () => {
    const near = new Near(
      unpack(
        packed([
          [100, 100, 0],
          [110, 100, 128],
          [60000, 60000, 128],
          [NOWHERE, NOWHERE, 128],
        ]),
      ),
    );
    expect(near.find(101, 100, 50)).toBe(1);
    expect(near.find(101, 100, 5)).toBe(0);
    expect(near.find(30000, 30000, 500)).toBeNull();
    expect(near.find(59990, 60010, 50)).toBe(2);
    expect(near.find(65534, 65534, 100)).toBeNull();
  });
});

describe('a line around points', () => {
  const square: Corner[] = [
    [10, 10],
    [20, 10],
    [20, 20],
    [10, 20],
  ];

  it('holds what lies within, by the even–odd rule', () => {
    expect(holds(square, 15, 15)).toBe(true);
    expect(holds(square, 25, 15)).toBe(false);
    const bow: Corner[] = [
      [0, 0],
      [10, 10],
      [10, 0],
      [0, 10],
    ];
    expect(holds(bow, 1, 5)).toBe(true);
    expect(holds(bow, 5, 1)).toBe(false);
  });

  it('counts only what passes the filter and has a place', () => {
    const points = unpack(
      packed([
        [15, 15, 128],
        [16, 16, 0],
        [30, 15, 128],
        [NOWHERE, NOWHERE, 128],
      ]),
    );
    expect(countIn(points, square)).toBe(1);
  });

  it('is written with whole numbers inside the map and at most so many corners', () => {
    expect(
      areaText([
        [-5, 3.4],
        [70000, 2.6],
        [1, 1],
      ]),
    ).toBe('0,3 65534,3 1,1');
    const long = Array.from({ length: 1000 }, (_, at): Corner => [at, at]);
    expect(simplified(long, 100)).toHaveLength(100);
    expect(simplified(square, 100)).toEqual(square);
  });
});
