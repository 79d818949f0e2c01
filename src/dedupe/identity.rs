//! What an entry is recognized by.

use blake3::Hasher;

use super::canonical::canonical;
use crate::model::{Entry, Fingerprint, Hash, Incoming, Timestamp};

/// Raised when a hash below is made in another way: stored ones are then rebuilt.
const VERSION: u8 = 1;

/// What each hash is of, so that two kinds never meet.
#[derive(Clone, Copy)]
enum Kind {
    Guid = 1,
    Url = 2,
    TitleAndDate = 3,
    Text = 4,
    Whole = 6,
}

/// An entry with the identity that it has within its source, as long as nothing else in its document has the same.
pub(super) struct Identified {
    pub(super) entry: Entry,
    /// The hash of its canonical URL.
    pub(super) url: Option<Hash>,
    pub(super) identity: Hash,
}

pub(super) fn identify(entry: Entry) -> Identified {
    let form = entry.url.as_ref().and_then(canonical);
    let guid = entry.guid.as_deref().filter(|guid| !guid.trim().is_empty());
    let identity = match guid {
        Some(guid) => hash(Kind::Guid, &[guid]),
        None => without_guid(&entry, form.as_deref()),
    };
    Identified {
        url: form.map(|form| hash(Kind::Url, &[&form])),
        identity,
        entry,
    }
}

impl Identified {
    /// Tells the entry by its link, else by title and date, else by its text.
    pub(super) fn forget_guid(&mut self) {
        let form = self.entry.url.as_ref().and_then(canonical);
        self.identity = without_guid(&self.entry, form.as_deref());
    }

    pub(super) fn incoming(self, ordered_at: Timestamp) -> Incoming {
        Incoming {
            fingerprint: Fingerprint {
                identity: self.identity,
                url: self.url,
                whole: whole(&self.entry),
            },
            entry: self.entry,
            ordered_at,
        }
    }
}

/// What an entry with this GUID is told by within its source, and what one with this URL shares with others; `None`: it is no
/// URL of a page.
#[must_use]
pub fn lookup_hashes(words: &str) -> (Hash, Option<Hash>) {
    let url = url::Url::parse(words).ok();
    let form = url.as_ref().and_then(canonical);
    (
        hash(Kind::Guid, &[words]),
        form.map(|form| hash(Kind::Url, &[&form])),
    )
}

/// The canonical URL, else title and date, else the text.
fn without_guid(entry: &Entry, url: Option<&str>) -> Hash {
    if let Some(url) = url {
        return hash(Kind::Url, &[url]);
    }
    let date = entry.published.or(entry.updated);
    if entry.title.is_empty() && date.is_none() {
        return hash(Kind::Text, &[&entry.text]);
    }
    hash(
        Kind::TitleAndDate,
        &[
            &entry.title,
            &date.map(|at| at.to_rfc3339()).unwrap_or_default(),
        ],
    )
}

/// Everything of an entry that an output shows, dates apart: many publishers move a date at every request, and a date
/// alone is no edit.
fn whole(entry: &Entry) -> Hash {
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    let text = |url: Option<&url::Url>| url.map(url::Url::as_str).unwrap_or_default().to_owned();
    hash(
        Kind::Whole,
        &[
            &entry.title,
            &text(entry.url.as_ref()),
            &text(entry.external_url.as_ref()),
            entry.html.as_deref().unwrap_or_default(),
            &entry.text,
            entry.summary.as_deref().unwrap_or_default(),
            &text(entry.image.as_ref()),
            entry.language.as_deref().unwrap_or_default(),
            &json(serde_json::to_string(&entry.authors)),
            &json(serde_json::to_string(&entry.categories)),
            &json(serde_json::to_string(&entry.enclosures)),
            &json(serde_json::to_string(&entry.origin)),
        ],
    )
}

/// Each part is preceded by its length, so that no two lists of parts read alike.
fn hash(kind: Kind, parts: &[&str]) -> Hash {
    let mut hasher = Hasher::new();
    hasher.update(&[VERSION, kind as u8]);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut first = Hash::default();
    hasher.finalize_xof().fill(&mut first);
    first
}
