//! Which outputs have a story; pure.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::judge::judge;
use super::plan::Plan;
use crate::model::{Member, OutputId, Story};

/// The outputs that keep any part of a story, or would keep it if nothing of it had been withdrawn. A withdrawal does not change who may
/// know of a story.
#[must_use]
pub fn holders(plan: &Plan, story: &Story) -> BTreeSet<OutputId> {
    let (membership, _) = judge(plan, &as_it_was(story), |_| true);
    let kept = membership.kept.into_iter();
    let holding = kept.filter(|(_, items)| !items.is_empty());
    holding.map(|(output, _)| output).collect()
}

/// A story before any of it was withdrawn, by an operator or by its publisher.
fn as_it_was(story: &Story) -> Cow<'_, Story> {
    let is_taken_back =
        |member: &Member| member.withdrawn_at.is_some() || member.retracted_at.is_some();
    if !story.members.iter().any(is_taken_back) {
        return Cow::Borrowed(story);
    }
    let mut story = story.clone();
    for member in &mut story.members {
        member.withdrawn_at = None;
        member.retracted_at = None;
    }
    Cow::Owned(story)
}
