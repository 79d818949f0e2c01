//! What two entries are to each other: pairs as data, `tests/corpus/compare/*.json`. A pair is compared both ways round.

use mainstem::dedupe::{Comparison, Profile, Sameness, compare, read};
use mainstem::model::{Enclosure, Entry, SourceId};
use serde::Deserialize;

use crate::support::cases::{assert_none_wrong, cases};

/// A pair, as its file says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case is, for whoever reads that it fails.
    what: String,
    expected: String,
    entries: [Given; 2],
}

/// An entry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    title: String,
    text: String,
    source: String,
    url: url::Url,
    /// After a time that all cases share.
    hours: i64,
    /// The address of attached sound.
    sound: Option<url::Url>,
}

fn profile(of: &Given) -> Profile {
    let published = "2026-03-02T10:00:00Z".parse::<mainstem::model::Timestamp>();
    let enclosure = of.sound.clone().map(|url| Enclosure {
        media_type: Some("audio/mpeg".to_owned()),
        ..Enclosure::at(url)
    });
    let entry = Entry {
        title: of.title.clone(),
        text: of.text.clone(),
        url: Some(of.url.clone()),
        published: published
            .ok()
            .map(|at| at + chrono::Duration::hours(of.hours)),
        enclosures: enclosure.into_iter().collect(),
        ..Entry::default()
    };
    let source = SourceId::new(&of.source).expect("an id");
    let words = read(&entry.title, &entry.text, dateline(&entry.text)).prepare(0);
    Profile::new(source, &entry, None, words)
}

/// As the parser notes it.
fn dateline(text: &str) -> Option<&str> {
    mainstem::text::dateline(text).map(|found| found.text)
}

fn named(sameness: Sameness) -> &'static str {
    match sameness {
        Sameness::Same => "same",
        Sameness::Update => "update",
        Sameness::Unlike => "unlike",
        Sameness::Apart => "apart",
    }
}

#[test]
fn pairs_are_what_their_files_say() {
    let cases = cases("compare");
    assert!(cases.len() > 30, "cases are read: {}", cases.len());
    let mut wrong = Vec::new();
    for (name, text) in &cases {
        let case: Case =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let [one, other] = [0, 1].map(|nth| profile(&case.entries[nth]));
        let found: [Comparison; 2] = [compare(&one, &other), compare(&other, &one)];
        assert_eq!(found[0], found[1], "{name}");
        if case.expected != named(found[0].sameness) {
            wrong.push(format!("{name}: {}: {:?}", case.what, found[0]));
        }
    }
    assert_none_wrong(wrong, cases.len());
}
