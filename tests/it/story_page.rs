//! `/story/ID`.
//!
//! - it shows every entry with what joined it and what speaks for that, on a line of time and in a table
//! - two texts stand side by side, word by word; the address chooses which
//! - each readable output says what it makes of the story and by which rule; corrections show what they changed
//! - what a visitor may not read is not on it, and nobody can tell it from what there is not
//! - what publishers wrote stands in it as text; large stories are cut, and the page says so

use rusqlite::Connection;
use scraper::Html;

use crate::support::daemon::{Daemon, Desk};
use crate::support::html::{follow_links, links, parse, selecting, texts};
use crate::support::releases::{CHOIR, LOCK, file_source, piece, publish, refresh, told};

const TITLE: &str = "Upper lock at Haldenau closes for repairs";
const OPEN: &str = "[[output]]\nid = \"o\"\n";

/// The story of the item with this title in an output.
fn story_of(desk: &Desk, output: &str, title: &str) -> String {
    let document = desk.json(output);
    let items = document["items"].as_array().expect("items");
    let item = items.iter().find(|item| item["title"] == title);
    let story = &item.unwrap_or_else(|| panic!("{title:?} is not in {document:#}"))["_mainstem"];
    story["story"].as_str().expect("a story").to_owned()
}

fn read(daemon: &Daemon, path: &str) -> Html {
    let answer = daemon.ask("GET", path, &[]);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    parse(&answer.text())
}

/// Two sources with one release, of which the second has another headline and one sentence more.
fn two_copies(keys: &str) -> Desk {
    let sources = file_source("a", "title = \"The Agency\"") + &file_source("b", "");
    let desk = Desk::new(&format!("{sources}{}{keys}", file_source("c", "")));
    let longer = format!("{LOCK}<p>A ferry replaces the footbridge meanwhile.</p>");
    publish(&desk, "a", &[piece("one", "10:00", TITLE, LOCK)]);
    let second = piece(
        "two",
        "11:30",
        "Lock at Haldenau closes for repairs",
        &longer,
    );
    publish(&desk, "b", &[second]);
    publish(
        &desk,
        "c",
        &[piece("three", "09:00", "Choir in the depot", CHOIR)],
    );
    refresh(&desk, &[]);
    desk
}

/// The page of the release that both sources have, with its number; another output drops it, and a third does not read them.
fn page_of_two() -> (String, Html) {
    let keys = "[[output]]\nid = \"o\"\ntitle = \"All\"\n[[output]]\nid = \"none\"\nexclude = [\"Haldenau\"]\n\
        [[output]]\nid = \"other\"\nsources = [\"c\"]\n";
    let desk = two_copies(keys);
    let daemon = desk.start();
    daemon.until("/o.json", |answer| answer.status == 200);
    let story = story_of(&desk, "o", "Lock at Haldenau closes for repairs");
    let path = format!("/story/{story}");
    assert!(follow_links(&daemon, &path) > 8);
    let page = read(&daemon, &path);
    (story, page)
}

#[test]
fn it_tells_what_its_entries_are_and_why_they_are_one() {
    let (story, page) = page_of_two();
    assert_eq!(texts(&page, "h1"), ["Lock at Haldenau closes for repairs"]);
    let about = format!("Story {story}: 2 entries of 2 sources.");
    assert_eq!(texts(&page, "main > p")[0], about);

    let picture = page.select(&selecting("svg[role=img]")).next();
    let label = picture
        .and_then(|svg| svg.attr("aria-label"))
        .expect("a label");
    let (begun, ended) = ("2024-03-04 10:00 UTC", "2024-03-04 11:30 UTC");
    assert!(
        label.contains(&format!("2 entries from {begun} to {ended}")),
        "{label}"
    );
    assert_eq!(
        texts(&page, "svg text"),
        ["1. The Agency", "2. b", begun, ended]
    );

    let cells = |row: usize| texts(&page, &format!("tbody tr:nth-child({row}) > td"));
    let first = cells(1);
    assert_eq!(first[..4], ["1", "The Agency", TITLE, begun]);
    assert_eq!(first[5..], ["the first", "the story began with it"]);
    let second = cells(2);
    assert_eq!(second[5], "the same release");
    let joined = "a similar text, score 1.00, with no. 1";
    assert!(second[6].starts_with(joined), "{second:?}");
    let evidence = texts(&page, "tbody details li");
    assert!(evidence[0].starts_with("For: decided by: "), "{evidence:?}");
    let is_share = |said: &String| said.starts_with("For: 100 % of the shorter text");
    assert!(evidence.iter().any(is_share), "{evidence:?}");
}

