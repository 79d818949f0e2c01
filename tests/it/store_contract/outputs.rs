//! Outputs: what they keep, under which ids, and when they are stale.

use std::collections::{BTreeMap, BTreeSet};

use mainstem::model::{Slot, Story, StoryId};
use mainstem::store::{KeptItem, Membership, RuleSpan, StoreError};

use super::bench::{BASE, Bench, LONG, at, entries, entry, newest, out, rules, whole_story};
use super::engines::{Engine, for_every_engine};

for_every_engine! {
    a_new_output_is_stale_and_not_rendered,
    states_come_in_the_order_given,
    the_base_of_ids_is_that_of_the_first_registration,
    keeping_tells_which_documents_differ_and_by_what,
    judging_again_changes_nothing,
    verdicts_that_change_something_are_told_from_the_rest,
    a_verdict_on_an_older_revision_is_void,
    a_verdict_that_settles_nothing_leaves_the_outbox,
    an_output_that_nobody_knows_keeps_nothing,
    an_item_that_comes_back_has_its_id,
    an_id_that_is_taken_is_not_given_twice,
    an_update_moves_with_edits_and_never_back,
    slots_of_one_story_are_items_of_their_own,
    verdicts_by_other_rules_make_an_output_stale,
    only_its_own_rules_end_a_replay,
    an_output_that_is_not_configured_is_replayed_when_it_returns,
    a_stamp_moves_with_the_documents_alone,
    a_stamp_of_an_unknown_output_fails_alone,
    spans_of_rules_are_extended_and_never_shortened,
    a_reopened_store_knows_its_outputs,
}

async fn states(bench: &Bench, rules: u8) -> (bool, bool, bool) {
    let [state] = &*bench.register_outputs(&[("o", rules)]).await else {
        panic!("one output");
    };
    (state.stale, state.replaying, state.rendered)
}

async fn a_new_output_is_stale_and_not_rendered(engine: &Engine) {
    let bench = Bench::empty(engine);
    assert_eq!(states(&bench, 1).await, (true, false, false));
    // It is being replayed by these rules from then on.
    assert_eq!(states(&bench, 1).await, (true, true, false));
    assert_eq!(bench.shown("o").await, []);
}

async fn states_come_in_the_order_given(engine: &Engine) {
    let bench = Bench::empty(engine);
    assert_eq!(bench.register_outputs(&[]).await, []);
    for ids in [["c", "a", "b"], ["b", "c", "a"]] {
        let given: Vec<_> = ids.iter().map(|id| (*id, 1)).collect();
        let states = bench.register_outputs(&given).await;
        let came: Vec<&str> = states.iter().map(|state| state.id.as_str()).collect();
        assert_eq!(came, ids);
        assert!(states.iter().all(|state| state.id_base == BASE));
    }
}

async fn the_base_of_ids_is_that_of_the_first_registration(engine: &Engine) {
    let bench = Bench::empty(engine);
    assert_eq!(bench.store.id_base().await.expect("reads"), None);
    let register = async |id: &str, base: &str| {
        let registered = bench
            .store
            .register_outputs(&[(out(id), [1; 16])], base)
            .await;
        registered.expect("registers")[0].id_base.clone()
    };
    let (first, second) = ("https://first.example/", "https://second.example/");
    assert_eq!(register("o", first).await, first);
    assert_eq!(register("o", second).await, first);
    assert_eq!(register("p", second).await, second);
    // `o` is not configured any more, and still the first.
    let base = bench.store.id_base().await.expect("reads");
    assert_eq!(base.as_deref(), Some(first));
}

fn verdict(story: &Story, kept: Vec<KeptItem>) -> Membership {
    Membership {
        taken_back: BTreeMap::new(),
        story: story.id,
        revision: story.revision,
        kept: vec![(out("o"), kept)],
    }
}

fn item(story: &Story, id: &str) -> KeptItem {
    whole_story(&story.members[0], id.to_owned())
}

/// Has `o` judge stories, and returns which of them may have changed its documents.
async fn keep(bench: &Bench, judged: Vec<Membership>, minute: i64) -> BTreeSet<StoryId> {
    let kept = bench
        .store
        .keep(judged, &rules([1; 16]), true, at(minute))
        .await;
    let mut differ = kept.expect("keeps");
    let of = differ.remove(&out("o")).unwrap_or_default();
    assert!(differ.is_empty());
    of
}

