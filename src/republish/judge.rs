//! What each output keeps of one story; pure.

use std::collections::BTreeMap;

use crate::model::{Duplicates, Layer, Member, Output, OutputId, SourceId, Story, Updates};
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
            let groups = groups(&output.output, story, &visible);
            let items = by_identity(groups)
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
pub(super) fn groups<'a>(
    output: &Output,
    story: &Story,
    visible: &[&'a Member],
) -> BTreeMap<i64, Vec<&'a Member>> {
    let mut groups: BTreeMap<i64, Vec<&Member>> = BTreeMap::new();
    for member in visible {
        let slot = match output.duplicates {
            Duplicates::Near => edition_slot(output.updates, story, member),
            Duplicates::Exact => exact_slot(story, member),
            Duplicates::Off => member.id.0,
        };
        groups.entry(slot).or_default().push(member);
    }
    groups
}

/// Newer editions than the first have items of their own where they are announced.
fn edition_slot(updates: Updates, story: &Story, member: &Member) -> i64 {
    match updates {
        Updates::Announce if member.edition_at > story.began_at => {
            -member.edition_at.timestamp_millis()
        }
        _ => WHOLE_STORY,
    }
}

/// The whole story without those that only similarity has joined, each of which stands with what exact layers have joined to
/// it.
fn exact_slot(story: &Story, member: &Member) -> i64 {
    let mut at = member;
    // No longer than the story, should two ever name each other.
    for _ in 0..story.members.len() {
        if at.layer == Some(Layer::Near) {
            return at.id.0;
        }
        match story
            .members
            .iter()
            .find(|other| Some(other.id) == at.matched)
        {
            Some(matched) => at = matched,
            None => break,
        }
    }
    WHOLE_STORY
}

/// The whole story first, then by source and identity: of several with one GUID the first gets it as its id, and which that is
/// must not depend on who came first.
fn by_identity(groups: BTreeMap<i64, Vec<&Member>>) -> Vec<(i64, Vec<&Member>)> {
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|(slot, members), (other, others)| {
        let first = |members: &[&Member]| {
            let named = members
                .iter()
                .map(|member| (member.source.clone(), member.identity));
            named.min()
        };
        (*other == WHOLE_STORY)
            .cmp(&(*slot == WHOLE_STORY))
            .then_with(|| first(members).cmp(&first(others)))
            .then(other.cmp(slot))
    });
    groups
}

/// The priority of a source, as configured.
pub(super) fn priority_in(plan: &Plan) -> impl Fn(&SourceId) -> i64 {
    |id| plan.sources.get(id).map_or(0, |seen| seen.source.priority)
}

fn kept_item(
    plan: &Plan,
    output: &OutputPlan,
    slot: i64,
    members: &[&Member],
    unjudged: &mut Unjudged,
) -> Option<KeptItem> {
    let shown = choose_shown(members, priority_in(plan))?;
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
    let announced = (slot < WHOLE_STORY).then_some(shown.edition_at);
    let (item_id, fallback_id) = outbound_id(shown, announced);
    Some(KeptItem {
        slot,
        shown: shown.id,
        whole: shown.whole,
        edition_at: shown.edition_at,
        item_id,
        fallback_id,
        ordered_at: announced.unwrap_or(shown.ordered_at),
        updated: shown
            .entry
            .updated
            .max(shown.entry.published)
            .unwrap_or(shown.ordered_at),
    })
}
