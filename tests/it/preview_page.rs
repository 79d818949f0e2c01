//! `/OUTPUT/preview`.
//!
//! - without parameters it is a form with the present rule; with them it says what would appear and go, why, and what to write
//! - a slip is shown at its field, with its place and what was typed, and nothing is evaluated
//! - it is open to whoever may read the output, and counts nothing that the visitor may not read
//! - what costs too much is refused or ends after two seconds, and everything else is answered meanwhile
//! - it changes nothing

use std::time::{Duration, Instant};

use scraper::Html;
use url::form_urlencoded::byte_serialize;

use crate::support::daemon::{Answer, Daemon, Desk};
use crate::support::html::{links, parse, selecting, texts};
use crate::support::origin::rss;
use crate::support::releases::{CHOIR, LOCK, file_source, piece, publish, refresh};

/// GUID, title, text; the newest first.
const ENTRIES: &[(&str, &str, &str)] = &[
    (
        "1",
        "Harbour gate closes",
        "The eastern gate of the harbour stays shut for the whole of March.",
    ),
    (
        "2",
        "Choir sings in the depot",
        "Forty voices from the upper valley fill the old tram depot on Sunday.",
    ),
    (
        "3",
        "Bridge opens for cyclists",
        "The bridge over the mill stream is open again, for cyclists first.",
    ),
    (
        "4",
        "Harbour master retires",
        "After thirty years at the harbour its master hands over the keys.",
    ),
];

fn desk(rule: &str) -> Desk {
    let desk = Desk::new("");
    desk.write("a.xml", &rss(ENTRIES));
    desk.configure(&format!(
        "[words]\nplaces = [\"harbour\", \"depot\"]\n[[source]]\nid = \"a\"\npath = \"a.xml\"\n[[output]]\nid = \"merged\"\ntitle = \"All of it\"\n{rule}"
    ));
    refresh(&desk, &[]);
    desk
}

fn started(desk: &Desk) -> Daemon {
    let daemon = desk.start();
    daemon.until("/merged.json", |answer| matches!(answer.status, 200 | 401));
    daemon
}

/// A query of these parameters.
fn query(parameters: &[(&str, &str)]) -> String {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let parameters = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)));
    format!("?{}", parameters.collect::<Vec<_>>().join("&"))
}

/// A preview, asked for again while another is being made.
fn preview(daemon: &Daemon, parameters: &[(&str, &str)]) -> Html {
    let path = format!("/merged/preview{}", query(parameters));
    let answer = daemon.until(&path, |answer| answer.status != 503);
    assert_eq!(answer.status, 200, "{parameters:?}: {}", answer.text());
    parse(&answer.text())
}

/// What stands in the fields of the form.
fn typed(page: &Html) -> [String; 3] {
    ["include", "exclude", "where"].map(|name| {
        let field = page.select(&selecting(&format!("textarea#{name}"))).next();
        field
            .expect("a field")
            .text()
            .collect::<String>()
            .trim_start_matches('\n')
            .to_owned()
    })
}

#[test]
fn without_parameters_it_is_a_form_with_the_present_rule() {
    let desk = desk(
        "include = [\"list:places\", \"C++\"]\nexclude = [\"a <b>\"]\nwhere = 'words > 1 && \"x\" != title'\n",
    );
    let daemon = started(&desk);
    let page = preview(&daemon, &[]);
    assert_eq!(texts(&page, "h1"), ["Preview of All of it"]);
    assert_eq!(
        typed(&page),
        ["list:places\nC++", "a <b>", "words > 1 && \"x\" != title"]
    );
    assert!(texts(&page, "h2").is_empty(), "nothing is judged");
    let label = selecting("label");
    let labels = page.select(&label).filter_map(|label| label.attr("for"));
    assert_eq!(labels.collect::<Vec<_>>(), ["include", "exclude", "where"]);
    for field in page.select(&selecting("textarea")) {
        let described = field.attr("aria-describedby").expect("it is described");
        for id in described.split(' ') {
            assert!(
                page.select(&selecting(&format!("#{id}"))).next().is_some(),
                "{id}"
            );
        }
        assert_eq!(field.attr("aria-invalid"), None);
    }
    assert_eq!(daemon.ask("GET", "/nothing/preview", &[]).status, 404);
    assert_eq!(daemon.ask("POST", "/merged/preview", &[]).status, 405);
}

/// The output's rule, what is asked, what would appear and go and why, how many stay, what to write.
type Case<'a> = (
    &'a str,
    &'a [(&'a str, &'a str)],
    &'a [(&'a str, &'a str)],
    &'a [(&'a str, &'a str)],
    u64,
    &'a str,
);

