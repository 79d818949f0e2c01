//! `/sources`: how every source is doing, for the eye.
//!
//! - a row says of a source what `mainstem sources` says of it, and its state in a word
//! - parameters sort, filter and turn pages; what they say stands in every link; nonsense is passed over
//! - what is secret in an address is neither shown nor found; text of publishers is text
//! - with `[server] token` the page needs it, and passes it on to who brought it in the address

use std::collections::{BTreeMap, BTreeSet};

use scraper::{ElementRef, Html};
use serde_json::Value;

use crate::support::daemon::{Daemon, Desk};
use crate::support::html::{links, parse, selecting, text_of, texts};
use crate::support::origin::{Origin, Reply, response, rss};

const TEXT: &str =
    "The ferryman ties the boat to the upper landing stage before the ice comes down";

/// The elements below another that a selector finds, in order.
pub(crate) fn found<'p>(root: ElementRef<'p>, selector: &str) -> Vec<ElementRef<'p>> {
    root.select(&selecting(selector)).collect()
}

fn page(daemon: &Daemon, path: &str) -> Html {
    let answer = daemon.ask("GET", path, &[]);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    parse(&answer.text())
}

/// The ids in the table, in order.
fn ids(page: &Html) -> Vec<String> {
    texts(page, "table.sources tbody th a")
}

/// The cells of each row, by the source's id.
fn rows(page: &Html) -> BTreeMap<String, Vec<String>> {
    let cell = selecting("td");
    let rows = found(page.root_element(), "table.sources tbody tr").into_iter();
    let cells = rows.map(|row| row.select(&cell).map(text_of).collect());
    ids(page).into_iter().zip(cells).collect()
}

/// Whether a page of the sources says that all of them were asked.
fn are_asked(daemon: &Daemon) {
    daemon.until("/sources", |answer| {
        let text = answer.text();
        answer.status == 200 && !text.contains("never asked") && text.contains("table")
    });
}

fn file_source(id: &str, path: &str, keys: &str) -> String {
    format!("[[source]]\nid = \"{id}\"\npath = \"{path}\"\nevery = \"1h\"\n{keys}")
}

/// A ward with a source in each state; the desk waits for the first answers of all but one.
fn ward() -> (Desk, Origin, Origin) {
    let origin = Origin::start(|asked| {
        Reply::from(match asked.path.as_str() {
            "/well" => response("200 OK", &[], &rss(&[("1", "Ferry", TEXT)])),
            "/gone" => response("410 Gone", &[], b""),
            "/html" => response(
                "200 OK",
                &[("Content-Type", "text/html")],
                b"<p>no feed</p>",
            ),
            "/never" => return Reply::default().silence(),
            _ => response("404 Not Found", &[], b""),
        })
    });
    let busy = Origin::at("127.0.0.2", |_| {
        response("429 Too Many Requests", &[("Retry-After", "3000")], b"")
    });
    let source = |id: &str, url: String| {
        format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\nevery = \"1h\"\n")
    };
    let mut configuration =
        "[fetch]\nhost_gap = \"0s\"\nper_host = 9\nallow_addresses = [\"127.0.0.0/8\"]\n"
            .to_owned();
    for id in ["well", "gone", "html", "never"] {
        configuration += &source(id, origin.url(&format!("/{id}")));
    }
    configuration += &source("held", busy.url("/"));
    configuration += &file_source("missing", "missing.xml", "");
    configuration += &file_source("silent", "silent.json", "");
    let desk = Desk::new(&configuration);
    let items: Vec<_> = (1..=9)
        .map(|month| serde_json::json!({ "id": month.to_string(), "title": format!("Report {month}"), "content_text": month.to_string(),
            "date_published": format!("2020-{month:02}-01T10:00:00Z") }))
        .collect();
    let feed = serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "Reports", "items": items });
    desk.write("silent.json", feed.to_string().as_bytes());
    (desk, origin, busy)
}

/// How the front page calls the states that sources are in.
fn read_front(daemon: &Daemon) -> Vec<String> {
    let answer = daemon.ask("GET", "/", &[]);
    texts(&parse(&answer.text()), "main > ul > li")
}

