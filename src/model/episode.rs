//! What podcast apps are told of an entry beside its sound.

use serde::{Deserialize, Serialize};
use url::Url;

/// Fields of Apple's `itunes:` and of the Podcast Index' `podcast:` namespace. An entry that is no episode has none of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Episode {
    /// `itunes:episode`, `podcast:episode`: its number in the season, or in the whole. May have a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<Numbered>,
    /// `itunes:season`, `podcast:season`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season: Option<Numbered>,
    /// `itunes:episodeType`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<EpisodeKind>,
    /// `itunes:explicit`; a channel that says so says it of all its entries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explicit: Option<bool>,
    /// `itunes:image`: its cover. Absolute, http(s).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Url>,
    /// `podcast:transcript`, in document order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transcripts: Vec<Transcript>,
    /// `podcast:chapters`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chapters: Option<Chapters>,
    /// `podcast:person`, in document order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<Credit>,
    /// `podcast:socialInteract`, in document order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub threads: Vec<Thread>,
}

impl Episode {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A number that may have a name: `podcast:season name`, `podcast:episode display`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered {
    /// Decimal digits without a leading zero, perhaps a point and more digits.
    pub number: String,
    /// Plain text, never empty.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
}

/// `itunes:episodeType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EpisodeKind {
    /// A whole episode.
    Full,
    /// It announces others.
    Trailer,
    /// Something extra.
    Bonus,
}

impl EpisodeKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Full, Self::Trailer, Self::Bonus];

    /// Apple's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Trailer => "trailer",
            Self::Bonus => "bonus",
        }
    }
}

/// `podcast:transcript`: the words of an episode as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// Absolute, http(s).
    pub url: Url,
    /// As given, else told from the ending of the file.
    pub media_type: String,
    /// As given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub language: Option<String>,
    /// `rel="captions"`: it has time codes.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub is_captions: bool,
}

/// `podcast:chapters`: a file that names the parts of an episode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapters {
    /// Absolute, http(s).
    pub url: Url,
    /// As given, else that of the namespace.
    pub media_type: String,
}

impl Chapters {
    /// The one media type that the namespace defines.
    pub const MEDIA_TYPE: &'static str = "application/json+chapters";
}

/// `podcast:person`: who took part, and as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Plain text, never empty.
    pub name: String,
    /// As given; `host` where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<String>,
    /// As given; `cast` where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub group: Option<String>,
    /// `img`. Absolute, http(s).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub image: Option<Url>,
    /// `href`. Absolute, http(s).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<Url>,
}

/// `podcast:socialInteract`: the post under which an episode is discussed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// `activitypub`, `twitter` and the like, as given.
    pub protocol: String,
    /// Absolute, http(s).
    pub url: Url,
    /// `accountId`: who began it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<String>,
}
