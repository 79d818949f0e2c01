//! What an output has shown and lets go of, into archive documents (RFC 5005 §4).
//!
//! A document is cut once and kept as it was written, packed: rendered anew from
//! the store it could not stay the same, for entries are edited, sources renamed
//! and old texts stripped. It loses what was withdrawn ([`super::redaction`]), and
//! changes by nothing else. It is cut before the first of its items leaves the
//! window and filled up with the oldest that are still there, so that a reader who
//! goes from the window to the newest document misses nothing between them.

use std::sync::Arc;

use super::fragment::write_item;
use super::plan::{OutputPlan, Plan};
use super::publication::Publication;
use super::reach::{ITEMS, Reach};
use super::rendered::Rendered;
use crate::clock::Clock;
use crate::model::{ContentForm, OutputId};
use crate::publish::{self, Fragment, ItemForm};
use crate::store::{ArchiveDocument, Archived, ArchivedItem, Store, StoreError, WindowItem};

/// Bytes of the bodies of a document's items, at most, unless the first has more.
const BODIES: usize = 1024 * 1024;
/// Documents cut before an output is shown. Where more are to be, its history is new to it and waits: see
/// [`Archivist::archive`].
const AT_ONCE: usize = 4;

/// Cuts archive documents, beside everything else: the store lets nothing be cut that has changed meanwhile. Cheap to clone.
#[derive(Clone)]
pub struct Archivist {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    publication: Publication,
}

impl Archivist {
    pub(super) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        publication: Publication,
    ) -> Self {
        Self {
            store,
            clock,
            publication,
        }
    }

    /// Cuts an archive document of an output that was rendered, where there are items for one: any behind its window, or
    /// enough behind the newer half of it. `false`: there are none.
    ///
    /// # Errors
    /// The store's.
    pub async fn archive(
        &self,
        output: &OutputId,
        rendered: &Rendered,
    ) -> Result<bool, StoreError> {
        let Some(plan) = self.publication.plan.output(output) else {
            return Ok(false);
        };
        let reach = &rendered.reach;
        let is_due = !rendered.is_archived && self.archived(plan).await?.is_due(reach.end());
        let at_least = if is_due { 1 } else { reach.enough() };
        self.cut(plan, reach, at_least).await
    }

    /// Cuts until nothing lies behind the window, unless there is much of it.
    pub(super) async fn archive_behind(
        &self,
        plan: &OutputPlan,
        reach: &Reach,
    ) -> Result<Archived, StoreError> {
        let archived = self.archived(plan).await?;
        if !archived.is_due(reach.end()) || self.is_much(plan, reach).await? {
            return Ok(archived);
        }
        for _ in 0..AT_ONCE {
            // Where another process was faster, what it has done is seen next.
            self.cut(plan, reach, 1).await?;
            let archived = self.archived(plan).await?;
            if !archived.is_due(reach.end()) {
                return Ok(archived);
            }
        }
        self.archived(plan).await
    }

    /// Whether more lies behind the window than can be archived while a reader's document waits.
    async fn is_much(&self, plan: &OutputPlan, reach: &Reach) -> Result<bool, StoreError> {
        let (output, end) = (&plan.output.id, reach.end().cloned());
        let beyond = self
            .store
            .unarchived(output, end, AT_ONCE * ITEMS + 1, 1)
            .await?;
        Ok(!beyond.is_empty())
    }

    async fn archived(&self, plan: &OutputPlan) -> Result<Archived, StoreError> {
        let output = &plan.output.id;
        let rules = self.publication.rules_of(output);
        self.store.archived(output, rules).await
    }

    /// Cuts one document, where there are so many items for it.
    async fn cut(
        &self,
        plan: &OutputPlan,
        reach: &Reach,
        at_least: usize,
    ) -> Result<bool, StoreError> {
        let output = &plan.output.id;
        let mut items = self
            .store
            .unarchived(output, reach.half().cloned(), at_least, ITEMS)
            .await?;
        if items.is_empty() {
            return Ok(false);
        }
        let newest = self.archived(plan).await?.newest;
        items.truncate(fitting(plan.output.content, &items));
        items.reverse();
        let of_document = items.iter().map(|item| ArchivedItem {
            item_id: item.item_id.clone(),
            entry: item.shown.id,
        });
        let of_document = of_document.collect();
        let number = newest + 1;
        let base = self.publication.plan.public_url.to_string();
        let (publication, own) = (self.publication.clone(), plan.clone());
        let written = tokio::task::spawn_blocking(move || {
            let items = fragments(&publication.plan, &own, items);
            let feed = publication.feed(&own, items, newest, Arc::default());
            let document = publish::archive(&feed, number);
            (document.bytes().len(), document.packed())
        });
        let (size, brotli) = written
            .await
            .map_err(|ended| StoreError::of_task("write an archive document", &ended))?;
        let document = ArchiveDocument {
            number,
            made_at: self.clock.now(),
            size: u32::try_from(size).unwrap_or(u32::MAX),
            base,
            brotli,
        };
        let rules = self.publication.rules_of(output);
        let kept = self.store.archive(output, document, of_document, rules);
        kept.await
    }
}

/// Writes the items of a document. An item whose writing panics is left out, but still counts as archived: otherwise the
/// same panic would come again with every attempt.
fn fragments(site: &Plan, plan: &OutputPlan, items: Vec<WindowItem>) -> Vec<Arc<Fragment>> {
    let form = ItemForm::of(&plan.output);
    let write = |item| write_item(Fragment::write_for_archive, site, plan, &form, item);
    items.into_iter().filter_map(write).collect()
}

/// How many of the items, oldest first, have room in one document.
fn fitting(form: ContentForm, items: &[WindowItem]) -> usize {
    if form != ContentForm::Full {
        return items.len();
    }
    let mut room = BODIES;
    let bodies = items
        .iter()
        .map(|item| item.shown.entry.html.as_ref().map_or(0, String::len));
    let fit = bodies.take_while(|body| match room.checked_sub(*body) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    });
    fit.count().max(1)
}
