//! A store of some engine with one output, and what is written into it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mainstem::dedupe::settle_document;
use mainstem::model::{
    Applied, Due, Entry, EntryId, Extent, Joined, LastOutcome, Location, Member, Outcome, OutputId,
    RefreshRecord, Showing, Slot, Source, SourceId, SourceReport, SourceState, Story, StoryId,
    Timestamp, Validators,
};
use mainstem::store::{
    self, Bodies, ItemVersion, KeptItem, Membership, Opening, OutputState, Settings, Store,
    StoreError, VersionsRequest, WhichItems, WindowItem,
};
use tempfile::TempDir;

use super::engines::{Engine, SQLITE};

pub(crate) const LONG: &str = "The council of the three valleys decided on Monday to keep the old road open to carts and walkers for as long as the new \
    tunnel is being lined, and to pay for the lamps and the gritting out of the toll that lorries have been paying since the spring of last year";
/// What links begin with, as far as the tests are concerned.
pub(crate) const BASE: &str = "https://host.example/";

pub(crate) struct Bench {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) settings: Settings,
    pub(crate) directory: TempDir,
}

/// All stories of a store.
pub(crate) async fn all_stories(store: &dyn Store) -> Vec<Story> {
    let last = StoryId(i64::MAX);
    let all = store.stories_between(StoryId(0), last, Bodies::All).await;
    all.expect("reads")
}

impl Bench {
    /// A new store in an SQLite file, with these sources and the output `o`.
    pub(crate) async fn new(ids: &[&str]) -> Self {
        Self::on(&SQLITE, ids).await
    }

    /// A new store of an engine, with these sources and the output `o`, which is stale.
    pub(crate) async fn on(engine: &Engine, ids: &[&str]) -> Self {
        let bench = Self::empty(engine);
        let sources: Vec<_> = ids.iter().map(|id| source(id, None)).collect();
        bench.register(&sources).await;
        bench.register_outputs(&[("o", 1)]).await;
        bench
    }

    /// A new store of an engine, without anything in it.
    pub(crate) fn empty(engine: &Engine) -> Self {
        let directory = TempDir::new().expect("a directory");
        let settings = (engine.place)(&directory);
        Self {
            store: store::open(&settings, Opening::Thorough).expect("opens"),
            settings,
            directory,
        }
    }

    /// Another process's handle on the same store.
    pub(crate) fn another(&self) -> Arc<dyn Store> {
        store::open(&self.settings, Opening::Quick).expect("opens")
    }

    /// The store, closed and opened again.
    pub(crate) async fn reopened(self) -> Self {
        self.store.close().await.expect("closes");
        Self {
            store: self.another(),
            ..self
        }
    }

    pub(crate) async fn register(&self, sources: &[Arc<Source>]) {
        let registered = self.store.register_sources(sources, at(0)).await;
        registered.expect("registers");
    }

    /// Registers outputs by the rules of these hashes.
    pub(crate) async fn register_outputs(&self, outputs: &[(&str, u8)]) -> Vec<OutputState> {
        let outputs: Vec<_> = outputs
            .iter()
            .map(|(id, rules)| (out(id), [*rules; 16]))
            .collect();
        let registered = self.store.register_outputs(&outputs, BASE).await;
        registered.expect("registers")
    }

    pub(crate) async fn apply(&self, source: &str, minute: i64, entries: Vec<Entry>) -> Applied {
        self.apply_record(record(source, minute, entries)).await
    }

    /// Brings one release from two sources: entry `1` of `a`, and its copy `9` of `b`.
    pub(crate) async fn bring_copies(&self) {
        for (source, minute, guid) in [("a", 1, "1"), ("b", 2, "9")] {
            let entries = vec![entry(guid, "Road stays open", LONG)];
            self.apply(source, minute, entries).await;
        }
    }

    pub(crate) async fn apply_record(&self, record: RefreshRecord) -> Applied {
        let applied = self.store.apply(Arc::new(record)).await.expect("applies");
        // By which layer is told by what explains a story.
        Applied {
            joined: Joined::default(),
            ..applied
        }
    }

