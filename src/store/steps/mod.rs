//! What each step of the store does inside its transaction, for every engine: load facts, decide, write the decision.
//!
//! A step knows no SQL. It asks an engine through the traits of [`super::rows`], lets `dedupe` or another pure part decide,
//! and writes what was decided in the same transaction.

pub(super) mod archives;
pub(super) mod health;
pub(super) mod hosts;
pub(super) mod items;
pub(super) mod outbox;
pub(super) mod outputs;
pub(super) mod publishers;
pub(super) mod refresh;
pub(super) mod retention;
pub(super) mod sources;
pub(super) mod times;
pub(super) mod windows;
