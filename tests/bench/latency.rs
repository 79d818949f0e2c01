//! `cargo bench --bench latency -- [ENTRIES] [--store FILE] [--rounds N] [--replay] [--binary FILE]`: from a source's answer to the bytes that
//! subscribers get.
//!
//! The real daemon with fifty outputs over a store of so many entries (default 10,000; `--store`: in this file, which is
//! filled if it is not there) polls a loopback source that has one new entry each second, which every output keeps. One
//! output keeps everything, the others a fiftieth of the sources each. Measured: from the last byte that the source sent to
//! the moment the last of the fifty documents has another entity tag; so fetch, parse, commit, judging, rendering. Beside it
//! the CPU of the daemon for each, and how long the first replay took.
//!
//! Then the mean time of each stage, as `/metrics` has it.
//!
//! `--replay`: then a rule of the output that keeps everything changes. Measured: the seconds until its document does, and
//! the same latency of the others meanwhile, and the longest gap between two polls of the source.
//!
//! `--binary`: another daemon, to be compared with this one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mainstem::store::{self, Opening, Settings};

mod filling;

use filling::{Numbers, SOURCES, now, record, source};

const OUTPUTS: usize = 50;
/// Entries that the source shows.
const SHOWN: usize = 20;
const BATCH: usize = 20;

#[expect(clippy::print_stdout, reason = "what it measured is its result")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let rounds: usize = value("--rounds").map_or(100, |n| n.parse().expect("a number"));
    let entries: usize = arguments
        .first()
        .and_then(|first| first.parse().ok())
        .unwrap_or(10_000);
    let directory = tempfile::TempDir::new().expect("a directory");
    let store = value("--store").map_or_else(
        || {
            let file = directory.path().join("x.db");
            fill(&file, entries);
            file
        },
        |file| {
            let file = PathBuf::from(file);
            if !file.exists() {
                let began = Instant::now();
                fill(&file, entries);
                println!("filled in {:.0} s", began.elapsed().as_secs_f64());
            }
            file
        },
    );
    let origin = Origin::start();
    configure(directory.path(), &store, origin.address, "");
    let began = Instant::now();
    let binary = value("--binary");
    let binary = binary.as_deref().unwrap_or(env!("CARGO_BIN_EXE_mainstem"));
    let daemon = Daemon::start(binary, directory.path());
    daemon.wait_until_ready();
    println!(
        "ready with {OUTPUTS} outputs after {:.1} s",
        began.elapsed().as_secs_f64()
    );
    let mut reader = Reader::new(daemon.address, &format!("/o{:02}.atom", OUTPUTS - 1));
    // The first rounds fill caches.
    for _ in 0..5 {
        round(&origin, &mut reader);
    }
    let cpu = daemon.cpu();
    let measured = (0..rounds).map(|_| round(&origin, &mut reader)).collect();
    let cpu = (daemon.cpu() - cpu) / rounds as f64 * 1e3;
    println!(
        "{rounds} entries, each in {OUTPUTS} documents: {}; CPU {cpu:.0} ms each (one second of a running daemon)",
        percentiles(measured)
    );
    println!("{}", stages(&directory.path().join("metrics")));
    if arguments.iter().any(|argument| argument == "--replay") {
        configure(
            directory.path(),
            &store,
            origin.address,
            "where = 'title != \"\"'\nexclude = [\"newest\"]\n",
        );
        replay(&daemon, &origin, &mut reader);
    }
}

/// The mean time of each stage, by the address of the metrics that stands in a file.
fn stages(file: &Path) -> String {
    let address = std::fs::read_to_string(file).expect("written");
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .expect("it reads");
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    let value = |stage: &str, what: &str| -> f64 {
        let name = format!("mainstem_stage_duration_seconds_{what}{{stage=\"{stage}\"}} ");
        let found = text.lines().find_map(|line| line.strip_prefix(&name));
        found.map_or(0.0, |value| value.parse().expect("a number"))
    };
    let stages = ["fetch", "parse", "store", "judge", "render"].map(|stage| {
        let mean = value(stage, "sum") / value(stage, "count") * 1e3;
        format!("{stage} {mean:.1} ms")
    });
    format!("of that, on the mean, {}", stages.join(", "))
}

