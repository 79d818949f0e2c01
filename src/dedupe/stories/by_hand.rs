//! What a person's word does to links.

use super::{Found, Link};
use crate::dedupe::{Comparison, Sameness};
use crate::model::{EntryId, Layer};

/// What a person says of two entries whose stories are merged.
pub const BY_HAND: Comparison = Comparison {
    sameness: Sameness::Same,
    layer: Layer::Manual,
    score: 1.0,
};

/// Which of two entries goes to the story of the other where their stories are too large to be put in order: the one whose story
/// has fewer members; of equals, `one`. Each entry stands with the number of its story's members.
#[must_use]
pub fn mover(one: (EntryId, u64), other: (EntryId, u64)) -> EntryId {
    match one.1 <= other.1 {
        true => one.0,
        false => other.0,
    }
}

/// The links of an entry that a person splits from its story: links made by hand are taken back.
#[must_use]
pub fn links_after_split(entry: EntryId, before: &[Link]) -> Found {
    before
        .iter()
        .filter(|link| link.layer != Layer::Manual)
        .map(|link| (link.beside(entry), link.found()))
        .collect()
}
