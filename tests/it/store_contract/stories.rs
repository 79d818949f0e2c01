//! Stories: copies join, hands overrule, and what is told of it.

use std::time::Duration;

use mainstem::model::{Entry, EntryId, Layer, Relation, Story, StoryId};
use mainstem::store::Bodies;

use super::bench::{Bench, LONG, at, counts, entry, id};
use super::engines::{Engine, for_every_engine};

for_every_engine! {
    a_copy_joins_the_story_of_the_first,
    members_say_what_joined_them,
    ids_of_stories_come_in_order_and_no_more_than_asked_for,
    stories_come_with_the_bodies_asked_for,
    the_outbox_keeps_who_has_waited_longest_first,
    the_backlog_is_long_beyond_its_limit,
    of_some_stories_those_that_wait_come_in_their_order,
    the_story_of_an_entry_is_whole_and_of_an_unknown_one_none,
    merged_by_hand_is_one_story,
    what_cannot_be_merged_is_left_alone,
    a_merge_outlasts_edits_and_processes,
    split_by_hand_is_a_story_of_its_own,
    what_cannot_be_split_is_left_alone,
    what_was_split_is_joined_by_nothing_but_a_hand,
    evidence_tells_what_speaks_for_each_member,
    evidence_changes_nothing,
    entries_are_found_by_what_a_person_would_say,
    found_entries_are_the_newest_and_no_more_than_asked_for,
}

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

fn other(guid: &str) -> Entry {
    entry(
        guid,
        "Choir sings in the old depot",
        "Forty voices, one evening, no lamps",
    )
}

/// Guids of the members of each story that has any: one whose entries have gone to another has none.
fn guids(stories: &[Story]) -> Vec<Vec<&str>> {
    let stories = stories.iter().filter(|story| !story.members.is_empty());
    stories
        .map(|story| {
            let members = story.members.iter();
            members
                .map(|member| member.entry.guid.as_deref().expect("a GUID"))
                .collect()
        })
        .collect()
}

async fn two_apart(engine: &Engine) -> Bench {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench
        .apply("a", 1, vec![entry("1", "Road stays open", LONG)])
        .await;
    bench.apply("b", 2, vec![other("2")]).await;
    assert_eq!(guids(&bench.stories().await), [["1"], ["2"]]);
    bench
}

async fn a_copy_joins_the_story_of_the_first(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench
        .apply("a", 1, vec![entry("1", "Road stays open", LONG)])
        .await;
    let copy = entry("9", "ABCNS: Road stays open", LONG);
    assert_eq!(bench.apply("b", 2, vec![copy]).await, counts(1, 0, 1));
    assert_eq!(guids(&bench.changed().await), [["1", "9"]]);
    bench.keep_all("o", 3).await;
    let items = bench.window("o").await;
    assert_eq!((items.len(), items[0].copies.len()), (1, 1));
    assert_eq!(items[0].copies[0].source, id("b"));
}

async fn members_say_what_joined_them(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench.bring_copies().await;
    let (first, copy) = (bench.member("1").await, bench.member("9").await);
    assert_eq!(first.relation, Relation::First);
    assert_eq!(
        (first.layer, first.score, first.matched),
        (None, None, None)
    );
    assert_eq!(copy.relation, Relation::Same);
    assert!(copy.layer.is_some());
    assert_eq!((copy.score, copy.matched), (Some(1.0), Some(first.id)));
    assert_eq!(copy.edition_at, first.edition_at, "it shares the edition");
}

async fn ids_of_stories_come_in_order_and_no_more_than_asked_for(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, super::bench::entries(0..7)).await;
    let after = async |last, limit| {
        let ids = bench.store.story_ids_after(last, limit).await;
        ids.expect("reads")
    };
    let all: Vec<StoryId> = bench.stories().await.iter().map(|own| own.id).collect();
    assert!(all.is_sorted() && all.len() == 7);
    let mut seen = Vec::new();
    loop {
        let last = seen.last().copied().unwrap_or(StoryId(0));
        let some = after(last, 3).await;
        assert!(some.len() <= 3);
        if some.is_empty() {
            break;
        }
        seen.extend(some);
    }
    assert_eq!(seen, all);
    assert_eq!(after(StoryId(0), 0).await, []);
}

