// Made-up datasets of any size: every fact of a picture is computed from its number.
import { createHash } from 'node:crypto';
import { picture, SCENES, sceneRgb, sceneShape } from './picture.mjs';

const ISSUES = ['blur', 'dark', 'bright', 'outliers'];
const TIERS = ['same_bytes', 'same_pixels', 'same_picture', 'edited', 'mirrored'];
/** By scene; every fourth has none. */
const LABELS = ['harbour', 'street', 'roof'];
const FOLDERS = [
  '2024/harbour',
  '2024/old town',
  '2025/harbour',
  '2025/roof',
  '2026/drone',
  'scans',
];

/** A number in [0, 1) that looks random, for picture `i` and question `salt`. */
export function chance(i, salt) {
  let h = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(salt + 7, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

export const id = (set, i) => `0${set}000000-0000-7000-8000-${i.toString(16).padStart(12, '0')}`;
const indexOf = (mediaId) => Number.parseInt(mediaId.slice(24), 16);

/** Groups: every picture whose number ends in 0 may own the next one to three. */
function group(i) {
  const head = i - (i % 10);
  const extras = chance(head, 1) < 0.12 ? 1 + Math.floor(chance(head, 2) * 3) : 0;
  if (extras === 0 || i > head + extras) return null;
  return { head, extras, tier: TIERS[Math.floor(chance(head, 3) * TIERS.length)] };
}

const scene = (i) => Math.floor(chance(group(i)?.head ?? i, 4) * SCENES);

function confidence(i, kind) {
  const value = chance(i, 10 + ISSUES.indexOf(kind));
  const share = [0.05, 0.03, 0.02, 0.01][ISSUES.indexOf(kind)];
  return value < share ? 0.5 + 0.5 * chance(i, 20 + ISSUES.indexOf(kind)) : 0.5 * value;
}

export function facts(set, i) {
  const member = group(i);
  const shape = sceneShape(scene(i));
  const long = [1200, 1920, 3000, 4032][Math.floor(chance(i, 5) * 4)];
  const bits = ISSUES.reduce(
    (sum, kind, at) => sum | (confidence(i, kind) >= 0.5 ? 1 << at : 0),
    0,
  );
  const format = ['jpeg', 'jpeg', 'jpeg', 'png', 'webp', 'heic'][Math.floor(chance(i, 6) * 6)];
  const folder = FOLDERS[Math.floor((i / 997) % FOLDERS.length)];
  return {
    media_id: id(set, i),
    path: `${folder}/IMG_${String(i).padStart(6, '0')}.${format === 'jpeg' ? 'jpg' : format}`,
    folder,
    format,
    width: shape >= 1 ? long : Math.round(long * shape),
    height: shape >= 1 ? Math.round(long / shape) : long,
    size_bytes: 90_000 + Math.floor(chance(i, 7) * 6_000_000),
    rgb: sceneRgb(scene(i)),
    bits,
    copies: member ? member.extras : 0,
    modified_at: new Date(1.75e12 + chance(i, 8) * 3e10).toISOString(),
    uniqueness: chance(i, 9),
  };
}

const card = (set, i) => {
  const { bits, copies, folder, uniqueness, path, rgb, ...rest } = facts(set, i);
  return {
    ...rest,
    original_uri: path,
    media_thumb_uri: `/api/v1/dataset/d000000${set}-0000-7000-8000-000000000000/media/${rest.media_id}/thumbnail?v=1`,
    measures: {
      mean_colour: `#${rgb.toString(16).padStart(6, '0')}`,
      luma_mean: 40 + 170 * chance(i, 50),
      sharpness: 12.4,
      sharpness_best: 44.9,
    },
  };
};

/** The first pictures in the order of indexing. */
export const first = (set, limit) => ({
  items: Array.from({ length: Math.min(limit, set.n) }, (_, at) =>
    card(set.number, (at * 29 + set.number * 3) % set.n),
  ),
  next_cursor: null,
});

const list = (query, name) => query.getAll(name);

function tests(query) {
  const checks = {};
  const cuts = list(query, 'issue').map((word) => {
    const [kind, range = '0.5-1'] = word.split(':');
    const [min, max] = range.split('-').map(Number);
    return { kind, min, max };
  });
  if (cuts.length > 0)
    checks.issues = (i) =>
      cuts.some(({ kind, min, max }) => {
        const value = confidence(i, kind);
        return value >= min && value <= max;
      });
  const not = list(query, 'not_issue');
  if (not.length > 0) checks.not = (i) => not.every((kind) => confidence(i, kind) < 0.5);
  const copies = query.get('duplicates');
  if (copies)
    checks.duplicates = (i) => {
      const found = group(i);
      if (copies === 'none') return found === null;
      return found !== null && (copies === 'any' || i !== found.head);
    };
  const tiers = list(query, 'tier');
  if (tiers.length > 0) checks.tiers = (i) => tiers.includes(group(i)?.tier);
  const formats = list(query, 'format');
  if (formats.length > 0) checks.formats = (i) => formats.includes(facts(1, i).format);
  const folder = query.get('folder');
  if (folder) checks.folders = (i) => facts(1, i).folder.startsWith(folder);
  const q = query.get('q')?.toLowerCase();
  if (q) checks.q = (i) => facts(1, i).path.toLowerCase().includes(q);
  const inClusters = list(query, 'cluster').map((word) => word.split('-').map(Number));
  if (inClusters.length > 0)
    checks.cluster = (i) =>
      inClusters.some(([level, number]) => Math.floor(scene(i) / 2 ** level) === number);
  const labels = list(query, 'label');
  const bare = query.get('unlabelled') === 'true';
  if (labels.length > 0 || bare)
    checks.labels = (i) => (LABELS[scene(i) % 4] ? labels.includes(LABELS[scene(i) % 4]) : bare);
  return checks;
}

const results = new Map();

/** The numbers of the pictures in a result, or null for all in order. */
function rows(set, query) {
  const checks = Object.values(tests(query));
  const sort = query.get('sort') ?? 'path';
  if (checks.length === 0 && sort === 'path') return null;
  const key = `${set.n} ${JSON.stringify([...query].filter(([k]) => !['offset', 'limit'].includes(k)))}`;
  const known = results.get(key);
  if (known) return known;
  const found = [];
  for (let i = 0; i < set.n; i += 1) if (checks.every((check) => check(i))) found.push(i);
  const by = sort.replace(/^-/, '');
  const value = ISSUES.includes(by)
    ? (i) => confidence(i, by)
    : {
        size: (i) => facts(1, i).size_bytes,
        pixels: (i) => facts(1, i).width,
        uniqueness: (i) => chance(i, 9),
        newest: (i) => chance(i, 8),
      }[by];
  if (value) {
    const values = new Map(found.map((i) => [i, value(i)]));
    const sign = sort.startsWith('-') ? -1 : 1;
    found.sort((a, b) => sign * (values.get(a) - values.get(b)));
  }
  if (results.size > 20) results.clear();
  results.set(key, found);
  return found;
}

export function grid(set, query) {
  const all = rows(set, query);
  const total = all ? all.length : set.n;
  const offset = Number(query.get('offset') ?? 0);
  const end = Math.min(total, offset + Number(query.get('limit') ?? 500));
  const page = {
    generation: 7,
    total,
    offset,
    id: [],
    path: [],
    width: [],
    height: [],
    rgb: [],
    issues: [],
    copies: [],
    v: [],
  };
  for (let at = offset; at < end; at += 1) {
    const one = facts(set.number, all ? all[at] : at);
    page.id.push(one.media_id);
    page.path.push(one.path);
    page.width.push(one.width);
    page.height.push(one.height);
    page.rgb.push(one.rgb);
    page.issues.push(one.bits);
    page.copies.push(one.copies);
    page.v.push('1');
  }
  return page;
}

export function shape(set, query) {
  const all = rows(set, query);
  const total = all ? all.length : set.n;
  return Uint8Array.from({ length: total }, (_, at) => {
    const value = Math.round(128 + 32 * Math.log2(sceneShape(scene(all ? all[at] : at))));
    return Math.min(255, Math.max(0, value));
  });
}

const facetCache = new Map();

export function facets(set, query) {
  const key = `${set.n} ${query}`;
  if (facetCache.has(key)) return facetCache.get(key);
  const checks = tests(query);
  const names = Object.keys(checks);
  const out = {
    generation: 7,
    total: 0,
    issues: Object.fromEntries(
      ISSUES.map((kind) => [kind, { count: 0, histogram: Array(20).fill(0) }]),
    ),
    duplicates: { any: 0, extra: 0, none: 0 },
    tiers: Object.fromEntries(TIERS.map((tier) => [tier, 0])),
    formats: {},
    folders: [],
    unlabelled: 0,
    tags: [],
    untagged: 0,
  };
  const [folders, labels] = [{}, {}];
  // A sample is enough for a mock of a million.
  const step = set.n > 200_000 ? 10 : 1;
  for (let i = 0; i < set.n; i += step) {
    const failed = names.filter((name) => !checks[name](i));
    if (failed.length > 1) continue;
    const own = (name) => failed.length === 0 || failed[0] === name;
    const member = group(i);
    if (failed.length === 0) out.total += step;
    if (own('issues'))
      for (const kind of ISSUES) {
        const value = confidence(i, kind);
        out.issues[kind].histogram[Math.min(19, Math.floor(value * 20))] += step;
        if (value >= 0.5) out.issues[kind].count += step;
      }
    if (own('duplicates')) {
      out.duplicates[member ? 'any' : 'none'] += step;
      if (member && member.head !== i) out.duplicates.extra += step;
    }
    if (own('tiers') && member) out.tiers[member.tier] += step;
    const label = LABELS[scene(i) % 4];
    if (own('labels') && label) labels[label] = (labels[label] ?? 0) + step;
    else if (own('labels')) out.unlabelled += step;
    const one = facts(1, i);
    if (own('formats')) out.formats[one.format] = (out.formats[one.format] ?? 0) + step;
    if (own('folders')) folders[one.folder] = (folders[one.folder] ?? 0) + step;
  }
  const measure = (least, most, logarithmic) => ({
    least,
    most,
    logarithmic,
    bars: Array.from({ length: 100 }, (_, bar) =>
      Math.round((out.total / 100) * (0.3 + 1.4 * chance(bar, least + most))),
    ),
  });
  out.measures = {
    uniqueness: measure(0, 1, false),
    size: measure(90_000, 6_090_000, true),
    pixels: measure(1e5, 16e6, true),
    width: measure(640, 4032, true),
    height: measure(640, 4032, true),
    aspect: measure(0.4, 2.4, true),
    modified: measure(1.75e9, 1.78e9, false),
  };
  out.labels = Object.entries(labels).map(([value, count]) => ({ value, count }));
  out.folders = Object.entries(folders).map(([value, count]) => ({ value, count }));
  facetCache.set(key, out);
  return out;
}

/** The map as the server packs it: scenes are clouds of points. */
export function map(set, query) {
  const level = Number(query.get('level') ?? 2);
  const wanted = rows(set, query);
  const passes = wanted && new Set(wanted);
  const { n } = set;
  const labels = new TextEncoder().encode(JSON.stringify(LABELS));
  const bytes = new Uint8Array(16 + n * 11 + labels.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('LAMMAP02'));
  bytes.set(labels, 16 + n * 11);
  view.setUint32(8, n, true);
  view.setUint32(12, Math.ceil(SCENES / 2 ** level), true);
  for (let i = 0; i < n; i += 1) {
    const cloud = scene(i);
    const angle = 2 * Math.PI * chance(i, 60);
    const away = 3000 * Math.sqrt(-Math.log(1 - 0.99 * chance(i, 61)));
    const x = 6000 + 53_000 * chance(cloud, 62) + away * Math.cos(angle);
    const y = 6000 + 53_000 * chance(cloud, 63) + away * Math.sin(angle);
    const clamp = (value) => Math.min(65_534, Math.max(0, Math.round(value)));
    view.setUint16(16 + i * 2, clamp(x), true);
    view.setUint16(16 + n * 2 + i * 2, clamp(y), true);
    const one = facts(set.number, i);
    const member = group(i);
    view.setUint16(16 + n * 4 + i * 2, one.bits, true);
    view.setUint16(16 + n * 6 + i * 2, Math.floor(cloud / 2 ** level), true);
    bytes[16 + n * 8 + i] =
      (member ? 16 : 0) |
      (member && member.head !== i ? 32 : 0) |
      (!passes || passes.has(i) ? 128 : 0);
    bytes[16 + n * 9 + i] = Math.round(one.uniqueness * 255);
    bytes[16 + n * 10 + i] = cloud % 4 === 3 ? 255 : cloud % 4;
  }
  return bytes;
}

/** The picture of a row of the map. */
export const mapPicture = (set, row) => (row < set.n ? card(set.number, row) : null);

export function groups(set, query) {
  const tier = query.get('tier');
  const heads = [];
  const tiers = {};
  for (let head = 0; head < Math.min(set.n, 50_000); head += 10) {
    const found = group(head);
    if (!found) continue;
    tiers[found.tier] ??= { groups: 0, extra: 0, bytes: 0 };
    tiers[found.tier].groups += 1;
    tiers[found.tier].extra += found.extras;
    for (let k = 1; k <= found.extras; k += 1)
      tiers[found.tier].bytes += facts(1, head + k).size_bytes;
    if (!tier || found.tier === tier) heads.push({ head, ...found });
  }
  const offset = Number(query.get('offset') ?? 0);
  const page = heads.slice(offset, offset + Number(query.get('limit') ?? 50));
  return {
    total: heads.length,
    tiers,
    groups: page.map(({ head, extras, tier: own }) => ({
      group_id: id(9, head),
      tier: own,
      keep: card(set.number, head),
      others: Array.from({ length: extras }, (_, k) => ({
        ...card(set.number, head + k + 1),
        distance: own === 'same_bytes' || own === 'same_pixels' ? 0 : chance(head + k, 30) * 0.06,
      })),
    })),
  };
}

/** What would go of the groups; the rule is not heeded. */
export function plan(set, query) {
  const { total, tiers, groups: page } = groups(set, query);
  const wanted = query.get('tier');
  const told = Object.entries(tiers)
    .filter(([tier]) => !wanted || tier === wanted)
    .map(([tier, { groups: count, extra, bytes }]) => [
      tier,
      { groups: count, remove: extra, bytes },
    ]);
  const all = { groups: 0, remove: 0, bytes: 0 };
  for (const [, count] of told) for (const key of Object.keys(all)) all[key] += count[key];
  return {
    generation: 1,
    total,
    all,
    tiers: Object.fromEntries(told),
    groups: page.map(({ group_id, tier, keep, others }) => ({
      group_id,
      tier,
      keep: [{ ...keep, decided: false }],
      remove: others.map(({ distance, ...one }) => ({ ...one, likeness: 1 - distance })),
    })),
  };
}

export function clusters(set, query) {
  const level = Number(query.get('level') ?? 2);
  const count = Math.ceil(SCENES / 2 ** level);
  const offset = Number(query.get('offset') ?? 0);
  const all = Array.from({ length: count }, (_, number) => {
    const previews = [];
    for (let i = 0; i < set.n && previews.length < 5; i += 1)
      if (Math.floor(scene(i) / 2 ** level) === number) previews.push(i);
    return { number, previews, n: Math.round((set.n / count) * (0.4 + 1.2 * chance(number, 40))) };
  })
    .filter((one) => one.previews.length > 0)
    .sort((a, b) => b.n - a.n);
  return {
    generation: 7,
    level,
    total: all.length,
    clusters: all.slice(offset, offset + 100).map((one) => ({
      cluster_id: `${level}-${one.number}`,
      name: one.number % 3 === 2 ? [] : [LABELS[one.number % 3], 'evening light'],
      n_images: one.n,
      previews: one.previews.map((i) => card(set.number, i)),
    })),
  };
}

export function media(set, mediaId) {
  const i = indexOf(mediaId);
  if (!(i < set.n)) return null;
  const one = facts(set.number, i);
  const member = group(i);
  return {
    ...card(set.number, i),
    dataset_id: set.id,
    created_at: '2026-11-20T10:00:00Z',
    colour_model: 'rgb',
    bit_depth: 8,
    has_alpha: one.format === 'png',
    frame_count: 1,
    orientation: i % 7 === 0 ? 6 : 1,
    notes: i % 13 === 0 ? ['extension_mismatch'] : [],
    content_hash: createHash('sha256').update(mediaId).digest('hex'),
    issues: ISSUES.filter((kind) => confidence(i, kind) >= 0.5).map((kind) => ({
      kind,
      confidence: confidence(i, kind),
    })),
    uniqueness: one.uniqueness,
    clusters: [0, 1, 2, 3, 4].map((level) => `${level}-${Math.floor(scene(i) / 2 ** level)}`),
    group: member
      ? {
          group_id: id(9, member.head),
          tier: member.tier,
          keep: id(set.number, member.head),
          others: Array.from({ length: member.extras }, (_, k) =>
            id(set.number, member.head + k + 1),
          ),
        }
      : null,
    displayable: one.format !== 'heic',
  };
}

/** The bytes of a picture: small for a tile, larger for the page. */
export function bytes(mediaId, long) {
  const i = indexOf(mediaId);
  return picture(scene(i), long);
}
