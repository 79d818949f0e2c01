//! What a step asks of an engine inside its transaction, and what it has written: one trait for each subject, without rules.
//!
//! Goes in: identifiers and values of the model. Comes out: rows as plain structs, in the order that each method states. An
//! engine answers with its own queries; what follows from the answers is decided by the steps above, for every engine alike.

mod keys;
mod links;
mod members;
mod stories;
mod texts;
mod versions;

pub(in crate::store) use keys::KeyRows;
pub(in crate::store) use links::{LinkRows, Recognition, verdict_of_word, verdict_word};
pub(in crate::store) use members::{MemberRows, Wanted};
pub(in crate::store) use stories::{Placed, StoryMember, StoryRows};
pub(in crate::store) use texts::{ComparedText, TextRows};
pub(in crate::store) use versions::VersionRows;

/// A transaction of an engine.
pub(in crate::store) trait Rows {
    /// Why a query failed, in the engine's own words.
    type Error: std::error::Error + Send + Sync + 'static + From<rusqlite::Error>;

    /// The connection, for steps that are not written over rows yet.
    fn connection(&self) -> &rusqlite::Connection;
}
