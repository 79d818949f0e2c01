//! `preview`: a changed rule, tried on what is stored, and nothing changed by it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::daemon::Desk;
use crate::support::origin::rss;

/// GUID, title, text; in the order of the feed, the newest first.
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
        "[[source]]\nid = \"a\"\npath = \"a.xml\"\n[[output]]\nid = \"merged\"\nmax_entries = 2\n{rule}"
    ));
    assert!(desk.run(&["refresh"]).status.success());
    desk
}

/// The titles in a list of the preview, sorted.
fn titles(difference: &Value) -> Vec<&str> {
    let items = difference["items"].as_array().expect("items").iter();
    let mut titles: Vec<&str> = items.filter_map(|item| item["title"].as_str()).collect();
    titles.sort_unstable();
    titles
}

/// The output's rule, what is tried, what would appear, what would go, what stays.
type Case<'a> = (&'a str, &'a [&'a str], &'a [&'a str], &'a [&'a str], u64);

const CASES: &[Case<'_>] = &[
    (
        "",
        &["--include", "harbour"],
        &[],
        &["Bridge opens for cyclists", "Choir sings in the depot"],
        2,
    ),
    (
        "include = [\"harbour\"]\n",
        &["--include", "harbour", "--include", "choir"],
        &["Choir sings in the depot"],
        &[],
        2,
    ),
    (
        "include = [\"harbour\"]\n",
        &["--include", ""],
        &["Bridge opens for cyclists", "Choir sings in the depot"],
        &[],
        2,
    ),
    (
        "include = [\"harbour\"]\n",
        &["--exclude", "master"],
        &[],
        &["Harbour master retires"],
        1,
    ),
    (
        "where = 'title.has_word(\"bridge\")'\n",
        &["--where", "title.startsWith(\"Choir\")"],
        &["Choir sings in the depot"],
        &["Bridge opens for cyclists"],
        0,
    ),
];

#[test]
fn a_changed_rule_is_tried_on_what_is_stored() {
    for (rule, tried, appears, goes, stays) in CASES {
        let desk = desk(rule);
        let before = desk.json("merged");
        let arguments = [&["preview", "merged", "--json"], *tried].concat();
        let told = desk.run(&arguments);
        assert!(told.status.success(), "{tried:?}");
        let told: Value = serde_json::from_slice(&told.stdout).expect("JSON");
        assert_eq!(titles(&told["appears"]), *appears, "{rule} {tried:?}");
        assert_eq!(titles(&told["goes"]), *goes, "{rule} {tried:?}");
        assert_eq!(told["stays"], *stays, "{rule} {tried:?}");
        assert_eq!(desk.json("merged"), before, "nothing is changed: {tried:?}");
    }
}

#[test]
fn it_says_what_the_documents_would_lose_and_why() {
    let desk = desk("");
    let told = desk.run(&["preview", "merged", "--include", "harbour", "--limit", "1"]);
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    for said in [
        "none of the words of `include` occurs",
        "- … 1 more",
        "0 would appear (0 in the documents), 2 would go (",
        "2 stay",
    ] {
        assert!(text.contains(said), "{said:?} in {text}");
    }
}

/// What is typed, what is said about it.
const WRONG: &[(&[&str], &str)] = &[
    (&["preview", "merged"], "--include"),
    (
        &[
            "preview",
            "merged",
            "--where",
            "words > 3 && titel == \"x\"",
        ],
        "--where:14: unknown field `titel`",
    ),
    (&["preview", "merged", "--include", "/(/"], "--include: "),
    (&["preview", "merged", "--exclude", "…"], "holds no word"),
];

#[test]
fn a_rule_that_cannot_be_compiled_is_a_slip_of_the_keyboard() {
    let desk = desk("");
    for (typed, said) in WRONG {
        let answer = desk.run(typed);
        let error = String::from_utf8_lossy(&answer.stderr).into_owned();
        assert_eq!(answer.status.code(), Some(2), "{typed:?}: {error}");
        assert!(error.contains(said), "{typed:?}: {error}");
    }
    let answer = desk.run(&["preview", "nosuch", "--include", "x"]);
    assert_eq!(answer.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&answer.stderr).contains("there are: merged"));
}

/// How large the window is, the output's rule, what is tried in its place, and the same as it is written.
type WindowCase<'a> = (&'a str, &'a str, &'a [&'a str], &'a str);

