//! Documents as publishers write them, and what must come of each.

use mainstem::model::FailureClass;
use mainstem::parse::{Input, parse};
use mainstem::publish::parsed_as_json;
use serde_json::{Value, json};
use url::Url;

fn read(bytes: &[u8], content_type: Option<&str>) -> Value {
    let base = Url::parse("https://host.example/dir/feed.xml").expect("a URL");
    let feed = parse(Input {
        bytes,
        content_type,
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

/// A document, the member of its JSON, what must stand there.
#[test]
fn one_field_at_a_time() {
    let cases: Vec<(String, &str, Value)> = vec![
        (rss("<title>A &amp;amp; B</title>"), "/items/0/title", json!("A & B")),
        (rss("<title>&lt;b&gt;Bold&lt;/b&gt; news</title>"), "/items/0/title", json!("Bold news")),
        (rss("<guid isPermaLink=\"false\">a b/Ü</guid>"), "/items/0/_mainstem/guid", json!("a b/Ü")),
        (rss("<title>x</title>"), "/items/0/_mainstem/guid", json!(null)),
        (rss("<guid>https://host.example/p</guid>"), "/items/0/url", json!("https://host.example/p")),
        (rss("<link>/a?b=1&amp;c=2</link>"), "/items/0/url", json!("https://host.example/a?b=1&c=2")),
        (rss("<link>javascript:alert(1)</link><title>x</title>"), "/items/0/url", json!(null)),
        (rss("<title>x</title>"), "/items/0/date_published", json!(null)),
        (rss("<pubDate>Tue, 21 Nov 2017 14:30:00 +0100</pubDate>"), "/items/0/date_published", json!("2017-11-21T13:30:00Z")),
        (rss("<pubDate>soon</pubDate><title>x</title>"), "/items/0/date_published", json!(null)),
        (rss("<pubDate>Fri, 01 Jan 12000 00:00:00 GMT</pubDate><title>x</title>"), "/items/0/date_published", json!(null)),
        (rss("<pubDate>Fri, 31 Dec 9999 23:59:59 -1200</pubDate><title>x</title>"), "/items/0/date_published", json!(null)),
        (rss("<pubDate>Fri, 31 Dec 2099 23:59:59 GMT</pubDate>"), "/items/0/date_published", json!("2099-12-31T23:59:59Z")),
        (atom("<id>tag:x</id><title>t</title><updated>9999-12-31T23:59:59-12:00</updated><published>0000-01-01T00:00:00+14:00</published>"), "/items/0/date_modified", json!(null)),
        (atom("<id>tag:x</id><title>t</title><published>0000-01-01T00:00:00+14:00</published>"), "/items/0/date_published", json!(null)),
        ("{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"id\":\"1\",\"date_published\":\"9999-12-31T23:59:59-12:00\"}]}".to_owned(), "/items/0/date_published", json!(null)),
        (rss("<dc:creator>Jo Writer</dc:creator>"), "/items/0/authors/0/name", json!("Jo Writer")),
        (rss("<author>jo@host.\u{202E}ex\u{FFFF}ample</author>"), "/items/0/authors/0/name", json!("jo@host.example")),
        (atom("<id>tag:x</id><title>t</title><author><email>jo@\u{202E}host.example</email></author>"), "/items/0/authors/0/name", json!("jo@host.example")),
        (rss("<category>One</category><category>Two</category>"), "/items/0/tags", json!(["One", "Two"])),
        (rss("<description>short</description><content:encoded><![CDATA[<p>long text</p>]]></content:encoded>"), "/items/0/content_html", json!("<p>long text</p>")),
        (rss("<description>short</description><content:encoded><![CDATA[<p>long text</p>]]></content:encoded>"), "/items/0/summary", json!("short")),
        (rss("<description>&lt;p&gt;a&lt;/p&gt;&lt;p&gt;b&lt;/p&gt;</description>"), "/items/0/content_text", json!("a\nb")),
        (rss("<description>&lt;a href=\"x.html\"&gt;x&lt;/a&gt;</description>"), "/items/0/content_html", json!("<a href=\"https://host.example/x.html\" rel=\"noopener noreferrer nofollow\">x</a>")),
        (rss("<enclosure url=\"/a.mp3\" type=\"audio/mpeg\" length=\"12\"/>"), "/items/0/attachments/0", json!({"url": "https://host.example/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 12})),
        (atom("<id>tag:x</id><title type=\"html\">&lt;i&gt;It&lt;/i&gt; is</title><updated>2020-01-02T00:00:00Z</updated>"), "/items/0/title", json!("It is")),
        (atom("<id>tag:x</id><title>1 &lt; 2</title><updated>2020-01-02T00:00:00Z</updated>"), "/items/0/title", json!("1 < 2")),
        (atom("<id>tag:x</id><title>t</title><updated>2020-01-02T03:00:00+03:00</updated>"), "/items/0/date_modified", json!("2020-01-02T00:00:00Z")),
        (atom("<id>tag:x</id><title>t</title><updated>2020-01-02T00:00:00Z</updated>"), "/items/0/date_published", json!(null)),
        ("{\"version\":\"https://jsonfeed.org/version/1\",\"title\":\"T\",\"items\":[{\"id\":7,\"content_text\":\"a < b\"}]}".to_owned(), "/items/0/_mainstem/guid", json!("7")),
        ("{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"T\",\"items\":[{\"id\":\"1\",\"url\":\"https://a.example/\",\"external_url\":\"https://b.example/\"}]}".to_owned(), "/items/0/external_url", json!("https://b.example/")),
        ("<rss version=\"0.91\"><channel><title>Old</title><item><title>x</title></item></channel></rss>".to_owned(), "/_mainstem/format", json!("rss")),
        ("<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\"><channel><title>R</title></channel><item rdf:about=\"https://r.example/1\"><title>x</title><link>https://r.example/1</link></item></rdf:RDF>".to_owned(), "/items/0/url", json!("https://r.example/1")),
    ];
    for (document, pointer, expected) in cases {
        let found = read(document.as_bytes(), None);
        assert_eq!(
            found.pointer(pointer).unwrap_or(&Value::Null),
            &expected,
            "{pointer} of {document}\n{found:#}"
        );
    }
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
        let found = read(document.as_bytes(), None);
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
        read(rss(&format!("<guid>{long}{end}</guid>")).as_bytes(), None)["items"][0]["_mainstem"]["guid"].clone()
    };
    assert_eq!(guid("a"), guid("a"));
    assert_ne!(guid("a"), guid("b"));
}

/// JSON that a serializer wrote of text cut within a character.
#[test]
fn a_lone_surrogate_costs_one_character() {
    let cases = [
        ("a\\ud83d", "a\u{fffd}"),
        ("a\\ud83d b", "a\u{fffd} b"),
        ("\\udc69\\ud83d\\udc69", "\u{fffd}\u{1f469}"),
        ("\\ud83d\\ud83d\\udc69", "\u{fffd}\u{1f469}"),
        ("\\uD83D\\n\\\\ud83d", "\u{fffd} \\ud83d"),
        ("\\ud83d\\u0041", "\u{fffd}A"),
    ];
    for (title, expected) in cases {
        let document = format!(
            "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{{\"id\":\"1\",\"title\":\"{title}\"}}]}}"
        );
        let found = read(document.as_bytes(), None);
        assert_eq!(found["items"][0]["title"], expected, "{title}");
        assert_eq!(
            found["_mainstem"]["recovered"].as_array().map(Vec::len),
            Some(1),
            "{title}"
        );
    }
    let whole = r#"{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"\ud83d\udc69 \\ud83d"}]}"#;
    assert_eq!(
        read(whole.as_bytes(), None)["_mainstem"]["recovered"],
        json!([])
    );
}

fn json_items(items: &str) -> String {
    format!("{{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{items}]}}")
}

/// Documents, the GUIDs of their entries, and how many kinds of mends were told of.
fn assert_guids(cases: &[(String, Value, usize)]) {
    for (document, expected, mends) in cases {
        let start = &document[..document.floor_char_boundary(300)];
        let found = read(document.as_bytes(), None);
        let items = found["items"].as_array().expect("items");
        let guid = |item: &Value| item["_mainstem"]["guid"].clone();
        assert_eq!(
            items.iter().map(guid).collect::<Value>(),
            *expected,
            "{start}"
        );
        let recovered = found["_mainstem"]["recovered"].as_array().map(Vec::len);
        assert_eq!(recovered, Some(*mends), "{start}");
    }
}

#[test]
#[rustfmt::skip]
fn json_that_is_broken_in_one_place_keeps_its_entries() {
    let one = r#"{"id":"1","title":"A"}"#;
    assert_guids(&[
        (json_items(&format!("{{\"id\":1e400}},{one}")), json!([null, "1"]), 1),
        (json_items(&format!("{{\"id\":{}}},{one}", "9".repeat(400))), json!([null, "1"]), 1),
        (json_items(&format!("{{\"id\":\"a\",\"_x\":[-1e999,NaN,-Infinity]}},{one}")), json!(["a", "1"]), 1),
        (json_items(&format!("{{\"id\":\"a\",\"title\":\"x\ny\u{1}\0\"}},{one}")), json!(["a", "1"]), 1),
        (json_items(&format!("{{\"id\":\"1e400 NaN\",\"title\":\"\\\"\t-1e999\"}},{one}")), json!(["1e400 NaN", "1"]), 1),
        (json_items(&format!("{{\"id\":\"\\ud800\",\"x\":1e999,\"title\":\"\n\"}},{one}")), json!(["\u{fffd}", "1"]), 3),
        (json_items(&format!("{{\"id\":\"a\",\"\\udc00\":\"\\ud800\"}},{one}")), json!(["a", "1"]), 1),
        (json_items(one) + "\n<!-- cached -->", json!(["1"]), 1),
        (json_items(one) + &json_items(one), json!(["1"]), 1),
        (json_items("{\"id\":\"a\",\"x\":\"\r\"}") + "}", json!(["a"]), 2),
        (format!("\u{FEFF}\u{FEFF} {}\0\0", json_items(one)), json!(["1"]), 0),
    ]);
}

#[test]
#[rustfmt::skip]
fn json_of_other_types_than_expected_keeps_its_entries() {
    let one = r#"{"id":"1","title":"A"}"#;
    let long = "x".repeat(1 << 20);
    let deep = "[".repeat(100) + &"]".repeat(100);
    assert_guids(&[
        // Numbers that were rounded would make one of both.
        (json_items("{\"id\":123456789012345678901},{\"id\":123456789012345678902}"), json!([null, null]), 0),
        (json_items("{\"id\":-9007199254740993},{\"id\":18446744073709551615},{\"id\":1.5}"), json!(["-9007199254740993", "18446744073709551615", "1.5"]), 0),
        (json_items(&format!("null,1,\"x\",[{one}],true,{one}")), json!(["1"]), 0),
        (json_items(&format!("{{\"id\":{{\"a\":1}},\"title\":[\"x\"],\"authors\":{{}},\"tags\":\"a\",\"attachments\":[1,{{\"url\":2}}]}},{one}")), json!([null, "1"]), 0),
        (json_items("{\"id\":\"a\",\"id\":\"b\"}"), json!(["b"]), 0),
        (json_items(&format!("{{\"id\":\"a\",\"_x\":{deep}}},{one}")), json!(["a", "1"]), 0),
        (format!("{{\"title\":{{\"a\":[{{}}]}},\"_x\":\"{long}\",{}", &json_items(one)[1..]), json!(["1"]), 0),
    ]);
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
        let found = read(document.as_bytes(), None);
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
fn characters_are_read_as_they_were_meant() {
    let declared = |name: &str| format!("<?xml version=\"1.0\" encoding=\"{name}\"?>");
    let body = |title: &[u8]| {
        [
            b"<rss version=\"2.0\"><channel><title>T</title><item><title>".as_slice(),
            title,
            b"</title></item></channel></rss>",
        ]
        .concat()
    };
    let utf16: Vec<u8> = std::iter::once(0xFEFF)
        .chain(
            String::from_utf8(body("Zürich".as_bytes()))
                .expect("UTF-8")
                .encode_utf16(),
        )
        .flat_map(u16::to_le_bytes)
        .collect();
    let cases: [(Vec<u8>, Option<&str>, &str); 6] = [
        (body("Zürich".as_bytes()), None, "Zürich"),
        (
            [declared("iso-8859-1").as_bytes(), &body(b"Z\xFCrich")].concat(),
            None,
            "Zürich",
        ),
        (
            [declared("windows-1251").as_bytes(), &body(b"\xCC\xE8\xF0")].concat(),
            None,
            "Мир",
        ),
        (
            body(b"Z\xFCrich"),
            Some("text/xml; charset=windows-1252"),
            "Zürich",
        ),
        (
            [b"\xEF\xBB\xBF".as_slice(), &body("Zürich".as_bytes())].concat(),
            None,
            "Zürich",
        ),
        (utf16, None, "Zürich"),
    ];
    for (bytes, content_type, expected) in cases {
        assert_eq!(
            read(&bytes, content_type)["items"][0]["title"],
            expected,
            "{:?}",
            String::from_utf8_lossy(&bytes)
        );
    }
}

#[test]
fn what_is_no_feed_has_a_name() {
    let deep = format!(
        "<rss version=\"2.0\"><channel><title>x</title><item><description>{}</description></item></channel></rss>",
        "<a>".repeat(5000)
    );
    let cases: [(&[u8], &[FailureClass]); 7] = [
        (b"", &[FailureClass::NotAFeed]),
        (b"   \n", &[FailureClass::NotAFeed]),
        (
            b"<!doctype html><html><title>Blocked</title></html>",
            &[FailureClass::NotAFeed],
        ),
        (b"{\"error\":\"no\"}", &[FailureClass::NotAFeed]),
        (b"\x89PNG\r\n\x1a\n", &[FailureClass::NotAFeed]),
        (
            b"<opml version=\"2.0\"><body/></opml>",
            &[FailureClass::NotAFeed],
        ),
        (
            deep.as_bytes(),
            &[FailureClass::TooDeep, FailureClass::Parse],
        ),
    ];
    for (bytes, classes) in cases {
        let error = parse(Input {
            bytes,
            content_type: None,
            base: None,
        })
        .expect_err("no feed");
        assert!(
            classes.contains(&error.class),
            "{:?}: {}",
            error.class,
            error.message
        );
        assert!(!error.message.is_empty() && !error.message.contains('\n'));
    }
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
        let found = read(document.as_bytes(), None);
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
        read(empty.as_bytes(), None)["items"]
            .as_array()
            .map(Vec::len),
        Some(2000)
    );
}

#[test]
fn the_language_of_a_text_is_told_where_nobody_does() {
    let cases = [
        (
            "The council of the three valleys decided on Monday to keep the old road open to carts and walkers for another year.",
            Some("en"),
        ),
        (
            "Der Rat der drei Täler hat am Montag beschlossen, die alte Straße für Fuhrwerke und Wanderer noch ein Jahr offen zu halten.",
            Some("de"),
        ),
        (
            "Le conseil des trois vallées a décidé lundi de garder la vieille route ouverte aux chars et aux marcheurs pendant un an encore.",
            Some("fr"),
        ),
        (
            "Совет трёх долин решил в понедельник оставить старую дорогу открытой для повозок и пешеходов ещё на один год.",
            Some("ru"),
        ),
        (
            "三つの谷の評議会は月曜日に、荷車と歩行者のために古い道をもう一年開けておくことを決めた。トンネルの工事が終わるまでのあいだ、街灯と砂まきの費用は通行料からまかなわれる。冬のあいだも道は開いている。",
            Some("ja"),
        ),
        ("Too short to tell", None),
        (
            "1234 5678 9012 3456 7890 1234 5678 9012 3456 7890 1234 5678 9012 3456 7890",
            None,
        ),
    ];
    for (text, expected) in cases {
        let document = format!(
            "<rss version=\"2.0\"><channel><title>T</title><item><title>A</title><description>{text}</description></item></channel></rss>"
        );
        let feed = read(document.as_bytes(), None);
        assert_eq!(feed["items"][0]["language"].as_str(), expected, "{text}");
        let given = document.replace("<item>", "<language>x-own</language><item>");
        let feed = read(given.as_bytes(), None);
        assert_eq!(feed["items"][0]["language"], "x-own", "{text}");
    }
}

/// RSS `<source>`, Atom `<source>`: where an entry that was taken over came from.
#[test]
fn an_entry_taken_over_says_from_where() {
    let cases = [
        (
            rss(
                "<title>x</title><source url=\"https://other.example/feed\">Other &amp;amp; Sons</source>",
            ),
            (
                None,
                Some("Other & Sons"),
                None,
                Some("https://other.example/feed"),
            ),
        ),
        (
            atom(
                "<id>e</id><title>x</title><source><id>tag:other</id><title>Other</title><link rel=\"self\" href=\"https://other.example/feed\"/><link href=\"https://other.example/\"/></source><updated>2020-01-02T00:00:00Z</updated>",
            ),
            (
                Some("tag:other"),
                Some("Other"),
                Some("https://other.example/"),
                Some("https://other.example/feed"),
            ),
        ),
    ];
    for (document, (id, title, url, feed_url)) in cases {
        let feed = parse(Input {
            bytes: document.as_bytes(),
            content_type: None,
            base: None,
        })
        .expect("a feed");
        let origin = feed.entries[0].origin.as_ref().expect("an origin");
        assert_eq!(origin.id.as_deref(), id, "{document}");
        assert_eq!(origin.title.as_deref(), title, "{document}");
        assert_eq!(origin.url.as_ref().map(Url::as_str), url, "{document}");
        let lives = origin.feed_url.as_ref().map(Url::as_str);
        assert_eq!(lives, feed_url, "{document}");
    }
}
