//! A reader that speaks HTTP by hand, for what no client library would send.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::support::origin::PATIENCE;

/// Says this over a connection, and hears what is answered until it ends.
pub(super) fn say(stream: &mut (impl Read + Write), said: &[u8]) -> String {
    stream.write_all(said).expect("it reads");
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer);
    assert!(ended.is_ok() || !answer.is_empty(), "{ended:?}");
    String::from_utf8_lossy(&answer).into_owned()
}

/// A connection over which an answer is waited for no longer than for anything else.
pub(super) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("settable");
    stream
}

/// The status of an answer.
pub(super) fn status(answer: &str) -> u16 {
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    status.unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

/// Whether the daemon has accepted this connection, which the kernel had completed before: a socket in the backlog has no inode yet
/// (proc_pid_net_tcp(5)). Counting the daemon's open files would count its other connections too.
pub(super) fn is_accepted(stream: &TcpStream) -> bool {
    let port_of = |address: std::io::Result<SocketAddr>| address.expect("it is connected").port();
    let (ours, theirs) = (port_of(stream.local_addr()), port_of(stream.peer_addr()));
    let ends = (format!(":{theirs:04X}"), format!(":{ours:04X}"));
    let table = std::fs::read_to_string("/proc/net/tcp").expect("Linux");
    table.lines().skip(1).any(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        columns[1].ends_with(&ends.0) && columns[2].ends_with(&ends.1) && columns[9] != "0"
    })
}

/// Waits until this is so.
pub(super) fn until(what: &str, is_so: impl Fn() -> bool) {
    let mut waits = PATIENCE.as_millis() / 5;
    while !is_so() {
        waits = waits
            .checked_sub(1)
            .unwrap_or_else(|| panic!("never: {what}"));
        std::thread::sleep(Duration::from_millis(5));
    }
}
