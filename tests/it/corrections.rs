//! Corrections through the real binary: what `/OUTPUT/changes.atom` says of them, and what `show_changes` puts under an item.
//!
//! - A correction of words, in the title, in the text or in both, is an entry with what it changed; nothing else is.
//! - It stays as it is when others follow, through a restart and a kill, and goes with its entry.
//! - It says no more than its output shows, and its document is never dated back.
//! - It is served as any document of the output is: with validators, to whom may read the output.

use rusqlite::Connection;
use serde_json::Value;

use crate::support::daemon::{Daemon, Desk};
use crate::support::releases::{CHOIR, LOCK, Piece, file_source, piece, publish, refresh, told};
use crate::validator::tree::tree;

const TITLE: &str = "Upper lock at Haldenau closes";
const OUTPUT: &str = "[[output]]\nid = \"merged\"\ntitle = \"Rivers & canals\"\n";

fn desk(outputs: &str) -> Desk {
    Desk::new(&(file_source("a", "title = \"The Agency\"") + outputs))
}

/// What the source says from now on.
fn bring(desk: &Desk, title: &str, body: &str) {
    publish(desk, "a", &[piece("lock", "10:00", title, body)]);
    refresh(desk, &["a"]);
}

/// An entry of `changes.atom`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    id: String,
    title: String,
    updated: String,
    link: String,
    author: String,
    html: String,
}

fn changes(xml: &str) -> Vec<Change> {
    let feed = tree(xml);
    let entries = feed.all("entry");
    let change = |entry: &crate::validator::tree::Element| Change {
        id: entry.text_of("id").to_owned(),
        title: entry.text_of("title").to_owned(),
        updated: entry.text_of("updated").to_owned(),
        link: entry
            .child("link")
            .and_then(|link| link.get("href"))
            .unwrap_or_default()
            .to_owned(),
        author: entry
            .child("author")
            .expect("an author")
            .text_of("name")
            .to_owned(),
        html: entry.text_of("content").to_owned(),
    };
    entries.map(change).collect()
}

/// Asks until so many corrections are told.
fn until_told(daemon: &Daemon, count: usize) -> Vec<Change> {
    let wished = |xml: &str| changes(xml).len() == count;
    let answer = daemon.until("/merged/changes.atom", |answer| {
        answer.status == 200 && wished(&answer.text())
    });
    changes(&answer.text())
}

/// Title and body before and after, and what is said of it; `None`: it is no correction.
type Case<'c> = ((&'c str, &'c str), (&'c str, &'c str), Option<&'c str>);

const CASES: [Case<'_>; 9] = [
    (
        (TITLE, "<p>14 cracks &amp; a leak.</p>"),
        (TITLE, "<p>17 cracks &amp; a leak.</p>"),
        Some(
            "<p><strong>Text:</strong> <bdi><del>14</del> <ins>17</ins> cracks &amp; a leak.</bdi></p>",
        ),
    ),
    (
        ("Lock shut", "<p>Divers wait.</p>"),
        ("Upper lock shut", "<p>Divers wait.</p>"),
        Some(
            "<p><strong>Title:</strong> <bdi><del>Lock</del> <ins>Upper lock</ins> shut</bdi></p>",
        ),
    ),
    (
        ("Lock shut", "<p>Divers wait.</p><p>Barges, too.</p>"),
        ("Lock open", "<p>Divers wait.</p><p>Ships, too.</p>"),
        Some(
            "<p><strong>Title:</strong> <bdi>Lock <del>shut</del> <ins>open</ins></bdi></p>\
                 <p><strong>Text:</strong> <bdi>Divers wait.<br>\n<del>Barges</del> <ins>Ships</ins>, too.</bdi></p>",
        ),
    ),
    // What publishers write is no markup.
    (
        ("Lock", "<p>x &lt;b&gt; y</p>"),
        ("Lock", "<p>x &lt;script&gt; y</p>"),
        Some(
            "<p><strong>Text:</strong> <bdi>x <del>&lt;b&gt;</del> <ins>&lt;script&gt;</ins> y</bdi></p>",
        ),
    ),
    (
        (TITLE, "<p>One.</p>"),
        (TITLE, ""),
        Some("<p><strong>Text:</strong> <bdi><del>One.</del></bdi></p>"),
    ),
    // Markup, white space, case and typography are nobody's words.
    (
        (TITLE, "<p>One.</p><p>Two.</p>"),
        (TITLE, "<div>One. <b>Two.</b></div>"),
        None,
    ),
    (
        (TITLE, "<p>One two.</p>"),
        (TITLE, "<p>One   two.</p>\n"),
        None,
    ),
    (
        ("Lock's end", "<p>One.</p>"),
        ("Lock’s end", "<p>ONE.</p>"),
        None,
    ),
    (
        (TITLE, "<p>One.</p>"),
        (TITLE, "<p>One.</p><img src=\"https://a.example/x.png\">"),
        None,
    ),
];

