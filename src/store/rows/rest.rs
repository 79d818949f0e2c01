//! The rarer fields of an entry, as an engine may keep them in one column: JSON, without the fields that are absent.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::{Category, Comments, Enclosure, Entry, Episode, Origin, Person, Size};

/// The rarer fields of an entry.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::store) struct Rest {
    /// The page that the entry points to, where its link is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::store) external_url: Option<Url>,
    /// Its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::store) image: Option<Url>,
    /// The size of the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::store) image_size: Option<Size>,
    /// Who wrote it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::store) authors: Vec<Person>,
    /// Its categories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::store) categories: Vec<Category>,
    /// Its attached files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::store) enclosures: Vec<Enclosure>,
    /// What a podcast says of it.
    #[serde(skip_serializing_if = "Episode::is_empty")]
    pub(in crate::store) episode: Episode,
    /// Where it is discussed.
    #[serde(skip_serializing_if = "Comments::is_empty")]
    pub(in crate::store) comments: Comments,
    /// The feed that it was taken from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::store) origin: Option<Origin>,
    /// The opening of its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::store) dateline: Option<String>,
    /// The agency that its opening names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::store) agency: Option<String>,
}

impl Rest {
    /// The rarer fields of an entry as JSON; `None`: it has none of them.
    pub(in crate::store) fn written(entry: &Entry) -> serde_json::Result<Option<String>> {
        let rest = Self {
            external_url: entry.external_url.clone(),
            image: entry.image.clone(),
            image_size: entry.image_size,
            authors: entry.authors.clone(),
            categories: entry.categories.clone(),
            enclosures: entry.enclosures.clone(),
            episode: entry.episode.clone(),
            comments: entry.comments.clone(),
            origin: entry.origin.clone(),
            dateline: entry.dateline.clone(),
            agency: entry.agency.clone(),
        };
        match rest == Self::default() {
            true => Ok(None),
            false => serde_json::to_string(&rest).map(Some),
        }
    }

    /// Reads what [`Rest::written`] has written.
    pub(in crate::store) fn read(json: Option<&str>) -> serde_json::Result<Self> {
        let mut rest: Self = json.map_or_else(|| Ok(Self::default()), serde_json::from_str)?;
        rest.origin = rest.origin.map(of_today);
        Ok(rest)
    }
}

/// Up to schema 3 the address in RSS `source url` stood as the id and as the page of a feed that it is the address of.
fn of_today(mut origin: Origin) -> Origin {
    if origin.feed_url.is_none() && origin.id.as_deref() == origin.url.as_ref().map(Url::as_str) {
        (origin.id, origin.feed_url) = (None, origin.url.take());
    }
    origin
}
