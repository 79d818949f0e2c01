//! `mainstem withdraw`: out of every document, announced, and never back.

use super::{atom, configuration, deleted};
use crate::support::daemon::Desk;
use crate::support::releases::{
    BRUECKE, CHOIR, LOCK, Piece, piece, publish, refresh, shown, titles, told,
};

const LOCK_TITLE: &str = "Upper lock at Haldenau closes for repairs";
const CHOIR_TITLE: &str = "Forty singers perform in the tram depot";
const REASON: &str = "by order of a court: <1 O 23/24>";

fn lock(guid: &str) -> Piece {
    piece(guid, "09:00", LOCK_TITLE, LOCK)
}

/// A desk with a release that a and b carry, and another one.
fn desk(keys: &str) -> Desk {
    let desk = Desk::new(&configuration(keys));
    publish(
        &desk,
        "a",
        &[lock("lock"), piece("choir", "10:00", CHOIR_TITLE, CHOIR)],
    );
    publish(&desk, "b", &[lock("lock-b")]);
    publish(&desk, "c", &[]);
    refresh(&desk, &[]);
    assert_eq!(titles(&shown(&desk, "merged")), [CHOIR_TITLE, LOCK_TITLE]);
    desk
}

/// No document says anything of the release but that it was deleted.
fn assert_gone(desk: &Desk, when: &str) {
    for format in ["atom", "rss", "json"] {
        let document = told(desk, &["print", "merged", "--format", format]);
        assert!(!document.contains("Haldenau"), "{when}: {document}");
        assert!(document.contains(CHOIR_TITLE), "{when}: {document}");
    }
}

#[test]
fn a_story_leaves_every_document_and_is_announced() {
    let desk = desk("");
    let before = atom(&desk);
    assert!(!before.contains("tombstones"), "{before}");
    let said = told(&desk, &["withdraw", "lock-b", "--reason", REASON]);
    assert!(
        said.contains("2 entries") && said.contains("merged  1 item"),
        "{said}"
    );
    assert_gone(&desk, "withdrawn");
    let after = atom(&desk);
    let [(id, when, reason)] = &deleted(&after)[..] else {
        panic!("{after}");
    };
    assert!(before.contains(&format!("<id>{id}</id>")), "{id}");
    assert!(when.as_str() > "2024-03-04T09:00:00Z", "{when}");
    assert_eq!(
        reason.as_deref(),
        Some("by order of a court: &lt;1 O 23/24&gt;")
    );
    assert!(after.contains("xmlns:at=\"http://purl.org/atompub/tombstones/1.0\""));

    let again = told(&desk, &["withdraw", "lock", "--reason", "another"]);
    assert!(
        again.contains("already; the reason stays: by order of a court"),
        "{again}"
    );
    assert_eq!(atom(&desk), after);
    let why = told(&desk, &["explain", "lock"]);
    assert!(
        why.contains("withdrawn on 20") && why.contains(REASON),
        "{why}"
    );
}

#[test]
fn a_daemon_picks_a_withdrawal_up() {
    let desk = desk("");
    let daemon = desk.start();
    let before = daemon.until("/merged.atom", |answer| answer.text().contains("Haldenau"));
    told(&desk, &["withdraw", "lock", "--reason", "a court"]);
    daemon.until_logged(|line| {
        line["message"]
            .as_str()
            .is_some_and(|said| said.starts_with("an operator has withdrawn"))
            && line["outputs"] == "merged"
            && (&line["entries"], &line["archives"]) == (&2.into(), &0.into())
            && line["reason"] == "a court"
    });
    let after = daemon.until("/merged.atom", |answer| !answer.text().contains("Haldenau"));
    assert_ne!(before.header("etag"), after.header("etag"));
    let text = after.text();
    assert_eq!(deleted(&text).len(), 1, "{text}");
    assert_eq!(deleted(&text)[0].2.as_deref(), Some("a court"));
    for path in ["/merged.rss", "/merged.json", "/merged"] {
        let answer = daemon.until(path, |answer| answer.status == 200);
        assert!(!answer.text().contains("Haldenau"), "{path}");
    }
    assert_eq!(daemon.stop(), Some(0));
}

