//! Archive documents: what is to be archived, and that what is archived stays.

use mainstem::store::{ArchiveDocument, Archived, ArchivedItem, Place};

use super::bench::{Bench, at, entry, minutes, out};
use super::engines::{Engine, for_every_engine};
use super::retention::strip;

for_every_engine! {
    what_lies_behind_a_place_is_to_be_archived,
    what_is_to_be_archived_comes_oldest_first,
    an_item_that_shows_another_entry_is_not_archived,
    an_item_stands_in_one_document_and_a_number_in_one_place,
    what_is_refused_leaves_nothing_behind,
    a_document_is_the_same_bytes_for_ever,
    a_stale_output_archives_nothing,
    an_item_that_has_left_is_not_archived,
    what_waits_for_an_archive_document_does_not_expire,
    an_item_that_returns_stands_where_it_stood,
}

fn document(number: u32) -> ArchiveDocument {
    ArchiveDocument {
        number,
        made_at: at(5),
        size: 3,
        base: "https://x.example/".to_owned(),
        brotli: vec![1, 2, 0, 255],
    }
}

/// Four items of one output, `id-0` to `id-3`, that is not stale.
async fn four_items(engine: &Engine) -> Bench {
    let bench = Bench::on(engine, &["a"]).await;
    let entries = (0..4).map(|nth| entry(&nth.to_string(), &format!("T{nth}"), &format!("x{nth}")));
    bench.apply("a", 1, entries.collect()).await;
    bench.keep_all("o", 2).await;
    bench.end_replay("o").await;
    bench
}

/// The place of the nth item of the window.
async fn place(bench: &Bench, nth: usize) -> Option<Place> {
    let item = bench.window("o").await.remove(nth);
    Some(Place {
        ordered_at: item.ordered_at,
        item_id: item.item_id,
    })
}

async fn archive(bench: &Bench, number: u32, items: &[usize], rules: u8) -> bool {
    let shown: Vec<(usize, usize)> = items.iter().map(|nth| (*nth, *nth)).collect();
    archive_showing(bench, number, &shown, rules).await
}

/// Archives items that show these entries.
async fn archive_showing(bench: &Bench, number: u32, items: &[(usize, usize)], rules: u8) -> bool {
    let mut of_document = Vec::new();
    for (nth, entry) in items {
        of_document.push(ArchivedItem {
            item_id: format!("id-{nth}"),
            entry: bench.entry_id(&(entry % 4).to_string()).await,
        });
    }
    let kept = bench
        .store
        .archive(&out("o"), document(number), of_document, [rules; 16])
        .await;
    kept.expect("answers")
}

/// The number of the newest document, and whether more is to be archived behind the end of a window.
async fn archived(bench: &Bench, end: Option<Place>, rules: u8) -> (u32, bool) {
    let archived = bench.store.archived(&out("o"), [rules; 16]).await;
    let archived = archived.expect("reads");
    (archived.newest, archived.is_due(end.as_ref()))
}

async fn what_lies_behind_a_place_is_to_be_archived(engine: &Engine) {
    let bench = four_items(engine).await;
    assert_eq!(archived(&bench, None, 1).await, (0, true));
    assert_eq!(
        archived(&bench, None, 2).await,
        (0, false),
        "by other rules"
    );
    let (third, last) = (place(&bench, 2).await, place(&bench, 3).await);
    assert_eq!(archived(&bench, third.clone(), 1).await, (0, true));
    assert_eq!(archived(&bench, last, 1).await, (0, false));
    assert!(archive(&bench, 1, &[3], 1).await);
    assert_eq!(archived(&bench, third, 1).await, (1, false));
    assert_eq!(archived(&bench, None, 1).await, (1, true));
    let unknown = bench.store.archived(&out("p"), [1; 16]).await;
    assert_eq!(unknown.expect("reads"), Archived::default());
}

async fn what_is_to_be_archived_comes_oldest_first(engine: &Engine) {
    let bench = four_items(engine).await;
    let window = bench.window("o").await;
    let behind = place(&bench, 1).await;
    let unarchived = async |behind, at_least, limit| {
        let items = bench
            .store
            .unarchived(&out("o"), behind, at_least, limit)
            .await;
        let items = items.expect("reads").into_iter();
        items.map(|item| item.item_id).collect::<Vec<_>>()
    };
    let cases: [(Option<Place>, usize, usize, &[usize]); 6] = [
        (behind.clone(), 2, 9, &[3, 2]),
        (behind.clone(), 1, 1, &[3]),
        (behind.clone(), 0, 0, &[]),
        (behind, 3, 9, &[]),
        (None, 4, 9, &[3, 2, 1, 0]),
        (None, 5, 9, &[]),
    ];
    for (behind, at_least, limit, wanted) in cases {
        let wanted: Vec<_> = wanted
            .iter()
            .map(|nth| window[*nth].item_id.clone())
            .collect();
        let found = unarchived(behind, at_least, limit).await;
        assert_eq!(found, wanted, "{at_least} {limit}");
    }
    assert!(archive(&bench, 1, &[2], 1).await);
    assert_eq!(unarchived(None, 3, 9).await.len(), 3);
    assert_eq!(unarchived(None, 4, 9).await, [""; 0]);
}

