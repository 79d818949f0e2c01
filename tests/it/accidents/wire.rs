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
