//! Connections that end, and servers that want HTTP/1.1.
//!
//! - A kept connection that ends without an answer costs its source nothing: the same is asked once more, over a new one.
//! - Once, and no more; never where the connection was new, and never after the head of an answer has come.
//! - Beside another request to the host nobody can tell a new connection from a kept one: the same is asked once more, too.
//! - A server that refuses HTTP/2 with HTTP_1_1_REQUIRED is asked over HTTP/1.1, for the life of the process; any other
//!   refusal is a failure. `http = "1.1"` asks so from the start.

use super::{LOCAL, MERGED, Rows, assert_all, feed, refresh, source, sources, summary};
use crate::support::connections::{Act, Connections, Http2, Over, ca_file};
use crate::support::daemon::Desk;

/// RFC 9113 §7.
const HTTP_1_1_REQUIRED: u32 = 0xd;
const INTERNAL_ERROR: u32 = 2;

/// How a connection ends.
type End = fn() -> Act;

/// An answer after which the connection stays open.
fn kept() -> Vec<u8> {
    let body = feed();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), &body].concat()
}

/// One after the other, so that each finds the connection of the one before.
fn desk(server: &Connections, paths: &[&str]) -> Desk {
    let keys = ca_file() + "every = \"1h\"\ntimeout = \"5s\"\n";
    let sources: String = paths
        .iter()
        .map(|path| source(&path[1..], &server.url(path), &keys))
        .collect();
    Desk::new(&format!("{LOCAL}per_host = 1\n{sources}{MERGED}"))
}

/// What came of each source: successes first, for the order in which they are asked is nobody's.
fn found(rows: &Rows) -> Vec<String> {
    let mut found: Vec<String> = rows.values().map(summary).collect();
    found.sort_by_key(|summary| !summary.starts_with("fresh"));
    found
}

/// A server whose connections end at the second request, in this way.
fn tiring(how: End, is_secure: bool) -> Connections {
    let script = move |over: &Over| match over.nth {
        0 => Act::Keep(kept()),
        _ => how(),
    };
    match is_secure {
        true => Connections::secure(None, script),
        false => Connections::start(script),
    }
}

#[test]
fn a_kept_connection_that_ends_without_an_answer_costs_nothing() {
    let ends: [(&str, End, bool); 4] = [
        ("closed", || Act::Close(Vec::new()), false),
        ("reset", || Act::Reset, false),
        ("closed over TLS", || Act::Close(Vec::new()), true),
        ("reset over TLS", || Act::Reset, true),
    ];
    let mut wrong = Vec::new();
    for (what, how, is_secure) in ends {
        let server = tiring(how, is_secure);
        let desk = desk(&server, &["/a", "/b", "/c"]);
        let ended = desk.run(&["refresh", "--json"]);
        let rows = super::rows(&ended.stdout);
        let found = found(&rows);
        if found != ["fresh 200"; 3] || !ended.status.success() {
            let messages: Vec<_> = rows.values().map(|row| row["message"].clone()).collect();
            wrong.push(format!("{what}: {found:?} {messages:?}"));
        }
        // /a; /b over its connection, and again; /c, which finds none.
        if server.asked().len() != 4 {
            wrong.push(format!("{what}: {:?}", server.asked()));
        }
        let failed = sources(&desk);
        if failed.values().any(|row| row["errors"] != 0) {
            wrong.push(format!("{what}: counted as an error"));
        }
    }
    assert_all(&wrong);
}

/// Over HTTP/2 too, where many requests share one connection.
#[test]
fn a_kept_connection_of_http_2_that_ends_costs_nothing() {
    const FEED: &str = "<rss version=\"2.0\"><channel><title>t</title><item><title>1</title></item></channel></rss>";
    let server = Connections::secure(Some(Http2::CloseAtSecond(FEED)), |_| Act::Reset);
    let rows = refresh(&desk(&server, &["/a", "/b"]));
    let messages: Vec<_> = rows.values().map(|row| row["message"].clone()).collect();
    assert_eq!(found(&rows), ["fresh 200"; 2], "{messages:?}");
    assert_eq!(server.paths(), ["h2"; 3]);
}

