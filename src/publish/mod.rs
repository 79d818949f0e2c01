//! Entries to documents: bytes, media type, validators; pure.
