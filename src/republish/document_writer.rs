//! Writes documents from windows: each item once for all outputs that show it alike, and no panic ends more than its document.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::assemble;
use super::fragment::{Fragments, caught, write_item};
use super::plan::OutputPlan;
use super::publication::Publication;
use super::reach::Reach;
use super::reading::{Items, ReadWindow};
use super::window::expires_at;
use crate::model::{OutputId, Timestamp, Tombstone};
use crate::publish::{self, Documents, Fragment, ItemForm};
use crate::store::{Archived, ItemVersion, WindowItem};

/// An output's window whose items are written.
pub(super) struct WrittenWindow {
    pub(super) output: OutputId,
    /// All of the window.
    pub(super) rows: Vec<Arc<ItemVersion>>,
    /// So many of them have room in the documents.
    pub(super) shown: usize,
    /// Of all of them.
    pub(super) fragments: Fragments,
    /// Items that were not known before.
    pub(super) fresh: usize,
    /// Whether no item is missing because it kept changing while it was read.
    pub(super) is_whole: bool,
    pub(super) feeds: i64,
    pub(super) reach: Reach,
    pub(super) archived: Archived,
    /// Items that its documents announce as deleted.
    pub(super) deleted: Arc<[Tombstone]>,
}

/// An output's documents, not stamped yet.
pub(super) struct WrittenDocuments {
    pub(super) window: WrittenWindow,
    pub(super) documents: Documents,
    /// The place of the oldest item shown.
    pub(super) oldest: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
}

/// What an item's bytes depend on: its form, its version, and which of its copies are named.
type Likeness = (ItemForm, Arc<ItemVersion>, Vec<bool>);

/// Writes documents of a publication. Cheap to clone.
#[derive(Clone)]
pub(super) struct DocumentWriter {
    publication: Publication,
    /// A plain mutex: held while an item is written, which nobody else should do beside it.
    written: Arc<Mutex<HashMap<Likeness, Option<Arc<Fragment>>>>>,
}

impl DocumentWriter {
    pub(super) fn new(publication: Publication) -> Self {
        Self {
            publication,
            written: Arc::default(),
        }
    }

    /// Writes the items of a window that are not `known`, and measures how many of all of them have room in the documents.
    /// `None`: that panicked.
    pub(super) fn write_items(
        &self,
        output: &OutputId,
        read: ReadWindow,
        items: &Items,
        known: &Fragments,
    ) -> Option<WrittenWindow> {
        caught(|| self.written_window(self.plan_of(output), read, items, known))
    }

    fn plan_of(&self, output: &OutputId) -> &OutputPlan {
        let plan = self.publication.plan.output(output);
        plan.expect("a window is of an output of the plan")
    }

    fn written_window(
        &self,
        plan: &OutputPlan,
        read: ReadWindow,
        items: &Items,
        known: &Fragments,
    ) -> WrittenWindow {
        let form = ItemForm::of(&plan.output);
        let mut fragments = Fragments::with_capacity(read.rows.len());
        let mut rows = Vec::with_capacity(read.rows.len());
        let (mut fresh, mut is_whole) = (0, true);
        for version in read.rows {
            let fragment = match (known.get(&version), items.get(&version)) {
                (Some(fragment), _) => fragment.clone(),
                (None, Some(item)) => {
                    fresh += 1;
                    self.fragment(&form, plan, &version, item)
                }
                (None, None) => {
                    is_whole = false;
                    continue;
                }
            };
            fragments.insert(version.clone(), fragment);
            rows.push(version);
        }
        let shown = self.room(plan, &rows, &fragments, &read.deleted);
        let room = match shown < rows.len() {
            true => shown,
            false => usize::try_from(plan.output.max_entries.get()).unwrap_or(usize::MAX),
        };
        WrittenWindow {
            output: plan.output.id.clone(),
            reach: Reach::of(&rows[..shown], room),
            rows,
            shown,
            fragments,
            fresh,
            is_whole,
            feeds: read.feeds,
            archived: read.archived,
            deleted: read.deleted,
        }
    }

    /// How many items of a window, the newest first, its documents' bytes have room for.
    fn room(
        &self,
        plan: &OutputPlan,
        rows: &[Arc<ItemVersion>],
        fragments: &Fragments,
        deleted: &Arc<[Tombstone]>,
    ) -> usize {
        if plan.output.max_bytes.is_none() {
            return rows.len();
        }
        let written = |(_, row): &(usize, &Arc<ItemVersion>)| fragments[*row].is_some();
        let items = rows.iter().filter_map(|row| fragments[row].clone());
        let fit = self.fitting(plan, items.collect(), deleted);
        let beyond = rows.iter().enumerate().filter(written).nth(fit);
        beyond.map_or(rows.len(), |(at, _)| at)
    }

    /// How many of an output's items, the newest first, its documents' bytes have room for.
    pub(super) fn fitting(
        &self,
        plan: &OutputPlan,
        items: Vec<Arc<Fragment>>,
        deleted: &Arc<[Tombstone]>,
    ) -> usize {
        let count = items.len();
        let Some(max_bytes) = plan.output.max_bytes else {
            return count;
        };
        let feed = self.publication.feed(plan, items, 0, deleted.clone());
        // What panics here panics again where the documents are written, and is told there.
        caught(|| publish::fitting(&feed, max_bytes)).unwrap_or(count)
    }

    /// Writes the documents of an output. `None`: that panicked.
    pub(super) fn write_documents(&self, window: WrittenWindow) -> Option<WrittenDocuments> {
        caught(|| {
            let plan = self.plan_of(&window.output);
            let shown = &window.rows[..window.shown];
            let items = shown.iter().filter_map(|row| window.fragments[row].clone());
            let newest = window.archived.newest;
            let deleted = window.deleted.clone();
            let feed = self
                .publication
                .feed(plan, items.collect(), newest, deleted);
            let oldest = shown.last().map(|item| item.ordered_at);
            WrittenDocuments {
                documents: publish::render(&feed),
                oldest,
                expires_at: expires_at(&plan.output, oldest),
                window,
            }
        })
    }

    /// The item as written before, for any output that shows it alike, or written now. `None`: writing it panicked.
    fn fragment(
        &self,
        form: &ItemForm,
        output: &OutputPlan,
        version: &Arc<ItemVersion>,
        item: &WindowItem,
    ) -> Option<Arc<Fragment>> {
        let named = assemble::named_copies(output, item);
        let likeness = (form.clone(), version.clone(), named);
        let plan = &self.publication.plan;
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let written = written.entry(likeness);
        let write = || write_item(Fragment::write, plan, output, form, item.clone());
        written.or_insert_with(write).clone()
    }
}
