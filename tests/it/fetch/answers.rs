//! Answers that curl and browsers can read are read.
//!
//! - `tests/corpus/answers/`: whole answers, byte for byte, and in `expected.tsv` what must come of each.
//! - The same over TLS: the lines of a header are read alike.
//! - gzip is known by its magic bytes in files and pipes too, within the same bounds.
//! - 203 gives validators as 200 does. A `Location` in raw bytes is followed, byte for byte.
//! - Control bytes of a header reach no log.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use serde_json::Value;

use super::limits::gzip;
use super::{LOCAL, MERGED, assert_all, feed, refresh, source, sources, summary};
use crate::support::cases::run_beside;
use crate::support::connections::{Act, Connections, ca_file};
use crate::support::daemon::{Desk, mainstem};
use crate::support::origin::{Origin, raw_response, response};

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/answers")
}

/// An answer's file, and what must come of it: titles, or `!` and words of the message.
fn expected() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(corpus().join("expected.tsv")).expect("readable");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let cases: Vec<(String, String)> = lines
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 3, "{line}");
            (fields[0].to_owned(), fields[1].to_owned())
        })
        .collect();
    let mut names: Vec<&str> = cases.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let files = std::fs::read_dir(corpus()).expect("the corpus is there");
    let files = files.map(|file| file.expect("readable").file_name());
    let mut files: Vec<String> = files
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".http"))
        .collect();
    files.sort();
    assert_eq!(files, names, "each answer has its line");
    cases
}

/// What `parse` made of something: its titles, or `!` and what it said.
fn titles(ended: &Output) -> String {
    if !ended.status.success() {
        return format!("! {}", String::from_utf8_lossy(&ended.stderr));
    }
    let feed: Value = serde_json::from_slice(&ended.stdout).expect("JSON");
    let items = feed["items"].as_array().cloned().unwrap_or_default();
    let titles = items.iter().map(|item| item["title"].as_str());
    titles.flatten().collect::<Vec<_>>().join(", ")
}

fn is_as_expected(found: &str, expected: &str) -> bool {
    match expected.strip_prefix("! ") {
        Some(words) => found.starts_with('!') && found.contains(words),
        None => found == expected,
    }
}

#[test]
fn answers_that_others_can_read_are_read() {
    let origin = Origin::start(|asked| {
        std::fs::read(corpus().join(&asked.path[1..])).expect("a file of the corpus")
    });
    let desk = Desk::new("");
    let wrong = run_beside(&expected(), |(name, expected)| {
        let ended = desk.run(&["parse", &origin.url(&format!("/{name}"))]);
        let found = titles(&ended);
        (!is_as_expected(&found, expected)).then(|| format!("{name}: {found:?}, not {expected:?}"))
    });
    assert_all(&wrong.into_iter().flatten().collect::<Vec<_>>());
}

#[test]
fn headers_over_tls_are_read_alike() {
    let names: Vec<String> = expected()
        .into_iter()
        .filter(|(_, expected)| !expected.starts_with('!'))
        .map(|(name, _)| name)
        .collect();
    let server = Connections::secure(None, |over| {
        Act::Close(std::fs::read(corpus().join(&over.path[1..])).expect("a file of the corpus"))
    });
    let tables: String = names
        .iter()
        .map(|name| {
            let id = name.replace(".http", "");
            source(&id, &server.url(&format!("/{name}")), &ca_file())
        })
        .collect();
    let rows = refresh(&Desk::new(&format!("{LOCAL}{tables}")));
    assert_eq!(rows.len(), names.len());
    let wrong: Vec<String> = rows
        .iter()
        .filter(|(id, row)| {
            let status = if *id == "203" { 203 } else { 200 };
            summary(row) != format!("fresh {status}")
        })
        .map(|(id, row)| format!("{id}: {} {}", summary(row), row["message"]))
        .collect();
    assert_all(&wrong);
}

