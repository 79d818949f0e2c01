//! Known entries that another version of our code reads otherwise: their identity was made of what that version read.
//!
//! An entry without a GUID is told by its link, or by title, date and text. When one of these is read better, its identity is
//! another one, and it would be published again. Only the first document that this version reads of a source is looked at, and only
//! entries that the previous document had; what speaks against two being one counts as ever.

use super::dates::distance;
use super::gone::{Absent, Arrival, Gone, has_other_enclosures};
use crate::model::{EntryId, Hash, Incoming};
use crate::text::{fold, tokens};

/// How far a date moves when its zone was read for a time of day, or not at all: zones reach from -12 to +14 hours.
const ZONES: chrono::Duration = chrono::Duration::hours(14);

/// For each entry that is unknown to the source, with the hash of its text, the stored one that an earlier version made of it. An
/// entry that could be one of several is none of them.
#[must_use]
pub fn reread(unknown: &[(&Incoming, Option<Hash>)], absent: &[Absent]) -> Vec<Option<EntryId>> {
    let arrivals: Vec<Arrival<'_>> = unknown.iter().map(Arrival::new).collect();
    let gone = absent.iter().filter(|stored| stored.has_just_gone);
    let gone: Vec<Gone<'_>> = gone.map(Gone::new).collect();
    let could_be: Vec<Vec<EntryId>> = arrivals
        .iter()
        .map(|new| {
            let same = gone.iter().filter(|old| is_read_otherwise(new, old));
            same.map(|old| old.stored.id).collect()
        })
        .collect();
    let is_claimed_once = |id: EntryId| {
        let claims = could_be.iter().filter(|ids| ids.contains(&id));
        claims.count() == 1
    };
    could_be
        .iter()
        .map(|ids| match ids.as_slice() {
            [only] if is_claimed_once(*only) => Some(*only),
            _ => None,
        })
        .collect()
}

/// Whether a stored entry is this one as an earlier version read it.
fn is_read_otherwise(new: &Arrival<'_>, old: &Gone<'_>) -> bool {
    let apart = distance(new.published(), old.stored.published);
    let has_same_date = apart.is_none_or(|apart| apart.is_zero());
    let has_other_link =
        new.link.is_some() && old.stored.link.is_some() && new.link != old.stored.link.as_deref();
    if apart.is_some_and(|apart| apart > ZONES)
        || has_other_enclosures(new, old)
        || has_other_text(new, old)
    {
        return false;
    }
    match title(new, old) {
        // A tracker's link and the publisher's, or a link that was relative to another page.
        Title::Same => has_same_date || !has_other_link,
        Title::Lost => has_same_date && !has_other_link,
        Title::Other => false,
    }
}

/// How the headline of a stored entry compares with that of the new reading.
enum Title {
    Same,
    /// The stored one is the other without the words in angle brackets, which may be all of them, or with an entity in place of words.
    Lost,
    Other,
}

fn title(new: &Arrival<'_>, old: &Gone<'_>) -> Title {
    let Some(stored) = old.stored.title.as_deref() else {
        return Title::Other;
    };
    if old.title.as_deref() == Some(&new.title) {
        let says_anything = !new.title.is_empty() || new.said.is_same(&old.said);
        return if says_anything {
            Title::Same
        } else {
            Title::Other
        };
    }
    let given = &new.incoming.entry.title;
    let without_entities = without_entities(stored);
    let has_lost = given.contains('<') || without_entities.len() < stored.len();
    let has_lost_all = || tokens(&fold(stored)).is_empty() && new.said.is_same(&old.said);
    match has_lost && (stands_in(&without_entities, given) || has_lost_all()) {
        true => Title::Lost,
        false => Title::Other,
    }
}

/// A headline without references such as `&co;` that nobody had resolved.
fn without_entities(title: &str) -> String {
    let mut rest = title;
    let mut kept = String::with_capacity(title.len());
    while let Some((before, after)) = rest.split_once('&') {
        let name = after.find(|c: char| !c.is_alphanumeric()).unwrap_or(0);
        kept.push_str(before);
        rest = match name > 0 && after[name..].starts_with(';') {
            true => &after[name + 1..],
            false => {
                kept.push('&');
                after
            }
        };
    }
    kept + rest
}

/// Whether all words of one headline stand in the other, in order.
fn stands_in(part: &str, whole: &str) -> bool {
    let (part, whole) = (tokens(&fold(part)), tokens(&fold(whole)));
    let mut whole = whole.iter();
    !part.is_empty() && part.iter().all(|word| whole.any(|other| other == word))
}

/// Whether both have texts that are not alike. A kicker that was taken for the text is the summary now.
fn has_other_text(new: &Arrival<'_>, old: &Gone<'_>) -> bool {
    let summary = new.incoming.entry.summary.as_deref().unwrap_or_default();
    let stored = old.stored.text.as_deref().unwrap_or_default();
    new.said.is_unlike(&old.said) && !stands_in(stored, summary)
}
