//! `import` accounts for every line of a list; `export` keeps sources that are not enabled.

use std::io::Write;
use std::process::Stdio;

use super::corpus;
use crate::support::daemon::{Desk, mainstem};
use crate::support::installation::said;

/// `silent-import/mixed.opml`.
#[test]
fn what_is_left_out_is_named_with_its_reason() {
    let desk = Desk::new("");
    let list = corpus("silent-import/mixed.opml");
    let list = list.to_str().expect("UTF-8");
    let (tables, why) = said(&desk.run(&["import", list]));
    assert_eq!(tables.matches("[[source]]").count(), 1, "{tables}");
    for (line, parts) in [(3, "exec:"), (4, "mailto:"), (5, "HTML+XPath")] {
        let named = why
            .lines()
            .find(|said| said.contains(&format!("mixed.opml:{line}:")));
        assert!(
            named.is_some_and(|said| said.contains(parts)),
            "line {line}: {why}"
        );
    }
    assert_eq!(
        why.lines().last(),
        Some("mainstem: 1 imported, 0 known, 3 left out"),
        "{why}"
    );
    // Once more, with what it gave.
    desk.configure(&format!("{tables}enabled = false\n"));
    let (tables, why) = said(&desk.run(&["import", list]));
    assert_eq!(tables, "", "one that is not enabled is known, too");
    assert!(
        why.contains("mixed.opml:2: https://a.example/feed") && why.contains("the source \"a\""),
        "{why}"
    );
    assert_eq!(
        why.lines().last(),
        Some("mainstem: 0 imported, 1 known, 3 left out"),
        "{why}"
    );
    let (_, why) = said(&desk.run(&["-q", "import", list]));
    assert_eq!(why, "");
}

/// `>>` puts what is imported behind what is there, so whoever has made a slip must not get all of it twice without a word.
#[test]
fn a_configuration_that_cannot_be_read_is_told() {
    let desk = Desk::new("[[source]]\nid = \"a\"\nurl = \"https://a.example/feed\"\ntags = [\n");
    let list = corpus("silent-import/mixed.opml");
    let list = list.to_str().expect("UTF-8");
    let ended = desk.run(&["import", list]);
    assert!(ended.status.success(), "{ended:?}");
    let (_, why) = said(&ended);
    assert!(
        why.contains("c.toml: 1 problem") && why.contains("counts as new"),
        "{why}"
    );
}

#[test]
fn a_fragment_makes_no_other_source() {
    let desk = Desk::new("");
    desk.write(
        "list.opml",
        b"<opml><body><outline xmlUrl=\"https://x.example/1\"/><outline xmlUrl=\"https://x.example/1#top\"/></body></opml>",
    );
    let (tables, why) = said(&desk.run(&["import", "list.opml"]));
    assert_eq!(tables.matches("[[source]]").count(), 1, "{tables}{why}");
}

/// A part of a line of the list, and what is said of it; `""`: it is imported.
#[test]
fn each_kind_of_line_has_its_word() {
    let cases = [
        (r#"type="rss" xmlUrl="https://x.example/1""#, ""),
        (r#"type="rss" xmlUrl="query:unread:x""#, "a search"),
        (
            r#"type="rss" xmlUrl="filter:~/bin/f:https://x.example/""#,
            "a program",
        ),
        (r#"type="rss" xmlUrl="twitter:somebody""#, "twitter:"),
        (r#"type="rss" xmlUrl="file:///srv/feed.xml""#, "path = "),
        (
            r#"type="JSON+DotNotation" xmlUrl="https://x.example/api""#,
            "JSON+DotNotation",
        ),
        (r#"type="rss" xmlUrl="https://X.example:443/1""#, "line 3"),
        (r#"type="rss" xmlUrl="not an address""#, "no address"),
        (r#"type="link" url="https://x.example/page""#, "a link"),
        (
            r#"type="include" url="https://x.example/more.opml""#,
            "a list of its own",
        ),
        (r#"type="rss" text="nothing""#, "no xmlUrl"),
    ];
    let lines: Vec<String> = cases
        .iter()
        .map(|(line, _)| format!("<outline {line}/>"))
        .collect();
    let desk = Desk::new("");
    let list = format!(
        "<opml version=\"2.0\">\n<body>\n{}\n</body></opml>",
        lines.join("\n")
    );
    desk.write("list.opml", list.as_bytes());
    let (tables, why) = said(&desk.run(&["import", "list.opml"]));
    for (nth, (line, word)) in cases.iter().enumerate() {
        let place = format!("list.opml:{}:", nth + 3);
        let named = why.lines().find(|said| said.contains(&place));
        assert_eq!(named.is_some(), !word.is_empty(), "{line}: {why}");
        assert!(
            named.is_none_or(|said| said.contains(word)),
            "{line}: {named:?}"
        );
    }
    assert_eq!(tables.matches("[[source]]").count(), 1, "{tables}");
    assert!(why.ends_with("1 imported, 0 known, 10 left out\n"), "{why}");
}

#[test]
fn a_list_may_come_by_standard_input() {
    let desk = Desk::new("");
    let mut child = mainstem(&desk.path(""))
        .args(["-c", "c.toml", "import", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut into = child.stdin.take().expect("piped");
    let list = std::fs::read(corpus("silent-import/mixed.opml")).expect("readable");
    into.write_all(&list).expect("it reads");
    drop(into);
    let (tables, why) = said(&child.wait_with_output().expect("it ends"));
    assert!(tables.contains("https://a.example/feed"), "{tables}");
    assert!(why.contains("standard input:3:"), "{why}");
}

#[test]
fn export_keeps_sources_that_are_not_enabled() {
    let source = |id: &str, keys: &str| {
        format!("[[source]]\nid = \"{id}\"\nurl = \"https://{id}.example/\"\n{keys}")
    };
    let desk =
        Desk::new(&(source("on", "") + &source("off", "enabled = false\ntags = [\"wire\"]\n")));
    let (opml, _) = said(&desk.run(&["export"]));
    assert!(
        opml.contains("https://on.example/") && opml.contains("https://off.example/"),
        "{opml}"
    );
    desk.write("out.opml", opml.as_bytes());
    desk.configure("");
    let (tables, _) = said(&desk.run(&["import", "out.opml"]));
    let read: toml::Table = toml::from_str(&tables).expect("TOML");
    let enabled: Vec<_> = read["source"]
        .as_array()
        .expect("sources")
        .iter()
        .map(|source| {
            (
                source["id"].as_str(),
                source.get("enabled").and_then(toml::Value::as_bool),
            )
        })
        .collect();
    assert!(
        enabled.contains(&(Some("off"), Some(false))) && enabled.contains(&(Some("on"), None)),
        "{tables}"
    );
}
