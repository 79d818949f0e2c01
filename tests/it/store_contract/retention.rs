//! Retention: ages, what is stripped and what is held, and its passes.

use std::collections::BTreeSet;
use std::time::Duration;

use mainstem::model::{EntryId, FeedFields, Outcome, OutputId, RefreshRecord, Timestamp};
use mainstem::store::{Aged, Stripped, Upkeep};

use super::bench::{Bench, LONG, at, entries, entry, minutes, out, record, source};
use super::engines::{Engine, for_every_engine};

for_every_engine! {
    what_expires_keeps_its_identity,
    what_is_stripped_is_not_found_and_not_shown,
    an_age_lies_between_its_bounds,
    what_the_document_still_has_is_of_no_age,
    a_source_that_cannot_be_read_makes_nothing_older,
    what_an_output_shows_is_held,
    an_unknown_output_holds_nothing,
    a_walk_in_steps_meets_every_entry_once,
    a_walk_goes_from_the_oldest_on,
    a_strip_tells_how_far_it_came,
    the_greatest_age_is_that_of_the_oldest_whole_entry,
    passes_are_noted_and_outlast_the_process,
    a_store_that_is_too_large_has_been_so_since_the_first_pass_that_found_it,
    sources_that_nobody_reads_age_by_the_passes,
}

/// Strips what is so old and no output holds; returns how many.
pub(super) async fn strip(bench: &Bench, which: Aged, windows: &[(OutputId, Timestamp)]) -> usize {
    let (mut passed, mut stripped) = (None, 0);
    loop {
        let found = bench
            .store
            .aged(which, passed, windows)
            .await
            .expect("reads");
        let mut left = found.entries.as_slice();
        while !left.is_empty() {
            let step = bench.store.strip(left.to_vec(), windows, at(500)).await;
            let step = step.expect("strips");
            assert!(step.looked_at > 0, "it gets on");
            stripped += step.stripped;
            left = &left[step.looked_at..];
        }
        passed = found.next;
        if passed.is_none() {
            return stripped;
        }
    }
}

/// The entries of an age.
async fn aged(bench: &Bench, which: Aged, windows: &[(OutputId, Timestamp)]) -> Vec<EntryId> {
    let found = bench.store.aged(which, None, windows).await.expect("reads");
    assert_eq!(found.next, None, "one step is enough");
    found.entries
}

/// A document with all that stands in it, and an answer that tells the time.
fn document(source: &str, minute: i64, entries: Vec<mainstem::model::Entry>) -> RefreshRecord {
    let mut record = record(source, minute, entries);
    record.feed = Some(FeedFields::default());
    record.state.history.last_success = Some(at(minute));
    record
}

async fn what_expires_keeps_its_identity(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    bench.apply("a", 500, vec![entry("2", "Two", "y")]).await;
    let old = Aged::Past(minutes(200));
    assert_eq!(strip(&bench, Aged::Past(minutes(500)), &[]).await, 0);
    assert_eq!(strip(&bench, old, &[]).await, 1);
    assert_eq!(strip(&bench, old, &[]).await, 0);
    let bench = bench.reopened().await;
    let again = bench.apply("a", 501, vec![entry("1", "One", LONG)]).await;
    assert_eq!(again.new, 0, "it is known still");
}

async fn what_is_stripped_is_not_found_and_not_shown(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    bench.keep_all("o", 2).await;
    bench.end_replay("o").await;
    let one = bench.entry_id("1").await;
    let done = bench
        .store
        .strip(vec![one], &[], at(3))
        .await
        .expect("strips");
    assert_eq!((done.looked_at, done.stripped), (1, 1));
    assert_eq!(bench.shown("o").await, []);
    assert_eq!(bench.store.find_entries("One", 9).await.expect("reads"), []);
    assert!(
        bench
            .stories()
            .await
            .iter()
            .all(|story| story.members.is_empty())
    );
    assert!(aged(&bench, Aged::All, &[]).await.is_empty());
}

async fn an_age_lies_between_its_bounds(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    // The source's own clock goes by its answers.
    for (minute, guid) in [(0, "0"), (600, "600"), (1200, "1200")] {
        bench
            .apply_record(document("a", minute, vec![entry(guid, guid, "")]))
            .await;
    }
    let [old, middle, _young] = [
        bench.entry_id("0"),
        bench.entry_id("600"),
        bench.entry_id("1200"),
    ];
    let (old, middle) = (old.await, middle.await);
    let between = |least, below| Aged::Between(minutes(least), minutes(below));
    let cases = [
        (between(0, 2000), vec![old, middle]),
        (between(600, 1200), vec![middle]),
        (between(601, 1201), vec![old]),
        (between(1201, 2000), vec![]),
    ];
    for (which, expected) in cases {
        assert_eq!(aged(&bench, which, &[]).await, expected, "{which:?}");
    }
    // Exact to a day, but no later than twice the age.
    assert_eq!(aged(&bench, Aged::Past(minutes(600)), &[]).await, [old]);
    assert_eq!(aged(&bench, Aged::Past(minutes(601)), &[]).await, []);
}

