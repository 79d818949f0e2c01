//! Addresses and ids of what we publish.
//!
//! - the ids of feeds, of their archive documents and of `/health.atom` outlast another `public_url`, a removed output that comes
//!   back, and the move to this version
//! - a rebuilt store under the same configuration gives the same ids

use std::collections::BTreeMap;

use crate::support::daemon::Desk;

const BASES: [&str; 4] = [
    "https://news.example.org/",
    "http://news.example.org/",
    "https://other.example/feeds/",
    "",
];
const FEED: &str = r#"{ "version": "https://jsonfeed.org/version/1.1", "title": "A", "items": [
    { "id": "1", "title": "One", "content_text": "The harbour office closes its gate", "date_published": "2020-01-01T00:00:00Z" },
    { "id": "2", "title": "Two", "content_text": "A choir of forty sings in the depot", "date_published": "2020-01-02T00:00:00Z" },
    { "id": "3", "title": "Three", "content_text": "Cyclists have their bridge again", "date_published": "2020-01-03T00:00:00Z" } ] }"#;
const SOURCE: &str = "[[source]]\nid = \"a\"\npath = \"a.json\"\nfirst_items = 0\n";

fn desk() -> Desk {
    let desk = Desk::new("");
    desk.write("a.json", FEED.as_bytes());
    desk
}

/// Publishes these outputs under a `public_url`; without one where it is empty.
fn configure(desk: &Desk, base: &str, outputs: &[&str]) {
    let public_url = match base {
        "" => String::new(),
        base => format!("public_url = \"{base}\"\n"),
    };
    let outputs: String = outputs
        .iter()
        .map(|id| format!("[[output]]\nid = \"{id}\"\nmax_entries = 1\n"))
        .collect();
    let text = format!("[server]\nlisten = \"127.0.0.1:0\"\n{public_url}{SOURCE}{outputs}");
    desk.write("c.toml", text.as_bytes());
}

/// The first `<id>` of a document, which is the feed's.
fn feed_id(xml: &str) -> String {
    let (_, rest) = xml.split_once("<id>").expect("an id");
    let (id, _) = rest.split_once("</id>").expect("an end");
    id.to_owned()
}

/// The ids of the documents that a daemon serves, by path.
fn served(desk: &Desk, paths: &[&str]) -> BTreeMap<String, String> {
    let daemon = desk.start();
    let ids = paths.iter().map(|path| {
        let answer = daemon.until(path, |answer| answer.status == 200);
        ((*path).to_owned(), feed_id(&answer.text()))
    });
    let ids = ids.collect();
    assert_eq!(daemon.stop(), Some(0));
    ids
}

const PATHS: [&str; 4] = ["/o.atom", "/p.atom", "/o/archive/1.atom", "/health.atom"];

#[test]
fn ids_outlast_another_address() {
    for (nth, first) in BASES.iter().enumerate() {
        let desk = desk();
        configure(&desk, first, &["o", "p"]);
        assert!(desk.run(&["refresh"]).status.success());
        let before = served(&desk, &PATHS);
        let different: std::collections::BTreeSet<_> = before.values().collect();
        assert_eq!(different.len(), PATHS.len(), "{before:?}");
        for second in BASES.iter().cycle().skip(nth + 1).take(BASES.len() - 1) {
            configure(&desk, second, &["o", "p"]);
            assert_eq!(served(&desk, &PATHS), before, "{first} then {second}");
            let printed = desk.run(&["print", "o"]).stdout;
            let printed = feed_id(&String::from_utf8_lossy(&printed));
            assert_eq!(printed, before["/o.atom"], "{first} then {second}");
        }
    }
}

#[test]
fn an_output_that_comes_back_and_a_rebuilt_store_have_the_same_ids() {
    let [first, second, ..] = BASES;
    let of = |desk: &Desk| {
        let printed = desk.run(&["print", "o"]);
        assert!(printed.status.success());
        feed_id(&String::from_utf8_lossy(&printed.stdout))
    };
    let desk = desk();
    configure(&desk, first, &["o"]);
    assert!(desk.run(&["refresh"]).status.success());
    let before = of(&desk);
    configure(&desk, first, &["p"]);
    assert!(desk.run(&["print", "p"]).status.success());
    configure(&desk, second, &["o"]);
    assert_eq!(of(&desk), before);
    for file in ["mainstem.db", "mainstem.db-wal", "mainstem.db-shm"] {
        let _ = std::fs::remove_file(desk.path(file));
    }
    configure(&desk, first, &["o"]);
    assert!(desk.run(&["refresh"]).status.success());
    assert_eq!(of(&desk), before);
}

/// A store of the version before has no base: that of the first start stays.
#[test]
fn ids_of_the_version_before_stay_from_the_first_start_on() {
    let [first, second, ..] = BASES;
    let desk = desk();
    configure(&desk, first, &["o", "p"]);
    assert!(desk.run(&["refresh"]).status.success());
    let before = served(&desk, &PATHS);
    let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    db.execute_batch("UPDATE outputs SET id_base = NULL")
        .expect("written");
    drop(db);
    assert_eq!(served(&desk, &PATHS), before, "upgraded");
    configure(&desk, second, &["o", "p"]);
    assert_eq!(served(&desk, &PATHS), before, "moved");
}
