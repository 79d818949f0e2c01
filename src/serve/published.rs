//! A document as it is served, with the editions before it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use super::head::{Freshness, Heads, Reach};
use super::precondition::{Selected, Verdict, evaluate};
use crate::model::Timestamp;
use crate::publish::{Coding, Document, Edition};

/// Earlier editions that a reader can ask the difference to. Who has an older one gets all of it.
const EDITIONS: usize = 64;

/// A document as it is served.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) document: Document,
    changed_at: Timestamp,
    fresh_for: Duration,
    reach: Reach,
    /// Whether the one before it has the same `Last-Modified`, which then does not tell them apart.
    is_second: bool,
    /// Written when first asked for: of most documents nobody asks between two changes.
    heads: OnceLock<Heads>,
    /// Newest first, this one not included.
    before: VecDeque<Arc<Edition>>,
    /// Differences that somebody has asked for, by edition.
    differences: Mutex<BTreeMap<usize, Bytes>>,
}

impl Published {
    /// What follows `before`.
    pub(super) fn after(
        before: Option<&Self>,
        document: Document,
        (changed_at, fresh_for): (Timestamp, Duration),
        reach: Reach,
    ) -> Self {
        let mut editions = VecDeque::new();
        let mut is_second = false;
        if let Some(before) = before {
            editions.clone_from(&before.before);
            is_second = before.changed_at.timestamp() == changed_at.timestamp();
            // Rendered anew with the same bytes, it is the same edition.
            if before.document.is_same(&document) {
                is_second &= before.is_second;
            } else {
                editions.push_front(Arc::new(before.document.edition()));
                editions.truncate(EDITIONS);
            }
        }
        Self {
            reach,
            is_second,
            heads: OnceLock::new(),
            document,
            changed_at,
            fresh_for,
            before: editions,
            differences: Mutex::default(),
        }
    }

    /// The heads of its answers.
    pub(super) fn heads(&self) -> &Heads {
        let freshness = Freshness::For(self.fresh_for);
        let write = || Heads::of(&self.document, self.changed_at, freshness, &self.reach);
        self.heads.get_or_init(write)
    }

    /// What the preconditions of a request come to that is answered in this coding.
    pub(super) fn evaluate(&self, asked: &HeaderMap, coding: Coding) -> Verdict {
        let selected = Selected {
            etag: self.heads().etag(coding),
            is_current: |etag: &str| self.document.is_tagged(etag),
            modified: (!self.is_second).then(|| self.heads().modified),
        };
        evaluate(asked, &selected)
    }

    /// The same under another reach.
    pub(super) fn under(&self, reach: Reach) -> Self {
        let dates = (self.changed_at, self.fresh_for);
        Self::after(Some(self), self.document.clone(), dates, reach)
    }

    /// What has come since the first edition that one of the entity tags names; computed once for each.
    pub(super) fn since<'t>(&self, mut etags: impl Iterator<Item = &'t str>) -> Option<Bytes> {
        let (nth, edition) = etags.find_map(|etag| {
            let mut editions = self.before.iter().enumerate();
            editions.find(|(_, edition)| edition.is_tagged(etag))
        })?;
        let mut known = self
            .differences
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let difference = known
            .entry(nth)
            .or_insert_with(|| self.document.since(edition));
        Some(difference.clone())
    }
}
