//! Entries over the polls of a source: none takes over another, none returns as new, `updated` moves with words alone, and what
//! comes late is seen.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::daemon::Desk;
use crate::support::releases::{Piece, file_source, publish, refresh, told};

const OUTPUT: &str = "[[output]]\nid = \"all\"\nduplicates = \"off\"\nmax_entries = 1000\n";

fn desk(keys: &str) -> Desk {
    Desk::new(&(file_source("a", keys) + OUTPUT))
}

/// GUID, link, title, text, and the day in March 2024; 0: no date.
type Row = (&'static str, &'static str, &'static str, &'static str, u32);

fn pieces(rows: &[Row]) -> Vec<Piece> {
    let piece = |(guid, url, title, body, day): &Row| Piece {
        guid: (*guid).to_owned(),
        url: (*url).to_owned(),
        title: (*title).to_owned(),
        body: (*body).to_owned(),
        published: match day {
            0 => String::new(),
            day => format!("2024-03-{day:02}T06:00:00Z"),
        },
        sound: None,
    };
    rows.iter().map(piece).collect()
}

fn items(desk: &Desk) -> Vec<Value> {
    desk.json("all")["items"].as_array().expect("items").clone()
}

/// Id and title.
fn named(items: &[Value]) -> BTreeSet<(String, String)> {
    let field = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    items
        .iter()
        .map(|item| (field(item, "id"), field(item, "title")))
        .collect()
}

const BULLETIN: &str =
    "All that you need to know this morning, in ten minutes, from our newsroom in the harbour.";
const REPAIR: &str =
    "Open house in the workshop tonight at seven, bring what is broken and we mend it together.";
const PAGE: &str = "https://board.example/all";

