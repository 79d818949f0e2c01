//! What publishers take back: told, and followed where an output says so.

use chrono::TimeDelta;
use mainstem::clock::{Clock, SystemClock};

use super::{atom, configuration, deleted, publish_atom};
use crate::support::daemon::Desk;
use crate::support::releases::{
    BRUECKE, CHOIR, LOCK, Piece, file_source, piece, publish, refresh, shown, titles, told,
};

pub(super) const LOCK_TITLE: &str = "Upper lock at Haldenau closes for repairs";
pub(super) const CHOIR_TITLE: &str = "Forty singers perform in the tram depot";
pub(super) const FOLLOW: &str = "withdrawals = \"follow\"\n";

pub(super) fn lock(guid: &str) -> Piece {
    piece(guid, "09:00", LOCK_TITLE, LOCK)
}

pub(super) fn choir() -> Piece {
    piece("choir", "10:00", CHOIR_TITLE, CHOIR)
}

pub(super) fn desk(keys: &str) -> Desk {
    let desk = Desk::new(&configuration(keys));
    publish(&desk, "a", &[lock("lock"), choir()]);
    for source in ["b", "c"] {
        publish(&desk, source, &[]);
    }
    refresh(&desk, &[]);
    desk
}

pub(super) const DELETED: &str = "<at:deleted-entry ref=\"lock\" when=\"2024-03-05T09:00:00Z\"><at:by><name>Desk</name></at:by><at:comment>libel &amp; slander</at:comment></at:deleted-entry>";

#[test]
fn a_deleted_entry_is_followed_where_an_output_says_so() {
    let sources = ["a", "b"].map(|id| file_source(id, "")).concat();
    let desk = Desk::new(&format!(
        "{sources}[[output]]\nid = \"merged\"\n{FOLLOW}[[output]]\nid = \"all\"\n"
    ));
    publish_atom(&desk, "a", &[lock("lock"), choir()], "");
    publish(&desk, "b", &[]);
    refresh(&desk, &[]);
    publish_atom(&desk, "a", &[choir()], DELETED);
    let said = refresh(&desk, &[]);
    assert!(
        said.contains("the publisher withdraws entry") && said.contains(LOCK_TITLE),
        "{said}"
    );
    assert!(!refresh(&desk, &[]).contains("withdraws"), "told once");
    assert_eq!(titles(&shown(&desk, "merged")), [CHOIR_TITLE]);
    assert_eq!(titles(&shown(&desk, "all")), [CHOIR_TITLE, LOCK_TITLE]);
    let document = atom(&desk);
    let [(id, _, reason)] = &deleted(&document)[..] else {
        panic!("{document}");
    };
    let all = told(&desk, &["print", "all"]);
    assert!(all.contains(&format!("<id>{id}</id>")), "{id}");
    assert_eq!(reason.as_deref(), Some("libel &amp; slander"));
    assert_eq!(deleted(&all), []);
    let why = told(&desk, &["explain", "lock"]);
    assert!(
        why.contains("its publisher withdrew it on") && why.contains("libel & slander"),
        "{why}"
    );

    // It stands by it again.
    publish_atom(&desk, "a", &[lock("lock"), choir()], "");
    refresh(&desk, &[]);
    assert_eq!(titles(&shown(&desk, "merged")), [CHOIR_TITLE, LOCK_TITLE]);
    assert_eq!(deleted(&atom(&desk)), []);
}

/// Whatever the source's entries are told by, what is deleted is named by its id.
#[test]
fn a_deletion_names_an_id() {
    // Where two have one id, nobody knows which is meant.
    let cases = [
        ("guid", "unknown", 2),
        ("link", "twin", 3),
        ("title", "twin", 3),
    ];
    for (identity, other, wanted) in cases {
        let source = file_source("a", &format!("identity = \"{identity}\""));
        let desk = Desk::new(&format!("{source}[[output]]\nid = \"merged\"\n{FOLLOW}"));
        let twins = [
            piece("twin", "08:00", "Brücke gesperrt", BRUECKE).linking("https://twin.example/1"),
            piece("twin", "08:30", "Etwas ganz anderes", "<p>Kurz.</p>")
                .linking("https://twin.example/2"),
        ];
        let all = [vec![lock("lock"), choir()], twins.to_vec()].concat();
        publish_atom(&desk, "a", &all, "");
        refresh(&desk, &[]);
        let soon = SystemClock.now() + TimeDelta::seconds(1);
        let when = soon.format("%Y-%m-%dT%H:%M:%SZ");
        let of_other = format!("<at:deleted-entry ref=\"{other}\" when=\"{when}\"/>");
        publish_atom(&desk, "a", &all[1..], &format!("{DELETED}{of_other}"));
        std::thread::sleep(std::time::Duration::from_millis(1100));
        let said = refresh(&desk, &["--force"]);
        assert!(
            said.contains("the publisher withdraws entry"),
            "{identity}: {said}"
        );
        let unknown = format!("not one that is stored has its id for certain: {other:?}");
        assert!(said.contains(&unknown), "{identity}: {said}");
        // It is told once.
        let again = refresh(&desk, &["--force"]);
        assert!(!again.contains("for certain"), "{identity}: {again}");
        let items = shown(&desk, "merged");
        let left = titles(&items);
        assert!(
            left.len() == wanted && !left.contains(&LOCK_TITLE),
            "{identity}: {left:?}"
        );
    }
}

