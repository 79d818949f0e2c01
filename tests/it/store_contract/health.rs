//! Troubles of sources, from their beginning to their end.

use mainstem::model::{Finding, HealthEvent, Trouble};

use super::bench::{Bench, at, id, source};
use super::engines::{Engine, for_every_engine};

for_every_engine! {
    a_trouble_begins_once_and_ends_once,
    a_trouble_that_comes_back_is_another_one,
    nothing_found_is_nothing_noted,
    the_latest_come_first_and_no_more_than_asked_for,
    a_removed_source_has_no_troubles,
    a_renamed_source_keeps_its_troubles,
    findings_on_unknown_sources_are_ignored,
}

/// Notes findings on sources: trouble, and the message if it is there.
async fn note(bench: &Bench, minute: i64, found: &[(&str, Trouble, Option<&str>)]) -> bool {
    let findings = found.iter().map(|(source, trouble, message)| {
        let finding = Finding {
            trouble: *trouble,
            message: message.map(str::to_owned),
        };
        (id(source), vec![finding])
    });
    let noted = bench.store.note_health(findings.collect(), at(minute));
    noted.await.expect("notes")
}

async fn events(bench: &Bench) -> Vec<HealthEvent> {
    bench.store.health_events(100).await.expect("reads")
}

fn event(source: &str, trouble: Trouble, began: i64, ended: Option<i64>) -> HealthEvent {
    HealthEvent {
        source: id(source),
        trouble,
        began_at: at(began),
        resolved_at: ended.map(at),
        message: format!("since {began}"),
    }
}

async fn a_trouble_begins_once_and_ends_once(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let silent = |message| [("a", Trouble::Silent, message)];
    assert!(note(&bench, 1, &silent(Some("since 1"))).await);
    assert!(!note(&bench, 2, &silent(Some("since 2"))).await, "it lasts");
    assert_eq!(events(&bench).await, [event("a", Trouble::Silent, 1, None)]);
    assert!(note(&bench, 3, &silent(None)).await);
    assert!(!note(&bench, 4, &silent(None)).await, "it is over");
    let bench = bench.reopened().await;
    assert_eq!(
        events(&bench).await,
        [event("a", Trouble::Silent, 1, Some(3))]
    );
}

async fn a_trouble_that_comes_back_is_another_one(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let mut expected = Vec::new();
    for began in [1, 11, 21] {
        let message = format!("since {began}");
        note(&bench, began, &[("a", Trouble::Broken, Some(&message))]).await;
        note(&bench, began + 5, &[("a", Trouble::Broken, None)]).await;
        expected.insert(0, event("a", Trouble::Broken, began, Some(began + 5)));
    }
    assert_eq!(events(&bench).await, expected);
}

async fn nothing_found_is_nothing_noted(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    assert!(!note(&bench, 1, &[]).await);
    let fine: Vec<_> = Trouble::ALL
        .iter()
        .map(|trouble| ("a", *trouble, None))
        .collect();
    assert!(!note(&bench, 1, &fine).await);
    assert_eq!(events(&bench).await, []);
}

async fn the_latest_come_first_and_no_more_than_asked_for(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    note(&bench, 1, &[("a", Trouble::Broken, Some("since 1"))]).await;
    let two = [
        ("b", Trouble::Silent, Some("since 2")),
        ("b", Trouble::Moved, Some("since 2")),
        ("a", Trouble::Silent, Some("since 2")),
    ];
    note(&bench, 2, &two).await;
    note(&bench, 3, &[("a", Trouble::Broken, None)]).await;
    // What ended goes by its end; of one moment, source and trouble decide.
    let expected = [
        event("a", Trouble::Broken, 1, Some(3)),
        event("a", Trouble::Silent, 2, None),
        event("b", Trouble::Moved, 2, None),
        event("b", Trouble::Silent, 2, None),
    ];
    assert_eq!(events(&bench).await, expected);
    for limit in 0..=4 {
        let some = bench.store.health_events(limit).await.expect("reads");
        assert_eq!(some, expected[..limit]);
    }
}

async fn a_removed_source_has_no_troubles(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    let found = [
        ("a", Trouble::Broken, Some("since 1")),
        ("b", Trouble::Broken, Some("since 1")),
    ];
    note(&bench, 1, &found).await;
    bench.register(&[source("b", None)]).await;
    assert!(note(&bench, 2, &[]).await, "that of the removed one ends");
    assert!(!note(&bench, 3, &[]).await);
    assert_eq!(
        events(&bench).await,
        [
            event("a", Trouble::Broken, 1, Some(2)),
            event("b", Trouble::Broken, 1, None)
        ]
    );
}

async fn a_renamed_source_keeps_its_troubles(engine: &Engine) {
    let bench = Bench::on(engine, &["old"]).await;
    note(&bench, 1, &[("old", Trouble::Gone, Some("since 1"))]).await;
    bench.register(&[source("new", Some("old"))]).await;
    assert!(!note(&bench, 2, &[("new", Trouble::Gone, Some("since 2"))]).await);
    assert_eq!(events(&bench).await, [event("new", Trouble::Gone, 1, None)]);
}

async fn findings_on_unknown_sources_are_ignored(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    assert!(!note(&bench, 1, &[("b", Trouble::Gone, Some("since 1"))]).await);
    assert!(!note(&bench, 2, &[("b", Trouble::Gone, None)]).await);
    assert_eq!(events(&bench).await, []);
}
