//! Which entries are one release, given all that comparing them came to. Pure.
//!
//! Goes in: a [`Group`] of entries that hang together by links, with the stories
//! that they are in now. Comes out: [`Part`]s, each one story. A part follows
//! from the set of entries and links, never from who came first. Only what
//! readers know already is taken as it is: the number of a published story, and
//! the editions and the first entry that it was published with.

use std::collections::HashSet;

use super::prepare::Prepared;
use crate::model::{EntryId, Relation, StoryId, Timestamp};

mod editions;
mod graph;
mod link;
mod node;
mod roles;

pub use link::{Link, after_edit, strongest};
pub use node::{Node, Order, Role, Version};

use graph::Graph;
use roles::Joining;

/// Pairs without a stored link that are compared at most before two parts become one story.
pub const MAX_ASKED: usize = 16;
/// Entries that are put in order together at most.
pub const MAX_GROUP: usize = 256;

/// A story as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Present {
    /// Its row in the store.
    pub id: StoryId,
    /// Whether a person has parted it from another: nothing joins it but what comes new, and nothing leaves it.
    pub is_ruled: bool,
    /// The edition that it began with.
    pub began_at: Timestamp,
    /// When an item of it first entered a document, and the entry that it shows; `None`: none ever did.
    pub published: Option<(Timestamp, EntryId)>,
}

/// Entries that hang together, and the stories that they are in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Group {
    /// All entries of these stories.
    pub nodes: Vec<Node>,
    /// All links between them.
    pub links: Vec<Link>,
    /// The stories.
    pub stories: Vec<Present>,
}

impl Group {
    /// Adds what stands for links where a story was stored before there were any: each member with the one that it was recognized
    /// by. `anew`: entries whose links were made anew in this step, so that what is missing is missing for good.
    pub fn settle(&mut self, anew: &HashSet<EntryId>) {
        let known: HashSet<(EntryId, EntryId)> = self
            .links
            .iter()
            .map(|link| (link.one, link.other))
            .collect();
        let settled: Vec<Link> = self
            .nodes
            .iter()
            .filter(|node| node.role.relation != Relation::First && !anew.contains(&node.id))
            .filter_map(|node| {
                let other = self.recognized_by(node)?;
                let link = Link::settled(node, other);
                let is_missing = !known.contains(&(link.one, link.other));
                (is_missing && !anew.contains(&other.id)).then_some(link)
            })
            .collect();
        self.links.extend(settled);
    }

    /// The member of its present story that an entry was recognized by, else the one that the story began with.
    fn recognized_by(&self, node: &Node) -> Option<&Node> {
        let story = node.present?;
        let own = || {
            self.nodes
                .iter()
                .filter(move |other| other.present == Some(story) && other.id != node.id)
        };
        own()
            .find(|other| Some(other.id) == node.role.matched)
            .or_else(|| own().find(|other| other.role.relation == Relation::First))
    }
}

/// Entries that are one story.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The story that it goes on with; `None`: a new one begins.
    pub story: Option<StoryId>,
    /// Whether a person has had a say in it.
    pub is_ruled: bool,
    /// See [`crate::model::Story::began_at`].
    pub began_at: Timestamp,
    /// Its entries, by the fixed order.
    pub members: Vec<(EntryId, Role)>,
}

/// Puts entries into stories. `conflict` compares two entries between which there is no link: whether they are certainly two
/// releases.
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
        is_ruled: stories_of(group, members).any(|story| story.is_ruled),
        began_at,
        members: roles
            .into_iter()
            .map(|(nth, role)| (group.nodes[nth].id, role))
            .collect(),
    }
}

/// The story that a part goes on with: of those whose item it holds the one that was published first, else the oldest.
fn kept<'g>(group: &'g Group, members: &[usize]) -> Option<&'g Present> {
    stories_of(group, members)
        .filter_map(|story| {
            let holder = holder(group, story)?;
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

/// The stories that any of these entries is in now.
fn stories_of<'g>(group: &'g Group, members: &[usize]) -> impl Iterator<Item = &'g Present> {
    let present: Vec<StoryId> = members
        .iter()
        .filter_map(|nth| group.nodes[*nth].present)
        .collect();
    group
        .stories
        .iter()
        .filter(move |story| present.contains(&story.id))
}

/// The entry that a story's number goes with: the one that its item shows, else its first.
fn holder(group: &Group, story: &Present) -> Option<usize> {
    let own = || {
        group
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.present == Some(story.id))
    };
    let shown = story.published.map(|(_, entry)| entry);
    own()
        .find(|(_, node)| Some(node.id) == shown)
        .or_else(|| own().find(|(_, node)| node.role.relation == Relation::First))
        .or_else(|| own().min_by_key(|(_, node)| node.id))
        .map(|(nth, _)| nth)
}

/// Whether two prepared entries have the same words: comparing either comes to the same.
#[must_use]
pub fn same_words(one: &Prepared, other: &Prepared) -> bool {
    one.words == other.words
        && one.title_words == other.title_words
        && (one.mark, one.number) == (other.mark, other.number)
}
