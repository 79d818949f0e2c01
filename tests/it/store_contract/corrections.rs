//! Corrections: what is kept of an edit, how much of it, and how long.

use mainstem::dedupe::MAX_CORRECTIONS;
use mainstem::model::{Correction, Entry, EntryWords};
use mainstem::store::Aged;

use super::bench::{Bench, LONG, at, entry};
use super::engines::{Engine, for_every_engine};
use super::retention::strip;

for_every_engine! {
    an_edit_leaves_what_was_said_before,
    what_is_no_edit_leaves_nothing,
    an_item_brings_its_corrections,
    the_newest_are_kept,
    large_ones_are_kept_within_bounds,
    they_go_with_their_entry,
    those_of_several_entries_come_in_their_order,
    a_time_in_the_future_is_put_back,
}

fn words(title: &str, text: &str) -> EntryWords {
    EntryWords {
        title: title.to_owned(),
        text: text.to_owned(),
    }
}

/// The corrections of the entry with this GUID.
async fn corrections(bench: &Bench, guid: &str) -> Vec<Correction> {
    let entry = bench.entry_id(guid).await;
    bench.store.corrections(&[entry]).await.expect("reads")
}

async fn an_edit_leaves_what_was_said_before(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let said = [
        words("Road stays open", LONG),
        words("Road stays open", &LONG.replace("Monday", "Tuesday")),
        words("Old road stays open", ""),
    ];
    for (minute, said) in (1..).zip(&said) {
        let brought = vec![entry("1", &said.title, &said.text)];
        bench.apply("a", minute, brought).await;
    }
    let bench = bench.reopened().await;
    let entry = bench.entry_id("1").await;
    let kept = corrections(&bench, "1").await;
    let told: Vec<_> = kept
        .iter()
        .map(|kept| (kept.entry, kept.at, &kept.before, &kept.after))
        .collect();
    let expected = [
        (entry, at(2), &said[0], &said[1]),
        (entry, at(3), &said[1], &said[2]),
    ];
    assert_eq!(told, expected);
    assert_ne!(kept[0].id, kept[1].id);
}

async fn what_is_no_edit_leaves_nothing(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let html = |html: &str, text: &str| Entry {
        html: Some(html.to_owned()),
        ..entry("1", "One", text)
    };
    for (minute, said) in (1..).zip([
        html("<p>The lock is shut.</p>", "The lock is shut."),
        html("<div>The lock is <b>shut</b>.</div>", "The lock is shut."),
        html("<p>The lock</p><p>is shut</p>", "The lock\nis  shut"),
        Entry {
            updated: Some(at(0)),
            ..html("<p>The lock</p><p>is shut</p>", "The lock\nis  shut")
        },
    ]) {
        bench.apply("a", minute, vec![said]).await;
    }
    assert_eq!(corrections(&bench, "1").await, []);
}

async fn an_item_brings_its_corrections(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    bench.keep_all("o", 1).await;
    assert_eq!(bench.window("o").await[0].corrections, []);
    bench.apply("a", 2, vec![entry("1", "Two", LONG)]).await;
    bench.keep_all("o", 2).await;
    let kept = corrections(&bench, "1").await;
    assert_eq!(kept.len(), 1);
    assert_eq!(bench.window("o").await[0].corrections, kept);
    // And where it is to be archived.
    bench.end_replay("o").await;
    let left = bench
        .store
        .unarchived(&super::bench::out("o"), None, 1, 9)
        .await;
    assert_eq!(left.expect("reads")[0].corrections, kept);
}

async fn the_newest_are_kept(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let count = i64::try_from(MAX_CORRECTIONS).expect("a few");
    // A page that alternates between two texts.
    for minute in 0..=count + 3 {
        let title = ["Gate open", "Gate shut"][usize::from(minute % 2 == 0)];
        bench
            .apply("a", minute, vec![entry("1", title, LONG)])
            .await;
    }
    let kept = corrections(&bench, "1").await;
    let times: Vec<_> = kept.iter().map(|kept| kept.at).collect();
    assert_eq!(times, (4..=count + 3).map(at).collect::<Vec<_>>());
    let mut ids: Vec<_> = kept.iter().map(|kept| kept.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), kept.len(), "each has an id of its own");
}

async fn large_ones_are_kept_within_bounds(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    // Of which nothing stays: what is repeated takes no room where it is stored, but where it is read.
    for minute in 1..=8 {
        let said = entry("1", "Words", &format!("word{minute} ").repeat(20_000));
        bench.apply("a", minute, vec![said]).await;
    }
    let kept = corrections(&bench, "1").await;
    let size: usize = kept.iter().map(Correction::size).sum();
    assert!((256 * 1024..=512 * 1024).contains(&size), "{size}");
    let last = kept.last().expect("the newest");
    assert_eq!(last.at, at(8));
    for said in [&last.before, &last.after] {
        assert!((60_000..70_000).contains(&said.text.len()));
    }
}

async fn they_go_with_their_entry(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    for (minute, title) in [(1, "One"), (2, "Two")] {
        bench
            .apply("a", minute, vec![entry("1", title, LONG)])
            .await;
    }
    let entry = bench.entry_id("1").await;
    assert_eq!(corrections(&bench, "1").await.len(), 1);
    assert_eq!(strip(&bench, Aged::All, &[]).await, 1);
    assert_eq!(bench.store.corrections(&[entry]).await.expect("reads"), []);
}

async fn those_of_several_entries_come_in_their_order(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let brought = |one: &str, two: &str| vec![entry("1", one, LONG), entry("2", two, "Weir")];
    for (minute, brought) in [
        (1, brought("One", "Two")),
        (2, brought("One", "Two, corrected")),
        (3, brought("One, corrected", "Two, corrected")),
        (4, brought("One, corrected", "Two, corrected again")),
    ] {
        bench.apply("a", minute, brought).await;
    }
    let (one, two) = (bench.entry_id("1").await, bench.entry_id("2").await);
    let asked = [two, one, mainstem::model::EntryId(99)];
    let kept = bench.store.corrections(&asked).await.expect("reads");
    let told: Vec<_> = kept.iter().map(|kept| (kept.entry, kept.at)).collect();
    assert_eq!(told, [(two, at(2)), (two, at(4)), (one, at(3))]);
}

async fn a_time_in_the_future_is_put_back(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    // Corrected under a clock that was an hour ahead.
    bench.apply("a", 62, vec![entry("1", "Two", LONG)]).await;
    let before = corrections(&bench, "1").await;
    let hour = chrono::TimeDelta::hours(1);
    let mut after = None;
    loop {
        let aligned = bench.store.align_entries(at(3), hour, after, 9).await;
        after = aligned.expect("aligns");
        if after.is_none() {
            break;
        }
    }
    let put_back = Correction {
        at: at(2),
        ..before[0].clone()
    };
    assert_eq!(corrections(&bench, "1").await, [put_back]);
}
