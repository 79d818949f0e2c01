//! Reads the entries that are connected by stories and links, without their texts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::dedupe::{Group, Link, MAX_GROUP, Node, Version};
use crate::model::{EntryId, StoryId, compared_at};
use crate::store::rows::{LinkRows, StoryMember, StoryRows};

/// A group, and where its entries are stored.
pub(super) struct Gathered {
    pub(super) group: Group,
    /// The stories of all entries, new ones included.
    pub(super) stored_in: HashMap<EntryId, StoryId>,
}

/// Reads all that is connected with an entry. `fresh`: new entries, whose present story does not count. `None`: it is more than can
/// be put in order at once.
pub(super) fn gather<R: StoryRows + LinkRows>(
    rows: &R,
    seed: EntryId,
    fresh: &HashSet<EntryId>,
) -> Result<Option<Gathered>, R::Error> {
    let mut gathering = Gathering {
        fresh,
        nodes: BTreeMap::new(),
        links: BTreeMap::new(),
        stored_in: HashMap::new(),
        stories: BTreeSet::new(),
    };
    let mut reached = vec![seed];
    loop {
        let stories = gathering.unread(rows.placed(&reached)?.iter().map(|placed| placed.story));
        if stories.is_empty() {
            break;
        }
        // More than can be put in order need not all be read.
        gathering.add_members(rows.members_of(&stories, MAX_GROUP + 1)?);
        if gathering.nodes.len() > MAX_GROUP {
            return Ok(None);
        }
        reached = gathering.add_links(rows.links_of_stories(&stories)?);
    }
    let stories: Vec<StoryId> = gathering.stories.iter().copied().collect();
    let stories = rows.present(&stories)?;
    Ok(Some(Gathered {
        group: Group {
            nodes: gathering.nodes.into_values().collect(),
            links: gathering.links.into_values().collect(),
            stories,
        },
        stored_in: gathering.stored_in,
    }))
}

struct Gathering<'a> {
    fresh: &'a HashSet<EntryId>,
    nodes: BTreeMap<EntryId, Node>,
    links: BTreeMap<(EntryId, EntryId), Link>,
    stored_in: HashMap<EntryId, StoryId>,
    stories: BTreeSet<StoryId>,
}

impl Gathering<'_> {
    /// Of these stories those that were not read yet, each once.
    fn unread(&mut self, stories: impl Iterator<Item = StoryId>) -> Vec<StoryId> {
        stories
            .filter(|story| self.stories.insert(*story))
            .collect()
    }

    fn add_members(&mut self, members: Vec<StoryMember>) {
        for member in members {
            self.stored_in.insert(member.id, member.story);
            let is_fresh = self.fresh.contains(&member.id);
            self.nodes.insert(member.id, node(member, is_fresh));
        }
    }

    /// Returns the entries outside of the group that the links lead to, each once.
    fn add_links(&mut self, links: Vec<Link>) -> Vec<EntryId> {
        let mut outside = Vec::new();
        for link in links {
            if link.joins() {
                let ends = [link.one, link.other].into_iter();
                outside.extend(ends.filter(|end| !self.nodes.contains_key(end)));
            }
            self.links.insert((link.one, link.other), link);
        }
        outside.sort_unstable();
        outside.dedup();
        outside
    }
}

fn node(member: StoryMember, is_fresh: bool) -> Node {
    Node {
        id: member.id,
        source: member.source,
        identity: member.identity,
        priority: member.priority,
        published: member.published,
        compared_at: compared_at(member.published, member.ordered_at),
        revised_at: member.revised_at,
        version: Version::of(&member.title),
        present: (!is_fresh).then_some(member.story),
        role: member.role,
    }
}
