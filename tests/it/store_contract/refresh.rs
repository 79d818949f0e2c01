//! Refreshes: what is new, known, edited, renamed or held, and that each is written whole.

use std::sync::Arc;

use mainstem::model::{
    Applied, Entry, FeedFields, Location, Outcome, RefreshRecord, SourceState, Story,
};

use super::bench::{Bench, LONG, at, counts, entries, entry, record};
use super::engines::{Engine, for_every_engine};

for_every_engine! {
    what_an_entry_says_comes_back_as_it_was,
    seen_again_is_nothing_and_an_edit_is_in_place,
    what_moves_with_every_poll_is_no_edit,
    to_apply_a_record_again_changes_nothing,
    further_pages_come_in_with_the_first_document_only,
    an_entry_under_another_guid_is_renamed,
    one_guid_in_two_sources_is_two_entries,
    an_answer_of_an_address_that_was_changed_meanwhile_is_dropped,
    a_failed_refresh_leaves_the_entries_alone,
    backlog_and_flood_are_held,
    the_quota_is_of_a_source_and_a_day,
    places_follow_dates_and_first_sight,
    every_change_grows_the_revision_by_one,
    refreshes_that_share_a_commit_fail_alone,
}

async fn what_an_entry_says_comes_back_as_it_was(engine: &Engine) {
    use mainstem::model::{Category, Comments, Enclosure, Origin, Person};
    let bench = Bench::on(engine, &["a"]).await;
    let url = |text: &str| text.parse().expect("a URL");
    let full = Entry {
        url: Some(url("https://feeds.example/one?a=1#b")),
        external_url: Some(url("https://elsewhere.example/")),
        html: Some("<p>Ünïcode &amp; \u{1F600}</p>".to_owned()),
        summary: Some("A \"short\" text; it's one".to_owned()),
        image: Some(url("https://feeds.example/one.png")),
        published: Some(at(-90)),
        updated: Some(at(-80)),
        authors: vec![Person {
            name: "N. N.".to_owned(),
            ..Person::default()
        }],
        categories: vec![Category {
            term: "roads".to_owned(),
            ..Category::default()
        }],
        language: Some("de-AT".to_owned()),
        enclosures: vec![Enclosure::at(url("https://feeds.example/one.mp3"))],
        comments: Comments::default(),
        origin: None::<Origin>,
        ..entry("urn:x:1 ", "Title 'one'", LONG)
    };
    let bare = Entry {
        title: "No guid, no link".to_owned(),
        ..Entry::default()
    };
    bench.apply("a", 1, vec![full.clone(), bare.clone()]).await;
    let stories = bench.reopened().await.stories().await;
    let stored: Vec<Entry> = stories
        .into_iter()
        .map(|mut story| story.members.remove(0).entry)
        .collect();
    assert_eq!(stored.len(), 2);
    assert!(stored.contains(&full), "{stored:?}");
    assert!(stored.contains(&bare), "{stored:?}");
}

async fn seen_again_is_nothing_and_an_edit_is_in_place(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    assert_eq!(bench.keep_all("o", 1).await, 1);
    let again = bench.apply("a", 2, vec![entry("1", "One", LONG)]).await;
    assert_eq!(again, counts(0, 0, 0));
    assert_eq!(bench.keep_all("o", 2).await, 0, "nothing changed");
    let before = bench.member("1").await;
    let corrected = entry("1", "One, corrected", LONG);
    assert_eq!(bench.apply("a", 3, vec![corrected]).await, counts(0, 1, 0));
    let after = bench.member("1").await;
    assert_eq!(before.changed_at, None);
    assert_eq!(after.changed_at, Some(at(3)));
    assert_ne!(before.wording, after.wording);
    assert_eq!(
        (before.id, before.first_seen, before.ordered_at),
        (after.id, after.first_seen, after.ordered_at)
    );
    assert_eq!(bench.keep_all("o", 3).await, 1);
    assert_eq!(
        bench.shown("o").await,
        [("id-1".to_owned(), "One, corrected".to_owned())]
    );
    let updated = bench.window("o").await[0].updated;
    assert_eq!(updated, at(3), "a real edit moves it");
}

