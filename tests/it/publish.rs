//! Documents that nothing a publisher wrote can break, read by strict parsers.

use chrono::DateTime;
use mainstem::model::{Entry, FeedFields, SourceId, StoryId, Timestamp};
use mainstem::publish::{DocumentFormat, Item, SourceView};
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::support::daemon::Desk;
use crate::support::laws::documents;

/// An output of a feed of texts that break careless writers, and how many items it has.
fn desk() -> (Desk, usize) {
    let feed = include_str!("../corpus/publish/hostile.json");
    let desk = Desk::new(
        "[[source]]\nid = \"a\"\npath = \"a.json\"\ntitle = \"<A> & ]]>\"\nfirst_items = 0\n[[output]]\nid = \"merged\"\ntitle = \"<&\\\"> ]]>\"\n",
    );
    desk.write("a.json", feed.as_bytes());
    assert!(desk.run(&["refresh"]).status.success());
    let feed: serde_json::Value = serde_json::from_str(feed).expect("JSON");
    let many = feed["items"].as_array().map_or(0, Vec::len);
    assert!(many > 0, "a feed of nothing tests nothing");
    (desk, many)
}

/// Reads to the end, resolving every reference; returns the texts of these elements.
fn strict(xml: &str, element: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let (mut texts, mut current) = (Vec::new(), None::<String>);
    loop {
        match reader
            .read_event()
            .unwrap_or_else(|error| panic!("{error} in\n{xml}"))
        {
            Event::Start(start) if start.name().as_ref() == element => {
                current = Some(String::new());
            }
            Event::End(end) if end.name().as_ref() == element => texts.extend(current.take()),
            Event::Text(text) => {
                if let Some(current) = &mut current {
                    current.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                let resolved = reference.resolve_char_ref().expect("a character of XML");
                assert!(
                    resolved.is_some()
                        || ["amp", "lt", "gt", "quot", "apos"].contains(&&*reference),
                    "&{};",
                    &*reference
                );
            }
            Event::Eof => return texts,
            _ => {}
        }
    }
}

fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[test]
fn whatever_a_publisher_wrote_the_documents_are_well_formed() {
    let (desk, many) = desk();
    for (format, element) in [("atom", "entry"), ("rss", "item")] {
        let bytes = desk.run(&["print", "merged", "--format", format]).stdout;
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(
            text.chars().all(is_xml),
            "{format} has characters that XML does not"
        );
        assert_eq!(strict(&text, element).len(), many, "{format}");
        assert_eq!(
            text.matches(&format!("<{element}>")).count(),
            many,
            "{format}"
        );
        assert!(!text.contains("javascript:"), "{format}");
    }
    let json = desk.json("merged");
    let items = json["items"].as_array().expect("items");
    assert_eq!(items.len(), many);
    for item in items {
        assert!(
            !item["content_html"]
                .as_str()
                .expect("a body")
                .contains("<script")
        );
        assert!(
            item["id"].as_str().is_some_and(|id| !id.is_empty())
                && item["title"]
                    .as_str()
                    .is_some_and(|title| title.starts_with('t'))
        );
    }
}

#[test]
fn ids_are_unique_and_the_same_in_every_format() {
    let (desk, many) = desk();
    let print = |format: &str| {
        String::from_utf8(desk.run(&["print", "merged", "--format", format]).stdout).expect("UTF-8")
    };
    let guids = strict(&print("rss"), "guid");
    let json = desk.json("merged");
    let ids: Vec<String> = json["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect();
    assert_eq!(guids, ids);
    let distinct: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!(distinct.len(), many);
    let atom = strict(&print("atom"), "id");
    assert!(ids.iter().all(|id| atom.contains(id)));
}

fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).expect("a date").to_utc()
}

/// Items with these places and dates of change.
fn dated(items: &[(&str, Timestamp)]) -> Vec<Item> {
    let item = |(nth, (place, updated)): (usize, &(&str, Timestamp))| Item {
        id: format!("urn:x:{nth}"),
        story: StoryId(1),
        updated: *updated,
        ordered_at: at(place),
        entry: Entry {
            updated: Some(*updated),
            ..Entry::default()
        },
        source: SourceView {
            id: SourceId::new("a").expect("an id"),
            title: "A".to_owned(),
            feed: FeedFields::default(),
            feed_url: None,
        },
        copies: Vec::new(),
        corrections: Vec::new(),
    };
    items.iter().enumerate().map(item).collect()
}

fn print(items: &[Item], format: DocumentFormat) -> String {
    let documents = documents(items);
    String::from_utf8(documents.get(format).bytes().to_vec()).expect("UTF-8")
}

/// Places and dates of change, and the date of the whole: the latest that is no promise of a future.
#[test]
fn a_date_of_the_future_does_not_stick_to_the_feed() {
    let cases = [
        (
            vec![("2024-05-01T00:00:00Z", "2024-05-01T00:00:00Z")],
            "2024-05-01T00:00:00Z",
        ),
        (
            vec![
                ("2024-05-02T00:00:00Z", "2024-05-02T00:00:00Z"),
                ("2024-05-01T00:00:00Z", "2024-05-04T00:00:00Z"),
            ],
            "2024-05-04T00:00:00Z",
        ),
        (
            vec![
                ("2024-05-02T00:00:00Z", "2024-05-02T00:00:00Z"),
                ("2024-05-01T00:00:00Z", "2099-01-01T00:00:00Z"),
            ],
            "2024-05-02T00:00:00Z",
        ),
        (
            vec![("2024-05-02T00:00:00Z", "2099-01-01T00:00:00Z")],
            "2024-05-02T00:00:00Z",
        ),
        (vec![], "1970-01-01T00:00:00Z"),
    ];
    for (items, expected) in cases {
        let items: Vec<_> = items
            .into_iter()
            .map(|(place, updated)| (place, at(updated)))
            .collect();
        let updated = strict(&print(&dated(&items), DocumentFormat::Atom), "updated");
        assert_eq!(updated[0], expected, "{items:?}");
    }
}

