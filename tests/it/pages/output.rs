//! `/OUTPUT`, the page that an output's documents name as their own.
//!
//! - every document names one page, and what it names is served as HTML; Atom has no other alternate that a reader could take for it
//! - the page has the title, the three addresses and the newest items: title, source, date, the beginning of the text, where else it
//!   appeared, whether it was corrected; text stands in it as text, and it runs and loads nothing
//! - it is bounded, leads on page by page through all that the documents show, and takes any page number
//! - it changes when the documents do

use scraper::Html;
use serde_json::Value;

use super::{SOURCE, borrowed, desk, feed, follow_all, many, page, read};
use crate::support::daemon::{Daemon, Desk};
use crate::support::html::{links, parse, selecting, texts};

/// What a first page has at most, in bytes.
const FIRST_PAGE: usize = 30 * 1024;

/// The values of an attribute of the elements that a selector finds.
fn values(page: &Html, selector: &str, attribute: &str) -> Vec<String> {
    let selector = selecting(selector);
    let found = page
        .select(&selector)
        .filter_map(|element| element.attr(attribute));
    found.map(str::to_owned).collect()
}

/// The pages that the three documents name, each once.
fn named_pages(daemon: &Daemon) -> [String; 3] {
    let text = |format: &str| page(daemon, &format!("/o.{format}")).text();
    let between = |text: &str, start: &str, end: &str| {
        let (_, rest) = text.split_once(start).expect("a link");
        rest.split_once(end).expect("its end").0.to_owned()
    };
    let atom = text("atom");
    let head = atom.split_once("<entry>").expect("entries").0;
    assert_eq!(
        head.matches("rel=\"alternate\"").count(),
        1,
        "the page is the only alternate"
    );
    let alternate = "<link rel=\"alternate\" type=\"text/html\" href=\"";
    let json: Value = serde_json::from_str(&text("json")).expect("JSON");
    [
        between(head, alternate, "\""),
        between(&text("rss"), "<link>", "</link>"),
        json["home_page_url"].as_str().expect("a page").to_owned(),
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
        assert_eq!(named_pages(&daemon), [0; 3].map(|_| format!("{base}o")));
        let answer = page(&daemon, "/o");
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("text/html; charset=utf-8"));
        let page = parse(&answer.text());
        assert_eq!(texts(&page, "title"), ["News & <Views>"]);
        assert_eq!(texts(&page, "h1"), ["News & <Views>"]);
        // Relative: it leads there by whatever address the page was reached.
        let documents = ["o.atom", "o.rss", "o.json"];
        assert_eq!(values(&page, "link[rel=alternate]", "href"), documents);
        let documents = ["o.atom", "o.rss", "o.json", "o/changes.atom"];
        assert_eq!(values(&page, "dd a", "href"), documents);
        let addresses = documents.map(|name| format!("{base}{name}"));
        assert_eq!(texts(&page, "dd a"), addresses);
        let types = values(&page, "dd a", "type");
        for (name, kind) in documents.iter().zip(types) {
            let document = daemon.ask("GET", &format!("/{name}"), &[]);
            let served = document.header("content-type").expect("a type");
            assert!(served.starts_with(&kind), "{served}");
        }
    }
}

/// A member of each item of a JSON Feed.
fn members(items: &[Value], member: &str) -> Vec<String> {
    let members = items
        .iter()
        .map(|item| item[member].as_str().expect("text"));
    members.map(str::to_owned).collect()
}

