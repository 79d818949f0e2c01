-- Version 7.

-- What corrections changed, kept as long as their entry is whole. Nothing is known of those before this version.
CREATE TABLE corrections (
    correction INTEGER PRIMARY KEY,     -- ascends with time within an entry
    entry      INTEGER NOT NULL REFERENCES entries,
    id         BLOB    NOT NULL,        -- permanent; its outbound id follows from it
    at         INTEGER NOT NULL,
    size       INTEGER NOT NULL,        -- bytes of the words, unpacked
    words      BLOB    NOT NULL         -- titles and texts before and after, as `rows/corrections.rs` packs them
) STRICT;
CREATE INDEX corrections_entry ON corrections (entry);

-- Withdrawals: entries that outputs must not show any more, and what their documents say of it. The two columns let a member of a story
-- be judged without another look; the tables say the rest.
ALTER TABLE entries ADD COLUMN withdrawn_at INTEGER;    -- NULL: no operator has withdrawn it
ALTER TABLE entries ADD COLUMN retracted_at INTEGER;    -- NULL: its publisher stands by it

-- Entries that an operator has withdrawn, and entries that repeat them.
CREATE TABLE withdrawn (
    entry   INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    reason  TEXT,                       -- NULL: none was given
    copy_of INTEGER                     -- the withdrawn entry that it repeats. NULL: an operator withdrew it
) STRICT;

-- Keys of the entries that an operator has withdrawn, for they are looked for at any distance in time.
CREATE TABLE withdrawn_keys (
    key   INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (key, entry)
) STRICT, WITHOUT ROWID;

-- Entries that their publisher has withdrawn.
CREATE TABLE retracted (
    entry  INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    sign   TEXT    NOT NULL,            -- deleted-entry, headline, notice, is-notice
    reason TEXT,                        -- in the publisher's words. NULL: it gave none
    notice INTEGER                      -- the entry that says so. NULL: no entry does
) STRICT;
CREATE INDEX retracted_notice ON retracted (notice) WHERE notice IS NOT NULL;

-- Items that outputs announce as deleted. `at` is what readers are told, and later than all that the item ever said of its own last
-- change; that may lie far in the future.
CREATE TABLE tombstones (
    output  INTEGER NOT NULL REFERENCES outputs,
    item_id TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    announced_at INTEGER NOT NULL,      -- by our clock
    reason  TEXT,                       -- NULL: nothing is said of it
    PRIMARY KEY (output, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstones_latest ON tombstones (output, announced_at);

-- Items that archive documents still have to lose.
CREATE TABLE redactions (
    output  INTEGER NOT NULL REFERENCES outputs,
    number  INTEGER NOT NULL,
    item_id TEXT    NOT NULL,
    PRIMARY KEY (output, number, item_id)
) STRICT, WITHOUT ROWID;

-- Which archive documents have the words of an entry, whatever story it belongs to and whatever its item shows by now.
ALTER TABLE output_items ADD COLUMN archived_entry INTEGER; -- NULL: in no document, or in one of a version that did not note it
CREATE INDEX output_items_archived ON output_items (COALESCE(archived_entry, entry)) WHERE archive IS NOT NULL;
