-- Version 3: hosts that want to be left alone.

-- A host that refused (429), or has no request left for us. A row goes with the host's first good answer after `until`.
CREATE TABLE host_holds (
    -- As in URLs, without the port.
    host TEXT PRIMARY KEY,
    -- Nobody is asked there before.
    until INTEGER NOT NULL,
    -- Refusals in a row; 0: it answered well.
    refusals INTEGER NOT NULL,
    -- Of the answer that said so.
    status INTEGER NOT NULL,
    -- When it said so, by our clock.
    noted_at INTEGER NOT NULL
) WITHOUT ROWID;
