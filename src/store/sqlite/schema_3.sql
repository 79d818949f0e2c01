-- Version 3: hosts that want to be left alone; entries age by the time in which their source was read; steps of the wall clock are
-- told from time that passed.

-- A host that refused (429), or has no request left for us. A row goes with the host's first good answer after `until`.
CREATE TABLE host_holds (
    host     TEXT    PRIMARY KEY,  -- as in URLs, without the port
    until    INTEGER NOT NULL,     -- nobody is asked there before
    refusals INTEGER NOT NULL,     -- in a row; 0: it answered well
    status   INTEGER NOT NULL,     -- of the answer that said so
    noted_at INTEGER NOT NULL      -- when it said so, by our clock
) STRICT, WITHOUT ROWID;

-- The source's own clock: it goes on only while the source is read, by at most a day, or its own interval, for each answer. It
-- starts at the wall time of the first answer, so that it can be compared with what `entries.last_seen` held before.
ALTER TABLE source_state ADD COLUMN heard_at INTEGER NOT NULL DEFAULT 0;
-- What has aged so far stays aged, but not by the time that a clock was ahead: that would let everything go at once.
UPDATE source_state SET heard_at = min(unixepoch() * 1000, max(COALESCE(success_at, 0),
    COALESCE((SELECT removed_at FROM sources WHERE source = source_state.source AND success_at IS NOT NULL), 0)));
UPDATE entries SET last_seen = (SELECT heard_at FROM source_state st WHERE st.source = entries.source)
    WHERE last_seen > (SELECT heard_at FROM source_state st WHERE st.source = entries.source AND heard_at > 0);

-- From now on `last_seen` is the source's `heard_at` when its document last had the entry. Retention walks each source's entries
-- in this order.
DROP INDEX entries_seen;
CREATE INDEX entries_seen ON entries (source, last_seen) WHERE expired_at IS NULL;

-- How retention stands.
CREATE TABLE upkeep (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    ended_at   INTEGER,            -- when its last pass ended; NULL: none has
    over_since INTEGER             -- since when what must stay is larger than `max_size`; NULL: it is not
) STRICT;
INSERT INTO upkeep VALUES (1, NULL, NULL);

-- The latest starts of the machine that were seen, by whichever process.
CREATE TABLE clock (
    turn      INTEGER PRIMARY KEY AUTOINCREMENT,
    boot      TEXT    NOT NULL UNIQUE,  -- which start
    booted_at INTEGER NOT NULL          -- when it was, by the wall clock as last seen
) STRICT;

-- Finds what was edited under a clock that was ahead; those that came under it are the latest entries.
CREATE INDEX entries_changed ON entries (changed_at) WHERE changed_at IS NOT NULL;