const CASES: &[Case<'_>] = &[
    (
        "exclude = [\"harbour\"]\n",
        &[("include", ""), ("exclude", "bridge"), ("where", "")],
        &[
            ("Harbour gate closes", "excluded by \"harbour\""),
            ("Harbour master retires", "excluded by \"harbour\""),
        ],
        &[("Bridge opens for cyclists", "excluded by \"bridge\"")],
        1,
        "exclude = [\"bridge\"]",
    ),
    // What the address does not name stays as it is; an empty parameter takes it away.
    (
        "include = [\"harbour\"]\nwhere = 'title != \"x\"'\n",
        &[("exclude", "master")],
        &[],
        &[("Harbour master retires", "excluded by \"master\"")],
        1,
        "include = [\"harbour\"]\nexclude = [\"master\"]\nwhere = 'title != \"x\"'",
    ),
    // Several parameters, or several lines of one; lists go by their names.
    (
        "",
        &[
            ("include", "list:places"),
            ("include", "\r\n  bridge  \r\n\r\n"),
            ("where", "title != 'Harbour gate closes'"),
        ],
        &[],
        &[(
            "Harbour gate closes",
            "`where` is false: title != 'Harbour gate closes'",
        )],
        3,
        "include = [\"list:places\", \"bridge\"]\nwhere = \"title != 'Harbour gate closes'\"",
    ),
    (
        "include = [\"list:places\"]\n",
        &[("include", ""), ("where", "source == 'a' &&\nwords > 0")],
        &[(
            "Bridge opens for cyclists",
            "none of the words of `include` occurs",
        )],
        &[],
        3,
        "where = \"source == 'a' &&\\nwords > 0\"",
    ),
];

#[test]
fn it_says_what_would_change_and_what_to_write() {
    for (rule, asked, appears, goes, stays, lines) in CASES {
        let desk = desk(rule);
        let daemon = started(&desk);
        let before = desk.json("merged");
        let page = preview(&daemon, asked);
        let counts = texts(&page, "h2 + ul li");
        let items = |count: usize| {
            if count == 1 {
                "1 item".to_owned()
            } else {
                format!("{count} items")
            }
        };
        assert!(
            counts[0].starts_with(&format!(
                "{} would appear, {} of them",
                items(appears.len()),
                appears.len()
            )),
            "{counts:?}"
        );
        assert!(
            counts[1].starts_with(&format!(
                "{} would go, {} of them",
                items(goes.len()),
                goes.len()
            )),
            "{counts:?}"
        );
        assert!(
            counts[2].starts_with(&format!(
                "{} would stay",
                items(usize::try_from(*stays).expect("few"))
            )),
            "{asked:?}: {counts:?}"
        );
        let told = texts(&page, "ol li");
        assert_eq!(told.len(), appears.len() + goes.len(), "{told:?}");
        for (title, because) in appears.iter().chain(*goes) {
            let is_told = told
                .iter()
                .any(|told| told.starts_with(title) && told.ends_with(because));
            assert!(is_told, "{title} {because}: {told:?}");
        }
        let written: String = page
            .select(&selecting("pre code"))
            .flat_map(|code| code.text())
            .collect();
        assert_eq!(written, *lines);
        for link in links(&page)
            .iter()
            .filter(|link| link.starts_with("../story/"))
        {
            assert_eq!(daemon.ask("GET", &link[2..], &[]).status, 200, "{link}");
        }
        assert_eq!(desk.json("merged"), before, "a preview changes nothing");
    }
}

/// What is typed, the field that is wrong, where, and what is said of it.
type SlipCase<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str);

const SLIPS: &[SlipCase<'_>] = &[
    (
        &[("where", "words > 80 && titel == \"x\"")],
        "where",
        "where, character 15:",
        "did you mean `title`?",
    ),
    (
        &[("where", "words > 80 &&\n  titel == \"x\"")],
        "where",
        "where, line 2, character 3:",
        "unknown field `titel`",
    ),
    (&[("where", "words >")], "where", "where", ""),
    (
        &[("where", "title")],
        "where",
        "where:",
        "gives a string, not true or false",
    ),
    (
        &[("where", "title.matches(\"(\")")],
        "where",
        "where",
        "cannot be read",
    ),
    (
        &[("include", "harbour\n\n!!\nx")],
        "include",
        "include, line 3:",
        "holds no word",
    ),
    (
        &[("exclude", "a*b")],
        "exclude",
        "exclude, line 1, character 2:",
        "`*` that does not end a word",
    ),
    (
        &[("exclude", "/(/")],
        "exclude",
        "exclude, line 1:",
        "cannot be read",
    ),
    (
        &[("include", "x\nlist:nowhere")],
        "include",
        "include, line 2:",
        "no list \"nowhere\"",
    ),
    (
        &[("include", "/\\w{500}/")],
        "include",
        "include, line 1:",
        "too much to try here",
    ),
];

