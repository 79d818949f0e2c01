//! Native journal entries (systemd's "Journal Export Formats", native protocol).
//!
//! Written by hand because `MESSAGE` has to carry the fields too: libraries
//! put the message alone there, and `journalctl` shows nothing else.

use std::io;
use std::os::unix::net::UnixDatagram;

use serde_json::Value;
use tracing::Level;

use super::line::Line;

/// Where journald listens.
const SOCKET: &str = "/run/systemd/journal/socket";
/// The name under which `journalctl -t` finds us.
const IDENTIFIER: &str = "mainstem";

/// A sender of entries. It is not connected, so that it outlives restarts of journald.
pub(super) struct Journal(UnixDatagram);

impl Journal {
    /// # Errors
    /// The process may have no more sockets.
    pub(super) fn open() -> io::Result<Self> {
        UnixDatagram::unbound().map(Self)
    }

    /// # Errors
    /// journald is not there, or the entry is larger than a datagram may be.
    pub(super) fn send(&self, line: &Line) -> io::Result<()> {
        self.0.send_to(&entry(line), SOCKET).map(drop)
    }
}

/// The severity of syslog(3).
pub(super) fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        Level::DEBUG | Level::TRACE => 7,
    }
}

/// The datagram: `MESSAGE` is the whole line, and each field stands beside it under its name in capitals.
fn entry(line: &Line) -> Vec<u8> {
    let mut entry = Vec::new();
    put(&mut entry, "MESSAGE", &line.text());
    put(&mut entry, "PRIORITY", &priority(line.level).to_string());
    put(&mut entry, "SYSLOG_IDENTIFIER", IDENTIFIER);
    put(&mut entry, "TARGET", &line.target);
    if let (Some(file), Some(number)) = (&line.file, line.line) {
        put(&mut entry, "CODE_FILE", file);
        put(&mut entry, "CODE_LINE", &number.to_string());
    }
    for (key, value) in &line.fields {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        put(&mut entry, &key.to_ascii_uppercase(), &value);
    }
    entry
}

/// A value with a newline is framed by its length; another stands as it is.
fn put(entry: &mut Vec<u8>, name: &str, value: &str) {
    entry.extend_from_slice(name.as_bytes());
    if value.contains('\n') {
        entry.push(b'\n');
        entry.extend_from_slice(&(value.len() as u64).to_le_bytes());
    } else {
        entry.push(b'=');
    }
    entry.extend_from_slice(value.as_bytes());
    entry.push(b'\n');
}
