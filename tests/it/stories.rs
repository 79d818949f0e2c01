//! Stories through the real binary: which version is shown, whose copy, and under which id, in whatever order they come.

use serde_json::Value;

use crate::support::cases::orders;
use crate::support::daemon::Desk;
use crate::support::releases::{
    BRUECKE, CHOIR, LOCK, Shown, file_source, piece, publish, refresh, shown, titles, told,
};

const TITLE: &str = "Upper lock at Haldenau closes for repairs";

fn desk(sources: &[(&str, &str)], outputs: &str) -> Desk {
    let sources: String = sources
        .iter()
        .map(|(id, keys)| file_source(id, keys))
        .collect();
    Desk::new(&format!("{sources}{outputs}"))
}

const REPLACE: &str = "[[output]]\nid = \"merged\"\n";
const ANNOUNCE: &str = "[[output]]\nid = \"announced\"\nupdates = \"announce\"\n";

/// The same text with another number.
fn recounted(body: &str) -> String {
    let recounted = body
        .replace("14 cracks", "17 cracks")
        .replace("85000", "95000");
    assert_ne!(recounted, body);
    recounted
}

#[test]
fn a_version_that_says_so_replaces_in_place_or_is_announced() {
    let cases = [
        ("UPDATE 1-", TITLE, LOCK),
        ("CORRECTED-", TITLE, LOCK),
        ("Correction: ", TITLE, LOCK),
        (
            "KORREKTUR: ",
            "Holzbrücke über die Sille wird gesperrt",
            BRUECKE,
        ),
        (
            "Aktualisiert: ",
            "Holzbrücke über die Sille wird gesperrt",
            BRUECKE,
        ),
    ];
    for (mark, title, body) in cases {
        for own in [true, false] {
            let desk = desk(&[("a", ""), ("b", "")], &format!("{REPLACE}{ANNOUNCE}"));
            let first = piece("first", "10:00", title, body);
            publish(&desk, "a", std::slice::from_ref(&first));
            publish(&desk, "b", &[]);
            refresh(&desk, &[]);
            let before = shown(&desk, "merged");
            let newer = piece(
                "second",
                "12:00",
                &format!("{mark}{title}"),
                &recounted(body),
            );
            match own {
                true => publish(&desk, "a", &[newer.clone(), first]),
                false => publish(&desk, "b", std::slice::from_ref(&newer)),
            }
            refresh(&desk, &[]);
            let after = shown(&desk, "merged");
            assert_eq!(titles(&after), [newer.title.as_str()], "{mark} {own}");
            assert_eq!(after[0].id, before[0].id, "{mark} {own}");
            assert!(after[0].updated > before[0].updated, "{mark} {own}");
            assert_eq!(after[0].copies, [("a".to_owned(), "first".to_owned())]);
            let announced = shown(&desk, "announced");
            let mut expected = [newer.title.as_str(), title];
            expected.sort_unstable();
            assert_eq!(titles(&announced), expected, "{mark} {own}");
            assert_ne!(announced[0].id, announced[1].id, "{mark} {own}");
            let old = announced.iter().find(|item| item.title == title);
            assert_eq!(old.map(|item| &item.id), Some(&before[0].id));
        }
    }
}

#[test]
fn an_older_version_that_comes_later_is_not_shown() {
    let desk = desk(&[("a", ""), ("b", "priority = 10"), ("c", "")], REPLACE);
    let newer = piece(
        "newer",
        "12:00",
        &format!("UPDATE 1-{TITLE}"),
        &recounted(LOCK),
    );
    publish(&desk, "a", std::slice::from_ref(&newer));
    publish(&desk, "b", &[]);
    publish(&desk, "c", &[]);
    refresh(&desk, &[]);
    let before = shown(&desk, "merged");
    // Not even where its source is preferred, nor a copy of it.
    publish(&desk, "b", &[piece("older", "10:00", TITLE, LOCK)]);
    refresh(&desk, &[]);
    let copy = format!("{LOCK}<p>More words make no newer version of it.</p>");
    publish(&desk, "c", &[piece("copy", "10:30", TITLE, &copy)]);
    refresh(&desk, &[]);
    let after = shown(&desk, "merged");
    assert_eq!(titles(&after), [newer.title.as_str()]);
    assert_eq!(after[0].id, before[0].id);
    let relations = [("b", "first"), ("c", "same")];
    let relations = relations.map(|(source, relation)| (source.to_owned(), relation.to_owned()));
    assert_eq!(after[0].copies, relations);
    let explained: Value =
        serde_json::from_str(&told(&desk, &["explain", "newer", "--json"])).expect("JSON");
    assert_eq!(explained["entry"]["relation"], "update");
}