#[test]
fn a_slip_is_shown_at_its_field() {
    let desk = desk("");
    let daemon = started(&desk);
    for (asked, field, place, said) in SLIPS {
        let page = preview(&daemon, asked);
        let alert = texts(&page, "[role=alert]").join(" ");
        assert!(
            alert.contains(place) && alert.contains(said),
            "{asked:?}: {alert}"
        );
        let invalid: Vec<_> = page
            .select(&selecting("textarea[aria-invalid=true]"))
            .collect();
        assert_eq!(invalid.len(), 1, "{asked:?}");
        assert_eq!(invalid[0].attr("id"), Some(*field));
        let described = invalid[0]
            .attr("aria-describedby")
            .expect("it is described");
        assert!(
            described.ends_with(&format!(" {field}-wrong")),
            "{described}"
        );
        assert!(
            texts(&page, &format!("#{field}-wrong"))
                .join(" ")
                .contains(said),
            "{asked:?}"
        );
        let typed_text = typed(&page);
        assert!(
            typed_text.contains(&asked[0].1.to_owned()),
            "{asked:?}: {typed_text:?}"
        );
        assert!(
            texts(&page, "h2").is_empty(),
            "{asked:?}: nothing is evaluated"
        );
    }
}

#[test]
fn it_counts_what_the_visitor_may_read() {
    let sources = file_source("a", "") + &file_source("b", "");
    let outputs = "[[output]]\nid = \"merged\"\nexclude = [\"lock\"]\n[[output]]\nid = \"closed\"\nsources = [\"b\"]\ntoken = { file = \"o.token\" }\n";
    let guarded = outputs.replace(
        "id = \"merged\"\n",
        "id = \"merged\"\ntoken = { file = \"o.token\" }\n",
    );
    for (server_token, outputs, visitors) in [
        // The choir is only in the closed output's sources and merged; the lock is hidden by merged, and shown by the closed one.
        (
            "",
            outputs,
            vec![
                ("", Some(0)),
                ("&token=secret", Some(1)),
                ("&token=wrong", Some(0)),
            ],
        ),
        (
            "token = { file = \"server.token\" }\n",
            outputs,
            vec![("", Some(0)), ("&token=server", Some(1))],
        ),
        (
            "",
            &*guarded,
            vec![
                ("", None),
                ("&token=secret", Some(1)),
                ("&token=wrong", None),
            ],
        ),
    ] {
        let desk = Desk::new(&format!("{server_token}{sources}{outputs}"));
        desk.write("o.token", b"secret");
        desk.write("server.token", b"server");
        publish(
            &desk,
            "a",
            &[piece("choir", "10:00", "Choir in the depot", CHOIR)],
        );
        publish(
            &desk,
            "b",
            &[piece("lock", "11:00", "The lock closes", LOCK)],
        );
        refresh(&desk, &[]);
        let daemon = started(&desk);
        for (token, expected) in visitors {
            let path = format!("/merged/preview?exclude={token}");
            let answer = daemon.until(&path, |answer| answer.status != 503);
            let Some(appears) = expected else {
                assert_eq!(answer.status, 401, "{path}");
                continue;
            };
            let page = parse(&answer.text());
            let counts = texts(&page, "h2 + ul li");
            let wanted = if appears == 1 {
                "1 item would appear"
            } else {
                "0 items would appear"
            };
            assert!(
                counts[0].starts_with(wanted),
                "{server_token}{path}: {counts:?}"
            );
            assert_eq!(
                answer.text().contains("The lock closes"),
                appears == 1,
                "{path}"
            );
            let carried = page.select(&selecting("input[name=token]")).next();
            let carried = carried.and_then(|input| input.attr("value"));
            let brought = token
                .strip_prefix("&token=")
                .filter(|token| *token != "wrong");
            assert_eq!(carried, brought, "{path}");
        }
    }
}

