//! Writes items and documents, and keeps a panic to the item or the document that it happened to.
//!
//! No input is known to cause one. But nobody can foresee everything that publishers send, and a bug that one item triggers
//! must cost that item, not the other outputs, and least of all the process.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::plan::{OutputPlan, Plan};
use super::{IdBases, Reach, assemble, id_base};
use crate::model::{OutputId, Timestamp};
use crate::publish::{self, Documents, Fragment, ItemForm, OutboundFeed};
use crate::store::{Archived, ItemVersion, Window, WindowItem, WindowRow};

/// Items as they were last written. `None`: writing it panicked, and it is left out.
pub(super) type Fragments = HashMap<Arc<ItemVersion>, Option<Arc<Fragment>>>;

/// An output's window as it was read.
pub(super) struct Pile {
    pub(super) output: OutputId,
    pub(super) window: Window,
    /// What was written before.
    pub(super) known: Arc<Fragments>,
}

/// What an output's documents are made of.
pub(super) struct Sheet {
    pub(super) output: OutputId,
    /// All of the window.
    pub(super) rows: Vec<Arc<ItemVersion>>,
    /// So many of them have room in the documents.
    pub(super) shown: usize,
    /// Of all of them.
    pub(super) fragments: Fragments,
    pub(super) fresh: usize,
    pub(super) feeds: i64,
    pub(super) reach: Reach,
    pub(super) archived: Archived,
}

/// An output's documents, not stamped yet.
pub(super) struct Drawn {
    pub(super) sheet: Sheet,
    pub(super) documents: Documents,
    /// The place of the oldest item shown.
    pub(super) oldest: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
}

/// What an item's bytes depend on: its form, its version, and which of its copies are named.
type Likeness = (ItemForm, Arc<ItemVersion>, Vec<bool>);

/// Writes documents, each item once for all outputs that show it alike. Cheap to clone.
#[derive(Clone)]
pub(super) struct Scribe {
    plan: Arc<Plan>,
    id_bases: Arc<IdBases>,
    /// A plain mutex: held while an item is written, which nobody else should do beside it.
    written: Arc<Mutex<HashMap<Likeness, Option<Arc<Fragment>>>>>,
}

impl Scribe {
    pub(super) fn new(plan: Arc<Plan>, id_bases: Arc<IdBases>) -> Self {
        Self {
            plan,
            id_bases,
            written: Arc::default(),
        }
    }

    /// Writes the items of an output that are not known, and measures how many of all of them have room in its documents.
    /// `None`: that panicked.
    pub(super) fn write(&self, pile: Pile) -> Option<Sheet> {
        caught(|| self.write_items(pile))
    }

    fn write_items(&self, pile: Pile) -> Sheet {
        let Pile {
            output,
            window,
            known,
        } = pile;
        let plan = self.plan.clone();
        let plan = output_of(&plan, &output);
        let form = ItemForm::of(&plan.output);
        let fresh = window.rows.iter().filter(|row| row.item.is_some()).count();
        let mut fragments = Fragments::with_capacity(window.rows.len());
        let mut rows = Vec::with_capacity(window.rows.len());
        for WindowRow { version, item } in window.rows {
            let fragment = match item {
                Some(item) => self.fragment(&form, plan, &version, *item),
                None => known[&version].clone(),
            };
            fragments.insert(version.clone(), fragment);
            rows.push(version);
        }
        let shown = self.room(plan, &rows, &fragments);
        let room = match shown < rows.len() {
            true => shown,
            false => usize::try_from(plan.output.max_entries.get()).unwrap_or(usize::MAX),
        };
        Sheet {
            output,
            reach: Reach::of(&rows[..shown], room),
            rows,
            shown,
            fragments,
            fresh,
            feeds: window.feeds,
            archived: window.archived,
        }
    }

    /// How many items of a window, the newest first, its documents' bytes have room for.
    fn room(&self, plan: &OutputPlan, rows: &[Arc<ItemVersion>], fragments: &Fragments) -> usize {
        let Some(max_bytes) = plan.output.max_bytes else {
            return rows.len();
        };
        let feed = self.feed(plan, rows, fragments, Archived::default());
        // What panics here panics again where the documents are written, and is told there.
        let fit = caught(|| publish::fitting(&feed, max_bytes)).unwrap_or(feed.items.len());
        let written = |(_, row): &(usize, &Arc<ItemVersion>)| fragments[*row].is_some();
        let beyond = rows.iter().enumerate().filter(written).nth(fit);
        beyond.map_or(rows.len(), |(at, _)| at)
    }

