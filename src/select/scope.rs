//! What an expression can name: fields of an entry, and functions beside those of CEL.

use std::sync::Arc;

use cel::extractors::This;
use cel::{Context, Value};
use url::Url;

use super::languages;
use super::phrase::Phrase;
use super::subject::Subject;
use crate::model::Timestamp;

/// Names of the fields of an entry. Configurations use them: a name is never taken away.
pub(super) const FIELDS: &[&str] = &[
    "title",
    "text",
    "author",
    "tags",
    "source",
    "source_tags",
    "language",
    "words",
    "published",
    "first_seen",
    "url",
    "enclosures",
    "copies",
    "age",
];
/// Names of the functions that are not CEL's own.
pub(super) const FUNCTIONS: &[&str] = &["has_word", "host"];

/// What an expression is evaluated in: the fields of an entry, and our functions beside those of CEL.
pub(super) fn context<'a>(subject: &Subject<'_>) -> Context<'a, 'a> {
    let mut context = Context::default();
    // Refused only where CEL has a function of that name; the tests of rules would say so.
    let _ = context.add_function("has_word", has_word);
    let _ = context.add_function("host", host);
    for (name, value) in fields(subject) {
        context.add_variable_from_value(name, value);
    }
    context
}

/// The value of each of [`FIELDS`].
fn fields(subject: &Subject<'_>) -> [(&'static str, Value); FIELDS.len()] {
    let entry = subject.entry;
    let number = |count: usize| Value::Int(i64::try_from(count).unwrap_or(i64::MAX));
    let moment = |at: Timestamp| Value::Timestamp(at.fixed_offset());
    let authors: Vec<&str> = entry
        .authors
        .iter()
        .map(|person| person.name.as_str())
        .collect();
    // An undated entry counts as published when it was first seen, as everywhere in the line.
    let published = entry
        .published
        .or(entry.updated)
        .unwrap_or(subject.first_seen);
    let url = entry.link().unwrap_or_default();
    [
        ("title", entry.title.as_str().into()),
        ("text", entry.text.as_str().into()),
        ("author", authors.join(", ").as_str().into()),
        (
            "tags",
            strings(
                entry
                    .categories
                    .iter()
                    .map(|category| category.term.as_str()),
            ),
        ),
        ("source", subject.source.id.as_str().into()),
        (
            "source_tags",
            strings(subject.source.tags.iter().map(String::as_str)),
        ),
        (
            "language",
            languages::compared(entry.language.as_deref().unwrap_or_default()).into(),
        ),
        ("words", number(subject.word_count())),
        ("published", moment(published)),
        ("first_seen", moment(subject.first_seen)),
        ("url", url.into()),
        (
            "enclosures",
            strings(
                entry
                    .enclosures
                    .iter()
                    .map(|enclosure| enclosure.url.as_str()),
            ),
        ),
        ("copies", number(subject.copies)),
        // Of the moment it came: an entry does not leave because time passes, `max_age` is for that.
        (
            "age",
            Value::Duration((subject.first_seen - published).max(chrono::Duration::zero())),
        ),
    ]
}

fn strings<'t>(texts: impl Iterator<Item = &'t str>) -> Value {
    Value::from(texts.map(Value::from).collect::<Vec<Value>>())
}

/// `title.has_word("peace talks")`: whether a text has a word or phrase, as `include` has it. Anything that is no phrase is in no
/// text.
#[expect(
    clippy::needless_pass_by_value,
    reason = "what the interpreter hands over"
)]
fn has_word(This(text): This<Arc<String>>, wanted: Arc<String>) -> bool {
    Phrase::read(&wanted).is_ok_and(|wanted| wanted.occurs_in(&text))
}

/// `host(url)`: the host of an address, lower case, without `www.`; empty where there is none.
#[expect(
    clippy::needless_pass_by_value,
    reason = "what the interpreter hands over"
)]
fn host(url: Arc<String>) -> String {
    let host = Url::parse(&url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_default();
    host.strip_prefix("www.")
        .map_or(host.clone(), str::to_owned)
}
