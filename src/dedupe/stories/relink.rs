//! What an edit or a new comparison leaves of an entry's links.

use super::{Found, Link};
use crate::dedupe::{Comparison, Prepared, Sameness};
use crate::model::{EntryId, Layer};

/// Whether two prepared entries have the same words, so that comparing them with others comes to the same.
#[must_use]
pub fn same_words(one: &Prepared, other: &Prepared) -> bool {
    one.words == other.words && one.title_words == other.title_words && one.marking == other.marking
}

/// The links of an entry whose publisher has changed its words. It goes on to belong to what it belonged to before, unless another
/// release was put in its place: then only links made by hand stay. `before`: its links until now. `found`: what comparing its new
/// words came to. `is_revised`: it is another version now.
#[must_use]
pub fn links_after_edit(
    entry: EntryId,
    before: &[Link],
    mut found: Found,
    is_revised: bool,
    is_replaced: bool,
) -> Found {
    let is_kept = |link: &&Link| !is_replaced || link.layer == Layer::Manual;
    for link in before.iter().filter(is_kept) {
        let other = link.beside(entry);
        match after_edit(link, found.get(&other).copied(), is_revised) {
            Some(kept) => found.insert(other, kept),
            None => found.remove(&other),
        };
    }
    found
}

/// One link of an edited entry. Where the new words do not say any more that the two are one release, they are two versions of
/// it. `found`: what comparing the new words came to.
fn after_edit(before: &Link, found: Option<Comparison>, is_revised: bool) -> Option<Comparison> {
    let kept = |sameness| Comparison {
        sameness,
        ..before.found()
    };
    if before.layer == Layer::Manual {
        return Some(before.found());
    }
    let is_another = is_revised && before.sameness == Sameness::Same;
    match found.map(|found| found.sameness) {
        Some(Sameness::Same) if !is_another => found,
        Some(Sameness::Update) => found,
        _ if before.joins() => Some(kept(Sameness::Update)),
        _ => found,
    }
}

/// The links of an entry that was compared anew because less of its text counts: what was found, and the links made by hand.
#[must_use]
pub fn links_after_trim(entry: EntryId, before: &[Link], mut found: Found) -> Found {
    for link in before.iter().filter(|link| link.layer == Layer::Manual) {
        found.insert(link.beside(entry), link.found());
    }
    found
}
