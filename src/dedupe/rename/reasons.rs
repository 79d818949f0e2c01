//! What speaks for an unknown entry being one that has gone from the document.

use std::collections::HashSet;

use super::super::dates::{self, is_whole_day};
use super::super::gone::{Arrival, Gone, has_other_enclosures, page};
use crate::model::{Basis, EntryId, Hash, Incoming, Timestamp};
use crate::text::{fold, tokens};

/// A headline with fewer words ("Press release") names no entry, not even with a date.
const MIN_TITLE_TOKENS: usize = 4;

/// What is known of how the source treats GUIDs, links and dates.
#[derive(Debug, Clone, Copy, Default)]
pub struct Churn {
    /// It was seen to give new ones to entries that were still in its document.
    pub renews: bool,
    /// Most of its document is unknown: the site has moved.
    pub has_moved: bool,
}

/// What the document and what has gone have once, and what several times.
#[derive(Default)]
pub(super) struct Seen {
    churn: Churn,
    /// On several entries of either.
    dates: HashSet<Timestamp>,
    pages: HashSet<Hash>,
    urls: HashSet<Hash>,
    titles: HashSet<String>,
}

impl Seen {
    pub(super) fn new(
        arrivals: &[Arrival<'_>],
        document: &[Incoming],
        gone: &[Gone<'_>],
        churn: Churn,
    ) -> Self {
        if arrivals.is_empty() || gone.is_empty() {
            return Self::default();
        }
        let there = || document.iter();
        let title = |new: &Incoming| tokens(&fold(&new.entry.title)).joined().to_owned();
        Self {
            churn,
            dates: several(
                there().filter_map(|new| new.entry.published),
                gone.iter().filter_map(|old| old.stored.published),
            ),
            pages: several(
                there().filter_map(|new| new.entry.url.as_ref().and_then(page)),
                gone.iter().filter_map(|old| old.page),
            ),
            urls: several(
                there().filter_map(|new| new.fingerprint.url),
                gone.iter().filter_map(|old| old.stored.url),
            ),
            titles: several(
                there().map(title),
                gone.iter().filter_map(|old| old.title.clone()),
            ),
        }
    }

    /// What to ask with when a habit is looked for: nothing stands several times, and no link speaks against a rename.
    pub(super) fn proven() -> Self {
        Self {
            churn: Churn {
                renews: true,
                has_moved: true,
            },
            ..Self::default()
        }
    }

    /// Whether a date identifies an entry: it has a time of day, and no other entry has the same.
    fn is_exact(&self, at: Option<Timestamp>) -> bool {
        at.is_some_and(|at| !is_whole_day(at) && !self.dates.contains(&at))
    }

    /// Whether the texts do not speak against a rename. Where the source is known to give new GUIDs, they do not where the
    /// headline names one entry alone.
    fn agrees(&self, new: &Arrival<'_>, old: &Gone<'_>) -> bool {
        !new.said.is_unlike(&old.said) || self.is_proven(new, old)
    }

    fn is_proven(&self, new: &Arrival<'_>, old: &Gone<'_>) -> bool {
        let renews = self.churn.renews || (self.churn.has_moved && old.stored.has_just_gone);
        renews && !self.titles.contains(&new.title)
    }

    /// Whether the same date tells of one entry: the texts are alike, or the date is exact, or the source is known to churn.
    fn date_counts(&self, new: &Arrival<'_>, old: &Gone<'_>) -> bool {
        new.said.is_like(&old.said) || self.is_exact(new.published()) || self.is_proven(new, old)
    }
}

/// What one of the two has several times.
fn several<T: Eq + std::hash::Hash + Clone>(
    one: impl Iterator<Item = T>,
    other: impl Iterator<Item = T>,
) -> HashSet<T> {
    let mut found = HashSet::new();
    let (mut first, mut second) = (HashSet::new(), HashSet::new());
    found.extend(one.filter(|it| !first.insert(it.clone())));
    found.extend(other.filter(|it| !second.insert(it.clone())));
    found
}

/// Link, and date or text: many entries may link to one page. On the same day, or without a date, the text may have been edited.
pub(super) fn same_link(new: &Arrival<'_>, old: &Gone<'_>, seen: &Seen) -> bool {
    let url = new.incoming.fingerprint.url;
    let is_same = (new.link.is_some() && new.link == old.stored.link.as_deref())
        || (url.is_some() && url == old.stored.url);
    let says_the_same = || {
        let is_edit = new.link == old.stored.link.as_deref() && !has_moved_day(new, old);
        has_same_text(new, old) || (is_edit && new.said.is_like(&old.said))
    };
    // Without texts, the link is all that there is besides headline and day.
    let is_dated = || {
        has_same_date(new, old) && (seen.date_counts(new, old) || !new.said.is_unlike(&old.said))
    };
    is_same
        && (is_dated()
            || (link_counts(new, old, seen) && !has_other_enclosures(new, old) && says_the_same()))
}

/// Without GUIDs, a link that differs in nothing but how a reader came, on one entry alone; and headline or text.
pub(super) fn same_address(new: &Arrival<'_>, gone: &[Gone<'_>], seen: &Seen) -> Option<EntryId> {
    let url = new.incoming.fingerprint.url?;
    if new.incoming.fingerprint.basis != Basis::Link || seen.urls.contains(&url) {
        return None;
    }
    let old = gone.iter().find(|old| old.stored.url == Some(url))?;
    let is_one = old.stored.has_just_gone
        && !old.stored.has_guid
        && !has_moved_day(new, old)
        && (old.title.as_ref() == Some(&new.title) || new.said.is_like(&old.said));
    is_one.then_some(old.stored.id)
}

/// Host and path of one entry alone, and date: links that carry the time of the request.
pub(super) fn same_path(new: &Arrival<'_>, old: &Gone<'_>, seen: &Seen) -> bool {
    has_same_path(new, old)
        && has_same_date(new, old)
        && new.page.is_some_and(|page| !seen.pages.contains(&page))
        && seen.agrees(new, old)
        && seen.date_counts(new, old)
}

/// The text, and date, path or enclosure.
pub(super) fn same_text(new: &Arrival<'_>, old: &Gone<'_>, seen: &Seen) -> bool {
    let has_text = !new.incoming.entry.text.is_empty();
    let same_enclosure = || {
        let enclosures = &new.incoming.entry.enclosures;
        let mut enclosures = enclosures.iter().map(|enclosure| enclosure.url.as_str());
        enclosures.any(|url| old.stored.enclosures.iter().any(|stored| stored == url))
    };
    let stays = || {
        has_same_date(new, old)
            || same_enclosure()
            || (has_same_path(new, old)
                && link_counts(new, old, seen)
                && !has_other_enclosures(new, old))
    };
    has_text && has_same_text(new, old) && stays()
}

/// A headline of some length, and the date to the millisecond, with nothing in the text that speaks against it.
pub(super) fn same_notice(new: &Arrival<'_>, old: &Gone<'_>, seen: &Seen) -> bool {
    old.title.is_some()
        && new.title_words >= MIN_TITLE_TOKENS
        && has_same_date(new, old)
        && seen.agrees(new, old)
        && seen.date_counts(new, old)
}

/// A link that stands for a bulletin brings another one on another day.
fn link_counts(new: &Arrival<'_>, old: &Gone<'_>, seen: &Seen) -> bool {
    let churn = seen.churn;
    !has_moved_day(new, old) || churn.renews || (churn.has_moved && old.stored.has_just_gone)
}

fn has_same_date(new: &Arrival<'_>, old: &Gone<'_>) -> bool {
    new.published().is_some() && new.published() == old.stored.published
}

pub(super) fn has_moved_day(new: &Arrival<'_>, old: &Gone<'_>) -> bool {
    dates::has_moved_day(new.published(), old.stored.published)
}

fn has_same_path(new: &Arrival<'_>, old: &Gone<'_>) -> bool {
    new.page.is_some() && new.page == old.page
}

pub(super) fn has_same_text(new: &Arrival<'_>, old: &Gone<'_>) -> bool {
    (new.content.is_some() && new.content == old.stored.content) || old.words == Some(new.words)
}
