//! Windows of the store to documents. What an output showed before is not read again, and an item that several outputs show
//! alike is written once: so one new entry costs one item, however many documents it appears in.

use std::collections::BTreeSet;

use super::archive::Archivist;
use super::document_writer::{DocumentWriter, WrittenDocuments, WrittenWindow};
use super::last_shown::LastShown;
use super::plan::OutputPlan;
use super::publication::Publication;
use super::reading::{ReadWindows, WindowReader};
use crate::model::{OutputId, Timestamp};
use crate::store::{Store, StoreError};

/// Outputs whose windows are read at once: it bounds the texts in memory when none of them is known.
const AT_ONCE: usize = 16;

/// Something of an output that was written; `Err`: that panicked.
type Written<T> = Result<T, OutputId>;

/// Renders outputs at one moment.
pub(super) struct Renderer<'a> {
    reader: WindowReader<'a>,
    writer: DocumentWriter,
    archivist: Archivist,
    publication: &'a Publication,
    last_shown: &'a LastShown,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(
        store: &'a dyn Store,
        publication: &'a Publication,
        last_shown: &'a LastShown,
        archivist: Archivist,
        now: Timestamp,
    ) -> Self {
        Self {
            reader: WindowReader {
                store,
                publication,
                now,
            },
            writer: DocumentWriter::new(publication.clone()),
            archivist,
            publication,
            last_shown,
        }
    }

    /// Writes the documents of these outputs; those that are not in the plan are left out.
    pub(super) async fn render(
        &self,
        outputs: &BTreeSet<OutputId>,
    ) -> Result<Vec<Written<WrittenDocuments>>, StoreError> {
        let plans = self.publication.plan.outputs.iter();
        let wanted: Vec<&OutputPlan> = plans
            .filter(|plan| outputs.contains(&plan.output.id))
            .collect();
        // Half of them is read while the other half is written.
        let (mut written, others) = tokio::try_join!(self.lane(&wanted, 0), self.lane(&wanted, 1))?;
        written.extend(others);
        Ok(written)
    }

    /// Writes the documents of every other batch of outputs, from the `nth`.
    async fn lane(
        &self,
        wanted: &[&OutputPlan],
        nth: usize,
    ) -> Result<Vec<Written<WrittenDocuments>>, StoreError> {
        let mut written = Vec::new();
        for some in wanted.chunks(AT_ONCE).skip(nth).step_by(2) {
            let read = self.reader.read(some, self.last_shown).await?;
            let windows = self.write_items(some, read).await?;
            let windows = self.archive(some, windows).await?;
            written.extend(self.write_documents(windows).await?);
        }
        Ok(written)
    }

    async fn write_items(
        &self,
        some: &[&OutputPlan],
        read: ReadWindows,
    ) -> Result<Vec<Written<WrittenWindow>>, StoreError> {
        let ReadWindows { windows, items } = read;
        let windows = some.iter().zip(windows).map(|(plan, window)| {
            let known = self.last_shown.fragments(&plan.output.id);
            (plan.output.id.clone(), window, known)
        });
        let (windows, writer) = (windows.collect(), self.writer.clone());
        off_threads(windows, move |(output, window, known)| {
            let written = writer.write_items(&output, window, &items, &known);
            written.ok_or(output)
        })
        .await
    }

    async fn write_documents(
        &self,
        windows: Vec<Written<WrittenWindow>>,
    ) -> Result<Vec<Written<WrittenDocuments>>, StoreError> {
        let writer = self.writer.clone();
        off_threads(windows, move |window| {
            let window: WrittenWindow = window?;
            let output = window.output.clone();
            writer.write_documents(window).ok_or(output)
        })
        .await
    }

    /// Sees to it that what leaves a window with its next document stands in the archive document that it links to.
    async fn archive(
        &self,
        some: &[&OutputPlan],
        mut windows: Vec<Written<WrittenWindow>>,
    ) -> Result<Vec<Written<WrittenWindow>>, StoreError> {
        for (plan, window) in some.iter().zip(&mut windows) {
            let Ok(window) = window else {
                continue;
            };
            let is_due = window.archived.is_due(window.reach.end());
            if is_due && !self.last_shown.is_behind(&plan.output.id) {
                self.archive_behind(plan, window).await?;
            }
        }
        Ok(windows)
    }

    /// Archives what lies behind a window, as a task of its own so that a panic ends nothing else. After a panic the documents
    /// are written as if there were nothing to archive; the daemon's archiver will meet the same panic, report it and give up.
    async fn archive_behind(
        &self,
        plan: &OutputPlan,
        window: &mut WrittenWindow,
    ) -> Result<(), StoreError> {
        let (archivist, plan) = (self.archivist.clone(), plan.clone());
        let reach = window.reach.clone();
        let task = tokio::spawn(async move { archivist.archive_behind(&plan, &reach).await });
        let ended = task.await;
        match ended.unwrap_or_else(|ended| Err(StoreError::of_task("archive", &ended))) {
            Ok(archived) => window.archived = archived,
            Err(StoreError::Panicked { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(())
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