    /// Writes the documents of an output. `None`: that panicked.
    pub(super) fn draw(&self, sheet: Sheet) -> Option<Drawn> {
        caught(|| {
            let plan = output_of(&self.plan, &sheet.output);
            let shown = &sheet.rows[..sheet.shown];
            let feed = self.feed(plan, shown, &sheet.fragments, sheet.archived);
            let oldest = shown.last().map(|item| item.ordered_at);
            Drawn {
                documents: publish::render(&feed),
                oldest,
                expires_at: expires_at(plan, oldest),
                sheet,
            }
        })
    }

    fn feed(
        &self,
        plan: &OutputPlan,
        rows: &[Arc<ItemVersion>],
        fragments: &Fragments,
        archived: Archived,
    ) -> OutboundFeed {
        let items = rows.iter().filter_map(|row| fragments[row].clone());
        OutboundFeed {
            id_base: id_base(&self.id_bases, &self.plan, &plan.output.id),
            output: plan.output.clone(),
            public_url: self.plan.public_url.clone(),
            items: items.collect(),
            prev_archive: archived.newest,
        }
    }

    /// Those of an output's items, the newest first, that its documents have room for.
    pub(super) fn in_room(&self, output: &OutputId, mut items: Vec<WindowItem>) -> Vec<WindowItem> {
        let plan = output_of(&self.plan, output);
        let form = ItemForm::of(&plan.output);
        let Some(max_bytes) = plan.output.max_bytes else {
            return items;
        };
        let written = items.iter().cloned();
        let written = written.filter_map(|item| write_item(&self.plan, plan, &form, item));
        let feed = OutboundFeed {
            items: written.collect(),
            ..self.feed(plan, &[], &Fragments::new(), Archived::default())
        };
        items.truncate(publish::fitting(&feed, max_bytes));
        items
    }

    /// The item as written before, for any output that shows it alike, or written now. `None`: writing it panicked.
    fn fragment(
        &self,
        form: &ItemForm,
        output: &OutputPlan,
        version: &Arc<ItemVersion>,
        item: WindowItem,
    ) -> Option<Arc<Fragment>> {
        let named = assemble::named_copies(output, &item);
        let likeness = (form.clone(), version.clone(), named);
        let plan = &self.plan;
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let written = written.entry(likeness);
        let write = || write_item(plan, output, form, item);
        written.or_insert_with(write).clone()
    }
}

/// An output of the plan, which every window that is written is of.
fn output_of<'p>(plan: &'p Plan, id: &OutputId) -> &'p OutputPlan {
    let mut outputs = plan.outputs.iter();
    let output = outputs.find(|plan| plan.output.id == *id);
    output.expect("a window is of an output of the plan")
}

fn expires_at(output: &OutputPlan, oldest: Option<Timestamp>) -> Option<Timestamp> {
    let (oldest, age) = oldest.zip(output.output.max_age)?;
    oldest.checked_add_signed(chrono::Duration::from_std(age).ok()?)
}

/// Writes an item of an output. `None`: that panicked, which is reported; the item is to be left out.
pub(super) fn write_item(
    plan: &Plan,
    output: &OutputPlan,
    form: &ItemForm,
    item: WindowItem,
) -> Option<Arc<Fragment>> {
    let id = item.item_id.clone();
    let written = caught(|| {
        let item = assemble::outbound_item(plan, output, item);
        Arc::new(Fragment::write(form, &item))
    });
    if written.is_none() {
        tracing::error!(
            output = %output.output.id,
            item = id,
            "writing this item panicked: it is left out, and everything else is published; this is a bug: please report it with the line \"panic\" before this one"
        );
    }
    written
}

/// Runs what writes one item or one document. `None`: it panicked, and the panic hook has logged where.
fn caught<T>(write: impl FnOnce() -> T) -> Option<T> {
    // Whatever was half written is dropped.
    catch_unwind(AssertUnwindSafe(write)).ok()
}
