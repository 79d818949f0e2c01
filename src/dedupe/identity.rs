//! What an entry is recognized by.

use serde::Serialize;

use super::canonical::canonical;
use super::digest::{Kind, digest, digest_of};
use super::wording::wording;
use crate::model::{Basis, Entry, Fingerprint, Hash, Identity, Incoming, Origin, Timestamp};
use crate::text::{fold, tokens};

/// Raised when parse or text read the same bytes differently, or an identity is made in another way. What the first
/// document read by another version says otherwise is taken over silently. Version 1 kept no note of it.
pub const READING_VERSION: u32 = 3;

/// An entry with the basis of its identity.
pub(super) struct Identified {
    pub(super) entry: Entry,
    pub(super) basis: Basis,
    /// The hash of its basis.
    pub(super) hash: Hash,
}

pub(super) fn identify(entry: Entry, stated: Option<Identity>) -> Identified {
    let (basis, hash) = stated
        .and_then(|stated| Some((Basis::Stated, stated_hash(&entry, stated)?)))
        .unwrap_or_else(|| own_basis(&entry));
    Identified { entry, basis, hash }
}

/// What the operator says tells the entry; `None`: it has no such thing.
fn stated_hash(entry: &Entry, stated: Identity) -> Option<Hash> {
    match stated {
        Identity::Guid => guid(entry).map(guid_hash),
        Identity::Link => entry.url.as_ref().map(link_hash),
        Identity::Title => {
            let title = tokens(&fold(&entry.title));
            (!title.is_empty()).then(|| digest(Kind::Title, &[title.joined()]))
        }
    }
}

fn own_basis(entry: &Entry) -> (Basis, Hash) {
    match (guid(entry), &entry.url) {
        (Some(guid), _) => (Basis::Guid, guid_hash(guid)),
        (None, Some(url)) => (Basis::Link, link_hash(url)),
        (None, None) => (Basis::TitleAndDate, title_and_date(entry)),
    }
}

/// The publisher's identifier; a blank one is none.
pub(super) fn guid(entry: &Entry) -> Option<&str> {
    entry.guid.as_deref().filter(|guid| !guid.trim().is_empty())
}

fn guid_hash(guid: &str) -> Hash {
    digest(Kind::Guid, &[guid])
}

fn link_hash(url: &url::Url) -> Hash {
    digest(Kind::Link, &[url.as_str()])
}

/// Title and date, else the text.
pub(super) fn title_and_date(entry: &Entry) -> Hash {
    let date = entry.date();
    if entry.title.is_empty() && date.is_none() {
        return digest(Kind::Text, &[&entry.text]);
    }
    let date = date.map(|at| at.to_rfc3339()).unwrap_or_default();
    digest(Kind::TitleAndDate, &[&entry.title, &date])
}

/// What tells an entry from others with the same basis: whole link, title and date; and the text, where these are the same.
pub(super) fn told(basis: Hash, entry: &Entry, with_text: bool) -> Hash {
    let date = entry.date().map(|at| at.to_rfc3339()).unwrap_or_default();
    let link = entry.link().unwrap_or_default();
    let text = with_text.then(|| wording("", &entry.text));
    digest_of(
        Kind::Told,
        &[
            &basis,
            entry.title.as_bytes(),
            date.as_bytes(),
            link.as_bytes(),
            text.as_ref().map_or(&[], |text| text.as_slice()),
        ],
    )
}

/// What versions of one Atom entry have in common: all but the text and `atom:updated`.
pub(super) fn version(basis: Hash, entry: &Entry) -> Hash {
    let published = entry.published.map(|at| at.to_rfc3339());
    let link = entry.link().unwrap_or_default();
    digest_of(
        Kind::Version,
        &[
            &basis,
            entry.title.as_bytes(),
            published.unwrap_or_default().as_bytes(),
            link.as_bytes(),
        ],
    )
}

/// The identity of the `nth` entry that `told` does not tell from one stored before.
pub(super) fn told_again(told: Hash, nth: u64) -> Hash {
    digest_of(Kind::Told, &[&told, &nth.to_le_bytes()])
}

impl Identified {
    /// `told`: the identity of an entry that shares its basis with others; `None`: it shares it with none.
    pub(super) fn incoming(
        self,
        told: Option<Hash>,
        ordered_at: Timestamp,
        is_further: bool,
    ) -> Incoming {
        let form = self.entry.url.as_ref().and_then(canonical);
        Incoming {
            fingerprint: Fingerprint {
                identity: told.unwrap_or(self.hash),
                handle: told.map(|_| self.hash),
                basis: self.basis,
                url: form.map(|form| digest(Kind::Url, &[&form])),
                whole: whole(&self.entry),
            },
            entry: self.entry,
            ordered_at,
            is_further,
        }
    }
}

/// What a person's words may name.
#[derive(Debug, Clone, Copy)]
pub struct Lookup {
    /// The basis of entries with this GUID.
    pub guid: Hash,
    /// The basis of entries without a GUID that have this link; `None`: it is no URL.
    pub link: Option<Hash>,
    /// What entries with this URL share across sources.
    pub url: Option<Hash>,
}

/// The hashes under which entries with this GUID or URL are stored.
#[must_use]
pub fn lookup_hashes(words: &str) -> Lookup {
    let url = url::Url::parse(words).ok();
    Lookup {
        guid: guid_hash(words),
        link: url.as_ref().map(link_hash),
        url: url.as_ref().and_then(url_hash),
    }
}

/// What entries that link to this page share across sources; `None`: it is no page's address.
#[must_use]
pub fn url_hash(url: &url::Url) -> Option<Hash> {
    canonical(url).map(|form| digest(Kind::Url, &[&form]))
}

/// The identity that version 1 gave to an entry without a GUID of its own: the canonical URL without its fragment, else title
/// and date, else the text.
#[must_use]
pub fn identity_of_version_1(entry: &Entry) -> Hash {
    let bare = entry.url.clone().map(|mut url| {
        url.set_fragment(None);
        url
    });
    bare.as_ref()
        .and_then(url_hash)
        .unwrap_or_else(|| title_and_date(entry))
}

/// Everything of an entry that an output shows, dates apart: many publishers move a date at every request, and a date
/// alone is no edit.
fn whole(entry: &Entry) -> Hash {
    let [url, external_url, image] = [&entry.url, &entry.external_url, &entry.image]
        .map(|url| url.as_ref().map_or("", url::Url::as_str));
    let origin = entry.origin.clone().map(|origin| Origin {
        updated: None,
        ..origin
    });
    let [authors, categories] = [json(&entry.authors), json(&entry.categories)];
    let [enclosures, origin] = [json(&entry.enclosures), json(&origin)];
    let mut parts = vec![
        entry.title.as_str(),
        url,
        external_url,
        entry.html.as_deref().unwrap_or_default(),
        &entry.text,
        entry.summary.as_deref().unwrap_or_default(),
        image,
        entry.language.as_deref().unwrap_or_default(),
        &authors,
        &categories,
        &enclosures,
        &origin,
    ];
    // Only where there is any, so that all other entries keep the hashes of before.
    let rare = (&entry.episode, &entry.comments, &entry.image_size);
    let has_rare = !rare.0.is_empty() || !rare.1.is_empty() || rare.2.is_some();
    let rare = has_rare.then(|| json(&rare));
    parts.extend(rare.as_deref());
    digest(Kind::Whole, &parts)
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
