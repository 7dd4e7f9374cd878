-- What there is to say of an issue beside its kind: the label that a picture should have, the
-- path of a copy in another split.
ALTER TABLE issues ADD COLUMN description TEXT NOT NULL DEFAULT '';

-- A digest of the labels that a generation judged, so that changed ones are judged again; nothing
-- for one that judged none.
ALTER TABLE generations ADD COLUMN labels_seen TEXT;
