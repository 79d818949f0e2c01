//! Why an output shows an entry, or does not; pure.

use super::judge::{self, priority_in};
use super::plan::{OutputPlan, Plan};
use crate::model::{EntryId, Member, OutputId, Story};
use crate::select::{Reading, Reason, Subject, Verdict, choose_shown};

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
    let outputs = plan.outputs.iter();
    outputs
        .map(|output| explain_for(plan, output, story, entry))
        .collect()
}

fn explain_for(plan: &Plan, output: &OutputPlan, story: &Story, entry: &Member) -> Explained {
    let explained = |is_kept, because: String, shown| Explained {
        output: output.output.id.clone(),
        is_kept,
        because,
        shown,
    };
    if let Some(because) = unseen(plan, output, story, entry) {
        return explained(false, because, None);
    }
    let visible: Vec<&Member> = story
        .members
        .iter()
        .filter(|member| unseen(plan, output, story, member).is_none())
        .collect();
    let groups = judge::groups(&output.output, story, &visible);
    let group = groups
        .into_values()
        .find(|members| members.iter().any(|member| member.id == entry.id))
        .unwrap_or_default();
    let shown = choose_shown(&group, priority_in(plan));
    let Some((shown, source)) =
        shown.and_then(|shown| Some((shown, plan.sources.get(&shown.source)?)))
    else {
        return explained(false, "nothing of its story can be shown".to_owned(), None);
    };
    let as_what = if shown.id == entry.id {
        "it is shown".to_owned()
    } else {
        format!(
            "it is a copy: entry {} of {} is shown",
            shown.id, shown.source
        )
    };
    let reading = Reading::new(&shown.entry, plan.vocabulary());
    let subject = Subject::new(&reading, &source.source, shown.first_seen, group.len());
    match output.rule.judge(&subject) {
        Verdict::Kept => explained(true, as_what, Some(shown.id)),
        Verdict::Unjudged(why) => {
            let because = format!("{as_what}; `where` could not be evaluated: {why}");
            explained(true, because, Some(shown.id))
        }
        Verdict::Dropped(reason) if shown.id == entry.id => {
            explained(false, reason.to_string(), None)
        }
        Verdict::Dropped(reason) => {
            let because = format!("{as_what} in its place, and of that: {reason}");
            explained(false, because, None)
        }
    }
}

/// Why an output does not see the entry at all; `None`: it does.
fn unseen(plan: &Plan, output: &OutputPlan, story: &Story, entry: &Member) -> Option<String> {
    let Some(source) = plan.sources.get(&entry.source) else {
        return Some(format!(
            "its source {} is not configured or not enabled",
            entry.source
        ));
    };
    if !output.sources.contains(&entry.source) {
        return Some(format!(
            "its source {} is not among the output's",
            entry.source
        ));
    }
    if entry.held {
        return Some(
            "it is held back: backlog beyond `first_items`, or a flood beyond `daily_items`"
                .to_owned(),
        );
    }
    let reading = Reading::new(&entry.entry, plan.vocabulary());
    let subject = Subject::new(
        &reading,
        &source.source,
        entry.first_seen,
        story.members.len(),
    );
    let dropped = |reason: Reason| format!("by the rule of its source {}: {reason}", entry.source);
    match source.rule.judge(&subject) {
        Verdict::Dropped(reason) => Some(dropped(reason)),
        _ => None,
    }
}
