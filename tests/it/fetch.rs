//! Manners and limits, through the real binary against a real server.

use std::io::Write;
use std::net::IpAddr;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use crate::support::daemon::Desk;
use crate::support::origin::{Asked, Origin, response, rss};

const TEXT: &str = "The orchard road is closed to lorries from the first Monday of the month until the apples have been brought in";
const LOCAL: &str = "[fetch]\nallow_addresses = [\"127.0.0.1/32\"]\nhost_gap = \"0s\"\ntimeout = \"5s\"\nmax_body = \"100KiB\"\n";

fn feed() -> Vec<u8> {
    rss(&[("1", "Orchard road", TEXT)])
}

/// One source of each path.
fn desk(origin: &Origin, paths: &[&str]) -> Desk {
    let source = |path: &&str| {
        format!(
            "[[source]]\nid = \"{}\"\nurl = \"{}\"\n",
            &path[1..],
            origin.url(path)
        )
    };
    Desk::new(&format!(
        "{LOCAL}{}[[output]]\nid = \"merged\"\n",
        paths.iter().map(source).collect::<String>()
    ))
}

/// `outcome class status` of each source by id, after one pass.
fn outcomes(desk: &Desk) -> Vec<String> {
    let rows: serde_json::Value =
        serde_json::from_slice(&desk.run(&["refresh", "--json"]).stdout).expect("JSON");
    let word = |value: &serde_json::Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let row = |row: &serde_json::Value| {
        format!(
            "{} {} {} {}",
            word(&row["id"]),
            word(&row["outcome"]),
            word(&row["class"]),
            row["status"]
        )
    };
    rows.as_array().expect("rows").iter().map(row).collect()
}

fn packed(
    encode: impl FnOnce(Vec<u8>) -> std::io::Result<Vec<u8>>,
    bytes: Vec<u8>,
    coding: &str,
) -> Vec<u8> {
    response(
        "200 OK",
        &[("Content-Encoding", coding)],
        &encode(bytes).expect("packs"),
    )
}

fn gzip(bytes: Vec<u8>) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes)?;
    encoder.finish()
}

#[test]
fn bodies_are_decoded_under_the_cap() {
    let zlib = |bytes: Vec<u8>| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bytes)?;
        encoder.finish()
    };
    let raw = |bytes: Vec<u8>| {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bytes)?;
        encoder.finish()
    };
    let cut = |bytes: Vec<u8>| gzip(bytes).map(|packed| packed[..packed.len() / 2].to_vec());
    let origin = Origin::start(move |asked| match asked.path.as_str() {
        "/a-gzip" => packed(gzip, feed(), "gzip"),
        "/b-zlib" => packed(zlib, feed(), "deflate"),
        "/c-raw" => packed(raw, feed(), "deflate"),
        "/d-twice" => packed(|bytes| gzip(gzip(bytes)?), feed(), "gzip, gzip"),
        "/e-bomb" => packed(gzip, vec![b' '; 50_000_000], "gzip"),
        "/f-lie" => response("200 OK", &[("Content-Encoding", "gzip")], &feed()),
        "/g-cut" => packed(cut, feed(), "gzip"),
        _ => response("200 OK", &[("Content-Encoding", "rot13")], &feed()),
    });
    let desk = desk(
        &origin,
        &[
            "/a-gzip",
            "/b-zlib",
            "/c-raw",
            "/d-twice",
            "/e-bomb",
            "/f-lie",
            "/g-cut",
            "/h-unknown",
        ],
    );
    let found = outcomes(&desk);
    let expected = [
        "a-gzip fresh null 200",
        "b-zlib fresh null 200",
        "c-raw fresh null 200",
        "d-twice fresh null 200",
        "e-bomb failed too_large 200",
        "f-lie failed decode 200",
        "g-cut failed truncated 200",
        "h-unknown failed decode 200",
    ];
    assert_eq!(found, expected);
}

#[test]
fn redirects_are_followed_and_only_permanent_ones_remembered() {
    let to = |status: &'static str, location: &'static str| {
        response(status, &[("Location", location)], b"")
    };
    let origin = Origin::start(move |asked: &Asked| match asked.path.as_str() {
        "/a-moved" => to("301 Moved Permanently", "/feed"),
        "/b-for-now" => to("302 Found", "/feed"),
        "/c-mixed" => to("302 Found", "/c-then"),
        "/c-then" => to("301 Moved Permanently", "/feed"),
        "/d-loop" => to("302 Found", "/d-loop-2"),
        "/d-loop-2" => to("302 Found", "/d-loop"),
        "/e-file" => to("302 Found", "file:///etc/passwd"),
        "/f-private" => to("302 Found", "http://10.0.0.1/feed"),
        _ => response("200 OK", &[("ETag", "\"f\"")], &feed()),
    });
    let desk = desk(
        &origin,
        &[
            "/a-moved",
            "/b-for-now",
            "/c-mixed",
            "/d-loop",
            "/e-file",
            "/f-private",
        ],
    );
    let expected = [
        "a-moved moved null 200",
        "b-for-now fresh null 200",
        "c-mixed fresh null 200",
        "d-loop failed loop 302",
        "e-file failed redirect 302",
        "f-private failed egress_blocked null",
    ];
    let found = outcomes(&desk);
    assert_eq!(found[..4], expected[..4]);
    for (found, class) in found[4..].iter().zip(["redirect", "egress_blocked"]) {
        assert!(found.contains(&format!("failed {class}")), "{found}");
    }
    let before = origin.asked().len();
    desk.run(&["refresh", "a-moved", "b-for-now"]);
    let again: Vec<String> = origin.asked()[before..]
        .iter()
        .map(|asked| asked.path.clone())
        .collect();
    assert!(
        !again.contains(&"/a-moved".to_owned()),
        "the old address was asked: {again:?}"
    );
    assert!(again.contains(&"/b-for-now".to_owned()));
}

