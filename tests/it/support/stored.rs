//! A store that takes documents as refreshes bring them, one after the other.

use std::sync::Arc;
use std::time::Duration;

use mainstem::dedupe::{Settled, Told, settle_document_by};
use mainstem::model::{Applied, Entry, EntryId, FeedFields, Identity, Member, Story};
use mainstem::store::{self, Opening, Settings, Store, StoryEvidence};
use tempfile::TempDir;

use crate::store_contract::{all_stories, at, record, source};

/// How far apart two entries may lie to be compared, unless a case says otherwise.
pub(crate) const WINDOW: Duration = Duration::from_secs(7 * 24 * 3600);

/// A store, and its directory.
pub(crate) struct Stored {
    store: Arc<dyn Store>,
    window: Duration,
    _directory: TempDir,
}

impl Stored {
    /// An empty store with these sources.
    pub(crate) async fn new(sources: &[&str], window: Duration) -> Self {
        let directory = TempDir::new().expect("a directory");
        let path = directory.path().join("x.db");
        let store = store::open(&Settings::at(path), Opening::Thorough).expect("opens");
        let sources: Vec<_> = sources.iter().map(|id| source(id, None)).collect();
        let registered = store.register_sources(&sources, at(0)).await;
        registered.expect("registers");
        Self {
            store,
            window,
            _directory: directory,
        }
    }

    /// Gives a source this document; what came of it, and how its entries were told apart.
    pub(crate) async fn take(
        &self,
        source: &str,
        minute: i64,
        stated: Option<Identity>,
        entries: Vec<Entry>,
    ) -> (Applied, Told) {
        let Settled { entries, told } = settle_document_by(stated, entries, at(minute));
        let record = mainstem::model::RefreshRecord {
            entries,
            feed: Some(FeedFields::default()),
            window: self.window,
            ..record(source, minute, Vec::new())
        };
        let applied = self.store.apply(record.into()).await.expect("applies");
        (applied, told)
    }

    /// All stories.
    pub(crate) async fn stories(&self) -> Vec<Story> {
        all_stories(self.store.as_ref()).await
    }

    /// All entries.
    pub(crate) async fn members(&self) -> Vec<Member> {
        let stories = self.stories().await.into_iter();
        stories.flat_map(|story| story.members).collect()
    }

    /// What speaks for and against an entry's story.
    pub(crate) async fn evidence(&self, entry: EntryId, minute: i64) -> StoryEvidence {
        let found = self.store.evidence(entry, self.window, at(minute)).await;
        found.expect("reads").expect("an entry")
    }
}

/// Runs what waits for a store, on this thread.
pub(crate) fn wait<T>(of: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(of)
}
