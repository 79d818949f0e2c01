//! `feed:` and its like before an address.
//!
//! - `feed:https://x`, `feed://x` (http), `feed:http://x` and `feed://https://x` are read in `parse`, in the configuration and in
//!   `import`, in any case; `pcast:` and `itpc:` too. `export` writes the plain address.
//! - What is no address behind them is an error as before, and a file of such a name is a file.

use super::{LOCAL, MERGED, assert_all, feed, refresh, source, summary};
use crate::support::daemon::Desk;
use crate::support::origin::{Origin, response};

/// What stands before `127.0.0.1:PORT/feed`.
const BEFORE: &[&str] = &[
    "feed:http://",
    "feed://",
    "FEED:HTTP://",
    "Feed://",
    "feed://http://",
    "pcast://",
    "itpc://",
    "pcast:http://",
    " feed://",
];

#[test]
fn every_command_reads_them() {
    let origin = Origin::start(|_| response("200 OK", &[], &feed()));
    let host = origin.address();
    let mut wrong = Vec::new();
    let sources: String = BEFORE
        .iter()
        .enumerate()
        .map(|(nth, before)| source(&format!("s{nth}"), &format!("{before}{host}/{nth}"), ""))
        .collect();
    let desk = Desk::new(&format!("{LOCAL}{sources}{MERGED}"));
    let checked = desk.run(&["check"]);
    assert_eq!(
        checked.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&checked.stdout)
    );
    let rows = refresh(&desk);
    let exported = String::from_utf8(desk.run(&["export"]).stdout).expect("UTF-8");
    for (nth, before) in BEFORE.iter().enumerate() {
        let found = summary(&rows[&format!("s{nth}")]);
        let plain = format!("xmlUrl=\"http://{host}/{nth}\"");
        if found != "fresh 200" || !exported.contains(&plain) {
            wrong.push(format!("{before:?}: {found}; {exported}"));
        }
        let parsed = desk.run(&["parse", &format!("{before}{host}/parse")]);
        if !parsed.status.success() {
            let said = String::from_utf8_lossy(&parsed.stderr).into_owned();
            wrong.push(format!("{before:?}: parse: {said}"));
        }
        let list = format!(
            "<opml version=\"2.0\"><body><outline type=\"rss\" xmlUrl=\"{before}f.example/{nth}\"/></body></opml>"
        );
        desk.write("list.opml", list.as_bytes());
        let imported = String::from_utf8(desk.run(&["import", "list.opml"]).stdout).expect("UTF-8");
        if !imported.contains(&format!("\"http://f.example/{nth}\"")) {
            wrong.push(format!("{before:?}: import: {imported}"));
        }
    }
    assert_all(&wrong);
}

#[test]
fn https_stays_https() {
    let desk = Desk::new(&format!(
        "{}{}{MERGED}",
        source("a", "feed:https://a.example/rss", ""),
        source("b", "feed://https://b.example/rss", "")
    ));
    assert_eq!(desk.run(&["check"]).status.code(), Some(0));
    let exported = String::from_utf8(desk.run(&["export"]).stdout).expect("UTF-8");
    for plain in ["\"https://a.example/rss\"", "\"https://b.example/rss\""] {
        assert!(exported.contains(plain), "{exported}");
    }
}

#[test]
fn what_is_no_address_stays_an_error_and_a_file_a_file() {
    for url in [
        "feed:",
        "feed://",
        "feed:x",
        "feed:ftp://a.example/",
        "feed:file:///etc/passwd",
    ] {
        let desk = Desk::new(&format!("{}{MERGED}", source("a", url, "")));
        assert_eq!(desk.run(&["check"]).status.code(), Some(78), "{url}");
        assert_ne!(desk.run(&["parse", url]).status.code(), Some(0), "{url}");
    }
    let desk = Desk::new("");
    desk.write("feed:x", &feed());
    assert!(desk.run(&["parse", "feed:x"]).status.success());
}
