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
mod attachments;
mod blocks;
mod candidates;
mod canonical;
mod compare;
mod dates;
mod differences;
mod digest;
mod document;
mod edit;
mod gone;
mod identity;
mod intake;
mod marking;
mod namesake;
mod notices;
mod passages;
mod place;
mod prepare;
mod profile;
mod reading;
mod recognize;
mod rename;
mod reread;
mod runs;
mod sketch;
mod stories;
mod wording;

pub use blocks::Boilerplate;
pub use candidates::{MAX_CANDIDATES, MAX_NEAR, MAX_POSTINGS, SHARED_KEYS};
pub use compare::{
    BothWays, Comparison, Evidence, Sameness, Sifted, Sketched, compare, evidence, repeats,
};
pub use document::{Settled, Told, settle_document, settle_document_by, settle_pages};
pub use edit::{replaces, revises};
pub use gone::Absent;
pub use identity::{Lookup, READING_VERSION, identity_of_version_1, lookup_hashes, url_hash};
pub use intake::{
    Contact, DayCount, Edit, EditRule, EntryVersion, Held, KnownEntry, MAX_AGING, MAX_CORRECTIONS,
    Match, SEEN_EXACT_TO, Sighting, SourceClock, correction, has_moved, hold_backlog,
    surplus_corrections,
};
pub use namesake::{Namesake, is_of_version_1};
pub use notices::{KillMark, is_killed, kill_mark, killed};
pub use passages::{Passages, passages};
pub use place::settle_places;
pub use prepare::Prepared;
pub use profile::{Profile, publisher};
pub use reading::{Reading, read};
pub use recognize::{Recognized, recognize, told_alone};
pub use rename::{Churn, Renamed, renamed, renews};
pub use reread::reread;
pub use runs::VERSION;
pub use sketch::Sketch;
pub use stories::{
    BY_HAND, Destination, Found, Group, Link, MAX_ASKED, MAX_GROUP, Node, Order, Part, Present,
    Reach, Role, Version, Way, Week, destination, enough_of_each_story, links_after_edit,
    links_after_split, links_after_trim, links_of, most_similar, mover, partition, role_by,
    same_words, strongest,
};
pub use wording::wording;
