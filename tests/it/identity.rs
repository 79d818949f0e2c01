//! Entries over the polls of a source, as readers and the operator see them: what is left out is told, `updated` moves with words alone,
//! and what comes late is seen. Which entries are one, `tests/corpus/identity` has.

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

const PAGE: &str = "https://board.example/all";

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
