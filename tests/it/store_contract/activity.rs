//! What a source has brought of late: its days, its newest entries, its troubles.

use std::collections::BTreeMap;

use mainstem::model::{Finding, HealthEvent, Relation, Timestamp, Trouble};
use mainstem::store::{ActivityRequest, Aged, SourceActivity};

use super::bench::{Bench, at, entries, entry, id, minutes, source};
use super::engines::{Engine, for_every_engine};
use super::retention::strip;

for_every_engine! {
    of_an_unknown_source_nothing_is_told,
    a_source_is_told_of_from_its_registration_on,
    entries_count_on_the_day_of_their_place,
    the_newest_entries_come_first_and_no_more_than_asked_for,
    what_has_expired_counts_and_is_not_named,
    lasting_troubles_come_first_and_only_its_own,
}

const DAY: i64 = 24 * 60;

async fn activity(bench: &Bench, source: &str, since: Timestamp) -> Option<SourceActivity> {
    let request = ActivityRequest {
        since,
        entries: 3,
        troubles: 3,
    };
    let activity = bench.store.source_activity(&id(source), request).await;
    activity.expect("reads")
}

async fn since_ever(bench: &Bench, source: &str) -> SourceActivity {
    let activity = activity(bench, source, Timestamp::UNIX_EPOCH).await;
    activity.expect("registered")
}

fn titles(activity: &SourceActivity) -> Vec<&str> {
    let latest = activity.latest.iter();
    latest.map(|entry| entry.title.as_str()).collect()
}

fn day(at: Timestamp) -> i64 {
    at.timestamp().div_euclid(86_400)
}

async fn of_an_unknown_source_nothing_is_told(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    assert_eq!(activity(&bench, "b", at(0)).await, None);
}

async fn a_source_is_told_of_from_its_registration_on(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let nothing = SourceActivity {
        added_at: at(0),
        days: BTreeMap::new(),
        is_cut: false,
        latest: Vec::new(),
        troubles: Vec::new(),
    };
    assert_eq!(since_ever(&bench, "a").await, nothing);
    // One that was removed is still known.
    bench.register(&[source("b", None)]).await;
    assert_eq!(since_ever(&bench, "a").await, nothing);
}

async fn entries_count_on_the_day_of_their_place(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench.apply("a", 1, entries(0..4)).await;
    bench.apply("a", 3 * DAY, entries(10..12)).await;
    bench.apply("b", 2 * DAY, entries(20..29)).await;
    let (first, second) = (day(at(1)), day(at(3 * DAY)));
    let told = since_ever(&bench, "a").await;
    assert_eq!(told.days, BTreeMap::from([(first, 4), (second, 2)]));
    assert!(!told.is_cut);
    for (since, days) in [
        (at(1), 2),
        (at(1) + chrono::TimeDelta::milliseconds(1), 1),
        (at(3 * DAY), 1),
        (at(4 * DAY), 0),
    ] {
        let told = activity(&bench, "a", since).await.expect("registered");
        assert_eq!(told.days.len(), days, "{since}");
        assert_eq!(
            told.latest.len(),
            3,
            "the newest are named whenever they came"
        );
    }
}

async fn the_newest_entries_come_first_and_no_more_than_asked_for(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench.bring_copies().await;
    bench.apply("b", 3, vec![entry("2", "Second", "")]).await;
    let told = since_ever(&bench, "b").await;
    assert_eq!(titles(&told), ["Second", "Road stays open"]);
    let story = bench.story("9").await;
    assert_eq!(
        (told.latest[1].story, told.latest[1].relation),
        (story.id, Relation::Same)
    );
    assert_eq!(told.latest[1].ordered_at, at(2));
    assert_eq!(told.latest[0].relation, Relation::First);
    assert!(!told.latest[0].is_held);
    bench.apply("b", 4, entries(10..20)).await;
    // Of one place, the one that came last.
    let told = since_ever(&bench, "b").await;
    let mut latest: Vec<_> = told.latest.iter().map(|entry| entry.id).collect();
    assert_eq!(latest.len(), 3);
    latest.reverse();
    assert!(latest.is_sorted(), "{latest:?}");
}

async fn what_has_expired_counts_and_is_not_named(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", "x")]).await;
    bench.apply("a", 500, vec![entry("2", "Two", "y")]).await;
    assert_eq!(strip(&bench, Aged::Past(minutes(200)), &[]).await, 1);
    let told = since_ever(&bench, "a").await;
    assert_eq!(titles(&told), ["Two"]);
    assert_eq!(told.days.values().sum::<u64>(), 2);
}

async fn lasting_troubles_come_first_and_only_its_own(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    let note = async |source: &str, trouble, message: Option<&str>, minute| {
        let message = message.map(str::to_owned);
        let findings = vec![(id(source), vec![Finding { trouble, message }])];
        let noted = bench.store.note_health(findings, at(minute)).await;
        assert!(noted.expect("notes"));
    };
    note("b", Trouble::Moved, Some("b"), 0).await;
    note("a", Trouble::Silent, Some("silent"), 1).await;
    for (began, ended) in [(2, 3), (4, 5), (6, 7)] {
        note("a", Trouble::Broken, Some("broken"), began).await;
        note("a", Trouble::Broken, None, ended).await;
    }
    let event = |trouble, began, ended: Option<i64>, message: &str| HealthEvent {
        source: id("a"),
        trouble,
        began_at: at(began),
        resolved_at: ended.map(at),
        message: message.to_owned(),
    };
    let expected = [
        event(Trouble::Silent, 1, None, "silent"),
        event(Trouble::Broken, 6, Some(7), "broken"),
        event(Trouble::Broken, 4, Some(5), "broken"),
    ];
    assert_eq!(since_ever(&bench, "a").await.troubles, expected);
}
