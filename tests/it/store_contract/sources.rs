//! Sources: registering, renaming, moving, removing; states and reports.

use chrono::TimeDelta;
use mainstem::model::{
    Due, Freshness, History, LastOutcome, Outcome, SourceState, Timestamp, Unchanged,
};
use mainstem::store::StoreError;

use super::bench::{Bench, LONG, at, counts, entry, id, minutes, moved, record, source};
use super::engines::{Engine, for_every_engine};

for_every_engine! {
    a_new_source_was_never_asked,
    an_unknown_source_fails_its_own_step_alone,
    states_and_reports_come_by_id,
    a_refresh_leaves_its_state_byte_for_byte,
    a_state_may_know_everything_or_nothing,
    registering_again_changes_nothing,
    a_renamed_source_keeps_all_it_has,
    a_name_that_is_taken_is_not_taken_over,
    a_removed_source_is_not_listed_and_comes_back_with_all_it_had,
    a_source_at_another_address_forgets_what_the_old_one_said,
    a_report_tells_of_the_feed_and_of_the_last_refresh,
    a_report_counts_entries_and_copies,
    a_reopened_store_knows_its_sources,
    what_has_not_changed_is_noted_and_nothing_else,
    an_answer_is_passed_over_where_something_newer_is_stored,
}

async fn ids(bench: &Bench) -> Vec<String> {
    let states = bench.store.source_states().await.expect("reads");
    states.iter().map(|(id, _)| id.to_string()).collect()
}

async fn a_new_source_was_never_asked(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    assert_eq!(bench.state("a").await, SourceState::default());
    let report = bench.report("a").await;
    assert_eq!(
        (report.entries, report.duplicates, report.renamed),
        (0, 0, 0)
    );
    assert!(report.last.is_none() && report.feed_title.is_none());
    assert!(report.next_due.is_none() && report.because.is_none());
}

async fn an_unknown_source_fails_its_own_step_alone(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let state = bench.store.source_state(&id("b")).await;
    let applied = bench.store.apply(record("b", 1, vec![]).into()).await;
    for error in [state.map(drop), applied.map(drop)].map(Result::unwrap_err) {
        assert!(matches!(error, StoreError::Step { .. }), "{error:?}");
        assert!(!error.is_trouble());
    }
    assert!(bench.store.condition().borrow().is_well());
    assert_eq!(
        bench.apply("a", 1, vec![entry("1", "One", "")]).await.new,
        1
    );
}

async fn states_and_reports_come_by_id(engine: &Engine) {
    let bench = Bench::on(engine, &["c", "a", "b-2", "b"]).await;
    assert_eq!(ids(&bench).await, ["a", "b", "b-2", "c"]);
    let reports = bench.store.source_reports().await.expect("reads");
    let reports: Vec<&str> = reports.iter().map(|report| report.id.as_str()).collect();
    assert_eq!(reports, ["a", "b", "b-2", "c"]);
    assert_eq!(ids(&Bench::empty(engine)).await, [""; 0]);
}

async fn a_refresh_leaves_its_state_byte_for_byte(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let new = vec![entry("1", "One", LONG), entry("2", "Two", "x")];
    assert_eq!(bench.apply("a", 1, new).await, counts(2, 0, 0));
    assert_eq!(bench.state("a").await, record("a", 1, Vec::new()).state);
    let report = bench.report("a").await;
    assert_eq!(
        (report.entries, report.duplicates, report.next_due),
        (2, 0, Some(at(61)))
    );
}