/// A feed may go on naming what was deleted long after it has it again.
#[test]
fn a_later_version_stands_against_its_deletion() {
    let desk = Desk::new(&configuration(FOLLOW));
    for source in ["b", "c"] {
        publish(&desk, source, &[]);
    }
    let later = Piece {
        published: "2024-03-06T09:00:00Z".to_owned(),
        ..lock("lock")
    };
    for (piece, wanted) in [(lock("lock"), 0), (later.clone(), 1), (later, 1)] {
        publish_atom(&desk, "a", &[piece], DELETED);
        refresh(&desk, &["--force"]);
        assert_eq!(shown(&desk, "merged").len(), wanted);
    }
}

#[test]
fn a_deletion_of_an_earlier_version_or_of_an_unknown_entry_is_none() {
    let desk = Desk::new(&configuration(FOLLOW));
    for source in ["b", "c"] {
        publish(&desk, source, &[]);
    }
    let early = DELETED.replace("2024-03-05", "2024-03-03");
    let unknown = DELETED.replace("ref=\"lock\"", "ref=\"other\"");
    for deletion in [early, unknown, DELETED.replace("ref=\"lock\"", "")] {
        publish_atom(&desk, "a", &[lock("lock")], &deletion);
        assert!(!refresh(&desk, &[]).contains("withdraws"), "{deletion}");
        assert_eq!(titles(&shown(&desk, "merged")), [LOCK_TITLE], "{deletion}");
    }
}

#[test]
fn a_changed_word_of_withdrawals_is_applied_to_what_was_said_before() {
    let desk = desk("");
    publish(
        &desk,
        "a",
        &[piece("lock", "09:00", "MANDATORY KILL", LOCK), choir()],
    );
    assert!(refresh(&desk, &[]).contains("the publisher withdraws entry"));
    assert_eq!(shown(&desk, "merged").len(), 2);
    desk.configure(&configuration(FOLLOW));
    assert_eq!(titles(&shown(&desk, "merged")), [CHOIR_TITLE]);
    assert_eq!(deleted(&atom(&desk)).len(), 1);
    desk.configure(&configuration(""));
    assert_eq!(shown(&desk, "merged").len(), 2);
    assert_eq!(deleted(&atom(&desk)), []);
}

/// Readers have had the item until now.
#[test]
fn what_was_said_long_ago_is_announced_when_an_output_begins_to_follow() {
    let desk = desk("");
    publish(
        &desk,
        "a",
        &[piece("lock", "09:00", "MANDATORY KILL", LOCK), choir()],
    );
    refresh(&desk, &[]);
    let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    let ago = db.execute_batch(
        "UPDATE retracted SET at = at - 40 * 86400000; UPDATE entries SET retracted_at = retracted_at - 40 * 86400000",
    );
    ago.expect("written");
    drop(db);
    let before = SystemClock.now().to_rfc3339();
    desk.configure(&configuration(FOLLOW));
    let document = atom(&desk);
    let [(_, when, _)] = &deleted(&document)[..] else {
        panic!("{document}");
    };
    assert!(when[..19] >= before[..19], "{when} {before}");
}

/// What others still publish is not lost, and does not name what was taken back.
#[test]
fn a_copy_of_another_source_stays() {
    let desk = desk(FOLLOW);
    publish(&desk, "b", &[lock("lock-b")]);
    refresh(&desk, &[]);
    publish(
        &desk,
        "a",
        &[
            piece("lock", "09:00", &format!("KILL: {LOCK_TITLE}"), LOCK),
            choir(),
        ],
    );
    refresh(&desk, &[]);
    let items = shown(&desk, "merged");
    assert_eq!(titles(&items), [CHOIR_TITLE, LOCK_TITLE]);
    assert!(items.iter().all(|item| item.copies.is_empty()), "{items:?}");
    assert_eq!(deleted(&atom(&desk)), []);
}
