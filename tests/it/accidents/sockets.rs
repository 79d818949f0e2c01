//! Where the daemon listens: several addresses, Unix sockets, what systemd hands over; and who is in the way.
//!
//! - `two-sockets/mainstem.socket`: every socket that systemd hands over is served, TCP and Unix
//! - `listen` is an address or a list of them
//! - a Unix socket left behind is replaced, a live one and any other file are not; it is removed at the stop
//! - messages name the key and the process that holds an address
//! - self links without `public_url` can be opened

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};

use super::{say, status};
use crate::support::daemon::{Daemon, Desk, ask};

const MERGED: &str = "[[output]]\nid = \"merged\"\n";
const PROBE: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// A desk whose configuration begins with these keys of `[server]`.
fn desk(server: &str) -> Desk {
    let desk = Desk::new("");
    desk.write("c.toml", format!("[server]\n{server}\n{MERGED}").as_bytes());
    desk
}

/// Where the daemon says that it listens.
fn addresses(daemon: &Daemon, count: usize) -> Vec<String> {
    let said = || -> Vec<String> {
        let log = daemon.log();
        let addresses = log.iter().filter(|event| {
            let message = event["message"]
                .as_str()
                .or(event["fields"]["message"].as_str());
            message.is_some_and(|message| message.starts_with("serving "))
        });
        let addresses = addresses.filter_map(|event| event["address"].as_str());
        addresses.map(str::to_owned).collect()
    };
    super::until("it says where it listens", || said().len() >= count);
    said()
}

/// Whether a probe is answered there.
fn is_served(address: &str) -> bool {
    let answer = match address.strip_prefix("unix:") {
        Some(path) => say(&mut UnixStream::connect(path).expect("it listens"), PROBE),
        None => say(&mut TcpStream::connect(address).expect("it listens"), PROBE),
    };
    status(&answer) == 200
}

#[test]
fn every_socket_of_systemds_is_served() {
    let found = include_str!("../../corpus/accidents/two-sockets/mainstem.socket");
    // The hosts as they stand there; ports are any that are free.
    let listeners: Vec<TcpListener> = found
        .lines()
        .filter_map(|line| {
            line.strip_prefix("ListenStream=")?
                .parse::<SocketAddr>()
                .ok()
        })
        .map(|address| TcpListener::bind((address.ip(), 0)).expect("a port"))
        .collect();
    assert_eq!(listeners.len(), 2);
    let places: Vec<SocketAddr> = listeners
        .iter()
        .map(|listener| listener.local_addr().expect("an address"))
        .collect();
    let desk = Desk::new(MERGED);
    let daemon = desk.start_with(listeners.into_iter().map(OwnedFd::from).collect());
    for address in places {
        assert_eq!(
            ask(address, "GET", "/healthz", &[]).status,
            200,
            "{address}"
        );
    }
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn a_unix_socket_of_systemds_is_served_and_stays() {
    let desk = Desk::new(MERGED);
    let path = desk.path("s.sock");
    let tcp = TcpListener::bind("127.0.0.1:0").expect("a port");
    let unix = UnixListener::bind(&path).expect("a socket");
    let daemon = desk.start_with(vec![tcp.into(), unix.into()]);
    for address in addresses(&daemon, 2) {
        assert!(is_served(&address), "{address}");
    }
    assert_eq!(daemon.stop(), Some(0));
    assert!(path.exists(), "it is systemd's to remove");
}

#[test]
fn what_cannot_be_served_is_told_and_links_follow_the_socket() {
    let desk = desk("");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let daemon = desk.start_with(vec![listener.into()]);
    let base = format!("http://{address}/");
    daemon.until_logged(|event| event["public_url"] == base.as_str());
    assert_eq!(ask(address, "GET", "/healthz", &[]).status, 200);
    // What cannot be known from the configuration is known from the socket, before and after a reload.
    for reload in [false, true] {
        if reload {
            daemon.signal("HUP");
            daemon.until_logged(|event| event["message"] == "reloaded");
        }
        let document = daemon.until("/merged.json", |answer| answer.status == 200);
        let document: serde_json::Value = serde_json::from_slice(&document.body).expect("JSON");
        for (member, path) in [("feed_url", "merged.json"), ("home_page_url", "merged")] {
            assert_eq!(document[member], format!("{base}{path}"));
        }
    }
    assert_eq!(daemon.stop(), Some(0));
    // A connection, as with Accept=yes.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let stream =
        TcpStream::connect(listener.local_addr().expect("an address")).expect("it listens");
    let refused = std::panic::catch_unwind(|| desk.start_with(vec![stream.into()]));
    let why = refused
        .err()
        .and_then(|why| why.downcast::<String>().ok())
        .expect("it ended");
    assert!(
        why.contains("no listening socket") && why.contains("Accept=yes"),
        "{why}"
    );
}

#[test]
fn a_list_of_addresses_is_served() {
    let desk = desk("listen = [\"127.0.0.1:0\", \"[::1]:0\", \"unix:http.sock\", \"localhost:0\"]");
    let daemon = desk.start();
    let listening = addresses(&daemon, 5);
    assert_eq!(listening.len(), 5, "{listening:?}");
    for address in &listening {
        assert!(is_served(address), "{address}");
    }
    let [.., four, six] = listening.as_slice() else {
        panic!("five")
    };
    let port = |address: &str| address.rsplit(':').next().map(str::to_owned);
    assert!(
        four.starts_with("127.0.0.1:") && six.starts_with("[::1]:"),
        "{listening:?}"
    );
    assert_eq!(port(four), port(six), "localhost has one port");
    assert_eq!(daemon.stop(), Some(0));
    assert!(!desk.path("http.sock").exists(), "it is removed");
}

#[test]
fn all_networks_of_both_families_go_together() {
    let port = {
        let free = TcpListener::bind("[::]:0").expect("a port");
        free.local_addr().expect("an address").port()
    };
    let desk = desk(&format!("listen = [\"[::]:{port}\", \"0.0.0.0:{port}\"]"));
    let daemon = desk.start();
    for host in ["127.0.0.1", "[::1]"] {
        assert!(is_served(&format!("{host}:{port}")), "{host}");
    }
    drop(daemon);
}

#[test]
fn a_socket_left_behind_is_replaced_and_anybody_may_connect() {
    let desk = desk("listen = [\"127.0.0.1:0\", \"unix:http.sock\"]");
    let path = desk.path("http.sock");
    // As after a crash.
    drop(UnixListener::bind(&path).expect("a socket"));
    let daemon = desk.start();
    assert!(is_served(&format!("unix:{}", path.display())));
    let made = std::fs::metadata(&path).expect("it is there");
    assert!(made.file_type().is_socket());
    assert_eq!(made.permissions().mode() & 0o777, 0o666);
    drop(daemon);
    assert!(path.exists(), "killed, it leaves its socket behind");
    let daemon = desk.start();
    assert!(is_served(&format!("unix:{}", path.display())));
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn who_is_in_the_way_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = (taken.local_addr().expect("an address"), taken);
    let live = desk("");
    let _live = UnixListener::bind(live.path("live.sock")).expect("a socket");
    live.write("file.sock", b"precious\n");
    let me = format!("(pid {})", std::process::id());
    let cases = [
        (
            format!("listen = \"{}\"", taken.0),
            vec!["[server] listen", &*me],
        ),
        (
            format!("listen = [\"127.0.0.1:0\", \"{}\"]", taken.0),
            vec!["[server] listen", &*me],
        ),
        (
            "listen = \"unix:live.sock\"".to_owned(),
            vec!["[server] listen", "live.sock", &*me],
        ),
        (
            "listen = \"unix:file.sock\"".to_owned(),
            vec!["[server] listen", "no socket"],
        ),
        (
            "listen = \"unix:nowhere/x.sock\"".to_owned(),
            vec!["[server] listen", "directory"],
        ),
        (
            "listen = \"192.0.2.7:8480\"".to_owned(),
            vec!["[server] listen", "no such address"],
        ),
    ];
    for (listen, words) in cases {
        live.write("c.toml", format!("[server]\n{listen}\n{MERGED}").as_bytes());
        let ended = live.run(&["run"]);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(74), "{listen}: {said}");
        for word in words {
            assert!(said.contains(word), "{listen}: no {word:?} in {said}");
        }
    }
    let precious = std::fs::read(live.path("file.sock")).expect("it is there");
    assert_eq!(precious, b"precious\n");
    assert!(
        UnixStream::connect(live.path("live.sock")).is_ok(),
        "it is not replaced"
    );
}

