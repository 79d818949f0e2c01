//! Writes items and documents, and keeps a panic to the item or the document that it happened to.
//!
//! No input is known to cause one. But nobody can foresee everything that publishers send, and a bug that one item triggers
//! must cost that item, not the other outputs, and least of all the process.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::archive::slack;
use super::plan::{OutputPlan, Plan};
use super::{IdBases, Reach, assemble, id_base};
use crate::model::{OutputId, Timestamp};
use crate::publish::{self, Documents, Fragment, ItemForm, OutboundFeed};
use crate::store::{Archived, ItemVersion, WindowItem, WindowRow};

/// Items as they were last written. `None`: writing it panicked, and it is left out.
pub(super) type Fragments = HashMap<Arc<ItemVersion>, Option<Arc<Fragment>>>;

/// What an output's documents are made of.
pub(super) struct Sheet {
    pub(super) output: OutputId,
    pub(super) rows: Vec<WindowRow>,
    pub(super) known: Arc<Fragments>,
    pub(super) feeds: i64,
    pub(super) reach: Reach,
    pub(super) archived: Archived,
}

/// An output's documents, not stamped yet.
pub(super) struct Drawn {
    pub(super) output: OutputId,
    pub(super) documents: Documents,
    pub(super) rows: Vec<Arc<ItemVersion>>,
    pub(super) feeds: i64,
    pub(super) fragments: Fragments,
    pub(super) reach: Reach,
    pub(super) archived: Archived,
    pub(super) oldest: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) fresh: usize,
    pub(super) slack: usize,
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

    /// Writes the documents of an output. `None`: that panicked.
    pub(super) fn draw(&self, sheet: Sheet) -> Option<Drawn> {
        caught(|| self.write(sheet))
    }

    fn write(&self, sheet: Sheet) -> Drawn {
        let plan = self.plan.clone();
        let oldest = sheet.rows.last().map(|row| row.version.ordered_at);
        let mut outputs = plan.outputs.iter();
        let output = outputs
            .find(|plan| plan.output.id == sheet.output)
            .expect("a sheet is of an output of the plan");
        let form = ItemForm::of(&output.output);
        let mut fragments = Fragments::with_capacity(sheet.rows.len());
        let mut items = Vec::with_capacity(sheet.rows.len());
        let mut rows = Vec::with_capacity(sheet.rows.len());
        let fresh = sheet.rows.iter().filter(|row| row.item.is_some()).count();
        for WindowRow { version, item } in sheet.rows {
            let fragment = match item {
                Some(item) => self.fragment(&form, output, &version, *item),
                None => sheet.known[&version].clone(),
            };
            items.extend(fragment.clone());
            fragments.insert(version.clone(), fragment);
            rows.push(version);
        }
        let feed = OutboundFeed {
            output: output.output.clone(),
            id_base: id_base(&self.id_bases, &plan, &sheet.output),
            public_url: plan.public_url.clone(),
            items,
            prev_archive: sheet.archived.newest,
        };
        Drawn {
            output: sheet.output,
            documents: publish::render(&feed),
            rows,
            feeds: sheet.feeds,
            fragments,
            reach: sheet.reach,
            archived: sheet.archived,
            oldest,
            expires_at: expires_at(output, oldest),
            fresh,
            slack: slack(output),
        }
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
