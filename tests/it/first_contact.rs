//! A new source's first document, and one that sends too much.

use serde_json::Value;

use crate::support::daemon::Desk;
use crate::support::releases::{CHOIR, LOCK, Piece, piece, publish, refresh, shown, titles, told};

fn source(id: &str, keys: &str) -> String {
    format!("[[source]]\nid = \"{id}\"\npath = \"{id}.xml\"\n{keys}\n")
}

const OUTPUT: &str = "[[output]]\nid = \"merged\"\nmax_entries = 1000\n";

/// Newest first, a minute apart from this hour on.
fn dispatches(prefix: &str, hour: usize, count: usize) -> Vec<Piece> {
    let dispatch = |nth: usize| {
        let time = format!("{:02}:{:02}", hour + nth / 60, nth % 60);
        piece(
            &format!("{prefix}-{nth}"),
            &time,
            &format!("{prefix} {nth}"),
            "<p>Few words.</p>",
        )
    };
    (0..count).rev().map(dispatch).collect()
}

fn count(desk: &Desk) -> usize {
    shown(desk, "merged").len()
}

#[test]
fn a_backlog_enters_as_history_at_its_own_dates() {
    let desk = Desk::new(&(source("a", "") + &source("b", "") + OUTPUT));
    publish(&desk, "a", &dispatches("today", 12, 3));
    publish(&desk, "b", &[]);
    refresh(&desk, &[]);
    let backlog = [dispatches("later", 14, 1), dispatches("earlier", 8, 2)].concat();
    publish(&desk, "b", &backlog);
    refresh(&desk, &[]);
    let document = desk.json("merged");
    let items = document["items"].as_array().expect("items").iter();
    let order: Vec<(&str, &str)> = items
        .map(|item| {
            let field = |name: &str| item[name].as_str().expect("a text");
            (field("title"), &field("date_published")[11..16])
        })
        .collect();
    let expected = [
        ("later 0", "14:00"),
        ("today 2", "12:02"),
        ("today 1", "12:01"),
        ("today 0", "12:00"),
        ("earlier 1", "08:01"),
        ("earlier 0", "08:00"),
    ];
    assert_eq!(order, expected);
}

/// The key, and how many of thirty appear.
#[test]
fn first_items_bounds_what_appears_and_loses_nothing() {
    let cases = [
        ("", 20),
        ("first_items = 5", 5),
        ("first_items = 0", 30),
        ("first_items = 100", 30),
    ];
    for (keys, expected) in cases {
        let desk = Desk::new(&(source("a", keys) + OUTPUT));
        let backlog = dispatches("old", 8, 30);
        publish(&desk, "a", &backlog);
        refresh(&desk, &[]);
        let items = shown(&desk, "merged");
        assert_eq!(items.len(), expected, "{keys}");
        assert!(titles(&items).contains(&"old 29"), "the newest: {keys}");
        assert_eq!(titles(&items).contains(&"old 0"), expected == 30, "{keys}");
        let rows: Value = serde_json::from_str(&told(&desk, &["sources", "--json"])).expect("JSON");
        assert_eq!(rows[0]["entries"], 30, "all are stored: {keys}");
        let why = told(&desk, &["explain", "old-0"]);
        assert_eq!(why.contains("held back"), expected < 30, "{keys}: {why}");
        // What comes later appears; what was held back does not, whatever is asked or edited.
        let more = [dispatches("new", 9, 25), backlog].concat();
        publish(&desk, "a", &more);
        refresh(&desk, &[]);
        refresh(&desk, &["--force"]);
        desk.configure(&(source("a", keys) + OUTPUT + "exclude = [\"nothing\"]\n"));
        assert_eq!(count(&desk), expected + 25, "{keys}");
    }
}

#[test]
fn what_is_held_back_hides_nothing_and_is_not_named() {
    let desk =
        Desk::new(&(source("a", "first_items = 1") + &source("b", "first_items = 0") + OUTPUT));
    let title = "Upper lock at Haldenau closes for repairs";
    let held = piece("held", "08:00", title, LOCK);
    let newest = piece("newest", "09:00", "Choir in the depot", CHOIR);
    publish(&desk, "a", &[newest, held]);
    publish(&desk, "b", &[]);
    refresh(&desk, &[]);
    assert_eq!(titles(&shown(&desk, "merged")), ["Choir in the depot"]);
    publish(&desk, "b", &[piece("copy", "10:00", title, LOCK)]);
    refresh(&desk, &[]);
    let items = shown(&desk, "merged");
    assert_eq!(titles(&items), ["Choir in the depot", title]);
    assert_eq!((items[1].source.as_str(), items[1].copies.len()), ("b", 0));
}

#[test]
fn a_flood_is_held_back_and_pushes_nobody_out() {
    let desk = Desk::new(&(source("a", "daily_items = 5") + &source("b", "") + OUTPUT));
    publish(&desk, "a", &dispatches("first", 8, 3));
    publish(&desk, "b", &dispatches("other", 8, 3));
    refresh(&desk, &[]);
    assert_eq!(count(&desk), 6);
    let flood = dispatches("flood", 9, 40);
    publish(&desk, "a", &flood);
    publish(&desk, "b", &dispatches("calm", 9, 10));
    refresh(&desk, &[]);
    let items = shown(&desk, "merged");
    let of = |prefix: &str| {
        items
            .iter()
            .filter(|item| item.title.starts_with(prefix))
            .count()
    };
    assert_eq!(
        (of("first"), of("flood"), of("other"), of("calm")),
        (3, 5, 3, 10)
    );
    assert!(told(&desk, &["explain", "flood-39"]).contains("held back"));
}
