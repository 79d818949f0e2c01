//! Headlines and notices by which publishers take back: the marks of agencies, where an output follows them.

use super::by_publisher::{CHOIR_TITLE, DELETED, FOLLOW, LOCK_TITLE, choir, desk, lock};
use super::publish_atom;
use crate::support::releases::{BRUECKE, LOCK, Piece, piece, publish, refresh, shown, titles};

#[test]
fn a_headline_that_loses_its_mark_brings_its_entry_back() {
    let desk = desk(FOLLOW);
    publish(
        &desk,
        "a",
        &[
            piece("lock", "09:00", &format!("KILL: {LOCK_TITLE}"), LOCK),
            choir(),
        ],
    );
    refresh(&desk, &[]);
    assert_eq!(titles(&shown(&desk, "merged")), [CHOIR_TITLE]);
    publish(&desk, "a", &[lock("lock"), choir()]);
    refresh(&desk, &[]);
    assert_eq!(titles(&shown(&desk, "merged")), [CHOIR_TITLE, LOCK_TITLE]);
}

#[test]
fn a_notice_takes_the_entry_that_it_names_along() {
    let notice = |title: &str, text: &str| piece("notice", "11:00", title, text);
    let by_headline = notice(&format!("STORY WITHDRAWN - {LOCK_TITLE}"), BRUECKE);
    let quoted = format!("<p>Please kill item 157 \"{LOCK_TITLE}\". A substitute will run.</p>");
    let by_text = notice("KILL KILL KILL", &quoted);
    for notice in [by_headline, by_text] {
        let desk = desk(FOLLOW);
        publish(&desk, "a", &[notice, lock("lock"), choir()]);
        let said = refresh(&desk, &[]);
        assert!(said.contains("the publisher withdraws entry"), "{said}");
        assert_eq!(titles(&shown(&desk, "merged")), [CHOIR_TITLE]);
    }
}

#[test]
fn a_notice_that_fits_no_entry_for_certain_is_told_and_hides_nothing() {
    let twin = Piece {
        published: "2024-03-02T09:00:00Z".to_owned(),
        ..piece("twin", "09:00", LOCK_TITLE, BRUECKE)
    };
    for (notice, others) in [
        (
            piece("notice", "11:00", "KILL: Something else", BRUECKE),
            vec![],
        ),
        (
            piece("notice", "11:00", &format!("KILL: {LOCK_TITLE}"), ""),
            vec![twin],
        ),
    ] {
        let desk = desk(FOLLOW);
        let pieces = [others, vec![lock("lock"), choir()]].concat();
        publish(&desk, "a", &pieces);
        refresh(&desk, &[]);
        let before = shown(&desk, "merged").len();
        publish(&desk, "a", &[vec![notice], pieces].concat());
        let said = refresh(&desk, &[]);
        assert!(said.contains("no single stored entry fits it"), "{said}");
        assert_eq!(shown(&desk, "merged").len(), before + 1);
    }
}

/// However it is taken back, it is out of force, and hidden by nothing but its own deletion.
#[test]
fn a_notice_that_is_taken_back_brings_its_entry_back() {
    const EDITED: &str = "The kill was sent in error";
    let kill = format!("KILL: {LOCK_TITLE}");
    let notice = |title: &str| piece("notice", "11:00", title, BRUECKE);
    let deletion = DELETED.replace("ref=\"lock\"", "ref=\"notice\"");
    let cases: [(Vec<Piece>, &str, &[&str]); 2] = [
        (vec![notice(EDITED)], "", &[CHOIR_TITLE, EDITED, LOCK_TITLE]),
        (vec![], &deletion, &[CHOIR_TITLE, LOCK_TITLE]),
    ];
    for (notices, deletion, wanted) in cases {
        let desk = desk(FOLLOW);
        let others = || vec![lock("lock"), choir()];
        publish_atom(&desk, "a", &others(), "");
        refresh(&desk, &[]);
        publish_atom(&desk, "a", &[vec![notice(&kill)], others()].concat(), "");
        refresh(&desk, &[]);
        assert_eq!(titles(&shown(&desk, "merged")), [CHOIR_TITLE]);
        publish_atom(&desk, "a", &[notices, others()].concat(), deletion);
        refresh(&desk, &[]);
        assert_eq!(titles(&shown(&desk, "merged")), wanted);
    }
}

#[test]
fn a_second_notice_is_told_as_a_repetition() {
    let desk = desk(FOLLOW);
    let notice = |guid: &str, mark: &str| {
        let title = format!("{mark}: {LOCK_TITLE}");
        piece(guid, "11:00", &title, &format!("<p>Notice {guid}.</p>"))
    };
    let first = notice("first", "KILL");
    publish(&desk, "a", &[first.clone(), lock("lock"), choir()]);
    refresh(&desk, &[]);
    let second = notice("second", "MANDATORY KILL");
    publish(&desk, "a", &[second, first, lock("lock"), choir()]);
    let said = refresh(&desk, &[]);
    assert!(
        said.contains("a notice repeats the withdrawal of entry"),
        "{said}"
    );
    assert_eq!(titles(&shown(&desk, "merged")), [CHOIR_TITLE]);
}

/// First seen with its mark, a release is not news where the mark means nothing else.
#[test]
fn a_release_that_comes_with_a_certain_mark_is_not_shown() {
    for (mark, is_shown) in [("MANDATORY KILL", false), ("KILLED", true)] {
        let desk = desk(FOLLOW);
        let title = format!("{mark}: Brücke gesperrt");
        publish(
            &desk,
            "a",
            &[
                piece("bridge", "11:00", &title, BRUECKE),
                lock("lock"),
                choir(),
            ],
        );
        let said = refresh(&desk, &[]);
        assert!(said.contains("no single stored entry fits it"), "{said}");
        let shown = titles(&shown(&desk, "merged")).len();
        assert_eq!(shown, 2 + usize::from(is_shown), "{mark}");
    }
}

/// News that looks like a notice, as an edit and as an entry that names another.
#[test]
fn news_of_killings_hides_nothing() {
    let desk = desk(FOLLOW);
    let edited = piece("lock", "09:00", "KILLED - lock keeper named", LOCK);
    let text = format!("{BRUECKE} <p>Read more: {CHOIR_TITLE}.</p>");
    let new = piece("new", "11:00", "KILLED: Father and son on the A64", &text);
    publish(&desk, "a", &[new, edited, choir()]);
    refresh(&desk, &[]);
    assert_eq!(shown(&desk, "merged").len(), 3);
}
