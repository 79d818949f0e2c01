//! Which entries are one release? Pure: entries and candidates in, stories out.
//!
//! Within a source an entry is told by its GUID or link, and by what else it
//! says where several share those ([`settle_document`], [`recognize`]); one that
//! comes back under a new GUID is the old one ([`renamed`]), and what does not
//! change its words is no edit ([`wording`]). Across entries the store looks for
//! candidates by URL, text and similarity within a window of time, [`compare`]s
//! each with the entry, and keeps what that came to as links. Stories follow from
//! entries and links ([`partition`]), not from the order of arrival. The store
//! calls all of them inside the transaction that writes the entry, so that what
//! they saw is what there is.

mod align;
mod blocks;
mod canonical;
mod compare;
mod differences;
mod document;
mod gone;
mod identity;
mod namesake;
mod passages;
mod place;
mod prepare;
mod profile;
mod reading;
mod recognize;
mod rename;
mod reread;
mod stories;
mod wording;

pub use blocks::Boilerplate;
pub use compare::{Comparison, Evidence, Sameness, compare, evidence};
pub use differences::{replaces, revises};
pub use document::{Settled, Told, settle_document, settle_document_by, settle_pages};
pub use gone::Absent;
pub use identity::{Lookup, READING_VERSION, identity_of_version_1, lookup_hashes, url_hash};
pub use namesake::{Namesake, is_of_version_1};
pub use passages::{Passages, passages};
pub use place::settle_places;
pub use prepare::{Prepared, VERSION};
pub use profile::{Profile, publisher};
pub use reading::{Reading, read};
pub use recognize::{Recognized, recognize, told_alone};
pub use rename::{Churn, Renamed, renamed, renews};
pub use reread::reread;
pub use stories::{
    BY_HAND, Destination, Found, Group, Link, MAX_ASKED, MAX_GROUP, Node, Order, Part, Present,
    Reach, Role, Version, Way, Week, destination, enough_of_each_story, links_after_edit,
    links_after_split, links_after_trim, links_of, most_similar, mover, partition, role_by,
    same_words, strongest,
};
pub use wording::wording;

/// How many candidates for one hash the store hands over at most, oldest first.
pub const MAX_CANDIDATES: usize = 16;
/// How many candidates of similar text the store hands over at most, those with the most shared keys first.
pub const MAX_NEAR: usize = 24;
/// Keys that a candidate of similar text shares at least.
pub const SHARED_KEYS: usize = 2;
/// A key that more entries of a week have says nothing any more.
pub const MAX_POSTINGS: usize = 60;
