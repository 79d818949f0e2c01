//! `merge`, `split` and `explain`: a person's say, and why an entry is where it is.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::daemon::Desk;
use crate::support::releases::{
    CHOIR, LOCK, Piece, file_source, piece, publish, refresh, shown, titles, told,
};

const LOCK_TITLE: &str = "Upper lock at Haldenau closes for repairs";
const CHOIR_TITLE: &str = "Forty singers perform in the tram depot";

const SOURCES: [&str; 3] = ["a", "b", "c"];

fn configuration(output: &str) -> String {
    let sources = SOURCES.map(|id| file_source(id, "every = \"1s\"")).concat();
    format!("{sources}[[output]]\nid = \"merged\"\n{output}")
}

/// A desk whose source a has a release about the lock, and b this.
fn desk(b: Piece) -> Desk {
    let desk = Desk::new(&configuration(""));
    publish(&desk, "a", &[piece("lock", "09:00", LOCK_TITLE, LOCK)]);
    publish(&desk, "b", &[b]);
    publish(&desk, "c", &[]);
    refresh(&desk, &["a"]);
    refresh(&desk, &[]);
    desk
}

fn explained(desk: &Desk, words: &str) -> Value {
    serde_json::from_str(&told(desk, &["explain", words, "--json"])).expect("JSON")
}

/// Lets everything happen that may come after: polls, edits, a daemon, changed rules, all sources at once.
fn live_on(desk: &Desk, b: &[Piece], is_as_ruled: impl Fn(&str)) {
    refresh(desk, &["--force"]);
    is_as_ruled("asked again");
    publish(desk, "b", b);
    refresh(desk, &[]);
    is_as_ruled("edited");
    let daemon = desk.start();
    daemon.until("/merged.json", |answer| answer.status == 200);
    is_as_ruled("beside a daemon");
    assert_eq!(daemon.stop(), Some(0));
    for rule in [
        "exclude = [\"nothing of this\"]\n",
        "duplicates = \"exact\"\n",
        "",
    ] {
        desk.configure(&configuration(rule));
        is_as_ruled(rule);
    }
}

