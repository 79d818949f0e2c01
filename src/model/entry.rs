//! One thing in a feed, whatever format it came in.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Episode, Timestamp};

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
    /// A picture for it: `media:thumbnail`, `itunes:image`, `media:content` of a picture, JSON Feed `image`.
    pub image: Option<Url>,
    /// The size that `media:thumbnail` or `media:content` gives for the picture.
    pub image_size: Option<Size>,
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
    /// Fields of podcasts.
    pub episode: Episode,
    /// Where it is discussed.
    pub comments: Comments,
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

    /// The file that it is about, for a format that has room for one: see [`Enclosure::main`].
    #[must_use]
    pub fn main_enclosure(&self) -> Option<&Enclosure> {
        self.enclosures.get(Enclosure::main(&self.enclosures)?)
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
    /// `media:content medium`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub medium: Option<Medium>,
    /// `media:content width` and `height`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub size: Option<Size>,
}

impl Enclosure {
    /// A file of which nothing else is known.
    #[must_use]
    pub fn at(url: Url) -> Self {
        Self {
            url,
            media_type: None,
            length: None,
            duration_seconds: None,
            title: None,
            medium: None,
            size: None,
        }
    }

    /// Which of several files an entry is about: the first sound, else the first film, else the first of anything but a
    /// picture; of two of a kind the first on the web. The cover of an episode often stands before its sound (PinePods #479).
    #[must_use]
    pub fn main(files: &[Self]) -> Option<usize> {
        let rank = |file: &Self| match file.kind() {
            Some(Medium::Audio) => 0,
            Some(Medium::Video) => 1,
            Some(Medium::Document | Medium::Executable) | None => 2,
            Some(Medium::Image) => 3,
        };
        let is_elsewhere = |file: &Self| !matches!(file.url.scheme(), "http" | "https");
        let numbered = files.iter().enumerate();
        let best = numbered.min_by_key(|(_, file)| (rank(file), is_elsewhere(file)));
        best.map(|(nth, _)| nth)
    }

    /// What kind of file it is, as far as its media type or else its medium tells.
    #[must_use]
    pub fn kind(&self) -> Option<Medium> {
        let given = self.media_type.as_deref().unwrap_or_default();
        let is = |start: &str| {
            let found = given.get(..start.len());
            found.is_some_and(|found| found.eq_ignore_ascii_case(start))
        };
        let by_type = [
            ("audio/", Medium::Audio),
            ("video/", Medium::Video),
            ("image/", Medium::Image),
        ];
        let by_type = by_type.into_iter().find(|(start, _)| is(start));
        // RFC 3534 had this one type for Ogg files, and podcasts still use it for sound.
        let ogg = || is("application/ogg").then_some(Medium::Audio);
        let known = by_type.map(|(_, medium)| medium).or(self.medium);
        known.or_else(ogg)
    }

    /// Whether it is to be listened to or looked at over time.
    #[must_use]
    pub fn is_playable(&self) -> bool {
        matches!(self.kind(), Some(Medium::Audio | Medium::Video))
    }
}

/// `medium` of Media RSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Medium {
    /// A picture.
    Image,
    /// A sound.
    Audio,
    /// A film.
    Video,
    /// A text.
    Document,
    /// A program.
    Executable,
}

impl Medium {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Image,
        Self::Audio,
        Self::Video,
        Self::Document,
        Self::Executable,
    ];

    /// The word of Media RSS for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Document => "document",
            Self::Executable => "executable",
        }
    }
}

/// Of a picture or film, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Never 0.
    pub width: u32,
    /// Never 0.
    pub height: u32,
}

/// Where an entry is discussed. How many comments there are is not read: the number changes from poll to poll, so that every
/// document would be new for it, and readers would be shown an old one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Comments {
    /// RSS `comments`, Atom `link rel=replies` (RFC 4685 §4) of a page. Absolute, http(s).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Url>,
    /// `wfw:commentRss`, Atom `link rel=replies` of a feed. Absolute, http(s).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed_url: Option<Url>,
    /// The media type of that feed, as given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed_type: Option<String>,
}

impl Comments {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// `atom:source` (RFC 4287 §4.2.11), RSS `source`: where an aggregated entry came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Plain text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    /// The feed's `atom:id`, as given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// Its page: the `alternate` link. Absolute, http(s).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<Url>,
    /// Where the feed lives: RSS `source url`, the `self` link. Absolute, http(s).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub feed_url: Option<Url>,
    /// The feed's `atom:updated` when the entry last changed. It moves with every entry of that feed, which is no change of this one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub updated: Option<Timestamp>,
}

impl Origin {
    /// Where it is to be found: the feed, else its page.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        let address = self.feed_url.as_ref().or(self.url.as_ref());
        address.map(Url::as_str)
    }

    /// What it is called: its title, else the host of its address, else its id.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let address = self.url.as_ref().or(self.feed_url.as_ref());
        let host = || address.and_then(Url::host_str);
        let title = self.title.as_deref().filter(|title| !title.is_empty());
        title.or_else(host).or(self.id.as_deref())
    }
}
