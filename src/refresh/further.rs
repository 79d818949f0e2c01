//! The further pages of a feed (RFC 5005 §3, its archives §4, JSON Feed `next_url`), at first contact; pure.
//!
//! A feed in pages shows the newest entries on the first, which is the one that is polled. What stands on the others is read
//! once, as far as `first_items` asks, and comes in together with the first page as the backlog of one document.

use std::collections::HashSet;
use std::sync::Arc;

use url::Url;

use super::target::Target;
use crate::fetch::{FetchOutcome, Fresh};
use crate::model::{Entry, Feed, Location, SourceState, Timestamp};
use crate::parse::{ParseError, site_of};

/// Further pages that are read of one feed.
const MOST_PAGES: usize = 10;
/// Entries of all its pages beyond which no other page is read: they are compared and stored in one transaction, for which
/// every other source waits.
const MOST_ENTRIES: usize = 5_000;

/// What stands on further pages.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Further {
    /// In the order of the pages, without what an earlier page has.
    pub(super) entries: Vec<Entry>,
    /// How many were read.
    pub(super) pages: usize,
    /// Why the last was not, for a person.
    pub(super) ended: Option<String>,
}

impl Further {
    /// For a person; `None`: there is nothing to say.
    pub(super) fn told(&self) -> Option<String> {
        let read = match self.pages {
            0 => None,
            1 => Some("with 1 further page".to_owned()),
            pages => Some(format!("with {pages} further pages")),
        };
        let ended = self.ended.as_ref();
        let ended = ended.map(|why| format!("its next page could not be read: {why}"));
        let told: Vec<String> = read.into_iter().chain(ended).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// How much of a backlog is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// So many entries.
    Some(usize),
    /// All of it.
    All,
}

/// What the sources at one address want of its backlog; `None`: none of them is new.
pub(super) fn wanted(targets: &[Target], states: &[Arc<SourceState>]) -> Option<Wanted> {
    let new = targets.iter().zip(states);
    let mut new = new.filter(|(_, state)| is_first_contact(state)).peekable();
    new.peek()?;
    let counts = new.map(|(target, _)| target.source.first_items);
    let counts: Option<Vec<usize>> = counts
        .map(|count| Some(usize::try_from(count?.get()).unwrap_or(usize::MAX)))
        .collect();
    match counts {
        Some(counts) => counts.into_iter().max().map(Wanted::Some),
        None => Some(Wanted::All),
    }
}

/// Whether no document of the source was ever read.
pub(super) fn is_first_contact(state: &SourceState) -> bool {
    state.history.last_success.is_none()
}

/// What tells an entry from another on the pages of one feed.
type Key = (Option<String>, Option<Url>, String, Option<Timestamp>);

fn key(entry: &Entry) -> Key {
    let (guid, url) = (entry.guid.clone(), entry.url.clone());
    (guid, url, entry.title.clone(), entry.date())
}

/// The way from page to page.
pub(super) struct Pages {
    site: String,
    wanted: Wanted,
    asked: Vec<Url>,
    known: HashSet<Key>,
    next: Option<Url>,
    read: Further,
}

impl Pages {
    /// Begins with the first page, which came as `fresh`. `None`: it is the only one, or a file.
    pub(super) fn of(first: &Feed, fresh: &Fresh, source: &Target, wanted: Wanted) -> Option<Self> {
        let Location::Url(configured) = &source.source.location else {
            return None;
        };
        let at = fresh.url.as_ref()?;
        let own = [Some(at), Some(configured), first.self_url.as_ref()];
        Some(Self {
            site: site_of(at).to_owned(),
            wanted,
            asked: own.into_iter().flatten().map(without_fragment).collect(),
            known: first.entries.iter().map(key).collect(),
            next: Some(without_fragment(first.next_url.as_ref()?)),
            read: Further::default(),
        })
    }

    /// The page to be asked next: while it is another one of the same site, and more is wanted.
    pub(super) fn next_page(&mut self) -> Option<Url> {
        let has_enough = match self.wanted {
            Wanted::Some(wanted) => self.known.len() >= wanted,
            Wanted::All => false,
        };
        if has_enough || self.read.pages >= MOST_PAGES || self.known.len() >= MOST_ENTRIES {
            return None;
        }
        let next = self.next.take()?;
        if self.asked.contains(&next) || site_of(&next) != self.site {
            return None;
        }
        self.asked.push(next.clone());
        Some(next)
    }

    /// Takes what came of asking for a page. What is no page of the feed ends the way, and costs nothing else.
    pub(super) fn hear(&mut self, fetched: &FetchOutcome, read: Option<Result<Feed, ParseError>>) {
        let fresh = match fetched {
            FetchOutcome::Fresh(fresh) => fresh,
            FetchOutcome::Moved(moved) => &moved.fresh,
            other => {
                self.read.ended = Some(why(other));
                return;
            }
        };
        let feed = match read {
            Some(Ok(feed)) => feed,
            Some(Err(error)) => {
                self.read.ended = Some(error.message);
                return;
            }
            None => return,
        };
        if fresh.url.as_ref().map(site_of) != Some(self.site.as_str()) {
            self.read.ended = Some("it is at another site".to_owned());
            return;
        }
        let before = self.read.entries.len();
        for entry in feed.entries {
            if self.known.insert(key(&entry)) {
                self.read.entries.push(entry);
            }
        }
        // A server that knows nothing of pages gives the same one again and again.
        if self.read.entries.len() > before {
            self.read.pages += 1;
            self.next = feed.next_url.as_ref().map(without_fragment);
        }
    }

    /// All that was read.
    pub(super) fn end(self) -> Arc<Further> {
        Arc::new(self.read)
    }
}

fn why(fetched: &FetchOutcome) -> String {
    match fetched {
        FetchOutcome::Failed(failure) => failure.message.clone(),
        FetchOutcome::Gone { status } | FetchOutcome::Throttled { status, .. } => {
            format!("the server answered {status}")
        }
        FetchOutcome::Held { hold, .. } => hold.because(),
        _ => "nothing came".to_owned(),
    }
}

fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}
