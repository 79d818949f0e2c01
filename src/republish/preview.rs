//! What a changed rule would make of the stored history, without making it.

use std::collections::BTreeMap;

use chrono::Duration;

use super::explain::explain;
use super::judge::judge;
use super::plan::{OutputPlan, Plan};
use crate::model::{EntryId, Member, Output, OutputId, SourceId, Story, StoryId, Timestamp};
use crate::store::{KeptItem, Store, StoreError};

/// Stories read in one step.
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
///
/// # Errors
/// The store's.
pub async fn preview(
    store: &dyn Store,
    (before, after): (&Plan, &Plan),
    output: &OutputId,
    (limit, now): (usize, Timestamp),
) -> Result<Preview, StoreError> {
    let (mut old, mut new) = (Side::of(before, output), Side::of(after, output));
    let mut stays = 0;
    let mut last = StoryId(0);
    loop {
        let stories = store.stories_after(last, BATCH).await?;
        let Some(end) = stories.last() else { break };
        last = end.id;
        for story in &stories {
            let (kept_before, kept_after) = (old.kept(story), new.kept(story));
            let both = kept_after
                .keys()
                .filter(|slot| kept_before.contains_key(slot));
            stays += both.count();
            old.note(story, &kept_before, &kept_after, after, limit);
            new.note(story, &kept_after, &kept_before, before, limit);
        }
    }
    Ok(Preview {
        appears: new.difference(limit, now),
        goes: old.difference(limit, now),
        stays,
    })
}

/// One of the two rules, and what only it keeps.
struct Side<'p> {
    plan: &'p Plan,
    output: &'p OutputId,
    /// The newest of what it keeps: all that can stand in the documents.
    newest: Vec<Kept>,
    /// How many the other does not keep.
    only: usize,
    items: Vec<Previewed>,
}

/// What a place in the documents depends on.
struct Kept {
    ordered_at: Timestamp,
    item_id: String,
    source: SourceId,
    /// Whether the other rule does not keep it.
    is_only: bool,
}

impl<'p> Side<'p> {
    fn of(plan: &'p Plan, output: &'p OutputId) -> Self {
        Self {
            plan,
            output,
            newest: Vec::new(),
            only: 0,
            items: Vec::new(),
        }
    }

    fn kept(&self, story: &Story) -> BTreeMap<i64, KeptItem> {
        let (membership, _) = judge(self.plan, story, |output| output == self.output);
        let items = membership.kept.into_iter().flat_map(|(_, items)| items);
        items.map(|item| (item.slot, item)).collect()
    }

    /// Notes what of `own` the `other` rule has not kept.
    fn note(
        &mut self,
        story: &Story,
        own: &BTreeMap<i64, KeptItem>,
        other: &BTreeMap<i64, KeptItem>,
        other_plan: &Plan,
        limit: usize,
    ) {
        for item in own.values() {
            let shown = story.members.iter().find(|member| member.id == item.shown);
            let Some(shown) = shown else { continue };
            let is_only = !other.contains_key(&item.slot);
            self.newest.push(Kept {
                ordered_at: item.ordered_at,
                item_id: item.item_id.clone(),
                source: shown.source.clone(),
                is_only,
            });
            if is_only {
                self.only += 1;
                self.items.push(Previewed {
                    ordered_at: item.ordered_at,
                    entry: shown.id,
                    source: shown.source.clone(),
                    title: shown.entry.title.clone(),
                    because: why_not(other_plan, self.output, story, shown),
                });
            }
        }
        // Twice as many as wanted at most are held.
        if self.items.len() >= limit.saturating_mul(2).max(BATCH) {
            self.keep_newest(limit);
        }
        if let Some(output) = output_in(self.plan, self.output) {
            let most = usize::try_from(output.output.max_entries.get()).unwrap_or(usize::MAX);
            if self.newest.len() >= most.saturating_mul(2).max(BATCH) {
                cut_to_window(&mut self.newest, &output.output);
            }
        }
    }

    fn keep_newest(&mut self, limit: usize) {
        self.items.sort_by(|left, right| {
            (right.ordered_at, right.entry).cmp(&(left.ordered_at, left.entry))
        });
        self.items.truncate(limit);
    }

    fn difference(mut self, limit: usize, now: Timestamp) -> Difference {
        self.keep_newest(limit);
        Difference {
            count: self.only,
            in_documents: self.only_in_documents(now),
            items: self.items,
        }
    }

    /// How many of what only this rule keeps stand in the output's documents.
    fn only_in_documents(&mut self, now: Timestamp) -> usize {
        let Some(plan) = output_in(self.plan, self.output) else {
            return 0;
        };
        cut_to_window(&mut self.newest, &plan.output);
        let not_before = (plan.output.max_age)
            .and_then(|age| now.checked_sub_signed(Duration::from_std(age).ok()?));
        let is_young = |kept: &&Kept| not_before.is_none_or(|bound| kept.ordered_at >= bound);
        let shown = self.newest.iter().filter(is_young);
        shown.filter(|kept| kept.is_only).count()
    }
}

/// Leaves what stands in an output's documents, age aside: newest first, at most `max_per_source` of each source and
/// `max_entries` in all. Whatever comes later, none of the others can come in again.
fn cut_to_window(kept: &mut Vec<Kept>, output: &Output) {
    kept.sort_unstable_by(|left, right| {
        let newest_first = right.ordered_at.cmp(&left.ordered_at);
        newest_first.then_with(|| left.item_id.cmp(&right.item_id))
    });
    let mut of_source: BTreeMap<SourceId, u32> = BTreeMap::new();
    kept.retain(|kept| {
        let count = of_source.entry(kept.source.clone()).or_default();
        *count += 1;
        output
            .max_per_source
            .is_none_or(|most| *count <= most.get())
    });
    let most = usize::try_from(output.max_entries.get()).unwrap_or(usize::MAX);
    kept.truncate(most);
}

fn output_in<'p>(plan: &'p Plan, id: &OutputId) -> Option<&'p OutputPlan> {
    plan.outputs.iter().find(|plan| plan.output.id == *id)
}

fn why_not(plan: &Plan, output: &OutputId, story: &Story, entry: &Member) -> String {
    let explained = explain(plan, story, entry).into_iter();
    let mut own = explained.filter(|explained| explained.output == *output);
    own.next()
        .map(|explained| explained.because)
        .unwrap_or_default()
}