async fn what_moves_with_every_poll_is_no_edit(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let with = |picture: &str| Entry {
        image: Some(picture.parse().expect("a URL")),
        ..entry("1", "One", LONG)
    };
    bench
        .apply("a", 1, vec![with("https://a.example/1.png")])
        .await;
    let before = bench.member("1").await;
    let redrawn = bench
        .apply("a", 2, vec![with("https://a.example/2.png")])
        .await;
    assert_eq!(
        redrawn,
        Applied {
            redrawn: 1,
            ..Applied::default()
        }
    );
    let after = bench.member("1").await;
    assert_eq!(after.changed_at, None);
    assert_eq!(before.wording, after.wording);
    assert_eq!(
        after.entry,
        with("https://a.example/2.png"),
        "it is taken over"
    );
}

async fn to_apply_a_record_again_changes_nothing(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench
        .apply("b", 1, vec![entry("9", "Road stays open", LONG)])
        .await;
    let mut first = record("a", 2, vec![entry("1", "Road stays open", LONG)]);
    first
        .entries
        .extend(record("a", 2, entries(10..20)).entries);
    first.feed = Some(FeedFields::default());
    first.daily_items = Some(3);
    let applied = bench.apply_record(first.clone()).await;
    assert_eq!((applied.new, applied.duplicates), (11, 1));
    let before = (bench.stories().await, bench.report("a").await);
    assert_eq!(bench.apply_record(first.clone()).await, Applied::default());
    // Nor does it to another process, which has just started.
    let again = bench.another().apply(Arc::new(first)).await;
    assert_eq!(again.expect("applies"), Applied::default());
    let after = (bench.stories().await, bench.report("a").await);
    assert_eq!(before, after);
}

/// A feed's further pages are its backlog: they come in with its first document, and with no later one, whichever process is first.
async fn further_pages_come_in_with_the_first_document_only(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let paged = |minute, guids: &[&str]| {
        let entries = guids.iter().map(|guid| entry(guid, guid, "x")).collect();
        let mut paged = record("a", minute, entries);
        for incoming in paged.entries.iter_mut().skip(1) {
            incoming.is_further = true;
        }
        paged
    };
    for (minute, guids, new) in [(1, &["1", "2", "3"][..], 3), (2, &["4", "3", "5"], 1)] {
        let applied = bench.apply_record(paged(minute, guids)).await;
        assert_eq!(applied, counts(new, 0, 0));
    }
}

async fn an_entry_under_another_guid_is_renamed(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let page = |guid: &str| Entry {
        url: Some("https://feeds.example/road".parse().expect("a URL")),
        published: Some(at(-10)),
        ..entry(guid, "Road stays open", LONG)
    };
    let document = |minute, guid| {
        let mut record = record("a", minute, vec![page(guid)]);
        record.feed = Some(FeedFields::default());
        record
    };
    bench.apply_record(document(1, "old")).await;
    let before = bench.member("old").await.id;
    let applied = bench.apply_record(document(2, "new")).await;
    assert_eq!((applied.new, applied.renamed), (0, 1));
    assert_eq!(bench.member("new").await.id, before);
    assert_eq!(bench.report("a").await.renamed, 1);
    assert_eq!(bench.stories().await.len(), 1);
}

async fn one_guid_in_two_sources_is_two_entries(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench
        .apply("a", 1, vec![entry("1", "Alpha", "One text")])
        .await;
    let other = entry("1", "Omega", "Quite another one");
    assert_eq!(bench.apply("b", 2, vec![other]).await, counts(1, 0, 0));
    assert_eq!(bench.stories().await.len(), 2);
}

