//! Windows of the store to documents. What an output showed before is not read again, and an item that several outputs show
//! alike is written once: so one new entry costs one item, however many documents it appears in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use super::plan::OutputPlan;
use super::scribe::{Drawn, Fragments, Scribe, Sheet};
use super::{Reach, Republisher, bounds};
use crate::model::{OutputId, Timestamp};
use crate::publish::Documents;
use crate::store::{
    Archived, DocumentStamp, ItemVersion, PriorWindow, StoreError, Window, WindowRequest,
};
use crate::telemetry::Stage;

/// Outputs whose windows are read at once: it bounds the texts in memory when none of them is known.
const AT_ONCE: usize = 16;

/// What an output showed when it was last rendered.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    /// `None`: what has changed since is not known.
    rows: Option<Arc<Vec<Arc<ItemVersion>>>>,
    /// [`Window::feeds`].
    feeds: i64,
    fragments: Arc<Fragments>,
}

/// An output's documents, as they stand in the store.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The bytes.
    pub documents: Documents,
    /// When they last changed.
    pub changed_at: Timestamp,
    /// The place of the oldest item shown: what lies before it may be forgotten.
    pub oldest: Option<Timestamp>,
    /// How far its window reaches.
    pub reach: Reach,
    /// Whether every item behind its window stands in an archive document; else [`super::Archivist::archive`] has more to do.
    pub is_archived: bool,
    /// When the oldest item's time ends (`max_age`), so that the documents change without anything new.
    pub expires_at: Option<Timestamp>,
    /// Items that it did not show before, or otherwise.
    pub fresh: usize,
    /// After so many of them something can be archived ahead.
    pub slack: usize,
}

/// An output's documents; `Err`: writing those of this output panicked.
type Written = Result<Drawn, OutputId>;

impl Republisher {
    /// Has the windows be read whole when they are next rendered: something has changed that was not judged here.
    pub fn look_again(&mut self) {
        for shown in self.shown.values_mut() {
            shown.rows = None;
        }
    }

    /// Renders outputs from the store; those that are not in the plan are left out, as are those whose writing panics.
    ///
    /// # Errors
    /// The store's.
    pub async fn render(
        &mut self,
        outputs: &BTreeSet<OutputId>,
    ) -> Result<Vec<(OutputId, Rendered)>, StoreError> {
        let (now, began) = (self.clock.now(), Instant::now());
        let plan = self.plan.clone();
        let wanted = plan.outputs.iter();
        let wanted: Vec<&OutputPlan> = wanted
            .filter(|plan| outputs.contains(&plan.output.id))
            .collect();
        let scribe = Scribe::new(plan.clone(), self.id_bases.clone());
        // Half of them is read while the other half is written.
        let lanes = tokio::try_join!(
            self.lane(&scribe, &wanted, 0, now),
            self.lane(&scribe, &wanted, 1, now)
        )?;
        let mut drawn = Vec::new();
        for written in lanes.0.into_iter().chain(lanes.1) {
            match written {
                Ok(written) => drawn.push(written),
                Err(output) => self.tell_panicked(output),
            }
        }
        let hashes = drawn
            .iter()
            .map(|drawn| (drawn.output.clone(), drawn.documents.hash))
            .collect();
        let stamps = self.store.stamp(hashes, now).await?;
        self.metrics.took(Stage::Render, began.elapsed());
        let drawn = drawn.into_iter().zip(stamps);
        Ok(drawn
            .map(|(drawn, stamp)| self.stamped(drawn, stamp))
            .collect())
    }

    /// Writes the documents of every other batch of outputs, from the `nth`.
    async fn lane(
        &self,
        scribe: &Scribe,
        wanted: &[&OutputPlan],
        nth: usize,
        now: Timestamp,
    ) -> Result<Vec<Written>, StoreError> {
        let mut drawn = Vec::new();
        for some in wanted.chunks(AT_ONCE).skip(nth).step_by(2) {
            let sheets = self.sheets(some, now).await?;
            let scribe = scribe.clone();
            // Off the async threads: where all is new, it takes a while.
            let written = tokio::task::spawn_blocking(move || {
                let draw = |sheet: Sheet| {
                    let output = sheet.output.clone();
                    scribe.draw(sheet).ok_or(output)
                };
                sheets.into_iter().map(draw).collect::<Vec<_>>()
            });
            let written = written.await;
            drawn.extend(written.map_err(|ended| StoreError::of_task("write documents", &ended))?);
        }
        Ok(drawn)
    }

