//! Rules over time: which of their parts do nothing.

use chrono::TimeDelta;
use mainstem::clock::{Clock, SystemClock};

use crate::support::daemon::Desk;

/// Age in days, title and text.
const ENTRIES: &[(i64, &str, &str)] = &[
    (
        2,
        "Bridge opens",
        "The bridge over the mill stream is open again.",
    ),
    (
        40,
        "Choir sings",
        "Forty voices from the upper valley fill the depot.",
    ),
    (
        60,
        "Harbour gate closes",
        "The eastern gate stays shut for all of March.",
    ),
];

fn feed(entries: &[(i64, &str, &str)]) -> Vec<u8> {
    let now = SystemClock.now();
    let item = |(days, title, text): &(i64, &str, &str)| {
        let at = (now - TimeDelta::days(*days)).to_rfc2822();
        format!(
            "<item><guid isPermaLink=\"false\">{days}</guid><title>{title}</title><description>{text}</description><pubDate>{at}</pubDate></item>"
        )
    };
    let items: String = entries.iter().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>x</title>{items}</channel></rss>").into_bytes()
}

fn configuration(of_source: &str, of_output: &str) -> String {
    format!(
        "[[source]]\nid = \"a\"\npath = \"a.xml\"\n{of_source}\n[[output]]\nid = \"merged\"\n{of_output}\n"
    )
}

/// What `check` says of rules that do nothing.
fn idle(desk: &Desk) -> Vec<String> {
    let checked = desk.run(&["check"]);
    assert!(checked.status.success());
    let said = String::from_utf8(checked.stderr).expect("UTF-8");
    let lines = said.lines();
    lines
        .map(|line| line.trim_start_matches("mainstem: ").to_owned())
        .collect()
}

#[test]
fn parts_of_rules_that_do_nothing_for_thirty_days_are_told() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("", "", &[]),
        ("", "include = [\"bridge\"]", &[]),
        (
            "",
            "include = [\"bridge\", \"choir\", \"Sotschi\", \"/mill/\"]",
            &[
                "output merged: include \"choir\" occurs in none of its entries of the last 30 days",
                "output merged: include \"Sotschi\" occurs in none of its entries of the last 30 days",
            ],
        ),
        (
            "",
            "exclude = [\"harbour\", \"stream\", \"/gate/\"]",
            &[
                "output merged: exclude \"harbour\" occurs in none of its entries of the last 30 days",
                "output merged: exclude \"/gate/\" occurs in none of its entries of the last 30 days",
            ],
        ),
        (
            "",
            "where = 'words > 3'",
            &["output merged: `where` drops none of its entries of the last 30 days"],
        ),
        (
            "",
            "where = 'title == \"bridge opens\"'",
            &["output merged: `where` lets none of its entries through of the last 30 days"],
        ),
        // Two that fold to the same word are one.
        ("", "include = [\"bridge\", \"BRIDGE\"]", &[]),
        (
            "exclude = [\"weather\"]",
            "",
            &["source a: exclude \"weather\" occurs in none of its entries of the last 30 days"],
        ),
        // What a source drops no output has seen.
        ("exclude = [\"bridge\"]", "include = [\"trains\"]", &[]),
    ];
    for (of_source, of_output, expected) in cases {
        // With the rule from the start, and with one that came later: the replay tells the same.
        for later in [false, true] {
            let desk = Desk::new(&configuration(of_source, of_output));
            if later {
                desk.configure(&configuration("", ""));
            }
            desk.write("a.xml", &feed(ENTRIES));
            assert!(desk.run(&["refresh"]).status.success());
            desk.configure(&configuration(of_source, of_output));
            desk.json("merged");
            assert_eq!(idle(&desk), *expected, "{of_source} {of_output} {later}");
        }
    }
}

#[test]
fn a_rule_is_given_thirty_days_before_it_is_told_of() {
    // All that there is came lately, or long ago.
    for entries in [&ENTRIES[..1], &ENTRIES[1..]] {
        let desk = Desk::new(&configuration("", "include = [\"trains\"]"));
        desk.write("a.xml", &feed(entries));
        assert!(desk.run(&["refresh"]).status.success());
        assert_eq!(idle(&desk), [] as [&str; 0]);
    }
}

#[test]
fn a_daemon_says_once_what_does_nothing() {
    let desk = Desk::new(&configuration("", "exclude = [\"Sotschi\"]"));
    desk.write("a.xml", &feed(ENTRIES));
    assert!(desk.run(&["refresh"]).status.success());
    let daemon = desk.start();
    daemon.until_logged(|event| {
        let said = event["message"].as_str().unwrap_or_default();
        event["rule"] == "output merged" && said.contains("\"Sotschi\"")
    });
}
