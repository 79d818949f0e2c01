//! The log on a terminal: colours only where they are wanted, one line per event, and with `-vv` every hop.

use std::process::Command;
use std::time::Duration;

use super::corpus_text;
use crate::support::daemon::{Desk, mainstem};
use crate::support::origin::{Origin, Reply, response, rss};
use crate::support::skip;

const ESCAPE: &str = "\x1b[";

/// What the daemon writes on a terminal of so many columns, until it is ended.
fn on_terminal(desk: &Desk, variables: &[&str], arguments: &str, columns: u16) -> Option<String> {
    let command = format!(
        "stty cols {columns} rows 24; exec timeout --preserve-status 10 {} -c c.toml {arguments}",
        env!("CARGO_BIN_EXE_mainstem")
    );
    let mut run = Command::new("script");
    run.args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(desk.path(""))
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("SHELL", "/bin/sh")
        .stdin(std::process::Stdio::null());
    for variable in variables {
        let (name, value) = variable.split_once('=').expect("NAME=value");
        run.env(name, value);
    }
    let Ok(output) = run.output() else {
        skip("script(1) is missing; on Debian it is in the package bsdutils");
        return None;
    };
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The text without what moves the cursor and colours it (ECMA-48 §5.4).
fn without_escapes(text: &str) -> String {
    let mut parts = text.split(ESCAPE);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| ('@'..='~').contains(&c));
        plain.push_str(end.map_or("", |end| &part[end + 1..]));
    }
    plain
}

#[test]
fn colours_are_used_only_where_they_are_wanted() {
    let recipe = corpus_text("log-manners/terminal.txt");
    let recipe = recipe
        .split_whitespace()
        .find(|word| word.contains('='))
        .expect("a variable");
    // `refresh -v` writes a line and ends by itself.
    let desk = Desk::new("[[source]]\nid = \"gone\"\npath = \"none.xml\"\n");
    let cases: [(&[&str], &str, bool); 7] = [
        (&["TERM=xterm"], "", true),
        (&["TERM=xterm", recipe], "", false),
        (&["TERM=xterm", "CLICOLOR=0"], "", false),
        (&["TERM=dumb"], "", false),
        (&["TERM=xterm", recipe], "--color always", true),
        (&["TERM=xterm"], "--color never", false),
        (&["TERM=xterm", "NO_COLOR="], "", true),
    ];
    for (variables, arguments, is_coloured) in cases {
        let Some(said) = on_terminal(&desk, variables, &format!("-v {arguments} refresh"), 80)
        else {
            return;
        };
        let line = said
            .lines()
            .find(|line| line.contains("in trouble"))
            .unwrap_or_default();
        assert!(line.contains("gone"), "{said:?}");
        assert_eq!(
            line.contains(ESCAPE),
            is_coloured,
            "{variables:?} {arguments}: {said:?}"
        );
    }
}

#[test]
fn the_progress_bar_fits_the_terminal() {
    // Slow enough for the bar to be drawn.
    let origin = Origin::start(|_| {
        let feed = response("200 OK", &[], &rss(&[("1", "One", "Words")]));
        Reply::default().wait(Duration::from_millis(300)).send(feed)
    });
    let sources: String = (0..3)
        .map(|number| {
            let url = origin.url(&format!("/{number}"));
            format!("[[source]]\nid = \"s{number}\"\nurl = \"{url}\"\n")
        })
        .collect();
    let fetch = "[fetch]\nhost_gap = \"0s\"\nper_host = 1\nallow_addresses = [\"127.0.0.1\"]\n";
    for columns in [20, 30, 49, 61, 80] {
        let desk = Desk::new(&format!("{fetch}{sources}"));
        let Some(said) = on_terminal(&desk, &["TERM=xterm"], "refresh", columns) else {
            return;
        };
        let said = without_escapes(&said);
        let drawn: Vec<&str> = said
            .split(['\r', '\n'])
            .filter(|line| line.contains("/3"))
            .collect();
        assert!(!drawn.is_empty(), "{said:?}");
        for line in drawn {
            let width = line.chars().count();
            assert!(width <= columns.into(), "{width} of {columns}: {line:?}");
        }
    }
}

