//! Withdrawals: what is withdrawn, what is told of it, and what archives have to lose.

use mainstem::model::{DeletedEntry, RetractionSign, Tombstone};
use mainstem::store::{Aged, ArchiveDocument, ArchivedItem};

use super::bench::{Bench, at, entry, out, record};
use super::engines::{Engine, for_every_engine};
use super::retention::strip;

for_every_engine! {
    a_withdrawn_story_is_judged_again_and_told,
    to_withdraw_again_changes_nothing,
    items_are_announced_later_than_they_were_changed,
    tombstones_are_told_the_latest_first_and_bounded,
    an_archive_document_loses_an_item_once,
    a_document_that_has_changed_meanwhile_is_not_overwritten,
    an_item_that_lost_its_document_is_to_be_archived_again,
    a_withdrawn_entry_does_not_expire_and_does_not_change,
    a_publisher_takes_back_and_stands_by,
    an_entry_is_named_exactly,
    what_operators_withdrew_is_told_without_copies,
    a_split_lifts_the_withdrawal_of_an_entry_alone,
    what_repeats_a_withdrawn_entry_teaches_nothing,
}

const TEXT: &str =
    "a withdrawn release of some words about nothing in particular but its own words";

async fn bench(engine: &Engine) -> Bench {
    let bench = Bench::on(engine, &["a", "b"]).await;
    bench.apply("a", 1, vec![entry("1", "One", TEXT)]).await;
    bench.keep_all("o", 2).await;
    bench.end_replay("o").await;
    bench
}

async fn withdraw(bench: &Bench, guid: &str, minute: i64) -> mainstem::store::Withdrawn {
    let entry = bench.entry_id(guid).await;
    let reason = Some("why".to_owned());
    let withdrawn = bench.store.withdraw(entry, reason, at(minute)).await;
    withdrawn.expect("answers").expect("it is stored")
}

async fn tombstones(bench: &Bench, since: i64, limit: usize) -> Vec<Tombstone> {
    let outputs = vec![out("o"), out("unknown")];
    let told = bench.store.tombstones(outputs, at(since), limit).await;
    let [own, unknown] = &told.expect("reads")[..] else {
        panic!("one list for each output");
    };
    assert_eq!(*unknown, []);
    own.clone()
}

async fn a_withdrawn_story_is_judged_again_and_told(engine: &Engine) {
    let bench = bench(engine).await;
    let entry = bench.entry_id("1").await;
    assert!(bench.changed().await.is_empty());
    let withdrawn = withdraw(&bench, "1", 5).await;
    assert_eq!((withdrawn.entries, withdrawn.items[&out("o")]), (1, 1));
    assert_eq!(withdrawn.withdrawal.at, at(5));
    let [story] = &bench.changed().await[..] else {
        panic!("it waits");
    };
    assert_eq!(story.members[0].withdrawn_at, Some(at(5)));
    let told = bench.store.taken_back(vec![entry]).await.expect("reads");
    let said = told[&entry].withdrawal.as_ref().expect("withdrawn");
    assert_eq!((said.reason.as_deref(), said.copy_of), (Some("why"), None));
    let unknown = mainstem::model::EntryId(999);
    let none = bench.store.withdraw(unknown, None, at(6)).await;
    assert_eq!(none.expect("answers"), None);
}

async fn to_withdraw_again_changes_nothing(engine: &Engine) {
    let bench = bench(engine).await;
    let first = withdraw(&bench, "1", 5).await;
    bench.keep_all("o", 6).await;
    let again = withdraw(&bench, "1", 7).await;
    assert_eq!((again.entries, again.withdrawal), (0, first.withdrawal));
    assert!(bench.changed().await.is_empty());
    assert_eq!(tombstones(&bench, 0, 9).await[0].at, at(5));
}

async fn items_are_announced_later_than_they_were_changed(engine: &Engine) {
    let bench = bench(engine).await;
    let item = bench.window("o").await.remove(0);
    withdraw(&bench, "1", 0).await;
    let told = tombstones(&bench, -9, 9).await;
    assert_eq!(told[0].item_id, item.item_id);
    assert!(told[0].at > item.updated && told[0].at >= at(0));
    // However late that is, it is announced for as long as any other.
    assert!(told[0].at > at(1), "{:?}", told[0]);
    assert_eq!(told[0].announced_at, at(0));
    assert_eq!(tombstones(&bench, 1, 9).await, []);
}

