-- Who may write a shard's sources. One process owns all shards of a SQLite file; the epoch grows with every opening,
-- so that a late writer can be told from the present one.
CREATE TABLE claims (
    shard    INTEGER PRIMARY KEY,
    owner    TEXT    NOT NULL,
    epoch    INTEGER NOT NULL,
    until_at INTEGER              -- NULL: no end, as long as the process lives
) STRICT;

-- Cold: a configured place that is polled.
CREATE TABLE sources (
    source     INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT    NOT NULL UNIQUE,
    location   TEXT    NOT NULL,
    added_at   INTEGER NOT NULL,
    removed_at INTEGER,           -- NULL: configured
    feed_id    TEXT,              -- the feed's own fields; all NULL until a document was parsed
    title      TEXT,
    home_url   TEXT,
    self_url   TEXT,
    language   TEXT,
    icon       TEXT,
    revision   INTEGER NOT NULL DEFAULT 0  -- grows when one of these changes
) STRICT;

-- How often one of these has changed, of any source.
CREATE TABLE feed_changes (
    count INTEGER NOT NULL
) STRICT;
INSERT INTO feed_changes VALUES (0);

-- Hot: written by every refresh.
CREATE TABLE source_state (
    source        INTEGER PRIMARY KEY REFERENCES sources,
    shard         INTEGER NOT NULL,
    epoch         INTEGER NOT NULL,
    due_at        INTEGER,        -- NULL: never asked, or not again by itself
    because       TEXT,
    validator_url TEXT,           -- NULL: no validators
    etag          BLOB,
    last_modified BLOB,
    body_hash     BLOB,           -- NULL: no body was parsed
    parsed_at     INTEGER,        -- when its present document was parsed whole
    moved_to      TEXT,
    attempt_at    INTEGER,        -- NULL: never asked
    success_at    INTEGER,
    errors        INTEGER NOT NULL DEFAULT 0,
    retry_after   INTEGER,
    fresh_for     INTEGER,        -- seconds; NULL: the server does not say
    fresh_by      TEXT,           -- the header that says so
    ttl           INTEGER,        -- seconds, as update_every: what the feed asks of those who poll it
    update_every  INTEGER,
    skip_hours    INTEGER NOT NULL DEFAULT 0,  -- bit n: the hour from n o'clock UTC
    skip_days     INTEGER NOT NULL DEFAULT 0,  -- bit 0: Monday
    gone          INTEGER NOT NULL DEFAULT 0,
    mean_gap      INTEGER,        -- seconds
    last_new_at   INTEGER,
    outcome       TEXT,           -- of the last refresh; NULL: never asked
    class         TEXT,
    status        INTEGER,
    message       TEXT,
    day           INTEGER NOT NULL DEFAULT 0,  -- the UTC day that day_items counts
    day_items     INTEGER NOT NULL DEFAULT 0,
    entries       INTEGER NOT NULL DEFAULT 0,  -- stored entries, and those of them that joined another's story
    duplicates    INTEGER NOT NULL DEFAULT 0,
    renamed       INTEGER NOT NULL DEFAULT 0   -- how often a known entry came back under another GUID
) STRICT;
CREATE INDEX source_state_due ON source_state (shard, due_at);

-- Troubles of sources, from their beginning to their end.
CREATE TABLE health (
    source      INTEGER NOT NULL REFERENCES sources,
    trouble     TEXT    NOT NULL,
    began_at    INTEGER NOT NULL,
    resolved_at INTEGER,          -- NULL: it lasts
    message     TEXT    NOT NULL,
    PRIMARY KEY (source, trouble, began_at)
) STRICT, WITHOUT ROWID;

-- Blocks of text that a source repeats, as dedupe counts them.
CREATE TABLE source_blocks (
    source INTEGER PRIMARY KEY REFERENCES sources,
    blocks BLOB    NOT NULL
) STRICT;

-- Entries that are one release. The revision grows with every change to the story or a member.
CREATE TABLE stories (
    story      INTEGER PRIMARY KEY AUTOINCREMENT,
    revision   INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    began_at   INTEGER NOT NULL,          -- edition_at of the entry that it began with
    ruled      INTEGER NOT NULL DEFAULT 0 -- 1: a person has parted it from another; nothing merges it
) STRICT;

