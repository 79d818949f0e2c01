//! Ports and names of this network, in a network namespace with public addresses of its own.
//!
//! - `allow_addresses` lifts the rule on ports for the addresses that it allows, and for no other, whether they are written
//!   or resolved.
//! - A name of this network is asked only where what it resolves to is allowed.

use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{outcomes, source};
use crate::support::daemon::Desk;
use crate::support::namespace::{ran, set_hosts, within};
use crate::support::origin::{Origin, response};

const ADDRESSES: [&str; 3] = ["9.9.9.10", "8.8.4.5", "10.9.9.9"];
const NAMES: &str = "8.8.4.5 far.test\n10.9.9.9 own.test\n8.8.4.5 far.internal\n10.9.9.9 own.internal\n127.0.0.1 localhost\n";
/// Where a redirect leads, and what comes of it while 10.9.9.9 alone is allowed.
const REDIRECTS: [(&str, &str, &str); 8] = [
    ("far", "http://8.8.4.5:25/x", "failed egress_blocked"),
    ("far-name", "http://far.test:25/x", "failed egress_blocked"),
    ("internal", "http://far.internal/x", "failed egress_blocked"),
    ("local", "http://localhost:2525/x", "failed egress_blocked"),
    ("own", "http://10.9.9.9:2525/x", "fresh 200"),
    ("own-internal", "http://own.internal:2525/x", "fresh 200"),
    ("own-name", "http://own.test:2525/x", "fresh 200"),
    ("usual", "http://far.test:8080/x", "fresh 200"),
];

#[test]
fn ports_are_judged_for_the_address_that_was_allowed() {
    let test = "fetch::ports::ports_are_judged_for_the_address_that_was_allowed";
    within(test, redirects_lead_to_ports);
}

/// A port that nobody is to connect to; how often somebody did.
fn watched(address: &str) -> Arc<AtomicUsize> {
    let listener = TcpListener::bind(address).expect("a port");
    let count = Arc::new(AtomicUsize::new(0));
    let seen = count.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            seen.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 1024]);
        }
    });
    count
}

/// `tests/corpus/accidents/allow-ports`, and more of its kind.
fn redirects_lead_to_ports() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/accidents");
    let script = std::fs::read_to_string(corpus.join("allow-ports/script.txt"));
    assert!(script.expect("it is there").contains(REDIRECTS[0].1));
    for address in ADDRESSES {
        let address = format!("{address}/32");
        assert!(ran("ip", &["address", "add", &address, "dev", "lo"]));
    }
    let ok = |_: &_| response("200 OK", &[], &super::feed());
    let forbidden = ["8.8.4.5:25", "8.8.4.5:80", "127.0.0.1:2525"].map(watched);
    let own = Origin::on("10.9.9.9:2525", ok);
    let usual = Origin::on("8.8.4.5:8080", ok);
    let gate = Origin::on("9.9.9.10:80", |asked| {
        let case = REDIRECTS.iter().find(|(id, ..)| asked.path[1..] == **id);
        response("302 Found", &[("Location", case.expect("a case").1)], b"")
    });
    let tables: String = REDIRECTS
        .iter()
        .map(|(id, ..)| source(id, &format!("http://9.9.9.10/{id}"), ""))
        .collect();
    let desk = Desk::new(&format!(
        "[fetch]\nhost_gap = \"0s\"\nallow_addresses = [\"10.9.9.9/32\"]\n{tables}"
    ));
    desk.write("hosts", NAMES.as_bytes());
    set_hosts(&desk.path("hosts"));
    let expected = REDIRECTS.map(|(id, _, outcome)| format!("{id} {outcome}"));
    assert_eq!(outcomes(&desk), expected);
    let connected = forbidden.map(|count| count.load(Ordering::SeqCst));
    assert_eq!(connected, [0, 0, 0]);
    assert_eq!((own.asked().len(), usual.asked().len()), (3, 1));
    assert_eq!(gate.asked().len(), REDIRECTS.len());
}
