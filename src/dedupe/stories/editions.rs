//! Which versions a story has, the oldest first.

use chrono::Duration;

use super::graph::Graph;
use super::{Group, Node, Version};
use crate::model::Timestamp;

/// The least that two editions differ by.
const TICK: Duration = Duration::milliseconds(1);

/// Entries that carry one version of a release.
pub(super) struct Edition {
    pub(super) members: Vec<usize>,
    /// When it was published; each edition of a story is later than the one before.
    pub(super) at: Timestamp,
}

/// The editions of a part. Those whose headlines say that they are later versions come last; numbered ones are in the order of
/// their numbers, all others in the order of their dates.
pub(super) fn in_order(group: &Group, graph: &Graph<'_>, members: &[usize]) -> Vec<Edition> {
    let mut editions: Vec<(Vec<&Node>, Vec<usize>)> = graph
        .versions(members)
        .into_iter()
        .map(|members| {
            let nodes = members.iter().map(|nth| &group.nodes[*nth]).collect();
            (nodes, members)
        })
        .collect();
    editions.sort_by_cached_key(|(nodes, _)| {
        (
            nodes.iter().any(|node| node.is_later()),
            nodes.iter().map(|node| node.dated()).min(),
            nodes.iter().map(|node| node.order()).min(),
        )
    });
    by_number(&mut editions);
    let times = times(group, &editions);
    editions
        .into_iter()
        .zip(times)
        .map(|((_, members), at)| Edition { members, at })
        .collect()
}

/// Sorts the editions that have the same mark and a number among themselves, so that their numbers ascend.
fn by_number(editions: &mut [(Vec<&Node>, Vec<usize>)]) {
    let number = |nodes: &[&Node]| -> Option<Version> {
        let versions = nodes.iter().map(|node| node.version);
        versions
            .filter(|version| version.number.is_some())
            .max_by_key(|version| version.number)
    };
    for at in 1..editions.len() {
        let Some(own) = number(&editions[at].0) else {
            continue;
        };
        let mut at = at;
        for before in (0..at).rev() {
            let other = number(&editions[before].0);
            let Some(other) = other.filter(|other| other.mark == own.mark) else {
                continue;
            };
            if other.number <= own.number {
                break;
            }
            editions.swap(before, at);
            at = before;
        }
    }
}

/// The times of editions in order: the earliest time of each one's members, but later than the edition before. A published edition
/// keeps its time, and unpublished ones before it are moved ahead of it.
fn times(group: &Group, editions: &[(Vec<&Node>, Vec<usize>)]) -> Vec<Timestamp> {
    let is_published = |node: &&&Node| {
        let mut stories = group.stories.iter();
        stories.any(|story| Some(story.id) == node.present && story.published.is_some())
    };
    let mut times: Vec<(Timestamp, bool)> = editions
        .iter()
        .map(|(nodes, _)| {
            let known = nodes.iter().filter(is_published);
            match known.map(|node| node.role.edition_at).min() {
                Some(known) => (known, true),
                None => {
                    let own = |node: &&Node| node.revised_at.unwrap_or(node.compared_at);
                    (nodes.iter().map(own).min().unwrap_or_default(), false)
                }
            }
        })
        .collect();
    let mut end: Option<Timestamp> = None;
    for (at, is_known) in times.iter_mut().rev() {
        if !*is_known && let Some(end) = end {
            *at = (*at).min(end - TICK);
        }
        end = (*is_known || end.is_some()).then_some(*at);
    }
    for nth in 1..times.len() {
        times[nth].0 = times[nth].0.max(times[nth - 1].0 + TICK);
    }
    times.into_iter().map(|(at, _)| at).collect()
}