#[test]
fn an_event_is_one_line_whatever_a_publisher_sends() {
    let origin = Origin::start(|_| {
        let title = "One\u{2028}Two\u{202e}Three\u{1b}[31m";
        response("200 OK", &[], &rss(&[("1", title, "A"), ("1", title, "A")]))
    });
    let desk = Desk::new(&format!(
        "[fetch]\nallow_addresses = [\"127.0.0.1\"]\n[[source]]\nid = \"a\"\nurl = \"{}\"\n[[output]]\nid = \"o\"\n",
        origin.url("/a")
    ));
    let output = desk.run(&["-v", "refresh"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = said
        .lines()
        .find(|line| line.contains("source=a"))
        .expect(&said);
    assert!(
        !line.contains(['\u{2028}', '\u{202e}', '\u{1b}']),
        "{line:?}"
    );
    assert!(
        said.lines().all(|line| line.starts_with("20")),
        "every line has its time: {said}"
    );
}

#[test]
fn warnings_of_the_configuration_are_one_line_each() {
    let desk = Desk::new(
        "[[source]]\nid = \"a\"\nurl = \"http://a.example/\"\n[[output]]\nid = \"o\"\nhub = \"https://hub.example/\"\n",
    );
    // A hub without a public_url of its own is worth a warning.
    let text = std::fs::read_to_string(desk.path("c.toml")).expect("just written");
    let text = text.replace("public_url = \"https://news.example.org/\"\n", "");
    desk.write("c.toml", text.as_bytes());
    let mut child = mainstem(&desk.path(""))
        .args(["-c", "c.toml", "run"])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = Vec::new();
    let stderr = std::io::BufReader::new(child.stderr.take().expect("piped"));
    for line in std::io::BufRead::lines(stderr) {
        lines.push(line.expect("text"));
        if lines.last().is_some_and(|line| line.contains("serving")) {
            break;
        }
    }
    child.kill().expect("it can be ended");
    child.wait().expect("it ends");
    assert!(
        lines
            .iter()
            .any(|line| line.contains("warning") && line.contains("hint: ")),
        "{lines:?}"
    );
    assert!(lines.iter().all(|line| line.starts_with("20")), "{lines:?}");
}

#[test]
fn twice_verbose_shows_every_hop_without_its_secrets() {
    let origin = Origin::start(|asked| match asked.path.split('?').next() {
        Some("/old") => response(
            "302 Found",
            &[
                ("Location", "/new?token=s3cret-two"),
                ("Set-Cookie", "id=s3cret-three"),
                ("Content-Location", "https://user:s3cret-six@a.example/new"),
                ("Link", "<//s3cret-seven@a.example>; rel=\"self\""),
            ],
            b"",
        ),
        _ => response("503 Service Unavailable", &[("Server", "busy")], b""),
    });
    let address = origin
        .url("/old?token=s3cret-one")
        .replace("http://", "http://user:s3cret-four@");
    let desk = Desk::new(&format!(
        "[fetch]\nhost_gap = \"0s\"\nallow_addresses = [\"127.0.0.1\"]\n[[source]]\nid = \"a\"\nurl = \"{address}\"\n\
         headers = {{ X-Key = {{ file = \"key\" }} }}\n"
    ));
    desk.write("key", b"s3cret-five");
    let output = desk.run(&["-vv", "--log-format", "json", "refresh"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("s3cret"), "{said}");
    let lines: Vec<serde_json::Value> = said.lines().flat_map(serde_json::from_str).collect();
    let hops: Vec<(&str, Option<u64>)> = lines
        .iter()
        .filter(|line| line["level"] == "TRACE" && line["url"].is_string())
        .map(|line| {
            (
                line["message"].as_str().unwrap_or_default(),
                line["status"].as_u64(),
            )
        })
        .collect();
    assert_eq!(
        hops,
        [
            ("asking", None),
            ("answered", Some(302)),
            ("asking", None),
            ("answered", Some(503))
        ],
        "{said}"
    );
    let answered = lines.iter().filter(|line| line["message"] == "answered");
    assert!(
        answered.clone().all(|line| line["elapsed_ms"].is_u64()),
        "{said}"
    );
    assert!(
        answered.clone().any(|line| line["headers"]
            .as_str()
            .is_some_and(|all| all.contains("server: busy"))),
        "{said}"
    );
    let once = desk.run(&["-v", "--log-format", "json", "refresh", "--force"]);
    assert!(!String::from_utf8_lossy(&once.stderr).contains("TRACE"));
}
