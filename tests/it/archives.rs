//! Archive documents (RFC 5005 §4): from the subscription document by `prev-archive` to everything that an output ever kept.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::support::daemon::{Daemon, Desk};

const BASE: &str = "https://news.example.org";

/// What a walker needs of a document, read strictly.
#[derive(Debug, Default)]
struct Seen {
    id: String,
    is_archive: bool,
    /// By relation; the feed's own only.
    links: BTreeMap<String, String>,
    /// Ids of the entries, in order.
    entries: Vec<String>,
}

fn read(xml: &str) -> Seen {
    let mut reader = Reader::from_str(xml);
    let (mut seen, mut within) = (Seen::default(), Vec::<String>::new());
    loop {
        let event = reader
            .read_event()
            .unwrap_or_else(|error| panic!("{error} in\n{xml}"));
        match event {
            Event::Start(start) => within.push(start.name().as_ref().to_owned()),
            Event::End(_) => drop(within.pop()),
            Event::Empty(element) if within.len() == 1 => match element.name().as_ref() {
                "fh:archive" => seen.is_archive = true,
                "link" => {
                    let value = |name: &str| {
                        let found = element.try_get_attribute(name).expect("attributes");
                        found.map(|found| found.value.clone().into_owned())
                    };
                    let (relation, url) = (value("rel"), value("href"));
                    let before = seen
                        .links
                        .insert(relation.expect("rel"), url.expect("href"));
                    assert_eq!(before, None, "a relation twice");
                }
                _ => {}
            },
            Event::Text(text) => {
                let path: Vec<&str> = within.iter().map(String::as_str).collect();
                match path[..] {
                    ["feed", "id"] => seen.id.push_str(&text),
                    ["feed", "entry", "id"] => seen.entries.push((*text).to_owned()),
                    _ => {}
                }
            }
            Event::Eof => return seen,
            _ => {}
        }
    }
}

fn path(url: &str) -> &str {
    url.strip_prefix(BASE)
        .unwrap_or_else(|| panic!("{url} is elsewhere"))
}

/// Follows `prev-archive` to the end; the archive documents' bytes by path, and their entries' ids.
fn walk(daemon: &Daemon, output: &str) -> (Seen, BTreeMap<String, Vec<u8>>, Vec<String>) {
    let subscription = format!("/{output}.atom");
    let first = read(&daemon.ask("GET", &subscription, &[]).text());
    assert!(!first.is_archive);
    let (mut documents, mut ids) = (BTreeMap::new(), Vec::new());
    let mut feeds = BTreeSet::from([first.id.clone()]);
    let mut next = first.links.get("prev-archive").cloned();
    while let Some(url) = next {
        let answer = daemon.ask("GET", path(&url), &[]);
        assert_eq!(answer.status, 200, "{url}");
        let seen = read(&answer.text());
        assert!(seen.is_archive, "{url}");
        assert_eq!(seen.links["self"], url);
        assert_eq!(path(&seen.links["current"]), subscription);
        assert_eq!(path(&seen.links["alternate"]), format!("/{output}"));
        assert!(feeds.insert(seen.id), "{url} has the id of another");
        assert!(!seen.entries.is_empty(), "{url} is empty");
        ids.extend(seen.entries);
        let before = documents.insert(path(&url).to_owned(), answer.body);
        assert!(before.is_none(), "{url} comes twice");
        next = seen.links.get("prev-archive").cloned();
    }
    (first, documents, ids)
}

/// Every document of an earlier walk is in a later one, byte for byte.
fn assert_kept(earlier: &BTreeMap<String, Vec<u8>>, later: &BTreeMap<String, Vec<u8>>) {
    for (path, bytes) in earlier {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(text(bytes), text(&later[path]), "{path} has changed");
    }
}

