//! Which stored entries come back under another GUID or link.

use std::collections::{HashMap, HashSet};

use super::super::gone::{Absent, Arrival, ByTitle, Gone};
use super::reasons::{Churn, Seen, same_address, same_link, same_notice, same_path, same_text};
use crate::model::{Basis, EntryId, Hash, Incoming};
use crate::text::{fold, tokens};

/// What an entry that its source did not have under its identity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renamed {
    /// A stored one under another GUID or link.
    Same(EntryId),
    /// A stored one without GUID and link, of which an edit moved the date.
    Redated(EntryId),
}

/// For each entry unknown to the source, with the hash of its text, the stored one that it is. None is given twice. `document`:
/// all entries of the document.
#[must_use]
pub fn renamed(
    unknown: &[(&Incoming, Option<Hash>)],
    absent: &[Absent],
    document: &[Incoming],
    churn: Churn,
) -> Vec<Option<Renamed>> {
    let arrivals: Vec<Arrival<'_>> = unknown.iter().map(Arrival::new).collect();
    let gone: Vec<Gone<'_>> = absent
        .iter()
        .filter(|stored| stored.has_just_gone || churn.has_moved)
        .map(Gone::new)
        .collect();
    let by_title = ByTitle::new(&gone);
    let seen = Seen::new(&arrivals, document, &gone, churn);
    let mut taken: HashSet<EntryId> = HashSet::new();
    let mut found: Vec<Option<Renamed>> = vec![None; arrivals.len()];
    // The surest first: a weaker reason must not take what belongs to another.
    for is_one in [same_link, same_path, same_text, same_notice] {
        for (new, found) in arrivals.iter().zip(&mut found) {
            if found.is_some() {
                continue;
            }
            let mut candidates = by_title.candidates(&new.title);
            *found = candidates
                .find(|old| !taken.contains(&old.stored.id) && is_one(new, old, &seen))
                .map(|old| Renamed::Same(old.stored.id));
            taken.extend(found.map(|found| found.id()));
        }
    }
    for (new, found) in arrivals.iter().zip(&mut found) {
        if found.is_none() {
            let old = same_address(new, &gone, &seen);
            *found = old.filter(|id| taken.insert(*id)).map(Renamed::Same);
        }
    }
    let titles = bare_titles(&arrivals, document);
    for (new, found) in arrivals.iter().zip(&mut found) {
        if found.is_none() && titles.get(&new.title) == Some(&1) {
            let old = redated(new, &by_title);
            *found = old.filter(|id| taken.insert(*id)).map(Renamed::Redated);
        }
    }
    found
}

impl Renamed {
    /// The stored entry.
    #[must_use]
    pub fn id(self) -> EntryId {
        match self {
            Self::Same(id) | Self::Redated(id) => id,
        }
    }
}

/// How often each headline stands in the document on an entry without GUID and link.
fn bare_titles(arrivals: &[Arrival<'_>], document: &[Incoming]) -> HashMap<String, usize> {
    let is_bare = |incoming: &&Incoming| incoming.fingerprint.basis == Basis::TitleAndDate;
    let mut titles = HashMap::new();
    if arrivals.iter().any(|new| is_bare(&new.incoming)) {
        for incoming in document.iter().filter(is_bare) {
            let title = tokens(&fold(&incoming.entry.title)).joined().to_owned();
            *titles.entry(title).or_default() += 1;
        }
    }
    titles
}

/// The entry without GUID and link whose headline stands once among what has just gone, with a text like this one.
fn redated(new: &Arrival<'_>, gone: &ByTitle<'_>) -> Option<EntryId> {
    if new.title_words == 0 || new.incoming.fingerprint.basis != Basis::TitleAndDate {
        return None;
    }
    let just_gone = gone.titled(&new.title).iter();
    let mut just_gone =
        just_gone.filter(|old| old.stored.has_just_gone && !old.stored.is_addressed);
    let (Some(old), None) = (just_gone.next(), just_gone.next()) else {
        return None;
    };
    new.said.is_like(&old.said).then_some(old.stored.id)
}
