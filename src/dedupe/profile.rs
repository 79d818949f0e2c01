//! An entry with all that a comparison asks of it.

use url::Url;

use super::prepare::Prepared;
use crate::model::{Entry, Hash, SourceId, Timestamp};
use crate::text::mix;

/// Endings of files that are played, where no media type says so.
const PLAYED: [&str; 6] = [".mp3", ".m4a", ".mp4", ".ogg", ".opus", ".aac"];

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
            .filter(|enclosure| is_played(enclosure.media_type.as_deref(), &enclosure.url))
            .map(|enclosure| address(&enclosure.url))
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

fn is_played(media_type: Option<&str>, url: &Url) -> bool {
    let kind = media_type.and_then(|media_type| media_type.split('/').next());
    let path = url.path().to_ascii_lowercase();
    kind.is_some_and(|kind| matches!(kind.to_ascii_lowercase().as_str(), "audio" | "video"))
        || PLAYED.iter().any(|ending| path.ends_with(ending))
}

/// Host and path: in the query stand tokens and counters. A magnet link has nothing else.
fn address(url: &Url) -> u64 {
    let Some(host) = url.host_str() else {
        return hash(url.as_str().bytes());
    };
    hash(host.bytes().chain(url.path().bytes()))
}

fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0, |hash, byte| mix(hash ^ u64::from(byte)))
}