/// Each id once among the archives; in all, with the window, exactly these.
fn assert_whole(window: &Seen, archived: &[String], entries: impl Iterator<Item = usize>) {
    let once: BTreeSet<&String> = archived.iter().collect();
    assert_eq!(
        once.len(),
        archived.len(),
        "an entry stands in two documents"
    );
    let all: BTreeSet<&String> = once.into_iter().chain(&window.entries).collect();
    let wanted: BTreeSet<String> = entries.map(id).collect();
    assert_eq!(all, wanted.iter().collect());
}

fn id(nth: usize) -> String {
    format!("tag:ex.example,2020:{nth}")
}

/// Words that no two entries share many of.
fn text(nth: usize) -> String {
    let words = (0..12).map(|word| format!("w{}", (nth + 1) * 7919 + word * 104_729));
    words.collect::<Vec<_>>().join(" ")
}

/// A JSON Feed of these entries, a minute apart; `title` may depend on the number.
fn feed(entries: impl Iterator<Item = usize>, title: impl Fn(usize) -> String) -> Vec<u8> {
    let items: Vec<_> = entries
        .map(|nth| {
            serde_json::json!({
                "id": id(nth), "title": title(nth), "content_html": format!("<p>{}</p>", text(nth)),
                "date_published": format!("2020-01-01T{:02}:{:02}:00Z", nth / 60, nth % 60),
            })
        })
        .collect();
    serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "A", "items": items })
        .to_string()
        .into_bytes()
}

fn plain(nth: usize) -> String {
    format!("Entry {nth}")
}

const SOURCE: &str =
    "[[source]]\nid = \"a\"\npath = \"a.json\"\nevery = \"1s\"\nfirst_items = 0\ndaily_items = 0\n";

fn output(keys: &str) -> String {
    format!("{SOURCE}[[output]]\nid = \"merged\"\nmax_entries = 5\n{keys}")
}

/// Waits until a document shows this entry.
fn until_shown(daemon: &Daemon, nth: usize) {
    let wanted = format!("<id>{}</id>", id(nth));
    daemon.until("/merged.atom", |answer| answer.text().contains(&wanted));
}

