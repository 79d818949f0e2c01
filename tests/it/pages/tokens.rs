//! Who may read pages.
//!
//! - a page is of who may read its output; what is of no output is of who brings the server's token
//! - a token stands in links for who came with it in the address, and for nobody else, and only where it opens something
//! - `/` neither lists nor names an output whose token the visitor has not brought

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::{SOURCE, desk, feed, follow_all, links, page, target};
use crate::support::daemon::{Answer, Daemon, Desk};
use crate::support::html::{parse, selecting, texts};
use crate::support::releases::told;

/// A page is answered within this even on a busy machine.
const SOON: Duration = Duration::from_secs(20);

const TOKEN: &str = "k&y=+ ü\"<";

/// [`TOKEN`] as an address carries it.
fn query() -> String {
    let encoded = url::form_urlencoded::byte_serialize(TOKEN.as_bytes()).collect::<String>();
    format!("?token={encoded}")
}

/// A daemon with an output that asks for [`TOKEN`], and the path of its page with it.
fn guarded() -> (Desk, Daemon, String) {
    let desk = desk(
        "token = { file = \"o.token\" }\nmax_entries = 1\nduplicates = \"off\"\n",
        &[
            ("Older", "https://a.example/0"),
            ("One", "https://a.example/1"),
        ],
    );
    desk.write("o.token", TOKEN.as_bytes());
    let daemon = desk.start();
    let with_token = format!("/o{}", query());
    daemon.until(&with_token, |answer| answer.text().contains(">One<"));
    let archive = format!("/o/archive/1{}", query());
    daemon.until(&archive, |answer| answer.text().contains(">Older<"));
    (desk, daemon, with_token)
}

/// The page for who brings a token in a header.
fn by_header(daemon: &Daemon, path: &str, token: &str) -> Answer {
    let pair = BASE64_STANDARD.encode(format!("reader:{token}"));
    let answer = daemon.ask("GET", path, &[("Authorization", &format!("Basic {pair}"))]);
    assert_eq!(answer.status, 200, "{path}");
    answer
}

#[test]
fn a_token_stands_in_the_links_for_who_came_with_it_in_the_address() {
    let (_desk, daemon, with_token) = guarded();
    let answer = page(&daemon, &with_token);
    let found = parse(&answer.text());
    follow_all(&daemon, &with_token, &found);
    for path in ["o.atom", "o.rss", "o.json", "o/preview", "o/archive/1"] {
        let href = format!("{path}{}", query());
        assert!(links(&found).contains(&href), "{href}");
    }
    assert!(
        texts(&found, "dd a")
            .iter()
            .all(|address| address.ends_with(&query()))
    );
    let archive = format!("/o/archive/1{}", query());
    follow_all(&daemon, &archive, &parse(&page(&daemon, &archive).text()));
    let other = by_header(&daemon, "/o", TOKEN);
    assert_ne!(answer.header("etag"), other.header("etag"), "two pages");
    for answer in [&answer, &other] {
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
        let vary = answer.header("vary");
        assert_eq!(vary, Some("Accept-Encoding, Authorization"));
    }
    let known = [("If-None-Match", answer.header("etag").expect("a tag"))];
    assert_eq!(daemon.ask("GET", &with_token, &known).status, 304);
}

#[test]
fn a_token_is_passed_on_to_nobody_else() {
    let (desk, daemon, with_token) = guarded();
    for path in [
        "/o",
        "/o?token=wrong",
        "/o?token=",
        "/o/archive/1",
        "/o?page=2",
    ] {
        let refused = daemon.ask("GET", path, &[]);
        assert_eq!(refused.status, 401, "{path}");
        assert!(refused.header("www-authenticate").is_some());
        assert!(!refused.text().contains("One"));
    }
    // Another's token in the address is not passed on.
    for path in ["/o", "/o?token=wrong", "/o/archive/1"] {
        let page = by_header(&daemon, path, TOKEN);
        assert!(!page.text().contains("token="), "{path}");
    }
    for format in ["atom", "rss", "json"] {
        let path = format!("/o.{format}{}", query());
        assert!(!page(&daemon, &path).text().contains("token="), "{path}");
    }
    // It goes along to every page, for what is shown there depends on it, and to the output's documents; to nothing else.
    let found = parse(&page(&daemon, &with_token).text());
    for href in links(&found).iter().filter(|href| !href.starts_with('#')) {
        let is_page = target("/o", href).is_some_and(|path| !path.starts_with("/static/"));
        assert_eq!(href.contains("token="), is_page, "{href}");
    }
    // A form sends it as it was brought.
    let form = parse(&page(&daemon, &format!("/o/preview{}", query())).text());
    let carried = form.select(&selecting("input[name=token]")).next();
    assert_eq!(carried.and_then(|input| input.attr("value")), Some(TOKEN));
    // Another token is another page.
    desk.write("o.token", b"second");
    daemon.signal("HUP");
    let answer = daemon.until("/o?token=second", |answer| answer.status == 200);
    assert!(answer.text().contains("?token=second"));
    assert_eq!(daemon.ask("GET", &with_token, &[]).status, 401);
}