/// In whatever way it comes again.
#[test]
fn what_is_withdrawn_stays_away() {
    let desk = desk("");
    told(&desk, &["withdraw", "lock"]);
    let corrected = LOCK
        .replace("14 cracks", "15 cracks")
        .replace("six weeks", "seven weeks");
    let marked = format!("CORRECTION: {LOCK_TITLE}");
    let months_later = |guid: &str| Piece {
        published: "2024-09-30T11:00:00Z".to_owned(),
        ..lock(guid)
    };
    let cases: &[(&str, &str, Piece)] = &[
        ("under its GUID", "a", lock("lock")),
        (
            "corrected",
            "a",
            piece("lock", "09:00", LOCK_TITLE, &corrected),
        ),
        (
            "rewritten",
            "a",
            piece("lock", "09:00", "Correction: the Haldenau lock", BRUECKE),
        ),
        ("under another GUID", "a", lock("lock-2")),
        ("from another source", "c", lock("lock-c")),
        (
            "corrected by another source",
            "c",
            piece("lock-d", "12:00", &marked, &corrected),
        ),
        ("months later", "c", months_later("lock-e")),
        (
            "months later from its own source",
            "a",
            months_later("lock-f"),
        ),
    ];
    for (when, source, piece_again) in cases {
        let choir = piece("choir", "10:00", CHOIR_TITLE, CHOIR);
        let mut pieces = vec![piece_again.clone()];
        if *source == "a" {
            pieces.push(choir);
        }
        publish(&desk, source, &pieces);
        refresh(&desk, &[source]);
        assert_gone(&desk, when);
    }
    // A new process, and another rule, judge everything anew.
    desk.configure(&configuration("duplicates = \"off\"\n"));
    assert_gone(&desk, "each entry by itself");
}

#[test]
fn a_release_that_is_not_like_it_appears() {
    let desk = desk("");
    told(&desk, &["withdraw", "lock"]);
    let next = LOCK
        .replace("14 cracks", "3 cracks")
        .replace("2.3 million", "870,000");
    let next = piece(
        "next",
        "12:00",
        "Lower lock at Haldenau closes for 9 weeks",
        &next,
    );
    publish(
        &desk,
        "c",
        &[next, piece("bridge", "12:00", "Brücke gesperrt", BRUECKE)],
    );
    refresh(&desk, &[]);
    let titles = shown(&desk, "merged");
    assert!(
        titles.iter().any(|item| item.title == "Brücke gesperrt"),
        "{titles:?}"
    );
}

#[test]
fn retention_leaves_what_tells_a_withdrawn_release() {
    let desk = desk("");
    told(&desk, &["withdraw", "lock"]);
    desk.configure(&format!("[store]\nkeep = \"0s\"\n{}", configuration("")));
    publish(&desk, "a", &[piece("choir", "10:00", CHOIR_TITLE, CHOIR)]);
    publish(&desk, "b", &[]);
    refresh(&desk, &[]);
    refresh(&desk, &[]);
    publish(&desk, "c", &[lock("lock-c")]);
    refresh(&desk, &[]);
    assert_gone(&desk, "after retention");
}

/// Who parts an entry from a withdrawn story says that it is another release.
#[test]
fn a_split_takes_one_entry_out_of_a_withdrawal() {
    let desk = desk("");
    told(&desk, &["withdraw", "lock"]);
    told(&desk, &["split", "lock-b"]);
    let items = shown(&desk, "merged");
    assert_eq!(titles(&items), [CHOIR_TITLE, LOCK_TITLE]);
    assert!(
        items
            .iter()
            .any(|item| item.source == "b" && item.copies.is_empty())
    );
    publish(
        &desk,
        "a",
        &[lock("lock-2"), piece("choir", "10:00", CHOIR_TITLE, CHOIR)],
    );
    refresh(&desk, &["--force"]);
    let items = shown(&desk, "merged");
    let sources: Vec<&str> = items.iter().map(|item| item.source.as_str()).collect();
    assert_eq!(sources, ["a", "b"], "{items:?}");
    told(&desk, &["withdraw", "lock-b"]);
    assert_gone(&desk, "withdrawn by itself");
}

#[test]
fn what_is_merged_with_a_withdrawn_story_goes_with_it() {
    let desk = desk("");
    publish(
        &desk,
        "c",
        &[piece("bridge", "12:00", "Brücke gesperrt", BRUECKE)],
    );
    refresh(&desk, &["c"]);
    told(&desk, &["withdraw", "lock"]);
    told(&desk, &["merge", "bridge", "lock"]);
    assert_eq!(titles(&shown(&desk, "merged")), [CHOIR_TITLE]);
    assert_eq!(deleted(&atom(&desk)).len(), 2);
}

/// What documents say of deletions takes a part of `max_bytes`, and entries have the rest.
#[test]
fn announcements_are_counted_in_max_bytes() {
    let desk = desk("max_bytes = \"6KiB\"\n");
    let reason = "so ".repeat(150);
    for nth in 0..8 {
        let guid = format!("bridge-{nth}");
        let text: String = (0..60)
            .map(|word| format!("w{} ", nth * 7919 + word * 104_729))
            .collect();
        publish(
            &desk,
            "c",
            &[piece(&guid, "08:00", &format!("Bridge {nth}"), &text)],
        );
        refresh(&desk, &["c"]);
        told(&desk, &["withdraw", &guid, "--reason", &reason]);
    }
    let document = atom(&desk);
    assert!(document.len() <= 6 * 1024, "{}", document.len());
    assert!(document.contains(CHOIR_TITLE), "{document}");
    assert!((1..8).contains(&deleted(&document).len()), "{document}");
}
