//! What an output has shown and lets go of, into archive documents (RFC 5005 §4).
//!
//! A document is cut once and kept as it was written, packed: rendered anew from
//! the store it could not stay the same, for entries are edited, sources renamed
//! and old texts stripped. It is cut before the first of its items leaves the
//! window and filled up with the oldest that are still there, so that a reader who
//! goes from the window to the newest document misses nothing between them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::plan::{OutputPlan, Plan};
use super::scribe::write_item;
use super::{IdBases, Rendered, Republisher, id_base};
use crate::clock::Clock;
use crate::model::{ContentForm, Hash, OutputId};
use crate::publish::{self, Coding, Fragment, ItemForm, OutboundFeed};
use crate::store::{ArchiveDocument, Archived, ItemVersion, Place, Store, StoreError, WindowItem};

/// Items of a document, at most.
const ITEMS: usize = 100;
/// Items of a document that is cut ahead, at least; fewer are no work for a reader to wait for.
const AHEAD: usize = 10;
/// Bytes of their bodies, at most, unless the first has more.
const BODIES: usize = 1024 * 1024;
/// Documents cut before an output is shown. Where more are to be, its history is new to it and waits: see
/// [`Archivist::archive`].
const AT_ONCE: usize = 4;

/// How far an output's window reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Of its newer half. Items behind it may be archived: younger ones are still edited.
    half: Option<Place>,
    /// Of all of it. Items behind it must be.
    end: Option<Place>,
    /// How many items it has room for: as many as the output may show, or those that its documents' bytes allow.
    room: usize,
}

impl Reach {
    pub(super) fn of(window: &[Arc<ItemVersion>], room: usize) -> Self {
        let half = window.len().div_ceil(2).checked_sub(1);
        let place = |item: &Arc<ItemVersion>| Place::of(item);
        Self {
            half: half.and_then(|at| window.get(at)).map(place),
            end: window.last().map(place),
            room,
        }
    }

    pub(super) fn end(&self) -> Option<Place> {
        self.end.clone()
    }

    /// So many items may come between two looks for something to cut ahead, and none leaves the window unseen.
    pub(super) fn slack(&self) -> usize {
        (self.room / 2).saturating_sub(self.enough()).max(1)
    }

    /// So many items behind the newer half of a full window are cut ahead: three quarters of the older half, which leaves time
    /// for many outputs before the first item leaves.
    fn enough(&self) -> usize {
        (self.room / 8 * 3).clamp(AHEAD, ITEMS)
    }
}

/// Cuts archive documents, beside everything else: the store lets nothing be cut that has changed meanwhile.
#[derive(Clone)]
pub struct Archivist {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    plan: Arc<Plan>,
    rules: Arc<BTreeMap<OutputId, Hash>>,
    id_bases: Arc<IdBases>,
}

impl Republisher {
    /// Who cuts archive documents of what is published now.
    #[must_use]
    pub fn archivist(&self) -> Archivist {
        Archivist {
            store: self.store.clone(),
            clock: self.clock.clone(),
            plan: self.plan.clone(),
            rules: self.rules.clone(),
            id_bases: self.id_bases.clone(),
        }
    }
}

impl Archivist {
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
        let mut plans = self.plan.outputs.iter();
        let Some(plan) = plans.find(|plan| plan.output.id == *output) else {
            return Ok(false);
        };
        let reach = &rendered.reach;
        let is_due = !rendered.is_archived && self.archived(plan, reach).await?.is_due;
        let at_least = if is_due { 1 } else { reach.enough() };
        self.cut(plan, reach, at_least).await
    }

    /// Cuts until nothing lies behind the window, unless there is much of it.
    pub(super) async fn archive_behind(
        &self,
        plan: &OutputPlan,
        reach: &Reach,
    ) -> Result<Archived, StoreError> {
        let archived = self.archived(plan, reach).await?;
        if !archived.is_due || self.is_much(plan, reach).await? {
            return Ok(archived);
        }
        for _ in 0..AT_ONCE {
            // Where another process was faster, what it has done is seen next.
            self.cut(plan, reach, 1).await?;
            let archived = self.archived(plan, reach).await?;
            if !archived.is_due {
                return Ok(archived);
            }
        }
        self.archived(plan, reach).await
    }

    /// Whether more lies behind the window than can be archived while a reader's document waits.
    async fn is_much(&self, plan: &OutputPlan, reach: &Reach) -> Result<bool, StoreError> {
        let (output, end) = (&plan.output.id, reach.end.clone());
        let beyond = self
            .store
            .unarchived(output, end, AT_ONCE * ITEMS + 1, 1)
            .await?;
        Ok(!beyond.is_empty())
    }

    async fn archived(&self, plan: &OutputPlan, reach: &Reach) -> Result<Archived, StoreError> {
        let rules = self.rules_of(plan);
        let output = &plan.output.id;
        self.store.archived(output, reach.end.clone(), rules).await
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
            .unarchived(output, reach.half.clone(), at_least, ITEMS)
            .await?;
        if items.is_empty() {
            return Ok(false);
        }
        let newest = self.archived(plan, reach).await?.newest;
        items.truncate(fitting(plan.output.content, &items));
        items.reverse();
        let ids = items.iter().map(|item| item.item_id.clone()).collect();
        let number = newest + 1;
        let base = self.plan.public_url.to_string();
        let (site, own, bases) = (self.plan.clone(), plan.clone(), self.id_bases.clone());
        let written = tokio::task::spawn_blocking(move || {
            let feed = OutboundFeed {
                items: fragments(&site, &own, items),
                id_base: id_base(&bases, &site, &own.output.id),
                output: own.output,
                public_url: site.public_url.clone(),
                prev_archive: newest,
            };
            let document = publish::archive(&feed, number);
            let packed = document.make(Coding::Brotli).to_vec();
            (document.bytes().len(), packed)
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
        let rules = self.rules_of(plan);
        self.store.archive(output, document, ids, rules).await
    }

    fn rules_of(&self, plan: &OutputPlan) -> Hash {
        self.rules.get(&plan.output.id).copied().unwrap_or_default()
    }
}

/// Writes the items of a document. An item whose writing panics is left out, but still counts as archived: otherwise the
/// same panic would come again with every attempt.
fn fragments(site: &Plan, plan: &OutputPlan, items: Vec<WindowItem>) -> Vec<Arc<Fragment>> {
    let form = ItemForm::of(&plan.output);
    let write = |item| write_item(site, plan, &form, item);
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
