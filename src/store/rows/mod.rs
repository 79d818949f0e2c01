//! What a step asks of an engine inside its transaction, and what it has written: one trait for each subject, without rules.
//!
//! Goes in: identifiers and values of the model. Comes out: rows as plain structs, in the order that each method states. An
//! engine answers with its own queries; what follows from the answers is decided by the steps above, for every engine alike.

mod documents;
mod entries;
mod hosts;
mod packed;
mod publishers;
mod refresh;
mod rest;
mod sources;
mod transaction;

pub(in crate::store) use documents::{DocumentRows, LastDocument};
pub(in crate::store) use entries::{EntryContent, EntryRows, NewEntry, StoredText};
pub(in crate::store) use hosts::HostRows;
pub(in crate::store) use packed::{pack, unpack};
pub(in crate::store) use publishers::{Owner, PublisherRows, Site};
pub(in crate::store) use refresh::RefreshRows;
pub(in crate::store) use rest::Rest;
pub(in crate::store) use sources::{
    AddedCounts, Located, NewState, RegisteredSource, SourceRow, SourceRows, StoredSource,
};
pub(in crate::store) use transaction::Rows;
