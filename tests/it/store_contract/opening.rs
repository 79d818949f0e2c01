//! Opening: what is refused, with which words, and that it is left as it was.

use mainstem::store::{self, Opening, PathRule, Settings, StoreError, StoreLocation};
use tempfile::TempDir;

use super::bench::{Bench, entries, when_free};
use super::engines::{Engine, for_every_engine};

for_every_engine! {
    a_missing_store_is_made_by_either_opening,
    a_newer_store_is_refused_and_left_alone,
    a_ruined_store_is_refused_and_left_alone,
    a_place_that_cannot_be_used_is_named,
    the_directory_of_the_service_is_its_managers_to_make,
}

async fn a_missing_store_is_made_by_either_opening(engine: &Engine) {
    for opening in [Opening::Quick, Opening::Thorough] {
        let directory = TempDir::new().expect("a directory");
        let settings = (engine.place)(&directory);
        let store = store::open(&settings, opening).expect("makes it");
        assert_eq!(store.source_states().await.expect("reads"), []);
        assert!(store.condition().borrow().is_well());
        store.close().await.expect("closes");
        let reader = store::open_to_read(&settings).expect("opens");
        assert_eq!(
            reader
                .expect("it is there")
                .source_reports()
                .expect("reads"),
            []
        );
    }
}

/// What each way of opening a store says against it.
fn refusals(settings: &Settings) -> [StoreError; 3] {
    let [quick, thorough] = [Opening::Quick, Opening::Thorough].map(|opening| {
        store::open(settings, opening)
            .map(drop)
            .expect_err("it is refused")
    });
    let reading = store::open_to_read(settings)
        .map(drop)
        .expect_err("it is refused");
    [quick, thorough, reading]
}

async fn a_newer_store_is_refused_and_left_alone(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, entries(0..3)).await;
    let before = bench.stories().await;
    let Bench {
        store,
        settings,
        directory,
    } = bench;
    store.close().await.expect("closes");
    drop(store);
    let own = (engine.set_schema)(&settings.location, 1_000_000);
    for refused in refusals(&settings) {
        let StoreError::Newer {
            location,
            found,
            known,
        } = &refused
        else {
            panic!("{refused:?}");
        };
        assert_eq!(
            (location, *found, *known),
            (&settings.location, 1_000_000, own)
        );
        assert!(!refused.is_trouble());
        assert!(refused.to_string().contains("newer mainstem"), "{refused}");
    }
    // With the version that knows it, everything is there.
    (engine.set_schema)(&settings.location, own);
    let bench = Bench {
        store: when_free(|| store::open(&settings, Opening::Thorough)),
        settings,
        directory,
    };
    assert_eq!(bench.stories().await, before);
}

async fn a_ruined_store_is_refused_and_left_alone(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.store.close().await.expect("closes");
    let settings = &bench.settings;
    (engine.ruin)(&settings.location);
    let before = settings.location.sizes();
    let quick = store::open(settings, Opening::Quick).map(drop);
    let reading = store::open_to_read(settings).map(drop);
    for refused in [quick, reading].map(|refused| refused.expect_err("it is refused")) {
        assert!(matches!(refused, StoreError::Damaged { .. }), "{refused:?}");
        let said = refused.to_string();
        assert!(said.contains(&settings.location.to_string()), "{said}");
        assert!(said.contains("backup"), "it says what to do: {said}");
    }
    assert_eq!(settings.location.sizes(), before);
}

async fn a_place_that_cannot_be_used_is_named(_: &Engine) {
    let directory = TempDir::new().expect("a directory");
    let missing = Settings::at(directory.path().join("missing").join("x.db"));
    for opening in [Opening::Quick, Opening::Thorough] {
        let refused = store::open(&missing, opening)
            .map(drop)
            .expect_err("it is refused");
        assert!(
            matches!(refused, StoreError::Unusable { .. }),
            "{refused:?}"
        );
        let said = refused.to_string();
        assert!(said.contains(&missing.location.to_string()), "{said}");
    }
    assert!(store::open_to_read(&missing).expect("looks").is_none());
    let refused = store::open(&Settings::at(directory.path()), Opening::Quick).map(drop);
    let said = refused.expect_err("it is refused").to_string();
    assert!(said.contains("is a directory"), "{said}");
}

async fn the_directory_of_the_service_is_its_managers_to_make(_: &Engine) {
    let directory = TempDir::new().expect("a directory");
    let of_service = |path: &str| Settings {
        location: StoreLocation::from(directory.path().join(path)),
        rule: PathRule::OfService,
    };
    let missing = of_service("missing/x.db");
    let refused = missing.check_directory().expect_err("it is refused");
    assert!(refused.to_string().contains("systemctl start"), "{refused}");
    let opened = store::open(&missing, Opening::Quick).map(drop);
    assert_eq!(
        opened.expect_err("it is refused").to_string(),
        refused.to_string()
    );
    assert!(of_service("x.db").check_directory().is_ok());
    let written = Settings {
        rule: PathRule::Written,
        ..missing
    };
    assert!(written.check_directory().is_ok(), "opening it says more");
}