/// What the edit is, its headline and text, and whether it is another version.
#[test]
fn an_edit_in_place_keeps_the_id_and_is_announced_where_it_is_more_than_polish() {
    let cases = [
        (
            "polish",
            TITLE.to_owned(),
            LOCK.replace("found", "discovered"),
            false,
        ),
        ("a number", TITLE.to_owned(), recounted(LOCK), true),
        (
            "a mark",
            format!("CORRECTED-{TITLE}"),
            LOCK.to_owned(),
            true,
        ),
        (
            "a headline",
            "Haldenau lock shut".to_owned(),
            LOCK.to_owned(),
            false,
        ),
    ];
    for (name, title, body, is_version) in cases {
        let desk = desk(
            &[("a", "priority = 1"), ("b", "")],
            &format!("{REPLACE}{ANNOUNCE}"),
        );
        publish(&desk, "a", &[piece("one", "10:00", TITLE, LOCK)]);
        publish(&desk, "b", &[piece("copy", "10:10", TITLE, LOCK)]);
        refresh(&desk, &[]);
        let before = [shown(&desk, "merged"), shown(&desk, "announced")];
        publish(&desk, "a", &[piece("one", "10:00", &title, &body)]);
        let said = refresh(&desk, &[]);
        assert!(said.contains("0 new, 1 changed"), "{name}: {said}");
        let after = [shown(&desk, "merged"), shown(&desk, "announced")];
        assert_eq!(titles(&after[0]), [title.as_str()], "{name}");
        assert_eq!(after[0][0].id, before[0][0].id, "{name}");
        assert!(after[0][0].updated > before[0][0].updated, "{name}");
        assert_eq!(after[1].len(), 1 + usize::from(is_version), "{name}");
        let ids: Vec<&String> = after[1].iter().map(|item| &item.id).collect();
        assert!(ids.contains(&&before[1][0].id), "{name}");
    }
}

#[test]
fn an_edit_into_another_release_leaves_the_former_one_to_its_copies() {
    let desk = desk(&[("a", "priority = 1"), ("b", "")], REPLACE);
    publish(&desk, "a", &[piece("top", "10:00", TITLE, LOCK)]);
    publish(&desk, "b", &[piece("copy", "10:10", TITLE, LOCK)]);
    refresh(&desk, &[]);
    let before = shown(&desk, "merged");
    assert_eq!(titles(&before), [TITLE]);
    let other = "Holzbrücke über die Sille wird gesperrt";
    publish(&desk, "a", &[piece("top", "10:00", other, BRUECKE)]);
    refresh(&desk, &[]);
    let after = shown(&desk, "merged");
    let id = |title: &str| {
        let mut items = after.iter();
        items.find(|item| item.title == title).map(|item| &item.id)
    };
    assert_eq!(after.len(), 2, "{after:?}");
    assert_eq!(id(other), Some(&before[0].id));
    assert!(id(TITLE).is_some());
}

#[test]
fn the_newest_version_is_shown_in_whatever_order_they_come() {
    let versions = [
        ("a", "10:00", String::new(), LOCK.to_owned()),
        ("b", "12:00", "UPDATE 1-".to_owned(), recounted(LOCK)),
        (
            "c",
            "14:00",
            "UPDATE 2-".to_owned(),
            recounted(LOCK).replace("six weeks", "8 weeks"),
        ),
    ];
    for own in [true, false] {
        for order in orders(&[0, 1, 2]) {
            let desk = desk(
                &[("a", ""), ("b", ""), ("c", "")],
                &format!("{REPLACE}{ANNOUNCE}"),
            );
            let mut feed = Vec::new();
            let mut id = None;
            for nth in order.iter().copied() {
                let (source, time, mark, body) = &versions[nth];
                let version = piece(source, time, &format!("{mark}{TITLE}"), body);
                let source = if own { "a" } else { source };
                feed.insert(0, version.clone());
                let document = if own {
                    feed.as_slice()
                } else {
                    std::slice::from_ref(&version)
                };
                publish(&desk, source, document);
                refresh(&desk, &[source]);
                let now = shown(&desk, "merged");
                assert_eq!(now.len(), 1, "{own} {order:?}: {now:?}");
                assert_eq!(
                    id.get_or_insert(now[0].id.clone()),
                    &now[0].id,
                    "{own} {order:?}"
                );
            }
            let last = shown(&desk, "merged");
            assert_eq!(
                titles(&last),
                [format!("UPDATE 2-{TITLE}")],
                "{own} {order:?}"
            );
            let mut relations: Vec<&str> = last[0]
                .copies
                .iter()
                .map(|(_, relation)| relation.as_str())
                .collect();
            relations.sort_unstable();
            assert_eq!(relations, ["first", "update"], "{own} {order:?}");
            // What is older than the one that was shown first is no news.
            let announced = shown(&desk, "announced");
            assert_eq!(
                announced.len(),
                3 - order[0],
                "{own} {order:?}: {announced:?}"
            );
        }
    }
}