async fn what_the_document_still_has_is_of_no_age(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let both = || vec![entry("1", "One", ""), entry("2", "Two", "")];
    bench.apply_record(document("a", 0, both())).await;
    let mut same = document("a", 1200, vec![]);
    same.feed = None;
    same.last.outcome = Outcome::NotModified;
    bench.apply_record(same).await;
    let old = Aged::Between(minutes(0), minutes(10_000));
    assert_eq!(aged(&bench, old, &[]).await, []);
    assert_eq!(aged(&bench, Aged::All, &[]).await.len(), 2);
    bench
        .apply_record(document("a", 1300, vec![entry("2", "Two", "")]))
        .await;
    assert_eq!(aged(&bench, old, &[]).await, [bench.entry_id("1").await]);
}

async fn a_source_that_cannot_be_read_makes_nothing_older(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench
        .apply_record(document("a", 0, vec![entry("1", "One", "")]))
        .await;
    bench
        .apply_record(document("a", 60, vec![entry("2", "Two", "")]))
        .await;
    for minute in [10_000, 20_000] {
        let mut failed = record("a", minute, vec![]);
        failed.last.outcome = Outcome::Failed;
        failed.state.history.last_success = Some(at(60));
        bench.apply_record(failed).await;
    }
    let greatest = bench.store.greatest_age().await.expect("reads");
    assert_eq!(greatest, minutes(60));
    // A year in which it was not read counts as a day.
    let year = 365 * 24 * 60;
    bench
        .apply_record(document("a", year, vec![entry("2", "Two", "")]))
        .await;
    let greatest = bench.store.greatest_age().await.expect("reads");
    assert_eq!(greatest, minutes(60 + 24 * 60));
}

async fn what_an_output_shows_is_held(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench.bring_copies().await;
    bench.keep_all("o", 3).await;
    let (one, nine) = (bench.entry_id("1").await, bench.entry_id("9").await);
    for (windows, held) in [
        (vec![(out("o"), at(0))], true),
        (vec![(out("o"), at(100))], true), // yet to be archived
        (vec![], false),                   // nobody says what is shown
    ] {
        let found = aged(&bench, Aged::All, &windows).await;
        assert_eq!(found.is_empty(), held, "{windows:?}");
        if held {
            let both = bench.store.strip(vec![one, nine], &windows, at(4)).await;
            let both = both.expect("answers");
            assert_eq!((both.looked_at, both.stripped), (2, 0), "with its copies");
        }
    }
}

async fn an_unknown_output_holds_nothing(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", "")]).await;
    bench.keep_all("o", 2).await;
    let windows = [(out("unknown"), at(0))];
    assert_eq!(aged(&bench, Aged::All, &windows).await.len(), 1);
}

/// A walk is cut into steps that look at so many entries only; none is met twice and none left out.
async fn a_walk_in_steps_meets_every_entry_once(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b", "c"]).await;
    for (source, count) in [("a", 1_500), ("b", 0), ("c", 700)] {
        let entries = (0..count).map(|nth| entry(&nth.to_string(), &format!("{source}{nth}"), ""));
        bench.apply(source, 1, entries.collect()).await;
        bench.apply(source, 500, Vec::new()).await;
    }
    let (mut passed, mut found, mut steps) = (None, Vec::new(), 0);
    loop {
        let step = bench
            .store
            .aged(Aged::All, passed, &[])
            .await
            .expect("reads");
        assert!(step.entries.len() <= 1_000, "a step is bounded");
        found.extend(step.entries);
        steps += 1;
        passed = step.next;
        if passed.is_none() {
            break;
        }
    }
    assert!(steps > 2, "{steps}");
    let distinct: BTreeSet<_> = found.iter().collect();
    assert_eq!((found.len(), distinct.len()), (2_200, 2_200));
}

async fn a_walk_goes_from_the_oldest_on(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    for (minute, guid) in [(0, "9"), (600, "1"), (1200, "5")] {
        bench
            .apply_record(document("a", minute, vec![entry(guid, guid, "")]))
            .await;
    }
    let mut expected = Vec::new();
    for guid in ["9", "1", "5"] {
        expected.push(bench.entry_id(guid).await);
    }
    assert_eq!(aged(&bench, Aged::All, &[]).await, expected);
}

