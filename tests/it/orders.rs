//! Sources that carry the same releases, in `tests/corpus/orders`: what is shown follows from the entries, not from the order in which
//! they came.
//!
//! - Read into an empty store, all at once, they give one answer each time: the same stories, shown members and ids.
//! - Read source by source, in any order, before an output is there: that answer as well.
//! - Read source by source beside an output: the same stories and shown members; the ids are those that were published first.
//!
//! A file is a case; a new case is a new file.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::support::cases::{assert_none_wrong, cases, orders, run_beside};
use crate::support::daemon::Desk;
use crate::support::releases::{Piece, file_source, publish, refresh};

/// How often all sources are read at once.
const TIMES: usize = 10;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    what: String,
    /// How many items are shown; without it: whatever is right, the same in any order.
    shown: Option<usize>,
    /// Whose entries they are, by title of the item; not every item must be named.
    #[serde(default)]
    from: BTreeMap<String, String>,
    /// Sources whose first entries are one item.
    #[serde(default)]
    together: Vec<[String; 2]>,
    /// Sources whose first entries are two.
    #[serde(default)]
    apart: Vec<[String; 2]>,
    sources: BTreeMap<String, Given>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    #[serde(default)]
    priority: i64,
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    title: String,
    text: String,
    /// RFC 3339.
    published: Option<String>,
    url: Option<String>,
}

/// Source and GUID.
type Name = (String, String);

/// For each story its members, the one that is shown, and the item's title and id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Story {
    members: BTreeSet<Name>,
    shown: Name,
    title: String,
    id: String,
}

impl Case {
    fn desk(&self, outputs: bool) -> Desk {
        let desk = Desk::new(&self.configuration(outputs));
        for (source, given) in &self.sources {
            let piece = |(nth, entry): (usize, &Entry)| Piece {
                guid: format!("{source}-{nth}"),
                url: entry
                    .url
                    .clone()
                    .unwrap_or_else(|| format!("https://{source}.example/{nth}")),
                title: entry.title.clone(),
                body: entry.text.clone(),
                published: entry.published.clone().unwrap_or_default(),
                sound: None,
            };
            let pieces: Vec<Piece> = given.entries.iter().enumerate().map(piece).collect();
            publish(&desk, source, &pieces);
        }
        desk
    }

    fn configuration(&self, outputs: bool) -> String {
        let source = |(id, given): (&String, &Given)| {
            file_source(id, &format!("priority = {}", given.priority))
        };
        let mut text: String = self.sources.iter().map(source).collect();
        if outputs {
            text += "[[output]]\nid = \"all\"\n";
        }
        text
    }

    fn all_at_once(&self) -> BTreeSet<Story> {
        let desk = self.desk(true);
        refresh(&desk, &[]);
        stories(&desk)
    }

    fn in_turn_then_published(&self, order: &[&str]) -> BTreeSet<Story> {
        let desk = self.desk(false);
        for source in order {
            refresh(&desk, &[source]);
        }
        desk.configure(&self.configuration(true));
        stories(&desk)
    }

    fn published_in_turn(&self, order: &[&str]) -> BTreeSet<Story> {
        let desk = self.desk(true);
        for source in order {
            refresh(&desk, &[source]);
        }
        stories(&desk)
    }
}

fn stories(desk: &Desk) -> BTreeSet<Story> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = |told: &Value| (text(&told["source"]), text(&told["guid"]));
    let document = desk.json("all");
    let items = document["items"].as_array().expect("items").iter();
    items
        .map(|item| {
            let shown = name(&item["_mainstem"]);
            let copies = item["_mainstem"]["copies"].as_array().into_iter().flatten();
            Story {
                members: copies.map(name).chain([shown.clone()]).collect(),
                shown,
                title: text(&item["title"]),
                id: text(&item["id"]),
            }
        })
        .collect()
}

/// Stories without the ids of their items.
fn nameless(stories: &BTreeSet<Story>) -> BTreeSet<Story> {
    let nameless = stories.iter().cloned().map(|story| Story {
        id: String::new(),
        ..story
    });
    nameless.collect()
}

/// What is wrong with a case.
fn run(case: &Case) -> Vec<String> {
    let answer = case.all_at_once();
    let mut wrong = BTreeMap::new();
    if let Some(shown) = case.shown.filter(|shown| *shown != answer.len()) {
        let what = format!("{} shown, must be {shown}: {answer:#?}", answer.len());
        wrong.insert("all at once".to_owned(), what);
    }
    for (title, source) in &case.from {
        if !answer
            .iter()
            .any(|story| story.title == *title && story.shown.0 == *source)
        {
            wrong.insert(
                title.clone(),
                format!("is not shown as {source} has it: {answer:#?}"),
            );
        }
    }
    for (pairs, must) in [(&case.together, true), (&case.apart, false)] {
        for [one, other] in pairs {
            if are_together(&answer, one, other) != must {
                let what = if must { "are two" } else { "are one" };
                wrong.insert(format!("{one}, {other}"), format!("{what}: {answer:#?}"));
            }
        }
    }
    let (differ, tries) = differing(case, &answer);
    if let Some((name, found)) = differ.first() {
        let what = format!(
            "{} of {} differ from {answer:#?}; the first gives {found:#?}",
            differ.len(),
            tries
        );
        wrong.insert(name.clone(), what);
    }
    wrong
        .into_iter()
        .map(|(name, what)| format!("  {name}: {what}"))
        .collect()
}

fn are_together(stories: &BTreeSet<Story>, one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|source| (source.to_owned(), format!("{source}-0")));
    let of = |name: &Name| stories.iter().find(|story| story.members.contains(name));
    let (one, other) = (of(&one).expect("shown"), of(&other).expect("shown"));
    one == other
}

/// The orders that give another answer, with that answer; and how many were tried.
fn differing(case: &Case, answer: &BTreeSet<Story>) -> (Vec<(String, BTreeSet<Story>)>, usize) {
    let sources: Vec<&str> = case.sources.keys().map(String::as_str).collect();
    let orders = orders(&sources);
    type Try<'a> = (
        String,
        Box<dyn Fn() -> (BTreeSet<Story>, bool) + Send + Sync + 'a>,
    );
    let mut tries: Vec<Try<'_>> = Vec::new();
    for nth in 1..TIMES {
        tries.push((
            format!("all at once, time {nth}"),
            Box::new(|| (case.all_at_once(), true)),
        ));
    }
    for order in &orders {
        let name = order.join(", ");
        tries.push((
            format!("{name}, then published"),
            Box::new(|| (case.in_turn_then_published(order), true)),
        ));
        tries.push((
            format!("{name}, published"),
            Box::new(|| (case.published_in_turn(order), false)),
        ));
    }
    let differ = run_beside(&tries, |(name, give)| {
        let (found, with_ids) = give();
        let is_same = match with_ids {
            true => found == *answer,
            false => nameless(&found) == nameless(answer),
        };
        (!is_same).then(|| (name.clone(), found))
    });
    let mut differ: Vec<_> = differ.into_iter().flatten().collect();
    differ.sort();
    (differ, tries.len())
}

#[test]
fn stories_do_not_depend_on_arrival() {
    let cases = cases("orders");
    let mut wrong = Vec::new();
    for (name, text) in &cases {
        let case: Case =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let told = run(&case);
        assert!(
            case.shown.is_some() || !case.together.is_empty(),
            "{name}: entries that stay apart would be right in any order"
        );
        if !told.is_empty() {
            wrong.push(format!("{name}: {}\n{}", case.what, told.join("\n")));
        }
    }
    assert_none_wrong(wrong, cases.len());
}
