-- Fields that people give pictures, and their values.

CREATE TABLE metadata_fields (
    id BLOB NOT NULL PRIMARY KEY,
    dataset_id BLOB NOT NULL REFERENCES datasets (id),
    name TEXT NOT NULL,
    -- `string`, `float`, `datetime`, `enum` or `link`.
    kind TEXT NOT NULL,
    -- JSON list: what may be chosen.
    options TEXT NOT NULL,
    is_multi BOOLEAN NOT NULL,
    -- `declared`, `taking`, `whole` or `partly`.
    state TEXT NOT NULL,
    inserted_count BIGINT NOT NULL,
    error_count BIGINT NOT NULL,
    -- JSON list of the first rows that were not taken in.
    sample_errors TEXT NOT NULL,
    created_by BLOB,
    created_at_us BIGINT NOT NULL
);
CREATE UNIQUE INDEX metadata_fields_name ON metadata_fields (dataset_id, name);

CREATE TABLE metadata_values (
    dataset_id BLOB NOT NULL,
    field_id BLOB NOT NULL,
    media_id BLOB NOT NULL,
    -- Order of several, from 0.
    position BIGINT NOT NULL,
    -- JSON: the value with its type.
    value TEXT NOT NULL,
    PRIMARY KEY (dataset_id, field_id, media_id, position)
) WITHOUT ROWID;
CREATE INDEX metadata_values_media ON metadata_values (media_id, field_id, position);
