//! `/OUTPUT`, the page that an output's documents name as their own.
//!
//! - every document names one page, and what it names is served as HTML; Atom has no other alternate that a reader could take for it
//! - the page has the title, the three addresses and the newest headlines; text stands in it as text, and it runs and loads nothing
//! - it is served as documents are: validators, codings, HEAD, caching, tokens; it changes when they do
//! - the token stands in its links for who came with it in the address, and for nobody else

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::support::daemon::{Answer, Daemon, Desk};
use crate::support::laws::well_formed;
use crate::support::origin::{Origin, Reply};

const SOURCE: &str = "[[source]]\nid = \"a\"\npath = \"a.json\"\nevery = \"1s\"\nfirst_items = 0\n";

/// A JSON Feed whose items have these titles, ids and addresses.
fn feed(items: &[(&str, &str)]) -> Vec<u8> {
    let items: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(nth, (title, url))| {
            serde_json::json!({ "id": url, "url": url, "title": title, "content_html": "<p>A <b>body</b> of its own</p>",
                "date_published": format!("2020-01-{:02}T10:00:00Z", nth + 1), "language": "fr" })
        })
        .collect();
    serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "The \"Agency\" & Co", "items": items })
        .to_string()
        .into_bytes()
}

fn desk(keys: &str, items: &[(&str, &str)]) -> Desk {
    let desk = Desk::new(&format!("{SOURCE}[[output]]\nid = \"o\"\n{keys}"));
    desk.write("a.json", &feed(items));
    desk
}

/// A tag as it stands in a text of XML, with its attributes and what it says up to the next tag.
struct Tag {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
}

impl Tag {
    fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
}

/// The tags of a page or document, in order.
fn tags(xml: &str) -> Vec<Tag> {
    assert_eq!(well_formed(xml), Ok(()), "{xml}");
    let mut reader = Reader::from_str(xml);
    let mut tags: Vec<Tag> = Vec::new();
    // Whether the last tag is still open: what follows its end is its parent's.
    let mut is_open = false;
    loop {
        let event = reader.read_event().expect("well-formed");
        match &event {
            Event::Start(tag) | Event::Empty(tag) => {
                is_open = matches!(event, Event::Start(_));
                tags.push(Tag {
                    name: tag.name().as_ref().to_owned(),
                    attributes: attributes(tag),
                    text: String::new(),
                });
            }
            Event::End(_) => is_open = false,
            Event::Text(_) | Event::GeneralRef(_) if !is_open => {}
            Event::Text(text) => {
                if let Some(tag) = tags.last_mut() {
                    tag.text.push_str(text);
                }
            }
            Event::GeneralRef(reference) => {
                let whole = format!("&{};", &**reference);
                let said = quick_xml::escape::unescape(&whole).expect("known");
                if let Some(tag) = tags.last_mut() {
                    tag.text.push_str(&said);
                }
            }
            Event::Eof => return tags,
            _ => {}
        }
    }
}

fn attributes(tag: &BytesStart<'_>) -> BTreeMap<String, String> {
    let attributes = tag.attributes().map(|attribute| {
        let attribute = attribute.expect("an attribute");
        let value = quick_xml::escape::unescape(&attribute.value);
        let value = value.expect("escaped").into_owned();
        (attribute.key.as_ref().to_owned(), value)
    });
    attributes.collect()
}

/// The path of an address below `base`.
fn below<'a>(address: &'a str, base: &str) -> &'a str {
    let rest = address.strip_prefix(base);
    rest.unwrap_or_else(|| panic!("{address:?} is not below {base:?}"))
}

fn page(daemon: &Daemon, path: &str) -> Answer {
    daemon.until(path, |answer| answer.status == 200)
}

/// The pages that the three documents name, each once.
fn named_pages(daemon: &Daemon) -> Vec<String> {
    let text = |format: &str| page(daemon, &format!("/o.{format}")).text();
    let atom = tags(&text("atom"));
    let entry = atom.iter().position(|tag| tag.name == "entry");
    let own = &atom[..entry.unwrap_or(atom.len())];
    let alternates: Vec<&Tag> = own
        .iter()
        .filter(|tag| tag.name == "link" && matches!(tag.get("rel"), "" | "alternate"))
        .collect();
    assert_eq!(alternates.len(), 1, "the page is the only alternate");
    assert_eq!(alternates[0].get("type"), "text/html");
    let rss = tags(&text("rss"));
    let link = rss.iter().find(|tag| tag.name == "link").expect("a link");
    let json: serde_json::Value = serde_json::from_str(&text("json")).expect("JSON");
    let home = json["home_page_url"].as_str().expect("a page").to_owned();
    vec![
        alternates[0].get("href").to_owned(),
        link.text.clone(),
        home,
    ]
}

