//! Times of ours, brought in line with a wall clock that was stepped or was ahead.

use chrono::TimeDelta;
use mainstem::clock::Reading;
use mainstem::model::{Entry, Finding, HostChange, HostHold, Timestamp, Trouble};
use mainstem::store::Alignment;

use super::bench::{Bench, at, entry, id, out, record};
use super::engines::{Engine, for_every_engine};

for_every_engine! {
    nothing_is_aligned_where_no_clock_was_wrong,
    sources_follow_a_step_once_whichever_process_sees_it,
    a_step_is_known_in_its_own_boot_alone,
    small_differences_add_up_to_a_step,
    a_refresh_that_knew_of_the_step_stays,
    what_lies_in_the_future_is_put_back_with_its_spacing,
    a_date_that_a_server_has_named_stays,
    other_times_are_put_back_too,
    entries_are_put_back_with_their_stories_and_items,
    entries_are_put_back_in_portions,
    a_clock_that_is_behind_moves_no_entry,
    what_publishers_say_is_never_touched,
}

/// A reading of the clocks: the wall clock shows `minute`, and the machine of this boot was started when it showed `booted`.
fn reading(boot: &str, booted: i64, minute: i64) -> Reading {
    Reading {
        wall: at(minute),
        booted_at_ms: at(booted).timestamp_millis(),
        boot: boot.into(),
    }
}

async fn align(bench: &Bench, reading: Reading) -> Alignment {
    bench.store.align_sources(reading).await.expect("aligns")
}

fn hours(count: i64) -> TimeDelta {
    TimeDelta::hours(count)
}

/// A source that was asked at this minute and is due an hour later.
async fn asked(bench: &Bench, source: &str, minute: i64) {
    let mut asked = record(source, minute, vec![]);
    asked.state.history.last_success = Some(at(minute));
    bench.apply_record(asked).await;
}

async fn attempt(bench: &Bench, source: &str) -> Option<Timestamp> {
    bench.state(source).await.history.last_attempt
}

async fn nothing_is_aligned_where_no_clock_was_wrong(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    asked(&bench, "a", 1).await;
    let before = bench.report("a").await;
    for minute in [2, 3, 60 * 24 * 365] {
        let found = align(&bench, reading("one", 0, minute)).await;
        assert_eq!(found, Alignment::default());
        assert!(!found.is_change());
    }
    assert_eq!(bench.report("a").await, before);
    let entries = bench.store.align_entries(at(2), hours(1), None, 10).await;
    assert_eq!(entries.expect("reads"), None);
}

async fn sources_follow_a_step_once_whichever_process_sees_it(engine: &Engine) {
    for step in [30 * 24, -2] {
        let bench = Bench::on(engine, &["a", "b"]).await;
        asked(&bench, "a", 0).await;
        // A process in a sandbox sees the same clocks, but not which boot it is.
        for boot in ["one", "process 1"] {
            align(&bench, reading(boot, -600, 1)).await;
        }
        let moved = step * 60;
        let found = align(&bench, reading("one", -600 + moved, 2 + moved)).await;
        assert_eq!(found.stepped, Some(hours(step)));
        assert!(found.is_change());
        assert_eq!(attempt(&bench, "a").await, Some(at(moved)));
        let report = bench.report("a").await;
        assert_eq!(report.next_due, Some(at(60 + moved)));
        assert_eq!(report.history.last_success, Some(at(moved)));
        assert_eq!(attempt(&bench, "b").await, None, "it was never asked");
        for boot in ["one", "process 1"] {
            let again = bench.another();
            let again = again.align_sources(reading(boot, -600 + moved, 3 + moved));
            assert_eq!(again.await.expect("aligns"), Alignment::default());
        }
        assert_eq!(attempt(&bench, "a").await, Some(at(moved)));
    }
}

async fn a_step_is_known_in_its_own_boot_alone(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    asked(&bench, "a", 0).await;
    align(&bench, reading("one", -600, 1)).await;
    // Another start of the machine says nothing of the time between.
    let found = align(&bench, reading("two", 50, 100)).await;
    assert_eq!(found, Alignment::default());
    assert_eq!(attempt(&bench, "a").await, Some(at(0)));
    let bench = bench.reopened().await;
    let found = align(&bench, reading("two", 50 + 60, 160)).await;
    assert_eq!(found.stepped, Some(hours(1)));
}