async fn a_strip_tells_how_far_it_came(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, entries(0..30)).await;
    let all = aged(&bench, Aged::All, &[]).await;
    assert_eq!(all.len(), 30);
    let none = bench
        .store
        .strip(vec![], &[], at(2))
        .await
        .expect("answers");
    assert_eq!(none, Stripped::default());
    let unknown = vec![EntryId(1_000_000), all[0]];
    let some = bench
        .store
        .strip(unknown, &[], at(2))
        .await
        .expect("strips");
    assert_eq!((some.looked_at, some.stripped), (2, 1));
    let again = bench.store.strip(vec![all[0]], &[], at(3)).await;
    let again = again.expect("answers");
    assert_eq!((again.looked_at, again.stripped), (1, 0));
    let mut left = &all[..];
    let mut stripped = 0;
    while !left.is_empty() {
        let step = bench.store.strip(left.to_vec(), &[], at(4)).await;
        let step = step.expect("strips");
        stripped += step.stripped;
        left = &left[step.looked_at..];
    }
    assert_eq!(stripped, 29);
    // It is gone for the outputs too: what waited is judged without it.
    assert_eq!(aged(&bench, Aged::All, &[]).await, []);
}

async fn the_greatest_age_is_that_of_the_oldest_whole_entry(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    let greatest = async || bench.store.greatest_age().await.expect("reads");
    assert_eq!(greatest().await, Duration::ZERO);
    bench
        .apply_record(document("a", 0, vec![entry("1", "One", "")]))
        .await;
    bench
        .apply_record(document("b", 0, vec![entry("2", "Two", "")]))
        .await;
    assert_eq!(greatest().await, Duration::ZERO);
    bench.apply_record(document("a", 300, vec![])).await;
    bench.apply_record(document("b", 700, vec![])).await;
    assert_eq!(greatest().await, minutes(700));
    let oldest = bench.entry_id("2").await;
    let stripped = bench.store.strip(vec![oldest], &[], at(701)).await;
    assert_eq!(stripped.expect("strips").stripped, 1);
    assert_eq!(greatest().await, minutes(300));
}

async fn passes_are_noted_and_outlast_the_process(engine: &Engine) {
    let bench = Bench::empty(engine);
    let upkeep = async |bench: &Bench| bench.store.upkeep().await.expect("reads");
    assert_eq!(upkeep(&bench).await, Upkeep::default());
    let ended = bench.store.end_upkeep(false, at(5)).await.expect("notes");
    let expected = Upkeep {
        ended_at: Some(at(5)),
        over_since: None,
    };
    assert_eq!((ended, upkeep(&bench).await), (expected, expected));
    assert_eq!(upkeep(&bench.reopened().await).await, expected);
}

async fn a_store_that_is_too_large_has_been_so_since_the_first_pass_that_found_it(engine: &Engine) {
    let bench = Bench::empty(engine);
    let cases = [
        (1, false, None),
        (2, true, Some(2)),
        (3, true, Some(2)),
        (4, false, None),
        (5, true, Some(5)),
    ];
    for (minute, is_over, since) in cases {
        let ended = bench.store.end_upkeep(is_over, at(minute)).await;
        let over_since = ended.expect("notes").over_since;
        assert_eq!(over_since, since.map(at), "{minute}");
    }
}

async fn sources_that_nobody_reads_age_by_the_passes(engine: &Engine) {
    let bench = Bench::on(engine, &["removed", "gone", "read"]).await;
    for source in ["removed", "gone", "read"] {
        bench
            .apply_record(document(source, 0, vec![entry(source, source, "")]))
            .await;
    }
    let mut gone = record("gone", 1, vec![]);
    gone.last.outcome = Outcome::Gone;
    gone.state.history.gone = true;
    bench.apply_record(gone).await;
    bench
        .register(&[source("gone", None), source("read", None)])
        .await;
    let end = async |minute| {
        let ended = bench.store.end_upkeep(false, at(minute)).await;
        ended.expect("notes");
    };
    let old = async |least: u64| {
        let which = Aged::Between(minutes(least), minutes(1_000_000));
        aged(&bench, which, &[]).await.len()
    };
    end(0).await;
    assert_eq!(old(1).await, 0, "nothing is known of the time before");
    end(600).await;
    assert_eq!((old(600).await, old(601).await), (2, 0));
    // By at most a day a pass.
    end(600 + 10 * 24 * 60).await;
    assert_eq!((old(600 + 24 * 60).await, old(601 + 24 * 60).await), (2, 0));
    // A clock that was set back makes nothing younger.
    end(0).await;
    assert_eq!(old(600 + 24 * 60).await, 2);
}
