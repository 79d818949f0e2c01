//! The egress guard: what is not plainly public is not asked, unless it was allowed.
//!
//! - Every row of the IANA special-purpose registries is refused, first, last and inner address; the addresses just outside
//!   are permitted where they are public. IPv6 is refused by default, but for 2000::/3.
//! - An IPv4 address inside an IPv6 one (mapped, NAT64) is judged as itself; NAT64 only where it is allowed at all.
//! - `allow_addresses` widens by its blocks and no further, for all sources or for one; widening is logged.
//! - Names of this machine are refused early, and so is every way to write a private address as a URL.
//! - A name is judged by what it resolves to; a redirect at each hop; a page's feed too. The victim hears nothing.
//! - Only `http` and `https` are asked.

use std::net::IpAddr;

use ipnet::IpNet;
use mainstem::fetch::EgressPolicy;

use super::{assert_all, feed, outcomes, refresh, source, summary};
use crate::support::daemon::Desk;
use crate::support::origin::{Origin, response};

/// A block, an address within, and its public neighbours below and above, where it has any.
type Row = (
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
);

/// IANA IPv4 Special-Purpose Address Registry (RFC 6890), and multicast (RFC 5771).
const V4: &[Row] = &[
    ("0.0.0.0/8", "0.1.2.3", None, Some("1.0.0.0")),
    ("0.0.0.0/32", "0.0.0.0", None, None),
    (
        "10.0.0.0/8",
        "10.20.30.40",
        Some("9.255.255.255"),
        Some("11.0.0.0"),
    ),
    (
        "100.64.0.0/10",
        "100.100.0.1",
        Some("100.63.255.255"),
        Some("100.128.0.0"),
    ),
    (
        "127.0.0.0/8",
        "127.9.9.9",
        Some("126.255.255.255"),
        Some("128.0.0.0"),
    ),
    (
        "169.254.0.0/16",
        "169.254.169.254",
        Some("169.253.255.255"),
        Some("169.255.0.0"),
    ),
    (
        "172.16.0.0/12",
        "172.20.0.1",
        Some("172.15.255.255"),
        Some("172.32.0.0"),
    ),
    (
        "192.0.0.0/24",
        "192.0.0.100",
        Some("191.255.255.255"),
        Some("192.0.1.0"),
    ),
    ("192.0.0.0/29", "192.0.0.3", None, None),
    ("192.0.0.8/32", "192.0.0.8", None, None),
    ("192.0.0.9/32", "192.0.0.9", None, None),
    ("192.0.0.10/32", "192.0.0.10", None, None),
    ("192.0.0.170/32", "192.0.0.170", None, None),
    ("192.0.0.171/32", "192.0.0.171", None, None),
    (
        "192.0.2.0/24",
        "192.0.2.55",
        Some("192.0.1.255"),
        Some("192.0.3.0"),
    ),
    (
        "192.31.196.0/24",
        "192.31.196.1",
        Some("192.31.195.255"),
        Some("192.31.197.0"),
    ),
    (
        "192.52.193.0/24",
        "192.52.193.1",
        Some("192.52.192.255"),
        Some("192.52.194.0"),
    ),
    (
        "192.88.99.0/24",
        "192.88.99.1",
        Some("192.88.98.255"),
        Some("192.88.100.0"),
    ),
    ("192.88.99.2/32", "192.88.99.2", None, None),
    (
        "192.168.0.0/16",
        "192.168.178.1",
        Some("192.167.255.255"),
        Some("192.169.0.0"),
    ),
    (
        "192.175.48.0/24",
        "192.175.48.6",
        Some("192.175.47.255"),
        Some("192.175.49.0"),
    ),
    (
        "198.18.0.0/15",
        "198.19.0.1",
        Some("198.17.255.255"),
        Some("198.20.0.0"),
    ),
    (
        "198.51.100.0/24",
        "198.51.100.7",
        Some("198.51.99.255"),
        Some("198.51.101.0"),
    ),
    (
        "203.0.113.0/24",
        "203.0.113.7",
        Some("203.0.112.255"),
        Some("203.0.114.0"),
    ),
    ("224.0.0.0/4", "233.252.0.1", Some("223.255.255.255"), None),
    ("240.0.0.0/4", "250.0.0.1", None, None),
    ("255.255.255.255/32", "255.255.255.255", None, None),
];

