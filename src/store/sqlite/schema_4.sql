-- Version 4: ids of outputs outlast their address; validators are doubted.

-- The base of all links (`public_url`) when the output was first registered: the ids of its documents follow from it, so that
-- they stay when the base changes (RFC 4287 §4.2.6). NULL: registered by an earlier version; the next start notes its own.
ALTER TABLE outputs ADD COLUMN id_base TEXT;

-- When the source was last asked without validators, or last gave a document. NULL: not since this version.
ALTER TABLE source_state ADD COLUMN whole_at INTEGER;

-- This version reads some documents better: the same bytes are read once more when they come again.
UPDATE source_state SET body_hash = zeroblob(length(body_hash)) WHERE body_hash IS NOT NULL;
