//! What every engine behind `Store` must do, step by step. A second engine is added to `engines`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mainstem::dedupe::settle_document;
use mainstem::model::{
    Applied, Due, Entry, HostChange, HostHold, Joined, LastOutcome, Location, Member, Outcome,
    OutputId, RefreshRecord, Showing, Slot, Source, SourceId, SourceState, StoryId, Timestamp,
    Validators,
};
use mainstem::store::sqlite::{Opening, SqliteStore};
use mainstem::store::{
    Aged, ArchiveDocument, ItemVersion, KeptItem, Membership, Place, Store, VersionsRequest,
    WhichItems, WindowItem,
};
use tempfile::TempDir;

const LONG: &str = "The council of the three valleys decided on Monday to keep the old road open to carts and walkers for as long as the new \
    tunnel is being lined, and to pay for the lamps and the gritting out of the toll that lorries have been paying since the spring of last year";

pub(crate) struct Bench {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) directory: TempDir,
}

impl Bench {
    pub(crate) async fn new(ids: &[&str]) -> Self {
        let directory = TempDir::new().expect("a directory");
        let store =
            SqliteStore::open(&directory.path().join("x.db"), Opening::Thorough).expect("opens");
        let bench = Self {
            store: Arc::new(store),
            directory,
        };
        bench
            .register(&ids.iter().map(|id| source(id, None)).collect::<Vec<_>>())
            .await;
        let outputs = [(out("o"), [1; 16])];
        bench
            .store
            .register_outputs(&outputs, "https://host.example/")
            .await
            .expect("registers");
        bench
    }

    async fn register(&self, sources: &[Arc<Source>]) {
        self.store
            .register_sources(sources, at(0))
            .await
            .expect("registers");
    }

    pub(crate) async fn apply(&self, source: &str, minute: i64, entries: Vec<Entry>) -> Applied {
        let record = record(source, minute, entries);
        let applied = self.store.apply(Arc::new(record)).await.expect("applies");
        // By which layer is told by what explains a story.
        Applied {
            joined: Joined::default(),
            ..applied
        }
    }

    /// Takes every changed story and lets one output keep all of them whole.
    async fn keep_all(&self, output: &str, minute: i64) -> usize {
        let stories = self.store.changed_stories(100).await.expect("reads");
        let judged = stories
            .iter()
            .map(|story| {
                let shown = &story.members[0];
                let guid = shown.entry.guid.as_deref().unwrap_or_default();
                let item = whole_story(shown, format!("id-{guid}"));
                Membership {
                    story: story.id,
                    revision: story.revision,
                    kept: vec![(out(output), vec![item])],
                }
            })
            .collect();
        self.store
            .keep(judged, &rules([1; 16]), true, at(minute))
            .await
            .expect("keeps");
        stories.len()
    }

    /// Before it the output is stale.
    async fn end_replay(&self, output: &str) {
        let output = out(output);
        let ended = self.store.finish_replay(&output, [1; 16]).await;
        assert!(ended.expect("ends"));
    }

    /// In which state an output's newest items are.
    async fn versions(&self, output: &str) -> Vec<Arc<ItemVersion>> {
        let request = VersionsRequest {
            output: out(output),
            which: WhichItems::Newest {
                not_before: None,
                behind: None,
                limit: 100,
            },
            rules: [1; 16],
        };
        let answers = self.store.versions(vec![request]).await;
        answers.expect("reads").remove(0).items
    }

    /// What an output's newest items show.
    async fn items(&self, output: &str) -> Vec<WindowItem> {
        let versions = self.versions(output).await.into_iter();
        let wanted = versions.map(|version| (out(output), version)).collect();
        let items = self.store.items(wanted).await.expect("reads");
        let item = |found: Option<(ItemVersion, WindowItem)>| found.expect("it is there").1;
        items.into_iter().map(item).collect()
    }