/// Strictness, and how many copies each item names: of a release, its exact copy, its near copy, an exact copy of that, and
/// of another release.
#[test]
fn an_output_chooses_what_counts_as_a_duplicate() {
    let cases: [(&str, &[usize]); 3] = [
        ("near", &[0, 3]),
        ("exact", &[0, 1, 1]),
        ("off", &[0, 0, 0, 0, 0]),
    ];
    let outputs = cases.map(|(strictness, _)| {
        format!("[[output]]\nid = \"{strictness}\"\nduplicates = \"{strictness}\"\n")
    });
    let sources = [("a", ""), ("b", ""), ("c", ""), ("d", "")];
    let desk = desk(&sources, &outputs.concat());
    let near = LOCK.replace("found", "discovered");
    publish(
        &desk,
        "a",
        &[
            piece("a1", "10:00", TITLE, LOCK),
            piece("a2", "10:00", "Choir", CHOIR),
        ],
    );
    publish(&desk, "b", &[piece("b1", "10:05", TITLE, LOCK)]);
    publish(&desk, "c", &[piece("c1", "10:10", TITLE, &near)]);
    publish(&desk, "d", &[piece("d1", "10:15", TITLE, &near)]);
    for source in ["a", "b", "c", "d"] {
        refresh(&desk, &[source]);
    }
    for (strictness, expected) in cases {
        let items = shown(&desk, strictness);
        let mut copies: Vec<usize> = items.iter().map(|item| item.copies.len()).collect();
        copies.sort_unstable();
        assert_eq!(copies, expected, "{strictness}: {items:?}");
    }
}

/// Name; of each source its priority, text and time; the source shown.
type Case<'a> = (&'a str, [(i64, &'a str, &'a str); 3], &'a str);

#[test]
fn whose_copy_is_shown_follows_from_the_members_not_from_arrival() {
    let longer = format!("{LOCK}<p>The board keeps a list of pilots who wait at the weir.</p>");
    let shorter = LOCK.split("<p>Masters").next().expect("a part").to_owned();
    let cases: [Case<'_>; 3] = [
        (
            "priority before completeness",
            [
                (0, &longer, "10:00"),
                (5, &shorter, "11:00"),
                (-5, LOCK, "09:00"),
            ],
            "b",
        ),
        (
            "completeness before the date",
            [
                (0, LOCK, "09:00"),
                (0, &shorter, "08:00"),
                (0, &longer, "11:00"),
            ],
            "c",
        ),
        (
            "of equals the first published",
            [
                (1, LOCK, "11:00"),
                (1, LOCK, "09:30"),
                (0, &longer, "08:00"),
            ],
            "b",
        ),
    ];
    for (name, sources, expected) in cases {
        for order in orders(&[0, 1, 2]) {
            let last = arrived(name, sources, &order);
            assert_eq!(last.source, expected, "{name} {order:?}: {last:?}");
            let copies = last.copies.iter().map(|(source, _)| source.as_str());
            let mut all: Vec<&str> = copies.chain([expected]).collect();
            all.sort_unstable();
            assert_eq!(all, ["a", "b", "c"], "{name} {order:?}");
        }
    }
}

/// The one item when all have come in this order; its id was the same from the first on.
fn arrived(name: &str, sources: [(i64, &str, &str); 3], order: &[usize]) -> Shown {
    let ids = ["a", "b", "c"];
    let keys = sources.map(|(priority, _, _)| format!("priority = {priority}"));
    let listed: Vec<(&str, &str)> = ids
        .into_iter()
        .zip(keys.iter().map(String::as_str))
        .collect();
    let desk = desk(&listed, REPLACE);
    let mut id = None;
    let mut last = None;
    for nth in order.iter().copied() {
        let (_, body, time) = sources[nth];
        publish(&desk, ids[nth], &[piece(ids[nth], time, TITLE, body)]);
        refresh(&desk, &[ids[nth]]);
        let mut now = shown(&desk, "merged");
        assert_eq!(now.len(), 1, "{name} {order:?}: {now:?}");
        assert_eq!(
            id.get_or_insert(now[0].id.clone()),
            &now[0].id,
            "{name} {order:?}"
        );
        last = now.pop();
    }
    last.expect("one arrived")
}

