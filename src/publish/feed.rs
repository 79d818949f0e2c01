//! An outbound feed: its items as they were written, and the addresses and dates that its documents name.

use std::sync::Arc;

use chrono::TimeDelta;
use url::Url;

use super::change_entry::ChangeEntry;
use super::format::DocumentFormat;
use super::listed_item::ListedItem;
use super::piece::Piece;
use crate::model::{Output, Timestamp, Tombstone};

/// An entry edited later than this after the newest one came moves its own date, but not the feed's.
const EDITED_WITHIN: TimeDelta = TimeDelta::days(7);

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
    /// Items that it announces as deleted, the latest first.
    pub deleted: Arc<[Tombstone]>,
}

/// An item as it was written, as it stands in the documents of all outputs that want it so.
#[derive(Debug)]
pub struct Fragment {
    /// Its place.
    pub(super) ordered_at: Timestamp,
    /// As written.
    pub(super) updated: Timestamp,
    /// One for each of [`DocumentFormat::ALL`].
    pub(super) pieces: [Piece; DocumentFormat::ALL.len()],
    /// As a page lists it.
    pub(super) listed: ListedItem,
    /// What was corrected in it.
    pub(super) corrections: Vec<ChangeEntry>,
}

impl OutboundFeed {
    /// Its items in a format, in order.
    pub(super) fn pieces(&self, format: DocumentFormat) -> Vec<Piece> {
        let pieces = self.items.iter().map(|item| &item.pieces[format as usize]);
        pieces.cloned().collect()
    }

    /// Where one of its documents lives.
    pub(super) fn url(&self, format: DocumentFormat) -> String {
        format!("{}{}.{}", self.public_url, self.output.id, format.as_str())
    }

    /// Where its page lives.
    pub(super) fn page_url(&self) -> String {
        format!("{}{}", self.public_url, self.output.id)
    }

    /// When the latest of the deleted items was deleted.
    pub(super) fn deleted_at(&self) -> Option<Timestamp> {
        self.deleted.iter().map(|tombstone| tombstone.at).max()
    }

    /// When its items last changed (see [`updated`]), or the last of them was deleted.
    pub(super) fn updated(&self) -> Timestamp {
        let items = self.items.iter();
        let changed = updated(items.map(|item| (item.ordered_at, item.updated)));
        self.deleted_at()
            .map_or(changed, |deleted| changed.max(deleted))
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
