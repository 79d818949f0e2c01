//! Stores that earlier versions wrote: nothing is published again, what was never stored comes as a backlog.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::daemon::Desk;
use crate::support::releases::{refresh, told};

/// A directory for each version that wrote stores: its store as SQL, the feeds that it had read, and what it showed of them.
const STORES: &str = "tests/corpus/stores";

/// By output: id, title, `date_published` and `date_modified` of each item.
type Items = BTreeMap<String, BTreeSet<[String; 4]>>;

fn items(of: &Value) -> BTreeSet<[String; 4]> {
    let field = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let items = of.as_array().expect("items").iter();
    items
        .map(|item| {
            ["id", "title", "date_published", "date_modified"].map(|name| field(item, name))
        })
        .collect()
}

fn desk(version: &Path) -> Desk {
    let read = |name: &str| std::fs::read(version.join(name)).expect(name);
    let desk = Desk::new(&String::from_utf8(read("mainstem.toml")).expect("UTF-8"));
    for file in std::fs::read_dir(version).expect("a directory") {
        let name = file
            .expect("a file")
            .file_name()
            .into_string()
            .expect("UTF-8");
        if name.ends_with(".xml") {
            desk.write(&name, &read(&name));
        }
    }
    let sql = String::from_utf8(read("mainstem.sql")).expect("UTF-8");
    let store = Connection::open(desk.path("mainstem.db")).expect("a file");
    // A dump has its tables in any order.
    store
        .pragma_update(None, "foreign_keys", false)
        .expect("a pragma");
    store.execute_batch(&sql).expect("SQL");
    desk
}

#[test]
fn an_upgrade_publishes_nothing_again() {
    for version in std::fs::read_dir(STORES).expect("stores") {
        let version = version.expect("a store").path();
        let desk = desk(&version);
        let shown = std::fs::read(version.join("shown.json")).expect("shown.json");
        let shown: BTreeMap<String, Value> = serde_json::from_slice(&shown).expect("JSON");
        let before: Items = shown
            .iter()
            .map(|(output, of)| (output.clone(), items(of)))
            .collect();
        refresh(&desk, &[]);
        for again in [false, true] {
            for (output, before) in &before {
                let after = items(&desk.json(output)["items"]);
                let gone: Vec<_> = before.difference(&after).collect();
                assert!(gone.is_empty(), "{version:?} {output}: {gone:?}");
                let mut added: Vec<&str> = after
                    .difference(before)
                    .map(|item| item[1].as_str())
                    .collect();
                added.sort_unstable();
                // Version 1 took all entries of one page for one.
                assert_eq!(
                    added,
                    ["Bakery closed", "Version 1.1"],
                    "{version:?} {output}"
                );
            }
            if !again {
                let said = told(&desk, &["refresh", "--force"]);
                assert!(
                    said.contains(": 0 new, 0 changed, 0 duplicates, 0 failed"),
                    "{said}"
                );
            }
        }
    }
}
