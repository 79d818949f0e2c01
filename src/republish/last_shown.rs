//! What each output showed when it was last rendered, and how much of that still holds.
//!
//! What an output showed is not read or written again. Three things end that:
//!
//! - Its stories were judged here: their items are read again, and the rest of the window stands ([`LastShown::stories_changed`]).
//! - Something changed that was not judged here (another process, retention, the end of a replay, a failure halfway): the window is
//!   read whole. Items in a state in which they were written are not written again ([`LastShown::changed_elsewhere`]).
//! - The plan is another: titles of sources and the form of items may differ, so nothing holds ([`LastShown::plan_replaced`]).
//!
//! A feed that calls itself otherwise changes no story. The store counts such changes: the reader of windows compares the count
//! with the one that is kept here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fragment::Fragments;
use crate::model::{OutputId, StoryId};
use crate::store::ItemVersion;

/// What all outputs showed.
#[derive(Debug, Default)]
pub(super) struct LastShown {
    outputs: BTreeMap<OutputId, Shown>,
}

/// What one output showed.
#[derive(Debug, Default)]
struct Shown {
    /// `None`: it is to be read whole.
    window: Option<KnownWindow>,
    /// The stories whose items have changed since.
    changed: BTreeSet<StoryId>,
    fragments: Arc<Fragments>,
    /// Whether a history behind its window is being archived beside everything else.
    is_behind: bool,
    /// Whether writing its documents panicked when it was last tried.
    has_panicked: bool,
}

/// A window as it was last read.
#[derive(Debug, Clone)]
pub(super) struct KnownWindow {
    /// All of it, whether the documents had room for it or not.
    pub(super) rows: Arc<Vec<Arc<ItemVersion>>>,
    /// [`crate::store::Versions::feeds`].
    pub(super) feeds: i64,
}

impl LastShown {
    /// Items of these stories have changed in an output.
    pub(super) fn stories_changed(&mut self, output: OutputId, stories: BTreeSet<StoryId>) {
        let shown = self.outputs.entry(output).or_default();
        shown.changed.extend(stories);
    }

    /// Something has changed that was not judged here.
    pub(super) fn changed_elsewhere(&mut self) {
        for shown in self.outputs.values_mut() {
            shown.window = None;
        }
    }

    /// Outputs, sources or rules are others.
    pub(super) fn plan_replaced(&mut self) {
        for shown in self.outputs.values_mut() {
            *shown = Shown {
                has_panicked: shown.has_panicked,
                ..Shown::default()
            };
        }
    }

    /// An output was rendered. `window`: `None` where it is to be read whole the next time; `is_behind`: whether items behind it
    /// stand in no archive document.
    pub(super) fn rendered(
        &mut self,
        output: OutputId,
        window: Option<KnownWindow>,
        fragments: Fragments,
        is_behind: bool,
    ) {
        let shown = Shown {
            window,
            changed: BTreeSet::new(),
            fragments: Arc::new(fragments),
            is_behind,
            has_panicked: false,
        };
        self.outputs.insert(output, shown);
    }

    /// Writing an output's documents panicked. Returns whether that is new.
    pub(super) fn panicked(&mut self, output: OutputId) -> bool {
        let shown = self.outputs.entry(output).or_default();
        !std::mem::replace(&mut shown.has_panicked, true)
    }

    /// An output's window as it was, and the stories whose items have changed since; `None`: it is to be read whole.
    pub(super) fn window(&self, output: &OutputId) -> Option<(&KnownWindow, &BTreeSet<StoryId>)> {
        let shown = self.outputs.get(output)?;
        Some((shown.window.as_ref()?, &shown.changed))
    }

    /// The items of an output as they were written.
    pub(super) fn fragments(&self, output: &OutputId) -> Arc<Fragments> {
        let shown = self.outputs.get(output);
        shown
            .map(|shown| shown.fragments.clone())
            .unwrap_or_default()
    }

    /// Whether a history behind an output's window is being archived beside everything else.
    pub(super) fn is_behind(&self, output: &OutputId) -> bool {
        let shown = self.outputs.get(output);
        shown.is_some_and(|shown| shown.is_behind)
    }
}
