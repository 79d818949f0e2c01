//! A labelled set of syndicated releases: what is one release, and what only looks like it.
//!
//! Made by seed: some three thousand entries of twelve sources in eight languages over two days. [`drive`] lets them arrive at
//! the real binary and says what a subscriber saw.

pub(crate) mod drive;
pub(crate) mod lexicon;
pub(crate) mod piece;
pub(crate) mod plan;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Where a release begins.
    First,
    /// The release again; of its newest version, where `version` is above 0.
    Copy,
    /// A newer version of it.
    Update,
}

/// One entry, with its labels.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) source: usize,
    pub(crate) guid: String,
    pub(crate) url: String,
    pub(crate) title: String,
    pub(crate) html: String,
    /// Minutes from the beginning.
    pub(crate) published: usize,
    /// When its source's feed has it first, in the same minutes.
    pub(crate) arrives: usize,
    pub(crate) language: &'static str,
    /// Which release it belongs to.
    pub(crate) release: usize,
    /// Which version of it.
    pub(crate) version: usize,
    pub(crate) kind: Kind,
    /// What makes it a case.
    pub(crate) class: String,
    /// Later in the same entry: minutes, and the body from then on.
    pub(crate) edited: Option<(usize, String)>,
}
