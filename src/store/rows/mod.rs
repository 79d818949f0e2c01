//! What a step asks of an engine inside its transaction, and what it has written: one trait for each subject, without rules.
//!
//! Goes in: identifiers and values of the model. Comes out: rows as plain structs, in the order that each method states. An
//! engine answers with its own queries; what follows from the answers is decided by the steps above, for every engine alike.

mod activity;
mod all;
mod archives;
mod body;
mod corrections;
mod documents;
mod entries;
mod health;
mod hosts;
mod items;
mod keys;
mod links;
mod members;
mod outbox;
mod outputs;
mod packed;
mod publishers;
mod refresh;
mod rest;
mod retention;
mod rules;
mod sources;
mod stories;
mod texts;
mod times;
mod transaction;
mod versions;
mod windows;
mod withdrawals;

pub(in crate::store) use activity::ActivityRows;
pub(in crate::store) use all::AllRows;
pub(in crate::store) use archives::ArchiveRows;
pub(in crate::store) use body::Body;
pub(in crate::store) use corrections::{CorrectionRows, pack_words, unpack_words};
pub(in crate::store) use documents::{DocumentRows, LastDocument};
pub(in crate::store) use entries::{EntryContent, EntryRows, NewEntry, StoredText};
pub(in crate::store) use health::HealthRows;
pub(in crate::store) use hosts::HostRows;
pub(in crate::store) use items::{Filed, Holder, ItemRows, StoredItem};
pub(in crate::store) use keys::KeyRows;
pub(in crate::store) use links::{LinkRows, Recognition, verdict_of_word, verdict_word};
pub(in crate::store) use members::{MemberRows, Wanted};
pub(in crate::store) use outbox::OutboxRows;
pub(in crate::store) use outputs::{OutputRow, OutputRows, StoredOutput};
pub(in crate::store) use packed::{pack, unpack};
pub(in crate::store) use publishers::{Owner, PublisherRows, Site};
pub(in crate::store) use refresh::RefreshRows;
pub(in crate::store) use rest::Rest;
pub(in crate::store) use retention::{AgingSource, OutputWindow, RetentionRows, Seen};
pub(in crate::store) use rules::RuleRows;
pub(in crate::store) use sources::{
    AddedCounts, Located, NewState, RegisteredSource, SourceRow, SourceRows, StoredSource,
    UnchangedState,
};
pub(in crate::store) use stories::{Placed, StoryMember, StoryRows};
pub(in crate::store) use texts::{Candidate, ComparedText, TextRows};
pub(in crate::store) use times::{BeforeStep, EntryAhead, TimeRows, Witnesses};
pub(in crate::store) use transaction::Rows;
pub(in crate::store) use versions::VersionRows;
pub(in crate::store) use windows::WindowRows;
pub(in crate::store) use withdrawals::{DueRedaction, Exhibit, Headline, WithdrawalRows};
