//! `max_bytes`: no document of an output grows beyond it.
//!
//! - all formats show the same items, the newest of the window, as many as the largest of the documents has room for
//! - the newest item stands whatever its size; a daemon and another process agree
//! - an entry that becomes smaller makes room for others, in a running daemon too
//! - `explain` says of what was kept and has no room that it is in no document

use crate::support::daemon::Desk;

const SOURCE: &str =
    "[[source]]\nid = \"a\"\npath = \"a.json\"\nevery = \"1s\"\nfirst_items = 0\ndaily_items = 0\n";
const FORMATS: [&str; 3] = ["atom", "rss", "json"];
const ENTRIES: usize = 24;

/// Entries a day apart. Sizes differ, and so does which format takes the most room: markup grows in XML, quotes in JSON.
fn feed(long: usize) -> Vec<u8> {
    let items: Vec<_> = (0..ENTRIES)
        .map(|nth| {
            let length = if nth == ENTRIES - 1 { long } else { nth % 7 * 90 };
            let filling = match nth % 3 {
                0 => "<b>&lt;</b>".repeat(length / 4),
                1 => "\"quoted\\ ".repeat(length / 4),
                _ => "plain ".repeat(length / 4),
            };
            serde_json::json!({ "id": format!("urn:x:{nth:02}"), "title": format!("Title {nth:02}"),
                "content_html": format!("<p>Body {nth} {filling}</p>"),
                "date_published": format!("2020-01-{:02}T10:00:00.{:03}Z", nth + 1, nth % 2 * 123) })
        })
        .collect();
    serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "A", "items": items })
        .to_string()
        .into_bytes()
}

fn configure(desk: &Desk, keys: &str) {
    let output = format!("[[output]]\nid = \"o\"\nduplicates = \"off\"\n{keys}\n");
    desk.configure(&format!("{SOURCE}{output}"));
}

fn desk(keys: &str) -> Desk {
    let desk = Desk::new("");
    desk.write("a.json", &feed(10));
    configure(&desk, keys);
    assert!(desk.run(&["refresh"]).status.success());
    desk
}

/// The documents, in the order of [`FORMATS`].
fn printed(desk: &Desk) -> [String; 3] {
    FORMATS.map(|format| {
        let printed = desk.run(&["print", "o", "--format", format]);
        assert!(printed.status.success(), "{format}");
        String::from_utf8(printed.stdout).expect("UTF-8")
    })
}

/// The numbers of the entries that each document shows, in its order.
fn shown(documents: &[String; 3]) -> Vec<usize> {
    let numbers = |text: &str| -> Vec<usize> {
        let (mut numbers, mut rest) = (Vec::new(), text);
        while let Some(at) = rest.find("Title ") {
            rest = &rest[at + "Title ".len()..];
            numbers.push(rest[..2].parse().expect("a number"));
        }
        numbers
    };
    let [atom, rss, json] = documents.each_ref().map(|text| numbers(text));
    assert_eq!(atom, rss);
    assert_eq!(atom, json);
    atom
}

fn largest(documents: &[String; 3]) -> usize {
    documents.iter().map(String::len).max().expect("three")
}

#[test]
fn the_window_ends_where_the_largest_document_would_have_too_many_bytes() {
    // What links may become, and a date its fraction, is left free.
    const LEFT_FREE: usize = 250;
    let desk = desk("");
    let newest = |count: usize| (ENTRIES - count..ENTRIES).rev().collect::<Vec<_>>();
    for count in [1, 2, 3, 5, 8, 13, 21, ENTRIES] {
        configure(&desk, &format!("max_entries = {count}"));
        let size = largest(&printed(&desk));
        configure(&desk, &format!("max_bytes = \"{}B\"", size + LEFT_FREE));
        let documents = printed(&desk);
        assert_eq!(shown(&documents), newest(count), "{size}");
        assert!(largest(&documents) <= size + LEFT_FREE);
        if count > 1 {
            configure(&desk, &format!("max_bytes = \"{}B\"", size - 1));
            let documents = printed(&desk);
            assert_eq!(shown(&documents), newest(count - 1), "{size}");
            assert!(largest(&documents) < size);
        }
    }
    // `max_entries` binds as well, and the newest stands in any case.
    configure(&desk, "max_entries = 3\nmax_bytes = \"1GiB\"");
    assert_eq!(shown(&printed(&desk)), newest(3));
    configure(&desk, "max_bytes = \"1B\"");
    assert_eq!(shown(&printed(&desk)), newest(1));
    let told = |words: &str| {
        let told = desk.run(&["explain", words]).stdout;
        String::from_utf8_lossy(&told).into_owned()
    };
    assert!(told("Title 22").contains("beyond"), "{}", told("Title 22"));
    assert!(!told("Title 23").contains("beyond"), "{}", told("Title 23"));
}

#[test]
fn an_entry_that_grows_pushes_out_what_comes_back_when_it_shrinks() {
    let desk = desk("max_bytes = \"20KiB\"");
    let daemon = desk.start();
    let before = daemon
        .until("/o.json", |answer| answer.status == 200)
        .text();
    let ask = || FORMATS.map(|format| daemon.ask("GET", &format!("/o.{format}"), &[]).text());
    let at_first = shown(&ask());
    assert!(at_first.len() > 3 && at_first.len() < ENTRIES);
    let mut last = before;
    for (long, is_alone) in [(20_000, true), (10, false), (20_000, true)] {
        desk.write("a.json", &feed(long));
        last = daemon
            .until("/o.json", |answer| answer.text() != last)
            .text();
        let served = ask();
        match is_alone {
            true => assert_eq!(shown(&served), [ENTRIES - 1]),
            false => assert_eq!(shown(&served), at_first),
        }
        assert_eq!(served, printed(&desk));
    }
    assert_eq!(daemon.stop(), Some(0));
}
