//! Which entries are one release? Pure: entries and candidates in, stories out.
//!
//! Within a source the GUID tells an entry (the store's unique key; an edit).
//! Across entries the store looks for candidates by URL, text and similarity
//! within a window of time, [`compare`]s each with the entry, and keeps what
//! that came to as links. Stories follow from entries and links
//! ([`partition`]), not from the order of arrival. Beside them, what keeps an
//! identity: one GUID for several entries ([`settle_document`]), one entry
//! under a new GUID ([`renamed`]). The store calls them inside the transaction
//! that writes the entry, so that what they saw is what there is.

mod align;
mod blocks;
mod canonical;
mod compare;
mod differences;
mod document;
mod identity;
mod passages;
mod prepare;
mod profile;
mod rename;
mod stories;

pub use blocks::Boilerplate;
pub use compare::{Comparison, Evidence, Sameness, compare, evidence};
pub use differences::revises;
pub use document::{Settled, settle_document};
pub use identity::lookup_hashes;
pub use passages::{Passages, passages};
pub use prepare::{Prepared, Reading, VERSION, read};
pub use profile::{Profile, publisher};
pub use rename::{Stored, renamed};
pub use stories::{
    Group, Link, MAX_ASKED, MAX_GROUP, Node, Order, Part, Present, Role, Version, after_edit,
    partition, same_words, strongest,
};

/// How many candidates for one hash the store hands over at most, oldest first.
pub const MAX_CANDIDATES: usize = 16;
/// How many candidates of similar text the store hands over at most, those with the most shared keys first.
pub const MAX_NEAR: usize = 24;
/// Keys that a candidate of similar text shares at least.
pub const SHARED_KEYS: usize = 2;
/// A key that more entries of a week have says nothing any more.
pub const MAX_POSTINGS: usize = 60;
