/** What the server sends, as far as the app reads it. */

export type StatusNew = 'DRAFT' | 'INDEXING' | 'READ ONLY' | 'PARTIAL INDEX' | 'READY' | 'ERROR';

/** In a dataset, each of them may do what those before may. */
export type Role = 'viewer' | 'editor' | 'owner';

export interface Dataset {
  id: string;
  display_name: string;
  description: string;
  owned_by: string;
  owner: string | null;
  source_uri: string;
  source_type?: 'FOLDER' | 'UPLOAD';
  labels_from_folders?: boolean;
  created_at: string;
  updated_at: string | null;
  status: string;
  status_new: StatusNew;
  fatal_error_msg: string | null;
  progress: number;
  n_images: number;
  /** Boxes in its pictures. */
  n_objects?: number;
  /** What whoever asks may do with it. */
  your_role?: Role;
  preview_uri: string;
  n_rejected?: number | undefined;
  /** Its first pictures, at most four. */
  preview_media?: string[];
  /** The work of the moment, if any. */
  phase?: string | null;
  done?: number | null;
  total?: number | null;
}

export const ISSUES = [
  'blur',
  'dark',
  'bright',
  'outliers',
  'mislabels',
  'label_outlier',
  'low_information',
  'odd_size',
  'odd_aspect_ratio',
  'leakage',
] as const;
export type Issue = (typeof ISSUES)[number];

export const TIERS = ['same_bytes', 'same_pixels', 'same_picture', 'edited', 'mirrored'] as const;
export type Tier = (typeof TIERS)[number];

export interface Report {
  found: number;
  indexed: number;
  rejected: number;
  ignored: number;
  rejected_by_reason: Record<string, { count: number; examples: string[] }>;
  ignored_by_reason?: Record<string, number>;
  exact_duplicate_groups?: number;
  exact_duplicates: number;
  near_duplicate_groups?: number;
  near_duplicates: number;
  blur: number;
  dark: number;
  bright: number;
  outliers: number;
  clusters: { level: number; clusters: number; largest: number }[];
  seconds_by_stage: Record<string, number>;
}

/** One page of the grid, a column a fact. */
export interface GridPage {
  generation: number | null;
  total: number;
  offset: number;
  id: string[];
  path: string[];
  width: number[];
  height: number[];
  /** 0xRRGGBB */
  rgb: number[];
  /** Bits in the order of ISSUES. */
  issues: number[];
  /** Other members of its duplicate group. */
  copies: number[];
  /** What versions the address of its thumbnail. */
  v: string[];
  /** Cosine distances to what was searched with; empty where nothing was. */
  distance?: number[];
}

/** A picture in a list. */
export interface Card {
  media_id: string;
  /** Its file, relative to the source. */
  original_uri: string;
  media_thumb_uri: string;
  width: number;
  height: number;
  size_bytes: number;
  format: string;
  measures: { mean_colour: string };
  modified_at?: string | null;
}

export interface Media extends Card {
  dataset_id: string;
  created_at: string;
  colour_model: string;
  bit_depth: number;
  has_alpha: boolean;
  frame_count: number;
  orientation: number;
  notes: string[];
  content_hash: string;
  issues?: FoundIssue[];
  uniqueness?: number | null;
  /** Finest first. */
  clusters?: string[] | null;
  group?: { group_id: string; tier: Tier; keep: string; others: string[] } | null;
  /** Whether browsers show the file as it is. */
  displayable?: boolean;
  user_tags?: { id: string; name: string }[];
  labels?: { label: string; source: string }[];
  captions?: { caption: string; source: string }[];
  objects?: ObjectBox[];
  /** What fields that people declared say of it. */
  custom_metadata?: { field_name: string; field_type: string; value: unknown }[];
  /** What the model sees in it, the surest first. */
  predicted?: { name: string; share: number }[];
}

/** Something that may be wrong with a picture. */
export interface FoundIssue {
  kind: Issue;
  /** 0–1; from a half on it counts. */
  confidence: number;
  /** The label it should have, or the path of the copy in another split; else empty. */
  issues_description?: string;
  /** Of a mislabelled picture. */
  suggested_label?: string | null;
}

/** A page of boxes of many pictures. */
export interface ObjectPage {
  generation: number | null;
  total: number;
  offset: number;
  items: (Card & {
    object_id: string;
    label: string;
    bbox: ObjectBox['bbox'];
    crop_uri: string;
  })[];
  /** Of all boxes that the filter lets through, whatever labels are asked for. */
  labels: { value: string; count: number }[];
}

/** A box in a picture. */
export interface ObjectBox {
  object_id: string;
  label: string;
  source: string;
  /** Left, top, width and height in pixels of the upright picture. */
  bbox: [number, number, number, number];
}

/** Numbers that every picture has. */
export const MEASURES = [
  'uniqueness',
  'size',
  'pixels',
  'width',
  'height',
  'aspect',
  'modified',
] as const;
export type Measure = (typeof MEASURES)[number];