#[test]
fn items_are_text_that_links_to_the_articles() {
    const TITLES: [(&str, &str); 6] = [
        (
            "No page, but a file",
            "magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a",
        ),
        ("Oldest", "https://a.example/0"),
        ("Plain & simple", "https://a.example/1?a=1&b=2"),
        (
            "<script>alert(1)</script> \"quoted\" 'too' </li></ol></main>",
            "https://a.example/2",
        ),
        (
            "&lt;b&gt;escaped&lt;/b&gt; ]]> --> <!--",
            "https://a.example/\"onclick=\"x",
        ),
        ("مرحبا بالعالم", "https://a.example/%F0%9F%90%88"),
    ];
    let desk = desk("language = \"de\"\nduplicates = \"off\"\n", &TITLES);
    let daemon = desk.start();
    daemon.until("/o", |answer| answer.text().contains("<time datetime"));
    let document = desk.json("o");
    let items = document["items"].as_array().expect("items");
    assert_eq!(items.len(), TITLES.len());
    let page = read(&daemon, "/o");
    let of = |member: &str| members(items, member);
    assert_eq!(texts(&page, "main li h3"), of("title"));
    assert_eq!(
        values(&page, "main li > p > time", "datetime"),
        of("date_published")
    );
    let linked = of("url").into_iter().filter(|url| url.starts_with("http"));
    assert_eq!(
        values(&page, "main li h3 a", "href"),
        linked.collect::<Vec<_>>()
    );
    assert_eq!(values(&page, "h1", "lang"), ["de"]);
    let every = |values: Vec<String>, value: &str| {
        assert!(values.len() >= TITLES.len() - 1, "{values:?}");
        assert!(values.iter().all(|other| other == value), "{values:?}");
    };
    every(values(&page, "main li h3", "lang"), "fr");
    every(values(&page, "main li h3", "dir"), "auto");
    every(
        values(&page, "main li h3 a", "rel"),
        "nofollow noopener noreferrer",
    );
    every(texts(&page, "main li > p > span"), "The \"Agency\" & Co");
    let stories = values(&page, "main li a[href^=story]", "href");
    let numbers = items.iter().map(|item| &item["_mainstem"]["story"]);
    let numbers = numbers.filter_map(Value::as_str);
    let expected: Vec<String> = numbers.map(|number| format!("story/{number}")).collect();
    assert_eq!(stories, expected);
    // An id of a document that the store would be asked for, a page of a page, an output that there is not.
    for path in ["/o/", "/p", "/O", "/o.html", "/o."] {
        assert_eq!(daemon.ask("GET", path, &[]).status, 404, "{path}");
    }
}

/// A JSON Feed of one item.
fn one(title: &str, id: &str, text: &str) -> Vec<u8> {
    serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": format!("The {id}"), "items": [
        { "id": format!("https://{id}.example/1"), "url": format!("https://{id}.example/1"), "title": title, "content_text": text,
          "date_published": "2024-05-01T10:00:00Z" } ] })
        .to_string()
        .into_bytes()
}

#[test]
fn an_item_says_where_else_it_appeared_and_whether_it_was_corrected() {
    const TEXT: &str = "The harbour master has asked all boats to leave the inner basin by Friday so that the old piles can be drawn, \
        which takes four weeks; the fish market moves to the north quay meanwhile, and the ferry to the island leaves from there. ";
    let desk = Desk::new(
        "[[source]]\nid = \"a\"\npath = \"a.json\"\nevery = \"1s\"\npriority = 1\n[[source]]\nid = \"b\"\npath = \"b.json\"\nevery = \"1s\"\n\
        [[output]]\nid = \"o\"\n[[output]]\nid = \"links\"\ncontent = \"link\"\n",
    );
    let long = TEXT.repeat(3);
    desk.write("a.json", &one("Basin closed for boats", "a", &long));
    desk.write("b.json", &one("Basin closed for boats", "b", &long));
    let daemon = desk.start();
    daemon.until("/o", |answer| answer.text().contains("Also in"));
    let page = read(&daemon, "/o");
    assert_eq!(texts(&page, "main li").len(), 1);
    let also = texts(&page, "main li p.muted");
    assert_eq!(also[0], "The a · 2024-05-01 10:00 UTC");
    assert_eq!(also[1], "Also in The b");
    assert!(links(&page).contains(&"https://b.example/1".to_owned()));
    let text = texts(&page, "main li > p:not(.muted)");
    let told = text[0].strip_suffix(" …").expect("it is cut at a word");
    assert!(long.starts_with(told), "{told}");
    assert!((240..=300).contains(&told.len()), "{}", told.len());
    // Links alone are what the second output is for.
    let links_alone = daemon.until("/links", |answer| answer.text().contains("Also in"));
    assert!(!links_alone.text().contains("harbour master"));

    let corrected = long.replace("Friday", "Thursday");
    desk.write("a.json", &one("Basin closed for boats", "a", &corrected));
    daemon.until("/o", |answer| answer.text().contains("corrected"));
    let page = read(&daemon, "/o");
    let dates = texts(&page, "main li p.muted time");
    assert_eq!(dates.len(), 2);
    assert_eq!(dates[0], "2024-05-01 10:00 UTC");
    let document = desk.json("o");
    let modified = &document["items"][0]["date_modified"];
    let told = values(&page, "main li p.muted time", "datetime");
    assert_eq!(modified.as_str(), Some(told[1].as_str()));
}