/// `parse -` with these bytes.
fn piped(desk: &Desk, bytes: &[u8]) -> Output {
    let mut child = mainstem(&desk.path(""))
        .args(["parse", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("piped");
    // Whoever refuses does not read to the end.
    let _ = stdin.write_all(bytes);
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

#[test]
fn gzip_is_known_in_files_and_pipes() {
    let packed = gzip(&feed());
    // Ten times what a source may have.
    let bomb = gzip(&vec![b' '; 80 * 1024 * 1024]);
    let cases = [
        ("once", packed.clone(), "1"),
        ("twice", gzip(&packed), "1"),
        ("too deep", gzip(&gzip(&packed)), "! gzip within gzip"),
        (
            "cut",
            packed[..packed.len() / 2].to_vec(),
            "! the compressed answer ends too early",
        ),
        ("bomb", bomb.clone(), "! larger than max_body allows"),
        ("bomb in gzip", gzip(&bomb), "! larger than max_body allows"),
        ("no gzip", feed(), "1"),
    ];
    let desk = Desk::new("");
    let mut wrong = Vec::new();
    for (what, bytes, expected) in cases {
        desk.write("feed.xml.gz", &bytes);
        let ways = [
            ("file", desk.run(&["parse", "feed.xml.gz"])),
            ("pipe", piped(&desk, &bytes)),
        ];
        for (way, ended) in ways {
            let found = titles(&ended);
            let code = ended.status.code();
            let as_it_should = if expected.starts_with('!') { 65 } else { 0 };
            if !is_as_expected(&found, expected) || code != Some(as_it_should) {
                wrong.push(format!("{what}, {way}: {found:?} {code:?}"));
            }
            let said = String::from_utf8_lossy(&ended.stdout);
            let tells = said.contains("unpacked from gzip although nothing says so");
            if tells != (code == Some(0) && what != "no gzip") {
                wrong.push(format!("{what}, {way}: told wrongly: {said}"));
            }
        }
    }
    assert_all(&wrong);
}

#[test]
fn a_packed_file_is_a_source_within_its_bounds() {
    let good = "[[source]]\nid = \"good\"\npath = \"good.xml.gz\"\n";
    let bomb = "[[source]]\nid = \"bomb\"\npath = \"bomb.xml.gz\"\n";
    let desk = Desk::new(&format!("{LOCAL}{good}{bomb}{MERGED}"));
    desk.write("good.xml.gz", &gzip(&feed()));
    desk.write("bomb.xml.gz", &gzip(&vec![b' '; 5_000_000]));
    let rows = refresh(&desk);
    assert_eq!(summary(&rows["good"]), "fresh");
    assert_eq!(summary(&rows["bomb"]), "failed too_large");
    assert_eq!(super::titles(&desk), ["1"]);
    // Packed again with another time in it, it is the same document.
    let mut again = gzip(&feed());
    again[4] = 1;
    desk.write("good.xml.gz", &again);
    assert_eq!(summary(&refresh(&desk)["good"]), "not_modified");
    let told = sources(&desk)["good"].to_string();
    assert!(told.contains("not_modified"), "{told}");
}

#[test]
fn a_203_gives_validators_as_a_200_does() {
    let origin = Origin::start(|asked| {
        let etag = [("ETag", "\"transformed\"")];
        match asked.nth {
            0 => response("203 Non-Authoritative Information", &etag, &feed()),
            _ => response("304 Not Modified", &etag, b""),
        }
    });
    let desk = super::desk(&origin, &["/a"]);
    assert_eq!(summary(&refresh(&desk)["a"]), "fresh 203");
    assert_eq!(summary(&refresh(&desk)["a"]), "not_modified 304");
    let second = &origin.asked()[1];
    assert_eq!(second.header("if-none-match"), Some("\"transformed\""));
}

#[test]
fn a_location_in_raw_bytes_is_followed_byte_for_byte() {
    // The Location as sent, and what is asked next; `None`: nothing.
    let cases: [(&str, &[u8], Option<&str>); 10] = [
        ("latin-1", b"/caf\xe9.xml", Some("/caf%E9.xml")),
        ("utf-8", "/café.xml".as_bytes(), Some("/caf%C3%A9.xml")),
        (
            "windows-1251",
            b"/\xcd\xee\xe2\xee.xml?\xe9",
            Some("/%CD%EE%E2%EE.xml?%E9"),
        ),
        ("blanks", b"/my feed.xml?a b", Some("/my%20feed.xml?a%20b")),
        ("encoded", b"/caf%E9%20x.xml", Some("/caf%E9%20x.xml")),
        ("half-encoded", b"/100%\xe9%zz", Some("/100%%E9%zz")),
        ("outer-blanks", b"  /plain.xml  ", Some("/plain.xml")),
        ("c1", b"/a\x85b", Some("/a%85b")),
        ("tab", b"/a\tb", None),
        ("host", b"http://caf\xe9.example/", None),
    ];
    let origin = Origin::start(move |asked| {
        let case = cases.iter().find(|case| case.0 == &asked.path[1..]);
        match case {
            Some((_, location, _)) => raw_response("302 Found", &[("Location", location)], b""),
            None => response("200 OK", &[], &feed()),
        }
    });
    let paths: Vec<String> = cases.iter().map(|case| format!("/{}", case.0)).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let rows = refresh(&super::desk(&origin, &paths));
    let asked = origin.paths();
    let mut wrong = Vec::new();
    for (name, _, next) in cases {
        let found = summary(&rows[name]);
        let expected = next.map_or("failed redirect 302", |_| "fresh 200");
        let is_asked = next.is_none_or(|next| asked.iter().any(|path| path == next));
        if found != expected || !is_asked {
            wrong.push(format!("{name}: {found} {}", rows[name]["message"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}\n{asked:#?}");
}

#[test]
fn control_bytes_of_a_header_reach_no_log() {
    let origin = Origin::start(|_| {
        let headers: [(&str, &[u8]); 3] = [
            ("X-Escape", b"\x1b[31mred"),
            ("X-C1", "next\u{85}line \u{9b}31m".as_bytes()),
            ("X-Seen", b"this one is shown"),
        ];
        raw_response("200 OK", &headers, &feed())
    });
    let desk = super::desk(&origin, &["/a"]);
    for format in ["human", "json"] {
        let ended = desk.run(&["-vv", "--log-format", format, "refresh", "--force"]);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(said.contains("this one is shown"), "{said}");
        let is_control = |c: char| c.is_control() && c != '\n';
        assert!(!said.contains(is_control), "{format}: {said:?}");
    }
}