    pub(crate) async fn state(&self, source: &str) -> SourceState {
        self.store
            .source_state(&id(source))
            .await
            .expect("registered")
    }

    pub(crate) async fn report(&self, source: &str) -> SourceReport {
        let reports = self.store.source_reports().await.expect("reads");
        let mut reports = reports.into_iter();
        reports
            .find(|report| report.id == id(source))
            .expect("registered")
    }

    /// The changed stories, at most a hundred.
    pub(crate) async fn changed(&self) -> Vec<Story> {
        self.store.changed_stories(100).await.expect("reads")
    }

    /// All stories.
    pub(crate) async fn stories(&self) -> Vec<Story> {
        all_stories(self.store.as_ref()).await
    }

    /// The entry with this GUID.
    pub(crate) async fn member(&self, guid: &str) -> Member {
        let stories = self.stories().await;
        let mut members = stories.into_iter().flat_map(|story| story.members);
        members
            .find(|member| member.entry.guid.as_deref() == Some(guid))
            .expect("stored")
    }

    /// The story of the entry with this GUID.
    pub(crate) async fn story(&self, guid: &str) -> Story {
        let entry = self.entry_id(guid).await;
        let story = self.store.story_of(entry).await;
        story.expect("reads").expect("stored")
    }

    pub(crate) async fn entry_id(&self, guid: &str) -> EntryId {
        self.member(guid).await.id
    }

    /// Has outputs judge one story by the rules of the output `o`: these items are kept.
    pub(crate) async fn judge(&self, story: &Story, minute: i64, kept: Vec<KeptItem>) {
        let judged = vec![Membership {
            taken_back: BTreeMap::new(),
            story: story.id,
            revision: story.revision,
            kept: vec![(out("o"), kept)],
        }];
        let kept = self
            .store
            .keep(judged, &rules([1; 16]), true, at(minute))
            .await;
        kept.expect("keeps");
    }

    /// Takes every changed story and lets one output keep all of them whole. Returns how many there were.
    pub(crate) async fn keep_all(&self, output: &str, minute: i64) -> usize {
        let stories = self.changed().await;
        let judged = stories
            .iter()
            .map(|story| {
                let shown = story.members.first();
                let item = shown.map(|shown| {
                    let guid = shown.entry.guid.as_deref().unwrap_or_default();
                    whole_story(shown, format!("id-{guid}"))
                });
                Membership {
                    taken_back: BTreeMap::new(),
                    story: story.id,
                    revision: story.revision,
                    kept: vec![(out(output), item.into_iter().collect())],
                }
            })
            .collect();
        let rules = [(out(output), [1; 16])].into();
        let kept = self.store.keep(judged, &rules, true, at(minute));
        kept.await.expect("keeps");
        stories.len()
    }

    /// Before it the output is stale.
    pub(crate) async fn end_replay(&self, output: &str) {
        let output = out(output);
        let ended = self.store.finish_replay(&output, [1; 16]).await;
        assert!(ended.expect("ends"));
    }

    /// In which state these items of an output are.
    pub(crate) async fn versions(&self, output: &str, which: WhichItems) -> Vec<Arc<ItemVersion>> {
        let request = VersionsRequest {
            output: out(output),
            which,
            rules: [1; 16],
        };
        let answers = self.store.versions(vec![request]).await;
        answers.expect("reads").remove(0).items
    }

    /// An output's newest items, at most a hundred.
    pub(crate) async fn window(&self, output: &str) -> Vec<WindowItem> {
        let versions = self.versions(output, newest(100)).await.into_iter();
        let wanted = versions.map(|version| (out(output), version)).collect();
        let items = self
            .store
            .items(wanted, false)
            .await
            .expect("reads")
            .into_iter();
        items.map(|item| item.expect("it is there").1).collect()
    }

    /// Ids and titles of the items of an output's window.
    pub(crate) async fn shown(&self, output: &str) -> Vec<(String, String)> {
        let items = self.window(output).await.into_iter();
        items
            .map(|item| (item.item_id, item.shown.entry.title))
            .collect()
    }
}

