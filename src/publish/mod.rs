//! Entries to documents: bytes, media type, validators; pure.
//!
//! Goes in: an output's window. Comes out: Atom 1.0, RSS 2.0 and JSON Feed 1.1,
//! with gzip and entity tags made once. The same window gives the same bytes:
//! nothing here reads the time.

use std::io::Write;

use bytes::Bytes;
use chrono::TimeDelta;
use flate2::{Compression, GzBuilder};
use url::Url;

use crate::model::{Copy, Entry, FeedFields, Hash, Output, SourceId, StoryId, Timestamp};

mod atom;
mod content;
mod ids;
mod json_feed;
mod opml;
mod parsed;
mod rss;
mod xml;

pub use ids::outbound_id;
pub use opml::{OpmlError, OpmlSource, opml, read_opml};
pub use parsed::parsed_as_json;

/// An entry edited later than this after the newest one came moves its own date, but not the feed's.
const EDITED_WITHIN: TimeDelta = TimeDelta::days(7);

/// An outbound feed, ready to be written.
#[derive(Debug, Clone)]
pub struct OutboundFeed {
    /// What it is.
    pub output: Output,
    /// Base of every self link; ends in `/`.
    pub public_url: Url,
    /// Newest place first.
    pub items: Vec<Item>,
}

/// One item of an outbound feed.
#[derive(Debug, Clone)]
pub struct Item {
    /// Permanent.
    pub id: String,
    /// Its story.
    pub story: StoryId,
    /// Moved only by real edits.
    pub updated: Timestamp,
    /// Its place; also its date where the publisher gave none.
    pub ordered_at: Timestamp,
    /// The entry shown.
    pub entry: Entry,
    /// Where it came from.
    pub source: SourceView,
    /// The other entries of its story.
    pub copies: Vec<CopyView>,
}

/// A source as an item names it.
#[derive(Debug, Clone)]
pub struct SourceView {
    /// As configured.
    pub id: SourceId,
    /// Plain text, never empty.
    pub title: String,
    /// The feed's own fields, as last parsed.
    pub feed: FeedFields,
    /// Where we read it, without anything secret; `None` for a local file.
    pub feed_url: Option<String>,
}

/// Another entry of a story, as an item names it.
#[derive(Debug, Clone)]
pub struct CopyView {
    /// What its source is called.
    pub source_title: String,
    /// The copy.
    pub copy: Copy,
}

/// The formats that an output is served in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentFormat {
    /// Atom 1.0, RFC 4287.
    Atom,
    /// RSS 2.0.
    Rss,
    /// JSON Feed 1.1.
    Json,
}

impl DocumentFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Atom, Self::Rss, Self::Json];

    /// The word for it, and the ending of its path.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Atom => "atom",
            Self::Rss => "rss",
            Self::Json => "json",
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Json => "application/feed+json; charset=utf-8",
        }
    }
}

/// A rendered document with its validators.
#[derive(Debug, Clone)]
pub struct Document {
    /// Media type.
    pub media_type: &'static str,
    /// As written.
    pub bytes: Bytes,
    /// The same, compressed.
    pub gzip: Bytes,
    /// Strong entity tag of `bytes`, quotes included (RFC 9110 §8.8.3).
    pub etag: String,
    /// Strong entity tag of `gzip`.
    pub gzip_etag: String,
}

impl Document {
    /// Compresses and tags a document, once.
    #[must_use]
    pub fn new(media_type: &'static str, bytes: Vec<u8>) -> Self {
        let hash = blake3::hash(&bytes).to_hex();
        let tag = &hash.as_str()[..32];
        Self {
            media_type,
            gzip: gzip(&bytes),
            bytes: bytes.into(),
            etag: format!("\"{tag}\""),
            gzip_etag: format!("\"{tag}-gzip\""),
        }
    }
}

/// No name and no time in the header: the same bytes in, the same bytes out.
fn gzip(bytes: &[u8]) -> Bytes {
    let mut writer =
        GzBuilder::new().write(Vec::with_capacity(bytes.len() / 4), Compression::default());
    let packed = writer.write_all(bytes).and_then(|()| writer.finish());
    packed.expect("writing into memory does not fail").into()
}

/// An output's documents.
#[derive(Debug, Clone)]
pub struct Documents {
    /// Atom 1.0.
    pub atom: Document,
    /// RSS 2.0.
    pub rss: Document,
    /// JSON Feed 1.1.
    pub json: Document,
    /// Of all their bytes.
    pub hash: Hash,
}

impl Documents {
    /// The document in one format.
    #[must_use]
    pub fn get(&self, format: DocumentFormat) -> &Document {
        match format {
            DocumentFormat::Atom => &self.atom,
            DocumentFormat::Rss => &self.rss,
            DocumentFormat::Json => &self.json,
        }
    }
}

/// Renders an outbound feed in every format.
#[must_use]
pub fn render(feed: &OutboundFeed) -> Documents {
    let [atom, rss, json] = DocumentFormat::ALL
        .map(|format| Document::new(format.media_type(), document(feed, format)));
    let mut hasher = blake3::Hasher::new();
    for document in [&atom, &rss, &json] {
        hasher.update(document.etag.as_bytes());
    }
    let mut hash = Hash::default();
    hasher.finalize_xof().fill(&mut hash);
    Documents {
        atom,
        rss,
        json,
        hash,
    }
}

/// The bytes of an outbound feed in one format, UTF-8.
#[must_use]
pub fn document(feed: &OutboundFeed, format: DocumentFormat) -> Vec<u8> {
    match format {
        DocumentFormat::Atom => atom::write(feed),
        DocumentFormat::Rss => rss::write(feed),
        DocumentFormat::Json => json_feed::write(feed),
    }
}

impl OutboundFeed {
    /// Where one of its documents lives.
    fn url(&self, format: DocumentFormat) -> String {
        format!("{}{}.{}", self.public_url, self.output.id, format.as_str())
    }

    /// When anything in it last changed, as far as that is known (RFC 4287 §4.2.15). An empty feed never did: the epoch.
    ///
    /// A publisher may date an entry into the future, and one of 2099 would be the feed's date until then. What the time is
    /// nothing here knows, but a place is never in the future: an entry counts with its place where its own date lies
    /// further behind the newest place than edits do.
    fn updated(&self) -> Timestamp {
        let newest = self.items.iter().map(|item| item.ordered_at).max();
        let credible = newest.and_then(|newest| newest.checked_add_signed(EDITED_WITHIN));
        self.items
            .iter()
            .map(|item| match item.updated() {
                updated if credible.is_some_and(|credible| updated <= credible) => updated,
                _ => item.ordered_at,
            })
            .max()
            .unwrap_or_default()
    }
}

impl Item {
    /// The publisher's date, else its place.
    fn published(&self) -> Timestamp {
        self.entry.published.unwrap_or(self.ordered_at)
    }

    /// Never before `published`.
    fn updated(&self) -> Timestamp {
        self.updated.max(self.published())
    }
}