    /// Reads what is needed to write some outputs' documents.
    async fn sheets(&self, some: &[&OutputPlan], now: Timestamp) -> Result<Vec<Sheet>, StoreError> {
        let shown = |plan: &OutputPlan| {
            let shown = self.shown.get(&plan.output.id);
            shown.cloned().unwrap_or_default()
        };
        let requests = some.iter().map(|plan| {
            let shown = shown(plan);
            let changed = self.changed.get(&plan.output.id).cloned();
            let prior = shown.rows.map(|rows| PriorWindow {
                rows,
                feeds: shown.feeds,
                changed: changed.unwrap_or_default(),
            });
            WindowRequest {
                output: plan.output.id.clone(),
                bounds: bounds(plan, now),
                rules: self.rules_of(plan),
                prior,
                is_known: Arc::new(move |version| shown.fragments.contains_key(version)),
            }
        });
        let windows = self.store.windows(requests.collect()).await?;
        let mut sheets = Vec::new();
        for (plan, window) in some.iter().zip(windows) {
            let Window {
                rows,
                archived,
                feeds,
            } = window;
            let reach = Reach::of(&rows);
            let archived = match archived.is_due && !self.is_behind.contains(&plan.output.id) {
                false => archived,
                // What leaves the window with this document stands in the one that it links to.
                true => self.archive_behind(plan, &reach, archived).await?,
            };
            sheets.push(Sheet {
                output: plan.output.id.clone(),
                rows,
                known: shown(plan).fragments,
                feeds,
                reach,
                archived,
            });
        }
        Ok(sheets)
    }

    /// Archives what lies behind a window, as a task of its own so that a panic ends nothing else. After a panic the documents
    /// are written as if there were nothing to archive; the daemon's cutter will meet the same panic, report it and give up.
    async fn archive_behind(
        &self,
        plan: &OutputPlan,
        reach: &Reach,
        archived: Archived,
    ) -> Result<Archived, StoreError> {
        let (archivist, plan, reach) = (self.archivist(), plan.clone(), reach.clone());
        let task = tokio::spawn(async move { archivist.archive_behind(&plan, &reach).await });
        let ended = task.await;
        match ended.unwrap_or_else(|ended| Err(StoreError::of_task("archive", &ended))) {
            Err(StoreError::Panicked { .. }) => Ok(archived),
            ended => ended,
        }
    }

    /// Reports an output whose writing panicked, once until it succeeds.
    fn tell_panicked(&mut self, output: OutputId) {
        if !self.panicked.contains(&output) {
            tracing::error!(
                %output,
                "writing the documents of this output panicked: they stay as they were, and other outputs are published; this is a bug: please report it with the line \"panic\" before this one"
            );
            self.panicked.insert(output);
        }
    }

    fn stamped(&mut self, drawn: Drawn, stamp: DocumentStamp) -> (OutputId, Rendered) {
        let Drawn {
            output,
            documents,
            rows,
            feeds,
            fragments,
            reach,
            archived,
            oldest,
            expires_at,
            fresh,
            slack,
        } = drawn;
        self.metrics.rendered(&output, rows.len(), stamp.changed_at);
        let shown = Shown {
            rows: Some(Arc::new(rows)),
            feeds,
            fragments: Arc::new(fragments),
        };
        self.shown.insert(output.clone(), shown);
        self.changed.remove(&output);
        self.panicked.remove(&output);
        match archived.is_due {
            true => self.is_behind.insert(output.clone()),
            false => self.is_behind.remove(&output),
        };
        let rendered = Rendered {
            documents,
            changed_at: stamp.changed_at,
            oldest,
            reach,
            is_archived: !archived.is_due,
            expires_at,
            fresh,
            slack,
        };
        (output, rendered)
    }
}

/// The place of each output's oldest shown item, the end of time where it shows none: what retention must not touch.
#[must_use]
pub fn windows(rendered: &BTreeMap<OutputId, Rendered>) -> Vec<(OutputId, Timestamp)> {
    rendered
        .iter()
        .map(|(output, rendered)| {
            let oldest = rendered.oldest.unwrap_or(Timestamp::MAX_UTC);
            (output.clone(), oldest)
        })
        .collect()
}
