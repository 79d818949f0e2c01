//! What a changed rule would make of the stored history, without making it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::document_writer::DocumentWriter;
use super::explain::because;
use super::fragment::write_item;
use super::judge::{Judged, Screened, Witness};
use super::plan::{OutputPlan, Plan};
use super::publication::Publication;
use super::trial::{GivenUp, KeptBack, Trial};
use super::window::{Bounds, Placed, cut};
use crate::model::{EntryId, Member, OutputId, Slot, SourceId, Story, StoryId, Timestamp};
use crate::publish::{Fragment, ItemForm};
use crate::store::{Bodies, KeptItem, ShownEntry, Store, StoreError, WindowItem};

/// Stories and entries read in one step.
const BATCH: usize = 256;

/// The difference between two rules of one output, over all that is stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preview {
    /// Kept by the new rule only, newest place first.
    pub appears: Difference,
    /// Kept by the old rule only, newest place first.
    pub goes: Difference,
    /// Kept by both.
    pub stays: usize,
}

/// Items of which two rules think differently.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference {
    /// How many.
    pub count: usize,
    /// How many of them stand in the output's documents, by the rule that keeps them.
    pub in_documents: usize,
    /// The newest of them.
    pub items: Vec<Previewed>,
}

/// One item of which two rules think differently.
#[derive(Debug, Clone, PartialEq)]
pub struct Previewed {
    /// Its place.
    pub ordered_at: Timestamp,
    /// The story that it is of.
    pub story: StoryId,
    /// The entry shown.
    pub entry: EntryId,
    /// Its source.
    pub source: SourceId,
    /// Its headline.
    pub title: String,
    /// Why the other rule does not keep it, for a person.
    pub because: String,
}

/// Judges every stored story by the rules of two plans for one output; of each difference the newest items are named. Windows are those
/// of documents in which every item had entered just now. Nothing differs in an output that is not in both plans.
///
/// Judging goes on beside the async threads, a batch of stories at a time. It ends with the story in hand when nobody waits for the
/// result any more; `turn` is held until then.
///
/// # Errors
/// The store's.
pub async fn preview(
    store: &dyn Store,
    trial: Trial,
    turn: impl Send + 'static,
) -> Result<Preview, StoreError> {
    let judged_by = trial.kept_back.judged_by(&trial.before, &trial.output);
    let bodies = trial.before.bodies(&judged_by);
    let bodies = bodies.max(trial.after.bodies(&judged_by));
    let Some(mut judging) = Judging::new(trial, turn) else {
        return Ok(Preview::default());
    };
    // Dropped with this future, which tells the work beside it.
    let _patience = judging.is_given_up.clone().when_dropped();
    let mut next = batch_after(store, StoryId(0), bodies).await?;
    while let Some((stories, last)) = next {
        let judged = tokio::task::spawn_blocking(move || {
            judging.judge(&stories);
            judging
        });
        // The next ones are read meanwhile.
        let (judged, read) = tokio::join!(judged, batch_after(store, last, bodies));
        judging = judged.map_err(|ended| StoreError::of_task("judge stories", &ended))?;
        next = read?;
    }
    Ok(Preview {
        appears: judging.new.difference(store).await?,
        goes: judging.old.difference(store).await?,
        stays: judging.stays,
    })
}

/// The stories that follow one, with the number of the last of them; `None`: there are no more.
async fn batch_after(
    store: &dyn Store,
    after: StoryId,
    bodies: Bodies,
) -> Result<Option<(Vec<Story>, StoryId)>, StoreError> {
    let ids = store.story_ids_after(after, BATCH).await?;
    let Some(last) = ids.last().copied() else {
        return Ok(None);
    };
    let stories = store.stories_between(after, last, bodies).await?;
    Ok(Some((stories, last)))
}

/// Both sides of a trial on their way through the stories.
struct Judging<T> {
    old: Side,
    new: Side,
    stays: usize,
    kept_back: KeptBack,
    is_given_up: GivenUp,
    _turn: T,
}

impl<T> Judging<T> {
    /// `None`: one of the plans has no such output.
    fn new(trial: Trial, turn: T) -> Option<Self> {
        let (output, bounds) = (&trial.output, (trial.limit, trial.now));
        Some(Self {
            old: Side::new(trial.before, output, bounds)?,
            new: Side::new(trial.after, output, bounds)?,
            stays: 0,
            kept_back: trial.kept_back,
            is_given_up: GivenUp::default(),
            _turn: turn,
        })
    }

    /// Judges stories one by one, unless the work is given up.
    fn judge(&mut self, stories: &[Story]) {
        for story in stories {
            if self.is_given_up.is_set() {
                return;
            }
            if self.kept_back.has(&self.old.plan, story) {
                continue;
            }
            let (old, new) = (self.old.plan.clone(), self.new.plan.clone());
            let before = judged(&old, &self.old.output, story);
            let after = judged(&new, &self.new.output, story);
            self.stays += slots(&before).intersection(&slots(&after)).count();
            self.old.note(story.id, &before, &after);
            self.new.note(story.id, &after, &before);
        }
    }
}