/// Milliseconds from the source's answer to the last document.
fn round(origin: &Origin, reader: &mut Reader) -> f64 {
    let before = reader.tag();
    origin.add();
    let sent = loop {
        if let Some(sent) = origin.sent() {
            break sent;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    while reader.tag() == before {
        std::thread::sleep(Duration::from_micros(500));
    }
    sent.elapsed().as_secs_f64() * 1e3
}

fn percentiles(mut measured: Vec<f64>) -> String {
    measured.sort_by(f64::total_cmp);
    let at = |percent: usize| measured[(measured.len() - 1) * percent / 100];
    let (half, most_of, all) = (at(50), at(99), at(100));
    format!("p50 {half:.1} ms, p99 {most_of:.1} ms, most {all:.1} ms")
}

/// A rule of the first output changes so that its newest item goes.
#[expect(clippy::print_stdout, reason = "what it measured is its result")]
fn replay(daemon: &Daemon, origin: &Origin, reader: &mut Reader) {
    let mut first = Reader::new(daemon.address, "/o00.atom");
    // The entry that is excluded stays out of the way of the others' latency.
    let before = first.tag();
    origin.add_titled("The newest of all");
    while first.tag() == before {
        std::thread::sleep(Duration::from_millis(1));
    }
    let before = first.tag();
    origin.forget_gaps();
    let (began, cpu) = (Instant::now(), daemon.cpu());
    daemon.reload();
    let mut measured = Vec::new();
    while first.tag() == before {
        measured.push(round(origin, reader));
    }
    println!(
        "a changed rule: its document after {:.1} s, {:.1} s of CPU; meanwhile {} entries in the others: {}; longest gap between polls of a source that is asked every second {:.0} ms",
        began.elapsed().as_secs_f64(),
        daemon.cpu() - cpu,
        measured.len(),
        percentiles(measured),
        origin.longest_gap().as_secs_f64() * 1e3
    );
}

/// A store of so many entries, without any process.
fn fill(file: &Path, entries: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let store = store::open(&Settings::at(file), Opening::Quick).expect("opens");
        let sources: Vec<_> = (0..SOURCES).map(|nth| Arc::new(source(nth))).collect();
        store
            .register_sources(&sources, now())
            .await
            .expect("registers");
        let mut numbers = Numbers::new(3);
        for batch in 0..entries / BATCH {
            let entries = (0..BATCH).map(|nth| numbers.entry(nth)).collect();
            let record = record(batch % SOURCES, entries);
            store.apply(record.into()).await.expect("applies");
        }
        store.close().await.expect("closes");
    });
}

fn configure(at: &Path, store: &Path, origin: SocketAddr, rule: &str) {
    let mut text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[store]\npath = \"{}\"\nkeep = \"36500d\"\n[fetch]\nallow_addresses = [\"127.0.0.1/32\"]\nhost_gap = \"0s\"\n[[source]]\nid = \"new\"\nurl = \"http://{origin}/\"\nevery = \"1s\"\nfirst_items = 0\ndaily_items = 0\n",
        store.display()
    );
    let empty = "<rss version=\"2.0\"><channel><title>x</title></channel></rss>";
    std::fs::write(at.join("empty.xml"), empty).expect("writable");
    for nth in 0..SOURCES {
        let own = format!("[[source]]\nid = \"s{nth}\"\npath = \"empty.xml\"\nevery = \"300d\"\n");
        text.push_str(&own);
    }
    for nth in 0..OUTPUTS {
        let own: Vec<String> = (0..SOURCES)
            .filter(|source| source % OUTPUTS == nth)
            .map(|source| format!(", \"s{source}\""))
            .collect();
        let (sources, rule) = match nth {
            0 => (String::new(), rule),
            _ => (format!("sources = [\"new\"{}]\n", own.concat()), ""),
        };
        let rule = match rule {
            "" => format!("exclude = [\"xxx{nth}\"]\n"),
            rule => rule.to_owned(),
        };
        let own = format!("[[output]]\nid = \"o{nth:02}\"\n{sources}{rule}max_entries = 50\n");
        text.push_str(&own);
    }
    let metrics = at.join("metrics");
    let port = std::fs::read_to_string(&metrics).unwrap_or_else(|_| {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        free.local_addr().expect("bound").to_string()
    });
    std::fs::write(&metrics, &port).expect("writable");
    text.push_str(&format!("[metrics]\nlisten = \"{port}\"\n"));
    std::fs::write(at.join("c.toml"), text).expect("writable");
}

/// A source with one entry more whenever it is told.
struct Origin {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    numbers: Numbers,
    items: Vec<String>,
    /// Entries that no answer had yet.
    is_new: bool,
    sent: Option<Instant>,
    asked: Option<Instant>,
    longest_gap: Duration,
}

