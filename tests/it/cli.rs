//! Commands and their exit codes, through the real binary.

use std::io::Write;
use std::process::Stdio;

use crate::support::daemon::{Desk, mainstem};
use crate::support::origin::{Origin, response, rss};

const TEXT: &str = "The ferry across the bay runs every twenty minutes from the first of May until the end of September";

fn desk() -> Desk {
    let desk = Desk::new(
        "[[source]]\nid = \"a\"\npath = \"a.xml\"\ntags = [\"wire\"]\n[[output]]\nid = \"merged\"\n",
    );
    desk.write(
        "a.xml",
        &rss(&[("1", "Ferry", TEXT), ("2", "Bridge", "A bridge is built")]),
    );
    desk
}

#[test]
fn exit_codes_tell_what_happened() {
    let desk = desk();
    desk.write("bad.toml", b"[fetch]\nevry = 1\n");
    desk.write("page.html", b"<html></html>");
    let cases: [(&[&str], i32); 13] = [
        (&["check"], 0),
        (&["refresh"], 0),
        (&["refresh", "a"], 0),
        (&["refresh", "nobody"], 1),
        (&["print", "merged"], 0),
        (&["print", "nobody"], 1),
        (&["sources"], 0),
        (&["export"], 0),
        (&["man"], 0),
        (&["completions", "bash"], 0),
        (&["nonsense"], 2),
        (&["parse", "page.html"], 65),
        (&["parse", "not-there.xml"], 74),
    ];
    for (arguments, code) in cases {
        let ended = desk.run(arguments);
        assert_eq!(
            ended.status.code(),
            Some(code),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&ended.stderr)
        );
    }
    for command in ["check", "run", "refresh", "sources"] {
        let ended = mainstem(&desk.path(""))
            .args(["-c", "bad.toml", command])
            .output()
            .expect("it runs");
        assert_eq!(ended.status.code(), Some(78), "{command}");
        let said = if command == "check" {
            ended.stdout
        } else {
            ended.stderr
        };
        assert!(
            String::from_utf8_lossy(&said)
                .lines()
                .any(|line| line.starts_with("bad.toml:2:1: unknown key `evry`")),
            "{command}"
        );
    }
}

#[test]
fn a_store_that_is_not_sound_is_refused_and_left_alone() {
    let other = desk();
    let db = rusqlite_file(|db| db.execute_batch("CREATE TABLE t (x)"));
    let newer = {
        let made = desk();
        assert!(made.run(&["refresh"]).status.success());
        let path = made.path("mainstem.db");
        let connection = rusqlite::Connection::open(&path).expect("opens");
        connection
            .pragma_update(None, "user_version", 9999)
            .expect("written");
        connection
            .pragma_update(None, "journal_mode", "DELETE")
            .expect("written");
        drop(connection);
        std::fs::read(path).expect("readable")
    };
    let cases: [(&str, Vec<u8>, i32); 3] = [
        (
            "no database",
            b"this is not a database, however long it may be. ".repeat(40),
            65,
        ),
        ("another program's", db, 74),
        ("a newer version's", newer, 78),
    ];
    for (name, bytes, code) in cases {
        other.write("mainstem.db", &bytes);
        for command in [["run"].as_slice(), &["refresh"], &["print", "merged"]] {
            let ended = other.run(command);
            let said = String::from_utf8_lossy(&ended.stderr).into_owned();
            assert_eq!(
                ended.status.code(),
                Some(code),
                "{name}, {command:?}: {said}"
            );
            assert!(said.contains("mainstem.db"), "{name}: {said}");
            assert_eq!(
                std::fs::read(other.path("mainstem.db")).expect("readable"),
                bytes,
                "{name} was touched"
            );
        }
    }
}

fn rusqlite_file(fill: impl Fn(&rusqlite::Connection) -> rusqlite::Result<()>) -> Vec<u8> {
    let directory = tempfile::TempDir::new().expect("a directory");
    let path = directory.path().join("x.db");
    let connection = rusqlite::Connection::open(&path).expect("opens");
    fill(&connection).expect("filled");
    drop(connection);
    std::fs::read(path).expect("readable")
}

#[test]
fn a_backup_is_a_whole_store() {
    let desk = desk();
    assert!(desk.run(&["refresh"]).status.success());
    let before = desk.json("merged");
    assert!(desk.run(&["backup", "copy.db"]).status.success());
    assert_eq!(
        desk.run(&["backup", "copy.db"]).status.code(),
        Some(1),
        "it would overwrite"
    );
    desk.configure("[store]\npath = \"copy.db\"\n[[source]]\nid = \"a\"\npath = \"a.xml\"\ntags = [\"wire\"]\n[[output]]\nid = \"merged\"\n");
    assert_eq!(desk.json("merged"), before);
}

#[test]
fn the_same_store_gives_the_same_bytes() {
    let desk = desk();
    assert!(desk.run(&["refresh"]).status.success());
    for format in ["atom", "rss", "json"] {
        let print = || desk.run(&["print", "merged", "--format", format]).stdout;
        let first = print();
        assert!(!first.is_empty());
        assert_eq!(first, print(), "{format}");
    }
}

