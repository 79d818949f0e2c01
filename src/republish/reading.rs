//! Reads windows from the store: first in which state their items are, then what those show that were not written before.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::TimeDelta;

use super::fragment::Fragments;
use super::last_shown::LastShown;
use super::plan::OutputPlan;
use super::publication::Publication;
use super::window::{Bounds, Filling, merged};
use crate::model::{OutputId, Timestamp, Tombstone};
use crate::publish::announceable;
use crate::store::{
    Archived, ItemVersion, Place, Store, StoreError, Versions, VersionsRequest, WhichItems,
    WindowItem,
};

/// How often windows are read again whose items change between the two questions. Each time takes a commit in between.
const ATTEMPTS: usize = 16;
/// How long, and of how many items at most, documents say that they were deleted: long enough for a reader that was away for a holiday.
const ANNOUNCED_FOR: TimeDelta = TimeDelta::days(30);
const ANNOUNCED: usize = 200;
/// States of items that are asked for at once, at most, where a source has had its share and others follow.
const LARGEST_PAGE: u32 = 4096;

/// What items show.
pub(super) type Items = HashMap<Arc<ItemVersion>, Arc<WindowItem>>;

/// An output's window as it was read.
pub(super) struct ReadWindow {
    /// All of it, in order.
    pub(super) rows: Vec<Arc<ItemVersion>>,
    /// [`Versions::feeds`].
    pub(super) feeds: i64,
    pub(super) archived: Archived,
    /// Items that the output announces as deleted, the latest first.
    pub(super) deleted: Arc<[Tombstone]>,
}

/// Windows, and what their items show.
pub(super) struct ReadWindows {
    /// In the order asked for.
    pub(super) windows: Vec<ReadWindow>,
    /// Of the items that were not written before.
    pub(super) items: Items,
}

/// Asks the store for the windows of a publication at one moment.
#[derive(Clone, Copy)]
pub(super) struct WindowReader<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) publication: &'a Publication,
    pub(super) now: Timestamp,
}

