//! The members of a JSON Feed that are read, and how each kind of value is.

use serde_json::Number;
use url::Url;

use super::node::{Node, Shape};
use crate::model::Timestamp;
use crate::parse::limits::{self, MAX_ENTRIES, newest};
use crate::parse::links::web_url;
use crate::text::{language_tag, read_date};

/// Items kept while a document is read: now and then the older ones go.
const MOST_KEPT: usize = 4 * MAX_ENTRIES;

/// What is wanted of a document.
pub(super) const FEED: Shape = Shape::Object(&[
    ("version", Shape::Plain),
    ("title", Shape::Plain),
    ("home_page_url", Shape::Plain),
    ("feed_url", Shape::Plain),
    ("next_url", Shape::Plain),
    ("description", Shape::Plain),
    ("icon", Shape::Plain),
    ("favicon", Shape::Plain),
    ("language", Shape::Plain),
    ("author", Shape::List(&PERSON)),
    ("authors", Shape::List(&PERSON)),
    (
        "hubs",
        Shape::List(&Shape::Object(&[("url", Shape::Plain)])),
    ),
    ("items", Shape::Many(&ITEM, thin)),
]);

const PERSON: Shape = Shape::Object(&[("name", Shape::Plain), ("url", Shape::Plain)]);

const ITEM: Shape = Shape::Object(&[
    ("id", Shape::Plain),
    ("url", Shape::Plain),
    ("external_url", Shape::Plain),
    ("title", Shape::Plain),
    ("content_html", Shape::Plain),
    ("content_text", Shape::Plain),
    ("summary", Shape::Plain),
    ("image", Shape::Plain),
    ("banner_image", Shape::Plain),
    ("date_published", Shape::Plain),
    ("date_modified", Shape::Plain),
    ("author", Shape::List(&PERSON)),
    ("authors", Shape::List(&PERSON)),
    ("tags", Shape::List(&Shape::Plain)),
    ("language", Shape::Plain),
    ("attachments", Shape::List(&ATTACHMENT)),
]);

const ATTACHMENT: Shape = Shape::Object(&[
    ("url", Shape::Plain),
    ("mime_type", Shape::Plain),
    ("title", Shape::Plain),
    ("size_in_bytes", Shape::Plain),
    ("duration_in_seconds", Shape::Plain),
]);

/// The items to read: the newest.
pub(super) fn kept(items: &[Node]) -> Vec<&Node> {
    newest(&dates(items))
        .into_iter()
        .map(|nth| &items[nth])
        .collect()
}

/// Leaves out the older ones of many items.
fn thin(items: &mut Vec<Node>) -> bool {
    if items.len() <= MOST_KEPT {
        return false;
    }
    let newest = newest(&dates(items));
    *items = newest
        .into_iter()
        .map(|nth| std::mem::take(&mut items[nth]))
        .collect();
    true
}

fn dates(items: &[Node]) -> Vec<Option<Timestamp>> {
    let date_of =
        |item: &Node| date(item, "date_published").or_else(|| date(item, "date_modified"));
    items.iter().map(date_of).collect()
}

/// A text that is not empty.
pub(super) fn text<'n>(value: &'n Node, member: &str) -> Option<&'n str> {
    value.get(member).as_str().filter(|text| !text.is_empty())
}

/// A tag as RFC 5646 writes it.
pub(super) fn language(value: &Node) -> Option<String> {
    language_tag(value.get("language").as_str()?)
}

/// A text as one plain line.
pub(super) fn line(value: &Node, member: &str) -> Option<String> {
    limits::line(value.get(member).as_str()?)
}

/// An address of the web.
pub(super) fn url(value: &Node, member: &str, base: Option<&Url>) -> Option<Url> {
    web_url(value.get(member).as_str()?, base)
}

/// RFC 3339 by the standard; a number is seconds or milliseconds since 1970, as scripts have them at hand.
pub(super) fn date(item: &Node, member: &str) -> Option<Timestamp> {
    match item.get(member) {
        Node::Text(text) => read_date(text),
        Node::Number(number) => {
            let digits = number.to_string();
            let whole = digits.split('.').next().unwrap_or_default();
            // `2004` and `20040105` would be dates as text, and nobody writes such as numbers.
            matches!(whole.len(), 10 | 13)
                .then(|| read_date(&digits))
                .flatten()
        }
        _ => None,
    }
}

/// A number as an identity. One that was rounded is none: its neighbours were rounded to the same.
pub(super) fn exact(id: &Number) -> Option<String> {
    const MOST: f64 = (1_u64 << f64::MANTISSA_DIGITS) as f64;
    let is_rounded = id.is_f64() && id.as_f64().is_none_or(|number| number.abs() >= MOST);
    (!is_rounded).then(|| id.to_string())
}
