//! An item of an outbound feed, before it is written.

use crate::model::{Copy, Correction, Entry, FeedFields, SourceId, StoryId, Timestamp};

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
    /// What was corrected in the entry shown, the oldest first.
    pub corrections: Vec<Correction>,
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

impl Item {
    /// The publisher's date, else its place. A copy that came later and is shown now was published with the item.
    pub(super) fn published(&self) -> Timestamp {
        let published = self.entry.published;
        published.map_or(self.ordered_at, |at| at.min(self.updated))
    }

    /// Never before `published`.
    pub(super) fn updated(&self) -> Timestamp {
        self.updated.max(self.published())
    }
}
