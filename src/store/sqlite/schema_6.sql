-- Version 6.

-- Long fields out of the rows that are searched: what an entry says at length stands beside it, compressed.

-- Text, HTML and summary of an entry, as `rows/body.rs` writes them. No row: it has none of them, or it has expired.
CREATE TABLE bodies (
    entry INTEGER PRIMARY KEY,
    body  BLOB    NOT NULL
) STRICT;
INSERT INTO bodies SELECT entry, packed_body(text, html, summary) FROM entries
    WHERE text != '' OR html IS NOT NULL OR summary IS NOT NULL ORDER BY entry;

-- An entry; its identity stays when its body has expired. Rows are never deleted, so that no number is given twice.
CREATE TABLE entries_6 (
    entry        INTEGER PRIMARY KEY,
    source       INTEGER NOT NULL REFERENCES sources,
    identity     BLOB    NOT NULL,
    story        INTEGER NOT NULL REFERENCES stories,
    relation     TEXT    NOT NULL,      -- first, same, update
    layer        TEXT,                  -- NULL: first
    score        REAL,
    matched      INTEGER,               -- the entry that it was recognized by; NULL: first
    edition_at   INTEGER NOT NULL,      -- which version of the release it carries
    words        INTEGER NOT NULL,      -- of the text, without blocks that its source repeats
    trimmed      INTEGER NOT NULL,      -- bit n: block n was left out of the comparison
    url_hash     BLOB,
    content_hash BLOB,
    whole        BLOB    NOT NULL,
    wording      BLOB,                  -- changes only when the publisher changed words. NULL: as `whole`, written by version 1
    handle       BLOB,                  -- hash of a GUID or whole link that several entries of the source share, see version 2
    held         INTEGER NOT NULL,      -- 0 no, 1 backlog, 2 flood
    published_at INTEGER,               -- NULL: the publisher gave none that can be read
    updated_at   INTEGER,
    feed_updated INTEGER,               -- what its feed said of itself when the entry came or last changed
    ordered_at   INTEGER NOT NULL,
    first_seen   INTEGER NOT NULL,
    last_seen    INTEGER NOT NULL,      -- the source's `heard_at` when its document last had the entry; exact to a day
    changed_at   INTEGER,               -- NULL: never edited
    revised_at   INTEGER,               -- when its publisher last made it another version of its release. NULL: never
    expired_at   INTEGER,               -- NULL: whole; else only the identity is left
    guid         TEXT,                  -- NULL: the publisher gave none
    url          TEXT,
    title        TEXT    NOT NULL,
    language     TEXT,
    rest         TEXT,                  -- JSON of the rarer fields; NULL: none of them
    sketch       BLOB,                  -- what comparisons need of the text; NULL: not made yet
    UNIQUE (identity, source)           -- in this order it also finds the same GUID in other sources
) STRICT;
INSERT INTO entries_6 SELECT entry, source, identity, story, relation, layer, score, matched, edition_at, words, trimmed, url_hash, content_hash,
    whole, wording, handle, held, published_at, updated_at, feed_updated, ordered_at, first_seen, last_seen, changed_at, revised_at, expired_at,
    guid, url, title, language, rest, NULL FROM entries ORDER BY entry;
DROP TABLE entries;
ALTER TABLE entries_6 RENAME TO entries;

CREATE INDEX entries_url      ON entries (url_hash)           WHERE url_hash IS NOT NULL;
CREATE INDEX entries_content  ON entries (content_hash)       WHERE content_hash IS NOT NULL;
CREATE INDEX entries_story    ON entries (story);
CREATE INDEX entries_seen     ON entries (source, last_seen)  WHERE expired_at IS NULL;
CREATE INDEX entries_handle   ON entries (source, handle)     WHERE handle IS NOT NULL;
CREATE INDEX entries_place    ON entries (source, ordered_at);
CREATE INDEX entries_changed  ON entries (changed_at)         WHERE changed_at IS NOT NULL;

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