/// IANA IPv6 Special-Purpose Address Registry, and what of the address space was never given out or is multicast.
const V6: &[Row] = &[
    ("::1/128", "::1", None, None),
    ("::/128", "::", None, None),
    ("::/96", "::7f00:1", None, None),
    ("64:ff9b::/96", "64:ff9b::808:808", None, None),
    ("64:ff9b:1::/48", "64:ff9b:1:2::3", None, None),
    ("100::/64", "100::1", None, None),
    ("100:0:0:1::/64", "100:0:0:1::1", None, None),
    (
        "2001::/23",
        "2001:100::1",
        Some("2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        Some("2001:200::"),
    ),
    (
        "2001::/32",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        None,
        None,
    ),
    ("2001:1::1/128", "2001:1::1", None, None),
    ("2001:1::2/128", "2001:1::2", None, None),
    ("2001:1::3/128", "2001:1::3", None, None),
    ("2001:2::/48", "2001:2::9", None, None),
    ("2001:3::/32", "2001:3:4::5", None, None),
    ("2001:4:112::/48", "2001:4:112::1", None, None),
    ("2001:10::/28", "2001:1a::1", None, None),
    ("2001:20::/28", "2001:2a::1", None, None),
    ("2001:30::/28", "2001:3a::1", None, None),
    (
        "2001:db8::/32",
        "2001:db8:1::1",
        Some("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff"),
        Some("2001:db9::"),
    ),
    (
        "2002::/16",
        "2002:7f00:1::",
        Some("2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        Some("2003::"),
    ),
    (
        "2620:4f:8000::/48",
        "2620:4f:8000::1",
        Some("2620:4f:7fff:ffff:ffff:ffff:ffff:ffff"),
        Some("2620:4f:8001::"),
    ),
    (
        "3fff::/20",
        "3fff:fff::1",
        Some("3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        Some("3fff:1000::"),
    ),
    ("5f00::/16", "5f00::1", None, None),
    ("fc00::/7", "fd12:3456::1", None, None),
    ("fe80::/10", "fe80::1", None, None),
    ("fec0::/10", "fec0::1", None, None),
    ("ff00::/8", "ff02::1", None, None),
    // Outside 2000::/3, whatever becomes of it.
    ("200::/7", "200::1", None, None),
    ("400::/6", "400::1", None, None),
    ("1000::/4", "1fff::1", None, Some("2000::")),
    (
        "4000::/3",
        "4000::1",
        Some("3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        None,
    ),
    ("8000::/1", "a000::1", None, None),
];

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn policy(allowed: &[&str]) -> EgressPolicy {
    let blocks: Vec<IpNet> = allowed
        .iter()
        .map(|block| block.parse().expect("a block"))
        .collect();
    EgressPolicy::new(&blocks)
}

#[test]
fn every_row_of_the_special_registries_is_refused_and_its_neighbours_are_not() {
    let (policy, mut wrong) = (policy(&[]), Vec::new());
    for (block, inner, below, above) in V4.iter().chain(V6) {
        let net: IpNet = block.parse().expect("a block");
        assert!(net.contains(&ip(inner)), "{inner} is not of {block}");
        for address in [net.network(), net.broadcast(), ip(inner)] {
            if policy.permits(address) {
                wrong.push(format!("{block}: {address} is permitted"));
            }
        }
        for neighbour in [below, above].into_iter().flatten() {
            assert!(!net.contains(&ip(neighbour)), "{neighbour} is of {block}");
            if !policy.permits(ip(neighbour)) {
                wrong.push(format!("{block}: its neighbour {neighbour} is refused"));
            }
        }
    }
    assert_all(&wrong);
}

/// The same verdict for an IPv4 address by itself and mapped into IPv6, over the whole table.
#[test]
fn mapped_addresses_are_judged_as_themselves() {
    let (policy, mut wrong) = (policy(&[]), Vec::new());
    let addresses = V4.iter().flat_map(|(block, inner, below, above)| {
        let net: IpNet = block.parse().expect("a block");
        let some = [
            Some(net.network()),
            Some(net.broadcast()),
            Some(ip(inner)),
            below.map(ip),
            above.map(ip),
        ];
        some.into_iter().flatten()
    });
    for address in addresses {
        let IpAddr::V4(v4) = address else {
            unreachable!("a table of IPv4")
        };
        if policy.permits(v4.to_ipv6_mapped().into()) != policy.permits(address) {
            wrong.push(format!("::ffff:{address}"));
        }
        // Translated ones (RFC 6052) and compatible ones (RFC 4291 §2.5.5.1): never by themselves.
        for prefix in ["64:ff9b::", "::"] {
            if policy.permits(ip(&format!("{prefix}{address}"))) {
                wrong.push(format!("{prefix}{address}"));
            }
        }
    }
    assert_all(&wrong);
}

/// What is allowed, the address, and whether it may then be asked.
const WIDENED: &[(&[&str], &str, bool)] = &[
    (&["10.0.0.0/8"], "10.0.0.0", true),
    (&["10.0.0.0/8"], "10.255.255.255", true),
    (&["10.0.0.0/8"], "::ffff:10.1.2.3", true),
    (&["10.0.0.0/8"], "11.0.0.1", true),
    (&["10.0.0.0/8"], "192.168.0.1", false),
    (&["10.0.0.0/8"], "127.0.0.1", false),
    (&["10.0.0.0/8"], "::1", false),
    (&["10.0.0.0/8"], "64:ff9b::10.1.2.3", false),
    (&["127.0.0.1/32"], "127.0.0.1", true),
    (&["127.0.0.1/32"], "127.0.0.2", false),
    (&["127.0.0.1/32"], "127.0.0.0", false),
    (&["::1/128"], "::1", true),
    (&["::1/128"], "::", false),
    (&["::1/128"], "127.0.0.1", false),
    (&["fd00::/8"], "fd12::1", true),
    (&["fd00::/8"], "fc00::1", false),
    (&["192.168.0.0/24", "10.0.0.0/8"], "192.168.0.255", true),
    (&["192.168.0.0/24", "10.0.0.0/8"], "192.168.1.0", false),
    (&["64:ff9b::/96"], "64:ff9b::8.8.8.8", true),
    (&["64:ff9b::/96"], "64:ff9b::10.1.2.3", false),
    (&["64:ff9b::/96"], "64:ff9b::169.254.169.254", false),
    (&["64:ff9b::/96"], "64:ff9b:1::1", false),
    (&["64:ff9b::/96", "10.0.0.0/8"], "64:ff9b::10.1.2.3", true),
    (&["0.0.0.0/0"], "10.1.2.3", true),
    (&["0.0.0.0/0"], "::1", false),
];

#[test]
fn allow_addresses_widens_by_its_blocks_and_no_further() {
    for (allowed, address, permitted) in WIDENED {
        assert_eq!(
            policy(allowed).permits(ip(address)),
            *permitted,
            "{address} with {allowed:?}"
        );
    }
}

/// Ways to write an address that is not public, and names of this machine.
const HIDDEN: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "0x7f.1",
    "0x7f000001",
    "0X7F.0.0.1",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "0",
    "0.0.0.0",
    "0x0",
    "4294967295",
    "%31%32%37.0.0.1",
    "127%2E0%2E0%2E1",
    "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
    "\u{2460}\u{2461}\u{2466}.0.0.1",
    "127\u{3002}0\u{ff0e}0\u{ff61}1",
    "169.254.169.254",
    "0xa9fea9fe",
    "10.1",
    "192.168.257",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:a9fe:a9fe]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::8.8.8.8]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fd00::1]",
    "[ff02::1]",
    "user:pass@127.0.0.1",
    "example.org@127.0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "LocalHost..",
    "foo.localhost",
    "foo.bar.localhost.",
    "printer.local",
    "db.internal",
    "local",
    "internal.",
];

