//! Reads the log of the recorder (`recorder.c`).

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A name in the store's directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum File {
    Database,
    Log,
    Journal,
}

impl File {
    /// What it is called beside a database of this path.
    pub(super) fn beside(self, database: &Path) -> PathBuf {
        let suffix = match self {
            Self::Database => "",
            Self::Log => "-wal",
            Self::Journal => "-journal",
        };
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    }
}

/// What a sync makes durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Synced {
    Contents(File),
    /// Names: which files there are.
    Directory,
}

/// A process and the number of a sync in it: pairs the beginning of a sync with its end.
pub(super) type SyncId = (u32, u64);

/// One thing that happened, in the order in which it happened.
#[derive(Debug)]
pub(super) enum Event {
    Created(File),
    Removed(File),
    Written(File, usize, Vec<u8>),
    Truncated(File, usize),
    SyncBegan(SyncId),
    SyncEnded(SyncId, Synced),
    /// The process told somebody something.
    Sent(Message),
}

/// Something that the world knows from this moment on.
#[derive(Debug)]
pub(super) enum Message {
    /// The head of a request to a publisher.
    Request(String),
    /// A whole response to a reader: its head and its body.
    Response(String, Vec<u8>),
    /// A note of the test: a `refresh` of this version has ended with 0.
    Noted(String),
}

const HEADER: usize = 32;
/// The kind of a record that [`note`] makes.
const NOTED: u8 = b'N';

/// Compiles the recorder. There is a C compiler, for the build of SQLite needed one.
pub(super) fn build_recorder(directory: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/powercut/recorder.c");
    let library = directory.join("recorder.so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .args([&library, &source])
        .args(["-ldl", "-pthread"])
        .output()
        .expect("a C compiler, `cc`");
    let said = String::from_utf8_lossy(&compiled.stderr);
    assert!(compiled.status.success(), "{said}");
    library
}

/// Appends a note to the log. No recorded process may be running.
pub(super) fn note(log: &Path, text: &str) {
    let mut record = Vec::with_capacity(HEADER + text.len());
    record.extend_from_slice(&u32::from(NOTED).to_ne_bytes());
    record.extend_from_slice(&[0; 12]);
    record.extend_from_slice(&(text.len() as u64).to_ne_bytes());
    record.extend_from_slice(&[0; 8]);
    record.extend_from_slice(text.as_bytes());
    let file = std::fs::File::options().append(true).open(log);
    let written = file.and_then(|mut file| file.write_all(&record));
    written.expect("the log is writable");
}

/// Reads the whole log.
pub(super) fn read(log: &Path) -> Vec<Event> {
    let bytes = std::fs::read(log).expect("a log");
    let mut rest = bytes.as_slice();
    let (mut events, mut connections) = (Vec::new(), Connections::default());
    while !rest.is_empty() {
        let header = Header::read(rest);
        let (data, after) = rest[HEADER..].split_at(header.length);
        events.extend(header.event(data, &mut connections));
        rest = after;
    }
    events
}

struct Header {
    kind: u8,
    file: i32,
    offset: u64,
    length: usize,
    process: u32,
    fd: i32,
}

impl Header {
    fn read(bytes: &[u8]) -> Self {
        fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
            bytes[at..at + N].try_into().expect("a whole header")
        }
        let word = |at| u32::from_ne_bytes(field(bytes, at));
        let long = |at| u64::from_ne_bytes(field(bytes, at));
        Self {
            kind: u8::try_from(word(0)).expect("a kind"),
            file: i32::from_ne_bytes(field(bytes, 4)),
            offset: long(8),
            length: usize::try_from(long(16)).expect("a length"),
            process: word(24),
            fd: i32::from_ne_bytes(field(bytes, 28)),
        }
    }

    fn event(&self, data: &[u8], connections: &mut Connections) -> Option<Event> {
        let offset = usize::try_from(self.offset).expect("an offset");
        let sync = (self.process, self.offset);
        Some(match self.kind {
            b'C' => Event::Created(self.file()),
            b'U' => Event::Removed(self.file()),
            b'W' => Event::Written(self.file(), offset, data.to_vec()),
            b'T' => Event::Truncated(self.file(), offset),
            b'B' => Event::SyncBegan(sync),
            b'S' if self.file == 4 => Event::SyncEnded(sync, Synced::Directory),
            b'S' => Event::SyncEnded(sync, Synced::Contents(self.file())),
            b'M' => Event::Sent(connections.sent((self.process, self.fd), data)?),
            NOTED => Event::Sent(Message::Noted(String::from_utf8_lossy(data).into_owned())),
            kind => panic!("a record of kind {kind}: the log is not whole"),
        })
    }

    fn file(&self) -> File {
        match self.file {
            1 => File::Database,
            2 => File::Log,
            3 => File::Journal,
            file => panic!("a record of file {file}: the log is not whole"),
        }
    }
}

/// Responses that were sent in part, by process and file descriptor.
#[derive(Default)]
struct Connections(BTreeMap<(u32, i32), Vec<u8>>);

impl Connections {
    /// The message that these bytes complete.
    fn sent(&mut self, connection: (u32, i32), bytes: &[u8]) -> Option<Message> {
        if bytes.starts_with(b"GET ") {
            return Some(Message::Request(
                String::from_utf8_lossy(bytes).into_owned(),
            ));
        }
        if bytes.starts_with(b"HTTP/1.1 ") {
            self.0.insert(connection, Vec::new());
        }
        let sent = self.0.get_mut(&connection)?;
        sent.extend_from_slice(bytes);
        let head = sent.windows(4).position(|window| window == b"\r\n\r\n")?;
        let (head, body) = sent.split_at(head + 4);
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        let length = head.split("content-length: ").nth(1)?.lines().next()?;
        if length.parse() != Ok(body.len()) {
            return None;
        }
        let response = Message::Response(head, body.to_vec());
        self.0.remove(&connection);
        Some(response)
    }
}
