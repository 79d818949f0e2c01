//! Care: keys of similar texts, room on disk, backups and rebuilding.

use std::path::Path;
use std::time::Duration;

use mainstem::model::Entry;
use mainstem::store::{self, Aged, Opening, Settings, StoreError};

use super::bench::{Bench, LONG, at, entries, entry, when_free};
use super::engines::{Engine, for_every_engine};

for_every_engine! {
    a_new_store_has_no_keys_to_rebuild,
    keys_out_of_reach_are_forgotten_in_portions,
    what_is_in_reach_is_recognized_still,
    usage_grows_with_what_is_stored,
    nothing_is_given_back_where_there_is_nothing,
    what_was_stripped_can_be_given_back,
    a_backup_is_a_store_of_its_own,
    a_backup_writes_over_nothing,
    a_backup_that_cannot_be_written_leaves_nothing,
    rebuilding_takes_nothing_away,
    a_place_says_what_it_holds_without_being_opened,
    a_store_to_read_is_not_made,
}

const DAY: i64 = 24 * 60;

async fn a_new_store_has_no_keys_to_rebuild(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    assert_eq!(bench.store.rebuild_keys(100).await.expect("looks"), 0);
    bench
        .apply("a", 1, vec![entry("1", "Road stays open", LONG)])
        .await;
    assert_eq!(bench.store.rebuild_keys(100).await.expect("looks"), 0);
}

async fn keys_out_of_reach_are_forgotten_in_portions(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let forget = async |limit, now| {
        let reach = Duration::from_secs(7 * 24 * 3600);
        let forgotten = bench.store.forget_keys(reach, limit, now).await;
        forgotten.expect("forgets")
    };
    assert!(forget(10, at(0)).await, "there are none");
    bench
        .apply("a", 1, vec![entry("1", "Road stays open", LONG)])
        .await;
    assert!(forget(10, at(DAY)).await, "there are none so old");
    let mut portions = 0;
    while !forget(10, at(100 * DAY)).await {
        portions += 1;
        assert!(portions < 1000, "it comes to an end");
    }
    assert!(forget(10, at(100 * DAY)).await);
}

async fn what_is_in_reach_is_recognized_still(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench
        .apply("a", 1, vec![entry("1", "Road stays open", LONG)])
        .await;
    let reach = Duration::from_secs(30 * 24 * 3600);
    let done = bench.store.forget_keys(reach, 1000, at(2 * DAY)).await;
    assert!(done.expect("forgets"));
    let bench = bench.reopened().await;
    let similar = entry("9", "Road stays open", &LONG.replace("lorries", "trucks"));
    assert_eq!(bench.apply("b", 2 * DAY, vec![similar]).await.duplicates, 1);
}

/// Fifty entries with texts of 36 kB each that hardly compress.
fn large() -> Vec<Entry> {
    let text = |nth: u32| -> String {
        let words = (0..4_000).map(|word| (nth * 4_000 + word).wrapping_mul(2_654_435_761));
        words.map(|word| format!("{word:08x} ")).collect()
    };
    let entries = (0..50).map(|nth| entry(&nth.to_string(), &nth.to_string(), &text(nth)));
    entries.collect()
}

async fn usage_grows_with_what_is_stored(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let before = bench.store.usage().await.expect("measures");
    assert!(before.used > 0 && before.gives_back);
    let large = large();
    let texts: usize = large.iter().map(|entry| entry.text.len()).sum();
    bench.apply("a", 1, large).await;
    let after = bench.store.usage().await.expect("measures");
    assert!(
        after.used >= before.used + texts as u64 / 2,
        "{before:?} {after:?}"
    );
    assert!(!after.is_loose());
}

async fn nothing_is_given_back_where_there_is_nothing(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    assert_eq!(bench.store.give_back(u64::MAX).await.expect("answers"), 0);
    while bench.store.give_back(0).await.expect("gives") > 0 {}
    assert_eq!(bench.store.usage().await.expect("measures").free, 0);
}

async fn what_was_stripped_can_be_given_back(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, large()).await;
    let full = bench.store.usage().await.expect("measures");
    super::retention::strip(&bench, Aged::All, &[]).await;
    let stripped = bench.store.usage().await.expect("measures");
    assert!(stripped.used < full.used / 2, "{full:?} {stripped:?}");
    assert!(stripped.free > 0);
    let spare = stripped.free / 2;
    let mut given = 0;
    loop {
        match bench.store.give_back(spare).await.expect("gives") {
            0 => break,
            pages => given += pages,
        }
    }
    assert!(given > 0);
    let left = bench.store.usage().await.expect("measures");
    assert!(left.free <= spare, "{left:?}");
    assert!(left.used <= stripped.used, "{left:?}");
}

