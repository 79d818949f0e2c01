//! A real server on loopback that answers as scripted and remembers what it was asked.
//!
//! A script sees each request (its bytes, its number, how many are in flight) and
//! gives the answer byte by byte: whole, slow, dripping, cut, lying or endless. A
//! script may also block: each connection has its thread.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Longer than anything takes: who waits longer waits in vain.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// One request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// As sent.
    pub(crate) method: String,
    /// The target as sent.
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// Names in lower case, values byte for byte, in the order sent.
    pub(crate) raw: Vec<(String, Vec<u8>)>,
    /// As long as its head said.
    pub(crate) body: Vec<u8>,
    /// When it had come in whole.
    pub(crate) at: Instant,
    /// Requests to the same target before it.
    pub(crate) nth: usize,
    /// Requests to this server before it.
    pub(crate) number: usize,
    /// Requests in flight at this server, this one included.
    pub(crate) in_flight: usize,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// A header's value, byte for byte.
    pub(crate) fn bytes(&self, name: &str) -> Option<&[u8]> {
        let mut values = self.raw.iter().filter(|(field, _)| field == name);
        let value = values.next()?;
        assert!(values.next().is_none(), "{name} was sent twice");
        Some(&value.1)
    }
}

/// One step of an answer.
#[derive(Clone)]
enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    /// A byte at a time, so far apart.
    Drip(Vec<u8>, Duration),
    /// Again and again, until the other side hangs up.
    Endless(Vec<u8>),
    /// Nothing more, until the other side hangs up.
    Silence,
}

/// An answer, step by step; then the connection ends.
#[derive(Clone, Default)]
pub(crate) struct Reply(Vec<Step>);

impl From<Vec<u8>> for Reply {
    fn from(bytes: Vec<u8>) -> Self {
        Self::default().send(bytes)
    }
}

impl Reply {
    pub(crate) fn send(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.and(Step::Send(bytes.into()))
    }

    pub(crate) fn wait(self, time: Duration) -> Self {
        self.and(Step::Wait(time))
    }

    pub(crate) fn drip(self, bytes: impl Into<Vec<u8>>, gap: Duration) -> Self {
        self.and(Step::Drip(bytes.into(), gap))
    }

    pub(crate) fn endless(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.and(Step::Endless(bytes.into()))
    }

    pub(crate) fn silence(self) -> Self {
        self.and(Step::Silence)
    }

    fn and(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    /// Runs it; `last` is told before the last step, after which the other side may know the answer whole.
    fn run(self, stream: &mut TcpStream, last: impl FnOnce()) -> std::io::Result<()> {
        let (mut left, mut last) = (self.0.len(), Some(last));
        for step in self.0 {
            left -= 1;
            if let Some(last) = last.take_if(|_| left == 0) {
                last();
            }
            match step {
                Step::Send(bytes) => stream.write_all(&bytes)?,
                Step::Wait(time) => std::thread::sleep(time),
                Step::Drip(bytes, gap) => {
                    for byte in bytes {
                        stream.write_all(&[byte])?;
                        std::thread::sleep(gap);
                    }
                }
                Step::Endless(bytes) => {
                    let began = Instant::now();
                    while began.elapsed() < PATIENCE {
                        stream.write_all(&bytes)?;
                    }
                }
                Step::Silence => {
                    stream.set_read_timeout(Some(PATIENCE))?;
                    let _ = stream.read(&mut [0; 1]);
                }
            }
        }
        stream.flush()
    }
}

type Script = dyn Fn(&Asked) -> Reply + Send + Sync;

/// What a server has seen.
#[derive(Default)]
struct Seen {
    asked: Mutex<Vec<Asked>>,
    in_flight: Mutex<usize>,
    changed: Condvar,
}

/// The server; ends with the process.
pub(crate) struct Origin {
    address: SocketAddr,
    seen: Arc<Seen>,
}

impl Origin {
    /// Answers every request with what `script` gives.
    pub(crate) fn start<R: Into<Reply>>(
        script: impl Fn(&Asked) -> R + Send + Sync + 'static,
    ) -> Self {
        Self::at("127.0.0.1", script)
    }

    /// The same at another loopback address: another host.
    pub(crate) fn at<R: Into<Reply>>(
        host: &str,
        script: impl Fn(&Asked) -> R + Send + Sync + 'static,
    ) -> Self {
        Self::on(&format!("{host}:0"), script)
    }