#[test]
fn what_a_person_merges_stays_one() {
    let desk = desk(piece("choir", "10:00", CHOIR_TITLE, CHOIR));
    let before = shown(&desk, "merged");
    let lock = before
        .iter()
        .find(|item| item.title == LOCK_TITLE)
        .expect("it is shown");
    assert_eq!(before.len(), 2);
    let said = told(&desk, &["merge", "lock", "https://choir.example/page"]);
    assert!(
        said.contains("2 entries") && said.contains("by hand"),
        "{said}"
    );
    let is_one = |when: &str| {
        let items = shown(&desk, "merged");
        assert_eq!(items.len(), 1, "{when}: {items:?}");
        assert_eq!(items[0].id, lock.id, "{when}");
        assert_eq!(items[0].copies.len(), 1, "{when}");
    };
    is_one("merged");
    let edited = piece(
        "choir",
        "10:00",
        CHOIR_TITLE,
        &CHOIR.replace("Sunday", "Monday"),
    );
    live_on(&desk, &[edited], is_one);
    // Its copies come with it.
    publish(&desk, "c", &[piece("copy", "10:30", CHOIR_TITLE, CHOIR)]);
    refresh(&desk, &[]);
    let items = shown(&desk, "merged");
    assert_eq!((items.len(), items[0].copies.len()), (1, 2), "{items:?}");
    let again = desk.run(&["merge", "lock", "choir"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("one release already"));
}

#[test]
fn what_a_person_parts_stays_two() {
    let desk = desk(piece("mirrored", "10:00", LOCK_TITLE, LOCK));
    let before = shown(&desk, "merged");
    assert_eq!((before.len(), before[0].copies.len()), (1, 1));
    told(&desk, &["split", "mirrored"]);
    let parted = shown(&desk, "merged");
    assert_eq!(parted.len(), 2);
    let is_two = |when: &str| {
        let items = shown(&desk, "merged");
        let ids = |items: &[crate::support::releases::Shown]| {
            let mut ids: Vec<String> = items.iter().map(|item| item.id.clone()).collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(&items), ids(&parted), "{when}");
        assert!(ids(&items).contains(&before[0].id), "{when}");
    };
    let polished = LOCK.replace("found", "discovered");
    let edited = piece("mirrored", "10:00", LOCK_TITLE, &polished);
    live_on(&desk, &[edited], is_two);
    // Back to the very text; under another GUID; and a copy of both, which joins one and merges nothing.
    publish(&desk, "b", &[piece("mirrored", "10:00", LOCK_TITLE, LOCK)]);
    refresh(&desk, &[]);
    is_two("the same text again");
    let renamed =
        piece("renamed", "10:00", LOCK_TITLE, LOCK).linking("https://mirrored.example/page");
    publish(&desk, "b", &[renamed]);
    assert!(refresh(&desk, &[]).contains("0 new"));
    is_two("under another GUID");
    publish(&desk, "c", &[piece("copy", "10:30", LOCK_TITLE, LOCK)]);
    refresh(&desk, &[]);
    is_two("a copy of both");
    let again = desk.run(&["split", "renamed"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("release of its own already"));
    // And one again, if a person says so.
    told(&desk, &["merge", "lock", "renamed"]);
    assert_eq!(shown(&desk, "merged").len(), 1);
}

#[test]
fn the_first_of_a_story_can_be_parted_from_its_copies() {
    for guid in ["lock", "tag:lock.example,2024:1"] {
        let desk = Desk::new(&configuration(""));
        let first = piece("lock", "09:00", LOCK_TITLE, LOCK);
        publish(
            &desk,
            "a",
            &[Piece {
                guid: guid.to_owned(),
                ..first
            }],
        );
        publish(&desk, "b", &[piece("mirrored", "10:00", LOCK_TITLE, LOCK)]);
        let polished = LOCK.replace("found", "discovered");
        publish(&desk, "c", &[piece("copy", "10:30", LOCK_TITLE, &polished)]);
        for source in SOURCES {
            refresh(&desk, &[source]);
        }
        let before = shown(&desk, "merged");
        assert_eq!((before.len(), before[0].copies.len()), (1, 2));
        told(&desk, &["split", guid]);
        let items = shown(&desk, "merged");
        let copies: BTreeMap<&str, usize> = items
            .iter()
            .map(|item| (item.source.as_str(), item.copies.len()))
            .collect();
        assert_eq!(copies, [("a", 0), ("b", 1)].into(), "{guid}: {items:?}");
        let kept = items.iter().filter(|item| item.id == before[0].id);
        assert_eq!(kept.count(), 1, "{guid}: its item stays");
        assert_ne!(items[0].id, items[1].id);
        let entries = explained(&desk, "mirrored")["story"]["entries"].clone();
        let entries = entries.as_array().expect("entries").iter();
        let relations: Vec<&Value> = entries.map(|entry| &entry["relation"]).collect();
        assert_eq!(relations, ["first", "same"], "{guid}");
        assert_eq!(explained(&desk, guid)["entry"]["relation"], "first");
    }
}

/// A reworded copy in b, and outputs that see it otherwise.
fn copied() -> Desk {
    let reworded = LOCK.replace("before the autumn", "by late summer");
    let desk = desk(piece(
        "mirrored",
        "10:00",
        "Haldenau lock closes for repairs",
        &reworded,
    ));
    desk.configure(&configuration(
        "[[output]]\nid = \"none\"\nexclude = [\"lock\"]\n[[output]]\nid = \"other\"\nsources = [\"c\"]\n[[output]]\nid = \"exact\"\nduplicates = \"exact\"\n",
    ));
    desk
}

#[test]
fn explain_says_story_layer_score_passages_and_each_outputs_rule() {
    let told_json = explained(&copied(), "mirrored");
    assert_eq!(told_json["entry"]["layer"], "near");
    assert_eq!(told_json["entry"]["relation"], "same");
    let entries = told_json["story"]["entries"].as_array().expect("entries");
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[1]["matched"], entries[0]["id"]);
    let passages = &entries[1]["passages"];
    assert!(
        passages["shared"].to_string().contains("divers found"),
        "{passages:#}"
    );
    assert_eq!(passages["differing"][0]["matched"], "before the autumn,");
    assert_eq!(passages["differing"][0]["own"], "by late summer,");
    let outputs: Vec<(&str, bool)> = told_json["outputs"]
        .as_array()
        .expect("outputs")
        .iter()
        .map(|output| {
            (
                output["output"].as_str().expect("an id"),
                output["kept"] == true,
            )
        })
        .collect();
    assert_eq!(
        outputs,
        [
            ("merged", true),
            ("none", false),
            ("other", false),
            ("exact", true)
        ]
    );
    assert_eq!(told_json["outputs"][0]["shown"], entries[0]["id"]);
    assert_eq!(told_json["outputs"][3]["shown"], entries[1]["id"]);
}

#[test]
fn explain_says_the_same_in_words() {
    let text = told(&copied(), &["explain", "mirrored"]);
    let expected = [
        "entry 2 of b: Haldenau lock closes for repairs",
        "2 entries",
        "by near 0.",
        "with entry 1",
        "before the autumn",
        "by late summer",
        "kept: it is a copy: entry 1 of a is shown",
        "dropped: its source b is not among the output's",
        "\"lock\"",
        "kept: it is shown",
    ];
    for words in expected {
        assert!(text.contains(words), "{words}: {text}");
    }
}

/// What is meant, and what is found: the entry, or what is said instead.
#[test]
fn an_entry_is_named_by_number_guid_url_id_or_title() {
    let desk = desk(piece("choir", "10:00", CHOIR_TITLE, CHOIR));
    publish(
        &desk,
        "c",
        &[
            piece("choir", "11:00", "Another choir", "<p>Something else.</p>")
                .linking("https://other.example/x"),
        ],
    );
    refresh(&desk, &[]);
    let id = shown(&desk, "merged")
        .into_iter()
        .find(|item| item.title == LOCK_TITLE)
        .expect("it is shown")
        .id;
    for words in [
        "1",
        "lock",
        "http://www.lock.example/page/?utm_source=x",
        &id,
        "upper LOCK",
    ] {
        assert_eq!(explained(&desk, words)["entry"]["id"], 1, "{words}");
        assert!(
            told(&desk, &["explain", words]).starts_with("entry 1 of a"),
            "{words}"
        );
    }
    let refused = [
        (
            "choir",
            vec!["several entries", "b: Forty singers", "c: Another choir"],
        ),
        ("nobody knows this", vec!["no stored entry"]),
        ("999", vec!["no stored entry"]),
        ("", vec!["no stored entry"]),
        ("https://nowhere.example/", vec!["no stored entry"]),
    ];
    for (words, expected) in refused {
        for command in [
            vec!["explain", words],
            vec!["explain", words, "--json"],
            vec!["split", words],
            vec!["merge", "lock", words],
            vec!["merge", words, "lock"],
        ] {
            let ended = desk.run(&command);
            assert_eq!(ended.status.code(), Some(1), "{command:?}");
            assert!(ended.stdout.is_empty(), "{command:?}");
            let said = String::from_utf8_lossy(&ended.stderr);
            for part in &expected {
                assert!(said.contains(part), "{command:?}: {said}");
            }
        }
    }
    for usage in [vec!["explain"], vec!["merge", "lock"], vec!["split"]] {
        assert_eq!(desk.run(&usage).status.code(), Some(2), "{usage:?}");
    }
    assert_eq!(titles(&shown(&desk, "merged")).len(), 3, "nothing was done");
}

/// Some publishers number their entries as we do.
#[test]
fn a_number_names_the_entry_that_has_it() {
    let desk = desk(piece("1", "10:00", CHOIR_TITLE, CHOIR));
    let lock = told(&desk, &["explain", "1"]);
    assert!(lock.contains(LOCK_TITLE), "{lock}");
    let said = told(&desk, &["withdraw", "1"]);
    assert!(said.contains(LOCK_TITLE), "{said}");
    assert_eq!(titles(&shown(&desk, "merged")), [CHOIR_TITLE]);
}
