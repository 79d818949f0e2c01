//! Whether a source gives new GUIDs to entries that it keeps.

use std::collections::HashSet;

use super::super::gone::{Absent, Arrival, ByTitle, Gone};
use super::reasons::{Seen, has_moved_day, has_same_text, same_link};
use crate::model::{EntryId, Hash, Incoming, Timestamp};

/// Entries that prove a habit: two may be two bulletins that happen to say the same as yesterday.
const SEVERAL: usize = 3;
/// Entries that prove it where they are all that a document has.
const FEW: usize = 2;
/// Dates that a server makes up at each request lie this close together, however slowly it writes the document.
const ONE_REQUEST: chrono::Duration = chrono::Duration::minutes(5);

/// Whether the source gives new GUIDs or dates to entries that are still in its document: most of its previous one, of
/// `previous` entries, is gone, and several under the same links say the same. `None`: this document does not tell.
#[must_use]
pub fn renews(
    unknown: &[(&Incoming, Option<Hash>)],
    absent: &[Absent],
    previous: usize,
) -> Option<bool> {
    let gone: Vec<Gone<'_>> = absent
        .iter()
        .filter(|stored| stored.has_just_gone)
        .map(Gone::new)
        .collect();
    if unknown.is_empty() || previous == 0 {
        return None;
    }
    if gone.len() * 2 <= previous {
        return Some(false);
    }
    let by_title = ByTitle::new(&gone);
    let everywhere = Seen::proven();
    let mut links: HashSet<&str> = HashSet::new();
    let mut taken: HashSet<EntryId> = HashSet::new();
    let mut moved: Vec<Timestamp> = Vec::new();
    for arrival in unknown.iter().map(Arrival::new) {
        let mut candidates = by_title.titled(&arrival.title).iter();
        let old = candidates.find(|old| {
            !taken.contains(&old.stored.id)
                && has_same_text(&arrival, old)
                && same_link(&arrival, old, &everywhere)
        });
        let Some(old) = old else { continue };
        taken.insert(old.stored.id);
        links.extend(arrival.link);
        if has_moved_day(&arrival, old) {
            moved.extend(arrival.published());
        }
    }
    let is_habit = links.len() >= SEVERAL || (links.len() >= FEW && links.len() == gone.len());
    let span = moved.iter().max().zip(moved.iter().min());
    let is_stamped = span.is_none_or(|(last, first)| *last - *first <= ONE_REQUEST);
    (is_habit && is_stamped).then_some(true)
}
