//! A parsed document: its own fields and its entries.

use std::time::Duration;

use url::Url;

use super::{Category, DeletedEntry, Entry, Person, Timestamp};

words! {
    /// The family a document belongs to.
    FeedFormat {
        /// RSS 0.9x and 2.0.
        Rss = "rss",
        /// RSS 0.90 and 1.0, on RDF.
        Rdf = "rdf",
        /// Atom (RFC 4287).
        Atom = "atom",
        /// JSON Feed 1.0 and 1.1.
        JsonFeed = "json_feed",
    }
}

/// One parsed document. What the publisher did not give is absent, never made up.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    /// The family it was written in.
    pub format: FeedFormat,
    /// Atom `id`; absent in the others.
    pub id: Option<String>,
    /// Plain text.
    pub title: Option<String>,
    /// RSS `description`, Atom `subtitle`, JSON Feed `description`; plain text.
    pub description: Option<String>,
    /// The page the feed belongs to: RSS channel `link`, Atom `link rel=alternate`, `home_page_url`.
    pub home_url: Option<Url>,
    /// Where the document says it lives: `atom:link rel=self`, `feed_url`.
    pub self_url: Option<Url>,
    /// Where its older entries go on: `link rel=next` (RFC 5005 §3), else `link rel=prev-archive` (§4), JSON Feed `next_url`.
    pub next_url: Option<Url>,
    /// Where it says that it has moved to: `itunes:new-feed-url`.
    pub new_feed_url: Option<Url>,
    /// WebSub hubs: `link rel=hub`, JSON Feed `hubs`.
    pub hubs: Vec<Url>,
    /// RSS `image`, Atom `icon` or `logo`, JSON Feed `icon`.
    pub icon: Option<Url>,
    /// A tag as RFC 5646 writes it.
    pub language: Option<String>,
    /// People and bodies named for the whole feed.
    pub authors: Vec<Person>,
    /// Categories of the whole feed.
    pub categories: Vec<Category>,
    /// RSS channel `pubDate`.
    pub published: Option<Timestamp>,
    /// Atom `updated`, RSS `lastBuildDate`.
    pub updated: Option<Timestamp>,
    /// What it asks of those who poll it.
    pub pace: Pace,
    /// The program that wrote it.
    pub generator: Option<String>,
    /// Plain text.
    pub rights: Option<String>,
    /// What had to be repaired to read it, in words; empty for a sound document.
    pub recovered: Vec<String>,
    /// In document order.
    pub entries: Vec<Entry>,
    /// What it says of entries that it has deleted, in document order (RFC 6721).
    pub deleted: Vec<DeletedEntry>,
}

/// What a feed asks of those who poll it. The default asks nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pace {
    /// RSS `ttl`: how long a copy may be kept.
    pub ttl: Option<Duration>,
    /// `sy:updatePeriod` divided by `sy:updateFrequency`: how often it is written anew.
    pub update_every: Option<Duration>,
    /// RSS `skipHours`: bit n stands for the hour that begins at n o'clock UTC.
    pub skip_hours: u32,
    /// RSS `skipDays`: bit 0 stands for Monday, UTC.
    pub skip_days: u8,
}
