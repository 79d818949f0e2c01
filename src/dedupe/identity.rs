//! What an entry is recognized by.

use blake3::Hasher;

use super::canonical::canonical;
use crate::model::{Entry, Fingerprint, Hash};
use crate::text::{fold, tokens};

/// A text with fewer words is too common to be an identity.
pub(super) const MIN_CONTENT_TOKENS: usize = 12;

/// Raised when a hash below is made in another way: stored ones are then rebuilt.
const VERSION: u8 = 1;

/// What each hash is of, so that two kinds never meet.
#[derive(Clone, Copy)]
enum Kind {
    Guid = 1,
    Url = 2,
    TitleAndDate = 3,
    Text = 4,
    Content = 5,
    Whole = 6,
}

/// Fingerprints one entry.
pub(super) fn fingerprint(entry: &Entry) -> Fingerprint {
    let url = entry.url.as_ref().and_then(canonical);
    let words = tokens(&fold(&entry.text));
    Fingerprint {
        identity: identity(entry, url.as_deref()),
        url: url.map(|form| hash(Kind::Url, &[&form])),
        content: (words.len() >= MIN_CONTENT_TOKENS)
            .then(|| hash(Kind::Content, &[words.joined()])),
        whole: whole(entry),
        words: u32::try_from(words.len()).unwrap_or(u32::MAX),
    }
}

/// Within its source: the GUID byte for byte, else the canonical URL, else title and date, else the text.
fn identity(entry: &Entry, url: Option<&str>) -> Hash {
    if let Some(guid) = entry.guid.as_deref().filter(|guid| !guid.trim().is_empty()) {
        return hash(Kind::Guid, &[guid]);
    }
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
