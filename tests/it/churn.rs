//! GUIDs that do not last: nothing is published again, and it can be seen.

use serde_json::Value;

use crate::support::daemon::Desk;
use crate::support::releases::{Piece, Shown, file_source, piece, publish, refresh, shown, told};

const ENTRIES: usize = 200;

fn desk() -> Desk {
    Desk::new(&format!(
        "{}[[output]]\nid = \"merged\"\nmax_entries = 1000\n",
        file_source("a", "daily_items = 0")
    ))
}

/// Entries of a small paper, each with its own text, newest first.
fn archive(count: usize) -> Vec<Piece> {
    let places = [
        "the ferry",
        "the old weir",
        "the tram depot",
        "the upper lock",
        "the salt store",
        "the chapel",
        "the market",
    ];
    let people = ["Tolley", "Brandt", "Ferris", "Okafor", "Lindqvist"];
    let entry = |nth: usize| {
        let (place, name) = (places[nth % places.len()], people[nth % people.len()]);
        let title = format!("Notice {nth} on {place}, given by {name}");
        let body = format!(
            "<p>Whoever has business at {place} should know that {name} keeps the key on every day numbered {nth}, from the hour when the \
             mist lifts to the hour when the lamps are lit, and asks {} knocks.</p>",
            nth * 7 % 23
        );
        let time = format!("{:02}:{:02}", nth / 60, nth % 60);
        piece(&format!("old-{nth}"), &time, &title, &body)
            .linking(&format!("https://paper.example/?p={nth}"))
    };
    (0..count).rev().map(entry).collect()
}

/// Title and id.
fn items(desk: &Desk) -> Vec<(String, String, String)> {
    let items = shown(desk, "merged").into_iter();
    items
        .map(
            |Shown {
                 title, id, updated, ..
             }| (title, id, updated),
        )
        .collect()
}

fn row(desk: &Desk) -> Value {
    let rows: Value = serde_json::from_str(&told(desk, &["sources", "--json"])).expect("JSON");
    rows[0].clone()
}

/// Gives every entry another GUID, and what else its site has changed.
type Migration = fn(usize, Piece) -> Piece;

#[test]
fn a_site_that_was_migrated_publishes_nothing_again() {
    let cases: [(&str, Migration); 5] = [
        ("GUIDs", |_, piece| piece),
        ("scheme and www", |_, piece| {
            let url = piece.url.replace("https://", "http://www.");
            piece.linking(&url)
        }),
        ("host and path", |nth, piece| {
            piece.linking(&format!("https://new-paper.example/2024/notice-{nth}.html"))
        }),
        ("no links any more", |_, piece| piece.linking("")),
        ("host, path and house style", |nth, piece| Piece {
            body: piece
                .body
                .replace("</p>", " Printed by hand.</p>")
                .replace("should know", "must know"),
            ..piece.linking(&format!("https://new-paper.example/{nth}"))
        }),
    ];
    for (name, migrate) in cases {
        let desk = desk();
        let old = archive(ENTRIES);
        publish(&desk, "a", &old);
        refresh(&desk, &[]);
        let before = items(&desk);
        assert_eq!(before.len(), ENTRIES);
        let migrated: Vec<Piece> = old
            .into_iter()
            .enumerate()
            .map(|(nth, piece)| Piece {
                guid: format!("urn:example:{nth}"),
                ..migrate(nth, piece)
            })
            .collect();
        // One is really new.
        let fresh = piece(
            "urn:example:fresh",
            "23:00",
            "The paper has a new site",
            "<p>Have a look around and tell us.</p>",
        );
        publish(&desk, "a", &[&[fresh], migrated.as_slice()].concat());
        let said = refresh(&desk, &[]);
        let counted =
            format!("201 entries, 1 new, 0 changed, 0 duplicates, {ENTRIES} under another GUID");
        assert!(said.contains(&counted), "{name}: {said}");
        let mut after = items(&desk);
        after.retain(|(title, ..)| title != "The paper has a new site");
        assert_eq!(after, before, "{name}");
        assert_eq!(row(&desk)["renamed"], ENTRIES, "{name}");
        assert_eq!(row(&desk)["entries"], ENTRIES + 1, "{name}");
        let table = told(&desk, &["sources"]);
        assert!(table.contains("under another GUID: 200"), "{name}: {table}");
        // From now on they are known by these.
        let said = refresh(&desk, &["--force"]);
        assert!(
            said.contains("201 entries, 0 new, 0 changed, 0 duplicates\n"),
            "{name}: {said}"
        );
    }
}

