//! What each step of the store does inside its transaction, for every engine: loads facts through `rows`, lets `dedupe` and the
//! other pure parts decide, and writes what they decided.

pub(in crate::store) mod find;
pub(in crate::store) mod keys;
pub(in crate::store) mod rebuild;
pub(in crate::store) mod stories;