impl WindowReader<'_> {
    /// Reads the windows of some outputs. An item that keeps changing while it is read is missing among what items show.
    pub(super) async fn read(
        &self,
        outputs: &[&OutputPlan],
        last_shown: &LastShown,
    ) -> Result<ReadWindows, StoreError> {
        let known: Vec<Arc<Fragments>> = outputs
            .iter()
            .map(|plan| last_shown.fragments(&plan.output.id))
            .collect();
        let mut items = Items::new();
        let mut attempts = 0;
        loop {
            let mut windows = self.windows(outputs, last_shown).await?;
            let wanted = unread(outputs, &windows, &known, &items);
            let is_followed = |plan: &&OutputPlan| last_shown.window(&plan.output.id).is_some();
            self.load(&wanted, outputs.iter().all(is_followed), &mut items)
                .await?;
            attempts += 1;
            let is_whole = wanted.iter().all(|(_, item)| items.contains_key(item));
            if is_whole || attempts == ATTEMPTS {
                self.read_deleted(outputs, &mut windows).await?;
                return Ok(ReadWindows { windows, items });
            }
        }
    }

    /// Reads what the outputs announce as deleted. What is in a window is not: it is judged anew in a moment, or has come back.
    async fn read_deleted(
        &self,
        outputs: &[&OutputPlan],
        windows: &mut [ReadWindow],
    ) -> Result<(), StoreError> {
        let ids = outputs.iter().map(|plan| plan.output.id.clone()).collect();
        let since = self.now - ANNOUNCED_FOR;
        let deleted = self.store.tombstones(ids, since, ANNOUNCED).await?;
        for ((plan, window), mut deleted) in outputs.iter().zip(windows).zip(deleted) {
            if deleted.is_empty() {
                continue;
            }
            let shown: HashSet<&str> = window.rows.iter().map(|row| row.item_id.as_str()).collect();
            deleted.retain(|tombstone| !shown.contains(tombstone.item_id.as_str()));
            window.deleted = announceable(deleted, plan.output.max_bytes).into();
        }
        Ok(())
    }

    /// Reads what items show. One that has changed meanwhile comes back in the state that the next look at its window finds.
    async fn load(
        &self,
        wanted: &[(OutputId, Arc<ItemVersion>)],
        just_changed: bool,
        items: &mut Items,
    ) -> Result<(), StoreError> {
        if wanted.is_empty() {
            return Ok(());
        }
        let found = self.store.items(wanted.to_vec(), just_changed).await?;
        for (version, item) in found.into_iter().flatten() {
            items.insert(Arc::new(version), Arc::new(item));
        }
        Ok(())
    }

    /// The windows, by what they were and what has changed where that tells.
    async fn windows(
        &self,
        outputs: &[&OutputPlan],
        last_shown: &LastShown,
    ) -> Result<Vec<ReadWindow>, StoreError> {
        let mut windows = self.by_changes(outputs, last_shown).await?;
        let rest = outputs.iter().zip(&windows);
        let rest: Vec<&OutputPlan> = rest
            .filter_map(|(plan, window)| window.is_none().then_some(*plan))
            .collect();
        let mut whole = self.whole(&rest).await?.into_iter();
        for window in &mut windows {
            if window.is_none() {
                *window = whole.next();
            }
        }
        Ok(windows.into_iter().flatten().collect())
    }

    /// `None`: what has changed does not tell.
    async fn by_changes(
        &self,
        outputs: &[&OutputPlan],
        last_shown: &LastShown,
    ) -> Result<Vec<Option<ReadWindow>>, StoreError> {
        let known: Vec<_> = outputs
            .iter()
            .map(|plan| {
                let is_mergeable = plan.output.max_per_source.is_none();
                last_shown.window(&plan.output.id).filter(|_| is_mergeable)
            })
            .collect();
        let asked = outputs.iter().zip(&known);
        let requests: Vec<VersionsRequest> = asked
            .filter_map(|(plan, known)| {
                let (_, changed) = known.as_ref()?;
                Some(self.request(plan, WhichItems::OfStories((*changed).clone())))
            })
            .collect();
        let mut answers = match requests.is_empty() {
            true => Vec::new(),
            false => self.store.versions(requests).await?,
        }
        .into_iter();
        let windows = outputs.iter().zip(known).map(|(plan, known)| {
            let (before, changed) = known?;
            let Versions {
                items,
                archived,
                feeds,
            } = answers.next()?;
            // Where a feed calls itself otherwise, any of its items may show another state.
            if before.feeds != feeds {
                return None;
            }
            let bounds = Bounds::of(&plan.output, self.now);
            Some(ReadWindow {
                rows: merged(&before.rows, changed, items, bounds)?,
                feeds,
                archived,
                deleted: Arc::default(),
            })
        });
        Ok(windows.collect())
    }

    /// The windows, read whole.
    pub(super) async fn whole(
        &self,
        outputs: &[&OutputPlan],
    ) -> Result<Vec<ReadWindow>, StoreError> {
        if outputs.is_empty() {
            return Ok(Vec::new());
        }
        let requests = outputs.iter().map(|plan| {
            let limit = plan.output.max_entries.get();
            self.newest(plan, None, limit)
        });
        let pages = self.store.versions(requests.collect()).await?;
        let mut windows = Vec::with_capacity(outputs.len());
        for (plan, page) in outputs.iter().zip(pages) {
            windows.push(self.filled(plan, page).await?);
        }
        Ok(windows)
    }

    /// An output's window from its newest items, and where these do not fill it, from those behind them.
    async fn filled(&self, plan: &OutputPlan, first: Versions) -> Result<ReadWindow, StoreError> {
        let Versions {
            items: mut page,
            archived,
            feeds,
        } = first;
        let mut limit = plan.output.max_entries.get();
        let mut filling = Filling::new(Bounds::of(&plan.output, self.now));
        loop {
            let is_last = page.len() < usize::try_from(limit).unwrap_or(usize::MAX);
            let behind = page.last().map(|item| item.place());
            // Each page is of a moment of its own: an item that has moved behind meanwhile stands in this one too.
            page.retain(|item| !filling.has(item));
            filling.take(page);
            if is_last || filling.is_full() {
                return Ok(ReadWindow {
                    rows: filling.items(),
                    feeds,
                    archived,
                    deleted: Arc::default(),
                });
            }
            limit = limit.saturating_mul(2).min(LARGEST_PAGE.max(limit));
            let request = self.newest(plan, behind, limit);
            let mut next = self.store.versions(vec![request]).await?;
            page = next.pop().map(|next| next.items).unwrap_or_default();
        }
    }

    fn newest(&self, plan: &OutputPlan, behind: Option<Place>, limit: u32) -> VersionsRequest {
        let not_before = Bounds::of(&plan.output, self.now).not_before;
        let which = WhichItems::Newest {
            not_before,
            behind,
            limit,
        };
        self.request(plan, which)
    }

    fn request(&self, plan: &OutputPlan, which: WhichItems) -> VersionsRequest {
        let output = plan.output.id.clone();
        VersionsRequest {
            rules: self.publication.rules_of(&output),
            output,
            which,
        }
    }
}

/// The items of windows that were neither written nor read before, each once, with an output that has it.
fn unread(
    outputs: &[&OutputPlan],
    windows: &[ReadWindow],
    known: &[Arc<Fragments>],
    items: &Items,
) -> Vec<(OutputId, Arc<ItemVersion>)> {
    let mut wanted = Vec::new();
    let mut met = HashSet::new();
    for ((plan, window), known) in outputs.iter().zip(windows).zip(known) {
        for row in &window.rows {
            if !known.contains_key(row) && !items.contains_key(row) && met.insert(row.clone()) {
                wanted.push((plan.output.id.clone(), row.clone()));
            }
        }
    }
    wanted
}