impl Origin {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let state = Arc::new(Mutex::new(State {
            // A store that is used again has had other entries.
            numbers: Numbers::new(u64::from(std::process::id())),
            items: Vec::new(),
            is_new: false,
            sent: None,
            asked: None,
            longest_gap: Duration::ZERO,
        }));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &shared);
            }
        });
        Self { address, state }
    }

    fn add(&self) {
        self.add_titled("");
    }

    fn add_titled(&self, title: &str) {
        let mut state = self.state.lock().expect("sound");
        let nth = state.items.len();
        let entry = state.numbers.entry(nth);
        state.items.push(format!(
            "<item><guid isPermaLink=\"false\">{}</guid><title>{} {title}</title><description>{}</description></item>",
            entry.guid.unwrap_or_default(), entry.title, entry.text
        ));
        state.is_new = true;
        state.sent = None;
    }

    fn forget_gaps(&self) {
        self.state.lock().expect("sound").longest_gap = Duration::ZERO;
    }

    fn longest_gap(&self) -> Duration {
        self.state.lock().expect("sound").longest_gap
    }

    fn sent(&self) -> Option<Instant> {
        self.state.lock().expect("sound").sent
    }
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) {
    let mut asked = [0; 4096];
    let _ = stream.read(&mut asked);
    let mut state = state.lock().expect("sound");
    let now = Instant::now();
    if let Some(before) = state.asked.replace(now) {
        state.longest_gap = state.longest_gap.max(now - before);
    }
    let shown: Vec<&str> = state
        .items
        .iter()
        .rev()
        .take(SHOWN)
        .map(String::as_str)
        .collect();
    let body = format!(
        "<rss version=\"2.0\"><channel><title>x</title>{}</channel></rss>",
        shown.concat()
    );
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all((head + &body).as_bytes());
    if std::mem::take(&mut state.is_new) {
        state.sent = Some(Instant::now());
    }
}

/// Asks for the entity tag of a document, over one connection.
struct Reader {
    stream: BufReader<TcpStream>,
    asked: String,
}

impl Reader {
    fn new(address: SocketAddr, path: &str) -> Self {
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_nodelay(true).expect("settable");
        Self {
            stream: BufReader::new(stream),
            asked: format!("HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n"),
        }
    }

    fn tag(&mut self) -> String {
        let asked = self.asked.clone();
        self.stream
            .get_mut()
            .write_all(asked.as_bytes())
            .expect("it reads");
        let mut tag = String::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).expect("it answers");
            if line.trim().is_empty() {
                return tag;
            }
            if let Some(value) = line.strip_prefix("etag: ") {
                tag = value.trim().to_owned();
            }
        }
    }
}

struct Daemon {
    child: Child,
    address: SocketAddr,
    /// One message each time the daemon has read its configuration again.
    reloads: Receiver<()>,
}

impl Daemon {
    fn start(binary: &str, at: &Path) -> Self {
        let mut child = Command::new(binary)
            .current_dir(at)
            .env_clear()
            .args(["-c", "c.toml", "--log-format", "json", "run"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut log = BufReader::new(child.stderr.take().expect("piped"));
        let address = loop {
            let mut line = String::new();
            assert!(log.read_line(&mut line).expect("a log") > 0, "it ended");
            let event: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(address) = event["address"].as_str().and_then(|at| at.parse().ok()) {
                break address;
            }
        };
        let (told, reloads) = channel();
        std::thread::spawn(move || {
            let lines = log.lines().map_while(Result::ok);
            for _ in lines.filter(|line| line.contains("\"reloaded\"")) {
                let _ = told.send(());
            }
        });
        Self {
            child,
            address,
            reloads,
        }
    }

    /// Has it read its configuration again. Until it has, what comes in still changes the document of every output.
    fn reload(&self) {
        let hang_up = format!("kill -HUP {}", self.child.id());
        let told = Command::new("sh").args(["-c", &hang_up]).status();
        assert!(told.expect("a shell").success());
        self.reloads.recv().expect("it reloads");
    }

    fn wait_until_ready(&self) {
        loop {
            let mut stream = TcpStream::connect(self.address).expect("it listens");
            stream
                .write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                .expect("it reads");
            let mut answer = String::new();
            let _ = stream.read_to_string(&mut answer);
            if answer.starts_with("HTTP/1.1 200") {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Seconds.
    fn cpu(&self) -> f64 {
        let stat =
            std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("it runs");
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .expect("fields")
            .split(' ')
            .collect();
        let ticks = |nth: usize| fields[nth].parse::<f64>().expect("ticks");
        (ticks(12) + ticks(13)) / 100.0
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
