//! Writes items, and keeps a panic to the item or the document that it happened to.
//!
//! No input is known to cause one. But nobody can foresee everything that publishers send, and a bug that one item triggers
//! must cost that item, not the other outputs, and least of all the process.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::assemble;
use super::plan::{OutputPlan, Plan};
use crate::publish::{Fragment, Item, ItemForm};
use crate::store::{ItemVersion, WindowItem};

/// Items as they were last written. `None`: writing it panicked, and it is left out.
pub(super) type Fragments = HashMap<Arc<ItemVersion>, Option<Arc<Fragment>>>;

/// How an item is written: [`Fragment::write`] or [`Fragment::write_for_archive`].
pub(super) type Write = fn(&ItemForm, &Item) -> Fragment;

/// Writes an item of an output. `None`: that panicked, which is reported; the item is to be left out.
pub(super) fn write_item(
    write: Write,
    plan: &Plan,
    output: &OutputPlan,
    form: &ItemForm,
    item: WindowItem,
) -> Option<Arc<Fragment>> {
    let id = item.item_id.clone();
    let written = caught(|| {
        let item = assemble::outbound_item(plan, output, item);
        Arc::new(write(form, &item))
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
pub(super) fn caught<T>(write: impl FnOnce() -> T) -> Option<T> {
    // Whatever was half written is dropped.
    catch_unwind(AssertUnwindSafe(write)).ok()
}
