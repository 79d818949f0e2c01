//! Archive documents (RFC 5005 §4): out of the store, for few are asked for. One changes only where it loses what was withdrawn.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use tokio::sync::Semaphore;
use url::Url;

use super::answer::{Response, later, not_found};
use super::document::answer_archived;
use crate::model::{OutputId, Timestamp};
use crate::publish::{Document, unpack_archive};
use crate::store::Store;

/// Documents kept at hand, a megabyte or so each.
const AT_HAND: usize = 16;
/// Documents read at once, so that who walks through all of them leaves the store's readers to the line.
const READS: usize = 2;

/// The documents that stand in a store. Cheap to clone.
#[derive(Clone)]
pub(super) struct Archives {
    store: Arc<dyn Store>,
    /// The last ones asked for. A plain mutex: held for a look, never across an await.
    at_hand: Arc<Mutex<VecDeque<Archived>>>,
    reads: Arc<Semaphore>,
}

/// Which document, and on which base its links are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) output: OutputId,
    pub(super) number: u32,
    pub(super) base: Url,
}

#[derive(Debug, Clone)]
struct Archived {
    name: Name,
    document: Document,
    made_at: Timestamp,
}

/// Why there is no document to answer with.
enum Unread {
    Missing,
    /// The log says why.
    Failed,
}

/// The number of a document as it stands in names; each has one name.
pub(super) fn numbered(digits: &str) -> Option<u32> {
    let number: u32 = digits.parse().ok()?;
    (number > 0 && number.to_string() == digits).then_some(number)
}

impl From<Unread> for Response {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Missing => not_found(),
            Unread::Failed => later("the store does not answer\n"),
        }
    }
}

impl Archives {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            at_hand: Arc::default(),
            reads: Arc::new(Semaphore::new(READS)),
        }
    }

    /// Answers with a document. `private`: it needs a token.
    pub(super) async fn answer(&self, name: Name, private: bool, asked: &HeaderMap) -> Response {
        match self.find(name).await {
            Ok(found) => answer_archived(&found.document, found.made_at, asked, private).await,
            Err(unread) => unread.into(),
        }
    }

    /// A document, or the answer that says why there is none.
    pub(super) async fn document(&self, name: Name) -> Result<Document, Response> {
        let found = self.find(name).await?;
        Ok(found.document)
    }

    async fn find(&self, name: Name) -> Result<Archived, Unread> {
        if let Some(found) = self.look(&name).await {
            return Ok(found);
        }
        let _turn = self.reads.acquire().await.map_err(|_| Unread::Failed)?;
        // Who came before may have wanted the same.
        if let Some(found) = self.look(&name).await {
            return Ok(found);
        }
        let found = self.read(name).await?;
        let mut at_hand = self.at_hand();
        at_hand.retain(|archived| archived.name != found.name);
        at_hand.truncate(AT_HAND - 1);
        at_hand.push_front(found.clone());
        Ok(found)
    }

    async fn read(&self, name: Name) -> Result<Archived, Unread> {
        let read = self.store.archive_document(&name.output, name.number).await;
        let kept = read.map_err(|error| {
            // The store's own trouble is told once, by who watches it.
            if !error.is_trouble() {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, output = %name.output, number = name.number, "an archive document could not be read");
            }
            Unread::Failed
        })?;
        let kept = kept.ok_or(Unread::Missing)?;
        let (base, made_at) = (name.base.clone(), kept.made_at);
        let unpacked = tokio::task::spawn_blocking(move || {
            unpack_archive(kept.brotli.into(), kept.size.into(), &kept.base, &base)
        });
        let Ok(Some(document)) = unpacked.await else {
            tracing::error!(output = %name.output, number = name.number, "an archive document is not whole");
            return Err(Unread::Failed);
        };
        Ok(Archived {
            name,
            document,
            made_at,
        })
    }

    /// A document at hand, unless the store has another by now.
    async fn look(&self, name: &Name) -> Option<Archived> {
        let found = self.take(name)?;
        match self.store.archive_made_at(&name.output, name.number).await {
            Ok(made_at) => Some(found).filter(|found| made_at == Some(found.made_at)),
            // What the store had last, while it does not answer.
            Err(_) => Some(found),
        }
    }

    fn take(&self, name: &Name) -> Option<Archived> {
        let mut at_hand = self.at_hand();
        let nth = at_hand.iter().position(|archived| archived.name == *name)?;
        let found = at_hand.remove(nth)?;
        at_hand.push_front(found.clone());
        Some(found)
    }

    fn at_hand(&self) -> MutexGuard<'_, VecDeque<Archived>> {
        self.at_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