    async fn shown(&self, output: &str) -> Vec<(String, String)> {
        let items = self.items(output).await.into_iter();
        items
            .map(|item| (item.item_id, item.shown.entry.title))
            .collect()
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

pub(crate) fn out(id: &str) -> OutputId {
    OutputId::new(id).expect("an id")
}

/// What the one output is judged by.
pub(crate) fn rules(hash: [u8; 16]) -> BTreeMap<OutputId, [u8; 16]> {
    [(out("o"), hash)].into()
}

pub(crate) fn source(id: &str, formerly: Option<&str>) -> Arc<Source> {
    Arc::new(Source {
        id: SourceId::new(id).expect("an id"),
        location: Location::Url("https://feeds.example/rss".parse().expect("a URL")),
        title: None,
        tags: Vec::new(),
        priority: 0,
        first_items: None,
        daily_items: None,
        identity: None,
        formerly: formerly.map(|id| SourceId::new(id).expect("an id")),
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

pub(crate) fn record(source: &str, minute: i64, entries: Vec<Entry>) -> RefreshRecord {
    let mut state = SourceState::default();
    state.history.last_attempt = Some(at(minute));
    state.validators = Some(Validators {
        url: "https://feeds.example/rss".parse().expect("a URL"),
        etag: Some(b"W/\"\xFF odd\"".to_vec()),
        last_modified: Some(b"whenever".to_vec()),
    });
    RefreshRecord {
        source: SourceId::new(source).expect("an id"),
        location: Location::Url("https://feeds.example/rss".parse().expect("a URL")),
        at: at(minute),
        last: LastOutcome {
            outcome: Outcome::Fresh,
            class: None,
            status: Some(200),
            message: None,
        },
        state,
        due: Due {
            at: Some(at(minute + 60)),
            because: "every 1h".to_owned(),
        },
        hosts: Vec::new(),
        feed: None,
        entries: settle_document(entries, at(minute)).entries,
        first_items: None,
        daily_items: None,
        window: Duration::from_secs(7 * 24 * 3600),
    }
}

fn counts(new: u32, changed: u32, duplicates: u32) -> Applied {
    Applied {
        new,
        changed,
        duplicates,
        ..Applied::default()
    }
}

#[tokio::test]
async fn a_refresh_is_stored_whole_and_comes_back_byte_for_byte() {
    let bench = Bench::new(&["a"]).await;
    assert_eq!(
        bench
            .apply(
                "a",
                1,
                vec![entry("1", "One", LONG), entry("2", "Two", "x")]
            )
            .await,
        counts(2, 0, 0)
    );
    let id = SourceId::new("a").expect("an id");
    let state = bench.store.source_state(&id).await.expect("reads");
    assert_eq!(state, record("a", 1, Vec::new()).state);
    let report = bench.store.source_reports().await.expect("reads").remove(0);
    assert_eq!(
        (report.entries, report.duplicates, report.next_due),
        (2, 0, Some(at(61)))
    );
}

/// A feed's further pages are its backlog: they come in with its first document, and with no later one, whichever process is first.
#[tokio::test]
async fn further_pages_come_in_with_the_first_document_only() {
    let bench = Bench::new(&["a"]).await;
    let paged = |minute, guids: &[&str]| {
        let entries = guids.iter().map(|guid| entry(guid, guid, "x")).collect();
        let mut paged = record("a", minute, entries);
        for incoming in paged.entries.iter_mut().skip(1) {
            incoming.is_further = true;
        }
        Arc::new(paged)
    };
    for (minute, guids, new) in [(1, &["1", "2", "3"][..], 3), (2, &["4", "3", "5"], 1)] {
        let applied = bench.store.apply(paged(minute, guids)).await;
        assert_eq!(applied.expect("applies"), counts(new, 0, 0));
    }
}

#[tokio::test]
async fn seen_again_is_nothing_and_an_edit_is_in_place() {
    let bench = Bench::new(&["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    assert_eq!(bench.keep_all("o", 1).await, 1);
    assert_eq!(
        bench.apply("a", 2, vec![entry("1", "One", LONG)]).await,
        counts(0, 0, 0)
    );
    assert_eq!(bench.keep_all("o", 2).await, 0, "nothing changed");
    assert_eq!(
        bench
            .apply("a", 3, vec![entry("1", "One, corrected", LONG)])
            .await,
        counts(0, 1, 0)
    );
    assert_eq!(bench.keep_all("o", 3).await, 1);
    assert_eq!(
        bench.shown("o").await,
        [("id-1".to_owned(), "One, corrected".to_owned())]
    );
    let updated = bench.items("o").await[0].updated;
    assert_eq!(updated, at(3), "a real edit moves it");
}

#[tokio::test]
async fn an_item_comes_back_in_the_state_that_it_is_in() {
    let bench = Bench::new(&["a"]).await;
    let store = &bench.store;
    let entries = vec![entry("1", "One", LONG), entry("2", "Two", "x")];
    bench.apply("a", 1, entries).await;
    bench.keep_all("o", 1).await;
    let asked: Vec<_> = (bench.versions("o").await.into_iter())
        .map(|version| (out("o"), version))
        .collect();
    let found = async || {
        let items = store.items(asked.clone()).await.expect("reads");
        let of_asked = asked.iter().zip(items);
        of_asked
            .map(|((_, asked), found)| {
                found.map(|(version, item)| (version == **asked, item.shown.entry.title))
            })
            .collect::<Vec<_>>()
    };
    let title = |title: &str, is_asked: bool| Some((is_asked, title.to_owned()));
    assert_eq!(found().await, [title("One", true), title("Two", true)]);
    let edited = vec![entry("1", "One, corrected", LONG), entry("2", "Two", "x")];
    bench.apply("a", 2, edited).await;
    bench.keep_all("o", 2).await;
    assert_eq!(
        found().await,
        [title("One, corrected", false), title("Two", true)]
    );
    let none = Membership {
        story: asked[1].1.story,
        revision: asked[1].1.revision,
        kept: vec![(out("o"), Vec::new())],
    };
    let left = store
        .keep(vec![none], &rules([1; 16]), true, at(3))
        .await
        .expect("keeps");
    assert_eq!(left[&out("o")].len(), 1);
    assert_eq!(found().await, [title("One, corrected", false), None]);
}

#[tokio::test]
async fn a_copy_joins_the_story_of_the_first() {
    let bench = Bench::new(&["a", "b"]).await;
    bench
        .apply("a", 1, vec![entry("1", "Road stays open", LONG)])
        .await;
    assert_eq!(
        bench
            .apply("b", 2, vec![entry("9", "ABCNS: Road stays open", LONG)])
            .await,
        counts(1, 0, 1)
    );
    let stories = bench.store.changed_stories(10).await.expect("reads");
    assert_eq!(stories.len(), 1);
    assert_eq!(stories[0].members.len(), 2);
    bench.keep_all("o", 3).await;
    let items = bench.items("o").await;
    assert_eq!((items.len(), items[0].copies.len()), (1, 1));
}

#[tokio::test]
async fn a_verdict_on_an_older_revision_is_void() {
    let bench = Bench::new(&["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    let story = bench
        .store
        .changed_stories(10)
        .await
        .expect("reads")
        .remove(0);
    bench
        .apply("a", 2, vec![entry("1", "One, corrected", LONG)])
        .await;
    let late = Membership {
        story: story.id,
        revision: story.revision,
        kept: vec![(out("o"), Vec::new())],
    };
    bench
        .store
        .keep(vec![late], &rules([1; 16]), true, at(3))
        .await
        .expect("keeps");
    assert_eq!(
        bench.store.changed_stories(10).await.expect("reads").len(),
        1,
        "it must be judged again"
    );
}

#[tokio::test]
async fn verdicts_by_other_rules_make_an_output_stale() {
    let bench = Bench::new(&["a"]).await;
    let store = &bench.store;
    let stale = async |hash: [u8; 16]| {
        let outputs = [(out("o"), hash)];
        let states = store
            .register_outputs(&outputs, "https://host.example/")
            .await;
        states.expect("registers")[0].stale
    };
    let finish = async |hash: [u8; 16]| {
        let finished = store.finish_replay(&out("o"), hash).await;
        finished.expect("ends")
    };
    let judge = async |hash: [u8; 16]| {
        let none = vec![Membership {
            story: store.stories_after(StoryId(0), 1).await.expect("reads")[0].id,
            revision: 1,
            kept: vec![(out("o"), Vec::new())],
        }];
        store
            .keep(none, &rules(hash), false, at(1))
            .await
            .expect("keeps");
    };
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    assert!(stale([1; 16]).await, "never replayed");
    judge([1; 16]).await;
    assert!(finish([1; 16]).await);
    assert!(!stale([1; 16]).await);
    judge([1; 16]).await;
    assert!(!stale([1; 16]).await, "its own rules change nothing");
    // A second process replays by rules of its own while the first goes on by the old ones.
    assert!(stale([2; 16]).await);
    judge([2; 16]).await;
    judge([1; 16]).await;
    assert!(!finish([2; 16]).await, "the replay was crossed");
    assert!(stale([2; 16]).await);
    judge([2; 16]).await;
    assert!(finish([2; 16]).await);
    judge([1; 16]).await;
    assert!(stale([2; 16]).await, "one verdict by other rules");
}

#[tokio::test]
async fn an_answer_of_an_address_that_was_changed_meanwhile_is_dropped() {
    let bench = Bench::new(&["a"]).await;
    let mut late = record("a", 1, vec![entry("1", "One", LONG)]);
    late.location = Location::Url("https://elsewhere.example/rss".parse().expect("a URL"));
    let applied = bench.store.apply(Arc::new(late)).await.expect("applies");
    assert_eq!(applied, Applied::default());
    let id = SourceId::new("a").expect("an id");
    let state = bench.store.source_state(&id).await.expect("reads");
    assert_eq!(state, SourceState::default());
}

#[tokio::test]
async fn an_item_that_comes_back_has_its_id() {
    let bench = Bench::new(&["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    bench.keep_all("o", 1).await;
    let before = bench.shown("o").await;
    let story = bench
        .store
        .stories_after(StoryId(0), 10)
        .await
        .expect("reads")
        .remove(0);
    let dropped = Membership {
        story: story.id,
        revision: story.revision,
        kept: vec![(out("o"), Vec::new())],
    };
    bench
        .store
        .keep(vec![dropped], &rules([1; 16]), false, at(2))
        .await
        .expect("keeps");
    assert_eq!(bench.shown("o").await, []);
    bench
        .apply("a", 3, vec![entry("1", "One again", LONG)])
        .await;
    bench.keep_all("o", 3).await;
    assert_eq!(bench.shown("o").await[0].0, before[0].0);
}

#[tokio::test]
async fn a_renamed_source_keeps_its_entries_and_a_removed_one_leaves_the_reports() {
    let bench = Bench::new(&["old"]).await;
    bench.apply("old", 1, vec![entry("1", "One", LONG)]).await;
    bench.register(&[source("new", Some("old"))]).await;
    assert_eq!(
        bench.apply("new", 2, vec![entry("1", "One", LONG)]).await,
        counts(0, 0, 0),
        "it is known"
    );
    bench.register(&[source("other", None)]).await;
    let reports = bench.store.source_reports().await.expect("reads");
    assert_eq!(
        reports
            .iter()
            .map(|report| report.id.as_str())
            .collect::<Vec<_>>(),
        ["other"]
    );
}

#[tokio::test]
async fn backlog_and_flood_are_held() {
    let bench = Bench::new(&["a"]).await;
    let many = |range: std::ops::Range<u32>| {
        range
            .map(|number| entry(&number.to_string(), &format!("Title {number}"), ""))
            .collect::<Vec<_>>()
    };
    let first = RefreshRecord {
        first_items: Some(2),
        ..record("a", 1, many(0..5))
    };
    bench.store.apply(Arc::new(first)).await.expect("applies");
    let held = |stories: Vec<mainstem::model::Story>| {
        stories.iter().filter(|story| story.members[0].held).count()
    };
    assert_eq!(
        held(bench.store.changed_stories(100).await.expect("reads")),
        3
    );
    let flood = RefreshRecord {
        daily_items: Some(4),
        ..record("a", 2, many(5..15))
    };
    bench.store.apply(Arc::new(flood)).await.expect("applies");
    assert!(held(bench.store.changed_stories(100).await.expect("reads")) >= 3 + 6);
}

#[tokio::test]
async fn the_quota_is_of_a_source_and_a_day() {
    let bench = Bench::new(&["a", "b"]).await;
    let apply = async |source: &str, minute: i64, count: i64| {
        let entries = (0..count).map(|nth| {
            entry(
                &format!("{source}-{minute}-{nth}"),
                &format!("Title {minute} {nth}"),
                "",
            )
        });
        let limited = RefreshRecord {
            first_items: Some(1),
            daily_items: Some(3),
            ..record(source, minute, entries.collect())
        };
        bench.store.apply(Arc::new(limited)).await.expect("applies");
        let stories = bench.store.changed_stories(1_000).await.expect("reads");
        let members = stories.iter().flat_map(|story| &story.members);
        let own = members.filter(|member| member.source.as_str() == source && !member.held);
        own.count()
    };
    // Source, minute, entries; how many of all of its entries may appear then.
    const DAY: i64 = 24 * 60;
    let cases = [
        ("a", 0, 2, 1),
        ("a", 1, 2, 3),
        ("a", 2, 2, 4),
        ("a", 3, 5, 4),
        ("b", 4, 1, 1),
        ("b", 5, 3, 4),
        ("a", DAY, 5, 7),
        ("a", DAY + 1, 1, 7),
        ("a", 3 * DAY, 1, 8),
    ];
    for (source, minute, count, expected) in cases {
        assert_eq!(
            apply(source, minute, count).await,
            expected,
            "{source} {minute}"
        );
    }
}

/// Strips what is so old and no output holds; returns how many.
async fn strip(bench: &Bench, which: Aged, windows: &[(OutputId, Timestamp)]) -> usize {
    let (mut passed, mut stripped) = (None, 0);
    loop {
        let found = bench
            .store
            .aged(which, passed, windows)
            .await
            .expect("reads");
        let mut left = found.entries.as_slice();
        while !left.is_empty() {
            let step = bench.store.strip(left.to_vec(), windows, at(500)).await;
            let step = step.expect("strips");
            stripped += step.stripped;
            left = &left[step.looked_at..];
        }
        passed = found.next;
        if passed.is_none() {
            return stripped;
        }
    }
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

#[tokio::test]
async fn what_expires_keeps_its_identity() {
    let bench = Bench::new(&["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    bench.apply("a", 500, vec![entry("2", "Two", "y")]).await;
    let old = Aged::Past(minutes(200));
    assert_eq!(strip(&bench, Aged::Past(minutes(500)), &[]).await, 0);
    assert_eq!(strip(&bench, old, &[]).await, 1);
    assert_eq!(strip(&bench, old, &[]).await, 0);
    assert_eq!(
        bench
            .apply("a", 501, vec![entry("1", "One", LONG)])
            .await
            .new,
        0,
        "it is known still"
    );
}

/// A walk is cut into steps that look at so many entries only; none is met twice and none left out.
#[tokio::test]
async fn a_walk_in_steps_meets_every_entry_once() {
    let bench = Bench::new(&["a", "b", "c"]).await;
    for (source, count) in [("a", 1_500), ("b", 0), ("c", 700)] {
        let entries = (0..count).map(|nth| entry(&nth.to_string(), &format!("{source}{nth}"), ""));
        bench.apply(source, 1, entries.collect()).await;
        bench.apply(source, 500, Vec::new()).await;
    }
    let (mut passed, mut found, mut steps) = (None, Vec::new(), 0);
    loop {
        let step = bench
            .store
            .aged(Aged::All, passed, &[])
            .await
            .expect("reads");
        found.extend(step.entries);
        steps += 1;
        passed = step.next;
        if passed.is_none() {
            break;
        }
    }
    assert!(steps > 2, "{steps}");
    let all = found.len();
    found.sort();
    found.dedup();
    assert_eq!((all, found.len()), (2_200, 2_200));
}

fn document(number: u32) -> ArchiveDocument {
    ArchiveDocument {
        number,
        made_at: at(5),
        size: 3,
        base: "https://x.example/".to_owned(),
        brotli: vec![1, 2, 3],
    }
}

/// Four items of one output, `id-0` to `id-3`, that is not stale.
async fn four_items() -> Bench {
    let bench = Bench::new(&["a"]).await;
    let entries = (0..4).map(|nth| entry(&nth.to_string(), &format!("T{nth}"), &format!("x{nth}")));
    bench.apply("a", 1, entries.collect()).await;
    bench.keep_all("o", 2).await;
    bench.end_replay("o").await;
    bench
}

#[tokio::test]
async fn what_lies_behind_a_place_is_to_be_archived() {
    let bench = four_items().await;
    let (store, output) = (&bench.store, out("o"));
    let archived = async |behind: Option<Place>, rules| {
        let archived = store.archived(&output, rules).await.expect("reads");
        (archived.newest, archived.is_due(behind.as_ref()))
    };
    let window = bench.items("o").await;
    let place = |nth: usize| {
        Some(Place {
            ordered_at: window[nth].ordered_at,
            item_id: window[nth].item_id.clone(),
        })
    };
    assert_eq!(archived(None, [1; 16]).await, (0, true));
    assert_eq!(archived(None, [2; 16]).await, (0, false), "by other rules");
    assert_eq!(archived(place(2), [1; 16]).await, (0, true));
    assert_eq!(archived(place(3), [1; 16]).await, (0, false), "the last");
    for (at_least, limit, wanted) in [(2, 9, &[3, 2][..]), (1, 1, &[3]), (3, 9, &[])] {
        let behind = store.unarchived(&output, place(1), at_least, limit).await;
        let behind = behind.expect("reads").into_iter().map(|item| item.item_id);
        let wanted: Vec<_> = wanted
            .iter()
            .map(|nth| window[*nth].item_id.clone())
            .collect();
        assert_eq!(behind.collect::<Vec<_>>(), wanted, "{at_least} {limit}");
    }
}

#[tokio::test]
async fn an_item_stands_in_one_archive_document_and_a_number_in_one_place() {
    let bench = four_items().await;
    let (store, output) = (&bench.store, out("o"));
    let ids = |items: &[usize]| items.iter().map(|nth| format!("id-{nth}")).collect();
    let cases: [(u32, &[usize], u8, bool); 7] = [
        (2, &[0, 1], 1, false), // not the next
        (1, &[0, 1], 2, false), // by other rules
        (1, &[0, 7], 1, false), // no such item
        (1, &[0, 1], 1, true),
        (1, &[2, 3], 1, false), // there is one
        (2, &[1, 2], 1, false), // stands in another
        (2, &[2, 3], 1, true),
    ];
    for (number, items, rules, wanted) in cases {
        let kept = store
            .archive(&output, document(number), ids(items), [rules; 16])
            .await;
        assert_eq!(kept.expect("keeps"), wanted, "{number} {items:?} {rules}");
    }
    let archived = store.archived(&output, [1; 16]).await.expect("reads");
    assert_eq!((archived.newest, archived.is_due(None)), (2, false));
    let kept = async |output: &str, number| {
        let read = store.archive_document(&out(output), number).await;
        read.expect("reads")
    };
    assert_eq!(kept("o", 2).await, Some(document(2)));
    assert_eq!(kept("o", 3).await, None);
    assert_eq!(kept("p", 1).await, None);
}

#[tokio::test]
async fn what_waits_for_an_archive_document_does_not_expire() {
    let bench = Bench::new(&["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    bench.keep_all("o", 2).await;
    bench.end_replay("o").await;
    bench.apply("a", 500, vec![entry("2", "Two", "y")]).await;
    let (store, output) = (&bench.store, out("o"));
    let windows = [(out("o"), at(400))];
    let expire = async || strip(&bench, Aged::Past(minutes(200)), &windows).await;
    assert_eq!(expire().await, 0);
    let kept = store.archive(&output, document(1), vec!["id-1".to_owned()], [1; 16]);
    assert!(kept.await.expect("keeps"));
    assert_eq!(expire().await, 1);
    // The document is what is left of it.
    assert!(
        store
            .archive_document(&output, 1)
            .await
            .expect("reads")
            .is_some()
    );
}

#[tokio::test]
async fn another_process_is_noticed_and_a_closed_store_says_so() {
    let bench = Bench::new(&["a"]).await;
    let other =
        SqliteStore::open(&bench.directory.path().join("x.db"), Opening::Quick).expect("opens");
    let _ = bench.store.changed_elsewhere().await.expect("asks");
    assert!(!bench.store.changed_elsewhere().await.expect("asks"));
    other
        .apply(Arc::new(record("a", 1, vec![entry("1", "One", LONG)])))
        .await
        .expect("applies");
    assert!(bench.store.changed_elsewhere().await.expect("asks"));
    bench.store.probe().await.expect("answers");
    bench.store.close().await.expect("closes");
    let late = Arc::new(record("a", 2, Vec::new()));
    assert!(bench.store.apply(late).await.is_err());
}

/// Two writers at once make one story of one release.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_refreshes_at_once_make_one_story() {
    let ids: Vec<String> = (0..8).map(|number| format!("s{number}")).collect();
    let bench = Bench::new(&ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let tasks: Vec<_> = ids
        .iter()
        .map(|id| {
            let (store, record) = (
                bench.store.clone(),
                Arc::new(record(id, 1, vec![entry(id, "Road stays open", LONG)])),
            );
            tokio::spawn(async move { store.apply(record).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("ends").expect("applies");
    }
    let stories = bench
        .store
        .stories_after(StoryId(0), 100)
        .await
        .expect("reads");
    assert_eq!(
        stories
            .iter()
            .map(|story| story.members.len())
            .collect::<Vec<_>>(),
        [8]
    );
}

#[tokio::test]
async fn a_store_that_is_locked_says_so_until_it_can_be_written() {
    let bench = Bench::new(&["a"]).await;
    let condition = bench.store.condition();
    let _ = bench.store.changed_elsewhere().await.expect("looks");
    let other = rusqlite::Connection::open(bench.directory.path().join("x.db")).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let late = Arc::new(record("a", 1, vec![entry("1", "One", LONG)]));
    let refused = bench.store.apply(late.clone()).await;
    let refused = refused.expect_err("it is locked out");
    assert!(refused.is_trouble(), "{refused}");
    assert!(!condition.borrow().is_well());
    other.execute_batch("ROLLBACK").expect("unlocked");
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

/// Holds of hosts come with the refresh that was refused, are replaced by later ones, and go with a good answer after their time.
#[tokio::test]
async fn hosts_that_want_to_be_left_alone_are_kept_until_they_answer_well() {
    let bench = Bench::new(&["a"]).await;
    let hold = |host: &str, minute: i64, until: i64, refusals: u32| HostHold {
        host: host.to_owned(),
        // Not a whole second: counted from the answer, and no date that the host has named.
        until: at(until) + chrono::TimeDelta::milliseconds(1),
        refusals,
        status: 429,
        noted_at: at(minute),
    };
    let note = async |minute: i64, change: HostChange| {
        let refused = RefreshRecord {
            hosts: vec![change],
            ..record("a", minute, Vec::new())
        };
        bench.store.apply(refused.into()).await.expect("applies");
        bench.store.host_holds().await.expect("reads")
    };
    let released = || HostChange::Released {
        host: "a.example".to_owned(),
    };
    let first = hold("a.example", 1, 60, 1);
    let kept = note(1, HostChange::Held(first.clone())).await;
    assert_eq!(kept, std::slice::from_ref(&first));
    // Released too early: another process was told to wait meanwhile.
    assert_eq!(note(2, released()).await, [first]);
    let second = hold("a.example", 61, 70, 2);
    assert_eq!(note(61, HostChange::Held(second.clone())).await, [second]);
    // The longer of two stays; another host is another row.
    let shorter = hold("a.example", 62, 65, 3);
    let kept = HostHold {
        until: at(70) + chrono::TimeDelta::milliseconds(1),
        ..shorter.clone()
    };
    assert_eq!(note(62, HostChange::Held(shorter)).await, [kept]);
    let other = hold("b.example", 63, 100_000, 1);
    assert_eq!(note(63, HostChange::Held(other.clone())).await.len(), 2);
    assert_eq!(note(71, released()).await, [other]);
    // A clock that was ahead: the hold lasts as long as it was meant to, from now on.
    bench
        .store
        .register_sources(&[], at(3))
        .await
        .expect("registers");
    let corrected = hold("b.example", 3, 100_000 - 60, 1);
    assert_eq!(bench.store.host_holds().await.expect("reads"), [corrected]);
    // And what such a clock has noted is no longer than what is said now.
    let said = hold("b.example", 2, 12, 2);
    assert_eq!(note(2, HostChange::Held(said.clone())).await, [said]);
}
