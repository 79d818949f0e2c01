//! A window that is read by what has changed in it is the window read whole, whatever has changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use mainstem::model::{FeedFields, OutputId, Story, StoryId};
use mainstem::store::{ItemVersion, Membership, PriorWindow, Window, WindowBounds, WindowRequest};

use crate::store_contract::{Bench, at, entry, out, record, rules, whole_story};
use crate::support::random::Random;

const STEPS: i64 = 400;

/// Two sources, one output that keeps what a coin says, and what was read of its window last.
struct Game {
    bench: Bench,
    random: Random,
    bounds: WindowBounds,
    prior: Option<PriorWindow>,
}

impl Game {
    /// An entry that is new, or known and edited; of any age; the feed may have another title.
    async fn arrive(&mut self, minute: i64) {
        let random = &mut self.random;
        let guid = random.below(60);
        let words: Vec<String> = (0..4).map(|_| random.below(1000).to_string()).collect();
        let mut entry = entry(&guid.to_string(), &words.concat(), &words.join(" "));
        let age = TimeDelta::minutes(i64::try_from(random.below(600)).expect("small"));
        entry.published = Some(at(minute) - age);
        let source = random.of(&["a", "b"]);
        let mut record = record(source, minute, vec![entry]);
        if random.one_in(10) {
            record.feed = Some(FeedFields {
                title: Some(format!("Title {minute}")),
                ..FeedFields::default()
            });
        }
        self.bench
            .store
            .apply(record.into())
            .await
            .expect("applies");
    }

    fn judge(&mut self, story: &Story) -> Membership {
        let shown = story.members.first().filter(|_| !self.random.one_in(4));
        let item = shown.map(|shown| whole_story(shown, format!("id-{}", shown.id)));
        Membership {
            story: story.id,
            revision: story.revision,
            kept: vec![(out("o"), item.into_iter().collect())],
        }
    }

    async fn judge_all(&mut self, minute: i64) -> BTreeSet<StoryId> {
        let stories = self.bench.store.changed_stories(100).await.expect("reads");
        let judged = stories.iter().map(|story| self.judge(story)).collect();
        let kept = (self.bench.store)
            .keep(judged, &rules([1; 16]), true, at(minute))
            .await;
        kept.expect("keeps").remove(&out("o")).unwrap_or_default()
    }

    async fn window(&self, prior: Option<PriorWindow>) -> Window {
        let request = WindowRequest {
            output: OutputId::new("o").expect("an id"),
            bounds: self.bounds,
            rules: [1; 16],
            prior,
            is_known: Arc::new(|_| true),
        };
        let windows = self.bench.store.windows(vec![request]).await;
        windows.expect("reads").remove(0)
    }
}

fn versions(window: &Window) -> Vec<Arc<ItemVersion>> {
    let rows = window.rows.iter();
    rows.map(|row| row.version.clone()).collect()
}

async fn play(seed: u64, ages: bool, per_source: Option<u32>) {
    let mut game = Game {
        bench: Bench::new(&["a", "b"]).await,
        random: Random::new(seed),
        bounds: WindowBounds {
            limit: 6,
            not_before: None,
            per_source,
        },
        prior: None,
    };
    let mut shrunk = 0;
    for minute in 0..STEPS {
        game.arrive(minute).await;
        let changed = game.judge_all(minute).await;
        if ages {
            game.bounds.not_before = Some(at(minute - 3));
        }
        let prior = game
            .prior
            .take()
            .map(|prior| PriorWindow { changed, ..prior });
        let before = prior.as_ref().map_or(0, |prior| prior.rows.len());
        let whole = game.window(None).await;
        let by_change = game.window(prior).await;
        assert_eq!(
            versions(&by_change),
            versions(&whole),
            "{seed}, step {minute}"
        );
        shrunk += usize::from(whole.rows.len() < before);
        game.prior = Some(PriorWindow {
            rows: Arc::new(versions(&whole)),
            feeds: whole.feeds,
            changed: BTreeSet::new(),
        });
    }
    assert!(!ages || shrunk > 0, "nothing ever left by age");
}

#[tokio::test]
async fn a_window_by_its_changes_is_the_whole_window() {
    for seed in 0..3 {
        play(seed, false, None).await;
        play(seed, true, None).await;
    }
    play(9, true, Some(2)).await;
}
