//! What an edit in place did to an entry.

use super::align::align;
use super::differences::{MAX_LEAD, differences, text, unit};
use super::prepare::Prepared;
use super::runs::{MIN_SHINGLES, SHINGLE, containment};

/// Of the shorter text's shingles, the share that an edit keeps where it only polishes: as much as a copy must have of a release.
const POLISH: f64 = 0.7;
/// Of an entry's runs, the share that an edit keeps where the entry is still the same release. An entry that was rewritten from top
/// to bottom keeps its names and its quotations, one that was replaced keeps nothing.
const STILL_THE_SAME: f64 = 1.0 / 3.0;

/// Whether an entry edited in place is a newer version of its release, and not only polished: it says so itself, numbers have
/// changed, much was put before it, or most of it is new. Texts too short to tell: no.
#[must_use]
pub fn revises(new: &Prepared, old: &Prepared) -> bool {
    if new.marking.is_version_beside(old.marking) {
        return true;
    }
    if new.shingles.len().min(old.shingles.len()) < MIN_SHINGLES {
        return false;
    }
    let alignment = align(text(new), text(old));
    let words = (new.words.as_slice(), old.words.as_slice());
    let found = differences(words, &alignment, SHINGLE, unit(new, old));
    found.conflicts > 0
        || found.lead.0 > MAX_LEAD
        || containment(&new.shingle_set, &old.shingle_set) < POLISH
}

/// Whether an entry edited in place says something else altogether: next to nothing of its former headline and text is left.
/// Texts too short to tell: no.
#[must_use]
pub fn replaces(new: &Prepared, old: &Prepared) -> bool {
    let length = new.short_run().min(old.short_run());
    let [new, old] = [new, old].map(|text| text.joint_runs(length));
    new.len().min(old.len()) >= MIN_SHINGLES && containment(&new, &old) < STILL_THE_SAME
}