async fn tombstones_are_told_the_latest_first_and_bounded(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let texts = ["alpha beta", "gamma delta", "epsilon zeta"];
    let entries = texts.iter().map(|text| entry(text, text, text));
    bench.apply("a", 1, entries.collect()).await;
    bench.keep_all("o", 2).await;
    for (minute, text) in (5..).zip(texts) {
        withdraw(&bench, text, minute).await;
    }
    let moments = |told: Vec<Tombstone>| told.into_iter().map(|told| told.at).collect::<Vec<_>>();
    assert_eq!(
        moments(tombstones(&bench, 0, 9).await),
        [at(7), at(6), at(5)]
    );
    assert_eq!(moments(tombstones(&bench, 6, 9).await), [at(7), at(6)]);
    assert_eq!(moments(tombstones(&bench, 0, 1).await), [at(7)]);
}

fn document(made: i64, bytes: &[u8]) -> ArchiveDocument {
    ArchiveDocument {
        number: 1,
        made_at: at(made),
        size: 3,
        base: "https://x.example/".to_owned(),
        brotli: bytes.to_owned(),
    }
}

/// The only item stands in an archive document, and is withdrawn.
async fn archived(engine: &Engine) -> Bench {
    let bench = bench(engine).await;
    let items = vec![ArchivedItem {
        item_id: "id-1".to_owned(),
        entry: bench.entry_id("1").await,
    }];
    let document = document(3, b"whole");
    let kept = bench
        .store
        .archive(&out("o"), document, items, [1; 16])
        .await;
    assert!(kept.expect("answers"));
    assert_eq!(bench.store.next_redaction().await.expect("reads"), None);
    withdraw(&bench, "1", 5).await;
    bench
}

async fn an_archive_document_loses_an_item_once(engine: &Engine) {
    let bench = archived(engine).await;
    let next = bench.store.next_redaction().await.expect("reads");
    let next = next.expect("there is one");
    assert_eq!(
        (&next.output, &next.items[..]),
        (&out("o"), &["id-1".to_owned()][..])
    );
    assert_eq!(next.tombstones[0].item_id, "id-1");
    assert_eq!(next.document, document(3, b"whole"));
    let redacted = bench.store.redact(next, document(6, b"less")).await;
    assert!(redacted.expect("answers"));
    assert_eq!(bench.store.next_redaction().await.expect("reads"), None);
    let made_at = bench.store.archive_made_at(&out("o"), 1).await;
    assert_eq!(made_at.expect("reads"), Some(at(6)));
    let stands = bench.store.archive_document(&out("o"), 1).await;
    assert_eq!(stands.expect("reads"), Some(document(6, b"less")));
    // Judged again, it is not to be lost twice.
    bench.keep_all("o", 7).await;
    assert_eq!(bench.store.next_redaction().await.expect("reads"), None);
}

async fn a_document_that_has_changed_meanwhile_is_not_overwritten(engine: &Engine) {
    let bench = archived(engine).await;
    let next = bench.store.next_redaction().await.expect("reads");
    let next = next.expect("there is one");
    let first = bench
        .store
        .redact(next.clone(), document(6, b"first"))
        .await;
    assert!(first.expect("answers"));
    let second = bench.store.redact(next, document(7, b"second")).await;
    assert!(!second.expect("answers"));
    let stands = bench.store.archive_document(&out("o"), 1).await;
    assert_eq!(stands.expect("reads"), Some(document(6, b"first")));
}

async fn an_item_that_lost_its_document_is_to_be_archived_again(engine: &Engine) {
    let bench = archived(engine).await;
    let next = bench.store.next_redaction().await.expect("reads");
    let redacted = bench
        .store
        .redact(next.expect("there is one"), document(6, b"less"));
    assert!(redacted.await.expect("answers"));
    // It is still in the output, as one would be that shows another entry by now.
    let left = bench.store.unarchived(&out("o"), None, 1, 9).await;
    assert_eq!(left.expect("reads").len(), 1);
}

async fn a_withdrawn_entry_does_not_expire_and_does_not_change(engine: &Engine) {
    let bench = bench(engine).await;
    withdraw(&bench, "1", 5).await;
    bench.keep_all("other", 6).await;
    assert_eq!(strip(&bench, Aged::All, &[]).await, 0);
    bench
        .apply("a", 8, vec![entry("1", "Corrected", "other words")])
        .await;
    let member = bench.member("1").await;
    assert_eq!(
        (member.entry.title.as_str(), member.changed_at),
        ("One", None)
    );
    // And what repeats it is withdrawn with it, from whatever source and whenever.
    bench
        .apply("b", 60 * 24 * 90, vec![entry("2", "One", TEXT)])
        .await;
    assert!(bench.member("2").await.withdrawn_at.is_some());
    let told = bench.entry_id("2").await;
    let told = bench.store.taken_back(vec![told]).await.expect("reads");
    let said = told.into_values().next().and_then(|said| said.withdrawal);
    assert_eq!(
        said.and_then(|said| said.copy_of),
        Some(bench.entry_id("1").await)
    );
}

