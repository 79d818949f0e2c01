//! Puts the entries of a group into stories.

use super::graph::Graph;
use super::pairs::Joining;
use super::{Group, Present, Role, editions, roles};
use crate::model::{EntryId, StoryId, Timestamp};

/// Entries that are one story.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The stored story that it continues; `None`: a new one begins.
    pub story: Option<StoryId>,
    /// Whether a person has split it from another story.
    pub is_ruled: bool,
    /// See [`crate::model::Story::began_at`].
    pub began_at: Timestamp,
    /// Its entries in the fixed order, each with its role.
    pub members: Vec<(EntryId, Role)>,
}

/// Puts entries into stories. `conflict` compares two entries that have no link, and returns whether they are certainly two
/// releases. Returns the parts in the order of their lowest entries, as the group has them.
///
/// # Errors
/// Those of `conflict`.
pub fn partition<E>(
    group: &Group,
    conflict: impl FnMut(EntryId, EntryId) -> Result<bool, E>,
) -> Result<Vec<Part>, E> {
    let graph = Graph::build(group, conflict)?;
    let parts = graph.parts();
    let links = graph.links_of_parts();
    Ok(parts
        .iter()
        .map(|members| {
            let own = members.first().map(|first| graph.part_of(*first));
            let links = own.and_then(|own| links.get(&own));
            part(group, &graph, members, links.map_or(&[][..], Vec::as_slice))
        })
        .collect())
}

fn part(group: &Group, graph: &Graph<'_>, members: &[usize], links: &[Joining<'_>]) -> Part {
    let kept = kept(group, members);
    let editions = editions::in_order(group, graph, members);
    let first = roles::first(group, &editions, kept);
    let began_at = match kept.filter(|kept| kept.published.is_some()) {
        Some(kept) => kept.began_at,
        None => editions
            .first()
            .map_or_else(Timestamp::default, |edition| edition.at),
    };
    let mut roles = roles::assign(group, links, &editions, first, kept);
    roles.sort_by_cached_key(|(nth, _)| group.nodes[*nth].order());
    Part {
        story: kept.map(|kept| kept.id),
        is_ruled: group.stories_of(members).any(|story| story.is_ruled),
        began_at,
        members: roles
            .into_iter()
            .map(|(nth, role)| (group.nodes[nth].id, role))
            .collect(),
    }
}

/// The stored story that a part continues: of the stories whose item it holds, the one that was published first, or else the
/// oldest.
fn kept<'g>(group: &'g Group, members: &[usize]) -> Option<&'g Present> {
    group
        .stories_of(members)
        .filter_map(|story| {
            let holder = group.holder(story)?;
            members.contains(&holder).then_some((story, holder))
        })
        .min_by(|(one, first), (other, second)| {
            let rank =
                |story: &Present| (story.published.is_none(), story.published.map(|(at, _)| at));
            let in_order = |nth: usize| group.nodes[nth].order();
            match one.published.is_some() && rank(one) == rank(other) {
                true => in_order(*first).cmp(&in_order(*second)),
                false => rank(one).cmp(&rank(other)),
            }
            .then(one.id.cmp(&other.id))
        })
        .map(|(story, _)| story)
}
