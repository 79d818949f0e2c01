//! What comes of rewriting: a clean document for feed-rs, and everything that feed-rs has no place for.

use url::Url;

use super::value::Value;
use crate::model::{
    Category, Comments, DeletedEntry, Enclosure, Episode, FeedFormat, Origin, Pace, Person, Size,
    Timestamp,
};
use crate::parse::limits::clipped;
use crate::parse::markup::Notes;

/// A document written anew.
#[derive(Debug)]
pub(in crate::parse) struct Rewritten {
    /// Atom 1.0 or RSS 2.0. The id of an entry in it is its [`Extras::number`].
    pub(in crate::parse) xml: String,
    /// The family that it was written in before.
    pub(in crate::parse) format: FeedFormat,
    /// Of the feed.
    pub(in crate::parse) authors: Vec<Person>,
    /// `itunes:new-feed-url`, as written.
    pub(in crate::parse) new_feed_url: Option<String>,
    /// Of the feed, as they stand there.
    pub(in crate::parse) categories: Vec<Category>,
    /// RSS `pubDate` of the channel.
    pub(in crate::parse) published: Option<Timestamp>,
    /// Of the feed.
    pub(in crate::parse) updated: Option<Timestamp>,
    /// What the feed asks of those who poll it.
    pub(in crate::parse) pace: Pace,
    /// The newest, in the order of the document.
    pub(in crate::parse) entries: Vec<Extras>,
    /// What the feed says of entries that it has deleted.
    pub(in crate::parse) deleted: Vec<DeletedEntry>,
    /// It breaks off before its first entry is complete.
    pub(in crate::parse) is_nothing: bool,
    /// What had to be mended.
    pub(super) notes: Notes,
    /// Older entries were left out.
    pub(super) is_clipped: bool,
}

/// What is known of one entry beside its title and links, which feed-rs reads.
#[derive(Debug, Default)]
pub(in crate::parse) struct Extras {
    /// The place among all entries that were written, by which it is joined with what feed-rs reads. Ascending.
    pub(in crate::parse) number: usize,
    /// RSS `guid`, Atom `id`, RDF `rdf:about`, without blanks around it.
    pub(in crate::parse) id: Option<String>,
    /// RSS `pubDate`, Atom `published`, `dc:date` and others.
    pub(in crate::parse) published: Option<Timestamp>,
    /// Atom `updated`, `dcterms:modified` and others.
    pub(in crate::parse) updated: Option<Timestamp>,
    pub(in crate::parse) content: Option<Value>,
    pub(in crate::parse) summary: Option<Value>,
    /// RSS: a short text and a whole one under names that RSS does not have.
    pub(in crate::parse) own: [Option<Value>; 2],
    /// RSS `guid`: what `isPermaLink` says.
    pub(in crate::parse) permalink: Option<bool>,
    /// `feedburner:origLink`: the link that a tracker has replaced.
    pub(in crate::parse) own_link: Option<Url>,
    /// Atom `content src`.
    pub(in crate::parse) elsewhere: Option<Url>,
    pub(in crate::parse) authors: Vec<Person>,
    /// As they stand there.
    pub(in crate::parse) categories: Vec<Category>,
    pub(in crate::parse) enclosures: Vec<Enclosure>,
    pub(in crate::parse) image: Option<Url>,
    pub(in crate::parse) image_size: Option<Size>,
    pub(in crate::parse) episode: Episode,
    pub(in crate::parse) comments: Comments,
    /// `source` of an entry that was taken from elsewhere.
    pub(in crate::parse) origin: Option<Origin>,
    /// Its own, or `xml:lang` around it.
    pub(in crate::parse) language: Option<String>,
}

impl Rewritten {
    /// What was mended, in words.
    pub(in crate::parse) fn recovered(&self) -> Vec<String> {
        let mut words = self.notes.in_words();
        words.extend(self.is_clipped.then(clipped));
        words
    }
}