#[test]
fn a_rebuilt_store_gives_the_same_ids() {
    let desk = desk();
    let ids = || {
        assert!(desk.run(&["refresh"]).status.success());
        let items = desk.json("merged");
        items["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|item| item["id"].to_string())
            .collect::<Vec<_>>()
    };
    let first = ids();
    for file in ["mainstem.db", "mainstem.db-wal", "mainstem.db-shm"] {
        let _ = std::fs::remove_file(desk.path(file));
    }
    assert_eq!(first, ids());
}

#[test]
fn parse_reads_files_addresses_and_standard_input() {
    let feed = rss(&[("1", "Ferry", TEXT)]);
    let served = feed.clone();
    let origin = Origin::start(move |_| {
        response(
            "200 OK",
            &[("Content-Type", "application/rss+xml")],
            &served,
        )
    });
    let desk = desk();
    desk.write("one.xml", &feed);
    let titles = |output: Vec<u8>| {
        serde_json::from_slice::<serde_json::Value>(&output).expect("JSON")["items"][0]["title"]
            .clone()
    };
    assert_eq!(titles(desk.run(&["parse", "one.xml"]).stdout), "Ferry");
    assert_eq!(
        titles(desk.run(&["parse", &origin.url("/feed")]).stdout),
        "Ferry"
    );
    let mut child = mainstem(&desk.path(""))
        .args(["parse", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(&feed)
        .expect("it reads");
    assert_eq!(
        titles(child.wait_with_output().expect("it ends").stdout),
        "Ferry"
    );
}

#[test]
fn opml_goes_in_and_out() {
    let desk = Desk::new("");
    desk.write("in.opml", br#"<?xml version="1.0"?><opml version="2.0"><body><outline text="News"><outline text="A &quot;quoted&quot; one" xmlUrl="https://a.example/rss?x=1&amp;y=2"/></outline><outline text="A &quot;quoted&quot; one" xmlUrl="https://b.example/"/></body></opml>"#);
    let tables = String::from_utf8(desk.run(&["import", "in.opml"]).stdout).expect("UTF-8");
    desk.configure(&format!("{tables}[[output]]\nid = \"merged\"\n"));
    let checked = desk.run(&["check"]);
    assert!(
        checked.status.success(),
        "{tables}{}",
        String::from_utf8_lossy(&checked.stdout)
    );
    // What is configured is not imported again, and what is new gets an id of its own.
    let again = desk.run(&["import", "in.opml"]);
    assert!(
        again.status.success() && again.stdout.is_empty(),
        "{again:?}"
    );
    desk.write("more.opml", br#"<opml version="2.0"><body><outline text="A &quot;quoted&quot; one" xmlUrl="https://c.example/rss"/></body></opml>"#);
    let more = String::from_utf8(desk.run(&["import", "more.opml"]).stdout).expect("UTF-8");
    desk.configure(&format!("{tables}{more}[[output]]\nid = \"merged\"\n"));
    assert!(desk.run(&["check"]).status.success(), "{tables}{more}");
    let opml = String::from_utf8(desk.run(&["export"]).stdout).expect("UTF-8");
    for expected in [
        "https://a.example/rss?x=1&amp;y=2",
        "https://b.example/",
        "<outline text=\"News\" title=\"News\">",
    ] {
        assert!(opml.contains(expected), "{opml}");
    }
}

#[test]
fn a_forced_refresh_reads_unchanged_bytes_again_and_a_wish_binds() {
    let origin = Origin::at("0.0.0.0", |asked| match asked.path.as_str() {
        "/later" => response("429 Too Many Requests", &[("Retry-After", "3600")], b""),
        _ => response("200 OK", &[], &rss(&[("1", "Ferry", TEXT)])),
    });
    let source = |id: &str, host: &str| {
        let url = origin.url_at(host, &format!("/{id}"));
        format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\n")
    };
    let desk = Desk::new(&format!(
        "[fetch]\nhost_gap = \"0s\"\nallow_addresses = [\"127.0.0.0/8\"]\n{}{}",
        source("same", "127.0.0.1"),
        source("later", "127.0.0.2")
    ));
    let outcomes = |arguments: &[&str]| {
        let rows: serde_json::Value =
            serde_json::from_slice(&desk.run(arguments).stdout).expect("JSON");
        rows.as_array()
            .expect("rows")
            .iter()
            .map(|row| format!("{} {}", row["id"].as_str().expect("id"), row["outcome"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        outcomes(&["refresh", "--json"]),
        ["later \"throttled\"", "same \"fresh\""]
    );
    assert_eq!(
        outcomes(&["refresh", "--json"]),
        ["later null", "same \"not_modified\""]
    );
    assert_eq!(
        outcomes(&["refresh", "--json", "--force"]),
        ["later \"throttled\"", "same \"fresh\""]
    );
}

#[test]
fn what_had_to_be_repaired_is_said() {
    let desk = desk();
    let sound = String::from_utf8(rss(&[("1", "Ferry", TEXT)])).expect("UTF-8");
    desk.write("a.xml", sound.replace("Ferry", "Ferry & bridge").as_bytes());
    let said = String::from_utf8(desk.run(&["refresh"]).stdout).expect("UTF-8");
    assert!(
        said.contains("1 new") && said.contains("repaired: "),
        "{said}"
    );
    let sources = String::from_utf8(desk.run(&["sources"]).stdout).expect("UTF-8");
    assert!(sources.contains("repaired: "), "{sources}");
    let parsed = desk.run(&["parse", "a.xml"]).stdout;
    let parsed: serde_json::Value = serde_json::from_slice(&parsed).expect("JSON");
    assert_eq!(parsed["items"][0]["title"], "Ferry & bridge");
    let recovered = parsed["_mainstem"]["recovered"].as_array();
    assert!(recovered.is_some_and(|list| !list.is_empty()), "{parsed}");
}