#[test]
fn no_way_to_write_a_private_address_passes() {
    let sources: String = HIDDEN
        .iter()
        .enumerate()
        .map(|(nth, host)| source(&format!("s{nth:02}"), &format!("http://{host}:9/"), ""))
        .collect();
    let desk = Desk::new(&format!("[fetch]\nhost_gap = \"0s\"\n{sources}"));
    let wrong: Vec<String> = HIDDEN
        .iter()
        .zip(outcomes(&desk))
        .filter(|(_, outcome)| !outcome.ends_with("failed egress_blocked"))
        .map(|(host, outcome)| format!("{host}: {outcome}"))
        .collect();
    assert_all(&wrong);
}

/// One loopback address is allowed, and leads everywhere else.
#[test]
fn no_redirect_and_no_page_leads_to_a_private_address() {
    let victim = Origin::at("127.0.0.2", |_| response("200 OK", &[], &feed()));
    let port = victim.address().port();
    let hosts = [
        "127.0.0.2",
        "127.2",
        "0x7f000002",
        "2130706434",
        "0177.0.0.2",
        "[::ffff:127.0.0.2]",
        "[::1]",
        "0.0.0.0",
        "10.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "[fe80::1]",
        "[64:ff9b::7f00:2]",
        "user@127.0.0.2",
    ];
    let urls: Vec<String> = hosts
        .iter()
        .map(|host| format!("http://{host}:{port}/feed"))
        .collect();
    let origin = Origin::start(move |asked| {
        let (kind, nth) = asked.path[1..].split_once('-').expect("kind and number");
        let url = &urls[nth.parse::<usize>().expect("a number")];
        match kind {
            "found" => response("302 Found", &[("Location", url)], b""),
            "moved" => response("308 Permanent Redirect", &[("Location", url)], b""),
            "twice" => response("302 Found", &[("Location", &format!("/found-{nth}"))], b""),
            _ => {
                let page = format!(
                    "<!DOCTYPE html><html><link rel=alternate type=application/rss+xml href=\"{url}\">"
                );
                response("200 OK", &[], page.as_bytes())
            }
        }
    });
    let mut sources = String::new();
    for kind in ["found", "moved", "twice", "page"] {
        for nth in 0..hosts.len() {
            let id = format!("{kind}-{nth}");
            sources.push_str(&source(&id, &origin.url(&format!("/{id}")), ""));
        }
    }
    let desk = Desk::new(&format!(
        "[fetch]\nallow_addresses = [\"127.0.0.1/32\"]\nhost_gap = \"0s\"\nper_host = 8\n{sources}"
    ));
    for _ in 0..2 {
        let wrong: Vec<String> = refresh(&desk)
            .iter()
            .filter(|(_, row)| row["outcome"] != "failed" || row["class"] != "egress_blocked")
            .map(|(id, row)| format!("{id}: {}", summary(row)))
            .collect();
        assert_all(&wrong);
    }
    assert_eq!(victim.asked().len(), 0);
    assert!(
        origin.count("/found-0") >= 2,
        "nothing was remembered: the configured address is asked again"
    );
}

