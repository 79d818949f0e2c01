//! What each step of the store does inside its transaction, for every engine: load facts, decide, write the decision.
//!
//! A step knows no SQL. It asks an engine through the traits of [`super::rows`], lets `dedupe` or another pure part decide,
//! and writes what was decided in the same transaction.

pub(in crate::store) mod archives;
pub(super) mod health;
pub(in crate::store) mod items;
pub(in crate::store) mod outbox;
pub(in crate::store) mod outputs;
pub(super) mod retention;
pub(super) mod times;
pub(in crate::store) mod windows;
