//! What a step asks of an engine inside its transaction, and what it has written: one trait for each subject, without rules.
//!
//! Goes in: identifiers and values of the model. Comes out: rows as plain structs, in the order that each method states. An
//! engine answers with its own queries; what follows from the answers is decided by the steps above, for every engine alike.

mod archives;
mod items;
mod outbox;
mod outputs;
mod rules;
mod windows;

pub(in crate::store) use archives::ArchiveRows;
pub(in crate::store) use items::{Holder, ItemRows, StoredItem};
pub(in crate::store) use outbox::OutboxRows;
pub(in crate::store) use outputs::{OutputRow, OutputRows, StoredOutput};
pub(in crate::store) use rules::RuleRows;
pub(in crate::store) use windows::WindowRows;

/// A transaction of an engine.
pub(in crate::store) trait Rows {
    /// Why a query failed, in the engine's own words.
    type Error: std::error::Error + Send + Sync + 'static + From<rusqlite::Error>;

    /// The connection, for steps that are not written over rows yet.
    fn connection(&self) -> &rusqlite::Connection;
}