#[test]
fn every_document_names_the_page_and_the_page_names_every_document() {
    for (public_url, base) in [
        (
            "public_url = \"https://news.example.org/\"",
            "https://news.example.org/",
        ),
        (
            "public_url = \"https://example.org/feeds/\"",
            "https://example.org/feeds/",
        ),
        // Links name the configured port, which in this test is not the one.
        ("", "http://127.0.0.1:0/"),
    ] {
        let desk = Desk::new("");
        desk.write("a.json", &feed(&[("One", "https://a.example/1")]));
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n{public_url}\n{SOURCE}[[output]]\nid = \"o\"\ntitle = \"News & <Views>\"\n"
        );
        desk.write("c.toml", text.as_bytes());
        let daemon = desk.start();
        for address in named_pages(&daemon) {
            assert_eq!(below(&address, base), "o");
        }
        let answer = page(&daemon, "/o");
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        let found = tags(&answer.text());
        let text_of = |name: &str| {
            let tag = found.iter().find(|tag| tag.name == name);
            tag.expect("it is there").text.clone()
        };
        assert_eq!(text_of("title"), "News & <Views>");
        assert_eq!(text_of("h1"), "News & <Views>");
        for format in ["atom", "rss", "json"] {
            // Relative: it leads there by whatever address the page was reached.
            let href = format!("o.{format}");
            let led = |name: &str| {
                let mut led = found.iter().filter(|tag| tag.name == name);
                led.find(|tag| tag.get("href") == href)
            };
            let link = led("link").expect("a link in the head");
            assert_eq!(link.get("rel"), "alternate");
            assert_eq!(
                led("a").expect("a link to click").text,
                format!("{base}{href}")
            );
            let document = daemon.ask("GET", &format!("/{href}"), &[]);
            let kind = document.header("content-type").expect("a type").to_owned();
            assert!(kind.starts_with(link.get("type")), "{kind}");
        }
    }
}

#[test]
fn headlines_are_text_that_links_to_the_articles() {
    const TITLES: [(&str, &str); 4] = [
        ("Plain & simple", "https://a.example/1?a=1&b=2"),
        (
            "<script>alert(1)</script> \"quoted\" 'too' </li></ol>",
            "https://a.example/2",
        ),
        (
            "&lt;b&gt;escaped&lt;/b&gt; ]]> --> <!--",
            "https://a.example/\"onclick=\"x",
        ),
        ("مرحبا بالعالم", "https://a.example/%F0%9F%90%88"),
    ];
    let desk = desk(
        "language = \"de\"\nmax_entries = 3\nduplicates = \"off\"\n",
        &TITLES,
    );
    let daemon = desk.start();
    daemon.until("/o", |answer| answer.text().contains("<time"));
    let document = desk.json("o");
    let items = document["items"].as_array().expect("items");
    assert_eq!(items.len(), 3);
    let answer = page(&daemon, "/o");
    let found = tags(&answer.text());
    let html = found.iter().find(|tag| tag.name == "html").expect("html");
    assert_eq!(html.get("lang"), "de");
    let heading = found
        .iter()
        .position(|tag| tag.name == "ol")
        .expect("a list");
    let listed: Vec<&Tag> = found[heading..]
        .iter()
        .filter(|tag| tag.name == "a")
        .collect();
    let sources = found[heading..].iter().filter(|tag| tag.name == "span");
    let times = found[heading..].iter().filter(|tag| tag.name == "time");
    for (((item, link), source), time) in items.iter().zip(&listed).zip(sources).zip(times) {
        assert_eq!(item["title"].as_str(), Some(link.text.as_str()));
        assert_eq!(item["url"].as_str(), Some(link.get("href")));
        assert_eq!(link.get("lang"), "fr");
        assert_eq!(source.text, "The \"Agency\" & Co");
        assert_eq!(item["date_published"].as_str(), Some(time.get("datetime")));
    }
    assert_eq!(listed.len(), 3);
    let known = [
        "html", "head", "meta", "title", "link", "body", "main", "h1", "h2", "p", "ul", "ol", "li",
        "a", "span", "small", "time",
    ];
    for tag in &found {
        assert!(known.contains(&tag.name.as_str()), "<{}>", tag.name);
    }
    // An id of a document that the store would be asked for, a page of a page, an output that there is not.
    for path in ["/o/", "/p", "/O", "/o.html", "/o."] {
        assert_eq!(daemon.ask("GET", path, &[]).status, 404, "{path}");
    }
}