async fn stories_come_with_the_bodies_asked_for(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench.apply("a", 1, super::bench::entries(0..2)).await;
    for source in ["a", "b"] {
        bench
            .apply(source, 2, vec![entry("copied", "One", LONG)])
            .await;
    }
    let whole = bench.stories().await;
    let members: Vec<usize> = whole.iter().map(|story| story.members.len()).collect();
    assert_eq!(members, [1, 1, 2]);
    let between = async |after, last, bodies| {
        let found = bench.store.stories_between(after, last, bodies).await;
        found.expect("reads")
    };
    let last = StoryId(1_000);
    assert_eq!(between(StoryId(0), last, Bodies::All).await, whole);
    let second = between(whole[0].id, whole[1].id, Bodies::All).await;
    assert_eq!(second, whole[1..2]);
    assert_eq!(between(last, last, Bodies::All).await, []);
    let some = between(StoryId(0), last, Bodies::OfSeveral).await;
    assert_eq!(some.len(), whole.len());
    for (found, whole) in some.iter().zip(&whole) {
        let mut expected = whole.clone();
        if let [only] = &mut *expected.members {
            only.entry.text.clear();
            (only.entry.html, only.entry.summary) = (None, None);
        }
        assert_eq!(*found, expected);
    }
}

async fn the_backlog_is_long_beyond_its_limit(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, super::bench::entries(0..3)).await;
    let waiting = bench.changed().await;
    bench.judge(&waiting[0], 2, vec![]).await;
    // Two wait, and three are stored.
    for (limit, is_outbox_long, is_history_long) in
        [(1, true, true), (2, false, true), (3, false, false)]
    {
        let backlog = bench.store.backlog(limit).await.expect("reads");
        let found = (backlog.is_outbox_long, backlog.is_history_long);
        assert_eq!(found, (is_outbox_long, is_history_long), "{limit}");
    }
}

async fn of_some_stories_those_that_wait_come_in_their_order(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, super::bench::entries(0..3)).await;
    let all = bench.stories().await;
    bench.judge(&all[1], 2, vec![]).await;
    let asked = [2, 1, 0].map(|nth| all[nth].id).to_vec();
    let waiting = bench.store.waiting_among(asked).await.expect("reads");
    assert_eq!(waiting, [all[2].clone(), all[0].clone()]);
}

async fn the_outbox_keeps_who_has_waited_longest_first(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench
        .apply("a", 1, vec![entry("1", "Road stays open", LONG)])
        .await;
    bench.apply("b", 2, vec![other("2")]).await;
    // Changed again, it does not wait anew.
    bench
        .apply("a", 3, vec![entry("1", "Road stays open after all", LONG)])
        .await;
    assert_eq!(guids(&bench.changed().await), [["1"], ["2"]]);
    let first = bench.store.changed_stories(1).await.expect("reads");
    assert_eq!(guids(&first), [["1"]]);
    assert_eq!(bench.store.changed_stories(0).await.expect("reads"), []);
    bench.judge(&first[0], 4, vec![]).await;
    assert_eq!(guids(&bench.changed().await), [["2"]]);
    let bench = bench.reopened().await;
    assert_eq!(
        guids(&bench.changed().await),
        [["2"]],
        "it outlasts the process"
    );
    assert_eq!(bench.keep_all("o", 5).await, 1);
    assert_eq!(bench.changed().await, []);
}

async fn the_story_of_an_entry_is_whole_and_of_an_unknown_one_none(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench.bring_copies().await;
    let [story] = &*bench.stories().await else {
        panic!("one story");
    };
    for member in &story.members {
        let of = bench.store.story_of(member.id).await.expect("reads");
        assert_eq!(of.as_ref(), Some(story));
    }
    let unknown = bench.store.story_of(EntryId(1_000_000)).await;
    assert_eq!(unknown.expect("reads"), None);
}