async fn an_answer_of_an_address_that_was_changed_meanwhile_is_dropped(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let mut late = record("a", 1, vec![entry("1", "One", LONG)]);
    late.location = Location::Url("https://elsewhere.example/rss".parse().expect("a URL"));
    assert_eq!(bench.apply_record(late).await, Applied::default());
    assert_eq!(bench.state("a").await, SourceState::default());
    assert_eq!(bench.stories().await, []);
}

async fn a_failed_refresh_leaves_the_entries_alone(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    let before = bench.stories().await;
    for (minute, outcome) in [
        (2, Outcome::Failed),
        (3, Outcome::Throttled),
        (4, Outcome::Gone),
        (5, Outcome::NotModified),
    ] {
        let mut record = record("a", minute, vec![]);
        record.last.outcome = outcome;
        assert_eq!(bench.apply_record(record).await, Applied::default());
        assert_eq!(bench.stories().await, before, "{outcome}");
        let report = bench.report("a").await;
        assert_eq!(report.last.expect("asked").outcome, outcome);
        assert_eq!(report.next_due, Some(at(minute + 60)));
    }
}

async fn backlog_and_flood_are_held(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let first = RefreshRecord {
        first_items: Some(2),
        ..record("a", 1, entries(0..5))
    };
    bench.apply_record(first).await;
    let held = |stories: Vec<Story>| stories.iter().filter(|story| story.members[0].held).count();
    assert_eq!(held(bench.changed().await), 3);
    let flood = RefreshRecord {
        daily_items: Some(4),
        ..record("a", 2, entries(5..15))
    };
    bench.apply_record(flood).await;
    assert!(held(bench.changed().await) >= 3 + 6);
}

async fn the_quota_is_of_a_source_and_a_day(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
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
        bench.apply_record(limited).await;
        let stories = bench.stories().await;
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

async fn places_follow_dates_and_first_sight(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    // GUID, the publisher's date; its place when it came with the first document, at minute 100.
    let cases = [
        ("past", Some(40), 40),
        ("undated", None, 100),
        ("future", Some(500), 100),
        ("undated-too", None, 100),
    ];
    let dated = cases.iter().map(|(guid, published, _)| Entry {
        published: published.map(at),
        ..entry(guid, guid, "")
    });
    bench.apply("a", 100, dated.collect()).await;
    for (guid, published, place) in cases {
        let member = bench.member(guid).await;
        // What has no place of its own stands in the order of the document, a millisecond apart.
        let early = at(place) - member.ordered_at;
        assert!(
            (0..10).contains(&early.num_milliseconds()),
            "{guid}: {early}"
        );
        assert_eq!(member.first_seen, at(100), "{guid}");
        assert_eq!(member.entry.published, published.map(at), "{guid}");
    }
    let (first, last) = (
        bench.member("undated").await,
        bench.member("undated-too").await,
    );
    assert!(first.ordered_at > last.ordered_at);
}

async fn every_change_grows_the_revision_by_one(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench.apply("a", 1, vec![entry("1", "One", LONG)]).await;
    let revision = async || bench.stories().await[0].revision;
    let mut last = revision().await;
    for minute in 2..5 {
        let title = format!("One, version {minute}");
        bench
            .apply("a", minute, vec![entry("1", &title, LONG)])
            .await;
        let now = revision().await;
        assert_eq!(now, last + 1);
        assert_eq!(bench.changed().await[0].revision, now, "it waits as it is");
        last = now;
    }
}

async fn refreshes_that_share_a_commit_fail_alone(engine: &Engine) {
    let bench = Bench::on(engine, &["a", "b"]).await;
    let apply = |source: &str, guid: &str| {
        let record = record(source, 1, vec![entry(guid, guid, "")]);
        bench.store.apply(Arc::new(record))
    };
    let (first, unknown, last) =
        tokio::join!(apply("a", "1"), apply("unknown", "2"), apply("b", "3"));
    assert_eq!(
        (first.expect("applies").new, last.expect("applies").new),
        (1, 1)
    );
    assert!(unknown.is_err());
    assert_eq!(bench.stories().await.len(), 2);
}