async fn keeping_tells_which_documents_differ_and_by_what(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.register_outputs(&[("o", 1), ("p", 1)]).await;
    bench.apply("a", 1, entries(0..3)).await;
    let stories = bench.stories().await;
    let [first, second, third] = &*stories else {
        panic!("three stories");
    };
    let kept = vec![(out("o"), vec![item(first, "1")]), (out("p"), vec![])];
    let judged = vec![
        Membership {
            kept,
            ..verdict(first, vec![])
        },
        verdict(second, vec![]),
        verdict(third, vec![item(third, "3")]),
    ];
    assert_eq!(keep(&bench, judged, 2).await, [first.id, third.id].into());
    // What is taken out differs too, and what was never in does not.
    let judged = stories.iter().map(|story| verdict(story, vec![])).collect();
    assert_eq!(keep(&bench, judged, 3).await, [first.id, third.id].into());
    assert_eq!(bench.shown("o").await, []);
    assert_eq!(keep(&bench, vec![], 4).await, [].into());
}

async fn judging_again_changes_nothing(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, entries(0..3)).await;
    let stories = bench.stories().await;
    let judge = async |minute| {
        let judged = stories.iter().map(|story| {
            let item = item(story, &format!("id-{}", story.id.0));
            verdict(story, vec![item])
        });
        keep(&bench, judged.collect(), minute).await
    };
    judge(2).await;
    let before = format!("{:?}", bench.window("o").await);
    judge(50).await;
    assert_eq!(format!("{:?}", bench.window("o").await), before);
}

async fn verdicts_that_change_something_are_told_from_the_rest(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.register_outputs(&[("o", 1)]).await;
    bench.apply("a", 1, entries(0..4)).await;
    let stories = bench.stories().await;
    let [kept, left, dropped, edited] = &*stories else {
        panic!("four stories");
    };
    let with_item = |story: &Story| verdict(story, vec![item(story, &story.id.0.to_string())]);
    let changing = async |judged| {
        let changing = bench.store.changing(judged).await.expect("reads");
        let stories = changing.iter().map(|membership| membership.story);
        stories.collect::<Vec<StoryId>>()
    };
    let all: Vec<_> = stories.iter().map(with_item).collect();
    let none = || stories.iter().map(|story| verdict(story, vec![])).collect();
    let ids: Vec<StoryId> = stories.iter().map(|story| story.id).collect();
    assert_eq!(changing(all.clone()).await, ids, "they enter");
    assert_eq!(changing(none()).await, [], "what is out stays out");
    let judged = [kept, left, edited].map(with_item).into();
    keep(&bench, judged, 2).await;
    keep(&bench, vec![verdict(left, vec![])], 3).await;
    assert_eq!(changing(all.clone()).await, [left.id, dropped.id]);
    assert_eq!(changing(none()).await, [kept.id, edited.id], "they leave");
    let mut reworded = with_item(edited);
    reworded.kept[0].1[0].showing.wording = [7; 16];
    let mut of_nobody = with_item(left);
    of_nobody.kept[0].0 = out("unknown");
    assert_eq!(changing(vec![reworded, of_nobody]).await, [edited.id]);
}

async fn a_verdict_on_an_older_revision_is_void(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    let story = bench.changed().await.remove(0);
    bench
        .apply("a", 2, vec![entry("1", "One, corrected", LONG)])
        .await;
    let late = verdict(&story, vec![item(&story, "late")]);
    assert_eq!(keep(&bench, vec![late], 3).await, [].into());
    assert_eq!(bench.shown("o").await, []);
    assert_eq!(bench.changed().await.len(), 1, "it must be judged again");
}

async fn a_verdict_that_settles_nothing_leaves_the_outbox(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    let story = bench.changed().await.remove(0);
    let judged = vec![verdict(&story, vec![item(&story, "1")])];
    let kept = bench
        .store
        .keep(judged, &rules([1; 16]), false, at(2))
        .await;
    assert_eq!(kept.expect("keeps").len(), 1);
    assert_eq!(bench.shown("o").await.len(), 1);
    assert_eq!(bench.changed().await, [story]);
}

async fn an_output_that_nobody_knows_keeps_nothing(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    assert_eq!(bench.keep_all("unknown", 2).await, 1);
    assert_eq!(bench.shown("unknown").await, []);
    let ended = bench.store.finish_replay(&out("unknown"), [1; 16]).await;
    assert!(!ended.expect("there is none"));
}

