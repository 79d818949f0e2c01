//! Known entries that come back under another GUID: a site that moved to
//! another system, or one whose GUIDs change with every request.
//!
//! What tells it from a new entry: the old identity is no longer in the
//! document, and link or text are those of an entry that the source had.

use std::collections::HashSet;

use crate::model::{EntryId, Hash, Incoming, Timestamp};
use crate::text::{fold, tokens};

/// A headline with fewer words ("Press release") names no entry, not even with a date.
const MIN_TITLE_TOKENS: usize = 4;

/// A stored entry of the source that is no longer in its document.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The entry.
    pub id: EntryId,
    /// Its canonical URL.
    pub url: Option<Hash>,
    /// [`super::Prepared::content`].
    pub content: Option<Hash>,
    /// Its headline; `None` once it has expired.
    pub title: Option<String>,
    /// The publisher's date.
    pub published: Option<Timestamp>,
}

/// For each entry unknown to the source, with the hash of its text, the stored one that it is under another GUID. None is
/// given twice.
#[must_use]
pub fn renamed(unknown: &[(&Incoming, Option<Hash>)], gone: &[Stored]) -> Vec<Option<EntryId>> {
    let mut taken: HashSet<EntryId> = HashSet::new();
    let mut found: Vec<Option<EntryId>> = vec![None; unknown.len()];
    // The surest first: a weaker reason must not take what belongs to another.
    for is_one in [same_page, same_text, same_notice] {
        for ((incoming, content), found) in unknown.iter().zip(&mut found) {
            if found.is_some() {
                continue;
            }
            *found = gone
                .iter()
                .find(|stored| !taken.contains(&stored.id) && is_one(incoming, *content, stored))
                .map(|stored| stored.id);
            taken.extend(*found);
        }
    }
    found
}

/// Link and headline, and text or date: many entries may link to one page.
fn same_page(incoming: &Incoming, content: Option<Hash>, stored: &Stored) -> bool {
    let url = incoming.fingerprint.url;
    let agree = (content.is_some() && content == stored.content)
        || (incoming.entry.published.is_some() && incoming.entry.published == stored.published);
    url.is_some() && url == stored.url && same_title(incoming, stored) && agree
}

fn same_text(incoming: &Incoming, content: Option<Hash>, stored: &Stored) -> bool {
    content.is_some() && content == stored.content && same_title(incoming, stored)
}

/// Headline and date, to the millisecond.
fn same_notice(incoming: &Incoming, _: Option<Hash>, stored: &Stored) -> bool {
    incoming.entry.published.is_some()
        && incoming.entry.published == stored.published
        && stored.title.as_ref() == Some(&incoming.entry.title)
        && tokens(&fold(&incoming.entry.title)).len() >= MIN_TITLE_TOKENS
}

fn same_title(incoming: &Incoming, stored: &Stored) -> bool {
    let words = |title: &str| tokens(&fold(title));
    stored
        .title
        .as_ref()
        .is_none_or(|title| words(title) == words(&incoming.entry.title))
}