const MIRRORED: &str = "https://agency.example/releases/lock?utm_source=mirror";

/// A release of a with a copy under its address in b and a reworded one in c.
fn syndicated() -> Desk {
    let outputs = format!("{REPLACE}[[output]]\nid = \"also\"\nalso_in = true\n");
    let desk = desk(&[("a", "priority = 1"), ("b", ""), ("c", "")], &outputs);
    let page = "https://agency.example/releases/lock";
    publish(
        &desk,
        "a",
        &[piece("a1", "10:00", TITLE, LOCK).linking(page)],
    );
    let shorter = LOCK.split("<p>Masters").next().expect("a part");
    publish(
        &desk,
        "b",
        &[piece("b1", "10:20", "Haldenau: \"lock\" & weir", shorter).linking(MIRRORED)],
    );
    let reworded = LOCK.replace("before the autumn", "by the end of summer");
    publish(&desk, "c", &[piece("c1", "10:30", TITLE, &reworded)]);
    for source in ["a", "b", "c"] {
        refresh(&desk, &[source]);
    }
    desk
}

#[test]
fn the_copies_are_published_in_json() {
    let document = syndicated().json("merged");
    let item = &document["items"][0]["_mainstem"];
    assert_eq!(
        (&item["source"], &item["guid"]),
        (&"a".into(), &"a1".into())
    );
    let copies = item["copies"].as_array().expect("copies");
    assert_eq!(copies.len(), 2, "{document:#}");
    let expected = serde_json::json!({
        "source": "b", "title": "Haldenau: \"lock\" & weir", "url": MIRRORED, "guid": "b1", "published": "2024-03-04T10:20:00Z",
        "relation": "same", "layer": "url", "score": 1.0,
    });
    assert_eq!(copies[0], expected);
    assert_eq!(
        (&copies[1]["source"], &copies[1]["layer"]),
        (&"c".into(), &"near".into())
    );
    let score = copies[1]["score"].as_f64().expect("a score");
    assert!((0.7..1.0).contains(&score), "{score}");
}

#[test]
fn the_copies_are_published_in_atom_and_where_it_is_asked_for_as_a_line() {
    let desk = syndicated();
    let atom = told(&desk, &["print", "merged"]);
    let related: Vec<&str> = atom
        .split('<')
        .filter(|tag| tag.starts_with("link rel=\"related\""))
        .collect();
    assert_eq!(related.len(), 2, "{atom}");
    assert!(
        related[0].contains("title=\"Feed b: Haldenau: &quot;lock&quot; &amp; weir\""),
        "{related:?}"
    );
    assert!(related[0].contains(MIRRORED));
    assert!(
        related[1].contains("href=\"https://c1.example/page\""),
        "{related:?}"
    );

    let line = |output: &str| {
        let html = desk.json(output)["items"][0]["content_html"].to_string();
        html.split_once("Also in: ")
            .map(|(_, line)| line.to_owned())
    };
    assert_eq!(line("merged"), None);
    let line = line("also").expect("a line");
    assert!(
        line.contains(">Feed b</a>, <a href=\\\"https://c1.example/page\\\""),
        "{line}"
    );
}

#[test]
fn two_processes_at_once_make_one_story() {
    let text = |nth: usize| {
        LOCK.replace("Haldenau", &format!("Haldenau{nth}"))
            .replace("14", &nth.to_string())
    };
    for nth in 0..20 {
        let desk = desk(&[("a", ""), ("b", "")], REPLACE);
        let reworded = text(nth).replace("before the autumn", "by the end of summer");
        publish(
            &desk,
            "a",
            &[
                piece("a1", "10:00", TITLE, &text(nth)),
                piece("a2", "10:00", "Choir", CHOIR),
            ],
        );
        publish(&desk, "b", &[piece("b1", "10:05", TITLE, &reworded)]);
        std::thread::scope(|both| {
            for source in ["a", "b"] {
                let desk = &desk;
                both.spawn(move || refresh(desk, &[source]));
            }
        });
        let items = shown(&desk, "merged");
        assert_eq!(items.len(), 2, "{items:?}");
        assert_eq!(items[1].copies.len(), 1, "{items:?}");
    }
}