#[test]
fn a_page_is_bounded_and_says_when_it_is_empty() {
    let many: Vec<(String, String)> = (0..31)
        .flat_map(|day| (0..5).map(move |nth| (day, nth)))
        .map(|(day, nth)| {
            (
                format!("Title {day} {nth}"),
                format!("https://a.example/{day}/{nth}"),
            )
        })
        .collect();
    let items: Vec<_> = many
        .iter()
        .enumerate()
        .map(|(nth, (title, url))| {
            serde_json::json!({ "id": url, "url": url, "title": title, "content_text": format!("words of {nth}"),
                "date_published": format!("2020-{:02}-{:02}T10:00:00Z", nth / 28 + 1, nth % 28 + 1) })
        })
        .collect();
    let desk = Desk::new(&format!(
        "{SOURCE}daily_items = 0\n[[output]]\nid = \"o\"\nduplicates = \"off\"\n[[output]]\nid = \"none\"\nsources = []\n"
    ));
    let all = serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "A", "items": items });
    desk.write("a.json", all.to_string().as_bytes());
    let daemon = desk.start();
    daemon.until("/o.json", |answer| answer.text().contains("Title 30 4"));
    let full = page(&daemon, "/o").text();
    assert_eq!(full.matches("<time").count(), 100);
    assert!(
        full.contains("Title 30 4") && !full.contains("Title 0 0"),
        "the newest"
    );
    let none = page(&daemon, "/none").text();
    assert_eq!(well_formed(&none), Ok(()));
    assert!(none.contains("There are none yet.") && !full.contains("There are none yet."));
}