/// Provokes a panic without a hook in the binary: after the highest document number, the next one overflows.
#[test]
fn a_panic_while_archiving_costs_nothing_but_the_archive() {
    if !cfg!(debug_assertions) {
        eprintln!("skipped: without overflow checks nothing panics here");
        return;
    }
    let desk = Desk::new(&output(""));
    desk.write("a.json", &feed(0..4, plain));
    assert!(desk.run(&["refresh"]).status.success());
    let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    db.execute_batch(
        "INSERT INTO archives SELECT output, 4294967295, 0, 0, 'https://news.example.org/', x'' FROM outputs",
    )
    .expect("written");
    drop(db);
    let daemon = desk.start();
    until_shown(&daemon, 3);
    for upto in [30, 60] {
        desk.write("a.json", &feed(0..upto, plain));
        until_shown(&daemon, upto - 1);
    }
    daemon.until_logged(|event| event["output"] == "merged" && event["level"] == "ERROR");
    // It is not tried again and again.
    let panics = || {
        daemon
            .log()
            .iter()
            .filter(|event| event["place"].is_string())
            .count()
    };
    let before = panics();
    desk.write("a.json", &feed(0..90, plain));
    until_shown(&daemon, 89);
    std::thread::sleep(std::time::Duration::from_millis(2500));
    assert_eq!(panics(), before);
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn a_walk_finds_every_entry_once_whatever_happens_meanwhile() {
    const ROUND: usize = 20;
    let desk = Desk::new(&output(""));
    desk.write("a.json", &feed(0..ROUND, plain));
    let daemon = desk.start();
    let mut known = BTreeMap::new();
    for upto in (ROUND..=200).step_by(ROUND) {
        // What came a round ago has another headline by now.
        let edited = |nth: usize| match nth {
            nth if nth + ROUND < upto => format!("Entry {nth}, corrected"),
            nth => plain(nth),
        };
        desk.write("a.json", &feed(upto.saturating_sub(50)..upto, edited));
        until_shown(&daemon, upto - 1);
        let (window, documents, ids) = walk(&daemon, "merged");
        assert_eq!(window.entries.len(), 5);
        assert_whole(&window, &ids, 0..upto);
        assert_kept(&known, &documents);
        known = documents;
    }

    // By another rule, without what it drops: the old documents stay as they are.
    desk.configure(&output("exclude = [\"Entry 199\"]\n"));
    daemon.signal("HUP");
    let gone = format!("<id>{}</id>", id(199));
    daemon.until("/merged.atom", |answer| !answer.text().contains(&gone));
    assert_kept(&known, &walk(&daemon, "merged").1);
    desk.configure(&output(
        "where = 'title.contains(\"7\")'\ntitle_format = \"{source}: {title}\"\n",
    ));
    daemon.signal("HUP");
    daemon.until("/merged.atom", |answer| answer.text().contains("A: Entry"));
    assert_kept(&known, &walk(&daemon, "merged").1);

    // Back again, in a process of its own, nothing stands in two of them.
    desk.configure(&output(""));
    assert_eq!(daemon.stop(), Some(0));
    let daemon = desk.start();
    until_shown(&daemon, 199);
    let (window, documents, ids) = walk(&daemon, "merged");
    assert_whole(&window, &ids, 0..200);
    assert_kept(&known, &documents);
}

/// By `max_bytes` alone: one large entry pushes out many, and an edit lets them back in.
#[test]
fn what_has_no_room_in_a_documents_bytes_is_archived() {
    let desk = Desk::new(&format!(
        "{SOURCE}[[output]]\nid = \"merged\"\nmax_entries = 1000\nmax_bytes = \"20KiB\"\n"
    ));
    desk.write("a.json", &feed(0..30, plain));
    let daemon = desk.start();
    until_shown(&daemon, 29);
    let mut known = BTreeMap::new();
    for (upto, length) in [
        (50_usize, 10),
        (70, 8_000),
        (90, 40_000),
        (91, 10),
        (110, 10),
    ] {
        // The newest has a body of its own length, until another is.
        let some = feed(upto.saturating_sub(30)..upto, plain);
        let mut some: serde_json::Value = serde_json::from_slice(&some).expect("JSON");
        let newest = some["items"]
            .as_array_mut()
            .and_then(|items| items.last_mut());
        let body = format!("<p>{} {}</p>", text(upto - 1), "x".repeat(length));
        newest.expect("items")["content_html"] = body.into();
        desk.write("a.json", some.to_string().as_bytes());
        until_shown(&daemon, upto - 1);
        let (window, documents, ids) = walk(&daemon, "merged");
        assert_whole(&window, &ids, 0..upto);
        assert_kept(&known, &documents);
        known = documents;
        if length < 20_000 {
            assert!(window.entries.len() > 5, "{:?}", window.entries);
        } else {
            assert_eq!(window.entries, [id(upto - 1)]);
        }
        for format in ["atom", "rss", "json"] {
            let served = daemon.ask("GET", &format!("/merged.{format}"), &[]);
            let printed = desk.run(&["print", "merged", "--format", format]).stdout;
            assert_eq!(served.text(), String::from_utf8_lossy(&printed), "{format}");
        }
    }
}

#[test]
fn what_is_archived_stays_so_whatever_counts_as_a_duplicate() {
    let desk = Desk::new(&output(""));
    desk.write("a.json", &feed(0..40, plain));
    let daemon = desk.start();
    until_shown(&daemon, 39);
    let (_, known, before) = walk(&daemon, "merged");
    for duplicates in ["off", "exact", "near"] {
        // Every entry takes another place in the store, under the id it had.
        desk.configure(&output(&format!("duplicates = \"{duplicates}\"\n")));
        assert!(desk.run(&["print", "merged"]).status.success());
        daemon.signal("HUP");
        let reloaded = |event: &serde_json::Value| event["message"] == "reloaded";
        daemon.until_logged(reloaded);
        let (window, documents, ids) = walk(&daemon, "merged");
        assert_whole(&window, &ids, 0..40);
        assert_eq!(ids, before, "{duplicates}");
        assert_kept(&known, &documents);
    }
}

#[test]
fn two_processes_at_once_archive_nothing_twice() {
    let desk = Desk::new(&output(""));
    desk.write("a.json", &feed(0..1, plain));
    let daemon = desk.start();
    until_shown(&daemon, 0);
    for upto in (10..=60).step_by(10) {
        desk.write("a.json", &feed(0..upto, plain));
        // Each renders what it finds, and cuts what is due for it.
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    assert!(desk.run(&["refresh"]).status.success());
                    assert!(desk.run(&["print", "merged"]).status.success());
                });
            }
        });
    }
    until_shown(&daemon, 59);
    let (window, _, ids) = walk(&daemon, "merged");
    assert_whole(&window, &ids, 0..60);
}