#[test]
fn a_correction_is_told_with_what_it_changed() {
    let desk = desk(OUTPUT);
    // Each case is an entry of its own; they are corrected at once.
    let pieces = |side: fn(&Case<'_>) -> (String, String)| -> Vec<Piece> {
        let said = CASES.iter().enumerate();
        said.map(|(nth, case)| {
            let (title, body) = side(case);
            piece(&format!("e{nth}"), "10:00", &title, &body)
        })
        .collect()
    };
    let owned = |(title, body): (&str, &str)| (title.to_owned(), body.to_owned());
    publish(
        &desk,
        "a",
        &pieces(|(before, _, _)| (before.0.to_owned(), before.1.to_owned())),
    );
    refresh(&desk, &["a"]);
    publish(
        &desk,
        "a",
        &pieces(|(_, after, _)| (after.0.to_owned(), after.1.to_owned())),
    );
    refresh(&desk, &["a"]);
    let daemon = desk.start();
    let expected: Vec<_> = CASES
        .iter()
        .enumerate()
        .filter(|(_, case)| case.2.is_some())
        .collect();
    let found = until_told(&daemon, expected.len());
    for (nth, (_, after, html)) in expected {
        let link = format!("https://e{nth}.example/page");
        let change = found.iter().find(|change| change.link == link);
        let change = change.unwrap_or_else(|| panic!("{nth}: nothing is said of it: {found:#?}"));
        assert_eq!(Some(change.html.as_str()), *html, "{nth}");
        assert_eq!(
            change.title,
            format!("Corrected: {}", owned(*after).0),
            "{nth}"
        );
        assert_eq!(change.author, "The Agency");
    }
}

#[test]
fn corrections_stay_as_they_are() {
    let desk = desk(OUTPUT);
    bring(&desk, TITLE, LOCK);
    let daemon = desk.start();
    assert_eq!(until_told(&daemon, 0), []);
    bring(&desk, TITLE, &LOCK.replace("14 cracks", "17 cracks"));
    let first = until_told(&daemon, 1);
    assert!(
        first[0]
            .html
            .contains("found <del>14</del> <ins>17</ins> cracks"),
        "{first:?}"
    );
    // What lies far from the change is left out.
    assert!(
        !first[0].html.contains("Masters of longer vessels"),
        "{first:?}"
    );
    let later = "Upper lock at Haldenau closes for weeks";
    bring(&desk, later, &LOCK.replace("14 cracks", "17 cracks"));
    let both = until_told(&daemon, 2);
    assert_eq!(
        both[1], first[0],
        "the newest comes first, and the other is what it was"
    );
    assert_eq!(
        both[0].html,
        "<p><strong>Title:</strong> <bdi>Upper lock at Haldenau closes <ins>for weeks</ins></bdi></p>"
    );
    assert_eq!(both[0].title, format!("Corrected: {later}"));
    assert!(both[0].updated > both[1].updated);
    assert_ne!(both[0].id, both[1].id);
    let document = daemon.ask("GET", "/merged/changes.atom", &[]).text();
    assert_eq!(daemon.stop(), Some(0));
    let daemon = desk.start();
    until_told(&daemon, 2);
    assert_eq!(
        daemon.ask("GET", "/merged/changes.atom", &[]).text(),
        document
    );
    daemon.signal("KILL");
    daemon.ended();
    let daemon = desk.start();
    until_told(&daemon, 2);
    assert_eq!(
        daemon.ask("GET", "/merged/changes.atom", &[]).text(),
        document
    );
}

#[test]
fn corrections_go_with_their_entry() {
    let desk = desk("[store]\nkeep = \"10d\"\n[[output]]\nid = \"merged\"\nmax_entries = 1\n");
    bring(&desk, TITLE, LOCK);
    bring(&desk, "Upper lock closes", LOCK);
    let count = || -> i64 {
        let db = Connection::open(desk.path("mainstem.db")).expect("opens");
        db.query_row("SELECT count(*) FROM corrections", [], |row| row.get(0))
            .expect("reads")
    };
    assert_eq!(count(), 1);
    publish(&desk, "a", &[piece("choir", "12:00", "Choir", CHOIR)]);
    refresh(&desk, &["a"]);
    Connection::open(desk.path("mainstem.db"))
        .expect("opens")
        .execute_batch(
            "UPDATE entries SET last_seen = last_seen - 2000000000 WHERE guid = 'lock';
             UPDATE upkeep SET ended_at = NULL;",
        )
        .expect("aged");
    refresh(&desk, &["a"]);
    assert_eq!(count(), 0);
    let daemon = desk.start();
    assert_eq!(until_told(&daemon, 0), []);
}

