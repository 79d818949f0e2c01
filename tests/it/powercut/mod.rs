//! Power cuts: whenever the power goes, the store is sound and still holds everything that the world was told.
//!
//! The real binary polls, publishes and answers for some versions of two feeds while a preloaded library (`recorder.c`)
//! records what it writes, syncs and sends. Then the power is cut after one of the recorded events: the test builds a disk
//! (`disk.rs`) that holds only what was synced, or that and a random part of the rest, some of it torn, and opens the
//! store on it. Everything acknowledged before the cut (`ledger.rs`) must be there:
//!
//! - an entry that a served document showed, in that edition or a later one, under the same id and in the same place;
//! - every entry of a version whose validator was sent to its publisher, or whose `refresh` ended with 0;
//! - an archive document that was served, byte for byte.
//!
//! In addition, no stored validator may be newer than its entries, and for a sample of the states a `refresh` with the real
//! binary must carry on and publish every entry exactly once.
//!
//! `POWERCUT_STATES` sets roughly how many states are checked (`make powercut` checks 20,000), `POWERCUT_SEED` which ones.

mod disk;
mod ledger;
mod publisher;
mod recording;
mod run;
mod state;

use crate::support::random::Random;
use disk::{Cut, Disk};
use ledger::Ledger;
use recording::Event;
use run::Recording;
use state::State;

/// States checked unless [`STATES_VARIABLE`] says otherwise.
const STATES: usize = 400;
const STATES_VARIABLE: &str = "POWERCUT_STATES";
const SEED_VARIABLE: &str = "POWERCUT_SEED";
/// One state in this many is resumed with the real binary.
const RESUMED: usize = 80;

#[test]
fn nothing_acknowledged_is_lost_in_a_power_cut() {
    let recording = Recording::make();
    let events = recording.events();
    let states = number(STATES_VARIABLE).unwrap_or(STATES);
    let mut seed = number(SEED_VARIABLE).unwrap_or(1) as u64;
    let mut checked = 0;
    while checked < states {
        checked += cut(&recording, &events, seed, states - checked);
        seed += 1;
    }
    println!("{checked} states of {} events", events.len());
}

#[expect(clippy::disallowed_methods, reason = "a long run asks by it")]
fn number(variable: &str) -> Option<usize> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().expect("a number"))
}

/// Cuts the power after a random choice of events that makes roughly this many states; returns how many were checked.
fn cut(recording: &Recording, events: &[Event], seed: u64, states: usize) -> usize {
    let outcome = recording.outcome();
    let mut choice = Random::new(seed);
    let (mut disk, mut ledger, mut checked) = (Disk::default(), Ledger::default(), 0);
    for (at, event) in events.iter().enumerate() {
        disk.apply(event);
        let known = ledger.news();
        if let Event::Sent(message) = event {
            ledger.hear(message);
        }
        // The cut most likely to lose something is the one right after an acknowledgement.
        let is_telling = ledger.news() != known;
        if !is_telling && choice.below(events.len() * 3) >= states {
            continue;
        }
        let cuts: &[Cut] = match disk.is_at_risk() {
            true => &[Cut::Killed, Cut::Synced, Cut::Torn],
            false => &[Cut::Synced],
        };
        for cut in cuts {
            let mut random = Random::new(seed ^ ((at as u64) << 16));
            let state = State {
                files: disk.cut(*cut, &mut random),
                ledger: &ledger,
            };
            checked += 1;
            let mut sound = state.check(&outcome);
            if sound.is_ok() && checked % RESUMED == 0 {
                sound = state.resume(recording);
            }
            if let Err(why) = sound {
                let (of, kept) = (events.len(), state.keep());
                let kept = kept.display();
                panic!(
                    "{why}\nseed {seed}, cut after event {at} of {of}, {cut:?}; the store is kept in {kept}"
                );
            }
        }
    }
    ledger.assert_full();
    checked
}
