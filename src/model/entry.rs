//! One thing in a feed, whatever format it came in.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Timestamp;

/// One thing in a feed. What the publisher did not give is absent, never made up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// RSS `guid`, Atom `id`, JSON Feed `id`, RDF `rdf:about`: byte for byte.
    pub guid: Option<String>,
    /// Its page: `feedburner:origLink`, RSS `link` (or a permalink `guid`), Atom `link rel=alternate` (or `content src`), JSON Feed
    /// `url`. Absolute: http, https, ftp, ftps, magnet.
    pub url: Option<Url>,
    /// JSON Feed `external_url`: the page it is about, elsewhere.
    pub external_url: Option<Url>,
    /// Plain text, one line; empty where the publisher gives none.
    pub title: String,
    /// The body as sanitized HTML with absolute links: `content:encoded`, Atom `content`,
    /// `content_html`, else the description where that is all there is.
    pub html: Option<String>,
    /// The body as plain text, a line a block; empty where there is no body.
    pub text: String,
    /// A shorter text beside the body: RSS `description` next to `content:encoded`, Atom `summary`; plain text.
    pub summary: Option<String>,
    /// A picture for it.
    pub image: Option<Url>,
    /// RSS `pubDate`, Atom `published`, `date_published`, `dc:date`. The publisher's, never ours.
    pub published: Option<Timestamp>,
    /// Atom `updated`, `date_modified`. The publisher's, never ours.
    pub updated: Option<Timestamp>,
    /// In document order.
    pub authors: Vec<Person>,
    /// In document order.
    pub categories: Vec<Category>,
    /// The entry's own, else the feed's, else that of the text: a tag as RFC 5646 writes it.
    pub language: Option<String>,
    /// Attached files.
    pub enclosures: Vec<Enclosure>,
    /// `atom:source`, RSS `source`: the feed it was taken from by an earlier aggregator.
    pub origin: Option<Origin>,
    /// Where the text opens with a dateline: that opening, as written.
    pub dateline: Option<String>,
    /// The agency that the dateline names.
    pub agency: Option<String>,
}

impl Entry {
    /// The address of its page.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        self.url.as_ref().map(Url::as_str)
    }

    /// When it was published, else when it was updated.
    #[must_use]
    pub fn date(&self) -> Option<Timestamp> {
        self.published.or(self.updated)
    }
}

/// Atom `author` and `contributor`, RSS `author` and `dc:creator`, JSON Feed `authors`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Plain text, never empty: where the publisher gives no name, the mail address or the page.
    pub name: String,
    /// Absolute, http(s).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<Url>,
    /// As given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
}

/// Atom `category` (RFC 4287 §4.2.2), RSS `category`, JSON Feed `tags`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Plain text, never empty.
    pub term: String,
    /// RSS `domain`, Atom `scheme`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scheme: Option<String>,
    /// For people; else the term.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub label: Option<String>,
}

/// RSS `enclosure`, Atom `link rel=enclosure`, JSON Feed `attachments`, `media:content`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Absolute: http, https, ftp, ftps, magnet.
    pub url: Url,
    /// Media type: as given, or by the ending of the address where that says nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub media_type: Option<String>,
    /// Bytes, as given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub length: Option<u64>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub duration_seconds: Option<u64>,
    /// Plain text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
}

/// `atom:source` (RFC 4287 §4.2.11), RSS `source`: where an aggregated entry came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Plain text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    /// The feed's id or address, as given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// Absolute, http(s).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<Url>,
}
