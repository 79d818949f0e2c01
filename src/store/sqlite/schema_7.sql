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