#[test]
fn a_row_says_what_the_command_says() {
    let (desk, _origin, _busy) = ward();
    let daemon = desk.start();
    let is_there = |text: &str| text.matches("never asked").count() == 1;
    daemon.until("/sources", |answer| is_there(&answer.text()));
    let page = page(&daemon, "/sources");
    let states = [
        ("gone", "ended by the publisher"),
        ("held", "asking to be left alone for a while"),
        ("html", "in trouble: not a feed"),
        ("missing", "in trouble: file"),
        ("never", "not asked yet"),
        ("silent", "silent for longer than usual"),
        ("well", "well"),
    ];
    let rows = rows(&page);
    let found: Vec<(&str, &str)> = rows
        .iter()
        .map(|(id, cells)| (id.as_str(), cells[0].as_str()))
        .collect();
    assert_eq!(found, states);
    let counts =
        "7 sources: 2 in trouble, 1 ended by the publisher, 1 silent for longer than usual,";
    assert!(texts(&page, "main > p")[0].starts_with(counts));
    // What one page calls a state, the others do.
    let front = read_front(&daemon);
    let called = front.iter().map(|state| state.split(": ").next());
    let called: Vec<_> = called.flatten().collect();
    let offered = texts(&page, "option");
    assert!(
        called.len() == 6
            && called
                .iter()
                .all(|state| offered.iter().any(|of| of == state)),
        "{called:?} {offered:?}"
    );
    let ended = desk.run(&["sources", "--json"]);
    let told: Vec<Value> = serde_json::from_slice(&ended.stdout).expect("JSON");
    assert_eq!(told.len(), rows.len());
    for source in told {
        let id = source["id"].as_str().expect("an id");
        let cells = &rows[id];
        let word = |name: &str| source[name].as_str().map(|word| word.replace('_', " "));
        let outcome = word("class").or(word("outcome"));
        let outcome = outcome.unwrap_or("never asked".to_owned());
        assert!(cells[1].starts_with(&outcome), "{id}: {cells:?}");
        for (cell, name) in [(1, "message"), (3, "because")] {
            let said = source[name].as_str().unwrap_or_default();
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                cells[cell].contains(&said),
                "{id}, {name} {said}: {cells:?}"
            );
        }
        for (cell, name) in [(4, "entries"), (5, "duplicates"), (6, "errors")] {
            assert_eq!(cells[cell], source[name].to_string(), "{id}, {name}");
        }
    }
}

/// 250 sources, of which every tenth is tagged, three have entries, and the rest fail.
fn crowd() -> Desk {
    let mut configuration = String::new();
    for nth in 0..250 {
        let path = match nth {
            7 => "one.xml",
            77 => "three.xml",
            177 => "two.xml",
            _ => "missing.xml",
        };
        let keys = if nth % 10 == 0 {
            "tags = [\"round & even\"]\n"
        } else {
            ""
        };
        configuration += &file_source(&format!("s{nth:03}"), path, keys);
    }
    let desk = Desk::new(&configuration);
    let all = ["Ferry", "Lock", "Weir"].map(|title| (title, title, TEXT));
    for (name, count) in [("one.xml", 1), ("two.xml", 2), ("three.xml", 3)] {
        desk.write(name, &rss(&all[..count]));
    }
    desk
}

fn numbered(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    let numbers = numbers.into_iter();
    numbers.map(|nth| format!("s{nth:03}")).collect()
}

#[test]
fn a_long_list_is_turned_page_by_page() {
    let desk = crowd();
    let daemon = desk.start();
    are_asked(&daemon);
    for (query, numbers) in [
        ("", 0..100),
        ("?page=1", 0..100),
        ("?page=2", 100..200),
        ("?page=3", 200..250),
        // Beyond the last is the last, and what is no number is the first.
        ("?page=4", 200..250),
        ("?page=99999999999999999999999", 0..100),
        ("?page=0", 0..100),
        ("?page=-1", 0..100),
        ("?page=%00", 0..100),
        ("?page=3&page=1", 200..250),
    ] {
        let page = page(&daemon, &format!("/sources{query}"));
        assert_eq!(ids(&page), numbered(numbers), "{query}");
    }
    // Whoever follows `next` from the first page meets every source once.
    let mut path = Some("/sources?sort=errors&order=desc&q=S&state=".to_owned());
    let mut met = Vec::new();
    while let Some(here) = path {
        let page = page(&daemon, &here);
        met.extend(ids(&page));
        let next = found(page.root_element(), "a[rel=next]").into_iter().next();
        path = next.map(|link| format!("/{}", link.attr("href").expect("a link")));
    }
    assert_eq!(met.len(), 250);
    assert_eq!(met.into_iter().collect::<BTreeSet<_>>().len(), 250);
}