async fn merged_by_hand_is_one_story(engine: &Engine) {
    let bench = two_apart(engine).await;
    bench.keep_all("o", 3).await;
    let (one, two) = (bench.entry_id("1").await, bench.entry_id("2").await);
    assert!(bench.store.merge(one, two, at(4)).await.expect("merges"));
    assert_eq!(guids(&bench.stories().await), [["1", "2"]]);
    assert_eq!(bench.changed().await.len(), 2, "both wait to be judged");
    let joined = bench.member("2").await;
    assert_eq!(
        (joined.layer, joined.matched),
        (Some(Layer::Manual), Some(one))
    );
    bench.keep_all("o", 5).await;
    assert_eq!(bench.window("o").await.len(), 1, "the other item leaves");
}

async fn what_cannot_be_merged_is_left_alone(engine: &Engine) {
    let bench = two_apart(engine).await;
    let (one, two) = (bench.entry_id("1").await, bench.entry_id("2").await);
    let unknown = EntryId(1_000_000);
    let before = bench.stories().await;
    for (left, right) in [
        (one, one),
        (one, unknown),
        (unknown, two),
        (unknown, unknown),
    ] {
        let merged = bench.store.merge(left, right, at(3)).await;
        assert!(!merged.expect("nothing to merge"));
    }
    assert_eq!(bench.stories().await, before);
    assert!(bench.store.merge(one, two, at(3)).await.expect("merges"));
    assert!(
        !bench
            .store
            .merge(two, one, at(4))
            .await
            .expect("is one already")
    );
}

async fn a_merge_outlasts_edits_and_processes(engine: &Engine) {
    let bench = two_apart(engine).await;
    let (one, two) = (bench.entry_id("1").await, bench.entry_id("2").await);
    bench.store.merge(one, two, at(3)).await.expect("merges");
    let bench = bench.reopened().await;
    let edited = entry("1", "Road stays open, with lamps", LONG);
    bench.apply("a", 4, vec![edited]).await;
    assert_eq!(guids(&bench.stories().await), [["1", "2"]]);
}

async fn one_of_two(engine: &Engine) -> Bench {
    let bench = Bench::on(engine, &["a", "b", "c"]).await;
    bench.bring_copies().await;
    assert_eq!(guids(&bench.stories().await), [["1", "9"]]);
    bench
}

async fn split_by_hand_is_a_story_of_its_own(engine: &Engine) {
    let bench = one_of_two(engine).await;
    bench.keep_all("o", 3).await;
    let nine = bench.entry_id("9").await;
    assert!(bench.store.split(nine, at(4)).await.expect("splits"));
    assert_eq!(guids(&bench.stories().await), [["1"], ["9"]]);
    assert_eq!(bench.changed().await.len(), 2, "both wait to be judged");
    assert_eq!(bench.member("9").await.relation, Relation::First);
    bench.keep_all("o", 5).await;
    assert_eq!(bench.window("o").await.len(), 2);
}

async fn what_cannot_be_split_is_left_alone(engine: &Engine) {
    let bench = two_apart(engine).await;
    let before = bench.stories().await;
    for entry in [bench.entry_id("1").await, EntryId(1_000_000)] {
        assert!(
            !bench
                .store
                .split(entry, at(3))
                .await
                .expect("nothing to split")
        );
    }
    assert_eq!(bench.stories().await, before);
}

async fn what_was_split_is_joined_by_nothing_but_a_hand(engine: &Engine) {
    let bench = one_of_two(engine).await;
    let (one, nine) = (bench.entry_id("1").await, bench.entry_id("9").await);
    bench.store.split(nine, at(3)).await.expect("splits");
    // An edit of either, and a third copy, leave the two apart.
    bench
        .apply("b", 4, vec![entry("9", "Road stays open now", LONG)])
        .await;
    bench
        .apply("c", 5, vec![entry("20", "Road stays open", LONG)])
        .await;
    let bench = bench.reopened().await;
    let of = async |entry| {
        let story = bench.store.story_of(entry).await.expect("reads");
        story.expect("stored").id
    };
    assert_ne!(of(one).await, of(nine).await);
    assert!(bench.store.merge(one, nine, at(6)).await.expect("merges"));
    assert_eq!(of(one).await, of(nine).await);
}

