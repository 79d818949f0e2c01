//! Tests that a bug which one item triggers costs that item and nothing else.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config, Environment};
use crate::fetch::Fetcher;
use crate::model::OutputId;
use crate::publish::{DocumentFormat, PANICS, unpack_archive};
use crate::refresh::{Occasion, Poll, Refresher};
use crate::republish::{Rendered, Republisher};
use crate::store::{self, Opening, Store};

const ITEMS: usize = 40;
/// The entry whose item panics; it is old enough to have left the window of `brief`.
const BAD: usize = 7;

fn title(nth: usize) -> String {
    match nth {
        BAD => format!("Entry {BAD} {PANICS}"),
        nth => format!("Entry {nth}."),
    }
}

/// Configures one source with all entries, oldest first, and two outputs.
fn configure(directory: &Path) -> Config {
    let mut items = String::new();
    for nth in 0..ITEMS {
        let words: String = (0..12)
            .map(|word| format!("w{} ", (nth + 1) * 7919 + word * 104_729))
            .collect();
        let _ = write!(
            items,
            "<item><guid>tag:ex.example,2020:{nth}</guid><title>{}</title><description>{words}</description>\
             <pubDate>Wed, 01 Jan 2020 00:{nth:02}:00 GMT</pubDate></item>",
            title(nth)
        );
    }
    let feed = format!("<rss version=\"2.0\"><channel><title>A</title>{items}</channel></rss>");
    std::fs::write(directory.join("a.xml"), feed).expect("writable");
    let text = "[server]\npublic_url = \"https://news.example.org/\"\n\
         [[source]]\nid = \"a\"\npath = \"a.xml\"\nfirst_items = 0\n\
         [[output]]\nid = \"all\"\n[[output]]\nid = \"brief\"\nmax_entries = 10\n";
    let path = directory.join("c.toml");
    std::fs::write(&path, text).expect("writable");
    config::load(&path, &Environment::default())
        .expect("it loads")
        .config
}

/// A store that has read the source, and a republisher that has judged its entries.
async fn published(config: &Config) -> (Arc<dyn Store>, Republisher) {
    let clock = Arc::new(SystemClock);
    let store = store::open(&config.store.settings, Opening::Quick).expect("it opens");
    store
        .register_sources(&config.sources(), clock.now())
        .await
        .expect("registers");
    let fetcher = Fetcher::new(&config.fetch);
    let refresher = Refresher::new(fetcher, store.clone(), clock.clone());
    for poll in Poll::group(&config.targets) {
        let refreshed = refresher.refresh(&poll, Occasion::Asked).await;
        refreshed.expect("it is stored");
    }
    let mut republisher = Republisher::new(store.clone(), clock, config.plan.clone());
    republisher.replay().await.expect("readable");
    republisher.catch_up().await.expect("readable");
    (store, republisher)
}

fn id(output: &str) -> OutputId {
    OutputId::new(output).expect("an id")
}

async fn render(republisher: &mut Republisher, output: &str) -> Rendered {
    let rendered = republisher.render(&[id(output)].into()).await;
    let (_, rendered) = rendered
        .expect("a panic is no end of the store")
        .swap_remove(0);
    rendered
}

/// Which entries a document has.
fn entries(document: &[u8]) -> BTreeSet<usize> {
    let text = String::from_utf8_lossy(document);
    let all = 0..ITEMS;
    all.filter(|nth| text.contains(&title(*nth))).collect()
}

fn all_but_bad() -> BTreeSet<usize> {
    (0..ITEMS).filter(|nth| *nth != BAD).collect()
}

#[tokio::test]
async fn an_item_whose_writing_panics_is_left_out_and_the_others_are_published() {
    let directory = TempDir::new().expect("a directory");
    let (_store, mut republisher) = published(&configure(directory.path())).await;
    let first = render(&mut republisher, "all").await;
    for format in DocumentFormat::ALL {
        let document = first.documents.get(format);
        assert_eq!(entries(document.bytes()), all_but_bad(), "{format:?}");
    }
    // It is not tried again with every change of the output.
    let again = render(&mut republisher, "all").await;
    assert_eq!(again.documents.hash, first.documents.hash);
    assert_eq!(again.fresh, 0);
}

#[tokio::test]
async fn an_item_whose_archiving_panics_is_left_out_and_the_others_are_archived() {
    let directory = TempDir::new().expect("a directory");
    let config = configure(directory.path());
    let (store, mut republisher) = published(&config).await;
    let rendered = render(&mut republisher, "brief").await;
    let archivist = republisher.archivist();
    let mut cuts = 0;
    while archivist
        .archive(&id("brief"), &rendered)
        .await
        .expect("a panic is no end of the store")
    {
        cuts += 1;
        assert!(cuts < ITEMS, "the same items are archived again and again");
    }
    let rendered = render(&mut republisher, "brief").await;
    assert!(rendered.is_archived);
    let mut found = entries(rendered.documents.get(DocumentFormat::Atom).bytes());
    for number in 1.. {
        let kept = store.archive_document(&id("brief"), number).await;
        let Some(kept) = kept.expect("readable") else {
            break;
        };
        let size = u64::from(kept.size);
        let document = unpack_archive(
            kept.brotli.into(),
            size,
            &kept.base,
            &config.plan.public_url,
        );
        found.extend(entries(document.expect("it is whole").bytes()));
    }
    assert_eq!(found, all_but_bad());
}
