//! Writes an item in every format, and a feed's documents of its items.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::change_entry::corrections;
use super::changes::changes;
use super::coding::Coding;
use super::content::ItemForm;
use super::document::Document;
use super::feed::{Fragment, OutboundFeed};
use super::format::DocumentFormat;
use super::item::Item;
use super::listed_feed::ListedFeed;
use super::listed_item::ListedItem;
use super::piece::{Piece, Shell};
use super::{atom, json_feed, rss};
use crate::model::Hash;

/// Items whose rhythm tells how long a document stays fresh.
const RHYTHM_ITEMS: usize = 20;
/// What a reader may be told to wait, at least and at most.
const FRESH_AT_LEAST: Duration = Duration::from_secs(60);
const FRESH_AT_MOST: Duration = Duration::from_secs(15 * 60);

/// Unit tests put this into the title of an item whose writing is to panic: no input is known that does.
#[cfg(test)]
pub(crate) const PANICS: &str = "[panics]";

impl Fragment {
    /// Writes an item in every format.
    #[must_use]
    pub fn write(form: &ItemForm, item: &Item) -> Self {
        let pieces = DocumentFormat::ALL.map(|format| piece(format, form, item));
        Self {
            listed: ListedItem::of(form, item),
            corrections: corrections(form, item),
            ..Self::of(pieces, item)
        }
    }

    /// Writes an item in Atom only, for an archive document. No other document can be made of it.
    #[must_use]
    pub fn write_for_archive(form: &ItemForm, item: &Item) -> Self {
        let mut pieces = DocumentFormat::ALL.map(|_| Piece::default());
        pieces[DocumentFormat::Atom as usize] = piece(DocumentFormat::Atom, form, item);
        Self::of(pieces, item)
    }

    /// An item written so, for no page and without its corrections.
    fn of(pieces: [Piece; DocumentFormat::ALL.len()], item: &Item) -> Self {
        #[cfg(test)]
        assert!(
            !item.entry.title.contains(PANICS),
            "the test asks for a panic"
        );
        Self {
            ordered_at: item.ordered_at,
            updated: item.updated(),
            listed: ListedItem::default(),
            corrections: Vec::new(),
            pieces,
        }
    }
}

/// An item in one format.
fn piece(format: DocumentFormat, form: &ItemForm, item: &Item) -> Piece {
    Piece::new(match format {
        DocumentFormat::Atom => atom::entry(form, item),
        DocumentFormat::Rss => rss::item(form, item),
        DocumentFormat::Json => json_feed::item(form, item),
    })
}

/// An output's documents.
#[derive(Debug, Clone)]
pub struct Documents {
    /// One of each format, as [`DocumentFormat::ALL`] names them.
    documents: [Document; DocumentFormat::ALL.len()],
    /// Their items, for the page that they name as their own.
    pub listing: ListedFeed,
    /// The corrections of their items.
    pub changes: Document,
    /// Of the bytes of all documents; with a correction they change themselves.
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
        &self.documents[format as usize]
    }
}

/// A document without its items.
pub(super) fn shell(feed: &OutboundFeed, format: DocumentFormat) -> Shell {
    match format {
        DocumentFormat::Atom => atom::shell(feed),
        DocumentFormat::Rss => rss::shell(feed),
        DocumentFormat::Json => json_feed::shell(feed),
    }
}

/// Renders an outbound feed in every format.
#[must_use]
pub fn render(feed: &OutboundFeed) -> Documents {
    let documents = DocumentFormat::ALL
        .map(|format| Document::new(format, shell(feed, format), feed.pieces(format)));
    let mut hasher = blake3::Hasher::new();
    for document in &documents {
        hasher.update(document.etag(Coding::Identity).as_bytes());
    }
    let mut hash = Hash::default();
    hasher.finalize_xof().fill(&mut hash);
    Documents {
        documents,
        listing: ListedFeed::of(feed),
        changes: changes(feed),
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
