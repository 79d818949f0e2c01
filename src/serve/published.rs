//! An output's documents as they are served, with the editions before them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::model::Timestamp;
use crate::publish::{DocumentFormat, Documents, Edition};

/// Earlier editions that a reader can ask the difference to. Who has an older one gets all of it.
const EDITIONS: usize = 64;

/// An output's documents as they are served.
#[derive(Debug)]
pub struct Published {
    pub(super) documents: Documents,
    /// `Last-Modified`.
    pub(super) changed_at: Timestamp,
    /// Newest first, this one not included.
    before: VecDeque<Arc<[Edition; 3]>>,
    /// Differences that somebody has asked for, by format and edition.
    differences: Mutex<BTreeMap<(DocumentFormat, usize), Bytes>>,
}

impl Published {
    /// What follows `before`.
    pub(super) fn after(
        before: Option<&Self>,
        documents: Documents,
        changed_at: Timestamp,
    ) -> Self {
        let mut editions = VecDeque::new();
        if let Some(before) = before {
            editions.clone_from(&before.before);
            // Rendered anew with the same bytes, it is the same edition.
            if before.documents.hash != documents.hash {
                let last = DocumentFormat::ALL.map(|format| before.documents.get(format).edition());
                editions.push_front(Arc::new(last));
                editions.truncate(EDITIONS);
            }
        }
        Self {
            documents,
            changed_at,
            before: editions,
            differences: Mutex::default(),
        }
    }

    /// What has come since the newest edition that one of the entity tags names; computed once for each.
    pub(super) fn since<'t>(
        &self,
        format: DocumentFormat,
        mut etags: impl Iterator<Item = &'t str>,
    ) -> Option<Bytes> {
        let (nth, edition) = etags.find_map(|etag| {
            self.before
                .iter()
                .flat_map(|editions| editions.iter())
                .enumerate()
                .find(|(_, edition)| edition.is_tagged(etag))
        })?;
        let mut known = self
            .differences
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let difference = known
            .entry((format, nth))
            .or_insert_with(|| self.documents.get(format).since(edition));
        Some(difference.clone())
    }
}
