//! An entry with all that a comparison asks of it.

use url::Url;

use super::attachments::{attachment, hash, is_played};
use super::prepare::Prepared;
use crate::model::{Entry, Hash, SourceId, Timestamp};

/// An entry with all that a comparison asks of it.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its source.
    pub source: SourceId,
    /// The site that its link belongs to: sources that link to one site are one publisher's. `None`: it has no link.
    pub publisher: Option<u64>,
    /// The hash of its canonical URL, fragment included.
    pub url: Option<Hash>,
    /// The publisher's date.
    pub published: Option<Timestamp>,
    /// Hashes of the addresses of attached sound and video, sorted.
    pub enclosures: Vec<u64>,
    /// Its words.
    pub text: Prepared,
}

impl Profile {
    /// Puts together what a comparison asks. `url`: the hash of its canonical URL.
    #[must_use]
    pub fn new(source: SourceId, entry: &Entry, url: Option<Hash>, text: Prepared) -> Self {
        let mut enclosures: Vec<u64> = entry
            .enclosures
            .iter()
            .filter(|enclosure| is_played(enclosure))
            .map(|enclosure| attachment(&enclosure.url))
            .collect();
        enclosures.sort_unstable();
        Self {
            source,
            publisher: publisher(entry.url.as_ref()),
            url,
            published: entry.published,
            enclosures,
            text,
        }
    }
}

/// The site that a link belongs to, as a hash of its registrable domain (Public Suffix List).
#[must_use]
pub fn publisher(link: Option<&Url>) -> Option<u64> {
    let host = link?.host_str()?;
    let site = psl::domain_str(host).unwrap_or(host);
    Some(hash(site.bytes()))
}
