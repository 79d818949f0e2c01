//! A small labelled set through the real binary: what a subscriber saw, however it arrived. `cargo bench --bench dedupe` has the
//! large one.

#[path = "../syndication/mod.rs"]
mod set;

use set::drive::{Arrival, OUTPUTS, Score, arrive};
use set::plan::made;
use tempfile::TempDir;

const SEED: u64 = 7;
const RELEASES: usize = 40;

const IN_ORDER: Arrival = Arrival {
    rounds: 3,
    shuffle: None,
    in_turn: false,
    killed: false,
};

/// What the strictest and the loosest output showed.
fn scores(arrival: Arrival) -> [Score; 2] {
    let entries = made(SEED, RELEASES);
    let directory = TempDir::new().expect("a directory");
    let seen = arrive(directory.path(), &entries, arrival);
    [OUTPUTS[0], OUTPUTS[2]].map(|output| Score::of(&entries, &seen[output]))
}

/// Nothing fresh hidden, every update told, of the copies at most one in fifty shown: so few make a coarse measure.
fn assert_goals(score: &Score, arrival: Arrival) {
    assert_eq!(Score::wrong(&score.hidden).0, 0, "{arrival:?}: {score:?}");
    assert_eq!(Score::wrong(&score.updates).0, 0, "{arrival:?}: {score:?}");
    let (shown, copies) = Score::wrong(&score.copies);
    assert!(shown * 50 <= copies, "{arrival:?}: {score:?}");
}

#[test]
fn every_release_is_shown_once() {
    let [near, off] = scores(IN_ORDER);
    assert_goals(&near, IN_ORDER);
    let (_, copies) = Score::wrong(&near.copies);
    assert!(copies > 100, "there is something to recognize: {copies}");
    assert!(near.announced < off.announced, "updates replace");
    assert_eq!(Score::wrong(&off.copies).0, copies, "all of them, as asked");
}

#[test]
fn neither_order_nor_kill_9_changes_that() {
    let arrival = Arrival {
        shuffle: Some(11),
        killed: true,
        ..IN_ORDER
    };
    assert_goals(&scores(arrival)[0], arrival);
}
