//! What an expression can name: fields of an entry, and functions beside those of CEL.

use std::sync::{Arc, LazyLock};

use cel::extractors::This;
use cel::{Context, Env, Value};
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
/// Those of them that stand in the body of an entry.
pub(super) const OF_BODY: &[&str] = &["text", "words"];
/// Names of the functions that are not CEL's own.
pub(super) const FUNCTIONS: &[&str] = &["has_word", "host"];

/// The standard library of CEL. Building it takes longer than evaluating most expressions.
static STANDARD_LIBRARY: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// What an expression is evaluated in: those fields of an entry that it names, and our functions beside those of CEL.
pub(super) fn context<'a>(named: &[&'static str], subject: &Subject<'_>) -> Context<'a, 'a> {
    let mut context = Context::with_env(STANDARD_LIBRARY.clone());
    // Refused only where CEL has a function of that name; the tests of rules would say so.
    let _ = context.add_function("has_word", has_word);
    let _ = context.add_function("host", host);
    for name in named {
        if let Some(value) = value(name, subject) {
            context.add_variable_from_value(*name, value);
        }
    }
    context
}

/// The value of one of [`FIELDS`]; `None`: it is none of them.
fn value(name: &str, subject: &Subject<'_>) -> Option<Value> {
    let entry = subject.entry;
    let number = |count: usize| Value::Int(i64::try_from(count).unwrap_or(i64::MAX));
    let moment = |at: Timestamp| Value::Timestamp(at.fixed_offset());
    // An undated entry counts as published when it was first seen, as everywhere in the line.
    let published = || {
        let said = entry.published.or(entry.updated);
        said.unwrap_or(subject.first_seen)
    };
    Some(match name {
        "title" => entry.title.as_str().into(),
        "text" => entry.text.as_str().into(),
        "author" => {
            let names = entry.authors.iter().map(|person| person.name.as_str());
            names.collect::<Vec<_>>().join(", ").as_str().into()
        }
        "tags" => strings(entry.categories.iter().map(|own| own.term.as_str())),
        "source" => subject.source.id.as_str().into(),
        "source_tags" => strings(subject.source.tags.iter().map(String::as_str)),
        "language" => languages::compared(entry.language.as_deref().unwrap_or_default()).into(),
        "words" => number(subject.word_count()),
        "published" => moment(published()),
        "first_seen" => moment(subject.first_seen),
        "url" => entry.link().unwrap_or_default().into(),
        "enclosures" => strings(entry.enclosures.iter().map(|own| own.url.as_str())),
        "copies" => number(subject.copies),
        // Of the moment it came: an entry does not leave because time passes, `max_age` is for that.
        "age" => Value::Duration((subject.first_seen - published()).max(chrono::Duration::zero())),
        _ => return None,
    })
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