#[test]
fn the_document_is_served_as_the_others_are() {
    let outputs = "[[output]]\nid = \"merged\"\n[[output]]\nid = \"closed\"\ntoken = { file = \"token\" }\n\
         [[output]]\nid = \"small\"\nmax_bytes = \"1KiB\"\n[[output]]\nid = \"none\"\nexclude = [\"lock\"]\n";
    let desk = desk(outputs);
    desk.write("token", b"secret-0123456789");
    bring(&desk, TITLE, LOCK);
    bring(&desk, "Upper lock closes", LOCK);
    let daemon = desk.start();
    until_told(&daemon, 1);
    let path = "/merged/changes.atom";
    let whole = daemon.ask("GET", path, &[]);
    assert_eq!(
        whole.header("content-type"),
        Some("application/atom+xml; charset=utf-8")
    );
    let caching = daemon.ask("GET", "/merged.atom", &[]);
    for header in ["cache-control", "last-modified", "vary"] {
        assert!(whole.header(header).is_some(), "{header}");
        assert_eq!(whole.header(header), caching.header(header), "{header}");
    }
    let etag = whole.header("etag").expect("a tag").to_owned();
    let known = daemon.ask("GET", path, &[("If-None-Match", &etag)]);
    assert_eq!((known.status, known.text().as_str()), (304, ""));
    let head = daemon.ask("HEAD", path, &[]);
    assert_eq!(
        (head.status, head.header("etag")),
        (200, Some(etag.as_str()))
    );
    let packed = daemon.ask("GET", path, &[("Accept-Encoding", "gzip")]);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    let fresh = [("A-IM", "feed"), ("If-None-Match", etag.as_str())];
    bring(&desk, "Upper lock shut", LOCK);
    until_told(&daemon, 2);
    let fresh = daemon.ask("GET", path, &fresh);
    assert_eq!((fresh.status, changes(&fresh.text()).len()), (226, 1));
    // Who may not read the output may not read what was corrected in it.
    let closed = "/closed/changes.atom";
    assert_eq!(daemon.ask("GET", closed, &[]).status, 401);
    let open = daemon.ask("GET", &format!("{closed}?token=secret-0123456789"), &[]);
    assert_eq!((open.status, changes(&open.text()).len()), (200, 2));
    assert!(
        open.header("cache-control")
            .is_some_and(|caching| caching.contains("private"))
    );
    for (path, status) in [
        ("/nobody/changes.atom", 404),
        ("/merged/changes.rss", 404),
        ("/merged/changes", 404),
        ("/merged/changes.atom/", 404),
        ("/merged/changes.atom/1", 404),
    ] {
        assert_eq!(daemon.ask("GET", path, &[]).status, status, "{path}");
    }
    // No more than there is room for, and none of what the output does not show.
    for path in ["/small/changes.atom", "/none/changes.atom"] {
        let answer = daemon.ask("GET", path, &[]);
        assert_eq!(
            (answer.status, changes(&answer.text()).len()),
            (200, 0),
            "{path}"
        );
    }
}

#[test]
fn a_correction_says_no_more_than_its_output_shows() {
    let outputs = "[[output]]\nid = \"merged\"\n[[output]]\nid = \"short\"\ncontent = \"summary\"\n\
         [[output]]\nid = \"bare\"\ncontent = \"link\"\n";
    let desk = desk(outputs);
    let said = |word: &str| -> String { (0..150).map(|nth| format!("{word}{nth} ")).collect() };
    bring(&desk, TITLE, &said("old"));
    bring(&desk, "Lock shut", &said("new"));
    bring(&desk, "Lock open", &said("new"));
    let daemon = desk.start();
    until_told(&daemon, 2);
    let both = |output: &str| -> [String; 2] {
        let answer = daemon.ask("GET", &format!("/{output}/changes.atom"), &[]);
        let told = changes(&answer.text())
            .into_iter()
            .map(|change| change.html);
        let told: Vec<_> = told.collect();
        told.try_into().expect("both corrections")
    };
    let [title, all] = both("merged");
    assert!(all.contains("old149</del> <ins>new0 "), "{all}");
    assert!(all.contains("new149</ins>"), "{all}");
    let [short_title, summary] = both("short");
    let text = summary.split("Text:").nth(1).expect("of the text");
    assert!(text.contains("<del>old0 "), "{text}");
    assert!(text.contains("old59</del> …</bdi>"), "{text}");
    assert!(!text.contains("old60"), "{text}");
    let [bare_title, bare] = both("bare");
    let renamed = summary.split("<p><strong>Text:").next().expect("a title");
    assert_eq!(bare, format!("{renamed}<p>The text was corrected.</p>"));
    assert!(
        renamed.contains("<del>Upper lock at Haldenau closes</del> <ins>Lock shut</ins>"),
        "{renamed}"
    );
    assert_eq!([&short_title, &bare_title], [&title; 2]);
}