/// Two outputs, one of which asks for `secret`; `server`: keys of the server.
fn two_outputs(server: &str) -> (Desk, Daemon) {
    let desk = Desk::new(&format!(
        "{server}{SOURCE}[[output]]\nid = \"open\"\n[[output]]\nid = \"closed\"\ntitle = \"Behind doors\"\ntoken = {{ file = \"o.token\" }}\n"
    ));
    desk.write("o.token", b"secret");
    desk.write("s.token", b"server");
    desk.write("a.json", &feed(&[("One", "https://a.example/1")]));
    let daemon = desk.start();
    daemon.until("/closed?token=secret", |answer| answer.status == 200);
    (desk, daemon)
}

#[test]
fn the_front_page_lists_what_the_visitor_may_read() {
    let (_desk, daemon) = two_outputs("");
    for path in ["/", "/?token=wrong"] {
        let answer = page(&daemon, path);
        let text = answer.text();
        assert!(text.contains("open.atom"), "{path}");
        assert!(
            !text.contains("closed") && !text.contains("Behind doors"),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
    }
    let in_address = page(&daemon, "/?token=secret");
    let found = parse(&in_address.text());
    follow_all(&daemon, "/?token=secret", &found);
    let hrefs = links(&found);
    assert!(hrefs.contains(&"closed.atom?token=secret".to_owned()));
    assert!(
        hrefs.contains(&"open.atom".to_owned()),
        "nobody asks for it"
    );
    let text = by_header(&daemon, "/", "secret").text();
    assert!(text.contains("Behind doors") && !text.contains("token="));
}

#[test]
fn what_is_of_no_output_needs_the_servers_token() {
    let (_desk, daemon) = two_outputs("token = { file = \"s.token\" }\n");
    for path in ["/", "/?token=wrong", "/?token=secret"] {
        assert_eq!(daemon.ask("GET", path, &[]).status, 401, "{path}");
    }
    let answer = page(&daemon, "/?token=server");
    let found = parse(&answer.text());
    follow_all(&daemon, "/?token=server", &found);
    let text = answer.text();
    assert!(text.contains("open.atom") && !text.contains("Behind doors"));
    assert!(links(&found).contains(&"sources?token=server".to_owned()));
    assert!(links(&found).contains(&"open".to_owned()));
    assert!(!by_header(&daemon, "/", "server").text().contains("token="));
    // Nobody is led to where a password would be asked for.
    let sections = |path: &str| {
        let answer = page(&daemon, path);
        texts(&parse(&answer.text()), "body > header a")
    };
    let none: [String; 0] = [];
    assert_eq!(sections("/open"), none);
    assert_eq!(sections("/open/preview"), none);
    assert_eq!(sections("/open?token=server"), ["Feeds", "Sources"]);
    // Who reads an output reads the stories that it keeps.
    let of_output = page(&daemon, "/closed?token=secret").text();
    assert!(of_output.contains("?token=secret\">Story"), "{of_output}");
    let with_both = page(&daemon, "/open?token=server").text();
    assert!(with_both.contains("?token=server\">Story"), "{with_both}");
}

/// What a visitor may see is looked up for what is asked, not spelt out for all outputs and sources.
#[test]
fn many_outputs_of_many_sources_are_answered_soon() {
    let sources: String = (0..3000)
        .map(|nth| format!("[[source]]\nid = \"s{nth}\"\npath = \"s{nth}.json\"\nevery = \"1d\"\n"))
        .collect();
    let outputs: String = (0..300)
        .map(|nth| format!("[[output]]\nid = \"o{nth}\"\ntoken = {{ file = \"o.token\" }}\n"))
        .collect();
    let desk = Desk::new(&format!(
        "{sources}{outputs}[[output]]\nid = \"open\"\nsources = [\"s0\"]\n"
    ));
    desk.write("o.token", b"secret");
    for nth in 0..3000 {
        desk.write(&format!("s{nth}.json"), &feed(&[]));
    }
    desk.write("s0.json", &feed(&[("One", "https://a.example/1")]));
    told(&desk, &["refresh", "s0"]);
    let daemon = desk.start();
    daemon.until("/open", |answer| answer.text().contains(">One<"));
    for token in ["", "?token=secret"] {
        for path in ["/", "/sources", "/source/s0", "/story/1", "/open/preview"] {
            let began = Instant::now();
            let path = format!("{path}{token}");
            assert_eq!(daemon.ask("GET", &path, &[]).status, 200, "{path}");
            assert!(began.elapsed() < SOON, "{path}: {:?}", began.elapsed());
        }
    }
}