/// What a step comes to on a store that was closed just now. A process that another test is starting has copies of our open files
/// until it runs a program of its own, and with them the lock of a store that we have closed.
pub(crate) fn when_free<T>(step: impl Fn() -> Result<T, StoreError>) -> T {
    for _ in 0..500 {
        match step() {
            Err(StoreError::InUse { .. }) => std::thread::sleep(Duration::from_millis(10)),
            done => return done.expect("it is free"),
        }
    }
    panic!("it is in use still");
}

/// So many of the newest items.
pub(crate) fn newest(limit: u32) -> WhichItems {
    WhichItems::Newest {
        not_before: None,
        behind: None,
        limit,
    }
}

/// The item that stands for the whole story of a member.
pub(crate) fn whole_story(shown: &Member, item_id: String) -> KeptItem {
    KeptItem {
        slot: Slot::Story,
        showing: Showing {
            entry: shown.id,
            wording: shown.wording,
            edition_at: shown.edition_at,
            updated: shown.ordered_at,
        },
        item_id,
        fallback_id: format!("other-{}", shown.id),
        ordered_at: shown.ordered_at,
    }
}

pub(crate) fn at(minute: i64) -> Timestamp {
    "2026-03-02T10:00:00Z"
        .parse::<Timestamp>()
        .expect("a moment")
        + chrono::TimeDelta::minutes(minute)
}

pub(crate) fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

pub(crate) fn out(id: &str) -> OutputId {
    OutputId::new(id).expect("an id")
}

pub(crate) fn id(source: &str) -> SourceId {
    SourceId::new(source).expect("an id")
}

/// What the output `o` is judged by.
pub(crate) fn rules(hash: [u8; 16]) -> BTreeMap<OutputId, [u8; 16]> {
    [(out("o"), hash)].into()
}

pub(crate) fn source(source: &str, formerly: Option<&str>) -> Arc<Source> {
    Arc::new(Source {
        id: id(source),
        location: Location::Url("https://feeds.example/rss".parse().expect("a URL")),
        title: None,
        tags: Vec::new(),
        priority: 0,
        first_items: None,
        daily_items: None,
        identity: None,
        formerly: formerly.map(id),
    })
}

/// The same source, read from another place.
pub(crate) fn moved(source: &Source, url: &str) -> Arc<Source> {
    Arc::new(Source {
        location: Location::Url(url.parse().expect("a URL")),
        ..source.clone()
    })
}

pub(crate) fn entry(guid: &str, title: &str, text: &str) -> Entry {
    Entry {
        guid: Some(guid.to_owned()),
        title: title.to_owned(),
        text: text.to_owned(),
        ..Entry::default()
    }
}

/// Entries of these numbers that have nothing in common.
pub(crate) fn entries(numbers: std::ops::Range<u32>) -> Vec<Entry> {
    numbers
        .map(|number| entry(&number.to_string(), &format!("Title {number}"), ""))
        .collect()
}

pub(crate) fn record(source: &str, minute: i64, entries: Vec<Entry>) -> RefreshRecord {
    let mut state = SourceState::default();
    state.history.last_attempt = Some(at(minute));
    state.validators = Some(Validators {
        url: "https://feeds.example/rss".parse().expect("a URL"),
        etag: Some(b"W/\"\xFF odd\"".to_vec()),
        last_modified: Some(b"whenever".to_vec()),
    });
    RefreshRecord {
        source: id(source),
        location: Location::Url("https://feeds.example/rss".parse().expect("a URL")),
        at: at(minute),
        last: LastOutcome::new(Outcome::Fresh, Some(200)),
        state,
        due: Due {
            at: Some(at(minute + 60)),
            because: "every 1h".to_owned(),
        },
        hosts: Vec::new(),
        extent: Some(Extent::Whole),
        feed: None,
        entries: settle_document(entries, at(minute)).entries,
        first_items: None,
        daily_items: None,
        deleted: Vec::new(),
        window: Duration::from_secs(7 * 24 * 3600),
    }
}

pub(crate) fn counts(new: u32, changed: u32, duplicates: u32) -> Applied {
    Applied {
        new,
        changed,
        duplicates,
        ..Applied::default()
    }
}
