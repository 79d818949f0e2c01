//! Known entries that come back under another GUID or link: a site that moved to
//! another system, or one whose GUIDs or links change with every request.
//!
//! What tells it from a new entry: the old one has just gone from the document,
//! its headline is the same, and something stays besides the words: the date,
//! link or path, an enclosure. A date of whole days, one that several entries have,
//! and a path that several have tell none of them; nor is one with another text a
//! rename, unless the source is known to give new GUIDs to what it has had.

use std::collections::{HashMap, HashSet};

use super::dates::{self, is_whole_day};
use super::gone::{Absent, Arrival, ByTitle, Gone, has_other_enclosures, page};
use crate::model::{Basis, EntryId, Hash, Incoming, Timestamp};
use crate::text::{fold, tokens};

/// A headline with fewer words ("Press release") names no entry, not even with a date.
const MIN_TITLE_TOKENS: usize = 4;
/// Entries that prove a habit: two may be two bulletins that happen to say the same as yesterday.
const SEVERAL: usize = 3;
/// Entries that prove it where they are all that a document has.
const FEW: usize = 2;
/// Dates that a server makes up at each request lie this close together, however slowly it writes the document.
const ONE_REQUEST: chrono::Duration = chrono::Duration::minutes(5);

/// What is known of how the source treats GUIDs, links and dates.
#[derive(Debug, Clone, Copy, Default)]
pub struct Churn {
    /// It was seen to give new ones to entries that were still in its document.
    pub renews: bool,
    /// Most of its document is unknown: the site has moved.
    pub has_moved: bool,
}

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

/// What the document and what has gone have once, and what several times.
#[derive(Default)]
struct Seen {
    churn: Churn,
    /// On several entries of either.
    dates: HashSet<Timestamp>,
    pages: HashSet<Hash>,
    urls: HashSet<Hash>,
    titles: HashSet<String>,
}

impl Seen {
    fn new(
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

    /// Whether the date is of one entry alone: no whole day.
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
fn same_link(new: &Arrival<'_>, old: &Gone<'_>, seen: &Seen) -> bool {
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
fn same_address(new: &Arrival<'_>, gone: &[Gone<'_>], seen: &Seen) -> Option<EntryId> {
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
fn same_path(new: &Arrival<'_>, old: &Gone<'_>, seen: &Seen) -> bool {
    has_same_path(new, old)
        && has_same_date(new, old)
        && new.page.is_some_and(|page| !seen.pages.contains(&page))
        && seen.agrees(new, old)
        && seen.date_counts(new, old)
}

/// The text, and date, path or enclosure.
fn same_text(new: &Arrival<'_>, old: &Gone<'_>, seen: &Seen) -> bool {
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
fn same_notice(new: &Arrival<'_>, old: &Gone<'_>, seen: &Seen) -> bool {
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

fn has_moved_day(new: &Arrival<'_>, old: &Gone<'_>) -> bool {
    dates::has_moved_day(new.published(), old.stored.published)
}

fn has_same_path(new: &Arrival<'_>, old: &Gone<'_>) -> bool {
    new.page.is_some() && new.page == old.page
}

fn has_same_text(new: &Arrival<'_>, old: &Gone<'_>) -> bool {
    (new.content.is_some() && new.content == old.stored.content) || old.words == Some(new.words)
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
    let everywhere = Seen {
        churn: Churn {
            renews: true,
            has_moved: true,
        },
        ..Seen::default()
    };
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
