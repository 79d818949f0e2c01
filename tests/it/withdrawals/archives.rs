//! Archive documents lose what was withdrawn, and nothing else.

use std::time::Duration;

use super::{configuration, deleted, publish_atom};
use crate::support::daemon::{Daemon, Desk};
use crate::support::releases::{Piece, file_source, piece, publish, refresh, told};

/// A text that no other number has words of.
fn release(nth: usize) -> Piece {
    let words: Vec<String> = (0..40)
        .map(|word| format!("w{}", nth * 7919 + word * 104_729))
        .collect();
    let time = format!("{:02}:{:02}", nth / 60, nth % 60);
    piece(
        &format!("r{nth}"),
        &time,
        &format!("Release number {nth}"),
        &format!("<p>{}</p>", words.join(" ")),
    )
}

/// A desk whose output shows five of thirty releases, and the rest in archive documents.
fn desk() -> Desk {
    let desk = Desk::new(&configuration("max_entries = 5\n"));
    for source in ["b", "c"] {
        publish(&desk, source, &[]);
    }
    publish(&desk, "a", &(0..30).map(release).collect::<Vec<_>>());
    desk
}

fn archive(daemon: &Daemon) -> String {
    daemon
        .until("/merged/archive/1.atom", |answer| answer.status == 200)
        .text()
}

fn without<'t>(text: &'t str, title: &str) -> Vec<&'t str> {
    let entries = text.split("<entry>").skip(1);
    entries
        .filter(|entry| !entry.contains(title))
        .map(|entry| entry.split("</entry>").next().unwrap_or_default())
        .collect()
}

#[test]
fn an_archive_document_loses_what_was_withdrawn() {
    let desk = desk();
    let daemon = desk.start();
    let before = archive(&daemon);
    assert!(
        before.contains("<title>Release number 3</title>"),
        "{before}"
    );
    let said = told(
        &desk,
        &["withdraw", "Release number 3", "--reason", "a court"],
    );
    assert!(said.contains("merged  1 item"), "{said}");
    daemon.until_logged(|line| line["outputs"] == "merged" && line["archives"] == 1);
    let gone = |text: &str| !text.contains("Release number 3<");
    let after = daemon.until("/merged/archive/1.atom", |answer| gone(&answer.text()));
    let caching = after.header("cache-control");
    assert_eq!(caching, Some("public, max-age=3600, must-revalidate"));
    let after = after.text();
    let [(id, _, reason)] = &deleted(&after)[..] else {
        panic!("{after}");
    };
    let entry = before
        .split("<entry>")
        .find(|entry| entry.contains("Release number 3<"));
    assert!(entry.is_some_and(|entry| entry.contains(&format!("<id>{id}</id>"))));
    assert_eq!(reason.as_deref(), Some("a court"));
    assert_eq!(
        without(&before, "Release number 3<"),
        without(&after, "nothing")
    );
    // What left the window long ago is announced there all the same.
    let window = daemon.until("/merged.atom", |answer| !deleted(&answer.text()).is_empty());
    assert_eq!(deleted(&window.text())[0].0, *id);
    assert_eq!(daemon.stop(), Some(0));
}

/// Killed as soon as the withdrawal is stored, the process leaves the rest to the next one.
#[test]
fn a_kill_puts_it_off_only() {
    let desk = desk();
    let daemon = desk.start();
    archive(&daemon);
    drop(daemon);
    let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    let stored = db.query_row(
        "SELECT output, archive, item_id, e.entry, i.story FROM output_items i JOIN entries e USING (entry)
         WHERE guid = 'r3' AND archive IS NOT NULL",
        [],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?, row.get::<_, i64>(3)?, row.get::<_, i64>(4)?)),
    );
    let (output, number, item, entry, story) = stored.expect("an archived item");
    // What the step of a withdrawal leaves, before anybody has judged the story or redacted the document; and a redaction that nobody
    // can do, which keeps no other waiting.
    db.execute_batch(&format!(
        "UPDATE entries SET withdrawn_at = 1700000000000 WHERE entry = {entry};
         INSERT INTO withdrawn VALUES ({entry}, 1700000000000, NULL, NULL);
         INSERT INTO tombstones SELECT {output}, '{item}', now, now, NULL FROM (SELECT strftime('%s', 'now') * 1000 AS now);
         INSERT INTO redactions VALUES ({output}, 0, 'of a document that there is not'), ({output}, {number}, '{item}');
         UPDATE stories SET revision = revision + 1 WHERE story = {story};
         INSERT OR REPLACE INTO outbox (story, revision, since) SELECT story, revision, 0 FROM stories WHERE story = {story};"
    ))
    .expect("written");
    drop(db);
    let daemon = desk.start();
    let after = daemon.until("/merged/archive/1.atom", |answer| {
        answer.status == 200 && !answer.text().contains("Release number 3<")
    });
    assert_eq!(deleted(&after.text()).len(), 1);
    assert_eq!(daemon.stop(), Some(0));
}

