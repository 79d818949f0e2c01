//! What holds of documents that are too large or too many to be files of `tests/corpus/parse`: nothing is longer than it may be,
//! nothing is read again for each of its parts, hostile markup is gone, and a document gives its newest two thousand entries.

use mainstem::model::FailureClass;
use mainstem::parse::{Input, parse};
use mainstem::publish::parsed_as_json;
use serde_json::{Value, json};
use url::Url;

fn read(bytes: &[u8]) -> Value {
    let base = Url::parse("https://host.example/dir/feed.xml").expect("a URL");
    let feed = parse(Input {
        bytes,
        content_type: None,
        base: Some(&base),
    })
    .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)));
    serde_json::from_str(&parsed_as_json(&feed)).expect("JSON")
}

/// A channel with one item of these elements.
fn rss(item: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel><title>T</title><link>https://host.example/</link><item>{item}</item></channel></rss>"
    )
}

fn atom(entry: &str) -> String {
    format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>f</id><title>T</title><updated>2020-01-01T00:00:00Z</updated><entry>{entry}</entry></feed>"
    )
}

/// What may be stored and published of something that is far too long, in bytes.
#[test]
#[expect(clippy::too_many_lines, reason = "the cases are a table")]
fn nothing_is_longer_than_it_may_be() {
    let long = "x".repeat(100_000);
    let url = format!("https://host.example/{long}");
    let json_feed = |item: Value| {
        json!({ "version": "https://jsonfeed.org/version/1.1", "items": [item] }).to_string()
    };
    let cases: Vec<(String, &str, usize)> = vec![
        (
            rss(&format!("<guid>{long}</guid>")),
            "/items/0/_mainstem/guid",
            4096,
        ),
        (rss(&format!("<guid>{url}</guid>")), "/items/0/url", 0),
        (
            rss(&format!("<link>{url}</link><title>x</title>")),
            "/items/0/url",
            0,
        ),
        (
            rss(&format!("<title>{long}</title>")),
            "/items/0/title",
            4099,
        ),
        (
            rss(&format!("<category>{long}</category>")),
            "/items/0/tags/0",
            4099,
        ),
        (
            rss(&format!("<enclosure url=\"{url}\"/><title>x</title>")),
            "/items/0/attachments",
            0,
        ),
        (
            rss(&format!(
                "<description>{long}</description><content:encoded>y</content:encoded>"
            )),
            "/items/0/summary",
            65_539,
        ),
        (
            rss(&format!(
                "<description>&lt;a href=\"{url}\"&gt;y&lt;/a&gt;</description>"
            )),
            "/items/0/content_html",
            100,
        ),
        (
            atom(&format!(
                "<id>x</id><title>t</title><category term=\"t\" label=\"{long}\"/>"
            )),
            "/items/0/tags/0",
            4099,
        ),
        (
            atom(&format!(
                "<id>x</id><title>t</title><link rel=\"enclosure\" href=\"/a\" title=\"{long}\" type=\"a/{long}\"/>"
            )),
            "/items/0/attachments/0/title",
            4099,
        ),
        (
            atom(&format!(
                "<id>x</id><title>t</title><link rel=\"enclosure\" href=\"/a\" type=\"a/{long}\"/>"
            )),
            "/items/0/attachments/0/mime_type",
            24,
        ),
        (
            json_feed(json!({ "id": long })),
            "/items/0/_mainstem/guid",
            4096,
        ),
        (json_feed(json!({ "title": long })), "/items/0/title", 4099),
        (
            json_feed(json!({ "title": "t", "url": url })),
            "/items/0/url",
            0,
        ),
        (
            json_feed(json!({ "summary": long, "tags": [long], "authors": [{ "name": long }] })),
            "/items/0/summary",
            65_539,
        ),
        (
            json_feed(json!({ "tags": [long] })),
            "/items/0/tags/0",
            4099,
        ),
        (
            json_feed(json!({ "authors": [{ "name": long }] })),
            "/items/0/authors/0/name",
            4099,
        ),
        (
            json_feed(json!({ "language": long })),
            "/items/0/language",
            0,
        ),
        (
            json_feed(
                json!({ "attachments": [{ "url": "/a", "mime_type": long, "title": long }] }),
            ),
            "/items/0/attachments/0/title",
            4099,
        ),
    ];
    for (document, pointer, most) in cases {
        let found = read(document.as_bytes());
        let value = found
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default();
        let start = &document[..document.floor_char_boundary(200)];
        assert!(
            value.len() <= most && value.is_empty() == (most == 0),
            "{pointer}: {} of {start}",
            value.len()
        );
    }
    // What is cut off told two entries apart.
    let guid = |end: &str| {
        read(rss(&format!("<guid>{long}{end}</guid>")).as_bytes())["items"][0]["_mainstem"]["guid"]
            .clone()
    };
    assert_eq!(guid("a"), guid("a"));
    assert_ne!(guid("a"), guid("b"));
}

/// Documents whose every byte once had the rest of the document read again: had it again, this would stand still.
#[test]
fn what_is_repeated_is_not_read_again_for_each() {
    let unclosed = |start: &str| rss(&format!("<title>x</title>{}", start.repeat(300_000)));
    let cases = [
        rss(&format!("<title>{}</title>", "&".repeat(1 << 20))),
        rss(&format!(
            "<title>x</title><description>{}</description>",
            "&amp;".repeat(200_000)
        )),
        unclosed("<!--"),
        unclosed("<![CDATA["),
        unclosed("<?"),
        unclosed("<![CDATA[<!--"),
        format!("{}<rss version=\"2.0\"/>", "<!x>".repeat(300_000)),
        "<!--".repeat(300_000),
        "<!x[>".repeat(300_000),
        "<".repeat(1 << 20),
    ];
    for document in cases {
        let _ = parse(Input {
            bytes: document.as_bytes(),
            content_type: None,
            base: None,
        });
    }
}

