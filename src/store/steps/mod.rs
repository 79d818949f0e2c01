//! What each step of the store does inside its transaction, for every engine: load facts, decide, write the decision.
//!
//! A step knows no SQL. It asks an engine through the traits of [`super::rows`], lets `dedupe` or another pure part decide,
//! and writes what was decided in the same transaction.

pub(in crate::store) mod hosts;
pub(in crate::store) mod publishers;
pub(in crate::store) mod refresh;
pub(in crate::store) mod sources;
