/** What colours the points of a map. Pure. */
import { type ClusterPage, type Facets, ISSUES, type Issue } from '../../api/types';
import { number, plural } from '../../format';
import type { Explore } from '../explore/state';
import { ISSUE_WORDS } from '../explore/words';
import { COPIES, EXTRA, NO_LABEL, type Points, WANTED } from './points';
import type { Colouring } from './state';

type Rgb = readonly [number, number, number];

/** Twelve hues that differ in lightness too (after Paul Tol's muted scheme). */
const PALETTE: readonly Rgb[] = [
  [51, 114, 204],
  [230, 126, 34],
  [39, 158, 104],
  [204, 62, 80],
  [142, 96, 192],
  [0, 168, 181],
  [196, 166, 28],
  [214, 93, 177],
  [112, 128, 48],
  [96, 160, 232],
  [168, 96, 56],
  [122, 200, 132],
];
const OTHER: Rgb = [140, 146, 156];
const NONE: Rgb = [196, 200, 206];
const ISSUE_COLOURS: Record<Issue, Rgb> = {
  blur: [51, 114, 204],
  dark: [142, 96, 192],
  bright: [230, 150, 24],
  outliers: [204, 62, 80],
  mislabels: [214, 93, 177],
  label_outlier: [0, 168, 181],
  low_information: [112, 128, 48],
  odd_size: [96, 160, 232],
  odd_aspect_ratio: [168, 96, 56],
  leakage: [39, 158, 104],
};
/** Labels that the facets tell at most. */
const FACET_LABELS = 500;
/** Issues that the legend names also where no picture has them. */
const USUAL = ISSUES.slice(0, 4);

export interface Legend {
  readonly key: string;
  readonly text: string;
  readonly colour: string;
  readonly count: number | null;
  /** What the filter would be. */
  readonly filter?: Partial<Explore>;
}

/** A cluster and what it is called, if anything. */
export type Named = Pick<ClusterPage['clusters'][number], 'cluster_id' | 'name'>;

const css = ([r, g, b]: Rgb) => `rgb(${r} ${g} ${b})`;

/** From calm to striking, for a score of 0–255. */
function ramp(value: number): Rgb {
  const stops: readonly Rgb[] = [
    [68, 84, 150],
    [49, 144, 150],
    [120, 190, 100],
    [246, 214, 70],
  ];
  const place = (value / 255) * (stops.length - 1);
  const at = Math.min(stops.length - 2, Math.floor(place));
  const [one, other] = [stops[at] as Rgb, stops[at + 1] as Rgb];
  const part = place - at;
  return [0, 1, 2].map((band) =>
    Math.round((one[band] as number) * (1 - part) + (other[band] as number) * part),
  ) as unknown as Rgb;
}

const worst = (issues: number): Issue | null =>
  issues === 0 ? null : (ISSUES.find((_, bit) => issues & (1 << bit)) ?? null);

function colourOf(points: Points, row: number, by: Colouring): Rgb {
  const flags = points.flags[row] as number;
  if (by === 'cluster') return PALETTE[points.cluster[row] as number] ?? OTHER;
  if (by === 'uniqueness') return ramp(points.uniqueness[row] as number);
  if (by === 'copies') {
    return flags & EXTRA ? (PALETTE[3] as Rgb) : flags & COPIES ? (PALETTE[0] as Rgb) : OTHER;
  }
  if (by === 'label') {
    const label = points.label[row] as number;
    return label === NO_LABEL ? NONE : (PALETTE[label] ?? OTHER);
  }
  const issue = worst(points.issues[row] as number);
  return issue ? ISSUE_COLOURS[issue] : OTHER;
}

/** Red, green, blue and opacity of every point; those that the filter leaves out are faint. */
export function colours(points: Points, by: Colouring): Uint8Array {
  const bytes = new Uint8Array(points.count * 4);
  for (let row = 0; row < points.count; row += 1) {
    const [r, g, b] = colourOf(points, row, by);
    bytes[row * 4] = r;
    bytes[row * 4 + 1] = g;
    bytes[row * 4 + 2] = b;
    bytes[row * 4 + 3] = (points.flags[row] as number) & WANTED ? 225 : 26;
  }
  return bytes;
}

