-- What tags were called before: a file that still names one so means that tag.
CREATE TABLE tag_former_names (
    dataset_id UUID NOT NULL,
    -- The name in lower case.
    name_folded TEXT NOT NULL,
    tag_id UUID NOT NULL,
    PRIMARY KEY (dataset_id, name_folded)
);