/// A name is judged by every address that it has, when it is connected to; the hosts file knows `localhost`.
#[test]
fn a_name_is_judged_by_what_it_resolves_to() {
    let origin = Origin::start(|_| response("200 OK", &[], &feed()));
    let url = origin.url("/feed").replace("127.0.0.1", "localhost");
    for (allowed, expected) in [
        ("127.0.0.1/32", "a fresh 200"),
        ("10.0.0.0/8", "a failed egress_blocked"),
    ] {
        let desk = Desk::new(&format!(
            "[fetch]\nallow_addresses = [\"{allowed}\"]\n{}",
            source("a", &url, "")
        ));
        assert_eq!(outcomes(&desk), [expected], "{allowed}");
    }
    assert_eq!(origin.asked().len(), 1);
}

#[test]
fn what_one_source_may_ask_another_may_not() {
    let origin = Origin::start(|_| response("200 OK", &[], &feed()));
    let sources = [
        source(
            "a-allowed",
            &origin.url("/a"),
            "allow_addresses = [\"127.0.0.1\"]",
        ),
        source("b-not", &origin.url("/b"), ""),
        source(
            "c-other",
            &origin.url("/c"),
            "allow_addresses = [\"127.0.0.2\"]",
        ),
        // The same URL: one may, the other still may not.
        source("d-same", &origin.url("/a"), ""),
    ];
    let desk = Desk::new(&format!("[fetch]\nhost_gap = \"0s\"\n{}", sources.concat()));
    let expected = [
        "a-allowed fresh 200",
        "b-not failed egress_blocked",
        "c-other failed egress_blocked",
        "d-same failed egress_blocked",
    ];
    assert_eq!(outcomes(&desk), expected);
    assert_eq!(origin.paths(), ["/a"]);
}

