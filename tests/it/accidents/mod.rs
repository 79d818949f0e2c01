//! Accidents around the daemon: what it and its commands do when the world fails or is set up otherwise.
//!
//! Inputs stand in `tests/corpus/accidents/KIND`.

use std::path::{Path, PathBuf};

mod import;
mod second_daemon;
mod secrets;
mod store_files;
mod two_stores;

/// An input of the corpus.
fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/accidents")
        .join(name)
//! What goes wrong around the daemon while it runs. The inputs in `tests/corpus/accidents` stand there as they were found.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::support::origin::PATIENCE;

mod requests;

/// Says this over a connection, and hears what is answered until it ends.
fn say(stream: &mut (impl Read + Write), said: &[u8]) -> String {
    stream.write_all(said).expect("it reads");
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer);
    assert!(ended.is_ok() || !answer.is_empty(), "{ended:?}");
    String::from_utf8_lossy(&answer).into_owned()
}

/// A connection over which an answer is waited for no longer than for anything else.
fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("settable");
    stream
}

/// The status of an answer.
fn status(answer: &str) -> u16 {
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    status.unwrap_or_else(|| panic!("no answer: {answer:?}"))
}
