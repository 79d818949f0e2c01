//! What each output keeps of one story; pure.

use crate::model::{Duplicates, Layer, Member, OutputId, Story};
use crate::publish::outbound_id;
use crate::select::{Subject, Verdict, choose_shown};
use crate::store::{KeptItem, Membership};

use super::plan::{OutputPlan, Plan};

/// The slot of an item that stands for the whole story.
const WHOLE_STORY: i64 = 0;

/// Rules that could not be evaluated, with the reason.
type Unjudged = Vec<(OutputId, String)>;

/// Judges one story for every wanted output. A story whose members are all gone is kept by none.
pub(super) fn judge(
    plan: &Plan,
    story: &Story,
    wanted: impl Fn(&OutputId) -> bool,
) -> (Membership, Unjudged) {
    let mut unjudged = Vec::new();
    let passed: Vec<&Member> = story
        .members
        .iter()
        .filter(|member| passes_its_source(plan, story, member, &mut unjudged))
        .collect();
    let kept = plan
        .outputs
        .iter()
        .filter(|output| wanted(&output.output.id))
        .map(|output| {
            let visible: Vec<&Member> = passed
                .iter()
                .copied()
                .filter(|member| output.sources.contains(&member.source))
                .collect();
            let items = groups(output.output.duplicates, &visible)
                .into_iter()
                .filter_map(|(slot, members)| {
                    kept_item(plan, output, slot, &members, &mut unjudged)
                })
                .collect();
            (output.output.id.clone(), items)
        })
        .collect();
    (
        Membership {
            story: story.id,
            revision: story.revision,
            kept,
        },
        unjudged,
    )
}

/// Whether the member's own source lets it through; an unknown (removed, disabled) source lets nothing through.
fn passes_its_source(plan: &Plan, story: &Story, member: &Member, unjudged: &mut Unjudged) -> bool {
    let Some(source) = plan.sources.get(&member.source).filter(|_| !member.held) else {
        return false;
    };
    if source.rule.is_empty() {
        return true;
    }
    let subject = Subject::new(
        &member.entry,
        &source.source,
        member.first_seen,
        story.members.len(),
    );
    match source.rule.judge(&subject) {
        Verdict::Kept => true,
        Verdict::Dropped(_) => false,
        Verdict::Unjudged(why) => {
            unjudged.extend(
                plan.output_ids()
                    .next()
                    .map(|output| (output.clone(), format!("source {}: {why}", member.source))),
            );
            true
        }
    }
}

/// The members that share an item, by slot.
fn groups<'a>(duplicates: Duplicates, visible: &[&'a Member]) -> Vec<(i64, Vec<&'a Member>)> {
    let alone = |member: &Member| match duplicates {
        Duplicates::Near => false,
        Duplicates::Exact => member.layer == Some(Layer::Near),
        Duplicates::Off => true,
    };
    let (mut alone, together): (Vec<&Member>, Vec<&Member>) =
        visible.iter().copied().partition(|member| alone(member));
    // Of several with one GUID the first gets it as its id: which that is must not depend on who came first.
    alone
        .sort_by(|left, right| (&left.source, left.identity).cmp(&(&right.source, right.identity)));
    std::iter::once((WHOLE_STORY, together))
        .chain(alone.into_iter().map(|member| (member.id.0, vec![member])))
        .collect()
}

fn kept_item(
    plan: &Plan,
    output: &OutputPlan,
    slot: i64,
    members: &[&Member],
    unjudged: &mut Unjudged,
) -> Option<KeptItem> {
    let priority =
        |id: &crate::model::SourceId| plan.sources.get(id).map_or(0, |seen| seen.source.priority);
    let shown = choose_shown(members, priority)?;
    let source = plan.sources.get(&shown.source)?;
    let subject = Subject::new(
        &shown.entry,
        &source.source,
        shown.first_seen,
        members.len(),
    );
    match output.rule.judge(&subject) {
        Verdict::Kept => {}
        Verdict::Dropped(_) => return None,
        Verdict::Unjudged(why) => unjudged.push((output.output.id.clone(), why)),
    }
    let (item_id, fallback_id) = outbound_id(&shown.source, shown);
    Some(KeptItem {
        slot,
        shown: shown.id,
        whole: shown.whole,
        item_id,
        fallback_id,
        ordered_at: shown.ordered_at,
        updated: shown
            .entry
            .updated
            .max(shown.entry.published)
            .unwrap_or(shown.ordered_at),
    })
}