#[test]
fn a_migration_is_logged() {
    let desk = Desk::new(&format!(
        "{}[[output]]\nid = \"merged\"\n",
        file_source("a", "every = \"1s\"")
    ));
    let mut pieces = archive(20);
    publish(&desk, "a", &pieces);
    let daemon = desk.start();
    daemon.until_logged(|event| event["new"] == 20);
    for piece in &mut pieces {
        piece.guid.insert_str(0, "again-");
    }
    publish(&desk, "a", &pieces);
    daemon.until_logged(|event| {
        event["renamed"] == 20 && event["new"] == 0 && event["source"] == "a"
    });
}

#[test]
fn guids_that_change_with_every_poll_publish_nothing_again() {
    let desk = desk();
    let mut before = None;
    for poll in 0..5 {
        let mut pieces = archive(30);
        for piece in &mut pieces {
            piece.guid = format!("session-{poll}-{}", piece.guid);
        }
        publish(&desk, "a", &pieces);
        let said = refresh(&desk, &[]);
        if poll > 0 {
            assert!(
                said.contains("0 new, 0 changed, 0 duplicates, 30 under another GUID"),
                "{said}"
            );
        }
        let now = items(&desk);
        assert_eq!(before.get_or_insert(now.clone()), &now, "{poll}");
    }
    assert_eq!(
        (&row(&desk)["entries"], &row(&desk)["renamed"]),
        (&30.into(), &120.into())
    );
}

/// What stands in the place of each GUID, and what is said of it.
#[test]
fn where_guids_tell_nothing_links_titles_and_dates_do_and_it_is_said() {
    let cases = [
        (
            "same",
            "10 entries share a GUID: told apart by link, title and date",
        ),
        ("", "10 entries have no GUID: told apart by link"),
        ("  ", "10 entries have no GUID: told apart by link"),
    ];
    for (guid, expected) in cases {
        let desk = desk();
        let mut pieces = archive(10);
        for piece in &mut pieces {
            guid.clone_into(&mut piece.guid);
        }
        publish(&desk, "a", &pieces);
        let line = refresh(&desk, &[]);
        assert!(
            line.contains("10 new") && line.contains(expected),
            "{guid:?}: {line}"
        );
        assert!(told(&desk, &["sources"]).contains(expected), "{guid:?}");
        assert_eq!(row(&desk)["message"], expected);
        let before = items(&desk);
        assert_eq!(before.len(), 10, "{guid:?}");
        // One is edited, one is new; the others are what they were.
        pieces[3].body = pieces[3].body.replace("mist lifts", "mist comes down");
        let mut more = archive(11);
        guid.clone_into(&mut more[0].guid);
        pieces.insert(0, more.swap_remove(0));
        publish(&desk, "a", &pieces);
        let line = refresh(&desk, &[]);
        assert!(
            line.contains("1 new, 1 changed, 0 duplicates:"),
            "{guid:?}: {line}"
        );
        let ids = |items: &[(String, String, String)]| -> Vec<String> {
            items.iter().map(|(_, id, _)| id.clone()).collect()
        };
        let after = items(&desk);
        assert_eq!(after.len(), 11, "{guid:?}");
        assert!(
            ids(&before).iter().all(|id| ids(&after).contains(id)),
            "{guid:?}"
        );
    }
}
