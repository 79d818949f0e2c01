//! Entries to documents: bytes, media type, validators; pure.
//!
//! Goes in: an output's window. Comes out: Atom 1.0, RSS 2.0 and JSON Feed 1.1,
//! with entity tags; gzip and br are made once. An item is written once and is a
//! fragment of every document that shows it alike. The same window gives the same
//! bytes: nothing here reads the time.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use url::Url;

use document::{Piece, Shell};

use crate::model::{Copy, Entry, FeedFields, Hash, Output, SourceId, StoryId, Timestamp};

mod archive;
mod atom;
mod content;
mod document;
mod extension;
mod fit;
mod format;
mod health;
mod html;
mod ids;
mod json_feed;
mod media;
mod opml;
mod parsed;
mod room;
mod rss;
mod source_list;
mod uri;
mod xml;

pub use archive::{archive, unpack_archive};
pub use content::ItemForm;
pub use document::{Coding, Document, Edition};
pub use fit::{fit, is_language};
pub use format::{DocumentFormat, Medium};
pub use health::health_feed;
pub use html::Page;
pub use ids::outbound_id;
pub use opml::{OpmlError, OpmlOutline, OpmlSource, opml, read_opml};
pub use parsed::parsed_as_json;
pub use room::fitting;
pub use source_list::source_list;

/// Items whose rhythm tells how long a document stays fresh.
const RHYTHM_ITEMS: usize = 20;
/// What a reader may be told to wait, at least and at most.
const FRESH_AT_LEAST: Duration = Duration::from_secs(60);
const FRESH_AT_MOST: Duration = Duration::from_secs(15 * 60);
/// An entry edited later than this after the newest one came moves its own date, but not the feed's.
const EDITED_WITHIN: TimeDelta = TimeDelta::days(7);

/// Unit tests put this into the title of an item whose writing is to panic: no input is known that does.
#[cfg(test)]
pub(crate) const PANICS: &str = "[panics]";

/// An outbound feed, ready to be written.
#[derive(Debug, Clone)]
pub struct OutboundFeed {
    /// What it is.
    pub output: Output,
    /// Base of every self link; ends in `/`.
    pub public_url: Url,
    /// What the base was when the output was first published: the ids of its documents follow from it and stay when the base
    /// becomes another (RFC 4287 §4.2.6).
    pub id_base: String,
    /// Newest place first.
    pub items: Vec<Arc<Fragment>>,
    /// The number of the archive document that holds what came before; 0: there is none.
    pub prev_archive: u32,
}

/// An item written in every format, as it stands in the documents of all outputs that want it so.
#[derive(Debug)]
pub struct Fragment {
    /// [`Item::ordered_at`].
    ordered_at: Timestamp,
    /// As written.
    updated: Timestamp,
    pieces: [Piece; DocumentFormat::ALL.len()],
    /// As the page lists it.
    headline: Piece,
}