/// What must not be asked twice: the way in which the second request over a connection ends, and what it is called.
#[test]
fn nothing_else_is_asked_again() {
    let half = || {
        let whole = kept();
        Act::Close(whole[..whole.len() - 20].to_vec())
    };
    let cases: [(&str, End, &str); 4] = [
        ("a body that is cut", half, "failed truncated 200"),
        ("silence", || Act::Silence, "failed timeout"),
        (
            "what is no HTTP",
            || Act::Close(b"SSH-2.0-OpenSSH\r\n".to_vec()),
            "failed connect",
        ),
        (
            "an error",
            || Act::Close(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n".to_vec()),
            "failed status 500",
        ),
    ];
    let mut wrong = Vec::new();
    for (what, how, expected) in cases {
        let server = tiring(how, false);
        let rows = refresh(&desk(&server, &["/a", "/b"]));
        let found = found(&rows);
        let asked = server.paths();
        let messages: Vec<_> = rows.values().map(|row| row["message"].clone()).collect();
        if found != ["fresh 200", expected] || asked.len() != 2 {
            wrong.push(format!("{what}: {found:?} {messages:?} {asked:?}"));
        }
    }
    assert_all(&wrong);
}

/// A new connection that ends without an answer is the server's doing.
#[test]
fn a_new_connection_is_no_dead_one() {
    let server = Connections::start(|_| Act::Close(Vec::new()));
    let desk = desk(&server, &["/a"]);
    assert_eq!(summary(&refresh(&desk)["a"]), "failed truncated");
    assert_eq!(server.paths(), ["/a"]);
}

/// Nor is a third attempt made.
#[test]
fn beside_another_request_an_end_without_an_answer_costs_nothing() {
    // The first connection answers late. Meanwhile the second ends without an answer.
    let server = Connections::start(|over| match over.connection {
        0 => {
            std::thread::sleep(std::time::Duration::from_secs(2));
            Act::Keep(kept())
        }
        1 => Act::Close(Vec::new()),
        _ => Act::Keep(kept()),
    });
    let keys = "every = \"1h\"\ntimeout = \"5s\"\n";
    let tables = ["/a", "/b"].map(|path| source(&path[1..], &server.url(path), keys));
    let fetch = LOCAL.replace("host_gap = \"0s\"", "host_gap = \"200ms\"");
    let rows = refresh(&Desk::new(&format!(
        "{fetch}per_host = 2\n{}{MERGED}",
        tables.concat()
    )));
    assert_eq!(found(&rows), ["fresh 200"; 2]);
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn a_second_attempt_is_the_last() {
    let server = Connections::start(|over| match (over.connection, over.nth) {
        (0, 0) => Act::Keep(kept()),
        _ => Act::Close(Vec::new()),
    });
    let desk = desk(&server, &["/a", "/b"]);
    assert_eq!(found(&refresh(&desk)), ["fresh 200", "failed truncated"]);
    let asked = server.paths();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[1], asked[2]);
    let errors = sources(&desk)
        .values()
        .map(|row| row["errors"].as_u64())
        .sum::<Option<u64>>();
    assert_eq!(errors, Some(1));
}

#[test]
fn a_server_that_wants_http_1_gets_it() {
    let mut wrong = Vec::new();
    for refusal in [
        Http2::ResetStream(HTTP_1_1_REQUIRED),
        Http2::GoAway(HTTP_1_1_REQUIRED),
    ] {
        let server = Connections::secure(Some(refusal), |_| Act::Keep(kept()));
        let ended = desk(&server, &["/a", "/b"]).run(&["refresh", "--json"]);
        let rows = super::rows(&ended.stdout);
        let found = found(&rows);
        if found != ["fresh 200"; 2] || server.paths().len() != 3 || server.paths()[0] != "h2" {
            wrong.push(format!("{refusal:?}: {found:?} {:?}", server.paths()));
        }
    }
    assert_all(&wrong);
}

#[test]
fn another_refusal_over_http_2_is_a_failure() {
    let server = Connections::secure(Some(Http2::ResetStream(INTERNAL_ERROR)), |_| {
        Act::Keep(kept())
    });
    let rows = refresh(&desk(&server, &["/a"]));
    assert_eq!(rows["a"]["outcome"], "failed");
    assert_eq!(server.paths(), ["h2"]);
}

#[test]
fn a_source_may_be_asked_over_http_1_alone() {
    let refusal = Http2::ResetStream(INTERNAL_ERROR);
    let server = Connections::secure(Some(refusal), |_| Act::Keep(kept()));
    let table = |word: &str| {
        let keys = format!("{}http = \"{word}\"\n", ca_file());
        format!("{LOCAL}{}{MERGED}", source("a", &server.url("/a"), &keys))
    };
    let desk = Desk::new(&table("1.1"));
    assert_eq!(summary(&refresh(&desk)["a"]), "fresh 200");
    assert_eq!(server.paths(), ["/a"]);
    desk.configure(&table("auto"));
    assert_eq!(refresh(&desk)["a"]["outcome"], "failed");
    desk.configure(&table("2"));
    let checked = desk.run(&["check"]);
    let said = String::from_utf8_lossy(&checked.stderr).into_owned()
        + &String::from_utf8_lossy(&checked.stdout);
    assert_eq!(checked.status.code(), Some(78), "{said}");
    assert!(said.contains("\"2\" is not \"auto\" or \"1.1\""), "{said}");
}
