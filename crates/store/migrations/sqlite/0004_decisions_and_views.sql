-- What people decided about copies, and the filters that they gave a name.

-- A picture that is kept whatever a rule says. By the id of the picture, which lasts from one
-- analysis to the next, as its group does not.
CREATE TABLE kept_copies (
    dataset_id BLOB NOT NULL,
    media_id BLOB NOT NULL,
    decided_by BLOB,
    decided_at_us BIGINT NOT NULL,
    PRIMARY KEY (dataset_id, media_id)
) WITHOUT ROWID;

CREATE TABLE saved_views (
    id BLOB NOT NULL PRIMARY KEY,
    dataset_id BLOB NOT NULL REFERENCES datasets (id),
    name TEXT NOT NULL,
    created_by BLOB,
    created_at_us BIGINT NOT NULL,
    -- JSON: the filters as the caller sent them.
    filters TEXT NOT NULL,
    -- How many pictures passed when it was made; -1 where nobody counted.
    image_count BIGINT NOT NULL
);
CREATE UNIQUE INDEX saved_views_name ON saved_views (dataset_id, name);