#[test]
fn pages_lead_through_everything_that_the_documents_show() {
    let all = many(110);
    let desk = desk("duplicates = \"off\"\nmax_entries = 100\n", &borrowed(&all));
    let daemon = desk.start();
    daemon.until("/o", |answer| answer.text().contains("Title 109."));
    let document = desk.json("o");
    let items = document["items"].as_array().expect("items");
    let titles: Vec<&str> = items
        .iter()
        .filter_map(|item| item["title"].as_str())
        .collect();
    assert_eq!(titles.len(), 100);
    let first = page(&daemon, "/o");
    assert!(first.body.len() <= FIRST_PAGE, "{}", first.body.len());
    let mut shown = Vec::new();
    for (path, count) in [("/o", 40), ("/o?page=2", 40), ("/o?page=3", 20)] {
        let page = read(&daemon, path);
        let on_page = texts(&page, "main li h3");
        assert_eq!(on_page.len(), count, "{path}");
        shown.extend(on_page);
        follow_all(&daemon, path, &page);
    }
    assert_eq!(shown, titles);
    let next = |path: &str| values(&read(&daemon, path), "a[rel=next]", "href");
    assert_eq!(next("/o"), ["o?page=2"]);
    assert_eq!(next("/o?page=2"), ["o?page=3"]);
    assert_eq!(next("/o?page=3"), ["o/archive/1"]);
    for (silly, sensible) in [
        ("/o?page=0", "/o"),
        ("/o?page=-1", "/o"),
        ("/o?page=", "/o"),
        ("/o?page=two&page=3&x=%FF&&=", "/o"),
        ("/o?page=1", "/o"),
        ("/o?page=4", "/o?page=3"),
        ("/o?page=18446744073709551615", "/o?page=3"),
    ] {
        let ask = |path: &str| daemon.ask("GET", path, &[]);
        assert_eq!(ask(silly).text(), ask(sensible).text(), "{silly}");
    }
}

#[test]
fn a_page_of_long_items_has_fewer_of_them() {
    // Characters of three bytes, without a space, and titles that nobody would call so.
    let long: Vec<(String, String)> = (0..60)
        .map(|nth| {
            let title = format!("{nth}{}", "漢".repeat(2000));
            (title, format!("https://a.example/{nth}"))
        })
        .collect();
    let desk = desk("duplicates = \"off\"\n", &borrowed(&long));
    let daemon = desk.start();
    daemon.until("/o", |answer| answer.text().contains(">59漢"));
    let (mut path, mut count, mut pages) = ("/o".to_owned(), 0, 0);
    loop {
        let answer = daemon.ask("GET", &path, &[]);
        assert!(answer.body.len() <= FIRST_PAGE, "{}", answer.body.len());
        let page = parse(&answer.text());
        count += texts(&page, "main li h3").len();
        pages += 1;
        match values(&page, "a[rel=next]", "href").first() {
            Some(next) => path = format!("/{next}"),
            None => break,
        }
    }
    assert_eq!(count, 60);
    assert!(pages > 2, "{pages}");
}

#[test]
fn an_empty_page_says_so_and_what_to_do() {
    let desk = Desk::new(&format!(
        "{SOURCE}[[output]]\nid = \"o\"\n[[output]]\nid = \"none\"\ninclude = [\"nothing of the kind\"]\n"
    ));
    desk.write("a.json", &feed(&[("One", "https://a.example/1")]));
    let daemon = desk.start();
    daemon.until("/o", |answer| answer.text().contains(">One<"));
    let full = read(&daemon, "/o");
    let none = read(&daemon, "/none");
    let says = |page: &Html| {
        texts(page, "main")
            .concat()
            .contains("There are no items yet")
    };
    assert!(says(&none) && !says(&full));
    follow_all(&daemon, "/none", &none);
}
