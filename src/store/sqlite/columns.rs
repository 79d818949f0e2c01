//! Rows as values, and back.

use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Row, RowIndex};
use url::Url;

use super::in_order::InOrder;
pub(super) use super::values::{moment, ms};
use super::values::{named, source};
use crate::model::{Copy, Entry, EntryId, Layer, Member, Relation, SourceId, Timestamp};
use crate::store::rows::{Body, Rest};

/// A moment from a column; `None` for NULL.
pub(super) fn moment_at(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(moment))
}

/// A number of rows as SQL's `LIMIT`.
pub(super) fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A list in SQL that repeats an item `count` times, such as parameters.
pub(super) fn listed(item: &str, count: usize) -> String {
    vec![item; count].join(", ")
}

/// An entry's [`crate::model::Entry::date`].
pub(super) fn date_at(row: &Row<'_>) -> rusqlite::Result<Option<Timestamp>> {
    Ok(moment_at(row, "published_at")?.or(moment_at(row, "updated_at")?))
}

/// The member of a closed set that a column names, see [`named`].
pub(super) fn word<T>(
    row: &Row<'_>,
    column: &str,
    member: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<Option<T>> {
    named(row.get_ref(column)?.as_str_or_null()?, column, member)
}

/// A source's id from a column.
pub(super) fn source_id(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<SourceId> {
    source(row.get_ref(column)?.as_str()?)
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

/// The column [`body`] of `entries e`.
pub(super) const BODY: &str = "(SELECT body FROM bodies b WHERE b.entry = e.entry) AS body";

/// What an entry says at length, from the column [`BODY`].
pub(super) fn body(row: &Row<'_>) -> rusqlite::Result<Body> {
    read_body(row.get_ref("body")?.as_blob_or_null()?)
}

/// A source's id from the text of a column.
pub(super) fn read_body(column: Option<&[u8]>) -> rusqlite::Result<Body> {
    Body::read(column)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, Box::new(error)))
}

/// The column `rest` of an entry.
pub(super) fn rest(entry: &Entry) -> rusqlite::Result<Option<String>> {
    Rest::written(entry).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Columns of [`member`], of `entries e` joined with `sources s`; [`BODY`] follows them.
pub(super) const MEMBER: &str = "e.entry, s.id AS source_id, e.identity, COALESCE(e.wording, e.whole) AS wording, e.relation, e.layer, e.score, e.matched, e.edition_at, e.words, e.first_seen, e.ordered_at,
    e.changed_at, e.held, e.withdrawn_at, e.retracted_at, e.guid, e.url, e.title, e.published_at, e.updated_at, e.language, e.rest";

/// A member from the columns [`MEMBER`] and [`BODY`].
pub(super) fn member(row: &Row<'_>) -> rusqlite::Result<Member> {
    let mut row = InOrder::from(row, "entry")?;
    // Fields are read in the order in which they stand here, which is that of the columns.
    Ok(Member {
        id: EntryId(row.get("entry")?),
        source: row.source("source_id")?,
        identity: row.get("identity")?,
        wording: row.get("wording")?,
        relation: row
            .word("relation", Relation::from_word)?
            .ok_or(FromSqlError::InvalidType)?,
        layer: row.word("layer", Layer::from_word)?,
        score: row.get("score")?,
        matched: row.get::<Option<i64>>("matched")?.map(EntryId),
        edition_at: moment(row.get("edition_at")?),
        words: row.get("words")?,
        first_seen: moment(row.get("first_seen")?),
        ordered_at: moment(row.get("ordered_at")?),
        changed_at: row.moment("changed_at")?,
        held: row.get::<i64>("held")? != 0,
        withdrawn_at: row.moment("withdrawn_at")?,
        retracted_at: row.moment("retracted_at")?,
        entry: entry(&mut row)?,
    })
}

/// The opening of an entry's text, from its column `rest`.
pub(super) fn dateline(row: &Row<'_>) -> rusqlite::Result<Option<String>> {
    Ok(rest_of(row)?.dateline)
}

/// Addresses of an entry's attached files, from its column `rest`.
pub(super) fn enclosures(row: &Row<'_>) -> rusqlite::Result<Vec<String>> {
    let enclosures = rest_of(row)?.enclosures.into_iter();
    Ok(enclosures
        .map(|enclosure| enclosure.url.to_string())
        .collect())
}

fn rest_of(row: &Row<'_>) -> rusqlite::Result<Rest> {
    read_rest(row.get_ref("rest")?.as_str_or_null()?)
}

/// The rarer fields of an entry, from its column `rest`.
pub(super) fn read_rest(json: Option<&str>) -> rusqlite::Result<Rest> {
    Rest::read(json)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}

fn entry(row: &mut InOrder<'_, '_>) -> rusqlite::Result<Entry> {
    let (guid, link) = (row.get("guid")?, row.get("url")?);
    let title = row.get("title")?;
    let (published, updated) = (row.moment("published_at")?, row.moment("updated_at")?);
    let language = row.get("language")?;
    let rest = read_rest(row.text("rest")?)?;
    let body = read_body(row.blob("body")?)?;
    Ok(Entry {
        guid,
        url: url(link),
        external_url: rest.external_url,
        title,
        html: body.html,
        text: body.text,
        summary: body.summary,
        image: rest.image,
        image_size: rest.image_size,
        published,
        updated,
        authors: rest.authors,
        categories: rest.categories,
        language,
        enclosures: rest.enclosures,
        episode: rest.episode,
        comments: rest.comments,
        origin: rest.origin,
        dateline: rest.dateline,
        agency: rest.agency,
    })
}

/// Columns of [`copy`], of `entries e` joined with `sources s`: no bodies.
pub(super) const COPY: &str = "e.story, e.entry, s.id AS source_id, s.title AS feed_title, e.relation, e.layer, e.score, e.matched, e.edition_at,
    e.held != 0 OR e.withdrawn_at IS NOT NULL AS held, e.retracted_at IS NOT NULL AS is_retracted, e.guid, e.url, e.title, e.published_at";

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
        held: row.get("held")?,
        is_retracted: row.get("is_retracted")?,
    })
}
