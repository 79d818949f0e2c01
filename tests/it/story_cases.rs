//! Entries, their links and what a person said of them, in `tests/corpus/stories`: which stories follow, by whom each entry was
//! recognized, and which editions there are. Without a store; a file is a case.

use std::collections::{BTreeMap, HashSet};

use chrono::Duration;
use mainstem::dedupe::{
    Comparison, Group, Link, Node, Part, Present, Role, Sameness, Version, partition,
};
use mainstem::model::{EntryId, Layer, Relation, SourceId, StoryId, Timestamp};
use serde::Deserialize;

use crate::support::cases::{assert_none_wrong, cases};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    what: String,
    /// By number.
    entries: BTreeMap<i64, Given>,
    /// `one verdict other layer score`.
    #[serde(default)]
    links: Vec<String>,
    /// Pairs that have no link and are two releases for certain: `one other`, ascending.
    #[serde(default)]
    conflicts: Vec<String>,
    /// By number: the stories that the entries are in now.
    #[serde(default)]
    stories: BTreeMap<i64, Now>,
    expected: Vec<Expected>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    #[serde(default)]
    title: String,
    /// When it was published; without it: its number.
    minute: Option<i64>,
    /// The story that it is in; without it: it is new.
    story: Option<i64>,
    /// What it is in that story: `relation by entry`; without it: the first.
    role: Option<String>,
    /// The minute of the edition that it carries; without it: its own.
    edition: Option<i64>,
    /// Whether it was compared anew.
    #[serde(default)]
    anew: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Now {
    #[serde(default)]
    ruled: bool,
    /// The minute in which its item entered a document, and the entry that it shows.
    published: Option<i64>,
    shows: Option<i64>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// The story that is continued; without it: a new one.
    story: Option<i64>,
    #[serde(default)]
    ruled: bool,
    /// The oldest first: `entry relation by entry`, ascending.
    editions: Vec<String>,
    /// The times of the editions, where they matter: `minute:second.millisecond`.
    at: Option<Vec<String>>,
}

fn moment(minute: i64) -> Timestamp {
    let start: Timestamp = "2026-03-02T10:00:00Z".parse().expect("a moment");
    start + Duration::minutes(minute)
}

fn node(id: i64, given: &Given) -> Node {
    let at = moment(given.minute.unwrap_or(id));
    let role = match given
        .role
        .as_deref()
        .and_then(|role| role.split_once(" by "))
    {
        None => Role::first(at),
        Some((relation, matched)) => Role {
            relation: Relation::from_word(relation).expect("a relation"),
            layer: Some(Layer::Near),
            score: Some(0.9),
            matched: matched.parse().ok().map(EntryId),
            edition_at: at,
        },
    };
    Node {
        id: EntryId(id),
        source: SourceId::new(&format!("s{id}")).expect("an id"),
        identity: [u8::try_from(id).expect("few"); 16],
        priority: 0,
        published: Some(at),
        compared_at: at,
        revised_at: None,
        version: Version::of(&given.title),
        present: given.story.map(StoryId),
        role: Role {
            edition_at: given.edition.map_or(at, moment),
            ..role
        },
    }
}

fn link(text: &str) -> Link {
    let words: Vec<&str> = text.split(' ').collect();
    let [one, verdict, other, layer, score] = words[..] else {
        panic!("{text}: `one verdict other layer score`");
    };
    let entry = |word: &str| EntryId(word.parse().expect("a number"));
    let found = Comparison {
        sameness: match verdict {
            "same" => Sameness::Same,
            "update" => Sameness::Update,
            "apart" => Sameness::Apart,
            _ => panic!("{text}: no verdict"),
        },
        layer: Layer::from_word(layer).expect("a layer"),
        score: score.parse().expect("a score"),
    };
    Link::new(entry(one), entry(other), found)
}

fn group(case: &Case) -> Group {
    let stories = case.stories.iter().map(|(id, now)| Present {
        id: StoryId(*id),
        is_ruled: now.ruled,
        began_at: moment(*id),
        published: now.published.map(|at| {
            let shows = now.shows.expect("an item shows an entry");
            (moment(at), EntryId(shows))
        }),
    });
    let mut group = Group {
        nodes: case
            .entries
            .iter()
            .map(|(id, given)| node(*id, given))
            .collect(),
        links: case.links.iter().map(|text| link(text)).collect(),
        stories: stories.collect(),
    };
    let anew = case.entries.iter().filter(|(_, given)| given.anew);
    let anew: HashSet<EntryId> = anew.map(|(id, _)| EntryId(*id)).collect();
    group.settle(&anew);
    group
}

/// A part in the words of the cases.
fn told(part: &Part, with_times: bool) -> Expected {
    let mut editions: BTreeMap<Timestamp, Vec<(EntryId, &Role)>> = BTreeMap::new();
    for (entry, role) in &part.members {
        editions
            .entry(role.edition_at)
            .or_default()
            .push((*entry, role));
    }
    let member = |(entry, role): &(EntryId, &Role)| match role.matched {
        Some(matched) => format!("{entry} {} by {matched}", role.relation),
        None => format!("{entry} {}", role.relation),
    };
    let at = editions.keys().map(|at| at.format("%M:%S%.3f").to_string());
    Expected {
        story: part.story.map(|story| story.0),
        ruled: part.is_ruled,
        at: with_times.then(|| at.collect()),
        editions: editions
            .into_values()
            .map(|mut members| {
                members.sort_by_key(|(entry, _)| *entry);
                let members: Vec<String> = members.iter().map(member).collect();
                members.join(", ")
            })
            .collect(),
    }
}

#[test]
fn stories_follow_from_links_and_from_what_a_person_said() {
    let cases = cases("stories");
    let mut wrong = Vec::new();
    for (name, text) in &cases {
        let case: Case =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let conflict = |one: EntryId, other: EntryId| {
            let pair = format!("{} {}", one.min(other), one.max(other));
            Ok::<_, ()>(case.conflicts.contains(&pair))
        };
        let parts = partition(&group(&case), conflict).expect("nothing fails");
        let with_times = case.expected.iter().any(|part| part.at.is_some());
        let found: Vec<Expected> = parts.iter().map(|part| told(part, with_times)).collect();
        if found != case.expected {
            wrong.push(format!("{name}: {}\n  gives {found:#?}", case.what));
        }
    }
    assert_none_wrong(wrong, cases.len());
}
