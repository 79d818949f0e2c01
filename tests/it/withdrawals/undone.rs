//! A withdrawal that is undone, and what goes with one.

use super::{atom, configuration, deleted};
use crate::support::daemon::Desk;
use crate::support::releases::{
    BRUECKE, CHOIR, LOCK, piece, publish, refresh, shown, titles, told,
};

const CHOIR_TITLE: &str = "Forty singers perform in the tram depot";
const LOCK_TITLE: &str = "Upper lock at Haldenau closes for repairs";

fn desk() -> Desk {
    let desk = Desk::new(&configuration(""));
    publish(&desk, "a", &[piece("lock", "09:00", LOCK_TITLE, LOCK)]);
    publish(&desk, "b", &[piece("choir", "10:00", CHOIR_TITLE, CHOIR)]);
    publish(
        &desk,
        "c",
        &[piece("bridge", "11:00", "Brücke gesperrt", BRUECKE)],
    );
    refresh(&desk, &[]);
    desk
}

/// The item has its id again, and says that it was updated after its tombstone: a reader that has kept that would not show it else.
#[test]
fn a_split_shows_an_entry_that_is_alone_in_its_story() {
    let desk = desk();
    let before = shown(&desk, "merged");
    told(&desk, &["withdraw", "lock"]);
    let [(id, deleted_at, _)] = &deleted(&atom(&desk))[..] else {
        panic!("one is deleted");
    };
    let said = told(&desk, &["split", "lock"]);
    assert!(said.contains("is shown again"), "{said}");
    let after = shown(&desk, "merged");
    assert_eq!(titles(&after), titles(&before));
    let lock = after.iter().find(|item| item.title == LOCK_TITLE);
    let lock = lock.expect("it is shown");
    assert_eq!(lock.id, *id);
    let moment = |at: &str| chrono::DateTime::parse_from_rfc3339(at).expect("a date");
    assert!(moment(&lock.updated) > moment(deleted_at), "{lock:?}");
    assert_eq!(deleted(&atom(&desk)), []);
    let why = told(&desk, &["explain", "lock"]);
    assert!(!why.contains("withdrawn on"), "{why}");
    // And its copies join it.
    publish(&desk, "c", &[piece("lock-c", "12:00", LOCK_TITLE, LOCK)]);
    refresh(&desk, &["c"]);
    let after = shown(&desk, "merged");
    let lock = after.iter().find(|item| item.title == LOCK_TITLE);
    assert_eq!(lock.map(|item| item.copies.len()), Some(1), "{after:?}");

    let again = desk.run(&["split", "choir"]);
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(
        said.contains("of its own already, and not withdrawn"),
        "{said}"
    );
}

#[test]
fn a_merge_says_what_is_withdrawn_by_it() {
    let desk = desk();
    told(&desk, &["withdraw", "lock", "--reason", "a court"]);
    let said = told(&desk, &["merge", "lock", "choir"]);
    let expected = format!("{CHOIR_TITLE:?}, is withdrawn with it: a court");
    assert!(said.contains(&expected), "{said}");
    assert!(
        !said.contains(&format!("{LOCK_TITLE:?}, is withdrawn")),
        "{said}"
    );
    let said = told(&desk, &["split", "choir"]);
    assert!(said.contains("is shown again"), "{said}");
    assert_eq!(
        titles(&shown(&desk, "merged")),
        ["Brücke gesperrt", CHOIR_TITLE]
    );
}