async fn an_item_that_comes_back_has_its_id(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    bench.keep_all("o", 1).await;
    let before = bench.window("o").await.remove(0);
    let story = bench.stories().await.remove(0);
    bench.judge(&story, 2, vec![]).await;
    assert_eq!(bench.shown("o").await, []);
    bench
        .apply("a", 3, vec![entry("1", "One again", LONG)])
        .await;
    let story = bench.changed().await.remove(0);
    bench
        .judge(&story, 3, vec![item(&story, "another-id")])
        .await;
    let after = bench.window("o").await.remove(0);
    assert_eq!(after.item_id, before.item_id);
    assert_eq!(after.ordered_at, before.ordered_at, "and its place");
}

async fn an_id_that_is_taken_is_not_given_twice(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, entries(0..2)).await;
    for guid in ["0", "1"] {
        let story = bench.story(guid).await;
        bench.judge(&story, 2, vec![item(&story, "same")]).await;
    }
    let second = bench.member("1").await.id;
    let shown = bench.shown("o").await;
    let mut ids: Vec<&str> = shown.iter().map(|(id, _)| id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, [format!("other-{second}").as_str(), "same"]);
}

async fn an_update_moves_with_edits_and_never_back(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    bench.keep_all("o", 2).await;
    let updated = async || bench.window("o").await[0].updated;
    assert_eq!(updated().await, at(1));
    // By what the publisher says, where it is newer, else by the time of the verdict.
    bench
        .apply("a", 10, vec![entry("1", "One, again", LONG)])
        .await;
    bench.keep_all("o", 11).await;
    let first = updated().await;
    assert_eq!(first, at(11));
    bench
        .apply("a", 20, vec![entry("1", "One, and again", LONG)])
        .await;
    bench.keep_all("o", 5).await;
    assert!(updated().await >= first, "a clock that was set back");
}

async fn slots_of_one_story_are_items_of_their_own(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench.bring_copies().await;
    let story = bench.changed().await.remove(0);
    let items = |slots: &[usize]| {
        let items = slots.iter().map(|nth| {
            let member = &story.members[*nth];
            let item = whole_story(member, format!("slot-{nth}"));
            KeptItem {
                slot: Slot::Entry(member.id),
                ..item
            }
        });
        items.collect::<Vec<_>>()
    };
    bench.judge(&story, 3, items(&[0, 1])).await;
    let mut ids: Vec<_> = bench
        .shown("o")
        .await
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    ids.sort();
    assert_eq!(ids, ["slot-0", "slot-1"]);
    bench.judge(&story, 4, items(&[1])).await;
    assert_eq!(bench.shown("o").await[0].0, "slot-1");
    assert_eq!(bench.shown("o").await.len(), 1);
}

async fn verdicts_by_other_rules_make_an_output_stale(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let store = &bench.store;
    let stale = async |hash: u8| bench.register_outputs(&[("o", hash)]).await[0].stale;
    let finish = async |hash: u8| {
        let finished = store.finish_replay(&out("o"), [hash; 16]).await;
        finished.expect("ends")
    };
    let judge = async |hash: u8| {
        let story = bench.stories().await.remove(0);
        let none = vec![verdict(&story, vec![])];
        let kept = store.keep(none, &rules([hash; 16]), false, at(1)).await;
        kept.expect("keeps");
    };
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    assert!(stale(1).await, "never replayed");
    judge(1).await;
    assert!(finish(1).await);
    assert!(!stale(1).await);
    judge(1).await;
    assert!(!stale(1).await, "its own rules change nothing");
    // A second process replays by rules of its own while the first goes on by the old ones.
    assert!(stale(2).await);
    judge(2).await;
    judge(1).await;
    assert!(!finish(2).await, "the replay was crossed");
    assert!(stale(2).await);
    judge(2).await;
    assert!(finish(2).await);
    judge(1).await;
    assert!(stale(2).await, "one verdict by other rules");
}

async fn only_its_own_rules_end_a_replay(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let finish = async |rules: u8| {
        let ended = bench.store.finish_replay(&out("o"), [rules; 16]).await;
        ended.expect("ends")
    };
    assert!(!finish(2).await);
    assert!(finish(1).await);
    assert!(finish(1).await, "it has ended already");
    assert_eq!(states(&bench, 1).await, (false, false, false));
}