async fn an_item_stands_in_one_document_and_a_number_in_one_place(engine: &Engine) {
    let bench = four_items(engine).await;
    let cases: [(u32, &[usize], u8, bool); 9] = [
        (0, &[0, 1], 1, false), // numbers begin with 1
        (2, &[0, 1], 1, false), // not the next
        (1, &[0, 1], 2, false), // by other rules
        (1, &[0, 7], 1, false), // no such item
        (1, &[0, 1], 1, true),
        (1, &[2, 3], 1, false), // there is one
        (2, &[1, 2], 1, false), // stands in another
        (2, &[2, 3], 1, true),
        (2, &[2, 3], 1, false), // it is there already
    ];
    for (number, items, rules, wanted) in cases {
        let kept = archive(&bench, number, items, rules).await;
        assert_eq!(kept, wanted, "{number} {items:?} {rules}");
    }
    assert_eq!(archived(&bench, None, 1).await, (2, false));
    let kept = async |output: &str, number| {
        let read = bench.store.archive_document(&out(output), number).await;
        read.expect("reads")
    };
    assert_eq!(kept("o", 2).await, Some(document(2)));
    for (output, number) in [("o", 0), ("o", 3), ("p", 1)] {
        assert_eq!(kept(output, number).await, None);
    }
}

async fn what_is_refused_leaves_nothing_behind(engine: &Engine) {
    let bench = four_items(engine).await;
    assert!(!archive(&bench, 1, &[0, 1, 7], 1).await);
    assert_eq!(
        bench
            .store
            .archive_document(&out("o"), 1)
            .await
            .expect("reads"),
        None
    );
    assert!(archive(&bench, 1, &[0, 1], 1).await, "they are free still");
    let unknown = bench
        .store
        .archive(&out("p"), document(1), vec![], [1; 16])
        .await;
    assert!(!unknown.expect("answers"));
}

/// What was written of it says something else by now.
async fn an_item_that_shows_another_entry_is_not_archived(engine: &Engine) {
    let bench = four_items(engine).await;
    assert!(!archive_showing(&bench, 1, &[(0, 0), (1, 2)], 1).await);
    assert!(archive_showing(&bench, 1, &[(0, 0), (1, 1)], 1).await);
}

async fn a_document_is_the_same_bytes_for_ever(engine: &Engine) {
    let bench = four_items(engine).await;
    assert!(archive(&bench, 1, &[0, 1], 1).await);
    // Whatever becomes of its items and of its output.
    bench
        .apply("a", 3, vec![entry("0", "T0, corrected", "other words")])
        .await;
    let story = bench.changed().await.remove(0);
    bench.judge(&story, 4, vec![]).await;
    bench.register_outputs(&[("p", 1)]).await;
    let bench = bench.reopened().await;
    bench.register_outputs(&[("o", 1)]).await;
    let kept = bench.store.archive_document(&out("o"), 1).await;
    assert_eq!(kept.expect("reads"), Some(document(1)));
    assert_eq!(archived(&bench, None, 1).await.0, 1);
}

async fn a_stale_output_archives_nothing(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("0", "T0", "")]).await;
    bench.keep_all("o", 2).await;
    assert!(!archived(&bench, None, 1).await.1);
    assert!(!archive(&bench, 1, &[0], 1).await);
    bench.end_replay("o").await;
    assert!(archived(&bench, None, 1).await.1);
    assert!(archive(&bench, 1, &[0], 1).await);
}

async fn an_item_that_has_left_is_not_archived(engine: &Engine) {
    let bench = four_items(engine).await;
    let story = bench.story("0").await;
    bench.judge(&story, 3, vec![]).await;
    assert!(!archive(&bench, 1, &[0, 1], 1).await);
    let waiting = bench.store.unarchived(&out("o"), None, 0, 9).await;
    assert_eq!(waiting.expect("reads").len(), 3);
    assert!(archive(&bench, 1, &[1, 2, 3], 1).await);
    assert!(!archived(&bench, None, 1).await.1);
}

async fn what_waits_for_an_archive_document_does_not_expire(engine: &Engine) {
    use mainstem::store::Aged;
    let bench = Bench::on(engine, &["a"]).await;
    bench.apply("a", 1, vec![entry("0", "One", "x")]).await;
    bench.keep_all("o", 2).await;
    bench.end_replay("o").await;
    bench.apply("a", 500, vec![entry("2", "Two", "y")]).await;
    let windows = [(out("o"), at(400))];
    let expire = async || strip(&bench, Aged::Past(minutes(200)), &windows).await;
    assert_eq!(expire().await, 0);
    assert!(archive(&bench, 1, &[0], 1).await);
    assert_eq!(expire().await, 1);
    // The document is what is left of it.
    let kept = bench.store.archive_document(&out("o"), 1).await;
    assert_eq!(kept.expect("reads"), Some(document(1)));
}

async fn an_item_that_returns_stands_where_it_stood(engine: &Engine) {
    let bench = four_items(engine).await;
    assert!(archive(&bench, 1, &[0], 1).await);
    let story = bench.story("0").await;
    bench.judge(&story, 3, vec![]).await;
    bench
        .apply("a", 4, vec![entry("0", "T0 again", "x0")])
        .await;
    bench.keep_all("o", 5).await;
    assert_eq!(bench.window("o").await.len(), 4);
    let waiting = bench.store.unarchived(&out("o"), None, 0, 9).await;
    assert_eq!(waiting.expect("reads").len(), 3, "not archived twice");
}