#[test]
fn it_tells_what_only_one_says_and_what_outputs_make_of_it() {
    let (_, page) = page_of_two();
    // The longer text is shown, and the other lacks its last sentence.
    let ferry = "A ferry replaces the footbridge meanwhile.";
    assert_eq!(texts(&page, "blockquote del"), ["Lock", ferry]);
    assert_eq!(texts(&page, "blockquote ins"), ["Upper lock"]);
    assert_eq!(texts(&page, "h3"), ["All: kept", "none: dropped"]);
    assert_eq!(
        texts(&page, "h3 + ul"),
        [
            "shows no. 2 (b), which stands for 2 entries: it has no rule",
            "would show no. 2 (b), which stands for 2 entries, but: excluded by \"Haldenau\""
        ]
    );
    let others = "1 other feed takes no entries of these sources.".to_owned();
    assert!(texts(&page, "p.muted").contains(&others));
}

#[test]
fn the_address_chooses_what_is_compared() {
    let sources = file_source("a", "") + &file_source("b", "") + &file_source("c", "");
    let desk = Desk::new(&format!("{sources}{OPEN}"));
    for (source, time, more) in [
        ("a", "10:00", ""),
        ("b", "11:00", "<p>Herons stay.</p>"),
        ("c", "12:00", "<p>Otters leave.</p>"),
    ] {
        publish(
            &desk,
            source,
            &[piece(source, time, TITLE, &format!("{LOCK}{more}"))],
        );
    }
    refresh(&desk, &[]);
    let daemon = desk.start();
    daemon.until("/o.json", |answer| answer.status == 200);
    let path = format!("/story/{}", story_of(&desk, "o", TITLE));
    let base = read(&daemon, &path);
    let shown = texts(&base, "blockquote").join("");
    // The newest other one; what the address says is followed, and what it cannot mean is passed over.
    for silly in [
        "?with=",
        "?with=x",
        "?with=-1",
        "?with=99999999999999999999",
        "?with=%00&with=1",
    ] {
        let page = read(&daemon, &format!("{path}{silly}"));
        assert_eq!(texts(&page, "blockquote").join(""), shown, "{silly}");
    }
    let others: Vec<String> = links(&base)
        .into_iter()
        .filter(|link| link.starts_with("?with="))
        .collect();
    assert_eq!(others.len(), 1, "{others:?}");
    let page = read(
        &daemon,
        &format!("{path}{}", others[0].trim_end_matches("#compared")),
    );
    assert_ne!(texts(&page, "blockquote").join(""), shown);
}

#[test]
fn what_was_corrected_is_shown_word_by_word() {
    let desk = two_copies(OPEN);
    let corrected = LOCK.replace("14 cracks", "17 cracks");
    publish(&desk, "a", &[piece("one", "10:00", TITLE, &corrected)]);
    refresh(&desk, &[]);
    let daemon = desk.start();
    daemon.until("/o.json", |answer| answer.status == 200);
    let document = desk.json("o");
    let title = document["items"][0]["title"].as_str().expect("a title");
    let page = read(&daemon, &format!("/story/{}", story_of(&desk, "o", title)));
    let headings = texts(&page, "h2");
    assert_eq!(
        headings.last().map(String::as_str),
        Some("Corrections"),
        "{headings:?}"
    );
    let blocks = texts(&page, "h3 + blockquote");
    assert!(blocks[0].contains("found 14 17 cracks"), "{blocks:?}");
    assert!(texts(&page, "h3 + blockquote del").contains(&"14".to_owned()));
    assert!(texts(&page, "h3 + blockquote ins").contains(&"17".to_owned()));
}

/// Tokens that are in force, and what each visitor is answered for [`stories`].
type Case<'a> = (&'a str, &'a [(&'a str, [u16; 6])]);

