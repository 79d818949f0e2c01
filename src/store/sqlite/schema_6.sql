-- Version 6.

-- What outputs keep, by story: a new story touches one page for all outputs, and so does its outbound id. By output, each of them
-- had a page of its own to read and to write.
CREATE TABLE items_by_story (
    output     INTEGER NOT NULL REFERENCES outputs,
    story      INTEGER NOT NULL,
    slot       INTEGER NOT NULL,        -- 0: the whole story; else the entry that stands for itself; below 0: an edition announced
    entry      INTEGER NOT NULL,        -- the member shown
    whole      BLOB    NOT NULL,
    edition_at INTEGER NOT NULL,
    item_id    TEXT    NOT NULL,
    ordered_at INTEGER NOT NULL,
    entered_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    left_at    INTEGER,                 -- NULL: in
    archive    INTEGER,                 -- number of the archive document that it stands in; NULL: none
    PRIMARY KEY (story, output, slot),
    UNIQUE (item_id, output)
) STRICT, WITHOUT ROWID;
INSERT INTO items_by_story SELECT output, story, slot, entry, whole, edition_at, item_id, ordered_at, entered_at, updated_at, left_at, archive
    FROM output_items ORDER BY story, output, slot;
DROP TABLE output_items;
ALTER TABLE items_by_story RENAME TO output_items;
CREATE INDEX output_items_window ON output_items (output, ordered_at DESC, item_id) WHERE left_at IS NULL;
CREATE INDEX output_items_unarchived ON output_items (output, ordered_at) WHERE left_at IS NULL AND archive IS NULL;
