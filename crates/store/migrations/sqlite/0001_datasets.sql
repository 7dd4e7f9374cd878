-- Datasets, their files and pictures, the findings about them, and the jobs that make them.
-- Times are microseconds since 1970 (`*_us`). Words in TEXT columns are those of the model.

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE datasets (
    id BLOB NOT NULL PRIMARY KEY,
    display_name TEXT NOT NULL,
    description TEXT NOT NULL,
    source_type TEXT NOT NULL,
    source BLOB NOT NULL,
    -- BLAKE3 of `source`, which may be longer than an index entry may be.
    source_hash BLOB NOT NULL,
    created_by BLOB,
    is_public BOOLEAN NOT NULL,
    created_at_us BIGINT NOT NULL,
    updated_at_us BIGINT,
    status TEXT NOT NULL,
    fatal_error TEXT,
    progress_percent BIGINT NOT NULL,
    -- Found is the sum of the three.
    indexed_count BIGINT NOT NULL DEFAULT 0,
    rejected_count BIGINT NOT NULL DEFAULT 0,
    ignored_count BIGINT NOT NULL DEFAULT 0,
    -- The generation readers see.
    generation BIGINT,
    -- The highest number ever given out; numbers are not used twice.
    last_generation BIGINT NOT NULL DEFAULT 0,
    -- Set: gone for every reader, its rows being removed in steps.
    deleted_at_us BIGINT
);
CREATE INDEX datasets_source ON datasets (source_type, source_hash);
CREATE INDEX datasets_created ON datasets (created_at_us, id);

-- A path is kept as its first 1024 bytes (`path_head`) and the rest (`path_tail`, mostly empty),
-- because an index entry of PostgreSQL holds no more than 2704 bytes. Ordering by
-- (path_head, path_tail) is ordering by path.
CREATE TABLE files (
    dataset_id BLOB NOT NULL REFERENCES datasets (id),
    path_head BLOB NOT NULL,
    path_tail BLOB NOT NULL,
    -- BLAKE3 of `path_tail`; empty where that is empty.
    path_tail_hash BLOB NOT NULL,
    size_bytes BIGINT NOT NULL,
    modified_at_us BIGINT NOT NULL,
    device BIGINT NOT NULL,
    inode BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    note TEXT,
    media_id BLOB,
    PRIMARY KEY (dataset_id, path_head, path_tail_hash)
) WITHOUT ROWID;
CREATE UNIQUE INDEX files_media ON files (media_id) WHERE media_id IS NOT NULL;
CREATE INDEX files_left_out ON files (dataset_id, outcome, path_head) WHERE media_id IS NULL;
CREATE INDEX files_left_out_reason ON files (dataset_id, outcome, reason, path_head)
    WHERE media_id IS NULL;

CREATE TABLE segments (
    id BLOB NOT NULL PRIMARY KEY,
    dataset_id BLOB NOT NULL REFERENCES datasets (id),
    model TEXT NOT NULL,
    dimensions BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    thumbnails_bytes BIGINT NOT NULL,
    vectors_bytes BIGINT NOT NULL,
    signatures_bytes BIGINT NOT NULL,
    created_at_us BIGINT NOT NULL
);
CREATE INDEX segments_dataset ON segments (dataset_id, id);

CREATE TABLE media (
    id BLOB NOT NULL PRIMARY KEY,
    dataset_id BLOB NOT NULL REFERENCES datasets (id),
    created_at_us BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    format TEXT NOT NULL,
    colour_model TEXT NOT NULL,
    bit_depth BIGINT NOT NULL,
    has_alpha BOOLEAN NOT NULL,
    width_px BIGINT NOT NULL,
    height_px BIGINT NOT NULL,
    frame_count BIGINT NOT NULL,
    orientation BIGINT NOT NULL,
    -- JSON list of words.
    notes TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    pixel_hash BLOB NOT NULL,
    -- 64 bits, as a signed number.
    perceptual_hash BIGINT NOT NULL,
    luma_mean REAL NOT NULL,
    luma_spread REAL NOT NULL,
    luma_p05 REAL NOT NULL,
    luma_p50 REAL NOT NULL,
    luma_p95 REAL NOT NULL,
    luma_entropy_bits REAL NOT NULL,
    sharpness REAL NOT NULL,
    sharpness_best REAL NOT NULL,
    -- 0xRRGGBB.
    mean_rgb BIGINT NOT NULL,
    segment_id BLOB NOT NULL REFERENCES segments (id),
    segment_row BIGINT NOT NULL,
    thumbnail_offset BIGINT NOT NULL,
    thumbnail_length BIGINT NOT NULL
);
CREATE INDEX media_dataset ON media (dataset_id, id);
CREATE INDEX media_content ON media (dataset_id, content_hash);
CREATE INDEX media_segment ON media (segment_id);

