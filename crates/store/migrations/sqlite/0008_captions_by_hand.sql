-- Captions that people change.

-- Of a step row about captions: those of the picture before and after, as a JSON list of pairs of
-- caption and source, in their order. Null for tags and labels.
ALTER TABLE mark_step_rows ADD COLUMN captions_before TEXT;
ALTER TABLE mark_step_rows ADD COLUMN captions_after TEXT;