async fn evidence_tells_what_speaks_for_each_member(engine: &Engine) {
    let bench = one_of_two(engine).await;
    let (one, nine) = (bench.entry_id("1").await, bench.entry_id("9").await);
    let unlike = format!("{LONG} and nothing of it was decided for 2031, 2032 and 2033");
    bench
        .apply(
            "c",
            3,
            vec![entry("20", "Road stays open in 2031", &unlike)],
        )
        .await;
    for entry in [one, nine] {
        let evidence = bench.store.evidence(entry, WEEK, at(4)).await;
        let evidence = evidence.expect("reads").expect("stored");
        let of: Vec<EntryId> = evidence.members.iter().map(|(id, _)| *id).collect();
        assert!(of.contains(&nine) && !of.contains(&one), "{of:?}");
        assert!(evidence.members.iter().all(|(_, found)| !found.is_empty()));
        for miss in &evidence.near_misses {
            assert!(![one, nine].contains(&miss.entry.id));
        }
    }
    let nobody = EntryId(1_000_000);
    let unknown = bench.store.evidence(nobody, WEEK, at(4)).await;
    assert!(unknown.expect("reads").is_none());
    let pairs = vec![(one, nobody), (nine, one)];
    let weighed = bench.store.weigh(pairs).await.expect("reads");
    let told = bench.store.evidence(one, WEEK, at(4)).await.expect("reads");
    let (_, of_nine) = told.expect("stored").members.remove(0);
    assert_eq!(weighed, [Vec::new(), of_nine]);
}

async fn evidence_changes_nothing(engine: &Engine) {
    let bench = one_of_two(engine).await;
    bench.keep_all("o", 3).await;
    let before = bench.stories().await;
    let one = bench.entry_id("1").await;
    let first = bench.store.evidence(one, WEEK, at(4)).await.expect("reads");
    let second = bench.store.evidence(one, WEEK, at(4)).await.expect("reads");
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
    assert_eq!(bench.stories().await, before);
    assert_eq!(bench.changed().await, []);
}

async fn entries_are_found_by_what_a_person_would_say(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    let page = Entry {
        url: Some("https://feeds.example/road".parse().expect("a URL")),
        ..entry("urn:x:1", "Road stays open", LONG)
    };
    bench.apply("a", 1, vec![page]).await;
    bench
        .apply("b", 2, vec![entry("2", "The road", "Long and narrow")])
        .await;
    bench.keep_all("o", 3).await;
    let (one, two) = (bench.entry_id("urn:x:1").await, bench.entry_id("2").await);
    let exactly_one = one.0.to_string();
    let cases: [(&str, &[EntryId]); 10] = [
        (&exactly_one, &[one]),
        ("urn:x:1", &[one]),
        ("https://feeds.example/road", &[one]),
        ("id-urn:x:1", &[one]), // of an item
        ("the road", &[two]),   // a whole title goes before a part of others
        ("ROAD", &[two, one]),  // the newest first
        ("  stays open ", &[one]),
        ("bridge", &[]),
        ("", &[]),
        ("   ", &[]),
    ];
    for (words, expected) in cases {
        let found = bench.store.find_entries(words, 10).await.expect("reads");
        let found: Vec<EntryId> = found.iter().map(|member| member.id).collect();
        assert_eq!(found, expected, "{words:?}");
    }
}

async fn found_entries_are_the_newest_and_no_more_than_asked_for(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, super::bench::entries(100..120)).await;
    let all = bench
        .store
        .find_entries("title", 1000)
        .await
        .expect("reads");
    assert_eq!(all.len(), 20);
    assert!(all.is_sorted_by(|left, right| left.id > right.id));
    for limit in [0, 1, 5] {
        let some = bench.store.find_entries("title", limit).await;
        assert_eq!(some.expect("reads"), all[..limit]);
    }
}
