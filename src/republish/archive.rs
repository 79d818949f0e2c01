//! What an output has shown and lets go of, into archive documents (RFC 5005 §4).
//!
//! A document is cut once and kept as it was written, packed: rendered anew from
//! the store it could not stay the same, for entries are edited, sources renamed
//! and old texts stripped. It is cut before the first of its items leaves the
//! window and filled up with the oldest that are still there, so that a reader who
//! goes from the window to the newest document misses nothing between them.

use super::plan::OutputPlan;
use super::{Republisher, assemble};
use crate::model::{ContentForm, OutputId};
use crate::publish::{self, Coding};
use crate::store::{ArchiveDocument, Archived, Place, StoreError, WindowItem};

/// Items of a document, at most.
const ITEMS: usize = 100;
/// Bytes of their bodies, at most, unless the first has more.
const BODIES: usize = 1024 * 1024;
/// Documents cut before an output is shown. Where more are to be, its history is new to it, and waits.
const AT_ONCE: usize = 8;

/// How far an output's window reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Of its newer half. Items behind it may be archived: younger ones are still edited.
    half: Option<Place>,
    /// Of all of it. Items behind it must be.
    end: Option<Place>,
}

impl Reach {
    pub(super) fn of(window: &[WindowItem]) -> Self {
        let half = window.len().div_ceil(2).checked_sub(1);
        Self {
            half: half.and_then(|at| window.get(at)).map(place),
            end: window.last().map(place),
        }
    }
}

fn place(item: &WindowItem) -> Place {
    Place {
        ordered_at: item.ordered_at,
        item_id: item.item_id.clone(),
    }
}

impl Republisher {
    /// Cuts archive documents of an output that was rendered until nothing lies behind its window and no full one behind the
    /// newer half of it; at most `limit`. Returns how many; fewer than `limit`: done.
    ///
    /// # Errors
    /// The store's; what is cut stays so.
    pub async fn archive(
        &self,
        output: &OutputId,
        reach: &Reach,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let mut plans = self.plan.outputs.iter();
        let Some(plan) = plans.find(|plan| plan.output.id == *output) else {
            return Ok(0);
        };
        for cut in 0..limit {
            let archived = self.archived(plan, reach).await?;
            let at_least = if archived.is_due { 1 } else { ITEMS };
            if !self.cut(plan, reach, &archived, at_least).await? {
                return Ok(cut);
            }
        }
        Ok(limit)
    }

    /// Cuts until nothing lies behind the window, or there is much of it.
    pub(super) async fn archive_behind(
        &self,
        plan: &OutputPlan,
        reach: &Reach,
    ) -> Result<Archived, StoreError> {
        let mut archived = self.archived(plan, reach).await?;
        for _ in 0..AT_ONCE {
            if !archived.is_due {
                break;
            }
            // Where another process was faster, what it has done is seen next.
            self.cut(plan, reach, &archived, 1).await?;
            archived = self.archived(plan, reach).await?;
        }
        Ok(archived)
    }

    async fn archived(&self, plan: &OutputPlan, reach: &Reach) -> Result<Archived, StoreError> {
        let rules = self.rules_of(plan);
        let output = &plan.output.id;
        self.store.archived(output, reach.end.clone(), rules).await
    }

    /// Cuts one document, where there are enough items for it.
    async fn cut(
        &self,
        plan: &OutputPlan,
        reach: &Reach,
        archived: &Archived,
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
        items.truncate(fitting(plan.output.content, &items));
        items.reverse();
        let ids = items.iter().map(|item| item.item_id.clone()).collect();
        let number = archived.newest + 1;
        let feed = assemble::outbound_feed(&self.plan, plan, items, archived.newest);
        let base = feed.public_url.to_string();
        let (size, brotli) = tokio::task::spawn_blocking(move || {
            let document = publish::archive(&feed, number);
            let packed = document.make(Coding::Brotli).to_vec();
            (document.bytes().len(), packed)
        })
        .await
        .map_err(|_| StoreError::Closed)?;
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
