//! The store in trouble: it is told once, refuses steps, and ends with a probe; damage stays.

use std::sync::Arc;

use mainstem::model::Applied;
use mainstem::store::{self, Opening, StoreCondition, StoreError, TroubleKind};

use super::bench::{Bench, LONG, at, entry, minutes, out, record};
use super::engines::{Engine, for_every_engine};

for_every_engine! {
    a_store_that_is_well_says_so,
    a_store_that_is_locked_says_so_until_it_can_be_written,
    whoever_watches_is_told_of_each_change_once,
    readers_go_on_while_it_is_locked,
    damage_is_found_and_stays,
    a_failure_of_one_step_is_no_trouble,
    after_closing_every_step_says_that_it_is_closed,
}

async fn a_store_that_is_well_says_so(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let mut condition = bench.store.condition();
    assert_eq!(*condition.borrow_and_update(), StoreCondition::Well);
    for _ in 0..3 {
        bench.store.examine().await.expect("it is sound");
        bench.store.probe().await.expect("it can be written");
    }
    assert!(
        !condition.has_changed().expect("it is open"),
        "nothing to tell"
    );
    assert!(
        !bench.store.changed_elsewhere().await.expect("looks"),
        "a probe is no change"
    );
}

async fn a_store_that_is_locked_says_so_until_it_can_be_written(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let condition = bench.store.condition();
    let _ = bench.store.changed_elsewhere().await.expect("looks");
    let lock = (engine.lock)(&bench.settings.location);
    let late = Arc::new(record("a", 1, vec![entry("1", "One", LONG)]));
    let refused = bench.store.apply(late.clone()).await;
    let refused = refused.expect_err("it is locked out");
    assert!(refused.is_trouble(), "{refused}");
    let trouble = condition.borrow().trouble().cloned().expect("it is noted");
    assert_eq!(trouble.kind, TroubleKind::Locked);
    assert_eq!(trouble.location, bench.settings.location);
    assert!(trouble.kind.may_end());
    drop(lock);
    // Nothing but a probe tries it.
    let still = bench.store.apply(late.clone()).await;
    assert_eq!(still.expect_err("refused").to_string(), refused.to_string());
    bench.store.probe().await.expect("it can be written");
    assert!(condition.borrow().is_well());
    assert_eq!(
        bench.store.apply(late.clone()).await.expect("applies").new,
        1
    );
    let again = bench.store.apply(late).await.expect("applies");
    assert_eq!(again, Applied::default(), "a record is applied once");
    let elsewhere = bench.store.changed_elsewhere().await.expect("looks");
    assert!(!elsewhere, "nobody else has committed");
}

async fn whoever_watches_is_told_of_each_change_once(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let mut condition = bench.store.condition();
    condition.mark_unchanged();
    let lock = (engine.lock)(&bench.settings.location);
    let stamp = || bench.store.stamp(vec![(out("o"), [1; 16])], at(1));
    let (first, second) = tokio::join!(stamp(), stamp());
    assert!(first.is_err() && second.is_err());
    assert!(bench.store.probe().await.is_err());
    condition.changed().await.expect("it is open");
    assert!(!condition.borrow_and_update().is_well());
    assert!(stamp().await.is_err());
    assert!(
        !condition.has_changed().expect("it is open"),
        "it is the same trouble"
    );
    drop(lock);
    bench.store.probe().await.expect("it can be written");
    condition.changed().await.expect("it is open");
    assert!(condition.borrow_and_update().is_well());
}

async fn readers_go_on_while_it_is_locked(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    bench.keep_all("o", 2).await;
    let before = bench.shown("o").await;
    let _lock = (engine.lock)(&bench.settings.location);
    assert_eq!(bench.shown("o").await, before);
    assert_eq!(bench.report("a").await.entries, 1);
    bench.store.examine().await.expect("it is sound");
}

async fn damage_is_found_and_stays(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    // Closed, it has nothing outside its one place.
    let bench = bench.reopened().await;
    (engine.ruin)(&bench.settings.location);
    let found = bench.store.examine().await.expect_err("it is refused");
    assert!(matches!(found, StoreError::Damaged { .. }), "{found:?}");
    let condition = bench.store.condition();
    let trouble = condition.borrow().trouble().cloned().expect("it is noted");
    assert_eq!(trouble.kind, TroubleKind::Damaged);
    assert!(!trouble.kind.may_end());
    assert!(!trouble.advice.is_empty());
    assert!(
        bench.store.probe().await.is_err(),
        "a restart alone ends it"
    );
    let late = record("a", 2, vec![]);
    let refused = bench
        .store
        .apply(Arc::new(late))
        .await
        .expect_err("it is refused");
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused:?}");
    let opened = store::open(&bench.settings, Opening::Quick);
    let refused = opened.map(drop).expect_err("it is refused");
    assert!(refused.is_trouble(), "{refused:?}");
}

async fn a_failure_of_one_step_is_no_trouble(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let mut condition = bench.store.condition();
    condition.mark_unchanged();
    let unknown = bench.store.stamp(vec![(out("unknown"), [1; 16])], at(1));
    let error = unknown.await.expect_err("it is refused");
    let said = format!(
        "{error}: {}",
        std::error::Error::source(&error).expect("a cause")
    );
    assert!(
        said.contains("stamp documents"),
        "it names the step: {said}"
    );
    assert!(!condition.has_changed().expect("it is open"));
    assert_eq!(
        bench.apply("a", 1, vec![entry("1", "One", "")]).await.new,
        1
    );
}

async fn after_closing_every_step_says_that_it_is_closed(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let store = &bench.store;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    store.close().await.expect("closes");
    store.close().await.expect("is closed already");
    let (wait, now) = (minutes(1), at(1));
    let answers = [
        store.register_sources(&[], now).await,
        store
            .apply(Arc::new(record("a", 2, vec![])))
            .await
            .map(drop),
        store.source_states().await.map(drop),
        store.source_reports().await.map(drop),
        store.host_holds().await.map(drop),
        store.changed_stories(1).await.map(drop),
        store.note_health(vec![], now).await.map(drop),
        store.health_events(1).await.map(drop),
        store.id_base().await.map(drop),
        store.rule_spans().await.map(drop),
        store.rebuild_keys(1).await.map(drop),
        store.forget_keys(wait, 1, now).await.map(drop),
        store.changed_elsewhere().await.map(drop),
        store.commits_elsewhere().await.map(drop),
        store.note_unchanged(Vec::new()).await,
        store.strip(vec![], &[], now).await.map(drop),
        store.greatest_age().await.map(drop),
        store.usage().await.map(drop),
        store.give_back(0).await.map(drop),
        store.upkeep().await.map(drop),
        store.end_upkeep(false, now).await.map(drop),
        store.probe().await,
        store.examine().await,
    ];
    for (nth, answer) in answers.into_iter().enumerate() {
        assert!(
            matches!(answer, Err(StoreError::Closed)),
            "{nth}: {answer:?}"
        );
    }
}