impl Fragment {
    /// Writes an item.
    #[must_use]
    pub fn write(form: &ItemForm, item: &Item) -> Self {
        #[cfg(test)]
        assert!(
            !item.entry.title.contains(PANICS),
            "the test asks for a panic"
        );
        Self {
            ordered_at: item.ordered_at,
            updated: item.updated(),
            headline: Piece::new(html::headline(form, item)),
            pieces: DocumentFormat::ALL.map(|format| {
                Piece::new(match format {
                    DocumentFormat::Atom => atom::entry(form, item),
                    DocumentFormat::Rss => rss::item(form, item),
                    DocumentFormat::Json => json_feed::item(form, item),
                })
            }),
        }
    }
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

/// An output's documents.
#[derive(Debug, Clone)]
pub struct Documents {
    /// Atom 1.0.
    pub atom: Document,
    /// RSS 2.0.
    pub rss: Document,
    /// JSON Feed 1.1.
    pub json: Document,
    /// The page that they name as their own.
    pub page: Page,
    /// Of the three documents' bytes. The page says nothing that they do not say.
    pub hash: Hash,
    /// How long a reader may do with them, by the rhythm of their items.
    pub fresh_for: Duration,
    /// The newest archive document that they link to; 0: there is none.
    pub prev_archive: u32,
    /// Base of their links.
    pub public_url: Url,
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
        .map(|format| Document::new(format, feed.shell(format), feed.pieces(format)));
    let mut hasher = blake3::Hasher::new();
    for document in [&atom, &rss, &json] {
        hasher.update(document.etag(Coding::Identity).as_bytes());
    }
    let mut hash = Hash::default();
    hasher.finalize_xof().fill(&mut hash);
    Documents {
        atom,
        rss,
        json,
        page: Page::of(feed),
        hash,
        fresh_for: fresh_for(&feed.items),
        prev_archive: feed.prev_archive,
        public_url: feed.public_url.clone(),
    }
}

/// A quarter of the mean time between the newest items: a reader that asks so often is hardly ever late.
fn fresh_for(items: &[Arc<Fragment>]) -> Duration {
    let newest = items.iter().take(RHYTHM_ITEMS);
    let (Some(first), Some(last)) = (newest.clone().next(), newest.clone().next_back()) else {
        return FRESH_AT_MOST;
    };
    let span = (first.ordered_at - last.ordered_at)
        .to_std()
        .unwrap_or_default();
    let gaps = u32::try_from(newest.len().saturating_sub(1)).unwrap_or(1);
    match span.checked_div(gaps) {
        Some(gap) => (gap / 4).clamp(FRESH_AT_LEAST, FRESH_AT_MOST),
        None => FRESH_AT_MOST,
    }
}

impl OutboundFeed {
    /// A document without its items.
    fn shell(&self, format: DocumentFormat) -> Shell {
        match format {
            DocumentFormat::Atom => atom::shell(self),
            DocumentFormat::Rss => rss::shell(self),
            DocumentFormat::Json => json_feed::shell(self),
        }
    }

    fn pieces(&self, format: DocumentFormat) -> Vec<Piece> {
        let pieces = self.items.iter().map(|item| &item.pieces[format as usize]);
        pieces.cloned().collect()
    }

    /// Where one of its documents lives.
    fn url(&self, format: DocumentFormat) -> String {
        format!("{}{}.{}", self.public_url, self.output.id, format.as_str())
    }

    /// Where its page lives.
    fn page_url(&self) -> String {
        format!("{}{}", self.public_url, self.output.id)
    }

    /// Where the archive document before it lives; `None`: there is none.
    fn prev_archive_url(&self) -> Option<String> {
        let number = (self.prev_archive > 0).then_some(self.prev_archive)?;
        Some(archive::archive_url(self, number))
    }

    /// See [`updated`].
    fn updated(&self) -> Timestamp {
        updated(
            self.items
                .iter()
                .map(|item| (item.ordered_at, item.updated)),
        )
    }
}

/// When anything of items with these places and dates last changed, as far as that is known (RFC 4287 §4.2.15). An empty feed
/// never did: the epoch.
///
/// A publisher may date an entry into the future, and one of 2099 would be the feed's date until then. What the time is
/// nothing here knows, but a place is never in the future: an entry counts with its place where its own date lies
/// further behind the newest place than edits do.
fn updated(items: impl Iterator<Item = (Timestamp, Timestamp)> + Clone) -> Timestamp {
    let newest = items.clone().map(|(place, _)| place).max();
    let credible = newest.and_then(|newest| newest.checked_add_signed(EDITED_WITHIN));
    let dates = items.map(|(place, updated)| match updated {
        updated if credible.is_some_and(|credible| updated <= credible) => updated,
        _ => place,
    });
    dates.max().unwrap_or_default()
}

impl Item {
    /// The publisher's date, else its place. A copy that came later and is shown now was published with the item.
    fn published(&self) -> Timestamp {
        let published = self.entry.published;
        published.map_or(self.ordered_at, |at| at.min(self.updated))
    }

    /// Never before `published`.
    fn updated(&self) -> Timestamp {
        self.updated.max(self.published())
    }
}
