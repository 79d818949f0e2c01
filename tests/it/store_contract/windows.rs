//! The items of outputs: in which order and state they are, and what they show.
//!
//! What of them an output shows is decided outside the store (`republish/window.rs`).

use mainstem::model::{Entry, EntryId, FeedFields, Slot, StoryId};
use mainstem::store::{Place, WhichItems};

use super::bench::{Bench, LONG, at, entries, entry, id, newest, out, record, whole_story};
use super::engines::{Engine, for_every_engine};

for_every_engine! {
    the_newest_place_comes_first_then_the_id,
    the_newest_items_end_at_their_bounds,
    items_are_found_by_their_stories,
    an_item_comes_back_in_the_state_that_it_is_in,
    an_entry_comes_as_an_item_would_show_it,
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

/// None before, behind which place, how many at most; what comes.
type Case = (Option<i64>, Option<Place>, u32, &'static [i64]);

async fn the_newest_items_end_at_their_bounds(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    for (source, minute) in [("a", 1), ("b", 2), ("a", 3), ("a", 4), ("b", 5)] {
        let guid = minute.to_string();
        bench
            .apply(source, minute, vec![entry(&guid, &guid, "")])
            .await;
    }
    bench.keep_all("o", 6).await;
    let place = |minute: i64, id: &str| Place {
        ordered_at: at(minute),
        item_id: id.to_owned(),
    };
    let cases: [Case; 9] = [
        (None, None, 100, &[5, 4, 3, 2, 1]),
        (None, None, 2, &[5, 4]),
        (None, None, 0, &[]),
        (Some(3), None, 100, &[5, 4, 3]),
        (Some(6), None, 100, &[]),
        (None, Some(place(4, "id-4")), 100, &[3, 2, 1]),
        // Of one moment, by id.
        (None, Some(place(4, "id-3")), 100, &[4, 3, 2, 1]),
        (Some(2), Some(place(4, "id-4")), 1, &[3]),
        (None, Some(place(1, "id-1")), 100, &[]),
    ];
    for (not_before, behind, limit, expected) in cases {
        let which = WhichItems::Newest {
            not_before: not_before.map(at),
            behind,
            limit,
        };
        let versions = bench.versions("o", which.clone()).await;
        let ids: Vec<&str> = versions.iter().map(|item| item.item_id.as_str()).collect();
        let expected: Vec<String> = expected.iter().map(|nth| format!("id-{nth}")).collect();
        assert_eq!(ids, expected, "{which:?}");
    }
}

async fn items_are_found_by_their_stories(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, entries(0..3)).await;
    let stories = bench.stories().await;
    bench.keep_all("o", 2).await;
    let of = |stories: &[StoryId]| WhichItems::OfStories(stories.iter().copied().collect());
    let cases: [(&[StoryId], usize); 4] = [
        (&[], 0),
        (&[stories[1].id], 1),
        (&[stories[0].id, stories[2].id], 2),
        (&[StoryId(i64::MAX)], 0),
    ];
    for (asked, count) in cases {
        let found = bench.versions("o", of(asked)).await;
        let found: Vec<StoryId> = found.iter().map(|item| item.story).collect();
        assert_eq!(found.len(), count, "{asked:?}");
        assert!(found.iter().all(|story| asked.contains(story)));
    }
    bench.judge(&stories[1], 3, vec![]).await;
    assert_eq!(bench.versions("o", of(&[stories[1].id])).await, []);
}

async fn an_item_comes_back_in_the_state_that_it_is_in(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench
        .apply(
            "a",
            1,
            vec![entry("1", "One", LONG), entry("2", "Two", "x")],
        )
        .await;
    bench.keep_all("o", 1).await;
    let asked: Vec<_> = (bench.versions("o", newest(9)).await.into_iter())
        .map(|version| (out("o"), version))
        .collect();
    let found = async |just_changed: bool| {
        let items = bench.store.items(asked.clone(), just_changed).await;
        let items = items.expect("reads");
        let of_asked = asked.iter().zip(items);
        of_asked
            .map(|((_, asked), found)| {
                found.map(|(version, item)| (version == **asked, item.shown.entry.title))
            })
            .collect::<Vec<_>>()
    };
    let title = |title: &str, is_asked: bool| Some((is_asked, title.to_owned()));
    assert_eq!(found(false).await, [title("One", true), title("Two", true)]);
    bench
        .apply(
            "a",
            2,
            vec![entry("1", "One, corrected", LONG), entry("2", "Two", "x")],
        )
        .await;
    bench.keep_all("o", 2).await;
    let corrected = title("One, corrected", false);
    assert_eq!(found(true).await, [corrected.clone(), title("Two", true)]);
    let story = bench.story("2").await;
    bench.judge(&story, 3, vec![]).await;
    assert_eq!(found(false).await, [corrected, None]);
}

async fn an_entry_comes_as_an_item_would_show_it(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench.bring_copies().await;
    let story = bench.stories().await.remove(0);
    let shown = story.members[1].id;
    let asked = vec![(story.id, shown), (story.id, EntryId(i64::MAX))];
    let mut found = bench.store.shown_entries(asked).await.expect("reads");
    let entry = found.remove(&shown).expect("it is there, kept or not");
    assert!(found.is_empty(), "the other is not");
    assert_eq!(
        (entry.story, entry.member),
        (story.id, story.members[1].clone())
    );
    let copies: Vec<EntryId> = entry.copies.iter().map(|copy| copy.id).collect();
    assert_eq!(copies, [story.members[0].id]);
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
    assert_eq!((item.story, item.slot), (story.id, Slot::Story));
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