#[test]
fn no_year_has_more_or_less_than_four_digits() {
    for (beyond, written) in [
        (Timestamp::MAX_UTC, "9999-12-31T23:59:59Z"),
        (Timestamp::MIN_UTC, "0001-01-01T00:00:00Z"),
    ] {
        let mut items = dated(&[("2024-05-01T00:00:00Z", beyond)]);
        items[0].entry.published = Some(beyond);
        items[0].ordered_at = beyond;
        let print = |format| print(&items, format);
        assert_eq!(strict(&print(DocumentFormat::Atom), "published"), [written]);
        assert!(print(DocumentFormat::Json).contains(written));
        let rss = strict(&print(DocumentFormat::Rss), "pubDate");
        let back = DateTime::parse_from_rfc2822(&rss[0]).expect("a date of RFC 822");
        assert_eq!(back, at(written));
    }
}

/// What breaks lines, headers, markup and JSON, wherever a publisher may write it: in every format, to the end of the wire.
#[test]
fn nothing_a_publisher_wrote_reaches_a_header_or_breaks_a_document() {
    let pieces = [
        "a\r\nSet-Cookie: mark=1\r\n\r\nb",
        "a\u{0}mark=1",
        "a\u{1b}[2Jmark=1",
        "a]]>mark=1<b",
        "a\u{202e}mark=1\u{2066}",
        "a\u{85}\u{2028}\u{2029}mark=1",
        "a\"'/>mark=1",
        "a\u{fffe}\u{ffff}mark=1",
        "a\u{feff}mark=1\u{200b}",
        "a--><!--mark=1",
    ];
    let desk = broken_lines(&pieces);
    let many = 2 * pieces.len() + 1;
    let daemon = desk.start();
    for format in ["atom", "rss", "json"] {
        let answer = daemon.until(&format!("/merged.{format}"), |answer| answer.status == 200);
        let head = answer.head.to_lowercase();
        assert!(!head.contains("cookie") && !head.contains("mark"), "{head}");
        let text = answer.text();
        let found = match format {
            "json" => serde_json::from_str::<serde_json::Value>(&text).expect("JSON")["items"]
                .as_array()
                .map_or(0, Vec::len),
            _ => {
                assert_eq!(crate::support::laws::well_formed(&text), Ok(()), "{format}");
                let turns =
                    |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
                assert!(
                    !strict(&text, "title")
                        .iter()
                        .any(|title| title.contains(turns)),
                    "{format}"
                );
                text.matches(if format == "atom" {
                    "<entry>"
                } else {
                    "<item>"
                })
                .count()
            }
        };
        assert_eq!(found, many, "{format}");
    }
}

/// The same pieces in every field of RSS items and Atom entries, and halves of characters in a JSON Feed.
fn broken_lines(pieces: &[&str]) -> Desk {
    let escape = |piece: &str| quick_xml::escape::escape(piece).into_owned();
    let item = |(nth, piece): (usize, &&str)| {
        let piece = escape(piece);
        format!(
            "<item><title>t{nth} {piece}</title><guid isPermaLink=\"false\">g{nth} {piece}</guid><link>https://host.example/{nth}?{piece}</link><author>jo@host.example ({piece})</author><category domain=\"{piece}\">{piece}</category><description>d{nth} &lt;a title=\"{piece}\" href=\"https://host.example/{piece}\">{piece}&lt;/a></description><enclosure url=\"https://host.example/{piece}\" type=\"{piece}\" length=\"{piece}\"/></item>"
        )
    };
    let entry = |(nth, piece): (usize, &&str)| {
        let piece = escape(piece);
        format!(
            "<entry><id>i{nth} {piece}</id><title type=\"{piece}\">t{nth} {piece}</title><updated>{piece}</updated><link href=\"https://host.example/{nth}#{piece}\" hreflang=\"{piece}\"/><author><name>{piece}</name><uri>https://host.example/{piece}</uri><email>{piece}@host.example</email></author><category term=\"{piece}\" scheme=\"tag:{piece}\" label=\"{piece}\"/><content type=\"html\" xml:lang=\"{piece}\">e{nth} {piece}</content></entry>"
        )
    };
    let all = |one: &dyn Fn((usize, &&str)) -> String| {
        pieces.iter().enumerate().map(one).collect::<String>()
    };
    let lone = r#"{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":"j0\ud800","title":"\udc00 \u0000 \u202e","tags":["\ud83d"],"url":"https://host.example/\udfff","content_text":"j0 \ud800"}]}"#;
    let desk = Desk::new(
        "[[source]]\nid = \"r\"\npath = \"r.xml\"\nfirst_items = 0\n[[source]]\nid = \"a\"\npath = \"a.xml\"\nfirst_items = 0\n[[source]]\nid = \"j\"\npath = \"j.json\"\nfirst_items = 0\n[[output]]\nid = \"merged\"\n",
    );
    let title = escape(pieces[0]);
    let rss = format!(
        "<rss version=\"2.0\"><channel><title>{title}</title><link>https://host.example/?{title}</link>{}</channel></rss>",
        all(&item)
    );
    let atom = format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>{title}</id><title>{title}</title>{}</feed>",
        all(&entry)
    );
    desk.write("r.xml", rss.as_bytes());
    desk.write("a.xml", atom.as_bytes());
    desk.write("j.json", lone.as_bytes());
    assert!(desk.run(&["refresh"]).status.success());
    desk
}
