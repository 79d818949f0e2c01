//! Releases that look like others, in `tests/corpus/press`: each release once, none hidden behind another.
//!
//! A file is a case: entries of some sources in rounds of arrival, and how many items must be shown; see [`Case`]. A new case is a new
//! file. A letter names the kind of fault:
//!
//! - A: a text that is not the release's own · B: an item that repeats its words · C: a template with one name in it · D: order of arrival
//! - E: numbers in words · F: numbers spelt otherwise, and numbers that are not the release's · G: versions over one text · H: a chain over
//!   a third · I: corrections · J: short entries

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Deserialize;
use serde_json::Value;

use crate::support::cases::{assert_none_wrong, cases, run_beside};
use crate::support::daemon::Desk;
use crate::support::releases::{Piece, file_source, publish, refresh};

/// A case, as its file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    kind: String,
    /// What the case is, for whoever reads that it fails.
    what: String,
    /// How many items must be shown.
    shown: usize,
    /// More of them are right as well: in doubt an entry is shown.
    #[serde(default)]
    or_more: bool,
    /// One item less is right as well, where the last entry has this relation to what it joined or is shown in its place.
    or_relation: Option<String>,
    /// GUIDs of pairs that no item may show together, whatever the count; without a `guid` an entry has the name of its source and its
    /// number among all, from 1: `a-1`.
    #[serde(default)]
    apart: Vec<[String; 2]>,
    /// Of the output.
    duplicates: Option<String>,
    /// Whether the feeds keep what they gave in earlier rounds.
    #[serde(default = "kept")]
    keep_items: bool,
    /// What each source adds, round by round.
    rounds: Vec<BTreeMap<String, Vec<Given>>>,
}

fn kept() -> bool {
    true
}

/// An entry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    title: String,
    text: String,
    /// Before now.
    hours: f64,
    guid: Option<String>,
    url: Option<String>,
    sound: Option<String>,
}

impl Given {
    fn piece(&self, name: &str, source: &str) -> Piece {
        #[expect(clippy::disallowed_methods, reason = "the entries are new ones")]
        let now = chrono::Utc::now();
        #[expect(clippy::cast_possible_truncation, reason = "some days")]
        let at = now - chrono::TimeDelta::seconds((self.hours * 3600.0) as i64);
        Piece {
            guid: self.guid.clone().unwrap_or_else(|| name.to_owned()),
            url: self
                .url
                .clone()
                .unwrap_or_else(|| format!("https://{source}.example/{name}")),
            title: self.title.clone(),
            body: self.text.clone(),
            published: at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            sound: self.sound.clone(),
        }
    }
}

/// Source, GUID and relation of each member of a story, the one that is shown first.
type Story = Vec<(String, String, String)>;

fn stories(desk: &Desk) -> Vec<Story> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let member = |told: &Value| {
        (
            text(&told["source"]),
            text(&told["guid"]),
            text(&told["relation"]),
        )
    };
    let document = desk.json("all");
    let items = document["items"].as_array().expect("items").iter();
    items
        .map(|item| {
            let own = &item["_mainstem"];
            let copies = own["copies"].as_array().into_iter().flatten();
            std::iter::once(own).chain(copies).map(member).collect()
        })
        .collect()
}

/// The first pair that must be apart and is not.
fn joined<'c>(name: &str, case: &'c Case, stories: &[Story]) -> Option<&'c [String; 2]> {
    let of = |guid: &String| {
        let mut stories = stories.iter();
        let story = stories.position(|story| story.iter().any(|member| member.1 == *guid));
        story.unwrap_or_else(|| panic!("{name}: {guid} is shown nowhere"))
    };
    let mut pairs = case.apart.iter();
    pairs.find(|[one, other]| of(one) == of(other))
}

/// Lets the entries arrive; what is wrong then.
fn run(name: &str, case: &Case) -> Option<String> {
    let sources: BTreeSet<&String> = case.rounds.iter().flat_map(BTreeMap::keys).collect();
    let mut configuration = String::from("[fetch]\nconcurrency = 1\n");
    for source in &sources {
        configuration += &file_source(source, "daily_items = 0");
    }
    let duplicates = case.duplicates.as_deref().unwrap_or("near");
    let _ = writeln!(
        configuration,
        "[[output]]\nid = \"all\"\nmax_entries = 10000\nduplicates = \"{duplicates}\""
    );
    let desk = Desk::new(&configuration);
    let mut given: BTreeMap<&String, Vec<Piece>> = BTreeMap::new();
    let (mut count, mut last) = (0, (String::new(), String::new()));
    for round in &case.rounds {
        for source in &sources {
            let new = round.get(*source).map(Vec::as_slice).unwrap_or_default();
            let pieces = given.entry(source).or_default();
            if !case.keep_items && !new.is_empty() {
                pieces.clear();
            }
            for entry in new {
                count += 1;
                let piece = entry.piece(&format!("{source}-{count}"), source);
                last = ((*source).clone(), piece.guid.clone());
                pieces.insert(0, piece);
            }
            publish(&desk, source, pieces);
        }
        refresh(&desk, &[]);
    }
    let stories = stories(&desk);
    let is_last =
        |(source, guid, _): &(String, String, String)| (source, guid) == (&last.0, &last.1);
    let is_told = |relation: &String| {
        stories.len() + 1 == case.shown
            && stories.iter().any(|story| {
                is_last(&story[0])
                    || story
                        .iter()
                        .any(|member| is_last(member) && member.2 == *relation)
            })
    };
    let is_right = stories.len() == case.shown
        || (case.or_more && stories.len() > case.shown)
        || case.or_relation.as_ref().is_some_and(is_told);
    if let Some([one, other]) = joined(name, case, &stories) {
        return Some(format!("{name}: {one} and {other} are one: {stories:?}"));
    }
    (!is_right).then(|| {
        let Case {
            kind, what, shown, ..
        } = case;
        format!(
            "{name} ({kind}: {what}): {} shown, must be {shown}: {stories:?}",
            stories.len()
        )
    })
}

#[test]
fn each_release_is_shown_once() {
    let cases: Vec<(String, Case)> = cases("press")
        .into_iter()
        .map(|(name, text)| {
            let case = serde_json::from_str(&text);
            let case = case.unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, case)
        })
        .collect();
    let wrong = run_beside(&cases, |(name, case)| run(name, case));
    assert_none_wrong(wrong.into_iter().flatten().collect(), cases.len());
}
