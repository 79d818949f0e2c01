//! A store written by the last version that read some kinds of feeds less well, in `tests/corpus/reread`: what is read better now is
//! taken over silently.
//!
//! - The next poll of the same feeds gives 0 new entries, no other id and no moved date of change, in every output.
//! - After it, an upgraded store shows what a fresh one shows, but for ids and dates.
//!
//! Each feed stands there three times: as it was found, without GUIDs, and without GUIDs and links, because those entries are
//! recognized by other things.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{HOME, home, move_feeds};
use crate::support::daemon::Desk;
use crate::support::releases::told;

const OUTPUTS: [&str; 3] = ["off", "merged", "announced"];
/// What readers tell an item by, and when they show it again. A date of publication that could not be read before may be there now.
const KNOWN: [&str; 2] = ["id", "date_modified"];
/// What is read: it has to be the same in an upgraded store and in a fresh one.
const READ: [&str; 10] = [
    "title",
    "url",
    "external_url",
    "content_html",
    "summary",
    "image",
    "authors",
    "tags",
    "language",
    "attachments",
];

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/reread")
}

fn feeds() -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(corpus().join("feeds")).expect("the corpus is there");
    let mut feeds: Vec<(String, Vec<u8>)> = files
        .map(|file| file.expect("readable"))
        .map(|file| {
            let name = file.file_name().into_string().expect("UTF-8");
            (name, std::fs::read(file.path()).expect("readable"))
        })
        .collect();
    feeds.sort();
    feeds
}

fn fresh() -> Desk {
    let desk = Desk::new("");
    std::fs::create_dir(desk.path("feeds")).expect("writable");
    let configuration = std::fs::read(corpus().join("mainstem.toml")).expect("it is there");
    desk.write("c.toml", &configuration);
    for (name, bytes) in feeds() {
        desk.write(&format!("feeds/{name}"), &bytes);
    }
    desk
}

fn upgraded() -> Desk {
    let desk = fresh();
    let store = desk.path("mainstem.db");
    std::fs::copy(corpus().join("store.db"), &store).expect("copied");
    move_feeds(&store, HOME, &home(&desk));
    desk
}

/// Other bytes that say the same.
fn touch(desk: &Desk, times: usize) {
    for (name, mut bytes) in feeds() {
        bytes.extend("\n".repeat(times).into_bytes());
        desk.write(&format!("feeds/{name}"), &bytes);
    }
}

/// How many entries are new, of all sources together.
fn refresh(desk: &Desk, arguments: &[&str]) -> BTreeMap<String, u64> {
    let said = told(desk, &[&["refresh", "--json"], arguments].concat());
    let rows: Vec<Value> = serde_json::from_str(&said).expect("a list");
    let new = rows.iter().map(|row| {
        let source = row["source"].as_str().or(row["id"].as_str());
        (
            source.expect("a source").to_owned(),
            row["new"].as_u64().unwrap_or(0),
        )
    });
    new.filter(|(_, new)| *new > 0).collect()
}

fn items(desk: &Desk, output: &str) -> Vec<Value> {
    let document = desk.json(output);
    document["items"].as_array().expect("items").clone()
}

/// These members of an item, and its source.
fn members(item: &Value, names: &[&str]) -> Value {
    let mut members: serde_json::Map<String, Value> = names
        .iter()
        .map(|name| ((*name).to_owned(), item[*name].clone()))
        .collect();
    members.insert("source".to_owned(), item["_mainstem"]["source"].clone());
    Value::Object(members)
}

fn all(desk: &Desk, names: &[&str]) -> BTreeMap<String, Vec<String>> {
    let of = |output: &&str| {
        let mut items: Vec<String> = items(desk, output)
            .iter()
            .map(|item| members(item, names).to_string())
            .collect();
        items.sort();
        ((*output).to_owned(), items)
    };
    OUTPUTS.iter().map(of).collect()
}

/// What the earlier version printed.
fn before() -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(corpus().join("before.json")).expect("it is there");
    let printed: BTreeMap<String, Vec<Value>> = serde_json::from_str(&text).expect("JSON");
    let sorted = |items: Vec<Value>| {
        let told = |item: &Value| {
            json!({"id": item["id"], "date_modified": item["date_modified"], "source": item["source"]})
                .to_string()
        };
        let mut items: Vec<String> = items.iter().map(told).collect();
        items.sort();
        items
    };
    let outputs = printed.into_iter();
    outputs
        .map(|(output, items)| (output, sorted(items)))
        .collect()
}

fn assert_same(
    found: &BTreeMap<String, Vec<String>>,
    expected: &BTreeMap<String, Vec<String>>,
    when: &str,
) {
    for (output, expected) in expected {
        let found = &found[output];
        let lacks = |these: &[String], those: &[String]| {
            let lacking = these.iter().filter(|item| !those.contains(item));
            lacking.cloned().collect::<Vec<_>>().join("\n  ")
        };
        let (more, fewer) = (lacks(found, expected), lacks(expected, found));
        assert!(
            found == expected,
            "{when}, {output}:\nhas\n  {more}\nlacks\n  {fewer}"
        );
    }
}

#[test]
fn feeds_that_are_read_better_publish_nothing_again() {
    let before = before();
    let desk = upgraded();
    assert_same(&all(&desk, &KNOWN), &before, "as the store was");
    let steps: [(usize, &[&str]); 3] = [(1, &[]), (2, &[]), (2, &["--force"])];
    for (touched, arguments) in steps {
        touch(&desk, touched);
        let when = format!("touched {touched} times, refresh {arguments:?}");
        assert_eq!(refresh(&desk, arguments), BTreeMap::new(), "{when}");
        assert_same(&all(&desk, &KNOWN), &before, &when);
    }
}

#[test]
fn an_upgraded_store_shows_what_a_fresh_one_shows() {
    let (old, new) = (upgraded(), fresh());
    touch(&old, 1);
    refresh(&old, &[]);
    refresh(&new, &[]);
    // Stories are not made anew by an upgrade, so only the output in which every entry stands for itself has to be the same.
    let mut expected = all(&new, &READ);
    expected.retain(|output, _| output == "off");
    assert_same(&all(&old, &READ), &expected, "after an upgrade");
}