/**
 * What the colours mean, and how many pictures have them.
 *
 * A picture has one colour, but may have two labels or two issues; so what can be filtered by is
 * counted as the filter would find it, which the facets know and the points do not.
 */
export function legend(
  points: Points,
  by: Colouring,
  facets: Facets | undefined,
  /** The largest clusters of the whole dataset, in the order of their numbers on the map. */
  clusters: readonly Named[] = [],
): Legend[] {
  const counted = (test: (row: number) => boolean) => {
    let sum = 0;
    for (let row = 0; row < points.count; row += 1) {
      if ((points.flags[row] as number) & WANTED && test(row)) sum += 1;
    }
    return sum;
  };
  const flags = (row: number) => points.flags[row] as number;
  if (by === 'cluster') {
    const shown = Math.min(PALETTE.length, points.clusters);
    const rows = PALETTE.slice(0, shown).map((colour, at): Legend => {
      const known = clusters[at];
      return {
        key: String(at),
        text: known?.name?.join(', ') || `Cluster ${number(at + 1)}`,
        colour: css(colour),
        count: counted((row) => points.cluster[row] === at),
        ...(known ? { filter: { cluster: [known.cluster_id] } } : {}),
      };
    });
    const rest = points.clusters - shown;
    return rest > 0
      ? [
          ...rows,
          {
            key: 'rest',
            text: plural(rest, 'smaller cluster'),
            colour: css(OTHER),
            count: counted((row) => (points.cluster[row] as number) >= shown),
          },
        ]
      : rows;
  }
  if (by === 'label') return labels(points, facets);
  if (by === 'issue') {
    const here = (issue: Issue) => USUAL.includes(issue) || (facets?.issues[issue]?.count ?? 0) > 0;
    return [
      ...ISSUES.filter(here).map((issue) => ({
        key: issue,
        text: ISSUE_WORDS[issue].name,
        colour: css(ISSUE_COLOURS[issue]),
        count: facets ? (facets.issues[issue]?.count ?? 0) : null,
        filter: { issue: [issue] },
      })),
      {
        key: 'none',
        text: 'No issue',
        colour: css(OTHER),
        count: counted((row) => points.issues[row] === 0),
      },
    ];
  }
  if (by === 'copies') {
    return [
      {
        key: 'extra',
        text: 'Could go',
        colour: css(PALETTE[3] as Rgb),
        count: facets?.duplicates.extra ?? null,
        filter: { duplicates: 'extra' },
      },
      {
        key: 'keep',
        text: 'Kept of its copies',
        colour: css(PALETTE[0] as Rgb),
        count: counted((row) => (flags(row) & (COPIES | EXTRA)) === COPIES),
      },
      {
        key: 'none',
        text: 'No copies',
        colour: css(OTHER),
        count: facets?.duplicates.none ?? null,
        filter: { duplicates: 'none' },
      },
    ];
  }
  return [
    { key: 'low', text: 'Much like others', colour: css(ramp(0)), count: null },
    { key: 'middle', text: 'Ordinary', colour: css(ramp(128)), count: null },
    { key: 'high', text: 'Very unusual', colour: css(ramp(255)), count: null },
  ];
}

/** The most frequent labels, the rest of them together, and pictures without any. */
function labels(points: Points, facets: Facets | undefined): Legend[] {
  const shown = points.labels.slice(0, PALETTE.length);
  const found = new Map(facets?.labels?.map((one) => [one.value, one.count]));
  // The facets tell the most frequent under the filter; one they do not tell may be rarer.
  const told = (label: string) =>
    found.get(label) ?? (facets && found.size < FACET_LABELS ? 0 : null);
  const rows: Legend[] = shown.map((label, at) => ({
    key: `label ${label}`,
    text: label,
    colour: css(PALETTE[at] as Rgb),
    count: told(label),
    filter: { label: [label] },
  }));
  if (points.labels.length > shown.length) {
    rows.push({ key: 'others', text: 'Other labels', colour: css(OTHER), count: null });
  }
  const none = facets?.unlabelled ?? null;
  if (none !== 0 || shown.length === 0) {
    const filter = { unlabelled: true } as const;
    rows.push({ key: 'none', text: 'Unlabelled', colour: css(NONE), count: none, filter });
  }
  return rows;
}
