-- In which state a step leaves what it changes, and captions once for each step.

-- Captions that rows of a step name, as a JSON list of pairs of caption and source.
CREATE TABLE mark_step_texts (
    dataset_id BLOB NOT NULL,
    version BIGINT NOT NULL,
    number BIGINT NOT NULL,
    captions TEXT NOT NULL,
    PRIMARY KEY (dataset_id, version, number)
) WITHOUT ROWID;

-- The number of the step whose state the row left: its own where it did something new, an earlier
-- one, or 0, where it took something back. Null in rows from before: their own.
ALTER TABLE mark_step_rows ADD COLUMN state BIGINT;
-- Of a row about captions: those of the picture before and after; null for none.
ALTER TABLE mark_step_rows ADD COLUMN before_text BIGINT;
ALTER TABLE mark_step_rows ADD COLUMN after_text BIGINT;

INSERT INTO mark_step_texts (dataset_id, version, number, captions)
SELECT dataset_id, version,
    ROW_NUMBER() OVER (PARTITION BY dataset_id, version ORDER BY captions) - 1, captions
FROM (
    SELECT dataset_id, version, captions_before AS captions FROM mark_step_rows
    WHERE captions_before <> '[]'
    UNION
    SELECT dataset_id, version, captions_after FROM mark_step_rows WHERE captions_after <> '[]'
) AS said;
UPDATE mark_step_rows SET
    before_text = (SELECT t.number FROM mark_step_texts t
        WHERE t.dataset_id = mark_step_rows.dataset_id AND t.version = mark_step_rows.version
            AND t.captions = mark_step_rows.captions_before),
    after_text = (SELECT t.number FROM mark_step_texts t
        WHERE t.dataset_id = mark_step_rows.dataset_id AND t.version = mark_step_rows.version
            AND t.captions = mark_step_rows.captions_after)
WHERE kind = 'caption';
ALTER TABLE mark_step_rows DROP COLUMN captions_before;
ALTER TABLE mark_step_rows DROP COLUMN captions_after;