/// Taking a permission back ends it, in a daemon that keeps running too.
#[test]
fn a_permission_that_is_taken_back_holds_no_longer() {
    let origin = Origin::start(|_| response("200 OK", &[], &feed()));
    let table = source("a", &origin.url("/a"), "every = \"50ms\"");
    let allowed = format!("[fetch]\nallow_addresses = [\"127.0.0.1\"]\nhost_gap = \"0s\"\n{table}");
    let desk = Desk::new(&allowed);
    let daemon = desk.start();
    origin.until("/a", 3);
    desk.configure(&allowed.replace("\"127.0.0.1\"", ""));
    daemon.signal("HUP");
    daemon.until_logged(|event| event["class"] == "egress_blocked");
    let count = origin.count("/a");
    drop(daemon);
    refresh(&desk);
    assert_eq!(origin.count("/a"), count);
}

/// Log events that tell of a widening, with the blocks that they name.
fn widenings(log: &[serde_json::Value]) -> Vec<String> {
    let told = log.iter().filter(|event| {
        let message = event["message"].as_str();
        message.is_some_and(|message| message.contains("allow_addresses"))
    });
    told.map(|event| event["addresses"].as_str().expect("which").to_owned())
        .collect()
}

#[test]
fn widening_is_logged_once_for_each_set_and_after_a_reload() {
    let origin = Origin::start(|_| response("200 OK", &[], &feed()));
    let own = "allow_addresses = [\"127.0.0.0/8\"]";
    let sources = [
        source("a", &origin.url("/a"), ""),
        source("b", &origin.url("/b"), ""),
        source("c", &origin.url("/c"), own),
    ];
    let with = |allowed: &str| {
        format!(
            "[fetch]\nallow_addresses = [{allowed}]\n{}",
            sources.concat()
        )
    };
    let desk = Desk::new(&with("\"127.0.0.1/32\""));
    let ended = desk.run(&["-v", "--log-format", "json", "refresh"]);
    let log: Vec<serde_json::Value> = String::from_utf8_lossy(&ended.stderr)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let mut found = widenings(&log);
    found.sort();
    assert_eq!(found, ["127.0.0.0/8", "127.0.0.1/32"], "one pass");
    let daemon = desk.start();
    daemon.until_logged(|event| !widenings(std::slice::from_ref(event)).is_empty());
    desk.configure(&with("\"127.0.0.1/32\", \"10.0.0.0/8\""));
    daemon.signal("HUP");
    daemon.until_logged(|event| {
        widenings(std::slice::from_ref(event))
            .iter()
            .any(|told| told.contains("10.0.0.0/8"))
    });
    drop(daemon);
    // Where nothing is widened, nothing is said.
    desk.configure("");
    let said = desk.run(&["-v", "refresh"]).stderr;
    assert!(!String::from_utf8_lossy(&said).contains("allow_addresses"));
}
