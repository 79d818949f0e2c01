//! Why an output shows an entry, or does not, for a person; pure.

use super::judge::{Candidate, Hidden, Judged, Screened, Witness};
use super::plan::Plan;
use crate::model::{EntryId, Member, OutputId, Story};
use crate::select::Verdict;

/// What an output makes of one entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// The output.
    pub output: OutputId,
    /// Whether it keeps the entry, or the story that it is a copy in.
    pub is_kept: bool,
    /// For a person: the rule, or what else decided.
    pub because: String,
    /// The member that it shows in the entry's place; `None`: none.
    pub shown: Option<EntryId>,
}

/// What every output makes of an entry of a story, in configured order.
#[must_use]
pub fn explain(plan: &Plan, story: &Story, entry: &Member) -> Vec<Explained> {
    let mut witness = Witness::default();
    let screened = Screened::new(plan, story, &mut witness);
    let outputs = plan.outputs.iter();
    outputs
        .map(|output| {
            let judged = screened.judge(output, &mut witness);
            let because = because(&judged, entry);
            let shown = candidate_of(&judged, entry).filter(|candidate| candidate.item.is_some());
            Explained {
                output: output.output.id.clone(),
                is_kept: shown.is_some(),
                because,
                shown: shown.map(|candidate| candidate.shown.id),
            }
        })
        .collect()
}

/// What an output makes of a whole story.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryVerdict {
    /// The output.
    pub output: OutputId,
    /// The items that the story is in it, or would be if its rule kept them.
    pub items: Vec<ItemVerdict>,
    /// The entries that it does not see, each with the reason, for a person.
    pub unseen: Vec<(EntryId, String)>,
}

/// What an output makes of a part of a story that is one item.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemVerdict {
    /// Whether it keeps it.
    pub is_kept: bool,
    /// The entry that is shown for it.
    pub shown: EntryId,
    /// The entries that it stands for.
    pub entries: Vec<EntryId>,
    /// For a person: what decided.
    pub because: String,
    /// Why the rule could not be evaluated, and keeps it for that; `None`: it could.
    pub unjudged: Option<String>,
}

impl StoryVerdict {
    /// Whether the output keeps anything of the story.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.items.iter().any(|item| item.is_kept)
    }
}

/// What every output makes of a story, in configured order.
#[must_use]
pub fn explain_story(plan: &Plan, story: &Story) -> Vec<StoryVerdict> {
    let mut witness = Witness::default();
    let screened = Screened::new(plan, story, &mut witness);
    let verdicts = plan.outputs.iter().map(|output| {
        let judged = screened.judge(output, &mut witness);
        let items = judged.candidates.iter().map(|candidate| ItemVerdict {
            is_kept: candidate.item.is_some(),
            shown: candidate.shown.id,
            entries: candidate.members.iter().map(|member| member.id).collect(),
            because: because(&judged, candidate.shown),
            unjudged: match &candidate.verdict {
                Verdict::Unjudged(why) => Some(why.clone()),
                Verdict::Kept | Verdict::Dropped(_) => None,
            },
        });
        let members = story.members.iter();
        let unseen = members.filter(|member| judged.hidden.contains_key(&member.id));
        StoryVerdict {
            output: output.output.id.clone(),
            items: items.collect(),
            unseen: unseen
                .map(|member| (member.id, because(&judged, member)))
                .collect(),
        }
    });
    verdicts.collect()
}

/// The item that an entry belongs to.
fn candidate_of<'j, 'a>(judged: &'j Judged<'a>, entry: &Member) -> Option<&'j Candidate<'a>> {
    let mut candidates = judged.candidates.iter();
    candidates.find(|candidate| {
        let mut members = candidate.members.iter();
        members.any(|member| member.id == entry.id)
    })
}

/// Why an output shows an entry, or does not.
pub(super) fn because(judged: &Judged<'_>, entry: &Member) -> String {
    if let Some(hidden) = judged.hidden.get(&entry.id) {
        return of_hidden(hidden, entry);
    }
    let Some(candidate) = candidate_of(judged, entry) else {
        return "nothing of its story can be shown".to_owned();
    };
    let shown = candidate.shown;
    let is_shown = shown.id == entry.id;
    let as_what = match is_shown {
        true => "it is shown".to_owned(),
        false => format!(
            "it is a copy: entry {} of {} is shown",
            shown.id, shown.source
        ),
    };
    match &candidate.verdict {
        Verdict::Kept => as_what,
        Verdict::Unjudged(why) => format!("{as_what}; `where` could not be evaluated: {why}"),
        Verdict::Dropped(reason) if is_shown => reason.to_string(),
        Verdict::Dropped(reason) => format!("{as_what} in its place, and of that: {reason}"),
    }
}

fn of_hidden(hidden: &Hidden, entry: &Member) -> String {
    let source = &entry.source;
    match hidden {
        Hidden::NoSource => format!("its source {source} is not configured or not enabled"),
        Hidden::OtherSource => format!("its source {source} is not among the output's"),
        Hidden::Withdrawn(at) => format!("withdrawn on {}", at.format("%Y-%m-%d")),
        Hidden::Retracted(at) => format!(
            "its publisher withdrew it on {}, and `withdrawals` is \"follow\"",
            at.format("%Y-%m-%d")
        ),
        Hidden::Held => {
            "it is held back: backlog beyond `first_items`, or a flood beyond `daily_items`"
                .to_owned()
        }
        Hidden::BySource(reason) => format!("by the rule of its source {source}: {reason}"),
    }
}
