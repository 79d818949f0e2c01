//! What publishers take back: told, and followed where an output says so.

use super::{atom, configuration, deleted};
use crate::support::daemon::Desk;
use crate::support::releases::{
    BRUECKE, CHOIR, LOCK, Piece, file_source, piece, publish, refresh, shown, titles, told,
};

const LOCK_TITLE: &str = "Upper lock at Haldenau closes for repairs";
const CHOIR_TITLE: &str = "Forty singers perform in the tram depot";
const FOLLOW: &str = "withdrawals = \"follow\"\n";

fn lock(guid: &str) -> Piece {
    piece(guid, "09:00", LOCK_TITLE, LOCK)
}

fn choir() -> Piece {
    piece("choir", "10:00", CHOIR_TITLE, CHOIR)
}

fn desk(keys: &str) -> Desk {
    let desk = Desk::new(&configuration(keys));
    publish(&desk, "a", &[lock("lock"), choir()]);
    for source in ["b", "c"] {
        publish(&desk, source, &[]);
    }
    refresh(&desk, &[]);
    desk
}

/// An Atom feed of these entries, and what it says of others.
fn publish_atom(desk: &Desk, source: &str, pieces: &[Piece], deleted: &str) {
    let entries: String = pieces
        .iter()
        .map(|piece| {
            let body = piece.body.replace('&', "&amp;").replace('<', "&lt;");
            format!(
                "<entry><id>{}</id><title>{}</title><updated>{}</updated><link href=\"{}\"/><content type=\"html\">{body}</content></entry>",
                piece.guid, piece.title, piece.published, piece.url
            )
        })
        .collect();
    let feed = format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:at=\"http://purl.org/atompub/tombstones/1.0\"><id>urn:a</id><title>A</title><updated>2024-03-04T12:00:00Z</updated>{deleted}{entries}</feed>"
    );
    desk.write(&format!("{source}.xml"), feed.as_bytes());
}

const DELETED: &str = "<at:deleted-entry ref=\"lock\" when=\"2024-03-05T09:00:00Z\"><at:by><name>Desk</name></at:by><at:comment>libel &amp; slander</at:comment></at:deleted-entry>";

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
        &[piece("lock", "09:00", "KILL: Upper lock", LOCK), choir()],
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

#[test]
fn a_headline_that_loses_its_mark_brings_its_entry_back() {
    let desk = desk(FOLLOW);
    publish(
        &desk,
        "a",
        &[
            piece("lock", "09:00", "MANDATORY KILL: Upper lock", LOCK),
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