/// What a stranger may type: nested, long, multiplying, doubling, compiling.
fn hostile() -> Vec<String> {
    let many = |count: usize| vec!["1"; count].join(",");
    let mut doubling = "true".to_owned();
    for name in ('b'..='n').rev() {
        let before = char::from(u8::try_from(u32::from(name)).expect("ASCII") - 1);
        doubling = format!("[{before}+{before}].all({name}, {doubling})");
    }
    let doubling = format!("[text].all(a, {doubling})");
    vec![
        format!(
            "[{0}].all(a, [{0}].all(b, [{0}].all(c, [{0}].all(d, a + b + c + d > 0))))",
            many(200)
        ),
        doubling,
        format!("{}true", "!".repeat(4000)),
        format!("{}1 < 2", "-".repeat(4000)),
        format!("{}1{} > 0", "(".repeat(2000), ")".repeat(2000)),
        format!("{}true", "true?true:".repeat(400)),
        format!("{}true", "true||".repeat(600)),
        format!("{}true", "true&&(false||".repeat(280)),
        format!("{}1 > 0", "1+".repeat(2000)),
        format!("title{} == 1", ".a".repeat(1900)),
        format!("tags{} == 1", "[0]".repeat(1300)),
        format!("{}\"x\" == title", "text+".repeat(700)),
        "title.matches(\"(\\\\w{100}){100}\")".to_owned(),
        "text.matches(text)".repeat(1) + &" && text.matches(text)".repeat(100),
        "\u{0}\u{1}".repeat(1000),
        "é".repeat(2000),
        "\"".repeat(4000),
    ]
}

#[test]
fn no_expression_takes_the_daemon_with_it() {
    let desk = desk("");
    let daemon = started(&desk);
    for expression in hostile() {
        let began = Instant::now();
        let path = format!("/merged/preview{}", query(&[("where", &expression)]));
        let answer = daemon.until(&path, |answer| !is_taken(answer));
        let start: String = expression.chars().take(40).collect();
        assert!(
            matches!(answer.status, 200 | 414 | 503),
            "{start}: {}",
            answer.status
        );
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{start}: {:?}",
            began.elapsed()
        );
        assert_eq!(daemon.ask("GET", "/healthz", &[]).status, 200, "{start}");
    }
    let page = preview(&daemon, &[("where", "words > 1")]);
    assert_eq!(texts(&page, "h2 + ul li").len(), 3);
}

/// Whether another preview is being made.
fn is_taken(answer: &Answer) -> bool {
    answer.status == 503 && answer.text().contains("another preview")
}

#[test]
fn a_long_preview_ends_and_keeps_nobody_waiting() {
    let desk = Desk::new(
        "[[source]]\nid = \"a\"\npath = \"a.xml\"\nfirst_items = 0\n[[output]]\nid = \"merged\"\n",
    );
    let entries: Vec<(String, String, String)> = (0..900)
        .map(|nth| {
            (
                format!("{nth}"),
                format!("Headline {nth}"),
                format!("Text {nth} {}", "of words ".repeat(300)),
            )
        })
        .collect();
    let entries: Vec<(&str, &str, &str)> = entries
        .iter()
        .map(|(id, title, text)| (&**id, &**title, &**text))
        .collect();
    desk.write("a.xml", &rss(&entries));
    refresh(&desk, &[]);
    let daemon = started(&desk);
    // Every pattern is compiled for every entry.
    let slow = vec!["!title.matches(\"(\\\\p{L}{4} ){2}\" + source)"; 15].join(" && ");
    let path = format!("/merged/preview{}", query(&[("where", &slow)]));
    std::thread::scope(|scope| {
        let began = Instant::now();
        let long = scope.spawn(|| daemon.ask("GET", &path, &[]));
        let taken = daemon.until("/merged/preview?include=x", is_taken);
        assert!(taken.header("retry-after").is_some(), "{}", taken.head);
        for other in ["/healthz", "/merged.atom", "/merged/preview"] {
            let asked = Instant::now();
            assert_eq!(daemon.ask("GET", other, &[]).status, 200, "{other}");
            assert!(
                asked.elapsed() < Duration::from_secs(1),
                "{other} waited {:?}",
                asked.elapsed()
            );
        }
        let long = long.join().expect("answered");
        assert_eq!(long.status, 503, "{}", long.text());
        assert!(long.header("retry-after").is_some());
        assert!(long.text().contains("mainstem preview"), "{}", long.text());
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{:?}",
            began.elapsed()
        );
    });
    // The work has ended with its answer, and the next one has its turn.
    let began = Instant::now();
    let page = preview(&daemon, &[("include", "headline")]);
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    assert!(texts(&page, "h2 + ul li")[2].starts_with("900 items would stay"));
}