/// What must not get through, whatever it stands in.
#[test]
fn hostile_markup_is_gone() {
    let hostile = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\"&#106;avascript:alert(1)\">x</a>",
        "<iframe src=\"https://evil.example/\"></iframe>",
        "<style>body{display:none}</style>",
        "<form action=\"https://evil.example/\"><input name=p></form>",
        "<p style=\"position:fixed\">x</p>",
        "<math><mtext></style><img src=x onerror=alert(1)>",
        "<object data=\"x\"></object><embed src=\"x\">",
        "<base href=\"https://evil.example/\">",
        "<meta http-equiv=refresh content=0>",
    ];
    for markup in hostile {
        let document = rss(&format!(
            "<title>x</title><description><![CDATA[safe {markup} text]]></description>"
        ));
        let found = read(document.as_bytes());
        let html = found["items"][0]["content_html"]
            .as_str()
            .unwrap_or_default()
            .to_lowercase();
        assert!(html.contains("safe"), "{markup}: {html}");
        for forbidden in [
            "script",
            "onerror",
            "javascript",
            "<iframe",
            "<style",
            "style=",
            "<form",
            "<input",
            "<object",
            "<embed",
            "<base",
            "<meta",
            "<svg",
            "<math",
        ] {
            assert!(!html.contains(forbidden), "{markup} gives {html}");
        }
    }
}

#[test]
fn elements_nested_too_deep_are_an_error() {
    let nested = "<a>".repeat(5000);
    let document = rss(&format!("<description>{nested}</description>"));
    let read = parse(Input {
        bytes: document.as_bytes(),
        content_type: None,
        base: None,
    });
    let error = read.expect_err("no feed");
    assert_eq!(error.class, FailureClass::TooDeep);
    assert_eq!(error.message, "elements are nested deeper than 256");
}

#[test]
fn what_nobody_asks_for_in_json_may_be_long() {
    let long = "x".repeat(1 << 20);
    let document = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": { "a": [{}] },
        "_x": long,
        "items": [{ "id": "1", "title": "A" }],
    });
    let found = read(document.to_string().as_bytes());
    assert_eq!(found["items"][0]["_mainstem"]["guid"], "1");
    assert_eq!(found["_mainstem"]["recovered"], json!([]));
}

/// The newest of each form, in document order, whatever stands between and behind them; the documents' own fields stay.
#[test]
fn a_document_gives_its_newest_two_thousand() {
    let dated = |number: i64, one: &dyn Fn(i64, chrono::DateTime<chrono::Utc>) -> String| {
        one(
            number,
            chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(15_000 + number),
        )
    };
    let rss_items = |one: &dyn Fn(i64, chrono::DateTime<chrono::Utc>) -> String| {
        let items: String = (0..2500).map(|number| dated(number, one)).collect();
        format!("<rss version=\"2.0\"><channel>{items}<title>x</title></channel></rss>")
    };
    let atom_entries: String = (0..2500)
        .map(|number| dated(number, &|number, at| format!("<entry><id>{number}</id><title>a</title><updated>{}</updated><content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\"><p title=\"/>\">x</p></div></content></entry>", at.to_rfc3339())))
        .collect();
    let json_items: Vec<Value> = (0..2500)
        .map(|number| json!({ "id": number, "title": "a", "date_published": (chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(15_000 + number)).to_rfc3339() }))
        .collect();
    let cases: [(String, &str); 6] = [
        (rss_items(&|number, at| format!("<item><guid>{number}</guid><pubDate>{}</pubDate></item>", at.to_rfc2822())), "500"),
        (rss_items(&|number, at| format!("<!-- <item> --><item a=\"</item>\"><item/><guid>{number}</guid><pubDate>\n<![CDATA[Xxx, {}]]></pubDate></item>", at.format("%d %b %Y %H:%M:%S UTC"))), "500"),
        (rss_items(&|number, _| format!("<item><guid>{number}</guid></item>")), "0"),
        (rss_items(&|number, at| format!("<item><guid>{number}</guid>{}</item>", if number < 600 { String::new() } else { format!("<pubDate>{}</pubDate>", at.to_rfc2822()) })), "0"),
        (format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>f</id><title>x</title>{atom_entries}</feed>"), "500"),
        (json!({ "version": "https://jsonfeed.org/version/1.1", "title": "x", "items": json_items }).to_string(), "500"),
    ];
    for (document, first) in cases {
        let start = &document[..200];
        let found = read(document.as_bytes());
        let items = found["items"].as_array().expect("items");
        assert_eq!(items.len(), 2000, "{start}");
        assert_eq!(items[0]["_mainstem"]["guid"], first, "{start}");
        assert_eq!(found["title"], "x", "{start}");
        assert_eq!(
            found["_mainstem"]["recovered"],
            json!(["clipped to its 2000 newest entries"]),
            "{start}"
        );
    }
    let empty = format!(
        "<rss version=\"2.0\"><channel>{}</channel></rss>",
        "<item/>".repeat(200_000)
    );
    assert_eq!(
        read(empty.as_bytes())["items"].as_array().map(Vec::len),
        Some(2000)
    );
}
