//! Windows of the store to documents. What an output showed before is not read again, and an item that several outputs show
//! alike is written once: so one new entry costs one item, however many documents it appears in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use super::plan::OutputPlan;
use super::scribe::{Drawn, Fragments, Pile, Scribe, Sheet};
use super::{Reach, Republisher, bounds};
use crate::model::{OutputId, Timestamp};
use crate::publish::Documents;
use crate::store::{Archived, DocumentStamp, ItemVersion, PriorWindow, StoreError, WindowRequest};
use crate::telemetry::Stage;

/// Outputs whose windows are read at once: it bounds the texts in memory when none of them is known.
const AT_ONCE: usize = 16;

/// What an output showed when it was last rendered.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    /// All of its window, whether the documents had room for it or not; `None`: what has changed since is not known.
    rows: Option<Arc<Vec<Arc<ItemVersion>>>>,
    /// [`crate::store::Window::feeds`].
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
            .map(|drawn| (drawn.sheet.output.clone(), drawn.documents.hash))
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
            let piles = self.piles(some, now).await?;
            let of = scribe.clone();
            let write = move |pile: Pile| {
                let output = pile.output.clone();
                of.write(pile).ok_or(output)
            };
            let sheets = off_threads(piles, write).await?;
            let sheets = self.archive_all(some, sheets).await?;
            let of = scribe.clone();
            let draw = move |sheet: Result<Sheet, OutputId>| {
                let sheet = sheet?;
                let output = sheet.output.clone();
                of.draw(sheet).ok_or(output)
            };
            drawn.extend(off_threads(sheets, draw).await?);
        }
        Ok(drawn)
    }

    /// Reads the windows of some outputs.
    async fn piles(&self, some: &[&OutputPlan], now: Timestamp) -> Result<Vec<Pile>, StoreError> {
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
        let piles = some.iter().zip(windows).map(|(plan, window)| Pile {
            output: plan.output.id.clone(),
            window,
            known: shown(plan).fragments,
        });
        Ok(piles.collect())
    }

    /// Sees to it that what leaves a window with its next document stands in the archive document that it links to.
    async fn archive_all(
        &self,
        some: &[&OutputPlan],
        mut sheets: Vec<Result<Sheet, OutputId>>,
    ) -> Result<Vec<Result<Sheet, OutputId>>, StoreError> {
        for (plan, sheet) in some.iter().zip(&mut sheets) {
            let Ok(sheet) = sheet else {
                continue;
            };
            let output = &plan.output.id;
            if sheet.shown < sheet.rows.len() {
                // What was read with the window is of all of it.
                let (end, rules) = (sheet.reach.end(), self.rules_of(plan));
                sheet.archived = self.store.archived(output, end, rules).await?;
            }
            if sheet.archived.is_due && !self.is_behind.contains(output) {
                let (reach, archived) = (&sheet.reach, sheet.archived);
                sheet.archived = self.archive_behind(plan, reach, archived).await?;
            }
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
            sheet,
            documents,
            oldest,
            expires_at,
        } = drawn;
        let Sheet {
            output,
            rows,
            fragments,
            reach,
            archived,
            ..
        } = sheet;
        self.metrics
            .rendered(&output, sheet.shown, stamp.changed_at);
        let shown = Shown {
            rows: Some(Arc::new(rows)),
            feeds: sheet.feeds,
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
            slack: reach.slack(),
            reach,
            is_archived: !archived.is_due,
            expires_at,
            fresh: sheet.fresh,
        };
        (output, rendered)
    }
}

/// Works on each of some things off the async threads: where all is new, it takes a while.
async fn off_threads<T: Send + 'static, R: Send + 'static>(
    things: Vec<T>,
    work: impl Fn(T) -> R + Send + 'static,
) -> Result<Vec<R>, StoreError> {
    let working = tokio::task::spawn_blocking(move || things.into_iter().map(work).collect());
    let worked = working.await;
    worked.map_err(|ended| StoreError::of_task("write documents", &ended))
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