/// The document has the words of an entry that is taken back, and its item shows another one by then. `is_noted`: whether the store knows
/// whose words the document has.
fn taken_back_behind_another(is_noted: bool) {
    let sources = [("a", ""), ("b", "priority = 10")]
        .map(|(id, keys)| file_source(id, &format!("every = \"1s\"\ndaily_items = 0\n{keys}")));
    let desk = Desk::new(&format!(
        "{}[[output]]\nid = \"merged\"\nmax_entries = 5\nwithdrawals = \"follow\"\n",
        sources.concat()
    ));
    let own = |nth: usize, word: &str| {
        let release = release(nth);
        let body = release.body.replace("</p>", &format!(" {word}.</p>"));
        Piece { body, ..release }
    };
    let all = |but: usize| -> Vec<Piece> {
        let left = (0..30).filter(|nth| *nth != but);
        left.map(|nth| own(nth, "libellous")).collect()
    };
    publish_atom(&desk, "b", &[], "");
    publish_atom(&desk, "a", &all(99), "");
    let daemon = desk.start();
    let count = |text: &str| text.matches("libellous").count();
    let before = archive(&daemon);
    let item = before
        .split("<entry>")
        .find(|item| item.contains("Release number 3<"));
    assert_eq!(item.map(count), Some(1));
    let copy = Piece {
        guid: "copy".to_owned(),
        ..own(3, "harmless")
    };
    publish_atom(&desk, "b", &[copy], "");
    let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    db.busy_timeout(Duration::from_secs(9)).expect("waits");
    let is_shown = || {
        let shown = "SELECT 1 FROM output_items JOIN entries USING (entry) WHERE guid = 'copy' AND archive IS NOT NULL";
        db.prepare(shown)
            .and_then(|mut shown| shown.exists([]))
            .expect("read")
    };
    while !is_shown() {
        std::thread::sleep(Duration::from_millis(50));
    }
    if !is_noted {
        let forgotten = db.execute("UPDATE output_items SET archived_entry = NULL", []);
        assert!(forgotten.expect("written") > 0);
    }
    publish_atom(
        &desk,
        "a",
        &all(3),
        "<at:deleted-entry ref=\"r3\" when=\"2024-03-05T09:00:00Z\"/>",
    );
    let after = daemon.until("/merged/archive/1.atom", |answer| {
        answer.status == 200 && !answer.text().contains("Release number 3<")
    });
    let after = after.text();
    assert_eq!(count(&after), count(&before) - 1);
    // It is still an item: nobody is told to delete it.
    assert_eq!(deleted(&after), []);
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn a_document_loses_words_that_its_item_does_not_show_any_more() {
    taken_back_behind_another(true);
}

#[test]
fn a_document_of_which_nobody_noted_whose_words_it_has_loses_them_too() {
    taken_back_behind_another(false);
}

#[test]
fn a_document_that_loses_everything_is_still_one() {
    let desk = desk();
    let daemon = desk.start();
    let count = archive(&daemon).matches("<entry>").count();
    assert!(daemon.stop() == Some(0) && count > 0);
    for nth in 0..count {
        told(&desk, &["withdraw", &format!("r{nth}")]);
    }
    refresh(&desk, &[]);
    let daemon = desk.start();
    let text = archive(&daemon);
    assert_eq!(deleted(&text).len(), count, "{text}");
    assert!(
        text.contains("<author>") && !text.contains("<entry>"),
        "{text}"
    );
    assert_eq!(daemon.stop(), Some(0));
}

/// What has expired is gone from the store, and not from the archive documents that hold it.
#[test]
fn what_has_expired_can_be_withdrawn() {
    let desk = desk();
    let daemon = desk.start();
    let before = archive(&daemon);
    assert_eq!(daemon.stop(), Some(0));
    desk.configure(&format!(
        "[store]\nkeep = \"0s\"\n{}",
        configuration("max_entries = 5\n")
    ));
    publish(&desk, "a", &(25..30).map(release).collect::<Vec<_>>());
    refresh(&desk, &[]);
    refresh(&desk, &[]);
    let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    let stored = |guid: &str| {
        let asked = db.query_row(
            "SELECT e.entry, item_id, expired_at IS NOT NULL FROM entries e JOIN output_items USING (entry) WHERE guid = ?",
            [guid],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, bool>(2)?)),
        );
        asked.expect("stored")
    };
    let daemon = desk.start();
    let (number, _, _) = stored("r1");
    let (_, item, _) = stored("r4");
    let (_, live, _) = stored("r29");
    let names = [
        ("r1", number.to_string()),
        ("r2", "r2".to_owned()),
        ("r3", "https://r3.example/page".to_owned()),
        ("r4", item),
    ];
    for (guid, name) in names {
        let title = format!("<title>Release number {}</title>", &guid[1..]);
        assert!(stored(guid).2 && before.contains(&title), "{guid}");
        let said = told(&desk, &["withdraw", &name]);
        assert!(
            said.contains("which has expired, is withdrawn, 1 entry"),
            "{name}: {said}"
        );
        assert!(said.contains("merged  1 item"), "{name}: {said}");
        assert!(said.contains("only word-for-word copies"), "{name}: {said}");
        let after = daemon.until("/merged/archive/1.atom", |answer| {
            !answer.text().contains(&title)
        });
        assert_eq!(after.status, 200, "{name}");
    }
    // What readers know an item by names one that has not expired as well.
    let said = told(&desk, &["withdraw", &live]);
    let expected = "\"Release number 29\" is withdrawn";
    assert!(said.contains(expected), "{said}");
    // The hash by which its text was recognized is still there.
    publish(
        &desk,
        "b",
        &[Piece {
            guid: "again".to_owned(),
            ..release(1)
        }
        .linking("https://b.example/again")],
    );
    daemon.until_logged(|line| line.to_string().contains("is kept away"));
    assert_eq!(daemon.stop(), Some(0));
}