#[test]
fn parameters_filter_and_sort() {
    let desk = crowd();
    let daemon = desk.start();
    are_asked(&daemon);
    let tens = || numbered((0..250).step_by(10));
    let cases: &[(&str, Vec<String>)] = &[
        ("?q=s24", numbered(240..250)),
        ("?q=%20S%2024%20", vec![]),
        ("?q=S+", numbered(0..100)),
        ("?q=ONE.XML", numbered([7])),
        ("?q=origin", numbered([7, 77, 177])),
        ("?tag=round+%26+even", tens()),
        ("?tag=round", vec![]),
        ("?tag=round+%26+even&q=s24", numbered([240])),
        ("?state=well", numbered([7, 77, 177])),
        ("?state=well&sort=entries", numbered([7, 177, 77])),
        (
            "?state=well&sort=entries&order=desc",
            numbered([77, 177, 7]),
        ),
        ("?state=well&sort=id&order=desc", numbered([177, 77, 7])),
        (
            "?sort=state&q=s00",
            numbered([0, 1, 2, 3, 4, 5, 6, 8, 9, 7]),
        ),
        ("?state=silent", vec![]),
        // Nonsense is passed over.
        ("?state=bored&q=s24", numbered(240..250)),
        ("?sort=beauty&order=sideways&q=s24", numbered(240..250)),
        ("?%FF=%FF&&&=&q=s24&q=s1", numbered(240..250)),
    ];
    for (query, expected) in cases {
        let page = page(&daemon, &format!("/sources{query}"));
        assert_eq!(ids(&page), *expected, "{query}");
        let is_empty = texts(&page, "main")[0].contains("No source matches.");
        assert_eq!(is_empty, expected.is_empty(), "{query}");
    }
    for column in [
        "id", "state", "last", "success", "due", "entries", "copies", "errors",
    ] {
        for order in ["asc", "desc"] {
            let page = page(&daemon, &format!("/sources?sort={column}&order={order}"));
            assert_eq!(ids(&page).len(), 100, "{column}");
            let sorted = found(page.root_element(), "th[aria-sort]").into_iter();
            let sorted: Vec<_> = sorted.filter_map(|head| head.attr("aria-sort")).collect();
            assert_eq!(sorted, [format!("{order}ending")], "{column}");
        }
    }
}

