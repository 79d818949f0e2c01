//! `make worst`: what the worst documents cost, each read by `mainstem parse` in a process of its own.
//!
//! Prints time, time on a processor and peak memory, what came of it, and ends with 1 where a bound is broken: 250 ms on a
//! processor for a document of one entry, 2 s for one of thousands, 256 MiB. Linux only: both are those of `/proc`.

use std::io::Read;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

#[path = "../it/support/worst.rs"]
mod worst;

const MOST_BYTES: u64 = 256 << 20;
const MOST_TIME: Duration = Duration::from_millis(250);
const MOST_TIME_OF_MANY: Duration = Duration::from_secs(2);

/// What a run cost, and what came of it in a few words.
struct Run {
    took: Duration,
    on_processor: Duration,
    peak: u64,
    outcome: String,
}

#[expect(clippy::print_stdout, reason = "what it measured is its result")]
fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("document");
    let wanted = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    let mut broken = 0;
    println!(
        "{:58} {:>7} {:>9} {:>9} {:>9}  outcome",
        "document", "MB", "ms", "CPU ms", "peak MiB"
    );
    for document in worst::documents() {
        if wanted
            .as_ref()
            .is_some_and(|wanted| !document.name.contains(wanted.as_str()))
        {
            continue;
        }
        std::fs::write(&file, &document.bytes).expect("writable");
        let run = run(&file);
        let most = if document.entries > 1 {
            MOST_TIME_OF_MANY
        } else {
            MOST_TIME
        };
        let holds = run.on_processor <= most && run.peak <= MOST_BYTES;
        broken += u32::from(!holds);
        println!(
            "{:58} {:7.1} {:9.1} {:9.1} {:9.1}  {}{}",
            document.name,
            document.bytes.len() as f64 / 1e6,
            run.took.as_secs_f64() * 1e3,
            run.on_processor.as_secs_f64() * 1e3,
            run.peak as f64 / f64::from(1 << 20),
            run.outcome,
            if holds { "" } else { "  BOUND BROKEN" }
        );
    }
    println!("{broken} bounds broken");
    ExitCode::from(u8::from(broken > 0))
}

fn run(file: &std::path::Path) -> Run {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mainstem"))
        .arg("parse")
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let (mut stdout, mut stderr) = (
        child.stdout.take().expect("piped"),
        child.stderr.take().expect("piped"),
    );
    let output = std::thread::spawn(move || {
        let (mut printed, mut said) = (String::new(), String::new());
        stdout.read_to_string(&mut printed).expect("UTF-8");
        stderr.read_to_string(&mut said).expect("UTF-8");
        (printed, said)
    });
    let (mut peak, mut on_processor) = (0, Duration::ZERO);
    while child.try_wait().expect("a child").is_none() {
        peak = peak.max(high_water(child.id()).unwrap_or(0));
        on_processor = on_processor.max(scheduled(child.id()).unwrap_or_default());
        std::thread::sleep(Duration::from_micros(500));
    }
    let took = began.elapsed();
    let (printed, said) = output.join().expect("it reads");
    let outcome = match serde_json::from_str::<serde_json::Value>(&printed) {
        Ok(feed) => format!("{} entries", feed["items"].as_array().map_or(0, Vec::len)),
        Err(_) => said
            .rsplit(": ")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned(),
    };
    Run {
        took,
        on_processor,
        peak,
        outcome,
    }
}

/// Most memory that a process had so far, in bytes.
fn high_water(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// How long the main thread, which reads the document, was on a processor.
fn scheduled(pid: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/schedstat")).ok()?;
    Some(Duration::from_nanos(stat.split(' ').next()?.parse().ok()?))
}