const WINDOWS: &[WindowCase<'_>] = &[
    (
        "max_per_source = 1",
        "",
        &["--exclude", "closes"],
        "exclude = [\"closes\"]",
    ),
    (
        "max_per_source = 1\nmax_entries = 2",
        "",
        &["--include", "harbour"],
        "include = [\"harbour\"]",
    ),
    (
        "max_entries = 5",
        "",
        &["--exclude", "choir"],
        "exclude = [\"choir\"]",
    ),
    (
        "max_age = \"90d\"",
        "",
        &["--include", "harbour"],
        "include = [\"harbour\"]",
    ),
    (
        "max_per_source = 2\nmax_entries = 5\nmax_age = \"36500d\"",
        "",
        &["--where", "!title.contains(\"gate\")"],
        "where = '!title.contains(\"gate\")'",
    ),
    (
        "max_per_source = 1",
        "include = [\"harbour\"]",
        &["--include", ""],
        "",
    ),
    (
        "max_bytes = \"4KiB\"",
        "",
        &["--exclude", "harbour"],
        "exclude = [\"harbour\"]",
    ),
    (
        "max_bytes = \"6KiB\"\nmax_per_source = 2",
        "include = [\"harbour\"]",
        &["--include", "bridge", "--include", "choir"],
        "include = [\"bridge\", \"choir\"]",
    ),
    (
        "max_bytes = \"1B\"",
        "",
        &["--exclude", "closes"],
        "exclude = [\"closes\"]",
    ),
];

const SOURCES: [&str; 3] = ["a", "b", "c"];

/// Three sources with the same entries under other words, so that each stands for itself.
fn three_sources() -> Desk {
    let desk = Desk::new("");
    for source in SOURCES {
        let named = ENTRIES.iter().map(|(guid, title, text)| {
            [
                format!("{source}{guid}"),
                format!("{title} in {source}{source}"),
                format!("{source}{source} {text}"),
            ]
        });
        let named: Vec<[String; 3]> = named.collect();
        let entries: Vec<(&str, &str, &str)> = named
            .iter()
            .map(|[guid, title, text]| (&**guid, &**title, &**text))
            .collect();
        desk.write(&format!("{source}.xml"), &rss(&entries));
    }
    desk
}

/// The ids that the output shows with this window and rule.
fn shown(desk: &Desk, window: &str, rule: &str) -> BTreeSet<String> {
    let sources = SOURCES.map(|id| format!("[[source]]\nid = \"{id}\"\npath = \"{id}.xml\"\n"));
    let sources = sources.concat();
    desk.configure(&format!(
        "{sources}[[output]]\nid = \"merged\"\nduplicates = \"off\"\n{window}\n{rule}\n"
    ));
    let document = desk.json("merged");
    let items = document["items"].as_array().expect("items").iter();
    items.map(|item| item["id"].to_string()).collect()
}

#[test]
fn it_counts_as_the_documents_do() {
    const ALL: &str = "max_entries = 1000";
    for (window, old, tried, new) in WINDOWS {
        let desk = three_sources();
        shown(&desk, window, old);
        assert!(desk.run(&["refresh"]).status.success());
        let told = desk.run(&[&["preview", "merged", "--json"], *tried].concat());
        let told: Value = serde_json::from_slice(&told.stdout).expect("JSON");
        let [before, after] = [old, new].map(|rule| shown(&desk, window, rule));
        let [kept_before, kept_after] = [old, new].map(|rule| shown(&desk, ALL, rule));
        let only =
            |these: &BTreeSet<String>, kept: &BTreeSet<String>| these.difference(kept).count();
        let case = format!("{window} {tried:?}");
        assert_eq!(
            told["goes"]["in_documents"],
            only(&before, &kept_after),
            "{case}"
        );
        assert_eq!(
            told["appears"]["in_documents"],
            only(&after, &kept_before),
            "{case}"
        );
        assert_eq!(
            told["goes"]["count"],
            only(&kept_before, &kept_after),
            "{case}"
        );
        assert_eq!(
            told["appears"]["count"],
            only(&kept_after, &kept_before),
            "{case}"
        );
        assert_eq!(
            told["stays"],
            kept_before.intersection(&kept_after).count(),
            "{case}"
        );
    }
}
