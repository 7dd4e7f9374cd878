-- Files that say what pictures show, as they were read last, and the rows of them with which
-- something is wrong.

-- JSON list of annotation files beside those that lie in the source.
ALTER TABLE datasets ADD COLUMN annotation_paths TEXT;
-- Boxes in its pictures.
ALTER TABLE datasets ADD COLUMN object_count BIGINT NOT NULL DEFAULT 0;

CREATE TABLE annotation_files (
    dataset_id UUID NOT NULL,
    -- Order in which they were read, from 0.
    position BIGINT NOT NULL,
    path TEXT NOT NULL,
    format TEXT NOT NULL,
    rows_count BIGINT NOT NULL,
    labels_count BIGINT NOT NULL,
    captions_count BIGINT NOT NULL,
    boxes_count BIGINT NOT NULL,
    -- JSON: rows by what is wrong with them.
    faults TEXT NOT NULL,
    PRIMARY KEY (dataset_id, position)
);

CREATE TABLE annotation_problems (
    dataset_id UUID NOT NULL,
    -- The file.
    position BIGINT NOT NULL,
    -- Order within the file, from 0.
    number BIGINT NOT NULL,
    line BIGINT NOT NULL,
    fault TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (dataset_id, position, number)
);

-- Finds what people changed about a picture, so that no file takes it back.
CREATE INDEX mark_step_rows_media ON mark_step_rows (dataset_id, media_id, kind, mark, version);
