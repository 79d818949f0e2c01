-- Version 5: what the last refresh came to is stored as facts; claims go, as one process owns an SQLite file.

-- What of our own kept the source from being asked: network or machine. NULL: nothing, it was asked.
ALTER TABLE source_state ADD COLUMN fault TEXT;
UPDATE source_state SET fault = 'network' WHERE because = 'our own network is down; no fault of the source';
UPDATE source_state SET fault = 'machine' WHERE because = 'our own machine is short of what a request takes; no fault of the source';

-- What had to be repaired to read the document: a JSON array of strings. NULL: nothing.
ALTER TABLE source_state ADD COLUMN repairs TEXT;
-- Up to version 4 repairs began the message. Where they ended is not known, so all of it is one repair.
UPDATE source_state SET repairs = json_array(substr(message, 11)), message = NULL WHERE substr(message, 1, 10) = 'repaired: ';

DROP INDEX source_state_due;
ALTER TABLE source_state DROP COLUMN shard;
ALTER TABLE source_state DROP COLUMN epoch;
DROP TABLE claims;