#[test]
fn what_is_large_or_late_is_archived_too() {
    // More than is cut before a document is shown, and a window that age empties.
    const MANY: usize = 1_050;
    for (keys, shown) in [("", 5), ("max_age = \"1d\"\n", 0)] {
        let desk = Desk::new(&output(keys));
        desk.write("a.json", &feed((50..MANY).chain(0..25), plain));
        let daemon = desk.start();
        let found = |answer: &crate::support::daemon::Answer| {
            answer.text().contains("/merged/archive/11.atom")
        };
        daemon.until("/merged.atom", found);
        let (window, _, ids) = walk(&daemon, "merged");
        assert_eq!(window.entries.len(), shown, "{keys}");
        assert_whole(&window, &ids, (0..25).chain(50..MANY));

        // Older than all that is shown.
        desk.write("a.json", &feed((50..MANY).chain(0..50), plain));
        daemon.until("/merged.atom", |answer| {
            answer.text().contains("/merged/archive/12.atom")
        });
        let (window, _, ids) = walk(&daemon, "merged");
        assert_whole(&window, &ids, 0..MANY);
    }
}

const ARCHIVE: &str = "/merged/archive/1.atom";

#[test]
fn the_token_of_an_output_is_that_of_its_archive() {
    let desk = Desk::new(&output("token_file = \"t\"\n"));
    desk.write("t", b"s3cret");
    desk.write("a.json", &feed(0..20, plain));
    let daemon = desk.start();
    let with_token = format!("{ARCHIVE}?token=s3cret");
    let answer = daemon.until(&with_token, |answer| answer.status == 200);
    assert_eq!(
        answer.header("cache-control"),
        Some("private, max-age=3600, must-revalidate")
    );
    let bearer = |token| [("Authorization", token)];
    let known = daemon.ask("GET", ARCHIVE, &bearer("Bearer s3cret"));
    assert_eq!((known.status, known.body), (200, answer.body));
    for headers in [&[][..], &bearer("Bearer guess")] {
        // Whether there is such a document is nobody else's business.
        for path in [ARCHIVE, "/merged/archive/99.atom"] {
            let refused = daemon.ask("GET", path, headers);
            assert_eq!(refused.status, 401, "{path}");
            assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
        }
    }
}