async fn small_differences_add_up_to_a_step(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    align(&bench, reading("one", 0, 1)).await;
    let mut followed = TimeDelta::zero();
    for nth in 1..=4 {
        let mut reading = reading("one", 0, 10 * nth);
        reading.booted_at_ms += 3_000 * nth;
        followed += align(&bench, reading).await.stepped.unwrap_or_default();
    }
    assert_eq!(followed, TimeDelta::seconds(12));
}

async fn a_refresh_that_knew_of_the_step_stays(engine: &Engine) {
    let bench = Bench::on(engine, &["before", "after"]).await;
    asked(&bench, "before", 0).await;
    align(&bench, reading("one", -600, 1)).await;
    // It was under way when the clock went on by an hour.
    asked(&bench, "after", 61).await;
    let found = align(&bench, reading("one", -600 + 60, 62)).await;
    assert_eq!((found.stepped, found.sources), (Some(hours(1)), 1));
    assert_eq!(attempt(&bench, "before").await, Some(at(60)));
    assert_eq!(attempt(&bench, "after").await, Some(at(61)));
}

async fn what_lies_in_the_future_is_put_back_with_its_spacing(engine: &Engine) {
    let bench = Bench::on(engine, &["past", "first", "last"]).await;
    for (source, minute) in [("past", -30), ("first", 20), ("last", 60)] {
        asked(&bench, source, minute).await;
    }
    let found = align(&bench, reading("one", -600, 0)).await;
    assert_eq!((found.stepped, found.ahead), (None, Some(hours(1))));
    assert_eq!(found.sources, 2);
    for (source, minute) in [("past", -30), ("first", -40), ("last", 0)] {
        assert_eq!(attempt(&bench, source).await, Some(at(minute)), "{source}");
    }
    assert_eq!(
        align(&bench, reading("one", -600, 1)).await,
        Alignment::default()
    );
}

async fn a_date_that_a_server_has_named_stays(engine: &Engine) {
    let bench = Bench::on(engine, &["dated", "relative"]).await;
    let relative = at(120) + TimeDelta::milliseconds(123);
    for (source, until) in [("dated", at(120)), ("relative", relative)] {
        let mut refused = record(source, 0, vec![]);
        refused.state.history.retry_after = Some(until);
        refused.hosts = vec![HostChange::Held(HostHold {
            host: format!("{source}.example"),
            until,
            refusals: 1,
            status: 429,
            noted_at: at(0),
        })];
        bench.apply_record(refused).await;
    }
    align(&bench, reading("one", -600, 1)).await;
    align(&bench, reading("one", -600 + 60, 61)).await;
    let until = async |source: &str| bench.state(source).await.history.retry_after;
    assert_eq!(until("dated").await, Some(at(120)));
    assert_eq!(until("relative").await, Some(relative + hours(1)));
    let holds = bench.store.host_holds().await.expect("reads");
    let holds: Vec<_> = holds
        .iter()
        .map(|hold| (hold.noted_at, hold.until))
        .collect();
    assert_eq!(holds, [(at(60), at(120)), (at(60), relative + hours(1))]);
}

async fn other_times_are_put_back_too(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let found = Finding {
        trouble: Trouble::Silent,
        message: Some("too long".to_owned()),
    };
    let noted = bench
        .store
        .note_health(vec![(id("a"), vec![found])], at(60));
    assert!(noted.await.expect("notes"));
    let stamped = bench.store.stamp(vec![(out("o"), [1; 16])], at(50)).await;
    stamped.expect("stamps");
    bench.store.end_upkeep(true, at(40)).await.expect("notes");
    let found = align(&bench, reading("one", -600, 0)).await;
    assert_eq!(found.ahead, Some(hours(1)));
    let events = bench.store.health_events(9).await.expect("reads");
    assert_eq!(events[0].began_at, at(0));
    let stamps = bench.store.stamp(vec![(out("o"), [1; 16])], at(1)).await;
    assert_eq!(stamps.expect("stamps")[0].changed_at, at(-10));
    let upkeep = bench.store.upkeep().await.expect("reads");
    assert_eq!(
        (upkeep.ended_at, upkeep.over_since),
        (Some(at(-20)), Some(at(-20)))
    );
}

