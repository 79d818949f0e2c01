//! JSON Feed 1.0 and 1.1.
//!
//! Read by ourselves: feed-rs puts `url`, `external_url` and attachments into
//! one list, and refuses a numeric id or a missing version that every reader
//! takes. A member of the wrong type is as good as absent; it costs nothing else.

use serde_json::Value;
use url::Url;

use super::links::web_url;
use super::surplus::{clipped, newest};
use super::{MAX_ENTRIES, ParseError, json_text, limits};
use crate::model::{
    Category, Enclosure, Entry, FailureClass, Feed, FeedFormat, Pace, Person, Timestamp,
};
use crate::text::{html_to_text, plain_line, read_date, sanitize};

/// Members of a list that are looked at, in one item.
const MAX_LIST: usize = 64;

/// Reads a document that begins like JSON.
pub(super) fn read(text: &str, base: Option<&Url>) -> Result<Feed, ParseError> {
    let (value, mut recovered) = json_text::read(text)?;
    let version = string(&value, "version");
    let known = version
        .as_deref()
        .is_some_and(|version| version.contains("jsonfeed.org/version/1"));
    let Some(items) = value
        .get("items")
        .and_then(Value::as_array)
        .filter(|_| known || version.is_none())
    else {
        return Err(ParseError::new(
            FailureClass::NotAFeed,
            "JSON, but no JSON Feed: no `items`, or another version",
        ));
    };
    if version.is_none() {
        recovered.push("a JSON Feed without version".to_owned());
    }
    let feed_authors = authors(&value);
    let language = word(&value, "language");
    let entries = kept(items, &mut recovered)
        .into_iter()
        .map(|item| entry(item, base, &feed_authors, language.as_deref()))
        .collect();
    Ok(Feed {
        format: FeedFormat::JsonFeed,
        id: None,
        title: line(&value, "title"),
        description: line(&value, "description"),
        home_url: url(&value, "home_page_url", base),
        self_url: url(&value, "feed_url", base),
        hubs: list(&value, "hubs")
            .iter()
            .filter_map(|hub| url(hub, "url", base))
            .collect(),
        icon: url(&value, "icon", base).or_else(|| url(&value, "favicon", base)),
        language,
        authors: feed_authors,
        categories: Vec::new(),
        published: None,
        updated: None,
        pace: Pace::default(),
        generator: None,
        rights: None,
        recovered,
        entries,
    })
}

/// The items to read: the newest.
fn kept<'v>(items: &'v [Value], recovered: &mut Vec<String>) -> Vec<&'v Value> {
    let items: Vec<&Value> = items.iter().filter(|item| item.is_object()).collect();
    if items.len() <= MAX_ENTRIES {
        return items;
    }
    recovered.push(clipped());
    let date_of =
        |item: &&Value| date(item, "date_published").or_else(|| date(item, "date_modified"));
    let dates: Vec<_> = items.iter().map(date_of).collect();
    newest(&dates).into_iter().map(|nth| items[nth]).collect()
}

fn entry(
    item: &Value,
    base: Option<&Url>,
    feed_authors: &[Person],
    language: Option<&str>,
) -> Entry {
    let own_url = url(item, "url", base);
    let inner = own_url.as_ref().or(base);
    let html = match (string(item, "content_html"), string(item, "content_text")) {
        (Some(html), _) => Some(sanitize(&html, inner)),
        (None, Some(text)) => Some(paragraphs(&text)),
        (None, None) => None,
    };
    let mut authors = authors(item);
    if authors.is_empty() {
        authors.extend_from_slice(feed_authors);
    }
    let guid = match item.get("id") {
        Some(Value::String(id)) => limits::guid(id.clone()),
        Some(Value::Number(id)) => Some(id.to_string()),
        _ => None,
    };
    Entry {
        guid,
        text: html.as_deref().map(html_to_text).unwrap_or_default(),
        title: line(item, "title").unwrap_or_default(),
        url: own_url,
        external_url: url(item, "external_url", base),
        html: html.filter(|html| !html.is_empty()),
        summary: string(item, "summary")
            .map(|text| limits::summary(plain_line(&text)))
            .filter(|summary| !summary.is_empty()),
        image: url(item, "image", base).or_else(|| url(item, "banner_image", base)),
        published: date(item, "date_published"),
        updated: date(item, "date_modified"),
        authors,
        categories: list(item, "tags")
            .iter()
            .filter_map(Value::as_str)
            .filter_map(limits::line)
            .map(|term| Category {
                term,
                ..Category::default()
            })
            .collect(),
        language: word(item, "language").or_else(|| language.map(str::to_owned)),
        enclosures: list(item, "attachments")
            .iter()
            .filter_map(|attachment| enclosure(attachment, base))
            .collect(),
        ..Entry::default()
    }
}

fn enclosure(attachment: &Value, base: Option<&Url>) -> Option<Enclosure> {
    Some(Enclosure {
        url: url(attachment, "url", base)?,
        media_type: word(attachment, "mime_type"),
        length: attachment.get("size_in_bytes").and_then(Value::as_u64),
        duration_seconds: attachment
            .get("duration_in_seconds")
            .and_then(Value::as_u64),
        title: line(attachment, "title"),
    })
}

/// `authors`, else `author` of version 1.0.
fn authors(value: &Value) -> Vec<Person> {
    let listed = list(value, "authors");
    let single = value.get("author").filter(|_| listed.is_empty());
    listed
        .iter()
        .chain(single)
        .filter_map(|author| {
            let page = url(author, "url", None);
            let name = line(author, "name").or_else(|| limits::line(page.as_ref()?.as_str()))?;
            Some(Person {
                name,
                url: page,
                email: None,
            })
        })
        .collect()
}

/// Plain text as HTML: a paragraph a block.
fn paragraphs(text: &str) -> String {
    let blocks = text
        .split("\n\n")
        .map(str::trim)
        .filter(|block| !block.is_empty());
    let written: String = blocks
        .map(|block| {
            format!(
                "<p>{}</p>",
                quick_xml::escape::escape(block).replace('\n', "<br>")
            )
        })
        .collect();
    sanitize(&written, None)
}

fn string(value: &Value, member: &str) -> Option<String> {
    value
        .get(member)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .filter(|text| !text.is_empty())
}

fn word(value: &Value, member: &str) -> Option<String> {
    limits::word(value.get(member)?.as_str()?)
}

fn line(value: &Value, member: &str) -> Option<String> {
    limits::line(value.get(member)?.as_str()?)
}

fn url(value: &Value, member: &str, base: Option<&Url>) -> Option<Url> {
    web_url(value.get(member)?.as_str()?, base)
}

fn list<'v>(value: &'v Value, member: &str) -> &'v [Value] {
    let all = value
        .get(member)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    &all[..all.len().min(MAX_LIST)]
}

fn date(item: &Value, member: &str) -> Option<Timestamp> {
    read_date(item.get(member)?.as_str()?)
}