#[test]
fn documents_are_never_dated_back() {
    let desk = desk("[[output]]\nid = \"merged\"\nmax_entries = 1\n");
    bring(&desk, TITLE, LOCK);
    bring(&desk, "Upper lock closes", LOCK);
    let daemon = desk.start();
    until_told(&daemon, 1);
    let dates = || {
        ["/merged.atom", "/merged/changes.atom"].map(|path| {
            let answer = daemon.ask("GET", path, &[]);
            tree(&answer.text()).text_of("updated").to_owned()
        })
    };
    let not_before = |dates: &[String; 2], earlier: &[String; 2]| {
        let pairs = dates.iter().zip(earlier);
        pairs
            .clone()
            .for_each(|(now, then)| assert!(now >= then, "{now} {then}"));
    };
    let corrected = dates();
    publish(&desk, "a", &[piece("choir", "12:00", "Choir", CHOIR)]);
    refresh(&desk, &["a"]);
    until_told(&daemon, 0);
    let pushed_out = dates();
    not_before(&pushed_out, &corrected);
    told(&desk, &["withdraw", "Choir"]);
    let announced = daemon.until("/merged.atom", |answer| {
        answer.text().contains("deleted-entry")
    });
    let withdrawn = dates();
    not_before(&withdrawn, &pushed_out);
    let feed = tree(&announced.text());
    let deleted = feed
        .child("at:deleted-entry")
        .and_then(|element| element.get("when"));
    assert_eq!(deleted, Some(withdrawn[0].as_str()));
}

/// What an output's item says at length, in the three formats.
fn contents(desk: &Desk, output: &str) -> [String; 3] {
    let print = |format: &str| told(desk, &["print", output, "--format", format]);
    let atom = tree(&print("atom"));
    let rss = tree(&print("rss"));
    let json: Value = serde_json::from_str(&print("json")).expect("JSON");
    let entry = atom.child("entry").expect("an entry");
    let item = rss
        .child("channel")
        .and_then(|channel| channel.child("item"))
        .expect("an item");
    let long = match item.child("content:encoded") {
        Some(long) => long.text.clone(),
        None => item.text_of("description").to_owned(),
    };
    let html = json["items"][0]["content_html"]
        .as_str()
        .unwrap_or_default();
    [entry.text_of("content").to_owned(), long, html.to_owned()]
}

#[test]
fn an_output_may_show_the_last_correction_under_its_item() {
    let outputs = "[[output]]\nid = \"plain\"\n[[output]]\nid = \"shows\"\nshow_changes = true\n\
        [[output]]\nid = \"short\"\ncontent = \"summary\"\nshow_changes = true\n";
    let desk = desk(outputs);
    bring(&desk, TITLE, LOCK);
    let before = contents(&desk, "shows");
    assert_eq!(before, contents(&desk, "plain"));
    bring(&desk, "Upper lock closes", LOCK);
    let mended = LOCK.replace("14 cracks", "17 cracks");
    bring(&desk, "Upper lock closes", &mended);
    let plain = contents(&desk, "plain");
    assert_eq!(
        plain,
        before.map(|text| text.replace("14 cracks", "17 cracks"))
    );
    let at = desk.json("shows")["items"][0]["date_modified"].clone();
    assert_eq!(desk.json("plain")["items"][0]["date_modified"], at);
    for (shown, plain) in contents(&desk, "shows").iter().zip(&plain) {
        let section = shown.strip_prefix(plain.as_str());
        let section = section.unwrap_or_else(|| panic!("the content itself stays: {shown}"));
        assert!(
            section.starts_with("<section><p>Corrected on "),
            "{section}"
        );
        assert!(section.ends_with("</bdi></p></section>"), "{section}");
        assert!(
            section.contains("<del>14</del> <ins>17</ins> cracks"),
            "{section}"
        );
        assert!(!section.contains("Title"), "only the last one: {section}");
    }
    for format in ["atom", "rss", "json"] {
        let short = told(&desk, &["print", "short", "--format", format]);
        assert!(!short.contains("Corrected on"), "{short}");
    }
    // What a daemon puts together of what it wrote before is the same.
    let daemon = desk.start();
    bring(&desk, "Upper lock shut", &mended);
    for output in ["plain", "shows"] {
        let expected = told(&desk, &["print", output]);
        daemon.until(&format!("/{output}.atom"), |answer| {
            answer.text() == expected
        });
    }
}