async fn a_publisher_takes_back_and_stands_by(engine: &Engine) {
    let bench = bench(engine).await;
    let id = bench.entry_id("1").await;
    let mut deletes = record("a", 5, Vec::new());
    deletes.feed = Some(mainstem::model::FeedFields::default());
    deletes.deleted = vec![DeletedEntry {
        id: "1".to_owned(),
        at: None,
        comment: Some("libel".to_owned()),
    }];
    let applied = bench.apply_record(deletes.clone()).await;
    assert_eq!(applied.retracted.len(), 1);
    assert_eq!(bench.member("1").await.retracted_at, Some(at(5)));
    let told = bench.store.taken_back(vec![id]).await.expect("reads");
    let said = told[&id].retraction.as_ref().expect("retracted");
    assert_eq!(
        (said.sign, said.reason.as_deref()),
        (RetractionSign::DeletedEntry, Some("libel"))
    );
    // To apply it again tells nothing new.
    assert_eq!(bench.apply_record(deletes).await.retracted, []);
}

async fn an_entry_is_named_exactly(engine: &Engine) {
    let bench = bench(engine).await;
    let id = bench.entry_id("1").await;
    let item = bench.window("o").await.remove(0).item_id;
    let named = async |name: &str| {
        let named = bench.store.named_entries(name, 9).await.expect("reads");
        let named = named.into_iter();
        named
            .map(|entry| (entry.id, entry.title, entry.is_expired))
            .collect::<Vec<_>>()
    };
    for name in [id.to_string(), "1".to_owned(), item.clone()] {
        assert_eq!(
            named(&name).await,
            [(id, "One".to_owned(), false)],
            "{name}"
        );
    }
    assert_eq!(named("One").await, []);
    assert_eq!(strip(&bench, Aged::All, &[]).await, 1);
    for name in [id.to_string(), "1".to_owned(), item] {
        assert_eq!(named(&name).await, [(id, String::new(), true)], "{name}");
    }
}

async fn what_operators_withdrew_is_told_without_copies(engine: &Engine) {
    let bench = bench(engine).await;
    let entries = bench.store.withdrawn_entries().await.expect("reads");
    assert!(entries.is_empty());
    withdraw(&bench, "1", 5).await;
    bench.apply("b", 6, vec![entry("2", "One", TEXT)]).await;
    let (id, copy) = (bench.entry_id("1").await, bench.entry_id("2").await);
    let entries = bench.store.withdrawn_entries().await.expect("reads");
    assert_eq!(entries.into_iter().collect::<Vec<_>>(), [id]);
    let told = bench.store.withdrawn_stories(vec![id]).await;
    let [told] = &told.expect("reads")[..] else {
        panic!("one story");
    };
    assert_eq!((told.entry, told.entries), (id, 1));
    assert_eq!((&told.outputs[..], told.archives), (&[out("o")][..], 0));
    assert_eq!(told.reason.as_deref(), Some("why"));
    let both = bench.store.withdrawn_stories(vec![id, copy]).await;
    assert_eq!(both.expect("reads").len(), 1);
}

async fn a_split_lifts_the_withdrawal_of_an_entry_alone(engine: &Engine) {
    let bench = bench(engine).await;
    let id = bench.entry_id("1").await;
    let split = async |minute| bench.store.split(id, at(minute)).await.expect("answers");
    assert!(!split(4).await);
    withdraw(&bench, "1", 5).await;
    bench.keep_all("o", 6).await;
    assert!(split(7).await);
    assert_eq!(bench.changed().await.len(), 1);
    assert_eq!(bench.member("1").await.withdrawn_at, None);
    let entries = bench.store.withdrawn_entries().await.expect("reads");
    assert!(entries.is_empty() && !split(8).await);
    // What comes again is a copy of what is shown.
    bench.apply("b", 9, vec![entry("2", "One", TEXT)]).await;
    assert_eq!(bench.member("2").await.withdrawn_at, None);
}

async fn what_repeats_a_withdrawn_entry_teaches_nothing(engine: &Engine) {
    let bench = bench(engine).await;
    withdraw(&bench, "1", 5).await;
    for (minute, guid, title) in [(6, "2", "Other words"), (7, "3", "Yet another headline")] {
        let again = entry(guid, title, TEXT);
        let applied = bench.apply("a", minute, vec![again]).await;
        let original = applied.kept_away.iter().map(|told| told.original);
        assert_eq!(original.collect::<Vec<_>>(), [bench.entry_id("1").await]);
    }
    let applied = bench.apply("b", 8, vec![entry("4", "Of b", TEXT)]).await;
    assert_eq!(applied.kept_away.len(), 1, "{applied:?}");
}