#[test]
fn what_listen_may_say_is_checked() {
    let cases = [
        ("listen = []", "names no address"),
        ("listen = \"unix:\"", "without a path"),
        ("listen = \"localhost\"", "not an address"),
        ("listen = \"example.org:8480\"", "not an address"),
        (
            "listen = [\"127.0.0.1:1\", \"127.0.0.1:1\"]",
            "listened at already",
        ),
        (
            "listen = [\"[::1]:1\", \"localhost:1\"]",
            "listened at already",
        ),
        (
            "listen = [\"0.0.0.0:1\", \"127.0.0.1:1\"]",
            "listened at already",
        ),
        (
            "listen = [\"127.0.0.1:1\", \"[::]:1\"]",
            "listened at already",
        ),
        (
            "listen = \"localhost:1\"\n[metrics]\nlisten = \"127.0.0.1:1\"",
            "where the outputs are served",
        ),
        ("listen = 8480", "an address"),
        ("proxies = [\"10.0.0.0/40\"]", "no block of addresses"),
        ("token = \"open\"", "stands in the configuration itself"),
        ("token = { file = \"missing\" }", "missing"),
    ];
    for (server, words) in cases {
        let checked = desk(server).run(&["check"]);
        let said = String::from_utf8_lossy(&checked.stdout).into_owned();
        assert_eq!(checked.status.code(), Some(78), "{server}: {said}");
        assert!(said.contains(words), "{server}: no {words:?} in {said}");
    }
}

#[test]
fn self_links_without_a_public_url_can_be_opened() {
    let cases = [
        ("", "http://127.0.0.1:8480/"),
        ("listen = \"0.0.0.0:8481\"", "http://localhost:8481/"),
        (
            "listen = [\"unix:x.sock\", \"[::]:8482\"]",
            "http://localhost:8482/",
        ),
        ("listen = \"localhost:8483\"", "http://localhost:8483/"),
        (
            "listen = [\"[::1]:8484\", \"127.0.0.1:8485\"]",
            "http://[::1]:8484/",
        ),
        ("listen = \"unix:x.sock\"", "http://localhost/"),
    ];
    for (server, base) in cases {
        let desk = desk(server);
        assert!(desk.run(&["refresh"]).status.success());
        let document = desk.json("merged");
        assert_eq!(
            document["feed_url"],
            format!("{base}merged.json"),
            "{server}"
        );
    }
}
