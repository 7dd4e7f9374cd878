-- What people and files say of pictures: tags, labels, captions, boxes; every change of them,
-- so that it can be seen at once, taken back and laid over an index made before; exports; pictures
-- uploaded to search with; and jobs of which a dataset may have several at a time.

-- What a job is about beside its dataset, such as an export; empty where it is the whole dataset.
ALTER TABLE jobs ADD COLUMN subject TEXT NOT NULL DEFAULT '';
DROP INDEX jobs_one_live;
CREATE UNIQUE INDEX jobs_one_live ON jobs (dataset_id, kind, subject)
    WHERE state IN ('queued', 'running');

-- Counts the changes of tags and labels. Whoever raises it holds the dataset's row until the
-- change is whole, so that changes have one order.
ALTER TABLE datasets ADD COLUMN marks_version BIGINT NOT NULL DEFAULT 0;
-- Whether pictures get the name of their folder as a label.
ALTER TABLE datasets ADD COLUMN labels_from_folders BOOLEAN NOT NULL DEFAULT FALSE;
-- Of the annotation files that were read last, and of how; the same again need not be read.
ALTER TABLE datasets ADD COLUMN annotations_seen TEXT;
-- JSON list of what was wrong with them.
ALTER TABLE datasets ADD COLUMN annotation_warnings TEXT;

CREATE TABLE tags (
    id BLOB NOT NULL PRIMARY KEY,
    dataset_id BLOB NOT NULL REFERENCES datasets (id),
    name TEXT NOT NULL,
    -- `name` in lower case; what makes two names the same.
    name_folded TEXT NOT NULL,
    created_by BLOB,
    created_at_us BIGINT NOT NULL,
    -- Set: gone for every reader, but its rows are there in case it is taken back.
    deleted_at_us BIGINT
);
CREATE UNIQUE INDEX tags_name ON tags (dataset_id, name_folded) WHERE deleted_at_us IS NULL;
CREATE INDEX tags_dataset ON tags (dataset_id, id);

CREATE TABLE media_tags (
    dataset_id BLOB NOT NULL,
    tag_id BLOB NOT NULL REFERENCES tags (id),
    media_id BLOB NOT NULL,
    -- The change that put it there.
    version BIGINT NOT NULL,
    assigned_at_us BIGINT NOT NULL,
    PRIMARY KEY (dataset_id, tag_id, media_id)
) WITHOUT ROWID;
CREATE INDEX media_tags_media ON media_tags (media_id, tag_id);

CREATE TABLE media_labels (
    dataset_id BLOB NOT NULL,
    media_id BLOB NOT NULL,
    label TEXT NOT NULL,
    -- Who says so: `user`, `model`, `annotation` or `folder`.
    source TEXT NOT NULL,
    -- The change that put it there; 0 where an ingest did.
    version BIGINT NOT NULL,
    PRIMARY KEY (dataset_id, media_id, label)
) WITHOUT ROWID;
CREATE INDEX media_labels_label ON media_labels (dataset_id, label, media_id);
CREATE INDEX media_labels_media ON media_labels (media_id);

CREATE TABLE media_captions (
    dataset_id BLOB NOT NULL,
    media_id BLOB NOT NULL,
    -- Order of several, from 0.
    position BIGINT NOT NULL,
    caption TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (dataset_id, media_id, position)
) WITHOUT ROWID;
CREATE INDEX media_captions_media ON media_captions (media_id);

CREATE TABLE media_objects (
    id BLOB NOT NULL PRIMARY KEY,
    dataset_id BLOB NOT NULL,
    media_id BLOB NOT NULL,
    label TEXT NOT NULL,
    source TEXT NOT NULL,
    -- The box in pixels of the upright picture.
    x_px BIGINT NOT NULL,
    y_px BIGINT NOT NULL,
    width_px BIGINT NOT NULL,
    height_px BIGINT NOT NULL,
    -- What the annotation file calls it; -1 where it does not.
    original_id BIGINT NOT NULL
);
CREATE INDEX media_objects_media ON media_objects (media_id, id);
CREATE INDEX media_objects_dataset ON media_objects (dataset_id, media_id, id);

-- A change of tags or labels that a person made, with what it did to each picture.
CREATE TABLE mark_changes (
    id BLOB NOT NULL PRIMARY KEY,
    dataset_id BLOB NOT NULL REFERENCES datasets (id),
    made_by BLOB,
    made_at_us BIGINT NOT NULL,
    -- What was done, in words.
    summary TEXT NOT NULL,
    -- JSON; what a large change is still to do.
    wish TEXT,
    -- What it did so far.
    added_count BIGINT NOT NULL,
    removed_count BIGINT NOT NULL,
    -- The change that took this one back.
    undone_by BLOB
);
CREATE INDEX mark_changes_dataset ON mark_changes (dataset_id, made_at_us, id);

-- One step of a change; a large change has many. Steps are laid over an index in this order.
CREATE TABLE mark_steps (
    dataset_id BLOB NOT NULL,
    version BIGINT NOT NULL,
    change_id BLOB NOT NULL REFERENCES mark_changes (id),
    PRIMARY KEY (dataset_id, version)
) WITHOUT ROWID;
CREATE INDEX mark_steps_change ON mark_steps (change_id, version);

CREATE TABLE mark_step_rows (
    dataset_id BLOB NOT NULL,
    version BIGINT NOT NULL,
    -- `tag` or `label`.
    kind TEXT NOT NULL,
    -- The id of the tag, or the label itself.
    mark TEXT NOT NULL,
    media_id BLOB NOT NULL,
    -- Put there; else taken away.
    added BOOLEAN NOT NULL,
    -- Of a label: who said so.
    source TEXT,
    PRIMARY KEY (dataset_id, version, kind, mark, media_id)
) WITHOUT ROWID;

CREATE TABLE exports (
    id BLOB NOT NULL PRIMARY KEY,
    dataset_id BLOB NOT NULL REFERENCES datasets (id),
    made_by BLOB,
    made_by_name TEXT NOT NULL,
    created_at_us BIGINT NOT NULL,
    -- JSON: the format, which pictures, and whether with their files.
    wish TEXT NOT NULL,
    file_name TEXT NOT NULL,
    status TEXT NOT NULL,
    -- 0 to 1.
    progress REAL NOT NULL,
    entities_count BIGINT NOT NULL,
    message TEXT,
    size_bytes BIGINT,
    -- BLAKE3 of the archive.
    content_hash BLOB,
    finished_at_us BIGINT,
    -- When the archive is taken away.
    expires_at_us BIGINT
);
CREATE INDEX exports_dataset ON exports (dataset_id, created_at_us, id);
CREATE INDEX exports_expiry ON exports (expires_at_us) WHERE expires_at_us IS NOT NULL;

-- A picture uploaded to search with: its vector, not its pixels.
CREATE TABLE anchors (
    id BLOB NOT NULL PRIMARY KEY,
    dataset_id BLOB NOT NULL REFERENCES datasets (id),
    created_at_us BIGINT NOT NULL,
    model TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    -- Little-endian 32-bit floats.
    vector BLOB NOT NULL
);
CREATE INDEX anchors_dataset ON anchors (dataset_id, created_at_us);
