//! Stores written by earlier versions, in `tests/corpus/upgrade`: an upgrade publishes nothing again.
//!
//! - Feeds that say what they said give 0 new entries, the same items under the same ids, and no moved date: with the same bytes, with
//!   other bytes, forced.
//! - Entries that an earlier version lost come in at their own dates.
//! - After that an edit moves its own entry only, and a copy joins the story that it belongs to.
//!
//! `store-N.db` has schema N and was written by the last version with that schema; `store-N.expected.json` is what that version
//! printed. `make golden` adds the store of today's schema, once the schema has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::daemon::Desk;
use crate::support::releases::told;

mod outcomes;
mod readings;
mod rules;

/// Where the stores of the fixture say that their feeds lie.
const HOME: &str = "/srv/mainstem";
/// Outputs of which nothing may change.
const OUTPUTS: [&str; 5] = ["merged", "announced", "exact", "off", "brief"];
/// The output that shows the source whose entries an earlier version lost, and the source.
const LOST: &str = "lost";

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/upgrade")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(corpus().join(name)).expect(name)
}

/// Names of the files of a folder of the corpus.
fn names(folder: &str) -> Vec<String> {
    let files = std::fs::read_dir(corpus().join(folder)).expect(folder);
    let mut names: Vec<String> = files
        .map(|file| file.expect("readable"))
        .filter(|file| file.path().is_file())
        .map(|file| file.file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

/// The schema versions of which there is a store.
fn versions() -> Vec<i64> {
    let stores = names("").into_iter();
    let version = |name: String| {
        name.strip_prefix("store-")?
            .strip_suffix(".db")?
            .parse()
            .ok()
    };
    let versions: Vec<i64> = stores.filter_map(version).collect();
    assert!(!versions.is_empty(), "there is no store");
    versions
}

/// The feeds in a directory of their own.
fn feeds() -> Desk {
    let desk = Desk::new("");
    std::fs::create_dir(desk.path("feeds")).expect("writable");
    desk.write("c.toml", read("mainstem.toml").as_bytes());
    for name in names("feeds") {
        let name = format!("feeds/{name}");
        desk.write(&name, read(&name).as_bytes());
    }
    desk
}

/// The feeds with the store of this version, as if it had been written in that directory.
fn installed(version: i64) -> Desk {
    let desk = feeds();
    let store = desk.path("mainstem.db");
    std::fs::copy(corpus().join(format!("store-{version}.db")), &store).expect("copied");
    move_feeds(&store, HOME, &home(&desk));
    desk
}

fn home(desk: &Desk) -> String {
    desk.path("")
        .to_str()
        .expect("UTF-8")
        .trim_end_matches('/')
        .to_owned()
}

fn move_feeds(store: &Path, from: &str, to: &str) {
    let db = rusqlite::Connection::open(store).expect("opens");
    let moved = db.execute(
        "UPDATE sources SET location = ?2 || substr(location, length(?1) + 1) WHERE substr(location, 1, length(?1)) = ?1",
        [from, to],
    );
    assert!(moved.expect("moves") > 0);
}

/// Gives a feed another text.
fn edit(desk: &Desk, feed: &str, from: &str, to: &str) {
    let name = format!("feeds/{feed}");
    let before = std::fs::read_to_string(desk.path(&name)).expect(feed);
    let after = before.replace(from, to);
    assert_ne!(before, after, "{feed} has {from}");
    desk.write(&name, after.as_bytes());
}

/// Other bytes, and not a word of an entry changed.
fn touch(desk: &Desk) {
    for name in names("feeds") {
        let path = format!("feeds/{name}");
        let before = std::fs::read_to_string(desk.path(&path)).expect("readable");
        let after = before
            .replace("28 Nov 2026 09:00:00", "28 Nov 2026 09:30:00")
            .replace("<!-- as it was read -->", "<!-- and read again -->")
            .replace("<rss version", "<!-- again --><rss version")
            .replace("\"title\": \"The Portal\"", "\"title\":  \"The Portal\"");
        assert_ne!(before, after, "{name}");
        desk.write(&path, after.as_bytes());
    }
}

/// New entries by source; those of the source that lost some apart.
fn refresh(desk: &Desk, arguments: &[&str]) -> BTreeMap<String, u64> {
    let said = told(desk, &[&["refresh", "--json"], arguments].concat());
    let rows: Value = serde_json::from_str(&said).expect("JSON");
    let rows = rows.as_array().expect("a list").iter();
    rows.map(|row| {
        let source = row["source"].as_str().or(row["id"].as_str());
        (
            source.expect("a source").to_owned(),
            row["new"].as_u64().unwrap_or(0),
        )
    })
    .filter(|(source, new)| *new > 0 && source != LOST)
    .collect()
}

/// An item as a subscriber tells it from others and from its earlier self.
fn item(item: &Value) -> Value {
    let own = &item["_mainstem"];
    let copies: BTreeSet<String> = own["copies"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|copy| format!("{} {}", copy["source"], copy["guid"]))
        .collect();
    json!({
        "id": item["id"], "title": item["title"], "date_published": item["date_published"], "date_modified": item["date_modified"],
        "source": own["source"], "guid": own["guid"], "copies": copies,
    })
}

/// What an output shows, in its order.
fn items(desk: &Desk, output: &str) -> Vec<Value> {
    let document = desk.json(output);
    document["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(item)
        .collect()
}

fn all(desk: &Desk) -> BTreeMap<String, Vec<Value>> {
    let outputs = OUTPUTS.iter();
    outputs
        .map(|output| ((*output).to_owned(), items(desk, output)))
        .collect()
}

/// How many corrections are stored.
fn corrections(desk: &Desk) -> i64 {
    let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    let count = |row: &rusqlite::Row<'_>| row.get(0);
    db.query_row("SELECT count(*) FROM corrections", [], count)
        .expect("reads")
}

fn expected(version: i64) -> BTreeMap<String, Vec<Value>> {
    serde_json::from_str(&read(&format!("store-{version}.expected.json"))).expect("JSON")
}

/// Says which items differ; all of both lists would be a page.
fn assert_same(
    found: &BTreeMap<String, Vec<Value>>,
    expected: &BTreeMap<String, Vec<Value>>,
    when: &str,
) {
    let mut wrong = Vec::new();
    for output in OUTPUTS {
        let (found, expected) = (&found[output], &expected[output]);
        let differ = |these: &[Value], those: &[Value]| -> Vec<String> {
            let differ = these.iter().filter(|item| !those.contains(item));
            differ.map(ToString::to_string).collect()
        };
        let (more, fewer) = (differ(found, expected), differ(expected, found));
        if !more.is_empty() || !fewer.is_empty() {
            wrong.push(format!(
                "{output}\n  has  {}\n  lacks {}",
                more.join("\n       "),
                fewer.join("\n        ")
            ));
        } else if found != expected {
            wrong.push(format!("{output} has another order"));
        }
    }
    assert!(wrong.is_empty(), "{when}:\n{}", wrong.join("\n"));
}

#[test]
fn unchanged_feeds_publish_nothing_again() {
    for version in versions() {
        let expected = expected(version);
        type Step = (&'static str, fn(&Desk), &'static [&'static str]);
        let same: Step = ("the same bytes", |_| {}, &[]);
        let touched: Step = ("other bytes", touch, &[]);
        let forced: Step = ("forced", |_| {}, &["--force"]);
        for steps in [vec![same, touched, forced], vec![touched], vec![forced]] {
            let desk = installed(version);
            // Documents can be asked for before anything was polled.
            assert_same(
                &all(&desk),
                &expected,
                &format!("store {version}, as it was"),
            );
            for (what, prepare, arguments) in steps {
                let before = corrections(&desk);
                assert!(version >= 7 || before == 0, "an upgrade corrects nothing");
                prepare(&desk);
                let when = format!("store {version}, {what}");
                assert_eq!(refresh(&desk, arguments), BTreeMap::new(), "{when}");
                assert_eq!(corrections(&desk), before, "{when}");
                assert_same(&all(&desk), &expected, &when);
            }
        }
    }
}

#[test]
fn what_was_lost_comes_in_at_its_own_date() {
    for version in versions() {
        let desk = installed(version);
        let before = items(&desk, LOST);
        touch(&desk);
        assert_eq!(refresh(&desk, &[]), BTreeMap::new());
        let after = items(&desk, LOST);
        for item in &before {
            assert!(
                after.contains(item),
                "store {version} has no more {item}: {after:#?}"
            );
        }
        let titles: Vec<&str> = after
            .iter()
            .filter_map(|item| item["title"].as_str())
            .filter(|title| !title.is_empty())
            .collect();
        let dated = titles.len() - 5;
        // By their dates, among others.
        assert_eq!(
            titles[dated..],
            [
                "Ferry stops at the north pier",
                "Library opens late",
                "Bakery closed on Friday",
                "Market moved to the square",
                "New bus to the lighthouse"
            ],
            "store {version}"
        );
        assert_eq!(after.len(), 8, "store {version}: {after:#?}");
        assert_same(
            &all(&desk),
            &expected(version),
            &format!("store {version}, beside what was lost"),
        );
        let ids: BTreeSet<String> = after.iter().map(|item| item["id"].to_string()).collect();
        assert_eq!(ids.len(), after.len(), "store {version}");
    }
}

/// What this version reads and an earlier one did not, at the first reading of other bytes.
#[test]
fn fields_that_are_new_come_in_silently() {
    const COVERS: [&str; 3] = ["0.jpg", "1.jpg", "2.jpg"];
    let covers = |desk: &Desk| {
        let document = desk.json("off");
        let items = document["items"].as_array().expect("items").iter();
        let mut covers: Vec<String> = items
            .filter_map(|item| item["_mainstem"]["episode"]["image"].as_str())
            .filter_map(|cover| cover.strip_prefix("https://studio.example/"))
            .map(str::to_owned)
            .collect();
        covers.sort();
        covers
    };
    for version in versions().into_iter().filter(|version| *version < 4) {
        let desk = installed(version);
        assert_eq!(covers(&desk), Vec::<String>::new(), "store {version}");
        touch(&desk);
        assert_eq!(refresh(&desk, &[]), BTreeMap::new());
        assert_eq!(covers(&desk), COVERS, "store {version}");
        assert_same(
            &all(&desk),
            &expected(version),
            &format!("store {version}, with covers"),
        );
    }
}

/// Feed, what is edited, and the title of the entry: with a GUID, told by its link, by a GUID's link, by title and date.
const EDITS: [(&str, &str, &str, &str); 5] = [
    (
        "agency.rss",
        "smallest amount in any April",
        "smallest amount in any May",
        "Rain books of ninety years go to the university",
    ),
    (
        "board.rss",
        "again after the storm",
        "again after the flood",
        "Ferry stops at the north pier",
    ),
    (
        "list.rss",
        "sums of long columns",
        "sums of wide tables",
        "Sheets 16.93",
    ),
    (
        "bare.rss",
        "a new handle",
        "a new spout",
        "Well at the market gives water again",
    ),
    (
        "mover.rss",
        "two stoves",
        "two ovens",
        "Toll house is rented out again",
    ),
];

#[test]
fn afterwards_an_edit_moves_its_own_entry_only() {
    for version in versions() {
        let desk = installed(version);
        touch(&desk);
        refresh(&desk, &[]);
        let mut before = all(&desk);
        for (feed, from, to, title) in EDITS {
            edit(&desk, feed, from, to);
            assert_eq!(refresh(&desk, &[]), BTreeMap::new(), "{title}");
            let after = all(&desk);
            let (mut shown, mut moved) = (0, 0);
            let mut as_before = after.clone();
            for (output, items) in &mut as_before {
                for item in items.iter_mut().filter(|item| item["title"] == title) {
                    let old = before[output].iter().find(|old| old["id"] == item["id"]);
                    let old = old.unwrap_or_else(|| {
                        panic!("store {version}, {output}: another id for {title}")
                    });
                    shown += 1;
                    moved +=
                        usize::from(old["date_modified"].as_str() < item["date_modified"].as_str());
                    item["date_modified"] = old["date_modified"].clone();
                }
            }
            assert_same(
                &as_before,
                &before,
                &format!("store {version}, after an edit of {title}"),
            );
            assert!(
                shown >= 4 && moved == shown,
                "store {version}: {title} has moved in {moved} of {shown} outputs"
            );
            before = after;
        }
    }
}

#[test]
fn afterwards_a_copy_joins_its_story() {
    for version in versions() {
        let desk = installed(version);
        touch(&desk);
        refresh(&desk, &[]);
        let before = all(&desk);
        let agency = read("feeds/agency.rss");
        let original = agency
            .split_inclusive("</item>")
            .find(|item| item.contains("ag-3"));
        let copy = original
            .expect("it is there")
            .replace("ag-3", "f-2")
            .replace("agency.example/r", "fourth.example");
        edit(
            &desk,
            "fourth.rss",
            "<item>",
            &format!("{}<item>", copy.trim_start()),
        );
        assert_eq!(
            refresh(&desk, &[]),
            BTreeMap::from([("fourth".to_owned(), 1)])
        );
        let mut after = all(&desk);
        let name = format!("{} {}", json!("fourth"), json!("f-2"));
        for output in ["merged", "announced", "exact"] {
            let told = after.get_mut(output).expect("printed").iter_mut();
            let item = told
                .filter_map(|item| item["copies"].as_array_mut())
                .find(|copies| copies.contains(&json!(name)));
            item.unwrap_or_else(|| panic!("store {version}: {output} has no copy"))
                .retain(|copy| copy != &json!(name));
        }
        // There every entry stands for itself.
        after
            .get_mut("off")
            .expect("printed")
            .retain(|item| item["guid"] != "f-2");
        assert_same(&after, &before, &format!("store {version}, after a copy"));
    }
}

/// Everything in the folder is used.
#[test]
fn no_file_is_left_over() {
    let mut known: BTreeSet<String> = BTreeSet::from(["mainstem.toml".to_owned()]);
    for version in versions() {
        known.extend([
            format!("store-{version}.db"),
            format!("store-{version}.expected.json"),
        ]);
    }
    assert_eq!(names("").into_iter().collect::<BTreeSet<_>>(), known);
    let configuration = read("mainstem.toml");
    for name in names("feeds") {
        assert!(
            configuration.contains(&format!("\"feeds/{name}\"")),
            "{name}"
        );
    }
    let feeds = names("feeds");
    assert!(
        names("feeds/before")
            .iter()
            .all(|name| feeds.contains(name))
    );
}

/// Whoever changes the schema adds a store: what one version wrote, all later ones must read.
#[test]
#[expect(clippy::disallowed_methods, reason = "`make golden` asks by it")]
fn the_schema_of_today_has_a_store() {
    let desk = feeds();
    for name in names("feeds/before") {
        desk.write(
            &format!("feeds/{name}"),
            read(&format!("feeds/before/{name}")).as_bytes(),
        );
    }
    told(&desk, &["refresh"]);
    for name in names("feeds/before") {
        let name = format!("feeds/{name}");
        desk.write(&name, read(&name).as_bytes());
    }
    told(&desk, &["refresh"]);
    let printed = serde_json::to_string_pretty(&all(&desk)).expect("JSON");
    let store = desk.path("mainstem.db");
    move_feeds(&store, &home(&desk), HOME);
    let db = rusqlite::Connection::open(&store).expect("opens");
    // Nothing stays in the log beside it, nor where the old locations stood; smaller pages, as most tables fill less than one.
    db.execute_batch(
        "PRAGMA journal_mode = DELETE; PRAGMA page_size = 4096; VACUUM; PRAGMA journal_mode = WAL",
    )
    .expect("small");
    let version: i64 = db
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .expect("a version");
    drop(db);
    if versions().contains(&version) {
        return;
    }
    assert!(
        std::env::var_os("GOLDEN").is_some(),
        "schema {version} has no store in tests/corpus/upgrade: run `make golden`, and commit what it adds"
    );
    std::fs::copy(&store, corpus().join(format!("store-{version}.db"))).expect("writable");
    let expected = corpus().join(format!("store-{version}.expected.json"));
    std::fs::write(expected, printed + "\n").expect("writable");
}
