//! What two entries are to each other: pairs as data, `tests/corpus/compare/*.json`. A pair is compared both ways round.

use mainstem::dedupe::{Comparison, Profile, Sameness, compare, read};
use mainstem::model::{Enclosure, Entry, SourceId};
use serde_json::Value;

use crate::support::cases::{assert_none_wrong, cases};

fn profile(of: &Value) -> Profile {
    let text = |name: &str| of[name].as_str().unwrap_or_default();
    let published = "2026-03-02T10:00:00Z".parse::<mainstem::model::Timestamp>();
    let hours = of["hours"].as_i64().expect("hours");
    let enclosure = of["sound"].as_str().map(|url| Enclosure {
        url: url.parse().expect("a URL"),
        media_type: Some("audio/mpeg".to_owned()),
        length: None,
        duration_seconds: None,
        title: None,
    });
    let entry = Entry {
        title: text("title").to_owned(),
        text: text("text").to_owned(),
        url: text("url").parse().ok(),
        published: published.ok().map(|at| at + chrono::Duration::hours(hours)),
        enclosures: enclosure.into_iter().collect(),
        ..Entry::default()
    };
    let source = SourceId::new(text("source")).expect("an id");
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
        let case: Value = serde_json::from_str(text).expect(name);
        let [one, other] = [0, 1].map(|nth| profile(&case["entries"][nth]));
        let found: [Comparison; 2] = [compare(&one, &other), compare(&other, &one)];
        assert_eq!(found[0], found[1], "{name}");
        if case["expected"] != named(found[0].sameness) {
            let what = case["what"].as_str().unwrap_or_default();
            wrong.push(format!("{name}: {what}: {:?}", found[0]));
        }
    }
    assert_none_wrong(wrong, cases.len());
}
