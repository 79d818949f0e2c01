//! JSON Feed 1.1, with `_mainstem` for what no standard member says.

use serde_json::{Map, Value, json};

use super::content::{self, ItemForm};
use super::extension;
use super::feed::OutboundFeed;
use super::format::DocumentFormat;
use super::history::prev_archive_url;
use super::item::{CopyView, Item};
use super::json::{Members, put, put_list, put_members, put_url};
use super::piece::Shell;
use super::xml::rfc3339;
use crate::model::{Enclosure, Entry, Layer, Person};

/// JSON Feed without its items.
pub(super) fn shell(feed: &OutboundFeed) -> Shell {
    let mut head = pretty(&members(feed));
    // Items go in between the two brackets.
    let end = head.split_off(head.len() - "]\n}".len());
    let mut tail = Vec::new();
    if !feed.items.is_empty() {
        tail.extend_from_slice(b"\n  ");
    }
    tail.extend_from_slice(&end);
    tail.push(b'\n');
    Shell { head, tail }
}

/// An item of its list, without the comma.
pub(super) fn item(form: &ItemForm, item: &Item) -> Vec<u8> {
    let written = pretty(&write_item(form, item));
    let mut bytes = Vec::with_capacity(written.len() + written.len() / 8);
    bytes.push(b'\n');
    bytes.extend_from_slice(INDENT);
    // Within strings line breaks are escaped.
    for line in written.split_inclusive(|byte| *byte == b'\n') {
        bytes.extend_from_slice(line);
        if line.ends_with(b"\n") {
            bytes.extend_from_slice(INDENT);
        }
    }
    bytes
}

/// Everything but the items, whose list comes last.
fn members(feed: &OutboundFeed) -> Value {
    let mut head = Map::new();
    put(
        &mut head,
        "version",
        Some("https://jsonfeed.org/version/1.1"),
    );
    put(&mut head, "title", Some(&feed.output.title));
    put(&mut head, "home_page_url", Some(&feed.page_url()));
    put(&mut head, "feed_url", Some(&feed.url(DocumentFormat::Json)));
    let face = &feed.output.face;
    put_url(&mut head, "icon", face.icon.as_ref());
    let authors = face.author.iter().map(|name| json!({ "name": name }));
    put_list(&mut head, "authors", authors.collect());
    put(&mut head, "language", face.language.as_deref());
    let hubs = face
        .hub
        .iter()
        .map(|hub| json!({ "type": "WebSub", "url": hub.as_str() }));
    put_list(&mut head, "hubs", hubs.collect());
    // `next_url` would promise a page of JSON.
    if let Some(url) = prev_archive_url(feed) {
        head.insert("_mainstem".to_owned(), json!({ "prev_archive": url }));
    }
    head.insert("items".to_owned(), json!([]));
    Value::Object(head)
}

/// Of an item in its list.
const INDENT: &[u8] = b"    ";

fn pretty(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("values of ours have a JSON form")
}

fn write_item(form: &ItemForm, item: &Item) -> Value {
    let mut written = Map::new();
    written.insert("id".to_owned(), item.id.clone().into());
    put(&mut written, "url", item.entry.link());
    put_url(
        &mut written,
        "external_url",
        item.entry.external_url.as_ref(),
    );
    written.insert("title".to_owned(), content::title(form, item).into());
    let summary = content::summary(form, item);
    match content::html(form, item) {
        Some(html) => written.insert("content_html".to_owned(), html.into()),
        // "items": one of content_html and content_text must be there.
        None => written.insert(
            "content_text".to_owned(),
            summary.clone().unwrap_or_default().into(),
        ),
    };
    put(&mut written, "summary", summary.as_deref());
    put_url(&mut written, "image", item.entry.image.as_ref());
    written.insert(
        "date_published".to_owned(),
        rfc3339(item.published()).into(),
    );
    written.insert("date_modified".to_owned(), rfc3339(item.updated()).into());
    put_common(&mut written, &item.entry);
    let mut own = Map::from_iter([
        ("story".to_owned(), item.story.to_string().into()),
        ("source".to_owned(), item.source.id.as_str().into()),
        ("guid".to_owned(), json!(item.entry.guid)),
        ("copies".to_owned(), item.copies.iter().map(copy).collect()),
    ]);
    extension::extend(&mut own, &item.entry);
    written.insert("_mainstem".to_owned(), own.into());
    Value::Object(written)
}

fn copy(view: &CopyView) -> Value {
    let copy = &view.copy;
    json!({
        "source": copy.source.as_str(),
        "title": copy.title,
        "url": copy.url,
        "guid": copy.guid,
        "published": copy.published.map(rfc3339),
        "relation": copy.relation.as_str(),
        "layer": copy.layer.map(Layer::as_str),
        "score": copy.score,
    })
}

/// The members that an entry read and an entry republished have in common.
pub(super) fn put_common(written: &mut Members, entry: &Entry) {
    put_list(
        written,
        "authors",
        entry.authors.iter().map(author).collect(),
    );
    put_list(written, "tags", tags(entry));
    put(written, "language", entry.language.as_deref());
    put_list(
        written,
        "attachments",
        entry.enclosures.iter().map(attachment).collect(),
    );
}

/// What the categories are called, each name once: two schemes may have one word.
fn tags(entry: &Entry) -> Vec<Value> {
    let mut names: Vec<&str> = Vec::new();
    for category in &entry.categories {
        let name = category.label.as_ref().unwrap_or(&category.term);
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names.into_iter().map(Value::from).collect()
}

pub(super) fn author(person: &Person) -> Value {
    let mut written = Map::new();
    let url = person.url.as_ref().map(url::Url::as_str);
    // "authors": one of `name` and `url` is enough. Who has no name is called by the page everywhere else.
    if url != Some(&person.name) {
        written.insert("name".to_owned(), person.name.clone().into());
    }
    put(&mut written, "url", url);
    Value::Object(written)
}

fn attachment(enclosure: &Enclosure) -> Value {
    let mut written = Map::new();
    written.insert("url".to_owned(), enclosure.url.as_str().into());
    // "attachments": the media type is required.
    written.insert(
        "mime_type".to_owned(),
        enclosure
            .media_type
            .as_deref()
            .unwrap_or("application/octet-stream")
            .into(),
    );
    put(&mut written, "title", enclosure.title.as_deref());
    if let Some(bytes) = enclosure.length {
        written.insert("size_in_bytes".to_owned(), bytes.into());
    }
    if let Some(seconds) = enclosure.duration_seconds {
        written.insert("duration_in_seconds".to_owned(), seconds.into());
    }
    let more = extension::of_attachment(enclosure);
    put_members(&mut written, "_mainstem", more);
    Value::Object(written)
}
