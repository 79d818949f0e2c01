//! Requests as they go over the wire, and what is answered: `tests/corpus/serve/SETTING/NAME.http`.
//!
//! - `open`: a server that asks nobody for a token; `token`: one that does, for what is no output; `metrics`: the other listener.
//! - A file is the request, a line `----`, and the answers to it. `\xNN` is a byte that is no text. Lines end with CRLF on the wire.
//! - The answers are written without what differs from run to run: dates, entity tags but for the coding in them, and bodies that
//!   are no plain text, with their lengths. Header lines are in alphabetical order, for theirs says nothing.
//! - The length of a body is what the head says.
//!
//! `make golden` writes the answers anew: to be read in review like code.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use crate::metrics::listener;
use crate::support::cases::{assert_none_wrong, cases};
use crate::support::daemon::{Daemon, Desk};
use crate::support::origin::PATIENCE;

/// What parts a request from its answers.
const BETWEEN: &str = "----\n";

const CONFIGURATION: &str = "\
[metrics]\nlisten = \"127.0.0.1:0\"
[[source]]\nid = \"a\"\npath = \"a.json\"\nfirst_items = 0
[[output]]\nid = \"o\"\nmax_entries = 3
[[output]]\nid = \"closed\"\nmax_entries = 3\ntoken_file = \"token\"
[[output]]\nid = \"hubbed\"\nmax_entries = 3\nhub = \"http://127.0.0.1:9/\"
";

/// A daemon with documents, a page, archives and the feed of what is wrong, all there.
fn daemon(keys: &str, query: &str) -> (Desk, Daemon) {
    let items = (1..=9).map(|nth| {
        serde_json::json!({
            "id": nth.to_string(), "url": format!("https://a.example/{nth}"), "title": format!("Title {nth}"),
            "content_text": format!("Text {nth}"), "date_published": format!("2020-01-0{nth}T00:00:00Z"),
        })
    });
    let feed = serde_json::json!({
        "version": "https://jsonfeed.org/version/1.1", "title": "A", "items": items.collect::<Vec<_>>(),
    });
    let desk = Desk::new(&format!("{keys}{CONFIGURATION}"));
    desk.write("a.json", feed.to_string().as_bytes());
    desk.write("token", b"open sesame\n");
    desk.write("server.token", b"s3cret\n");
    let daemon = desk.start();
    for path in [
        "/o/archive/1.atom",
        "/closed/archive/1.atom?token=open+sesame",
        "/hubbed/archive/1.atom",
        &format!("/health.atom{query}"),
        "/readyz",
    ] {
        daemon.until(path, |answer| answer.status == 200);
    }
    (desk, daemon)
}

/// The bytes that a file's request stands for.
fn on_the_wire(request: &str) -> Vec<u8> {
    let text = request.replace('\n', "\r\n");
    let mut pieces = text.split("\\x");
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).expect("two hexadecimal digits"));
        bytes.extend(&piece.as_bytes()[2..]);
    }
    bytes
}

/// What is answered over a connection of its own, until its end.
fn answered(address: SocketAddr, said: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("settable");
    stream.write_all(said).expect("it reads");
    let mut answers = Vec::new();
    // What was sent and not read makes the end abrupt.
    let _ = stream.read_to_end(&mut answers);
    answers
}

/// The methods of the requests in a file, in order.
fn methods(request: &str) -> impl Iterator<Item = &str> {
    let lines = request.lines().filter(|line| line.contains(" HTTP/1."));
    lines.map(|line| line.split(' ').next().unwrap_or_default())
}

/// The answers to a request, as a file has them.
fn written(request: &str, mut wire: &[u8]) -> Result<String, String> {
    let mut methods = methods(request);
    let mut text = String::new();
    while !wire.is_empty() {
        let is_head = methods.next() == Some("HEAD");
        let end = wire.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.ok_or_else(|| format!("half a head: {:?}", String::from_utf8_lossy(wire)))?;
        let (head, rest) = (String::from_utf8_lossy(&wire[..end]), &wire[end + 4..]);
        let value = |name: &str| {
            let fields = head.lines().filter_map(|line| line.split_once(": "));
            let mut values = fields.filter_map(|(field, value)| (field == name).then_some(value));
            values.next()
        };
        let has_body = !is_head && !head.contains(" 304 ") && !head.contains(" 204 ");
        let length = value("content-length").filter(|_| has_body);
        let length = length.map_or(0, |length| length.parse().expect("a number"));
        if rest.len() < length {
            return Err(format!("{} bytes of {length}: {head}", rest.len()));
        }
        let (body, next) = rest.split_at(length);
        let kind = value("content-type").unwrap_or("text/plain");
        let is_plain = kind.starts_with("text/plain");
        text += &same_each_time(&head, is_plain);
        text += "\n";
        match is_plain {
            true => text += &String::from_utf8_lossy(body),
            false if body.is_empty() => {}
            false => text += "…\n",
        }
        wire = next;
    }
    Ok(text)
}

/// A head without what differs from run to run.
fn same_each_time(head: &str, is_plain: bool) -> String {
    let mut lines = head.lines();
    let status = lines.next().unwrap_or_default();
    let mut fields: Vec<String> = lines
        .map(|line| {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            match name {
                "date" | "last-modified" => format!("{name}: …"),
                "content-length" if !is_plain => format!("{name}: …"),
                "etag" => {
                    let coding = value.find('-').map_or("\"", |at| &value[at..]);
                    format!("{name}: \"…{coding}")
                }
                _ => line.to_owned(),
            }
        })
        .collect();
    fields.sort();
    format!("{status}\n{}\n", fields.join("\n"))
}

/// Runs the cases of a setting; returns how many there are.
#[expect(clippy::disallowed_methods, reason = "`make golden` asks by it")]
fn check(setting: &str, address: SocketAddr, wrong: &mut Vec<String>) -> usize {
    let rewrite = std::env::var_os("GOLDEN").is_some();
    let folder = format!("serve/{setting}");
    let cases = cases(&folder);
    for (name, case) in &cases {
        let (request, expected) = case.split_once(BETWEEN).unwrap_or((case.as_str(), ""));
        let found = match written(request, &answered(address, &on_the_wire(request))) {
            Ok(found) => found,
            Err(why) => {
                wrong.push(format!("{setting}/{name}: {why}"));
                continue;
            }
        };
        if rewrite {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
            let path = path.join(&folder).join(name);
            std::fs::write(path, format!("{request}{BETWEEN}{found}")).expect("writable");
        } else if found != expected {
            wrong.push(format!("{setting}/{name} is answered with\n{found}"));
        }
    }
    cases.len()
}

#[test]
fn every_request_is_answered_as_it_must_be() {
    let (_desk, open) = daemon("", "");
    let (_other, closed) = daemon("token = { file = \"server.token\" }\n", "?token=s3cret");
    let mut wrong = Vec::new();
    let count = check("open", open.address, &mut wrong)
        + check("token", closed.address, &mut wrong)
        + check("metrics", listener(&open), &mut wrong);
    assert_none_wrong(wrong, count);
}
