//! Values as columns, and back.

use chrono::DateTime;
use rusqlite::Row;
use rusqlite::types::{FromSqlError, Type};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::model::{
    Category, Comments, Copy, Enclosure, Entry, EntryId, Episode, Hash, Layer, Member, Origin,
    Person, Relation, Size, SourceId, Timestamp,
};

/// Milliseconds since 1970.
pub(super) fn ms(at: Timestamp) -> i64 {
    at.timestamp_millis()
}

/// A moment from its milliseconds; out of chrono's range, which no writer of ours leaves, it is 1970.
pub(super) fn moment(ms: i64) -> Timestamp {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

pub(super) fn moment_at(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(moment))
}

/// An entry's [`crate::model::Entry::date`].
pub(super) fn date_at(row: &Row<'_>) -> rusqlite::Result<Option<Timestamp>> {
    Ok(moment_at(row, "published_at")?.or(moment_at(row, "updated_at")?))
}

/// A closed set's member from its word; another word is a damaged row.
pub(super) fn word<T>(
    row: &Row<'_>,
    column: &str,
    member: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<Option<T>> {
    let Some(text) = row.get::<_, Option<String>>(column)? else {
        return Ok(None);
    };
    match member(&text) {
        Some(value) => Ok(Some(value)),
        None => Err(rusqlite::Error::FromSqlConversionFailure(
            0,
            Type::Text,
            format!("{column}: unknown word {text:?}").into(),
        )),
    }
}

pub(super) fn source_id(row: &Row<'_>, column: &str) -> rusqlite::Result<SourceId> {
    let text: String = row.get(column)?;
    SourceId::new(&text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}

/// Repairs of a document as a column: a JSON array. NULL: none.
pub(super) fn repairs_as_column(repairs: &[String]) -> rusqlite::Result<Option<String>> {
    if repairs.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(repairs)
        .map(Some)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Repairs of a document from their column; empty: none.
pub(super) fn repairs(row: &Row<'_>, column: &str) -> rusqlite::Result<Vec<String>> {
    match row.get::<_, Option<String>>(column)? {
        None => Ok(Vec::new()),
        Some(json) => serde_json::from_str(&json).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
        }),
    }
}

/// A URL that we wrote; one that cannot be read any more is absent.
pub(super) fn url(text: Option<String>) -> Option<Url> {
    text.and_then(|text| text.parse().ok())
}

/// The rarer fields of an entry, together in one column.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Rest {
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_size: Option<Size>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Person>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    categories: Vec<Category>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    enclosures: Vec<Enclosure>,
    #[serde(skip_serializing_if = "Episode::is_empty")]
    episode: Episode,
    #[serde(skip_serializing_if = "Comments::is_empty")]
    comments: Comments,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dateline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<String>,
}

/// The column `rest` of an entry; `None`: it has none of the rarer fields.
pub(super) fn rest(entry: &Entry) -> rusqlite::Result<Option<String>> {
    let rest = Rest {
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
    if rest == Rest::default() {
        return Ok(None);
    }
    serde_json::to_string(&rest)
        .map(Some)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Columns of [`member`], of `entries e` joined with `sources s`.
pub(super) const MEMBER: &str = "e.entry, s.id AS source_id, e.identity, COALESCE(e.wording, e.whole) AS wording, e.relation, e.layer, e.score, e.matched, e.edition_at, e.words, e.first_seen, e.ordered_at,
    e.changed_at, e.held, e.guid, e.url, e.title, e.html, e.text, e.summary, e.published_at, e.updated_at, e.language, e.rest";

/// A member from [`MEMBER`]'s columns.
pub(super) fn member(row: &Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        id: EntryId(row.get("entry")?),
        source: source_id(row, "source_id")?,
        identity: row.get::<_, Hash>("identity")?,
        wording: row.get::<_, Hash>("wording")?,
        relation: word(row, "relation", Relation::from_word)?.ok_or(FromSqlError::InvalidType)?,
        layer: word(row, "layer", Layer::from_word)?,
        score: row.get("score")?,
        matched: row.get::<_, Option<i64>>("matched")?.map(EntryId),
        edition_at: moment(row.get("edition_at")?),
        words: row.get("words")?,
        first_seen: moment(row.get("first_seen")?),
        ordered_at: moment(row.get("ordered_at")?),
        changed_at: moment_at(row, "changed_at")?,
        held: row.get::<_, i64>("held")? != 0,
        entry: entry(row)?,
    })
}

