//! What the answers of pages say, whatever they show.
//!
//! - validators, codings, HEAD; a page runs nothing, is framed by nobody, and is read by no other site
//! - the files that pages are shown with may be kept for ever, under names that follow from their bytes
//! - whatever a page's path is answered with, scripts of other sites do not read it; no page leads to an address such as `.././`
//! - a page names no language that nobody outside knows
//! - a query is bounded; before the first documents there is no page of them

use super::{desk, feed, links, page, read};
use crate::support::daemon::Desk;
use crate::support::origin::{Origin, Reply};

#[test]
fn a_page_is_answered_with_validators_and_runs_nothing() {
    let desk = desk("", &[("One", "https://a.example/1")]);
    let daemon = desk.start();
    daemon.until("/o", |answer| answer.text().contains(">One<"));
    for path in ["/", "/o"] {
        let ask = |method: &str, headers: &[(&str, &str)]| daemon.ask(method, path, headers);
        let answer = ask("GET", &[]);
        assert_eq!(answer.status, 200, "{path}");
        let etag = answer.header("etag").expect("a tag").to_owned();
        let policy = answer.header("content-security-policy").expect("a policy");
        assert_eq!(
            policy,
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        for (name, value) in [
            ("content-type", Some("text/html; charset=utf-8")),
            ("x-content-type-options", Some("nosniff")),
            ("referrer-policy", Some("no-referrer")),
            ("cache-control", Some("no-cache")),
            ("vary", Some("Accept-Encoding")),
            ("access-control-allow-origin", None),
            ("link", None),
        ] {
            assert_eq!(answer.header(name), value, "{path}: {name}");
        }
        let known = ask("GET", &[("If-None-Match", &etag)]);
        assert_eq!((known.status, known.body.len()), (304, 0), "{path}");
        assert_eq!(known.header("etag"), Some(etag.as_str()));
        assert_eq!(ask("GET", &[("If-Match", "\"other\"")]).status, 412);
        assert_eq!(ask("GET", &[("If-Match", &etag)]).status, 200);
        let head = ask("HEAD", &[]);
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(head.header("etag"), Some(etag.as_str()));
        assert_eq!(ask("POST", &[]).status, 405);
        let packed = ask("GET", &[("Accept-Encoding", "br, gzip")]);
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        let tag = packed.header("etag").expect("a tag");
        assert_ne!(tag, etag);
        let both = [("Accept-Encoding", "gzip"), ("If-None-Match", tag)];
        assert_eq!(ask("GET", &both).status, 304);
        let mut unpacked = String::new();
        let mut decoder = flate2::read::GzDecoder::new(packed.body.as_slice());
        std::io::Read::read_to_string(&mut decoder, &mut unpacked).expect("gzip");
        assert_eq!(unpacked, answer.text());
    }
    let etag = page(&daemon, "/o").header("etag").map(str::to_owned);
    let etag = etag.expect("a tag");
    let news = [
        ("One", "https://a.example/1"),
        ("Another", "https://a.example/2"),
    ];
    desk.write("a.json", &feed(&news));
    daemon.until("/o", |answer| answer.text().contains(">Another<"));
    let known = [("If-None-Match", etag.as_str())];
    assert_eq!(daemon.ask("GET", "/o", &known).status, 200);
}

#[test]
fn the_files_of_pages_may_be_kept_for_ever() {
    let desk = desk("", &[("One", "https://a.example/1")]);
    let daemon = desk.start();
    page(&daemon, "/o");
    let front = read(&daemon, "/");
    let mut kinds = Vec::new();
    for href in links(&front)
        .iter()
        .filter(|href| href.starts_with("static/"))
    {
        let ask = |headers: &[(&str, &str)]| daemon.ask("GET", &format!("/{href}"), headers);
        let answer = ask(&[]);
        assert_eq!(answer.status, 200, "{href}");
        let (_, name) = href.split_once('/').expect("a name");
        let hash = blake3::hash(&answer.body).to_hex();
        assert!(name.starts_with(&hash[..16]), "{href} is of other bytes");
        let caching = answer.header("cache-control");
        assert_eq!(caching, Some("public, max-age=31536000, immutable"));
        assert_eq!(answer.header("access-control-allow-origin"), None);
        let etag = answer.header("etag").expect("a tag");
        assert_eq!(ask(&[("If-None-Match", etag)]).status, 304);
        kinds.push(answer.header("content-type").map(str::to_owned));
        let packed = ask(&[("Accept-Encoding", "gzip")]);
        assert!(packed.body.len() <= answer.body.len());
    }
    let expected = ["text/css; charset=utf-8", "image/svg+xml"];
    assert_eq!(kinds, expected.map(|kind| Some(kind.to_owned())));
    for path in ["/static/", "/static", "/static/style.css", "/static/x/y"] {
        assert_eq!(daemon.ask("GET", path, &[]).status, 404, "{path}");
    }
}

#[test]
fn a_query_is_bounded() {
    let desk = desk("", &[("One", "https://a.example/1")]);
    let daemon = desk.start();
    page(&daemon, "/o");
    let padded = |path: &str, length: usize| {
        let start = format!("{path}?x=");
        daemon.ask("GET", &format!("{start}{}", "y".repeat(length - 2)), &[])
    };
    for path in ["/", "/o", "/sources"] {
        assert_eq!(padded(path, 8 * 1024).status, 200, "{path}");
        let refused = padded(path, 8 * 1024 + 1);
        assert_eq!(refused.status, 414, "{path}");
        assert!(refused.text().contains("8 KiB"), "{}", refused.text());
    }
    // A rule of hundreds of words in another script.
    let words: String = (0..300).map(|nth| format!("слово{nth}\n")).collect();
    let words: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
    let preview = format!("/o/preview?include={words}");
    assert!(preview.len() > 8 * 1024, "{}", preview.len());
    let tried = daemon.until(&preview, |answer| answer.status != 503);
    assert_eq!(tried.status, 200, "{}", tried.text());
    let refused = padded("/o/preview", 32 * 1024 + 1);
    assert_eq!(refused.status, 414);
    assert!(
        refused.text().contains("mainstem preview"),
        "{}",
        refused.text()
    );
    // A document has no parameters but its token.
    assert_eq!(padded("/o.atom", 9 * 1024).status, 200);
}

#[test]
fn before_the_first_documents_there_is_no_page() {
    let origin = Origin::start(|_| Reply::default().silence());
    let desk = Desk::new(&format!(
        "[fetch]\nallow_addresses = [\"127.0.0.1\"]\n[[source]]\nid = \"a\"\nurl = \"{}\"\n[[output]]\nid = \"o\"\n",
        origin.url("/feed")
    ));
    let daemon = desk.start();
    let ask = |path: &str| daemon.ask("GET", path, &[]);
    let (page, document) = (ask("/o"), ask("/o.atom"));
    assert_eq!((page.status, document.status), (503, 503));
    assert_eq!(page.text(), document.text());
    assert_eq!(page.header("retry-after"), document.header("retry-after"));
    assert_eq!(ask("/o/archive/1").status, 503);
    let front = ask("/");
    assert_eq!(front.status, 200);
    assert!(front.text().contains("first pass"), "{}", front.text());
}

#[test]
fn no_answer_of_a_page_is_for_other_sites() {
    let desk = desk(
        "token = { file = \"o.token\" }\n",
        &[("One", "https://a.example/1")],
    );
    desk.write("o.token", b"secret-0123456789");
    let daemon = desk.start();
    daemon.until("/o?token=secret-0123456789", |answer| answer.status == 200);
    let long = format!("/?x={}", "y".repeat(9_000));
    let open = "access-control-allow-origin";
    for (path, status) in [
        ("/o", 401),
        ("/o/archive/1", 401),
        ("/o/preview", 401),
        ("/story/1", 401),
        ("/nobody", 404),
        ("/nobody/preview", 404),
        ("/source/nobody", 404),
        ("/story/99?token=secret-0123456789", 404),
        ("/o/archive/7?token=secret-0123456789", 404),
        (long.as_str(), 414),
    ] {
        let answer = daemon.ask("GET", path, &[]);
        assert_eq!(
            (answer.status, answer.header(open)),
            (status, None),
            "{path}"
        );
    }
    let failed = daemon.ask("GET", "/", &[("If-Match", "\"other\"")]);
    assert_eq!((failed.status, failed.header(open)), (412, None));
    // Readers within web pages read documents, and why they cannot.
    for path in [
        "/o.atom",
        "/o/changes.atom",
        "/o/archive/1.atom",
        "/nobody.atom",
    ] {
        let answer = daemon.ask("GET", path, &[]);
        assert_eq!(answer.header(open), Some("*"), "{path}");
    }
}

#[test]
fn the_root_has_one_address_on_every_page() {
    let desk = desk("", &[("One", "https://a.example/1")]);
    let daemon = desk.start();
    for (path, root) in [
        ("/", "./"),
        ("/o", "./"),
        ("/sources", "./"),
        ("/source/a", "../"),
        ("/story/1", "../"),
        ("/o/preview", "../"),
    ] {
        page(&daemon, path);
        let leads: Vec<String> = links(&read(&daemon, path));
        assert!(leads.iter().any(|link| link == root), "{path}: {leads:?}");
        assert!(
            !leads.iter().any(|link| link.contains("/./")),
            "{path}: {leads:?}"
        );
    }
}

#[test]
fn a_page_names_no_language_that_nobody_knows() {
    let languages = [
        "x-klingon",
        "i-default",
        "qaa",
        "QTZ-Latn",
        "english",
        "de-CH",
        "gsw",
    ];
    let items = languages.iter().map(|language| {
        serde_json::json!({ "id": language, "url": format!("https://a.example/{language}"), "title": language,
            "content_text": format!("In {language}."), "language": language })
    });
    let feed = serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "A", "items": items.collect::<Vec<_>>() });
    let desk = desk("language = \"qaa\"\nduplicates = \"off\"\n", &[]);
    desk.write("a.json", feed.to_string().as_bytes());
    let daemon = desk.start();
    daemon.until("/o", |answer| answer.text().contains(">gsw<"));
    let stories = (1..=7).map(|story| format!("/story/{story}"));
    let paths = ["/", "/o", "/source/a"].map(str::to_owned);
    let mut named = std::collections::BTreeSet::new();
    for path in paths.into_iter().chain(stories) {
        page(&daemon, &path);
        let found = read(&daemon, &path);
        let marked = crate::support::html::selecting("main [lang]");
        named.extend(
            found
                .select(&marked)
                .filter_map(|marked| marked.attr("lang"))
                .map(str::to_owned),
        );
    }
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    assert_eq!(named, ["de-CH", "en", "gsw"]);
}
