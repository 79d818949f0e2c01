//! Archive documents lose what was withdrawn, and nothing else.

use super::{configuration, deleted};
use crate::support::daemon::{Daemon, Desk};
use crate::support::releases::{Piece, piece, publish, refresh, told};

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
    // What the step of a withdrawal leaves, before anybody has judged the story or redacted the document.
    db.execute_batch(&format!(
        "UPDATE entries SET withdrawn_at = 1700000000000 WHERE entry = {entry};
         INSERT INTO withdrawn VALUES ({entry}, 1700000000000, NULL, NULL);
         INSERT INTO tombstones VALUES ({output}, '{item}', strftime('%s', 'now') * 1000, NULL);
         INSERT INTO redactions VALUES ({output}, {number}, '{item}');
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
    assert!(
        said.contains("\"Release number 29\" is withdrawn"),
        "{said}"
    );
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