#[test]
fn what_a_status_means() {
    let origin = Origin::start(|asked| match asked.path.as_str() {
        "/a-gone" => response("410 Gone", &[], b""),
        "/b-busy" => response(
            "503 Service Unavailable",
            &[("Retry-After", "99999999999999999999")],
            b"",
        ),
        "/c-down" => response("500 Internal Server Error", &[], b""),
        "/d-unasked" => response("304 Not Modified", &[], b""),
        _ => response("204 No Content", &[], b""),
    });
    let desk = desk(
        &origin,
        &["/a-gone", "/b-busy", "/c-down", "/d-unasked", "/e-nothing"],
    );
    let expected = [
        "a-gone gone null 410",
        "b-busy throttled null 503",
        "c-down failed status 500",
        "d-unasked failed status 304",
        "e-nothing failed status 204",
    ];
    assert_eq!(outcomes(&desk), expected);
    let asked = origin.asked().len();
    desk.run(&["refresh", "a-gone", "b-busy"]);
    assert_eq!(origin.asked().len(), asked, "neither may be asked again");
}

#[test]
fn addresses_that_are_not_public_are_refused() {
    let private: [IpAddr; 14] = [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.9.9.9",
        "169.254.169.254",
        "172.31.0.1",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
    ]
    .map(|address| address.parse().expect("an address"));
    let mut hosts: Vec<String> = private
        .iter()
        .map(|address| {
            if address.is_ipv6() {
                format!("[{address}]")
            } else {
                address.to_string()
            }
        })
        .collect();
    // The same addresses as people hide them.
    hosts.extend(
        [
            "localhost",
            "0x7f.1",
            "2130706433",
            "017700000001",
            "127.1",
            "foo.localhost",
            "localhost.",
        ]
        .map(str::to_owned),
    );
    let sources: String = hosts
        .iter()
        .enumerate()
        .map(|(number, host)| {
            format!("[[source]]\nid = \"s{number:02}\"\nurl = \"http://{host}:9/\"\n")
        })
        .collect();
    let desk = Desk::new(&format!("[fetch]\nhost_gap = \"0s\"\n{sources}"));
    for (host, outcome) in hosts.iter().zip(outcomes(&desk)) {
        assert!(
            outcome.contains("failed egress_blocked"),
            "{host}: {outcome}"
        );
    }
}

#[test]
fn a_source_keeps_its_secrets_to_its_own_origin() {
    let other = Origin::start(|_| response("200 OK", &[], &feed()));
    let away = other.url("/feed");
    let origin = Origin::start(move |_| response("302 Found", &[("Location", &away)], b""));
    let desk = Desk::new("");
    desk.write("token", b"Bearer hush\n");
    let url = origin.url("/a").replace("http://", "http://user:pa%20ss@");
    let with_header = origin.url("/b");
    desk.configure(&format!(
        "{LOCAL}[[source]]\nid = \"a\"\nurl = \"{url}\"\n[[source]]\nid = \"b\"\nurl = \"{with_header}\"\nheaders = {{ Authorization = {{ file = \"token\" }} }}\n"
    ));
    assert!(desk.run(&["refresh"]).status.success());
    let sent: Vec<Option<String>> = origin
        .asked()
        .iter()
        .map(|asked| asked.header("authorization").map(str::to_owned))
        .collect();
    assert!(
        sent.contains(&Some("Basic dXNlcjpwYSBzcw==".to_owned()))
            && sent.contains(&Some("Bearer hush".to_owned())),
        "{sent:?}"
    );
    for asked in other.asked() {
        assert_eq!(asked.header("authorization"), None);
        assert_eq!(asked.header("referer"), None);
        assert_eq!(asked.header("cookie"), None);
    }
    for command in [
        ["sources", "--json"].as_slice(),
        &["export"],
        &["-v", "refresh", "--force"],
    ] {
        let ended = desk.run(command);
        let said = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
        assert!(
            !said.contains("pa%20ss") && !said.contains("hush"),
            "{command:?}: {said}"
        );
    }
}