async fn a_state_may_know_everything_or_nothing(engine: &Engine) {
    use mainstem::model::{FreshBy, Pace, Rhythm};
    let bench = Bench::on(engine, &["a"]).await;
    let full = SourceState {
        validators: record("a", 1, vec![]).state.validators,
        body_hash: Some([7; 16]),
        moved_to: Some(
            "https://user@elsewhere.example/feed?a=b#c"
                .parse()
                .expect("a URL"),
        ),
        history: History {
            last_attempt: Some(at(1)),
            last_success: Some(at(0)),
            errors: 0,
            retry_after: Some(at(90)),
            freshness: Some(Freshness {
                lifetime: minutes(0),
                by: FreshBy::Expires,
            }),
            pace: Pace {
                ttl: Some(minutes(60)),
                update_every: Some(minutes(24 * 60)),
                skip_hours: 0x00FF_00FF,
                skip_days: 0b0100_0001,
            },
            gone: false,
            rhythm: Rhythm {
                mean_gap: Some(minutes(7)),
                last_new: Some(at(-1000)),
            },
            condition: mainstem::model::Condition::Well,
            whole_at: Some(at(1)),
        },
    };
    let none = SourceState::default();
    for state in [&full, &none, &full] {
        let mut record = record("a", 1, vec![]);
        record.state = state.clone();
        bench.apply_record(record).await;
        assert_eq!(bench.state("a").await, *state);
        let states = bench.store.source_states().await.expect("reads");
        assert_eq!(states, [(id("a"), state.clone())]);
        assert_eq!(bench.report("a").await.history, state.history);
        assert_eq!(bench.report("a").await.moved_to, state.moved_to);
    }
}

async fn registering_again_changes_nothing(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    let before = (
        bench.store.source_reports().await.expect("reads"),
        bench.state("a").await,
        bench.stories().await,
    );
    bench
        .register(&[source("b", None), source("a", None)])
        .await;
    let after = (
        bench.store.source_reports().await.expect("reads"),
        bench.state("a").await,
        bench.stories().await,
    );
    assert_eq!(before.0, after.0);
    assert_eq!(before.1, after.1);
    assert_eq!(before.2, after.2);
}

async fn a_renamed_source_keeps_all_it_has(engine: &Engine) {
    let bench = Bench::on(engine, &["old"]).await;
    bench.apply("old", 1, vec![entry("1", "One", LONG)]).await;
    let state = bench.state("old").await;
    // That it was renamed stays in the configuration.
    for _ in 0..2 {
        bench.register(&[source("new", Some("old"))]).await;
        assert_eq!(ids(&bench).await, ["new"]);
        assert_eq!(bench.state("new").await, state);
    }
    assert_eq!(
        bench.apply("new", 2, vec![entry("1", "One", LONG)]).await,
        counts(0, 0, 0),
        "it is known"
    );
    assert_eq!(bench.member("1").await.source, id("new"));
    assert!(bench.store.source_state(&id("old")).await.is_err());
}

async fn a_name_that_is_taken_is_not_taken_over(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    bench.register(&[source("b", Some("a"))]).await;
    assert_eq!(bench.report("b").await.entries, 0, "it is another source");
    assert_eq!(bench.member("1").await.source, id("a"));
    // Nobody knows the name that it had.
    bench.register(&[source("c", Some("unknown"))]).await;
    assert_eq!(ids(&bench).await, ["c"]);
    assert_eq!(bench.state("c").await, SourceState::default());
}

async fn a_removed_source_is_not_listed_and_comes_back_with_all_it_had(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    let (state, stories) = (bench.state("a").await, bench.stories().await);
    bench.register(&[source("other", None)]).await;
    assert_eq!(ids(&bench).await, ["other"]);
    let reports = bench.store.source_reports().await.expect("reads");
    assert_eq!(reports.len(), 1);
    assert_eq!(bench.stories().await, stories, "its entries stay");
    bench.register(&[source("a", None)]).await;
    assert_eq!(ids(&bench).await, ["a"]);
    assert_eq!(bench.state("a").await, state);
    assert_eq!(bench.report("a").await.entries, 1);
}

