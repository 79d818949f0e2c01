//! Windows of the store to documents. What an output showed before is not read again, and an item that several outputs show
//! alike is written once: so one new entry costs one item, however many documents it appears in.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::archive::slack;
use super::plan::{OutputPlan, Plan};
use super::{Reach, Republisher, assemble, bounds};
use crate::model::{OutputId, Timestamp};
use crate::publish::{self, Documents, Fragment, ItemForm, OutboundFeed};
use crate::store::{
    Archived, DocumentStamp, ItemVersion, PriorWindow, StoreError, Window, WindowItem,
    WindowRequest, WindowRow,
};
use crate::telemetry::Stage;

/// Outputs whose windows are read at once: it bounds the texts in memory when none of them is known.
const AT_ONCE: usize = 16;

/// Items as they were last written.
type Fragments = HashMap<Arc<ItemVersion>, Arc<Fragment>>;

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

impl Republisher {
    /// Has the windows be read whole when they are next rendered: something has changed that was not judged here.
    pub fn look_again(&mut self) {
        for shown in self.shown.values_mut() {
            shown.rows = None;
        }
    }

    /// Renders outputs from the store; those that are not in the plan are left out.
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
        let scribe = Scribe::new(plan.clone());
        // Half of them is read while the other half is written.
        let lanes = tokio::try_join!(
            self.lane(&scribe, &wanted, 0, now),
            self.lane(&scribe, &wanted, 1, now)
        )?;
        let mut drawn = lanes.0;
        drawn.extend(lanes.1);
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
    ) -> Result<Vec<Drawn>, StoreError> {
        let mut drawn = Vec::new();
        for some in wanted.chunks(AT_ONCE).skip(nth).step_by(2) {
            let sheets = self.sheets(some, now).await?;
            let scribe = scribe.clone();
            // Off the async threads: where all is new, it takes a while.
            let written = tokio::task::spawn_blocking(move || {
                let sheets = sheets.into_iter();
                sheets.map(|sheet| scribe.draw(sheet)).collect::<Vec<_>>()
            });
            drawn.extend(written.await.map_err(|_| StoreError::Closed)?);
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
                true => self.archivist().archive_behind(plan, &reach).await?,
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

/// What an output's documents are made of.
struct Sheet {
    output: OutputId,
    rows: Vec<WindowRow>,
    known: Arc<Fragments>,
    feeds: i64,
    reach: Reach,
    archived: Archived,
}

/// An output's documents, not stamped yet.
struct Drawn {
    output: OutputId,
    documents: Documents,
    rows: Vec<Arc<ItemVersion>>,
    feeds: i64,
    fragments: Fragments,
    reach: Reach,
    archived: Archived,
    oldest: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    fresh: usize,
    slack: usize,
}

/// What an item's bytes depend on: its form, its version, and which of its copies are named.
type Likeness = (ItemForm, Arc<ItemVersion>, Vec<bool>);

/// Writes documents, each item once for all outputs that show it alike. Cheap to clone.
#[derive(Clone)]
struct Scribe {
    plan: Arc<Plan>,
    /// A plain mutex: held while an item is written, which nobody else should do beside it.
    written: Arc<Mutex<HashMap<Likeness, Arc<Fragment>>>>,
}

impl Scribe {
    fn new(plan: Arc<Plan>) -> Self {
        Self {
            plan,
            written: Arc::default(),
        }
    }

    fn draw(&self, sheet: Sheet) -> Drawn {
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
            items.push(fragment.clone());
            fragments.insert(version.clone(), fragment);
            rows.push(version);
        }
        let feed = OutboundFeed {
            output: output.output.clone(),
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

    fn fragment(
        &self,
        form: &ItemForm,
        output: &OutputPlan,
        version: &Arc<ItemVersion>,
        item: WindowItem,
    ) -> Arc<Fragment> {
        let named = assemble::named_copies(output, &item);
        let likeness = (form.clone(), version.clone(), named);
        let plan = &self.plan;
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let written = written.entry(likeness);
        let write = || {
            let item = assemble::outbound_item(plan, output, item);
            Arc::new(Fragment::write(form, &item))
        };
        written.or_insert_with(write).clone()
    }
}

fn expires_at(output: &OutputPlan, oldest: Option<Timestamp>) -> Option<Timestamp> {
    let (oldest, age) = oldest.zip(output.output.max_age)?;
    oldest.checked_add_signed(chrono::Duration::from_std(age).ok()?)
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