-- An entry; its identity stays when its body has expired. Small columns stand before large ones.
CREATE TABLE entries (
    entry        INTEGER PRIMARY KEY AUTOINCREMENT,
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
    held         INTEGER NOT NULL,      -- 0 no, 1 backlog, 2 flood
    published_at INTEGER,               -- NULL: the publisher gave none that can be read
    updated_at   INTEGER,
    feed_updated INTEGER,               -- what its feed said of itself when the entry came or last changed
    ordered_at   INTEGER NOT NULL,
    first_seen   INTEGER NOT NULL,
    last_seen    INTEGER NOT NULL,      -- exact to a day
    changed_at   INTEGER,               -- NULL: never edited
    expired_at   INTEGER,               -- NULL: whole; else only the identity is left
    guid         TEXT,                  -- NULL: the publisher gave none
    url          TEXT,
    title        TEXT    NOT NULL,
    language     TEXT,
    summary      TEXT,
    rest         TEXT,                  -- JSON of the rarer fields; NULL: none of them
    text         TEXT    NOT NULL,
    html         TEXT,
    UNIQUE (source, identity)
) STRICT;
CREATE INDEX entries_url     ON entries (url_hash)     WHERE url_hash IS NOT NULL;
CREATE INDEX entries_content ON entries (content_hash) WHERE content_hash IS NOT NULL;
CREATE INDEX entries_identity ON entries (identity); -- the same GUID in other sources
CREATE INDEX entries_story   ON entries (story);
CREATE INDEX entries_seen    ON entries (last_seen)    WHERE expired_at IS NULL;

-- Keys of similar texts: 32 bits of key, 16 of the week (from 1970) that the entry's place is in.
CREATE TABLE near_keys (
    slot  INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (slot, entry)
) STRICT, WITHOUT ROWID;

-- The latest entries' keys, a row an entry, until they go into near_keys many at a time, see keys.rs.
CREATE TABLE near_fresh (
    log   INTEGER PRIMARY KEY AUTOINCREMENT,
    entry INTEGER NOT NULL,
    week  INTEGER NOT NULL,
    keys  BLOB    NOT NULL        -- four bytes each, little-endian
) STRICT;

-- By which version of our code stored values were made, see the constants in dedupe.
CREATE TABLE versions (
    name    TEXT    PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT;

-- Stories that the outputs have not judged at their present revision; left by the transaction that changed them.
CREATE TABLE outbox (
    story    INTEGER PRIMARY KEY REFERENCES stories,
    revision INTEGER NOT NULL,
    since    INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_since ON outbox (since);

CREATE TABLE outputs (
    output     INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT    NOT NULL UNIQUE,
    rules      BLOB,                    -- what its whole membership was judged by; NULL: must be replayed
    replaying  BLOB,                    -- what a replay under way judges by; NULL: none, or it was crossed by other rules
    documents  BLOB,                    -- hash of its documents; NULL: never rendered
    changed_at INTEGER                  -- when that hash last changed
) STRICT;

-- From when to when, on the places of entries, parts of rules did something; '' is all that a rule judged.
CREATE TABLE rule_spans (
    rule     TEXT    NOT NULL,          -- whose
    part     TEXT    NOT NULL,          -- its text
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (rule, part)
) STRICT, WITHOUT ROWID;

-- What an output keeps. An item that left keeps its row, so that it returns under the same id.
CREATE TABLE output_items (
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
    PRIMARY KEY (output, story, slot),
    UNIQUE (output, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX output_items_window ON output_items (output, ordered_at DESC, item_id) WHERE left_at IS NULL;
CREATE INDEX output_items_unarchived ON output_items (output, ordered_at) WHERE left_at IS NULL AND archive IS NULL;

-- Archive documents as they were first written, for ever: rows are never changed or deleted, so that no number is used twice.
CREATE TABLE archives (
    output   INTEGER NOT NULL REFERENCES outputs,
    number   INTEGER NOT NULL,          -- from 1
    made_at  INTEGER NOT NULL,
    size     INTEGER NOT NULL,          -- bytes as written
    base     TEXT    NOT NULL,          -- what its links within the site begin with
    document BLOB    NOT NULL,          -- RFC 7932
    PRIMARY KEY (output, number)
) STRICT;
