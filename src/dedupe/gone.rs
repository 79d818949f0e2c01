//! Entries that have left a source's document beside those that are unknown in it, read for comparing.

use std::collections::HashMap;

use super::attachments::{attachment, have_other_files};
use super::identity::url_hash;
use super::wording::{Said, wording};
use crate::model::{EntryId, Hash, Incoming, Timestamp};
use crate::text::{fold, tokens};

/// A stored entry of the source that its document does not have.
#[derive(Debug, Clone)]
pub struct Absent {
    /// The entry.
    pub id: EntryId,
    /// Whether the previous document had it.
    pub has_just_gone: bool,
    /// Its page.
    pub link: Option<String>,
    /// Its canonical URL.
    pub url: Option<Hash>,
    /// [`super::Prepared::content`].
    pub content: Option<Hash>,
    /// Its headline; `None` once it has expired.
    pub title: Option<String>,
    /// Its text; `None` once it has expired.
    pub text: Option<String>,
    /// The publisher's date.
    pub published: Option<Timestamp>,
    /// Addresses of attached files.
    pub enclosures: Vec<String>,
    /// Whether it has a GUID.
    pub has_guid: bool,
    /// Whether it has a GUID or a link.
    pub is_addressed: bool,
}

/// An entry of the document that is unknown to the source.
pub(super) struct Arrival<'a> {
    pub(super) incoming: &'a Incoming,
    pub(super) content: Option<Hash>,
    pub(super) title: String,
    pub(super) title_words: usize,
    pub(super) words: Hash,
    pub(super) said: Said,
    pub(super) link: Option<&'a str>,
    pub(super) page: Option<Hash>,
}

/// An absent entry, read.
pub(super) struct Gone<'a> {
    pub(super) stored: &'a Absent,
    pub(super) title: Option<String>,
    pub(super) words: Option<Hash>,
    pub(super) said: Said,
    pub(super) page: Option<Hash>,
}

impl<'a> Arrival<'a> {
    pub(super) fn new((incoming, content): &(&'a Incoming, Option<Hash>)) -> Self {
        let title = tokens(&fold(&incoming.entry.title));
        Self {
            incoming,
            content: *content,
            title_words: title.len(),
            title: title.joined().to_owned(),
            words: wording("", &incoming.entry.text),
            said: Said::of(&incoming.entry.text),
            link: incoming.entry.link(),
            page: incoming.entry.url.as_ref().and_then(page),
        }
    }

    pub(super) fn published(&self) -> Option<Timestamp> {
        self.incoming.entry.published
    }
}

impl<'a> Gone<'a> {
    pub(super) fn new(stored: &'a Absent) -> Self {
        let title = stored.title.as_deref();
        let link = stored.link.as_deref();
        Self {
            title: title.map(|title| tokens(&fold(title)).joined().to_owned()),
            words: stored.text.as_deref().map(|text| wording("", text)),
            said: Said::of(stored.text.as_deref().unwrap_or_default()),
            page: link
                .and_then(|link| url::Url::parse(link).ok())
                .and_then(|url| page(&url)),
            stored,
        }
    }
}

/// Whether both have attached files, and none in common: another issue of what is otherwise said in the same words.
pub(super) fn has_other_enclosures(new: &Arrival<'_>, old: &Gone<'_>) -> bool {
    let ours = new.incoming.entry.enclosures.iter();
    let ours: Vec<u64> = ours.map(|enclosure| attachment(&enclosure.url)).collect();
    let theirs = old.stored.enclosures.iter();
    let theirs = theirs.filter_map(|address| url::Url::parse(address).ok());
    let theirs: Vec<u64> = theirs.map(|url| attachment(&url)).collect();
    have_other_files(&ours, &theirs)
}

/// Host and path.
pub(super) fn page(url: &url::Url) -> Option<Hash> {
    let mut bare = url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    url_hash(&bare)
}

/// Absent entries by headline, oldest first; those that have lost theirs may be any.
pub(super) struct ByTitle<'a> {
    titled: HashMap<&'a str, Vec<&'a Gone<'a>>>,
    untitled: Vec<&'a Gone<'a>>,
}

impl<'a> ByTitle<'a> {
    pub(super) fn new(gone: &'a [Gone<'a>]) -> Self {
        let mut by_title = Self {
            titled: HashMap::new(),
            untitled: Vec::new(),
        };
        for old in gone {
            match &old.title {
                Some(title) => by_title.titled.entry(title).or_default().push(old),
                None => by_title.untitled.push(old),
            }
        }
        by_title
    }

    pub(super) fn titled(&self, title: &str) -> &[&'a Gone<'a>] {
        self.titled.get(title).map_or(&[], Vec::as_slice)
    }

    pub(super) fn candidates(&self, title: &str) -> impl Iterator<Item = &'a Gone<'a>> {
        self.titled(title).iter().chain(&self.untitled).copied()
    }
}
