//! `make fuzz MINUTES=60 SEED=1`: mutants of the corpus, one after the other, as long as it is told.
//!
//! Each is read, and what `support/laws.rs` says must hold of it. What breaks a law, panics or takes too long is written to
//! `target/fuzz/SEED.bin` and named; named files behind `--` are tried alone. Ends with 1 where anything was found.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

#[path = "../it/support/json.rs"]
mod json;
#[path = "../it/support/laws.rs"]
mod laws;
#[path = "../it/support/mutate.rs"]
mod mutate;
#[path = "../it/support/pieces.rs"]
mod pieces;
#[path = "../it/support/random.rs"]
mod random;

/// A mutant has 256 KiB at most, and every entry has a quarter of a second; this is far from both.
const TOO_LONG: Duration = Duration::from_secs(1);
const REPORT_EVERY: Duration = Duration::from_secs(60);

/// Panics of libraries that parsing caught: no findings, but worth knowing.
static PANICS: AtomicUsize = AtomicUsize::new(0);

#[derive(Default)]
struct Tally {
    executions: u64,
    /// That were read as feeds.
    feeds: u64,
    entries: u64,
    bytes: u64,
    findings: u64,
    slowest: Option<(Duration, u64)>,
}

#[expect(clippy::print_stdout, reason = "what it found is its result")]
fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|_| {
        PANICS.fetch_add(1, Ordering::Relaxed);
    }));
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let number = |name: &str| {
        arguments
            .iter()
            .find_map(|argument| argument.strip_prefix(name)?.parse::<u64>().ok())
    };
    let files = arguments.iter().filter(|argument| !argument.contains('='));
    let mut tally = Tally::default();
    for file in files {
        let bytes = std::fs::read(file).expect("readable");
        let (took, outcome) = tried(&bytes, None, &mut tally);
        println!(
            "{file}: {took:?} {}",
            outcome.map_or_else(|what| what, |()| "keeps the laws".to_owned())
        );
    }
    if tally.executions == 0 {
        let minutes = number("minutes=").unwrap_or(1);
        run(
            number("seed=").unwrap_or(1),
            Duration::from_secs(60 * minutes),
            &mut tally,
        );
    }
    ExitCode::from(u8::from(tally.findings > 0))
}

#[expect(clippy::print_stdout, reason = "what it found is its result")]
fn run(seed: u64, time: Duration, tally: &mut Tally) {
    let corpus = mutate::Corpus::read();
    let began = Instant::now();
    let mut reported = began;
    for nth in 0.. {
        // Seeds of one run are far from those of the next.
        let seed = (seed << 40) + nth;
        let mutant = corpus.mutant(&mut random::Random::new(seed));
        let (took, outcome) = tried(&mutant.bytes, mutant.content_type, tally);
        if tally.slowest.is_none_or(|(slowest, _)| slowest < took) {
            tally.slowest = Some((took, seed));
            keep("slowest.bin".as_ref(), &mutant.bytes);
        }
        if let Err(what) = outcome {
            let kept = keep(format!("{seed}.bin").as_ref(), &mutant.bytes);
            let what = &what[..what.floor_char_boundary(2000)];
            println!(
                "FOUND {} ({:?}): {what}",
                kept.display(),
                mutant.content_type
            );
        }
        if reported.elapsed() > REPORT_EVERY {
            reported = Instant::now();
            println!("{}", in_words(tally, began.elapsed()));
        }
        if began.elapsed() > time {
            break;
        }
    }
    println!("{}", in_words(tally, began.elapsed()));
}

/// Reads a document and holds it to the laws. How long the reading took, and what is wrong.
fn tried(
    bytes: &[u8],
    content_type: Option<&str>,
    tally: &mut Tally,
) -> (Duration, Result<(), String>) {
    tally.executions += 1;
    tally.bytes += bytes.len() as u64;
    let began = Instant::now();
    let read = laws::read(bytes, content_type);
    let took = began.elapsed();
    let outcome = match read {
        Err(error) if error.class.as_str() == "panic" => Err("it panics".to_owned()),
        Err(_) => Ok(()),
        Ok(feed) => {
            tally.feeds += 1;
            tally.entries += feed.entries.len() as u64;
            let is_same = || laws::read(bytes, content_type).as_ref() == Ok(&feed);
            match catch_unwind(AssertUnwindSafe(|| laws::hold(&feed))) {
                Err(_) => Err("publishing panics".to_owned()),
                Ok(Err(what)) => Err(what),
                Ok(Ok(())) if tally.feeds.is_multiple_of(8) && !is_same() => {
                    Err("the second reading gives another feed".to_owned())
                }
                Ok(Ok(())) if took > TOO_LONG => Err(format!("it takes {took:?}")),
                Ok(Ok(())) => Ok(()),
            }
        }
    };
    tally.findings += u64::from(outcome.is_err());
    (took, outcome)
}

fn keep(name: &Path, bytes: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
    std::fs::create_dir_all(&folder).expect("writable");
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("writable");
    path
}

fn in_words(tally: &Tally, time: Duration) -> String {
    let (slowest, seed) = tally.slowest.unwrap_or_default();
    format!(
        "{} executions in {} s, {:.0}/s, {:.0} MB, {} feeds with {} entries, slowest {slowest:?} (seed {seed}), {} panics caught, {} findings",
        tally.executions,
        time.as_secs(),
        tally.executions as f64 / time.as_secs_f64(),
        tally.bytes as f64 / 1e6,
        tally.feeds,
        tally.entries,
        PANICS.load(Ordering::Relaxed),
        tally.findings
    )
}