/// What an output makes of a story.
fn judged<'a>(plan: &'a Plan, output: &OutputPlan, story: &'a Story) -> Judged<'a> {
    let mut witness = Witness::default();
    let screened = Screened::new(plan, story, &mut witness);
    screened.judge(output, &mut witness)
}

/// Which items of a story are kept.
fn slots(judged: &Judged<'_>) -> BTreeSet<Slot> {
    judged.kept().map(|item| item.slot).collect()
}

/// One of the two rules, and what only it keeps.
struct Side {
    plan: Arc<Plan>,
    output: OutputPlan,
    bounds: Bounds,
    /// How many items are named.
    limit: usize,
    /// The newest of what it keeps: all that can stand in the documents.
    newest: Vec<Kept>,
    /// How many the other does not keep.
    only: usize,
    items: Vec<Previewed>,
}

/// An item that a rule keeps.
struct Kept {
    story: StoryId,
    source: SourceId,
    item: KeptItem,
    /// Whether the other rule does not keep it.
    is_only: bool,
}

impl Placed for Kept {
    fn ordered_at(&self) -> Timestamp {
        self.item.ordered_at
    }

    fn item_id(&self) -> &str {
        &self.item.item_id
    }

    fn source(&self) -> &SourceId {
        &self.source
    }
}

impl Kept {
    fn entry(&self) -> EntryId {
        self.item.showing.entry
    }

    /// The item as if it entered now.
    fn entered(&self, shown: ShownEntry) -> WindowItem {
        WindowItem {
            item_id: self.item.item_id.clone(),
            story: self.story,
            slot: self.item.slot,
            began_at: shown.began_at,
            ordered_at: self.item.ordered_at,
            updated: self.item.showing.updated,
            shown: shown.member,
            feed: shown.feed,
            copies: shown.copies,
            corrections: Vec::new(),
        }
    }
}

impl Side {
    /// `None`: there is no such output in the plan.
    fn new(plan: Arc<Plan>, output: &OutputId, (limit, now): (usize, Timestamp)) -> Option<Self> {
        let output = plan.output(output)?.clone();
        Some(Self {
            bounds: Bounds::of(&output.output, now),
            plan,
            output,
            limit,
            newest: Vec::new(),
            only: 0,
            items: Vec::new(),
        })
    }

    /// Notes what of its `own` verdict the `other` one has not kept.
    fn note(&mut self, story: StoryId, own: &Judged<'_>, other: &Judged<'_>) {
        let others = slots(other);
        for candidate in &own.candidates {
            let Some(item) = candidate.item.clone() else {
                continue;
            };
            let is_only = !others.contains(&item.slot);
            if is_only {
                self.only += 1;
                self.items
                    .push(previewed(story, &item, candidate.shown, other));
            }
            self.newest.push(Kept {
                story,
                source: candidate.shown.source.clone(),
                item,
                is_only,
            });
        }
        // Twice as many as wanted at most are held.
        if self.items.len() >= self.limit.saturating_mul(2).max(BATCH) {
            self.keep_newest();
        }
        if self.newest.len() >= self.bounds.limit().saturating_mul(2).max(BATCH) {
            self.newest = cut(std::mem::take(&mut self.newest), self.bounds);
        }
    }

    fn keep_newest(&mut self) {
        self.items.sort_by(|left, right| {
            (right.ordered_at, right.entry).cmp(&(left.ordered_at, left.entry))
        });
        self.items.truncate(self.limit);
    }

    async fn difference(mut self, store: &dyn Store) -> Result<Difference, StoreError> {
        self.keep_newest();
        let window = cut(std::mem::take(&mut self.newest), self.bounds);
        let room = self.room(store, &window).await?;
        let shown = window.iter().take(room);
        Ok(Difference {
            count: self.only,
            in_documents: shown.filter(|kept| kept.is_only).count(),
            items: self.items,
        })
    }

    /// How many items of its window, the newest first, the documents' bytes have room for. They are written no further than they
    /// fit.
    async fn room(&self, store: &dyn Store, window: &[Kept]) -> Result<usize, StoreError> {
        if self.output.output.max_bytes.is_none() {
            return Ok(window.len());
        }
        let writer = DocumentWriter::new(Publication::new(self.plan.clone()));
        let form = ItemForm::of(&self.output.output);
        let mut written = Vec::new();
        // Another rule withdraws nothing: what the documents announce as deleted now is not in question.
        let deleted = Arc::default();
        for some in window.chunks(BATCH) {
            let entries = some.iter().map(|kept| (kept.story, kept.entry()));
            let mut shown = store.shown_entries(entries.collect()).await?;
            for kept in some {
                let item = shown.remove(&kept.entry()).map(|entry| kept.entered(entry));
                let fragment = item.and_then(|item| {
                    write_item(Fragment::write, &self.plan, &self.output, &form, item)
                });
                written.extend(fragment);
            }
            let fit = writer.fitting(&self.output, written.clone(), &deleted);
            if fit < written.len() {
                return Ok(fit);
            }
        }
        Ok(window.len())
    }
}

fn previewed(story: StoryId, item: &KeptItem, shown: &Member, other: &Judged<'_>) -> Previewed {
    Previewed {
        story,
        ordered_at: item.ordered_at,
        entry: shown.id,
        source: shown.source.clone(),
        title: shown.entry.title.clone(),
        because: because(other, shown),
    }
}