async fn an_output_that_is_not_configured_is_replayed_when_it_returns(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    bench.keep_all("o", 2).await;
    bench.end_replay("o").await;
    let stamped = bench.store.stamp(vec![(out("o"), [7; 16])], at(3)).await;
    stamped.expect("stamps");
    assert_eq!(states(&bench, 1).await, (false, false, true));
    let shown = bench.shown("o").await;
    bench.register_outputs(&[("p", 1)]).await;
    assert_eq!(states(&bench, 1).await, (true, false, false));
    let story = bench.stories().await.remove(0);
    bench
        .judge(&story, 4, vec![item(&story, "another-id")])
        .await;
    assert_eq!(bench.shown("o").await, shown, "under the ids that it had");
}

async fn a_stamp_moves_with_the_documents_alone(engine: &Engine) {
    let bench = Bench::on(engine, &[]).await;
    bench.register_outputs(&[("o", 1), ("p", 1)]).await;
    let stamp = async |hashes: &[(&str, u8)], minute| {
        let documents = hashes.iter().map(|(id, hash)| (out(id), [*hash; 16]));
        let stamped = bench.store.stamp(documents.collect(), at(minute)).await;
        let stamps = stamped.expect("stamps").into_iter();
        stamps.map(|stamp| stamp.changed_at).collect::<Vec<_>>()
    };
    assert_eq!(stamp(&[("p", 1), ("o", 2)], 1).await, [at(1), at(1)]);
    assert_eq!(stamp(&[("o", 3), ("p", 1)], 2).await, [at(2), at(1)]);
    assert_eq!(stamp(&[("o", 3), ("p", 1)], 3).await, [at(2), at(1)]);
    assert_eq!(stamp(&[("o", 2)], 4).await, [at(4)], "back to what it was");
    assert!(stamp(&[], 5).await.is_empty());
    let bench = bench.reopened().await;
    let states = bench.register_outputs(&[("o", 1), ("p", 1)]).await;
    assert!(states.iter().all(|state| state.rendered));
    let again = bench.store.stamp(vec![(out("p"), [1; 16])], at(9)).await;
    assert_eq!(again.expect("stamps")[0].changed_at, at(1));
}

async fn a_stamp_of_an_unknown_output_fails_alone(engine: &Engine) {
    let bench = Bench::on(engine, &[]).await;
    let both = vec![(out("o"), [1; 16]), (out("unknown"), [1; 16])];
    let error = bench
        .store
        .stamp(both, at(1))
        .await
        .expect_err("it is refused");
    assert!(matches!(error, StoreError::Step { .. }), "{error:?}");
    assert!(!states(&bench, 1).await.2, "nothing of the step is written");
}

async fn spans_of_rules_are_extended_and_never_shortened(engine: &Engine) {
    let bench = Bench::empty(engine);
    let span = |rule: &str, part: &str, first, last| RuleSpan {
        rule: rule.to_owned(),
        part: part.to_owned(),
        first: at(first),
        last: at(last),
    };
    let note = async |spans: Vec<RuleSpan>| {
        bench.store.note_rule_spans(spans).await.expect("notes");
        let mut spans = bench.store.rule_spans().await.expect("reads");
        spans.sort_by(|left, right| (&left.rule, &left.part).cmp(&(&right.rule, &right.part)));
        spans
    };
    assert_eq!(note(vec![]).await, []);
    let one = |first, last| span("output o", "include road", first, last);
    assert_eq!(note(vec![one(10, 20)]).await, [one(10, 20)]);
    assert_eq!(note(vec![one(12, 18)]).await, [one(10, 20)]);
    assert_eq!(note(vec![one(5, 12)]).await, [one(5, 20)]);
    let others = [
        span("output o", "", 1, 1),
        span("source a", "include road", 3, 4),
    ];
    let [whole, of_source] = others.clone();
    let all = [whole, one(5, 30), of_source];
    let noted = [others.to_vec(), vec![one(20, 30)]].concat();
    assert_eq!(note(noted).await, all);
}

async fn a_reopened_store_knows_its_outputs(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, entries(0..4)).await;
    bench.keep_all("o", 2).await;
    bench.end_replay("o").await;
    let before = (bench.window("o").await, states(&bench, 1).await);
    let bench = bench.reopened().await;
    let after = (bench.window("o").await, states(&bench, 1).await);
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
    assert_eq!(bench.versions("o", newest(2)).await.len(), 2);
}