const CASES: &[Case<'_>] = &[
    (
        "",
        &[
            ("", [200, 401, 200, 200, 401, 401]),
            ("?token=wrong", [200, 404, 200, 200, 404, 404]),
            ("?token=closed-one", [200, 200, 200, 200, 200, 404]),
        ],
    ),
    (
        "token = { file = \"server.token\" }\n",
        &[
            ("", [200, 401, 200, 401, 401, 401]),
            ("?token=wrong", [200, 404, 200, 404, 404, 404]),
            ("?token=closed-one", [200, 200, 200, 404, 404, 404]),
            ("?token=server-one", [200, 200, 200, 200, 200, 404]),
        ],
    ),
];

/// An open output of source a, a closed one of a and b, and source c that none reads.
fn half_closed(server_token: &str) -> Desk {
    let sources = file_source("a", "") + &file_source("b", "") + &file_source("c", "");
    let outputs = "[[output]]\nid = \"o\"\nsources = [\"a\"]\n\
        [[output]]\nid = \"closed\"\ntitle = \"The closed one\"\nsources = [\"a\", \"b\"]\nexclude = [\"anvil\"]\ntoken = { file = \"o.token\" }\n";
    let desk = Desk::new("");
    desk.write("server.token", b"server-one");
    desk.write("o.token", b"closed-one");
    // The token of the server stands in its own table, which the desk begins.
    desk.configure(&format!("{server_token}{sources}{outputs}"));
    let map = "The museum of shipping lends its oldest map to the university for a year";
    let globe = "A globe of the harbour master is found in a loft behind the rope walk";
    let anvil = "The smith at the upper weir sells an anvil that nobody can lift";
    let lock = |guid: &str, time: &str| piece(guid, time, TITLE, LOCK);
    let choir = piece("own", "08:00", "Choir in the depot", CHOIR);
    publish(&desk, "a", &[lock("one", "10:00"), choir]);
    let map = piece("map", "09:00", "Map on loan", map);
    let anvil = piece("anvil", "09:10", "Anvil for sale", anvil);
    publish(&desk, "b", &[lock("two", "11:00"), map, anvil]);
    publish(&desk, "c", &[piece("globe", "09:30", "Globe found", globe)]);
    refresh(&desk, &[]);
    desk
}

/// The stories of the open output, of the closed one, of both, of a source that no output reads, of one that only the closed one
/// reads and does not keep, and one that there is not.
fn stories(desk: &Desk) -> [String; 6] {
    let explained = |entry: &str| {
        let told = told(desk, &["explain", entry, "--json"]);
        let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
        told["story"]["id"].as_str().expect("a story").to_owned()
    };
    let entries = ["own", "map", "one", "globe", "anvil"];
    let [open, closed, both, unread, unkept] = entries.map(explained);
    [open, closed, both, unread, unkept, "4711".to_owned()]
}

#[test]
fn what_a_visitor_may_not_read_is_not_told() {
    for (server_token, visitors) in CASES {
        let desk = half_closed(server_token);
        let stories = stories(&desk);
        let daemon = desk.start();
        daemon.until("/o.json", |answer| answer.status == 200);
        for (query, expected) in *visitors {
            let ask = |story: &String| daemon.ask("GET", &format!("/story/{story}{query}"), &[]);
            let answers = stories.each_ref().map(ask);
            let found = answers.each_ref().map(|answer| answer.status);
            assert_eq!(&found, expected, "{server_token}{query}");
            let both = &answers[2];
            let is_named = both.text().contains("The closed one");
            assert_eq!(is_named, query.contains("closed"), "{query}");
            let page = parse(&both.text());
            let rows = texts(&page, "tbody tr").len();
            assert_eq!(rows, if query.ends_with("-one") { 2 } else { 1 }, "{query}");
            for link in links(&page).iter().filter(|link| link.contains("token=")) {
                let is_ours = link.starts_with("../") || link.starts_with('?');
                assert!(is_ours && link.contains(query), "{link}");
            }
            let caching = both.header("cache-control");
            assert_eq!(caching, Some("private, no-cache"));
        }
    }
}