async fn a_backup_is_a_store_of_its_own(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, entries(0..20)).await;
    bench.keep_all("o", 2).await;
    let to = bench.directory.path().join("copy.db");
    bench.store.backup(&to).await.expect("copies");
    bench.apply("a", 3, entries(20..30)).await;
    let copy = store::open(&Settings::at(&to), Opening::Thorough).expect("opens");
    let copy = Bench {
        store: copy,
        settings: Settings::at(&to),
        ..Bench::on(engine, &[]).await
    };
    assert_eq!(copy.stories().await.len(), 20);
    assert_eq!(copy.shown("o").await.len(), 20);
    assert_eq!(copy.apply("a", 3, entries(20..30)).await.new, 10);
}

async fn a_backup_writes_over_nothing(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let to = bench.directory.path().join("precious");
    std::fs::write(&to, "a letter").expect("writable");
    let error = bench.store.backup(&to).await.expect_err("it is refused");
    assert!(matches!(error, StoreError::Unusable { .. }), "{error:?}");
    assert!(error.to_string().contains("precious"), "{error}");
    assert_eq!(std::fs::read(&to).expect("there"), b"a letter");
    assert!(
        bench.store.condition().borrow().is_well(),
        "it is not the store's"
    );
}

async fn a_backup_that_cannot_be_written_leaves_nothing(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let to = bench.directory.path().join("missing").join("copy.db");
    let error = bench.store.backup(&to).await.expect_err("it is refused");
    assert!(matches!(error, StoreError::Unusable { .. }), "{error:?}");
    assert!(!to.exists());
    assert!(bench.store.condition().borrow().is_well());
}

async fn rebuilding_takes_nothing_away(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, entries(0..20)).await;
    bench.keep_all("o", 2).await;
    let before = (bench.stories().await, bench.shown("o").await);
    let location = bench.settings.location.clone();
    // While somebody has it open, it is left as it is.
    let refused = location.compact().expect_err("it is refused");
    assert!(
        matches!(
            refused,
            StoreError::InUse { .. } | StoreError::Unusable { .. }
        ),
        "{refused:?}"
    );
    let Bench {
        store, directory, ..
    } = bench;
    store.close().await.expect("closes");
    drop(store);
    let sizes = when_free(|| location.compact());
    assert!(sizes.after > 0 && sizes.before > 0);
    assert!(sizes.to_string().contains("before"), "{sizes}");
    let settings = Settings {
        location,
        ..Settings::at("")
    };
    let bench = Bench {
        store: when_free(|| store::open(&settings, Opening::Thorough)),
        settings,
        directory,
    };
    assert_eq!((bench.stories().await, bench.shown("o").await), before);
}

async fn a_place_says_what_it_holds_without_being_opened(engine: &Engine) {
    let directory = tempfile::TempDir::new().expect("a directory");
    let settings = (engine.place)(&directory);
    let location = &settings.location;
    let total = || location.sizes().iter().map(|(_, bytes)| bytes).sum::<u64>();
    assert!(location.is_missing());
    assert_eq!((location.audience(), total()), (None, 0));
    let store = store::open(&settings, Opening::Quick).expect("makes it");
    assert!(!location.is_missing());
    assert_eq!(location.audience(), None, "it is its owner's alone");
    assert!(total() > 0);
    let parts: Vec<&str> = location.sizes().iter().map(|(part, _)| *part).collect();
    store.close().await.expect("closes");
    let closed: Vec<&str> = location.sizes().iter().map(|(part, _)| *part).collect();
    assert_eq!(parts, closed, "the parts are always the same");
}

async fn a_store_to_read_is_not_made(engine: &Engine) {
    let directory = tempfile::TempDir::new().expect("a directory");
    let settings = (engine.place)(&directory);
    assert!(store::open_to_read(&settings).expect("looks").is_none());
    assert!(settings.location.is_missing());
    let left = |path: &Path| std::fs::read_dir(path).expect("a directory").count();
    assert_eq!(left(directory.path()), 0);
    // Beside whoever writes, it shows what is committed.
    let bench = Bench::on(engine, &["a"]).await;
    let reader = store::open_to_read(&bench.settings).expect("opens");
    let reader = reader.expect("it is there");
    for minute in 1..4 {
        bench
            .apply(
                "a",
                minute,
                entries(0..u32::try_from(minute).expect("small")),
            )
            .await;
        let stored = bench.store.source_reports().await.expect("reads");
        assert_eq!(reader.source_reports().expect("reads"), stored);
        assert_eq!(reader.host_holds().expect("reads"), []);
        assert_eq!(reader.rule_spans().expect("reads"), []);
    }
}