async fn a_source_at_another_address_forgets_what_the_old_one_said(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let mut failed = record("a", 1, vec![entry("1", "One", LONG)]);
    failed.state.body_hash = Some([7; 16]);
    failed.state.moved_to = Some("https://b.example/".parse().expect("a URL"));
    failed.state.history.errors = 3;
    failed.state.history.retry_after = Some(at(500));
    failed.state.history.last_success = Some(at(0));
    bench.apply_record(failed).await;
    let there = moved(&source("a", None), "https://feeds.example/other");
    bench.register(std::slice::from_ref(&there)).await;
    let expected = SourceState {
        history: History {
            last_success: Some(at(0)),
            ..History::default()
        },
        ..SourceState::default()
    };
    assert_eq!(bench.state("a").await, expected);
    let report = bench.report("a").await;
    assert_eq!((report.next_due, report.because), (None, None));
    assert_eq!(report.entries, 1, "not its entries");
    let mut again = record("a", 2, vec![entry("1", "One", LONG)]);
    again.location = there.location.clone();
    assert_eq!(bench.apply_record(again).await, counts(0, 0, 0));
}

async fn a_report_tells_of_the_feed_and_of_the_last_refresh(engine: &Engine) {
    use mainstem::model::{FailureClass, FeedFields};
    let bench = Bench::on(engine, &["a"]).await;
    let mut fresh = record("a", 1, vec![entry("1", "One", LONG)]);
    fresh.feed = Some(FeedFields {
        title: Some("The Valleys".to_owned()),
        home_url: Some("https://feeds.example/".to_owned()),
        ..FeedFields::default()
    });
    fresh.last.message = Some("a note".to_owned());
    bench.apply_record(fresh.clone()).await;
    let report = bench.report("a").await;
    assert_eq!(report.feed_title.as_deref(), Some("The Valleys"));
    assert_eq!(report.home_url.as_deref(), Some("https://feeds.example/"));
    assert_eq!(report.last, Some(fresh.last.clone()));
    assert_eq!(report.because.as_deref(), Some("every 1h"));
    // What was said of a document stays true while the source has the same one.
    let mut same = record("a", 2, vec![]);
    same.last.outcome = Outcome::NotModified;
    same.last.status = Some(304);
    bench.apply_record(same).await;
    let last = bench.report("a").await.last.expect("it was asked");
    assert_eq!(last.message.as_deref(), Some("a note"));
    assert_eq!(
        (last.outcome, last.status),
        (Outcome::NotModified, Some(304))
    );
    // A failure has a message of its own, and the feed keeps its name.
    let mut failed = record("a", 3, vec![]);
    failed.last.outcome = Outcome::Failed;
    failed.last.class = Some(FailureClass::Timeout);
    failed.last.status = None;
    failed.state.history.errors = 1;
    bench.apply_record(failed.clone()).await;
    let report = bench.report("a").await;
    assert_eq!(report.last, Some(failed.last));
    assert_eq!(report.feed_title.as_deref(), Some("The Valleys"));
    assert_eq!(report.history.errors, 1);
}

async fn a_report_counts_entries_and_copies(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench
        .apply("a", 1, vec![entry("1", "Road stays open", LONG)])
        .await;
    let copy = entry("9", "Road stays open", LONG);
    let both = vec![copy, entry("10", "Another matter", "Quite another text")];
    bench.apply("b", 2, both).await;
    let of = async |id: &str| {
        let report = bench.report(id).await;
        (report.entries, report.duplicates)
    };
    assert_eq!((of("a").await, of("b").await), ((1, 0), (2, 1)));
    let day = at(2).timestamp().div_euclid(24 * 3600);
    let report = bench.report("b").await;
    assert_eq!(report.busy_day_items, 0, "a first document is a backlog");
    bench
        .apply("b", 3, vec![entry("11", "News", "of today")])
        .await;
    let report = bench.report("b").await;
    assert_eq!((report.busy_day, report.busy_day_items), (day, 1));
}

