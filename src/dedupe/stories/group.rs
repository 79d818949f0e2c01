//! Entries that are connected by links, and the stories that they are in now.

use std::collections::HashSet;

use super::{Link, Node};
use crate::model::{EntryId, Relation, StoryId, Timestamp};

/// Entries that are put in order together at most.
pub const MAX_GROUP: usize = 256;

/// A story as it is stored now.
#[derive(Debug, Clone, PartialEq)]
pub struct Present {
    /// Its row in the store.
    pub id: StoryId,
    /// Whether a person has split it from another story: only new entries join it, and no entry leaves it.
    pub is_ruled: bool,
    /// The time of its first edition.
    pub began_at: Timestamp,
    /// When an item of it first entered a document, and the entry that this item shows; `None`: it was never published.
    pub published: Option<(Timestamp, EntryId)>,
}

/// Entries that are connected by links, and the stories that they are in.
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
    /// Adds links for members that were stored before links were: each is linked to the entry that it was recognized by.
    /// `anew`: entries that were compared anew in this step; a link that they lack is not added.
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

    /// The member of its present story that an entry was recognized by, or else the first entry of that story.
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

    /// The stories that any of these entries, given by number, is in now.
    pub(super) fn stories_of(&self, members: &[usize]) -> impl Iterator<Item = &Present> {
        let present: Vec<StoryId> = members
            .iter()
            .filter_map(|nth| self.nodes[*nth].present)
            .collect();
        let stories = self.stories.iter();
        stories.filter(move |story| present.contains(&story.id))
    }

    /// The number of the entry that a story's id stays with: the entry that its item shows, or else its first.
    pub(super) fn holder(&self, story: &Present) -> Option<usize> {
        let own = || {
            let nodes = self.nodes.iter().enumerate();
            nodes.filter(|(_, node)| node.present == Some(story.id))
        };
        let shown = story.published.map(|(_, entry)| entry);
        own()
            .find(|(_, node)| Some(node.id) == shown)
            .or_else(|| own().find(|(_, node)| node.role.relation == Relation::First))
            .or_else(|| own().min_by_key(|(_, node)| node.id))
            .map(|(nth, _)| nth)
    }
}