/** How many pictures lie where between the least and the greatest value of all. */
export interface Bars {
  least: number;
  most: number;
  /** Whether each bar is a factor wider than the one before, rather than as wide. */
  logarithmic: boolean;
  bars: number[];
}

export interface Facets {
  generation: number | null;
  total: number;
  issues: Partial<Record<Issue, { count: number; histogram: number[] }>>;
  duplicates: { any: number; extra: number; none: number };
  tiers: Partial<Record<Tier, number>>;
  formats: Record<string, number>;
  folders: { value: string; count: number }[];
  labels?: { value: string; count: number }[];
  unlabelled?: number;
  measures?: Partial<Record<Measure, Bars>>;
  /** By tag; their names are told by the tags. */
  tags?: { id: string; count: number }[];
  untagged?: number;
}

export interface Group {
  group_id: string;
  tier: Tier;
  keep: Card;
  /** With their likeness to the kept one, 0–1, or their distance to it. */
  others: (Card & { likeness?: number; distance?: number })[];
}

export interface Groups {
  total: number;
  tiers: Partial<Record<Tier, { groups: number; extra: number; bytes: number }>>;
  groups: Group[];
}

export interface ClusterPage {
  generation: number | null;
  level: number;
  total: number;
  clusters: {
    cluster_id: string;
    /** What it is called, at most three words, the likeliest first. */
    name?: string[];
    n_images: number;
    previews: Pick<Card, 'media_id' | 'media_thumb_uri' | 'measures'>[];
  }[];
}

export interface Rejected {
  path: string;
  size_bytes: number;
  reason: string;
  message: string;
  note: string;
}

export interface Task {
  task_id: string;
  dataset_id: string;
  dataset_name: string;
  task_type: string;
  status: 'INITIALIZING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'ABORTED';
  status_message: string;
  progress_percentage: number | null;
  error_message: string | null;
  start_time: string;
  end_time: string | null;
  phase?: string;
  done?: number;
  total?: number;
  rejected?: number;
}

export interface Tasks {
  tasks: Task[];
  total: number;
  page: number;
  page_size: number;
}

export interface Folders {
  roots: string[];
  path: string | null;
  parent: string | null;
  folders: string[];
  n_files: number;
  complete?: boolean;
}

export interface SourcePreview {
  found: number;
  pictures: number;
  size_bytes?: number;
  ignored_by_reason: Record<string, number>;
  rejected_by_reason?: Record<string, number>;
  formats: Record<string, number>;
  samples: string[];
  /** Annotation files that will be read; counted as no pictures too. */
  annotations?: AnnotationSeen[];
  complete: boolean;
}

export interface AnnotationSeen {
  path: string;
  format: AnnotationFormat;
  size_bytes: number;
}

export type AnnotationFormat = 'coco' | 'csv' | 'parquet' | 'yolo' | 'export';

/** An annotation file as it was read last. */
export interface AnnotationFile {
  path: string;
  format: AnnotationFormat;
  rows: number;
  labels: number;
  captions: number;
  boxes: number;
  tags: number;
  left_out: number;
  problems_by_reason: Record<string, number>;
}

export interface Annotations {
  warnings: string[];
  files: AnnotationFile[];
  problems: { file: string; line: number; reason: string; message: string }[];
  next_cursor: string | null;
}

/** A filter of a dataset under a name. */
export interface SavedView {
  id: string;
  name: string;
  created_at: string;
  created_by: { user_id: string | null; email: string | null; name: string | null };
  /** The part of the app's address behind `?`; null where another program made the view. */
  filters: { address: string | null };
  /** -1 where nobody counted. */
  stats: { n_images: number };
}

export interface PlanCount {
  groups: number;
  remove: number;
  bytes: number;
}

/** A group of copies as a plan leaves it. */
export interface PlannedGroup {
  group_id: string;
  tier: Tier;
  /** What stays, the copy that takes over the tags first. */
  keep: (Card & { decided: boolean })[];
  /** What goes, with its likeness to the copy that the analysis would keep, 0–1. */
  remove: (Card & { likeness: number })[];
}

export interface Plan {
  generation: number | null;
  total: number;
  all: PlanCount;
  tiers: Partial<Record<Tier, PlanCount>>;
  groups: PlannedGroup[];
}

export interface Tag {
  id: string;
  name: string;
  count: number;
}

/** A change of tags. */
export interface Change {
  change_id: string;
  summary: string;
  added: number;
  removed: number;
  task_id: string | null;
}

/** An export in the list of them. */
export interface ListedExport extends ExportTask {
  created_at: string;
  created_by: string;
  file_name: string;
  format: string | null;
  include_images: boolean;
  size_bytes: number | null;
  finished_at: string | null;
  expires_at: string | null;
  task_id: string | null;
}

/** An archive that is being written, or is there. */
export interface ExportTask {
  id: string;
  status: 'INIT' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'REJECTED';
  /** 0–1. */
  progress: number;
  download_uri: string | null;
  entities_count: number;
  error: string | null;
  result_message: string | null;
}