/// What is withdrawn is no more open than it was before: nobody keeps it then, but those who did are still asked.
#[test]
fn what_is_withdrawn_is_told_to_whom_it_was_open() {
    let anvil = "The smith at the upper weir sells an anvil that nobody can lift";
    let kill = |pieces: &str| {
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:at=\"http://purl.org/atompub/tombstones/1.0\"><id>urn:a</id><title>A</title><updated>2024-03-04T12:00:00Z</updated>{pieces}</feed>"
        )
    };
    let entry = format!(
        "<entry><id>anvil</id><title>Anvil for sale</title><updated>2024-03-04T09:00:00Z</updated><link href=\"https://a.example/anvil\"/><content>{anvil}</content></entry>"
    );
    let deleted = "<at:deleted-entry ref=\"anvil\" when=\"2024-03-05T09:00:00Z\"/>";
    // Whether the open output keeps it, and what is answered to a stranger.
    for (rule, expected) in [("exclude = [\"anvil\"]\n", 401), ("", 200)] {
        for is_retracted in [false, true] {
            let desk = Desk::new(&format!(
                "{}[[output]]\nid = \"o\"\n{rule}[[output]]\nid = \"closed\"\nwithdrawals = \"follow\"\ntoken = {{ file = \"t\" }}\n",
                file_source("a", "")
            ));
            desk.write("t", b"sesame");
            desk.write("a.xml", kill(&entry).as_bytes());
            refresh(&desk, &[]);
            let explained = told(&desk, &["explain", "anvil", "--json"]);
            let explained: serde_json::Value = serde_json::from_str(&explained).expect("JSON");
            let story = explained["story"]["id"].as_str().expect("a story");
            if is_retracted {
                desk.write("a.xml", kill(deleted).as_bytes());
                assert!(refresh(&desk, &[]).contains("withdraws"));
            } else {
                told(&desk, &["withdraw", "anvil", "--reason", "a slip"]);
            }
            let daemon = desk.start();
            daemon.until("/o.json", |answer| answer.status == 200);
            let path = format!("/story/{story}");
            let case = format!("{rule:?}, {is_retracted}");
            let answer = daemon.ask("GET", &path, &[]);
            assert_eq!(answer.status, expected, "{case}: {}", answer.text());
            let known = daemon.ask("GET", &format!("{path}?token=sesame"), &[]);
            assert_eq!(known.status, 200, "{case}: {}", known.text());
        }
    }
}

/// A source that only a closed output reads has brought the release first.
#[test]
fn an_entry_that_is_hidden_is_told_by_no_other() {
    let sources = file_source("a", "") + &file_source("b", "");
    let desk = Desk::new(&format!(
        "{sources}[[output]]\nid = \"o\"\nsources = [\"a\"]\n[[output]]\nid = \"closed\"\ntoken = {{ file = \"t\" }}\n"
    ));
    desk.write("t", b"sesame");
    publish(&desk, "a", &[]);
    publish(&desk, "b", &[piece("one", "10:00", TITLE, LOCK)]);
    refresh(&desk, &[]);
    publish(&desk, "a", &[piece("two", "11:00", TITLE, LOCK)]);
    refresh(&desk, &[]);
    let story = story_of(&desk, "o", TITLE);
    let daemon = desk.start();
    daemon.until("/o.json", |answer| answer.status == 200);
    // Rows of the table, and whether another entry is told of in it and on the page of the source.
    for (query, rows, is_told) in [("", 1, false), ("?token=sesame", 2, true)] {
        let page = read(&daemon, &format!("/story/{story}{query}"));
        let table = texts(&page, "tbody tr");
        assert_eq!(table.len(), rows, "{table:?}");
        let table = table.join(" ");
        for told in ["the same text", ", with "] {
            assert_eq!(table.contains(told), is_told, "{told}: {table}");
        }
        assert!(table.contains("the story began with it"), "{table}");
        assert!(table.contains("the first"), "{table}");
        assert!(!table.contains("not shown"), "{table}");
        let of_source = read(&daemon, &format!("/source/a{query}"));
        let listed = texts(&of_source, "main").concat();
        assert!(listed.contains(TITLE), "{listed}");
        assert_eq!(listed.contains(", a copy"), is_told, "{listed}");
    }
}

