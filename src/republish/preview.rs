//! What a changed rule would make of the stored history, without making it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::document_writer::DocumentWriter;
use super::explain::because;
use super::fragment::write_item;
use super::judge::{Judged, Screened, Witness};
use super::plan::{OutputPlan, Plan};
use super::publication::Publication;
use super::window::{Bounds, Placed, cut};
use crate::model::{EntryId, Member, OutputId, Slot, SourceId, Story, StoryId, Timestamp};
use crate::publish::{Fragment, ItemForm};
use crate::store::{KeptItem, ShownEntry, Store, StoreError, WindowItem};

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
    /// The entry shown.
    pub entry: EntryId,
    /// Its source.
    pub source: SourceId,
    /// Its headline.
    pub title: String,
    /// Why the other rule does not keep it, for a person.
    pub because: String,
}

/// Judges every stored story by the rules of two plans for one output; of each difference the newest `limit` items are named.
/// Windows are those of documents in which every item had entered just now. Nothing differs in an output that is not in both plans.
///
/// # Errors
/// The store's.
pub async fn preview(
    store: &dyn Store,
    (before, after): (&Arc<Plan>, &Arc<Plan>),
    output: &OutputId,
    (limit, now): (usize, Timestamp),
) -> Result<Preview, StoreError> {
    let plans = before.output(output).zip(after.output(output));
    let Some((before_output, after_output)) = plans else {
        return Ok(Preview::default());
    };
    let mut old = Side::new(before, before_output, (limit, now));
    let mut new = Side::new(after, after_output, (limit, now));
    let judged = BTreeSet::from([output.clone()]);
    let bodies = before.bodies(&judged).max(after.bodies(&judged));
    let mut stays = 0;
    let mut last = StoryId(0);
    loop {
        let ids = store.story_ids_after(last, BATCH).await?;
        let Some(end) = ids.last() else { break };
        let stories = store.stories_between(last, *end, bodies).await?;
        last = *end;
        for story in &stories {
            let (judged_before, judged_after) = (old.judge(story), new.judge(story));
            stays += slots(&judged_before)
                .intersection(&slots(&judged_after))
                .count();
            old.note(story.id, &judged_before, &judged_after);
            new.note(story.id, &judged_after, &judged_before);
        }
    }
    Ok(Preview {
        appears: new.difference(store).await?,
        goes: old.difference(store).await?,
        stays,
    })
}

/// Which items of a story are kept.
fn slots(judged: &Judged<'_>) -> BTreeSet<Slot> {
    judged.kept().map(|item| item.slot).collect()
}

/// One of the two rules, and what only it keeps.
struct Side<'p> {
    plan: &'p Arc<Plan>,
    output: &'p OutputPlan,
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
        }
    }
}

impl<'p> Side<'p> {
    fn new(plan: &'p Arc<Plan>, output: &'p OutputPlan, (limit, now): (usize, Timestamp)) -> Self {
        Self {
            plan,
            output,
            bounds: Bounds::of(&output.output, now),
            limit,
            newest: Vec::new(),
            only: 0,
            items: Vec::new(),
        }
    }

    fn judge<'s>(&self, story: &'s Story) -> Judged<'s>
    where
        'p: 's,
    {
        let mut witness = Witness::default();
        let screened = Screened::new(self.plan, story, &mut witness);
        screened.judge(self.output, &mut witness)
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
                self.items.push(previewed(&item, candidate.shown, other));
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
                    write_item(Fragment::write, self.plan, self.output, &form, item)
                });
                written.extend(fragment);
            }
            let fit = writer.fitting(self.output, written.clone(), &deleted);
            if fit < written.len() {
                return Ok(fit);
            }
        }
        Ok(window.len())
    }
}

fn previewed(item: &KeptItem, shown: &Member, other: &Judged<'_>) -> Previewed {
    Previewed {
        ordered_at: item.ordered_at,
        entry: shown.id,
        source: shown.source.clone(),
        title: shown.entry.title.clone(),
        because: because(other, shown),
    }
}
