//! `/OUTPUT/preview`.
//!
//! - without parameters it is a form with the present rule; with them it says what would appear and go, why, and what to write
//! - a slip is shown at its field, with its place and what was typed, and nothing is evaluated
//! - it is open to whoever may read the output, and counts nothing that the visitor may not read
//! - it changes nothing

use scraper::Html;
use url::form_urlencoded::byte_serialize;

use crate::support::daemon::{Answer, Daemon, Desk};
use crate::support::html::{follow_links, parse, selecting, texts};
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

pub(crate) fn desk(rule: &str) -> Desk {
    let desk = Desk::new("");
    desk.write("a.xml", &rss(ENTRIES));
    desk.configure(&format!(
        "[words]\nplaces = [\"harbour\", \"depot\"]\n[[source]]\nid = \"a\"\npath = \"a.xml\"\n[[output]]\nid = \"merged\"\ntitle = \"All of it\"\n{rule}"
    ));
    refresh(&desk, &[]);
    desk
}

pub(crate) fn started(desk: &Desk) -> Daemon {
    let daemon = desk.start();
    daemon.until("/merged.json", |answer| matches!(answer.status, 200 | 401));
    daemon
}

/// A query of these parameters.
pub(crate) fn query(parameters: &[(&str, &str)]) -> String {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let parameters = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)));
    format!("?{}", parameters.collect::<Vec<_>>().join("&"))
}

/// A preview, asked for again while another is being made.
pub(crate) fn preview(daemon: &Daemon, parameters: &[(&str, &str)]) -> Html {
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
        let told_of = |count: usize, what: &str, documents: &str| match count {
            0 => format!("0 items would {what}."),
            1 => format!("1 item would {what}, 1 of them {documents} the documents."),
            _ => format!("{count} items would {what}, {count} of them {documents} the documents."),
        };
        assert_eq!(counts[0], told_of(appears.len(), "appear", "in"));
        assert_eq!(counts[1], told_of(goes.len(), "go", "from"));
        let items = if *stays == 1 { "item" } else { "items" };
        assert_eq!(counts[2], format!("{stays} {items} would stay."));
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
        let path = format!("/merged/preview{}", query(asked));
        assert!(follow_links(&daemon, &path) > told.len());
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

/// Tokens that are in force; and by what is brought, how many items would appear without `exclude`: `None` where the output is
/// closed.
type VisitorCase<'a> = (&'a str, &'a str, &'a [(&'a str, Option<usize>)]);

/// The lock is hidden by the output itself, and shown by the closed one alone.
const VISITORS: &[VisitorCase<'_>] = &[
    (
        "",
        "",
        &[
            ("", Some(0)),
            ("&token=secret", Some(1)),
            ("&token=wrong", Some(0)),
        ],
    ),
    (
        "token = { file = \"server.token\" }\n",
        "",
        &[("", Some(0)), ("&token=server", Some(1))],
    ),
    (
        "",
        "token = { file = \"o.token\" }\n",
        &[
            ("", None),
            ("&token=secret", Some(1)),
            ("&token=wrong", None),
        ],
    ),
];

#[test]
fn it_counts_what_the_visitor_may_read() {
    let sources = file_source("a", "") + &file_source("b", "");
    for (server_token, own_token, visitors) in VISITORS {
        let output = format!("[[output]]\nid = \"merged\"\nexclude = [\"lock\"]\n{own_token}");
        let closed =
            "[[output]]\nid = \"closed\"\nsources = [\"b\"]\ntoken = { file = \"o.token\" }\n";
        let desk = Desk::new(&format!("{server_token}{sources}{output}{closed}"));
        desk.write("o.token", b"secret");
        desk.write("server.token", b"server");
        let choir = piece("choir", "10:00", "Choir in the depot", CHOIR);
        publish(&desk, "a", &[choir]);
        let lock = piece("lock", "11:00", "The lock closes", LOCK);
        publish(&desk, "b", &[lock]);
        refresh(&desk, &[]);
        let daemon = started(&desk);
        for (token, expected) in *visitors {
            let path = format!("/merged/preview?exclude={token}");
            let answer = daemon.until(&path, |answer| answer.status != 503);
            match expected {
                None => assert_eq!(answer.status, 401, "{path}"),
                Some(appears) => check_counted(&answer, *appears, token),
            }
        }
    }
}

/// What no output has yet is what another rule would show; it is open to who may read the output if all of it comes from its sources.
#[test]
fn what_no_output_has_can_be_tried_where_its_sources_are_read() {
    let sources = file_source("a", "") + &file_source("b", "");
    let outputs = "[[output]]\nid = \"merged\"\nsources = [\"a\"]\nexclude = [\"lock\", \"choir\"]\n\
        [[output]]\nid = \"b\"\nsources = [\"b\"]\nexclude = [\"lock\"]\n";
    let desk = Desk::new(&format!(
        "token = {{ file = \"server.token\" }}\n{sources}{outputs}"
    ));
    desk.write("server.token", b"server");
    let lock = |guid: &str| piece(guid, "10:00", "The lock closes", LOCK);
    let choir = piece("choir", "11:00", "The choir in the depot", CHOIR);
    publish(&desk, "a", &[lock("one"), choir]);
    publish(&desk, "b", &[lock("two")]);
    refresh(&desk, &[]);
    let daemon = started(&desk);
    for (token, count) in [("", "1 item"), ("&token=server", "2 items")] {
        let path = format!("/merged/preview?exclude={token}");
        let answer = daemon.until(&path, |answer| answer.status != 503);
        let counts = texts(&parse(&answer.text()), "h2 + ul li");
        assert!(
            counts[0].starts_with(&format!("{count} would")),
            "{token}: {counts:?}"
        );
    }
}

#[test]
fn all_slips_are_shown_at_once() {
    let desk = desk("");
    let daemon = started(&desk);
    let patterns: String = (0..17).map(|nth| format!("/a{nth}.*z/\n")).collect();
    let asked = [
        ("include", &*format!("list:nowhere\n{patterns}")),
        ("exclude", &*format!("/(/\n{patterns}")),
        ("where", "title.matches(source) && wrods > 1"),
    ];
    let page = preview(&daemon, &asked);
    let slips = texts(&page, "[role=alert] li").join("\n");
    for said in [
        "include, line 1: there is no list",
        "exclude, line 1",
        "exclude, line 17: more than 16 patterns",
        "exclude, line 18: more than 16 patterns",
        "put together for each entry",
    ] {
        assert!(slips.contains(said), "{said}: {slips}");
    }
    assert!(texts(&page, "h2").is_empty(), "nothing is evaluated");
}

/// Whether so many items would appear, and the form carries the token that opens something.
fn check_counted(answer: &Answer, appears: usize, token: &str) {
    let page = parse(&answer.text());
    let counts = texts(&page, "h2 + ul li");
    let wanted = if appears == 1 {
        "1 item would"
    } else {
        "0 items would"
    };
    assert!(counts[0].starts_with(wanted), "{token}: {counts:?}");
    assert_eq!(
        answer.text().contains("The lock closes"),
        appears == 1,
        "{token}"
    );
    let carried = page.select(&selecting("input[name=token]")).next();
    let carried = carried.and_then(|input| input.attr("value"));
    let brought = token.strip_prefix("&token=");
    assert_eq!(carried, brought.filter(|token| *token != "wrong"));
}