#[test]
fn a_large_story_is_cut_and_says_so() {
    let desk = two_copies(OPEN);
    let story = story_of(&desk, "o", "Lock at Haldenau closes for repairs");
    let db = Connection::open(desk.path("mainstem.db")).expect("opens");
    let first = format!(
        "CREATE TEMP TABLE copy AS SELECT * FROM entries WHERE story = {story} AND relation = 'first';
        UPDATE copy SET relation = 'same', layer = 'content', score = 1.0, matched = entry;"
    );
    db.execute_batch(&first).expect("copies");
    let crowd = |from: i64, to: i64| {
        for nth in from..to {
            let copy = format!(
                "UPDATE copy SET entry = {nth}, identity = randomblob(16);
                INSERT INTO entries SELECT * FROM copy;
                INSERT INTO bodies SELECT copy.entry, body FROM copy JOIN bodies ON bodies.entry = copy.matched"
            );
            db.execute_batch(&copy).expect("stands in the story");
        }
    };
    crowd(1_000, 1_012);
    let daemon = desk.start();
    daemon.until("/o.json", |answer| answer.status == 200);
    let path = format!("/story/{story}");
    let page = read(&daemon, &path);
    assert_eq!(texts(&page, "tbody tr").len(), 14);
    // Marks of one moment stand above each other, by number.
    let marks: Vec<(Option<&str>, Option<&str>)> = page
        .select(&selecting("svg.timeline > svg"))
        .map(|mark| (mark.attr("x"), mark.attr("y")))
        .collect();
    assert_eq!(marks.len(), 14);
    assert_eq!(
        marks
            .iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        14,
        "{marks:?}"
    );
    crowd(2_000, 2_100);
    let page = read(&daemon, &path);
    assert_eq!(texts(&page, "tbody tr").len(), 100);
    assert!(texts(&page, "p").contains(&"These are the first 100 of 114 entries.".to_owned()));
}

#[test]
fn what_publishers_write_stands_as_text() {
    let fields: serde_json::Value =
        serde_json::from_str(include_str!("../corpus/hostile-fields.json")).expect("JSON");
    let values = |field: &str| -> Vec<String> {
        let values = fields[field].as_array().expect("values").iter();
        values
            .map(|value| value.as_str().expect("a text").to_owned())
            .collect()
    };
    let mut items = Vec::new();
    for (field, key) in [
        ("title", "title"),
        ("link", "url"),
        ("date", "date_published"),
        ("id", "id"),
        ("language", "language"),
        ("name", "title"),
    ] {
        for value in values(field) {
            let nth = items.len();
            let mut item = serde_json::json!({ "id": format!("x-{nth}"), "title": format!("Title {nth}"),
                "content_html": format!("<script>alert({nth})</script><p>Text {nth} with &lt;b&gt;tags&lt;/b&gt; of its own</p>") });
            item[key] = value.into();
            items.push(item);
        }
    }
    items.push(serde_json::json!({ "id": "evil", "title": "</title><script>alert(1)</script>\u{202E}'\"&<b onclick=x>",
        "url": "javascript:alert(1)", "content_text": "</pre>]]>--><svg onload=alert(1)>" }));
    let feed = serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "<b>\"Evil\"</b>", "items": items });
    let desk = Desk::new(
        "[[source]]\nid = \"a\"\npath = \"a.json\"\nfirst_items = 0\ntitle = \"<i>'A\\\"\"\n[[output]]\nid = \"o\"\nmax_entries = 1000\ntitle = \"<b>&amp;\\\"\"\n",
    );
    desk.write("a.json", feed.to_string().as_bytes());
    refresh(&desk, &[]);
    let daemon = desk.start();
    daemon.until("/o.json", |answer| answer.status == 200);
    let document = desk.json("o");
    let shown = document["items"].as_array().expect("items");
    assert!(shown.len() > 80, "{}", shown.len());
    for item in shown {
        let story = item["_mainstem"]["story"].as_str().expect("a story");
        let page = read(&daemon, &format!("/story/{story}"));
        assert!(texts(&page, "tbody tr")[0].contains("<i>'A\""));
        for link in links(&page) {
            assert!(!link.contains("javascript:"), "{link}");
        }
    }
}