/// Entries that came under a clock that was an hour ahead, and one from before.
async fn an_hour_ahead(engine: &Engine) -> Bench {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", -100, vec![entry("0", "Zero", "")]).await;
    for minute in [50, 55, 60] {
        let guid = minute.to_string();
        bench
            .apply("a", minute, vec![entry(&guid, &guid, "")])
            .await;
    }
    bench.keep_all("o", 60).await;
    let found = align(&bench, reading("one", -600, 0)).await;
    assert_eq!(found.entries_by, Some(hours(1)));
    assert!(!found.is_behind);
    bench
}

async fn entries_are_put_back_with_their_stories_and_items(engine: &Engine) {
    let bench = an_hour_ahead(engine).await;
    let last = bench.store.align_entries(at(0), hours(1), None, 100).await;
    let last = last.expect("puts back");
    assert_eq!(last, Some(bench.entry_id("60").await));
    let more = bench.store.align_entries(at(0), hours(1), last, 100).await;
    assert_eq!(more.expect("reads"), None);
    for (guid, minute) in [("0", -100), ("50", -10), ("55", -5), ("60", 0)] {
        let member = bench.member(guid).await;
        assert_eq!(member.first_seen, at(minute), "{guid}");
        assert_eq!(member.ordered_at, at(minute), "{guid}");
        assert_eq!(member.edition_at, at(minute), "{guid}");
        let story = bench.store.story_of(member.id).await.expect("reads");
        assert_eq!(story.expect("stored").began_at, at(minute), "{guid}");
    }
    let places: Vec<_> = bench
        .window("o")
        .await
        .iter()
        .map(|item| item.ordered_at)
        .collect();
    assert_eq!(places, [at(0), at(-5), at(-10), at(-100)]);
    assert_eq!(bench.changed().await.len(), 3, "they are judged again");
    assert_eq!(
        align(&bench, reading("one", -600, 1)).await,
        Alignment::default()
    );
}

async fn entries_are_put_back_in_portions(engine: &Engine) {
    let bench = an_hour_ahead(engine).await;
    let mut after = None;
    let mut portions = Vec::new();
    loop {
        let last = bench.store.align_entries(at(0), hours(1), after, 2).await;
        let Some(last) = last.expect("puts back") else {
            break;
        };
        portions.push(last);
        after = Some(last);
        assert!(portions.len() < 5, "it comes to an end");
    }
    assert_eq!(portions.len(), 2);
    assert_eq!(bench.member("60").await.first_seen, at(0));
    assert_eq!(bench.member("50").await.first_seen, at(-10));
}

async fn a_clock_that_is_behind_moves_no_entry(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let dated = (0..5).map(|nth| Entry {
        published: Some(at(50 + nth)),
        ..entry(&nth.to_string(), &nth.to_string(), "")
    });
    bench.apply("a", 60, dated.collect()).await;
    let found = align(&bench, reading("one", -600, 0)).await;
    assert!(found.is_behind);
    assert_eq!((found.entries_by, found.sources), (None, 1));
    assert_eq!(bench.member("0").await.first_seen, at(60));
}

async fn what_publishers_say_is_never_touched(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let dated = Entry {
        published: Some(at(-10)),
        updated: Some(at(900)),
        ..entry("1", "One", "")
    };
    bench.apply("a", 60, vec![dated]).await;
    align(&bench, reading("one", -600, 0)).await;
    let put_back = bench.store.align_entries(at(0), hours(1), None, 10).await;
    assert!(put_back.expect("puts back").is_some());
    let member = bench.member("1").await;
    assert_eq!(member.entry.published, Some(at(-10)));
    assert_eq!(member.entry.updated, Some(at(900)));
    assert_eq!((member.first_seen, member.ordered_at), (at(0), at(-10)));
}
