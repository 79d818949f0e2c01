//! One parsed feed as JSON Feed 1.1: what `mainstem parse` prints.

use serde_json::{Map, Value, json};

use super::extension;
use super::json::{put, put_list, put_url};
use super::json_feed::{author, put_common};
use super::xml::rfc3339;
use crate::model::{Entry, Feed};
use crate::text::dateline;

/// A parsed feed as JSON Feed 1.1, for people and for tests. Entries stand in document order; what the publisher did not
/// give is absent.
#[must_use]
pub fn parsed_as_json(feed: &Feed) -> String {
    let mut written = Map::new();
    put(
        &mut written,
        "version",
        Some("https://jsonfeed.org/version/1.1"),
    );
    put(&mut written, "title", feed.title.as_deref());
    put_url(&mut written, "home_page_url", feed.home_url.as_ref());
    put_url(&mut written, "feed_url", feed.self_url.as_ref());
    put(&mut written, "description", feed.description.as_deref());
    put_url(&mut written, "icon", feed.icon.as_ref());
    put(&mut written, "language", feed.language.as_deref());
    put_list(
        &mut written,
        "authors",
        feed.authors.iter().map(author).collect(),
    );
    written.insert(
        "items".to_owned(),
        feed.entries.iter().map(item).collect::<Vec<_>>().into(),
    );
    let extension = json!({
        "format": feed.format.as_str(),
        "id": feed.id,
        "published": feed.published.map(rfc3339),
        "updated": feed.updated.map(rfc3339),
        "recovered": feed.recovered,
        "hub": feed.hubs.first().map(url::Url::as_str),
        "self": feed.self_url.as_ref().map(url::Url::as_str),
        "ttl_seconds": feed.pace.ttl.map(|ttl| ttl.as_secs()),
    });
    written.insert("_mainstem".to_owned(), extension);
    serde_json::to_string_pretty(&Value::Object(written)).expect("values of ours have a JSON form")
}

fn item(entry: &Entry) -> Value {
    let mut written = Map::new();
    // JSON Feed wants an id; an entry without GUID goes by its address.
    let id = entry.guid.as_deref().or(entry.link());
    put(&mut written, "id", id);
    put(&mut written, "url", entry.link());
    put_url(&mut written, "external_url", entry.external_url.as_ref());
    put(
        &mut written,
        "title",
        Some(entry.title.as_str()).filter(|title| !title.is_empty()),
    );
    put(&mut written, "content_html", entry.html.as_deref());
    put(
        &mut written,
        "content_text",
        Some(entry.text.as_str()).filter(|text| !text.is_empty()),
    );
    put(&mut written, "summary", entry.summary.as_deref());
    put_url(&mut written, "image", entry.image.as_ref());
    put(
        &mut written,
        "date_published",
        entry.published.map(rfc3339).as_deref(),
    );
    put(
        &mut written,
        "date_modified",
        entry.updated.map(rfc3339).as_deref(),
    );
    put_common(&mut written, entry);
    let mut own = Map::from_iter([
        ("guid".to_owned(), json!(entry.guid)),
        ("dateline".to_owned(), json!(entry.dateline)),
        ("agency".to_owned(), json!(entry.agency)),
    ]);
    put(&mut own, "place", place(entry));
    extension::extend(&mut own, entry);
    written.insert("_mainstem".to_owned(), own.into());
    Value::Object(written)
}

/// The place that an entry's dateline names.
fn place(entry: &Entry) -> Option<&str> {
    let whole = entry.dateline.as_deref()?;
    let mut found = entry
        .text
        .lines()
        .filter(|line| line.contains(whole))
        .filter_map(dateline);
    found.find(|found| found.text == whole)?.place
}
