//! Bytes to entries; pure.
