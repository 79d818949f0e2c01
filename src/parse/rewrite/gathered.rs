//! What has been gathered of a document so far: the feed's own fields, the entry that is open, and those before it.

use super::entries::Entries;
use super::record::Record;
use super::rewritten::Rewritten;
use super::words::{Date, Slot};
use super::write::{self, Dialect};
use crate::model::FeedFormat;
use crate::parse::markup::Notes;

/// The records of a document.
#[derive(Default)]
pub(super) struct Gathered {
    feed: Record,
    open: Option<Record>,
    entries: Entries,
    /// Entries that had an end tag, or an end of what they stand in.
    ended: usize,
}

impl Gathered {
    /// The record that a field belongs to: the open entry, else the feed.
    pub(super) fn record(&mut self) -> &mut Record {
        self.open.as_mut().unwrap_or(&mut self.feed)
    }

    pub(super) fn feed(&self) -> &Record {
        &self.feed
    }

    pub(super) fn feed_mut(&mut self) -> &mut Record {
        &mut self.feed
    }

    pub(super) fn in_entry(&self) -> bool {
        self.open.is_some()
    }

    /// Begins an entry. `language`: what is said around it.
    pub(super) fn open_entry(&mut self, language: Option<&str>) {
        self.open = Some(Record::of_entry(language));
    }

    /// Writes the open entry.
    pub(super) fn close_entry(&mut self, dialect: Dialect) {
        if let Some(entry) = self.open.take() {
            self.entries.push(dialect, entry);
        }
    }

    /// Notes that the open entry has an end tag, or one that ends what it stands in.
    pub(super) fn note_end(&mut self) {
        self.ended += usize::from(self.open.is_some());
    }

    /// Leaves the open entry out where the document breaks off in it, and tells whether it did. A publisher who never closes an
    /// entry did not forget the last one.
    pub(super) fn drop_cut_entry(&mut self) -> bool {
        let is_cut = self.open.is_some() && (self.ended > 0 || self.entries.is_empty());
        if is_cut {
            self.open = None;
        }
        is_cut
    }

    /// Writes the document, and returns the feed's own fields beside it. `is_unclosed`: the document ends before its root element.
    pub(super) fn finish(
        self,
        format: FeedFormat,
        is_unclosed: bool,
        notes: Notes,
    ) -> (Rewritten, Record) {
        let mut feed = self.feed;
        let is_nothing = is_unclosed && self.entries.is_empty();
        let is_explicit = feed.episode.explicit == Some(true);
        let entries = self.entries.finish(is_explicit);
        let is_rss = format != FeedFormat::Atom;
        let rewritten = Rewritten {
            xml: write::document(Dialect::of(format), &feed, &entries.written),
            format,
            authors: feed.authors.best(),
            new_feed_url: feed.text(Slot::NewFeed).map(str::to_owned),
            categories: feed.take_categories(),
            published: feed.date(Date::Published).filter(|_| is_rss),
            updated: feed.date(Date::Updated),
            pace: feed.asked.finish(is_rss),
            entries: entries.extras,
            deleted: Vec::new(),
            is_nothing,
            notes,
            is_clipped: entries.is_clipped,
        };
        (rewritten, feed)
    }
}
