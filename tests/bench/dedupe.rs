//! `cargo bench --bench dedupe -- [--seed N] [--shuffle N] [--rounds N] [--in-turn] [--killed] [--misses] [--keep]`: what a
//! subscriber of the labelled set saw. `--rounds 1`: all that is not backlog comes in one refresh of all sources; `--in-turn`:
//! each source has a refresh of its own.

#[path = "../syndication/mod.rs"]
mod syndication;

use syndication::drive::{Arrival, OUTPUTS, Score, Tally, arrive};
use syndication::plan::made;

#[expect(clippy::print_stdout, reason = "what it measured is its result")]
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let seed = value("--seed").unwrap_or(7);
    let entries = made(seed, 400);
    let directory = tempfile::TempDir::new().expect("a directory");
    let arrival = Arrival {
        rounds: value("--rounds").map_or(24, |rounds| rounds.clamp(1, 1000) as usize),
        shuffle: value("--shuffle"),
        in_turn: has("--in-turn"),
        killed: has("--killed"),
    };
    let seen = arrive(directory.path(), &entries, arrival);
    println!("seed {seed}, {} entries, {arrival:?}", entries.len());
    for output in OUTPUTS {
        let score = Score::of(&entries, &seen[output]);
        let (hidden, fresh) = Score::wrong(&score.hidden);
        let (shown, copies) = Score::wrong(&score.copies);
        let (lost, updates) = Score::wrong(&score.updates);
        println!(
            "{output:5}  fresh hidden {hidden} of {fresh} ({:.2} per 1,000) · copies shown {shown} of {copies} ({:.2} %) · updates: hidden {lost}, announced {} of {updates}",
            hidden as f64 * 1e3 / fresh as f64,
            shown as f64 * 1e2 / copies as f64,
            score.announced
        );
        if output != OUTPUTS[0] {
            continue;
        }
        for (name, tallies) in [
            ("fresh", &score.hidden),
            ("copies", &score.copies),
            ("updates", &score.updates),
        ] {
            for (class, tally) in tallies {
                say(name, class, tally, &entries, has("--misses"));
            }
        }
    }
    if has("--keep") {
        println!("kept in {}", directory.keep().display());
    }
}

#[expect(clippy::print_stdout, reason = "what it measured is its result")]
fn say(name: &str, class: &str, tally: &Tally, entries: &[syndication::Entry], misses: bool) {
    if !tally.wrong.is_empty() || !class.contains('+') {
        println!(
            "  {name:8} {class:40} {:4} of {:4}",
            tally.wrong.len(),
            tally.cases
        );
    }
    for nth in tally.wrong.iter().filter(|_| misses) {
        let wrong = &entries[*nth];
        println!(
            "    {} {} version {} {:?}\n      {}",
            wrong.guid, wrong.language, wrong.version, wrong.title, wrong.html
        );
        let others = entries
            .iter()
            .filter(|other| other.release == wrong.release && other.guid != wrong.guid);
        for other in others {
            println!(
                "      > {} {:?} {}: {:?}\n        {}",
                other.guid, other.kind, other.class, other.title, other.html
            );
        }
    }
}