#[test]
fn a_page_is_served_as_documents_are() {
    let desk = desk("", &[("One", "https://a.example/1")]);
    let daemon = desk.start();
    daemon.until("/o", |answer| answer.text().contains("One"));
    let answer = page(&daemon, "/o");
    let etag = answer.header("etag").expect("a tag").to_owned();
    let policy = answer.header("content-security-policy").expect("a policy");
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("sandbox"),
        "{policy}"
    );
    assert!(policy.contains("base-uri 'none'") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(answer.header("link"), None);
    let document = page(&daemon, "/o.atom");
    for name in ["cache-control", "vary", "last-modified"] {
        assert_eq!(answer.header(name), document.header(name), "{name}");
    }
    let ask = |method: &str, headers: &[(&str, &str)]| daemon.ask(method, "/o", headers);
    let known = ask("GET", &[("If-None-Match", &etag)]);
    assert_eq!((known.status, known.body.len()), (304, 0));
    assert_eq!(known.header("etag"), Some(etag.as_str()));
    assert_eq!(ask("GET", &[("If-Match", "\"other\"")]).status, 412);
    let head = ask("HEAD", &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(ask("POST", &[]).status, 405);
    // Nobody asks for a part of a page.
    let old = [("A-IM", "feed"), ("If-None-Match", "\"x\"")];
    assert_eq!(ask("GET", &old).status, 200);
    for coding in ["gzip", "br"] {
        let packed = ask("GET", &[("Accept-Encoding", coding)]);
        assert_eq!(packed.header("content-encoding"), Some(coding));
        assert_ne!(packed.header("etag"), Some(etag.as_str()));
    }

    desk.write(
        "a.json",
        &feed(&[
            ("One", "https://a.example/1"),
            ("Another", "https://a.example/2"),
        ]),
    );
    daemon.until("/o", |answer| answer.text().contains("Another"));
    let old = [("A-IM", "feed"), ("If-None-Match", etag.as_str())];
    let whole = ask("GET", &old);
    assert_eq!(whole.status, 200);
    assert!(whole.text().contains("One"), "the whole page");
    let asked = [
        ("A-IM", "feed"),
        ("If-None-Match", document.header("etag").expect("a tag")),
    ];
    assert_eq!(
        daemon.ask("GET", "/o.atom", &asked).status,
        226,
        "a document's news"
    );
}

const TOKEN: &str = "k&y=+ ü\"<";

/// A daemon with an output that asks for [`TOKEN`], and the path of its page with it.
fn guarded() -> (Desk, Daemon, String) {
    let desk = desk(
        "token = { file = \"o.token\" }\n",
        &[("One", "https://a.example/1")],
    );
    desk.write("o.token", TOKEN.as_bytes());
    let daemon = desk.start();
    let with_token = format!("/o{}", query());
    daemon.until(&with_token, |answer| answer.text().contains("One"));
    (desk, daemon, with_token)
}

/// [`TOKEN`] as an address carries it.
fn query() -> String {
    let encoded = url::form_urlencoded::byte_serialize(TOKEN.as_bytes()).collect::<String>();
    format!("?token={encoded}")
}

/// The page for who brings [`TOKEN`] in a header.
fn by_header(daemon: &Daemon, path: &str) -> Answer {
    let pair = BASE64_STANDARD.encode(format!("reader:{TOKEN}"));
    let basic = format!("Basic {pair}");
    let answer = daemon.ask("GET", path, &[("Authorization", &basic)]);
    assert_eq!(answer.status, 200, "{path}");
    answer
}

#[test]
fn a_token_stands_in_the_links_for_who_came_with_it_in_the_address() {
    let (_desk, daemon, with_token) = guarded();
    let answer = page(&daemon, &with_token);
    let found = tags(&answer.text());
    let mut count = 0;
    for tag in found
        .iter()
        .filter(|tag| tag.get("href").contains("token="))
    {
        let path = format!("/{}", tag.get("href"));
        assert_eq!(daemon.ask("GET", &path, &[]).status, 200, "{path}");
        assert!(
            tag.name != "a" || tag.text.ends_with(&query()),
            "{}",
            tag.text
        );
        count += 1;
    }
    assert_eq!(count, 6, "three in the head, three to click");
    let other = by_header(&daemon, "/o");
    assert_ne!(answer.header("etag"), other.header("etag"), "two pages");
    for answer in [&answer, &other] {
        let caching = answer.header("cache-control").expect("a rule");
        assert!(caching.starts_with("private"), "{caching}");
    }
    let known = [("If-None-Match", answer.header("etag").expect("a tag"))];
    assert_eq!(daemon.ask("GET", &with_token, &known).status, 304);
}

#[test]
fn a_token_is_passed_on_to_nobody_else() {
    let (desk, daemon, with_token) = guarded();
    for path in ["/o", "/o?token=wrong", "/o?token="] {
        let refused = daemon.ask("GET", path, &[]);
        assert_eq!(refused.status, 401, "{path}");
        assert!(refused.header("www-authenticate").is_some());
        assert!(!refused.text().contains("One"));
    }
    // Another's token in the address is not passed on.
    for path in ["/o", "/o?token=wrong"] {
        assert!(
            !by_header(&daemon, path).text().contains("token="),
            "{path}"
        );
    }
    for format in ["atom", "rss", "json"] {
        let path = format!("/o.{format}{}", query());
        assert!(!page(&daemon, &path).text().contains("token="), "{path}");
    }
    // Another token is another page.
    desk.write("o.token", b"second");
    daemon.signal("HUP");
    let answer = daemon.until("/o?token=second", |answer| answer.status == 200);
    assert_eq!(answer.text().matches("?token=second").count(), 9);
    assert_eq!(daemon.ask("GET", &with_token, &[]).status, 401);
}

#[test]
fn before_the_first_documents_there_is_no_page() {
    let origin = Origin::start(|_| Reply::default().silence());
    let desk = Desk::new(&format!(
        "[fetch]\nallow_addresses = [\"127.0.0.1\"]\n[[source]]\nid = \"a\"\nurl = \"{}\"\n[[output]]\nid = \"o\"\n",
        origin.url("/feed")
    ));
    let daemon = desk.start();
    let (page, document) = (
        daemon.ask("GET", "/o", &[]),
        daemon.ask("GET", "/o.atom", &[]),
    );
    assert_eq!((page.status, document.status), (503, 503));
    assert_eq!(page.text(), document.text());
    assert_eq!(page.header("retry-after"), document.header("retry-after"));
}
