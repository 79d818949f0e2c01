//! Documents that are rendered by what has changed since are those that are rendered from the whole store, whatever has changed.
//!
//! - entries come, are edited, leave an output and come back, age, and share it with other sources; feeds call themselves otherwise
//! - each window is cut by another bound: by number, age, share of a source, bytes

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use mainstem::clock::ManualClock;
use mainstem::model::{FeedFields, OutputId};
use mainstem::publish::DocumentFormat;
use mainstem::republish::{Plan, Republisher};
use mainstem::select::RuleText;

use crate::store_contract::{Bench, at, entry, record};
use crate::support::daemon::Desk;
use crate::support::random::Random;

const STEPS: i64 = 80;

/// Word that keeps an entry out of the outputs.
const DROPPED: &str = "dropped";

const OUTPUTS: &[(&str, &str)] = &[
    ("few", "max_entries = 6"),
    ("young", "max_entries = 6\nmax_age = \"3m\""),
    ("shared", "max_entries = 6\nmax_per_source = 2"),
    ("small", "max_entries = 20\nmax_bytes = \"6KiB\""),
    ("announced", "max_entries = 6\nupdates = \"announce\""),
    ("each", "max_entries = 9\nduplicates = \"off\""),
];

fn plan() -> Arc<Plan> {
    let outputs = OUTPUTS.iter().map(|(id, keys)| {
        format!("[[output]]\nid = \"{id}\"\nexclude = [\"{DROPPED}\"]\n{keys}\n")
    });
    let sources = ["a", "b"].map(|id| format!("[[source]]\nid = \"{id}\"\npath = \"{id}.xml\"\n"));
    let desk = Desk::new("");
    desk.configure(&[sources.concat(), outputs.collect()].concat());
    let environment = mainstem::config::Environment::default();
    let loaded = mainstem::config::load(&desk.path("c.toml"), &environment).expect("it loads");
    loaded.config.plan
}

/// The bytes of all documents.
type Printed = BTreeMap<OutputId, Vec<String>>;

/// Two sources, outputs over both, and who has published them so far.
struct Game {
    bench: Bench,
    random: Random,
    clock: Arc<ManualClock>,
    plan: Arc<Plan>,
    republisher: Republisher,
}

impl Game {
    async fn new(seed: u64) -> Self {
        let (bench, plan) = (Bench::new(&["a", "b"]).await, plan());
        let clock = Arc::new(ManualClock::at(at(0)));
        let mut republisher = Republisher::new(bench.store.clone(), clock.clone(), plan.clone());
        republisher.replay().await.expect("replays");
        Self {
            bench,
            random: Random::new(seed),
            clock,
            plan,
            republisher,
        }
    }

    /// An entry that is new, or known and edited; of any age; the feed may have another title.
    async fn arrive(&mut self, minute: i64) {
        let random = &mut self.random;
        let guid = random.below(60);
        let mut words: Vec<String> = (0..8).map(|_| random.below(1000).to_string()).collect();
        if random.one_in(4) {
            words.push(DROPPED.to_owned());
        }
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
        let applied = self.bench.store.apply(record.into()).await;
        applied.expect("applies");
    }

    /// Entries arrive minute by minute, and nobody judges them.
    async fn play(&mut self, minutes: std::ops::Range<i64>) {
        for minute in minutes {
            self.arrive(minute).await;
            self.clock.advance(Duration::from_secs(60));
        }
    }

    /// Somebody who has published nothing so far.
    fn newcomer(&self, plan: Arc<Plan>) -> Republisher {
        Republisher::new(self.bench.store.clone(), self.clock.clone(), plan)
    }

    /// The documents, by who has published them all along and by somebody who comes new.
    async fn both(&mut self) -> (Printed, Printed) {
        let mut new = self.newcomer(self.plan.clone());
        new.replay().await.expect("replays");
        let all: BTreeSet<OutputId> = self.plan.output_ids().cloned().collect();
        let by_changes = printed(&mut self.republisher, &all).await;
        (by_changes, printed(&mut new, &all).await)
    }
}

async fn printed(by: &mut Republisher, outputs: &BTreeSet<OutputId>) -> Printed {
    let rendered = by.render(outputs).await.expect("renders").into_iter();
    let bytes = rendered.map(|(output, rendered)| {
        let document = |format| String::from_utf8(rendered.documents.get(format).bytes().to_vec());
        let documents = DocumentFormat::ALL.map(|format| document(format).expect("UTF-8"));
        (output, documents.to_vec())
    });
    bytes.collect()
}

#[tokio::test]
async fn documents_by_their_changes_are_the_whole_documents() {
    for seed in 0..2 {
        let mut game = Game::new(seed).await;
        let (mut last, mut changes) = (Printed::new(), 0);
        for minute in 0..STEPS {
            game.arrive(minute).await;
            game.clock.advance(Duration::from_secs(60));
            game.republisher.catch_up().await.expect("judges");
            // Changes of several steps may come together.
            if game.random.one_in(3) {
                continue;
            }
            let (by_changes, whole) = game.both().await;
            for (output, documents) in &by_changes {
                assert_eq!(documents, &whole[output], "{seed}, step {minute}, {output}");
            }
            changes += usize::from(by_changes != last);
            last = by_changes;
        }
        assert!(changes > 10, "hardly anything ever changed");
    }
}

#[tokio::test]
async fn a_start_shows_what_was_kept_and_nothing_that_no_rule_has_seen() {
    for seed in 0..3 {
        let mut game = Game::new(seed).await;
        let all: BTreeSet<OutputId> = game.plan.output_ids().cloned().collect();
        game.play(0..40).await;
        game.republisher.catch_up().await.expect("judges");
        let (last, _) = game.both().await;
        // By another rule, which has judged nothing: what was kept by the old one is shown as it was.
        let few = OutputId::new("few").expect("an id");
        let rule = RuleText {
            exclude: vec!["1".to_owned()],
            ..RuleText::default()
        };
        let other = Arc::new(game.plan.with_rule(&few, rule).expect("a rule"));
        let mut changed = game.newcomer(other);
        let state = changed.open().await.expect("registers");
        assert!(state.is_rendered && state.is_stale);
        let shown = changed.showable(&state).await.expect("reads");
        assert_eq!(shown, all, "nothing waits");
        assert_eq!(printed(&mut changed, &shown).await, last, "{seed}");
        game.republisher.replay().await.expect("replays");
        // What has come since was judged by nobody.
        game.play(40..60).await;
        let mut next = game.newcomer(game.plan.clone());
        let state = next.open().await.expect("registers");
        assert!(state.is_rendered && !state.is_stale);
        let shown = next.showable(&state).await.expect("judges");
        for (output, documents) in printed(&mut next, &shown).await {
            let has_dropped = documents.iter().any(|text| text.contains(DROPPED));
            assert!(!has_dropped, "{seed}, {output}");
        }
        next.catch_up().await.expect("judges");
        let by_next = printed(&mut next, &all).await;
        assert_eq!(by_next, game.both().await.1, "{seed}");
    }
}
