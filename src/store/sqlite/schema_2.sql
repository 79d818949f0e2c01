-- Version 2: entries that share a GUID or a link, edits that change words, stories that follow from what their members say.

-- What several entries of the source have in common, so that none is told by it alone: the hash of a GUID or of a whole link.
-- NULL: `identity` is that hash, or the entry has neither.
ALTER TABLE entries ADD COLUMN handle BLOB;
CREATE INDEX entries_handle ON entries (source, handle) WHERE handle IS NOT NULL;

-- Changes only when the publisher changed words. NULL: as `whole`, written by version 1.
ALTER TABLE entries ADD COLUMN wording BLOB;

-- When its publisher last changed it into another version of its release. NULL: never.
ALTER TABLE entries ADD COLUMN revised_at INTEGER;
-- Version 1 kept only the edition.
UPDATE entries SET revised_at = edition_at WHERE changed_at IS NOT NULL AND edition_at > ordered_at;
CREATE INDEX entries_place ON entries (source, ordered_at);

-- As configured; it decides between equals. The configuration is registered before anything is refreshed.
ALTER TABLE sources ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;

-- The site that a source's entries link to, as dedupe hashes it: sources of one site are one publisher's.
ALTER TABLE sources ADD COLUMN publisher INTEGER;
CREATE INDEX sources_publisher ON sources (publisher) WHERE publisher IS NOT NULL;

-- What publishers repeat, as dedupe counts it. A key from 0 up is the hash of
-- a publisher's site; a negative one is a source alone, as most of its links lead to no one site, or too many sources share it.
CREATE TABLE boilerplate (
    owner  INTEGER PRIMARY KEY,
    blocks BLOB    NOT NULL
) STRICT;
DROP TABLE source_blocks;

-- The entries of each source's last whole document: what is not among them has left it.
CREATE TABLE documents (
    source  INTEGER PRIMARY KEY REFERENCES sources,
    read_at INTEGER NOT NULL,
    read_by INTEGER NOT NULL,      -- the version of our reading code; another one may read the same bytes differently
    renews  INTEGER NOT NULL,      -- 1: it was seen to give new GUIDs or dates to entries that were still in its document
    entries BLOB    NOT NULL       -- their numbers, ascending: LEB128 of the difference to the one before
) STRICT;

-- What comparing two entries came to, where it says something: the same release, another version of it, or certainly two.
CREATE TABLE links (
    entry   INTEGER NOT NULL,      -- the greater number
    other   INTEGER NOT NULL,
    verdict TEXT    NOT NULL,      -- same, update, apart
    layer   TEXT    NOT NULL,
    score   REAL    NOT NULL,
    PRIMARY KEY (entry, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_other ON links (other);

-- Version 1 showed an item as changed no earlier than what it shows was published, whatever stood here: that stays.
UPDATE output_items SET updated_at = max(updated_at, COALESCE((SELECT published_at FROM entries WHERE entry = output_items.entry), updated_at));