    /// The same at this address and port.
    pub(crate) fn on<R: Into<Reply>>(
        address: &str,
        script: impl Fn(&Asked) -> R + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Seen::default());
        let script: Arc<Script> = Arc::new(move |asked| script(asked).into());
        let log = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, log) = (script.clone(), log.clone());
                std::thread::spawn(move || answer(stream, script.as_ref(), &log));
            }
        });
        Self { address, seen }
    }

    /// Understands nothing: says the same to whatever comes first.
    pub(crate) fn deaf(host: &str, reply: Reply) -> Self {
        let listener = TcpListener::bind((host, 0)).expect("a port on loopback");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let reply = reply.clone();
                std::thread::spawn(move || {
                    let _ = stream.read(&mut [0; 4096]);
                    let _ = reply.run(&mut stream, || ());
                });
            }
        });
        let seen = Arc::default();
        Self { address, seen }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The same under another name of this machine: one that listens at 0.0.0.0 is as many hosts as it has names.
    pub(crate) fn url_at(&self, host: &str, path: &str) -> String {
        format!("http://{host}:{}{path}", self.address.port())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.seen.asked().clone()
    }

    /// The targets of everything asked so far.
    pub(crate) fn paths(&self) -> Vec<String> {
        let asked = self.seen.asked();
        asked.iter().map(|asked| asked.path.clone()).collect()
    }

    /// How often a target was asked.
    pub(crate) fn count(&self, path: &str) -> usize {
        let asked = self.seen.asked();
        asked.iter().filter(|asked| asked.path == path).count()
    }

    /// Waits until a target was asked so often.
    pub(crate) fn until(&self, path: &str, count: usize) {
        let began = Instant::now();
        while self.count(path) < count {
            assert!(
                began.elapsed() < PATIENCE,
                "{path} was not asked {count} times"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Seen {
    fn asked(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, more: bool) -> usize {
        let mut count = self
            .in_flight
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *count = if more { *count + 1 } else { *count - 1 };
        self.changed.notify_all();
        *count
    }
}

/// A door that scripts wait at until it is opened.
#[derive(Clone, Default)]
pub(crate) struct Door(Arc<(Mutex<bool>, Condvar)>);

impl Door {
    pub(crate) fn open(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    /// Whether it was opened at all.
    pub(crate) fn pass(&self) -> bool {
        let open = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.1.wait_timeout_while(open, PATIENCE, |open| !*open);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

fn answer(stream: TcpStream, script: &Script, seen: &Seen) {
    let mut reader = BufReader::new(stream);
    let Some(mut asked) = read_request(&mut reader) else {
        return;
    };
    {
        let mut log = seen.asked();
        asked.in_flight = seen.count(true);
        asked.number = log.len();
        asked.nth = log.iter().filter(|one| one.path == asked.path).count();
        log.push(asked.clone());
    }
    let mut stream = reader.into_inner();
    let mut counts = true;
    // Who hangs up early is what some tests are about.
    let _ = script(&asked).run(&mut stream, || {
        counts = false;
        seen.count(false);
    });
    if counts {
        seen.count(false);
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<Asked> {
    let line = read_line(reader)?;
    let line = String::from_utf8_lossy(&line).into_owned();
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut raw = Vec::new();
    loop {
        let line = read_line(reader)?;
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            break;
        };
        let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
        raw.push((name, line[colon + 1..].trim_ascii().to_vec()));
    }
    let text = |(name, value): &(String, Vec<u8>)| {
        (name.clone(), String::from_utf8_lossy(value).into_owned())
    };
    let length = raw.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| std::str::from_utf8(value).ok()?.parse().ok());
    let mut body = Vec::new();
    let read = reader
        .take(length.unwrap_or(0))
        .read_to_end(&mut body)
        .ok()?;
    if read as u64 != length.unwrap_or(0) {
        return None;
    }
    Some(Asked {
        method,
        path,
        headers: raw.iter().map(text).collect(),
        raw,
        body,
        at: Instant::now(),
        nth: 0,
        number: 0,
        in_flight: 0,
    })
}

fn read_line(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let read = reader.take(64 * 1024).read_until(b'\n', &mut line).ok()?;
    (read > 0).then(|| line.trim_ascii_end().to_vec())
}

/// A whole response; the length is right and the connection ends.
pub(crate) fn response(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let headers: Vec<(&str, &[u8])> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect();
    raw_response(status, &headers, body)
}

/// The same with header values that are not text.
pub(crate) fn raw_response(status: &str, headers: &[(&str, &[u8])], body: &[u8]) -> Vec<u8> {
    let length = body.len().to_string();
    let length = [("Content-Length", length.as_bytes())];
    let head = head(status, &[length.as_slice(), headers].concat());
    [head.as_slice(), body].concat()
}

/// The head of a response that says nothing of a length.
pub(crate) fn head(status: &str, headers: &[(&str, &[u8])]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n").into_bytes();
    for (name, value) in headers {
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value);
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// A feed with these entries: GUID, title, text.
pub(crate) fn rss(entries: &[(&str, &str, &str)]) -> Vec<u8> {
    rss_with("", entries)
}

/// The same with more in its channel.
pub(crate) fn rss_with(channel: &str, entries: &[(&str, &str, &str)]) -> Vec<u8> {
    let items: String = entries
        .iter()
        .map(|(guid, title, text)| {
            format!(
                "<item><guid isPermaLink=\"false\">{guid}</guid><title>{title}</title>\
                 <link>https://origin.example/{guid}</link><description>{text}</description></item>"
            )
        })
        .collect();
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Origin</title>{channel}{items}</channel></rss>").into_bytes()
}