#[test]
fn the_page_says_what_is_in_force_and_keeps_it() {
    let desk = crowd();
    let daemon = desk.start();
    are_asked(&daemon);
    let query = "?q=s&tag=round+%26+even&state=trouble&sort=errors&order=desc";
    let page = page(&daemon, &format!("/sources{query}"));
    let said = texts(&page, "main > p").join(" ");
    for part in [
        "Shown: 1 to 25 of 25 that match, of 250",
        "with “s” in id, title or address",
        "in id, title or address and in trouble and tagged",
        "tagged “round & even”",
        "sorted by errors in a row, descending",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    for (selector, value) in [
        ("input[name=q]", "s"),
        ("input[name=tag]", "round & even"),
        ("option[selected]", "trouble"),
        ("input[type=hidden][name=sort]", "errors"),
        ("input[type=hidden][name=order]", "desc"),
        ("datalist option", "round & even"),
    ] {
        let fields = found(page.root_element(), selector).into_iter();
        let values: Vec<_> = fields.filter_map(|field| field.attr("value")).collect();
        assert_eq!(values, [value], "{selector}");
    }
    // Another column begins with what one looks for; the same one turns round.
    let heads = found(page.root_element(), "thead a").into_iter();
    let heads: Vec<String> = heads
        .filter_map(|a| a.attr("href"))
        .map(str::to_owned)
        .collect();
    let kept = "sources?q=s&state=trouble&tag=round+%26+even";
    assert_eq!(heads[0], kept);
    assert_eq!(heads[4], format!("{kept}&sort=due"));
    assert_eq!(heads[5], format!("{kept}&sort=entries&order=desc"));
    assert_eq!(heads[7], format!("{kept}&sort=errors"));
    // Every field has its label.
    let fields = found(page.root_element(), "input:not([type=hidden]), select");
    for field in fields {
        let id = field.attr("id").expect("an id");
        let label = format!("label[for={id}]");
        assert_eq!(texts(&page, &label).len(), 1, "{id}");
    }
}

#[test]
fn what_is_secret_is_neither_shown_nor_found() {
    let origin = Origin::start(|_| {
        let channel = "<link>javascript:alert(1)</link><description>x</description>";
        let feed = crate::support::origin::rss_with(channel, &[("1", "Ferry", TEXT)]);
        let feed = String::from_utf8(feed).expect("text");
        let title = "<title>&lt;script&gt;alert('t')&lt;/script&gt; &amp; \"Co\"</title>";
        response(
            "200 OK",
            &[],
            feed.replacen("<title>Origin</title>", title, 1).as_bytes(),
        )
    });
    let address = origin.address();
    let desk = Desk::new(&format!(
        "[fetch]\nallow_addresses = [\"127.0.0.1\"]\n[[source]]\nid = \"a\"\nurl = \"http://reader:hunter2@{address}/feed?token=abcdefgh\"\ntags = [\"<i>\"]\n"
    ));
    let daemon = desk.start();
    are_asked(&daemon);
    for path in ["/sources", "/source/a"] {
        let text = daemon.ask("GET", path, &[]).text();
        let page = parse(&text);
        for secret in ["hunter2", "reader:", "abcdefgh"] {
            assert!(!text.contains(secret), "{path}: {secret}");
        }
        let said = texts(&page, "main").join(" ");
        assert!(said.contains("\"Co\""), "{path}: {said}");
    }
    for (query, count) in [
        ("hunter2", 0),
        ("abcdefgh", 0),
        ("%2Ffeed", 1),
        ("CO%22", 1),
    ] {
        assert_eq!(
            ids(&page(&daemon, &format!("/sources?q={query}"))).len(),
            count,
            "{query}"
        );
    }
    let hostile = "?q=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E&tag=%27%3E%3Cimg&state=%3Cb%3E&sort=%3C&order=%22";
    let page = page(&daemon, &format!("/sources{hostile}"));
    assert!(texts(&page, "main")[0].contains("No source matches."));
}

#[test]
fn the_token_of_the_server_is_asked_for_and_goes_along() {
    const TOKEN: &str = "k&y=+ ü\"<";
    let encoded: String = url::form_urlencoded::byte_serialize(TOKEN.as_bytes()).collect();
    let desk = crowd();
    desk.write("t", TOKEN.as_bytes());
    let configuration = std::fs::read_to_string(desk.path("c.toml")).expect("readable");
    let guarded = configuration.replacen("[server]\n", "[server]\ntoken = { file = \"t\" }\n", 1);
    desk.write("c.toml", guarded.as_bytes());
    let daemon = desk.start();
    for path in [
        "/sources",
        "/sources?token=wrong",
        "/source/s007",
        "/source/none",
    ] {
        let refused = daemon.ask("GET", path, &[]);
        assert_eq!(refused.status, 401, "{path}");
        assert!(refused.header("www-authenticate").is_some(), "{path}");
        assert!(!refused.text().contains("s007"), "{path}");
    }
    for path in ["/sources", "/source/s007"] {
        let answer = daemon.ask("GET", &format!("{path}?token={encoded}"), &[]);
        assert_eq!(answer.status, 200, "{path}");
        let caching = answer.header("cache-control").expect("a rule");
        assert!(caching.starts_with("private"), "{caching}");
        let page = parse(&answer.text());
        let inward = links(&page)
            .into_iter()
            .filter(|link| link.contains("source"));
        let mut count = 0;
        for link in inward {
            assert!(link.contains(&format!("?token={encoded}")), "{link}");
            count += 1;
        }
        assert!(count >= 1, "{path}");
        // By a header it is the browser that carries it.
        let bearer = [("Authorization", "Bearer k&y")];
        assert_eq!(daemon.ask("GET", path, &bearer).status, 401);
    }
    let form = page(&daemon, &format!("/sources?token={encoded}&q=s00"));
    let hidden = found(form.root_element(), "input[type=hidden][name=token]").into_iter();
    let hidden: Vec<_> = hidden.filter_map(|field| field.attr("value")).collect();
    assert_eq!(hidden, [TOKEN]);
    let next = format!("/sources?token={encoded}&page=2");
    assert_eq!(ids(&page(&daemon, &next)).len(), 100);
}

#[test]
fn an_empty_list_says_how_to_fill_it() {
    let desk = Desk::new("[[source]]\nid = \"off\"\npath = \"a.xml\"\nenabled = false\n");
    let daemon = desk.start();
    let page = page(&daemon, "/sources");
    let said = texts(&page, "main").join(" ");
    assert!(
        said.contains("There are no sources: add a [[source]] table"),
        "{said}"
    );
    assert_eq!(texts(&page, "main li a"), ["off"]);
}