async fn a_reopened_store_knows_its_sources(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    let before: (Vec<_>, SourceState, Timestamp) = (
        bench.store.source_reports().await.expect("reads"),
        bench.state("a").await,
        bench.member("1").await.first_seen,
    );
    let bench = bench.reopened().await;
    let after = (
        bench.store.source_reports().await.expect("reads"),
        bench.state("a").await,
        bench.member("1").await.first_seen,
    );
    assert_eq!(before, after);
}

/// The source was asked at `minute` and had nothing new; before, it was asked at `before`.
fn unchanged(source: &str, before: i64, minute: i64) -> Unchanged {
    let asked = record(source, minute, vec![]);
    Unchanged {
        source: asked.source,
        location: asked.location,
        at: at(minute),
        before: at(before),
        status: Some(304),
        whole_at: Some(at(1)),
        due: Due {
            at: Some(at(minute + 30)),
            because: "every 30m".to_owned(),
        },
    }
}

async fn note(bench: &Bench, answers: Vec<Unchanged>) {
    let noted = bench.store.note_unchanged(answers).await;
    noted.expect("notes");
}

async fn what_has_not_changed_is_noted_and_nothing_else(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    for (source, repairs) in [("a", vec!["a stray `&`".to_owned()]), ("b", vec![])] {
        let mut first = record(source, 1, vec![entry("1", "One", LONG)]);
        first.last.repairs = repairs;
        bench.apply_record(first).await;
    }
    let (states, story) = (
        [bench.state("a").await, bench.state("b").await],
        bench.story("1").await,
    );
    note(&bench, vec![unchanged("a", 1, 5), unchanged("b", 1, 7)]).await;
    note(&bench, vec![unchanged("a", 5, 9)]).await;
    // The same again, as after a commit of which nobody knows whether it was written.
    note(&bench, vec![unchanged("a", 5, 9)]).await;
    // Two readings of a clock that is slewed differ by a little, and so do times that follow it.
    let mut answer = unchanged("b", 7, 8);
    answer.before += TimeDelta::milliseconds(7);
    note(&bench, vec![answer]).await;
    for (source, before, minute) in [("a", &states[0], 9), ("b", &states[1], 8)] {
        let history = History {
            last_attempt: Some(at(minute)),
            last_success: Some(at(minute)),
            whole_at: Some(at(1)),
            ..before.history.clone()
        };
        let expected = SourceState {
            history,
            ..before.clone()
        };
        assert_eq!(bench.state(source).await, expected, "{source}");
        let report = bench.report(source).await;
        assert_eq!(report.next_due, Some(at(minute + 30)), "{source}");
        assert_eq!(report.because.as_deref(), Some("every 30m"), "{source}");
        let last = report.last.expect("it was asked");
        let expected = LastOutcome::new(Outcome::NotModified, Some(304));
        let said = (last.outcome, last.status, last.class, last.fault);
        assert_eq!(
            said,
            (expected.outcome, expected.status, None, None),
            "{source}"
        );
        // What was said of the document is true of it still.
        assert_eq!(last.repairs.len(), usize::from(source == "a"));
    }
    assert_eq!(bench.story("1").await, story);
}

async fn an_answer_is_passed_over_where_something_newer_is_stored(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b", "c"]).await;
    for id in ["a", "b", "c"] {
        bench.apply(id, 1, vec![entry("1", id, LONG)]).await;
    }
    // Somebody else has asked `a` since; `b` was asked at another address.
    bench.apply("a", 4, vec![entry("1", "a", LONG)]).await;
    let mut elsewhere = unchanged("b", 1, 5);
    elsewhere.location = moved(&source("b", None), "https://other.example/")
        .location
        .clone();
    let (a, b) = (bench.report("a").await, bench.report("b").await);
    let unknown = unchanged("renamed", 1, 5);
    let answers = vec![
        unchanged("a", 1, 5),
        elsewhere,
        unknown,
        unchanged("c", 1, 5),
    ];
    note(&bench, answers).await;
    assert_eq!((bench.report("a").await, bench.report("b").await), (a, b));
    assert_eq!(bench.state("c").await.history.last_attempt, Some(at(5)));
}