CREATE TABLE generations (
    dataset_id BLOB NOT NULL REFERENCES datasets (id),
    number BIGINT NOT NULL,
    begun_at_us BIGINT NOT NULL,
    published_at_us BIGINT,
    -- When a later one took its place; readers may still be in the middle of it.
    superseded_at_us BIGINT,
    -- JSON, as told to scripts.
    report TEXT,
    PRIMARY KEY (dataset_id, number)
);

CREATE TABLE media_findings (
    dataset_id BLOB NOT NULL,
    generation BIGINT NOT NULL,
    media_id BLOB NOT NULL,
    cluster_0 BLOB NOT NULL,
    cluster_1 BLOB NOT NULL,
    cluster_2 BLOB NOT NULL,
    cluster_3 BLOB NOT NULL,
    cluster_4 BLOB NOT NULL,
    uniqueness REAL NOT NULL,
    nearest_distance REAL NOT NULL,
    PRIMARY KEY (dataset_id, generation, media_id)
) WITHOUT ROWID;

CREATE TABLE issues (
    dataset_id BLOB NOT NULL,
    generation BIGINT NOT NULL,
    kind TEXT NOT NULL,
    media_id BLOB NOT NULL,
    confidence REAL NOT NULL,
    PRIMARY KEY (dataset_id, generation, media_id, kind)
) WITHOUT ROWID;
CREATE INDEX issues_surest ON issues (dataset_id, generation, kind, confidence DESC, media_id);

CREATE TABLE duplicate_groups (
    dataset_id BLOB NOT NULL,
    generation BIGINT NOT NULL,
    -- Order in which the analysis told them, from 0.
    position BIGINT NOT NULL,
    tier TEXT NOT NULL,
    PRIMARY KEY (dataset_id, generation, position)
) WITHOUT ROWID;

CREATE TABLE duplicate_members (
    dataset_id BLOB NOT NULL,
    generation BIGINT NOT NULL,
    position BIGINT NOT NULL,
    -- 0 is the one to keep; the others follow in the order of the analysis.
    place BIGINT NOT NULL,
    media_id BLOB NOT NULL,
    likeness REAL NOT NULL,
    PRIMARY KEY (dataset_id, generation, position, place)
) WITHOUT ROWID;
CREATE INDEX duplicate_members_media ON duplicate_members (dataset_id, generation, media_id);

CREATE TABLE jobs (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    dataset_id BLOB NOT NULL REFERENCES datasets (id),
    state TEXT NOT NULL,
    -- How often it was begun; together with `runner` it tells one lease from every other.
    attempts BIGINT NOT NULL DEFAULT 0,
    -- How often it was begun since it last got anywhere.
    barren_attempts BIGINT NOT NULL DEFAULT 0,
    phase TEXT NOT NULL,
    done_count BIGINT NOT NULL,
    total_count BIGINT NOT NULL,
    rejected_count BIGINT NOT NULL,
    error TEXT,
    cancel_requested BOOLEAN NOT NULL DEFAULT FALSE,
    runner TEXT,
    lease_until_us BIGINT,
    run_after_us BIGINT NOT NULL,
    created_at_us BIGINT NOT NULL,
    started_at_us BIGINT,
    ended_at_us BIGINT
);
CREATE UNIQUE INDEX jobs_one_live ON jobs (dataset_id, kind) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_live ON jobs (created_at_us, id) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_dataset ON jobs (dataset_id, created_at_us);