/// The opening of an entry's text, out of its column `rest`.
pub(super) fn dateline(row: &Row<'_>) -> rusqlite::Result<Option<String>> {
    Ok(rest_of(row)?.dateline)
}

/// What of a stored entry is compared with others.
pub(super) fn compared(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let rest = rest_of(row)?;
    Ok(Entry {
        title: row.get("title")?,
        text: row.get("text")?,
        url: url(row.get("url")?),
        published: moment_at(row, "published_at")?,
        enclosures: rest.enclosures,
        dateline: rest.dateline,
        ..Entry::default()
    })
}

/// Addresses of an entry's attached files, out of its column `rest`.
pub(super) fn enclosures(row: &Row<'_>) -> rusqlite::Result<Vec<String>> {
    let enclosures = rest_of(row)?.enclosures.into_iter();
    Ok(enclosures
        .map(|enclosure| enclosure.url.to_string())
        .collect())
}

fn rest_of(row: &Row<'_>) -> rusqlite::Result<Rest> {
    match row.get::<_, Option<String>>("rest")? {
        None => Ok(Rest::default()),
        Some(json) => serde_json::from_str(&json).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
        }),
    }
}

/// Up to schema 3 the address in RSS `source url` stood as the id and as the page of a feed that it is the address of.
fn of_today(mut origin: Origin) -> Origin {
    if origin.feed_url.is_none() && origin.id.as_deref() == origin.url.as_ref().map(Url::as_str) {
        (origin.id, origin.feed_url) = (None, origin.url.take());
    }
    origin
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let rest = rest_of(row)?;
    Ok(Entry {
        guid: row.get("guid")?,
        url: url(row.get("url")?),
        external_url: rest.external_url,
        title: row.get("title")?,
        html: row.get("html")?,
        text: row.get("text")?,
        summary: row.get("summary")?,
        image: rest.image,
        image_size: rest.image_size,
        published: moment_at(row, "published_at")?,
        updated: moment_at(row, "updated_at")?,
        authors: rest.authors,
        categories: rest.categories,
        language: row.get("language")?,
        enclosures: rest.enclosures,
        episode: rest.episode,
        comments: rest.comments,
        origin: rest.origin.map(of_today),
        dateline: rest.dateline,
        agency: rest.agency,
    })
}

/// Columns of [`copy`], of `entries e` joined with `sources s`: no bodies.
pub(super) const COPY: &str = "e.story, e.entry, s.id AS source_id, s.title AS feed_title, e.relation, e.layer, e.score, e.matched, e.edition_at, e.held,
    e.guid, e.url, e.title, e.published_at";

/// A copy from [`COPY`]'s columns.
pub(super) fn copy(row: &Row<'_>) -> rusqlite::Result<Copy> {
    Ok(Copy {
        id: EntryId(row.get("entry")?),
        source: source_id(row, "source_id")?,
        feed_title: row.get("feed_title")?,
        title: row.get("title")?,
        url: row.get("url")?,
        guid: row.get("guid")?,
        published: moment_at(row, "published_at")?,
        relation: word(row, "relation", Relation::from_word)?.ok_or(FromSqlError::InvalidType)?,
        layer: word(row, "layer", Layer::from_word)?,
        score: row.get("score")?,
        matched: row.get::<_, Option<i64>>("matched")?.map(EntryId),
        edition_at: moment(row.get("edition_at")?),
        held: row.get::<_, i64>("held")? != 0,
    })
}