#[test]
fn an_archive_document_is_served_as_one_that_never_changes() {
    let desk = Desk::new(&output(""));
    desk.write("a.json", &feed(0..20, plain));
    let daemon = desk.start();
    let answer = daemon.until(ARCHIVE, |answer| answer.status == 200);
    assert_eq!(
        answer.header("cache-control"),
        Some("public, max-age=3600, must-revalidate")
    );
    assert_eq!(
        answer.header("content-type"),
        Some("application/atom+xml; charset=utf-8")
    );
    let etag = answer.header("etag").expect("a tag").to_owned();
    let modified = answer.header("last-modified").expect("a date").to_owned();
    for known in [("If-None-Match", &etag), ("If-Modified-Since", &modified)] {
        let unchanged = daemon.ask("GET", ARCHIVE, &[(known.0, known.1)]);
        assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
    }
    let head = daemon.ask("HEAD", ARCHIVE, &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("etag"), Some(etag.as_str()));
    for coding in ["gzip", "br"] {
        let packed = daemon.ask("GET", ARCHIVE, &[("Accept-Encoding", coding)]);
        assert_eq!(packed.header("content-encoding"), Some(coding));
        assert_ne!(packed.header("etag"), Some(etag.as_str()));
        let mut bytes = Vec::new();
        if coding == "gzip" {
            let mut reader = flate2::read::GzDecoder::new(&*packed.body);
            std::io::Read::read_to_end(&mut reader, &mut bytes).expect("gzip");
        } else {
            brotli::BrotliDecompress(&mut &*packed.body, &mut bytes).expect("br");
        }
        assert_eq!(bytes, answer.body, "{coding}");
    }
}

#[test]
fn what_is_not_archived_is_a_plain_404() {
    let desk = Desk::new(&output(""));
    desk.write("a.json", &feed(0..20, plain));
    let daemon = desk.start();
    let answer = daemon.until(ARCHIVE, |answer| answer.status == 200);
    for missing in [
        "/merged/archive/0.atom",
        "/merged/archive/01.atom",
        "/merged/archive/+1.atom",
        "/merged/archive/99.atom",
        "/merged/archive/99999999999999999999.atom",
        "/merged/archive/1.rss",
        "/merged/archive/1",
        "/merged/archive/",
        "/other/archive/1.atom",
        "/%ff/archive/1.atom",
    ] {
        let answer = daemon.ask("GET", missing, &[]);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (404, "not found\n"),
            "{missing}"
        );
    }

    // A removed output takes its archive along, and has it when it comes back.
    desk.configure(&format!("{SOURCE}[[output]]\nid = \"other\"\n"));
    daemon.signal("HUP");
    daemon.until(ARCHIVE, |answer| answer.status == 404);
    desk.configure(&output(""));
    daemon.signal("HUP");
    let again = daemon.until(ARCHIVE, |answer| answer.status == 200);
    assert_eq!(again.body, answer.body);
}

#[test]
fn every_format_names_the_newest_and_links_follow_the_site() {
    let desk = Desk::new(&output(""));
    desk.write("a.json", &feed(0..20, plain));
    assert!(desk.run(&["refresh"]).status.success());
    for (format, link) in [
        (
            "atom",
            "<link rel=\"prev-archive\" type=\"application/atom+xml\" href=\"https://news.example.org/merged/archive/1.atom\"/>",
        ),
        (
            "rss",
            "<atom:link rel=\"prev-archive\" type=\"application/atom+xml\" href=\"https://news.example.org/merged/archive/1.atom\"/>",
        ),
        (
            "json",
            "\"prev_archive\": \"https://news.example.org/merged/archive/1.atom\"",
        ),
    ] {
        let printed = desk.run(&["print", "merged", "--format", format]).stdout;
        let printed = String::from_utf8(printed).expect("UTF-8");
        assert!(printed.contains(link), "{printed}");
    }

    // The site has moved since the document was written.
    let configuration = std::fs::read_to_string(desk.path("c.toml")).expect("readable");
    let moved = configuration.replace("https://news.example.org/", "https://x.example/news&more/");
    desk.write("c.toml", moved.as_bytes());
    let daemon = desk.start();
    let answer = daemon.until("/merged/archive/1.atom", |answer| answer.status == 200);
    let seen = read(&answer.text());
    assert_eq!(
        seen.links["self"],
        "https://x.example/news&amp;more/merged/archive/1.atom"
    );
    assert_eq!(
        seen.links["current"],
        "https://x.example/news&amp;more/merged.atom"
    );
    assert!(!answer.text().contains("news.example.org"));
}
