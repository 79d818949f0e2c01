//! Windows: which items an output shows, in which order, and with what.
//!
//! That a window read by what has changed in it is the window read whole is a law of its own (`store_windows`).

use mainstem::model::{Entry, FeedFields};
use mainstem::store::WindowBounds;

use super::bench::{Bench, LONG, at, entries, entry, id, out, record, whole_story};
use super::engines::{Engine, for_every_engine};

for_every_engine! {
    the_newest_place_comes_first_then_the_id,
    a_window_ends_at_its_bounds,
    an_item_comes_with_what_it_shows,
    a_held_member_is_still_a_copy,
    an_unknown_output_has_an_empty_window,
}

async fn the_newest_place_comes_first_then_the_id(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let dated = [("b", 5), ("a", 5), ("c", 9), ("d", 1)].map(|(guid, minute)| Entry {
        published: Some(at(minute)),
        ..entry(guid, guid, "")
    });
    bench.apply("a", 10, dated.to_vec()).await;
    bench.keep_all("o", 11).await;
    let shown = bench.shown("o").await;
    let ids: Vec<&str> = shown.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["id-c", "id-a", "id-b", "id-d"]);
}

async fn a_window_ends_at_its_bounds(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    for (source, minute) in [("a", 1), ("b", 2), ("a", 3), ("a", 4), ("b", 5)] {
        let guid = minute.to_string();
        bench
            .apply(source, minute, vec![entry(&guid, &guid, "")])
            .await;
    }
    bench.keep_all("o", 6).await;
    let newest = WindowBounds::newest;
    let cases: [(WindowBounds, &[i64]); 7] = [
        (newest(100), &[5, 4, 3, 2, 1]),
        (newest(2), &[5, 4]),
        (newest(0), &[]),
        (
            WindowBounds {
                not_before: Some(at(3)),
                ..newest(100)
            },
            &[5, 4, 3],
        ),
        (
            WindowBounds {
                not_before: Some(at(6)),
                ..newest(100)
            },
            &[],
        ),
        (
            WindowBounds {
                per_source: Some(1),
                ..newest(100)
            },
            &[5, 4],
        ),
        (
            WindowBounds {
                per_source: Some(2),
                ..newest(3)
            },
            &[5, 4, 3],
        ),
    ];
    for (bounds, expected) in cases {
        let window = bench.store.window(&out("o"), bounds).await.expect("reads");
        let ids: Vec<String> = window.into_iter().map(|item| item.item_id).collect();
        let expected: Vec<String> = expected.iter().map(|nth| format!("id-{nth}")).collect();
        assert_eq!(ids, expected, "{bounds:?}");
    }
}

async fn an_item_comes_with_what_it_shows(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    let feed = |title: &str| {
        Some(FeedFields {
            title: Some(title.to_owned()),
            ..FeedFields::default()
        })
    };
    let mut first = record("a", 1, vec![entry("1", "Road stays open", LONG)]);
    first.feed = feed("Alpha");
    bench.apply_record(first).await;
    let mut copy = record("b", 2, vec![entry("9", "Road stays open", LONG)]);
    copy.feed = feed("Beta");
    bench.apply_record(copy).await;
    bench.keep_all("o", 3).await;
    let story = bench.stories().await.remove(0);
    let [item] = &*bench.window("o").await else {
        panic!("one item");
    };
    assert_eq!((item.story, item.slot), (story.id, 0));
    assert_eq!(item.began_at, story.began_at);
    assert_eq!(item.shown, story.members[0]);
    assert_eq!(item.feed.title.as_deref(), Some("Alpha"));
    let [copy] = &*item.copies else {
        panic!("one copy");
    };
    assert_eq!((copy.id, &copy.source), (story.members[1].id, &id("b")));
    assert_eq!(copy.feed_title.as_deref(), Some("Beta"));
    assert_eq!(copy.guid.as_deref(), Some("9"));
    assert_eq!(copy.title, "Road stays open");
    // A feed that calls itself otherwise is shown so.
    let mut renamed = record("a", 4, vec![entry("1", "Road stays open", LONG)]);
    renamed.feed = feed("Gamma");
    bench.apply_record(renamed).await;
    let item = bench.window("o").await.remove(0);
    assert_eq!(item.feed.title.as_deref(), Some("Gamma"));
}

async fn a_held_member_is_still_a_copy(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench
        .apply("a", 1, vec![entry("1", "Road stays open", LONG)])
        .await;
    let mut held = record("b", 2, vec![entry("9", "Road stays open", LONG)]);
    held.first_items = Some(0);
    bench.apply_record(held).await;
    assert!(bench.member("9").await.held);
    bench.keep_all("o", 3).await;
    assert_eq!(bench.window("o").await[0].copies.len(), 1);
}

async fn an_unknown_output_has_an_empty_window(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, entries(0..3)).await;
    let story = bench.stories().await.remove(0);
    let shown = whole_story(&story.members[0], "1".to_owned());
    bench.judge(&story, 2, vec![shown]).await;
    assert_eq!(bench.window("o").await.len(), 1);
    assert_eq!(bench.shown("p").await, []);
}