/// What it is, the documents of a source one after the other, and how many entries the source has after each.
type History = (&'static str, &'static [&'static [Row]], &'static [usize]);

const HISTORIES: &[History] = &[
    (
        "a bulletin under one standing link",
        &[
            &[("b1", PAGE, "Bulletin", BULLETIN, 1)],
            &[("b2", PAGE, "Bulletin", BULLETIN, 2)],
            &[("b3", PAGE, "Bulletin", BULLETIN, 3)],
        ],
        &[1, 2, 3],
    ),
    (
        "one notice a day, without a GUID",
        &[
            &[("", PAGE, "Ferry stops", "The pier.", 1)],
            &[("", PAGE, "Bakery closed", "The oven.", 2)],
            &[("", PAGE, "Bus runs", "Half hourly.", 3)],
        ],
        &[1, 2, 3],
    ),
    (
        "one GUID for whatever is new",
        &[
            &[("now", PAGE, "Ferry stops", "The pier.", 1)],
            &[("now", PAGE, "Bakery closed", "The oven.", 2)],
            &[("now", PAGE, "Bus runs", "Half hourly.", 3)],
        ],
        &[1, 2, 3],
    ),
    (
        "an edited notice",
        &[
            &[("", PAGE, "Ferry stops", "The pier.", 1)],
            &[("", PAGE, "Ferry stops early", "The pier.", 1)],
            &[("", PAGE, "Ferry stops early", "The north pier.", 1)],
        ],
        &[1, 1, 1],
    ),
    (
        "GUIDs that change with every request",
        &[
            &[
                ("1a", PAGE, "v2", "A crash", 0),
                ("1b", "https://board.example/b", "v1", "Search", 0),
            ],
            &[
                ("2a", PAGE, "v2", "A crash", 0),
                ("2b", "https://board.example/b", "v1", "Search", 0),
            ],
            &[
                ("3a", PAGE, "v2", "A crash", 0),
                ("3b", "https://board.example/b", "v1", "Search", 0),
            ],
        ],
        &[2, 2, 2],
    ),
    (
        "links that carry the time of the request",
        &[
            &[("", "https://board.example/a?now=1", "v2", "", 1)],
            &[("", "https://board.example/a?now=2", "v2", "", 1)],
        ],
        &[1, 1],
    ),
    (
        "a shared GUID that is alone later",
        &[
            &[
                ("g", PAGE, "Road closed", "Until Friday.", 0),
                ("g", PAGE, "Library late", "At eleven.", 0),
            ],
            &[("g", PAGE, "Library late", "At eleven.", 0)],
            &[
                ("g", PAGE, "Market moved", "All week.", 0),
                ("g", PAGE, "Library late", "At eleven.", 0),
            ],
        ],
        &[2, 2, 3],
    ),
    (
        "a notice that returns",
        &[
            &[("a1", "https://board.example/1", "Repair evening", REPAIR, 1)],
            &[(
                "a2",
                "https://board.example/2",
                "Road closed",
                "Until Friday.",
                6,
            )],
            &[("a3", "https://board.example/3", "Repair evening", REPAIR, 8)],
        ],
        &[1, 2, 3],
    ),
    (
        "an edit that moves the date",
        &[
            &[(
                "",
                "",
                "v2",
                "The parser takes comments and is faster. Known trouble: 1.",
                1,
            )],
            &[(
                "",
                "",
                "v2",
                "The parser takes comments and is faster. Known trouble: 2.",
                2,
            )],
            &[(
                "",
                "",
                "v2",
                "The parser takes comments and is faster. Known trouble: 3.",
                3,
            )],
        ],
        &[1, 1, 1],
    ),
    (
        "one page with fragments",
        &[
            &[("", "https://board.example/all#1", "One", "x", 1)],
            &[
                ("", "https://board.example/all#2", "Two", "y", 1),
                ("", "https://board.example/all#1", "One", "x", 1),
            ],
        ],
        &[1, 2],
    ),
    (
        "an entry that stands there twice",
        &[
            &[("g", PAGE, "Ferry", "x", 1), ("g", PAGE, "Ferry", "x", 1)],
            &[("g", PAGE, "Ferry", "x", 1)],
        ],
        &[1, 1],
    ),
];

/// Titles that their publisher edits, and what they become.
const RETITLED: [(&str, &str); 1] = [("Ferry stops", "Ferry stops early")];

#[test]
fn no_entry_takes_over_another_and_none_returns_as_new() {
    for &(name, polls, counts) in HISTORIES {
        let desk = desk("");
        let mut before: BTreeSet<(String, String)> = BTreeSet::new();
        assert_eq!(polls.len(), counts.len(), "{name}");
        for (poll, count) in polls.iter().zip(counts) {
            publish(&desk, "a", &pieces(poll));
            refresh(&desk, &[]);
            let after = named(&items(&desk));
            assert_eq!(after.len(), *count, "{name}: {after:?}");
            for (id, title) in &before {
                let now = after.iter().find(|(other, _)| other == id);
                let now = now.unwrap_or_else(|| panic!("{name}: {title} is gone: {after:?}"));
                let is_kept =
                    now.1 == *title || RETITLED.contains(&(title.as_str(), now.1.as_str()));
                assert!(is_kept, "{name}: {title} has become {}", now.1);
            }
            before = after;
            let said = told(&desk, &["refresh", "--force"]);
            assert!(said.contains("0 new, 0 changed"), "{name}: {said}");
        }
    }
}

#[test]
fn what_is_left_out_is_told() {
    let desk = desk("");
    let row = ("g", PAGE, "Ferry", "x", 1);
    publish(&desk, "a", &pieces(&[row, row, row]));
    let said = refresh(&desk, &[]);
    assert!(
        said.contains("1 new") && said.contains("2 repeated entries left out, such as: \"Ferry\""),
        "{said}"
    );
}

/// What the operator says, and how many entries there are then.
#[test]
fn the_operator_says_what_tells_entries_apart() {
    for (keys, count) in [
        ("", 3),
        ("identity = \"guid\"", 1),
        ("identity = \"link\"", 2),
        ("identity = \"title\"", 2),
    ] {
        let desk = desk(keys);
        let feed = [
            ("g", PAGE, "Ferry", "x", 1),
            ("g", PAGE, "Pier", "y", 2),
            ("g", "https://board.example/b", "FERRY", "z", 3),
        ];
        publish(&desk, "a", &pieces(&feed));
        refresh(&desk, &[]);
        let found = items(&desk);
        assert_eq!(found.len(), count, "{keys}");
        let said = told(&desk, &["refresh", "--force"]);
        assert!(said.contains("0 new, 0 changed"), "{keys}: {said}");
    }
}

/// What is said of an entry before and after, and whether that is an edit.
#[test]
fn updated_moves_when_words_change() {
    let cases = [
        (
            "a pixel",
            "Text. <img src=\"https://x.example/p.gif?r=1\">",
            "Text. <img src=\"https://x.example/p.gif?r=2\">",
            false,
        ),
        (
            "a counter",
            "Text. 1267 views. Posted 4 hours ago.",
            "Text. 1284 views. Posted 5 hours ago.",
            false,
        ),
        (
            "an empty box",
            "<p>Text.</p>",
            "<div></div><p>Text.</p>",
            false,
        ),
        (
            "a link's query",
            "<a href=\"https://x.example/?s=1\">Text</a>",
            "<a href=\"https://x.example/?s=2\">Text</a>",
            false,
        ),
        (
            "a corrected toll",
            "The toll rises to 14 in May.",
            "The toll rises to 16 in May.",
            true,
        ),
        ("a word", "The pier is shut.", "The pier is open.", true),
    ];
    for (name, before, after, is_edit) in cases {
        let desk = desk("");
        publish(&desk, "a", &pieces(&[("g", PAGE, "Report", before, 1)]));
        refresh(&desk, &[]);
        let old = items(&desk);
        publish(&desk, "a", &pieces(&[("g", PAGE, "Report", after, 1)]));
        let said = refresh(&desk, &[]);
        let new = items(&desk);
        assert_eq!(new[0]["id"], old[0]["id"], "{name}");
        assert_eq!(
            new[0]["date_modified"] != old[0]["date_modified"],
            is_edit,
            "{name}"
        );
        assert!(
            said.contains(&format!("0 new, {} changed", u8::from(is_edit))),
            "{name}: {said}"
        );
        let is_shown = new[0]["content_html"] != old[0]["content_html"];
        assert!(
            is_shown || name == "an empty box",
            "{name}: the new bytes are shown"
        );
    }
}

#[test]
fn what_comes_late_is_seen() {
    let wire: Vec<Row> = vec![
        ("w3", "", "Wire 3", "x", 9),
        ("w2", "", "Wire 2", "x", 8),
        ("w1", "", "Wire 1", "x", 7),
    ];
    let desk = Desk::new(&format!(
        "{}{}[[output]]\nid = \"all\"\nmax_entries = 3\nmax_age = \"1d\"\n[[output]]\nid = \"old\"\nmax_entries = 3\n",
        file_source("a", ""),
        file_source("wire", "")
    ));
    publish(&desk, "wire", &pieces(&wire));
    publish(
        &desk,
        "a",
        &pieces(&[("m1", "", "Last week", "Nothing new.", 1)]),
    );
    refresh(&desk, &[]);
    publish(
        &desk,
        "a",
        &pieces(&[
            ("m2", "", "Medicine recalled", "Batch 17.", 5),
            ("m1", "", "Last week", "Nothing new.", 1),
        ]),
    );
    refresh(&desk, &[]);
    for output in ["all", "old"] {
        let first = &desk.json(output)["items"][0];
        assert_eq!(first["title"], "Medicine recalled", "{output}");
        assert_eq!(first["date_published"], "2024-03-05T06:00:00Z", "{output}");
    }
    let explained: Value =
        serde_json::from_str(&told(&desk, &["explain", "m2", "--json"])).expect("JSON");
    let outputs = explained["outputs"].as_array().expect("outputs");
    assert!(
        outputs.iter().all(|output| output["in_document"] == true),
        "{explained}"
    );
}

#[test]
fn an_entry_is_found_by_a_guid_or_link_with_a_fragment() {
    let desk = desk("");
    let feed = [
        (
            "https://board.example/all#1",
            "https://board.example/all",
            "One",
            "x",
            1,
        ),
        (
            "https://board.example/all#2",
            "https://board.example/all",
            "Two",
            "y",
            2,
        ),
        ("", "https://board.example/more#3", "Three", "z", 3),
        ("", "https://board.example/more#4", "Four", "z", 4),
    ];
    publish(&desk, "a", &pieces(&feed));
    refresh(&desk, &[]);
    for (words, title) in [
        ("https://board.example/all#2", "Two"),
        ("https://board.example/more#3", "Three"),
    ] {
        let explained: Value =
            serde_json::from_str(&told(&desk, &["explain", words, "--json"])).expect("JSON");
        assert_eq!(explained["entry"]["title"], title, "{words}");
    }
}
