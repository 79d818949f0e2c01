//! Puts entries into the stories that follow from their links.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::gather::{Gathered, gather};
use super::profiles::Profiles;
use crate::dedupe::{
    Destination, Link, Node, Part, Role, Sameness, Way, compare, destination, partition, role_by,
    strongest,
};
use crate::model::{EntryId, StoryId, Timestamp};
use crate::store::rows::{LinkRows, Placed, StoryRows, TextRows};

/// Puts entries into the stories that follow from their links.
pub(super) struct Regroup<'a, R> {
    pub(super) rows: &'a R,
    pub(super) now: Timestamp,
    /// New entries. Until their stories are put in order, each stands in the story of an entry that it may join.
    pub(super) fresh: &'a HashSet<EntryId>,
    /// Entries that were compared anew, see [`crate::dedupe::Group::settle`].
    pub(super) anew: &'a HashSet<EntryId>,
    /// Entries whose own links have changed, so that they may have to leave their story or join another.
    pub(super) moved: &'a HashSet<EntryId>,
}

impl<R: StoryRows + LinkRows + TextRows> Regroup<'_, R> {
    /// Puts all that is connected with any of `seeds` in order. A story whose entries all go elsewhere stays, empty, so that outputs
    /// take its item out and its number is never given to another.
    pub(super) fn around(
        &self,
        seeds: &[EntryId],
        profiles: &mut Profiles,
    ) -> Result<(), R::Error> {
        let mut done: HashSet<EntryId> = HashSet::new();
        for seed in seeds {
            if done.contains(seed) {
                continue;
            }
            match gather(self.rows, *seed, self.fresh)? {
                Some(gathered) => {
                    done.extend(gathered.group.nodes.iter().map(|node| node.id));
                    self.put_in_order(gathered, profiles)?;
                }
                None => {
                    self.move_alone(*seed)?;
                    done.insert(*seed);
                }
            }
        }
        Ok(())
    }

    fn put_in_order(&self, gathered: Gathered, profiles: &mut Profiles) -> Result<(), R::Error> {
        let Gathered {
            mut group,
            stored_in,
        } = gathered;
        group.settle(self.anew);
        let parts = partition(&group, |one, other| self.conflict(one, other, profiles))?;
        let nodes: HashMap<EntryId, &Node> =
            group.nodes.iter().map(|node| (node.id, node)).collect();
        let mut touched = BTreeSet::new();
        for part in &parts {
            touched.extend(self.write(part, &nodes, &stored_in)?);
        }
        for story in touched {
            self.rows.touch_story(story, self.now)?;
        }
        Ok(())
    }

    /// Whether two entries that have no link are certainly two releases. The answer is not stored: which pairs are asked about
    /// depends on the entries that were there.
    fn conflict(
        &self,
        one: EntryId,
        other: EntryId,
        profiles: &mut Profiles,
    ) -> Result<bool, R::Error> {
        let both = (profiles.of(self.rows, one)?, profiles.of(self.rows, other)?);
        Ok(match both {
            (Some(one), Some(other)) => compare(&one, &other).sameness == Sameness::Apart,
            _ => false,
        })
    }

    /// Writes what differs from what is stored; returns the stories that have changed.
    fn write(
        &self,
        part: &Part,
        nodes: &HashMap<EntryId, &Node>,
        stored_in: &HashMap<EntryId, StoryId>,
    ) -> Result<BTreeSet<StoryId>, R::Error> {
        let story = match part.story {
            Some(story) => story,
            None => self.rows.begin_story(part.began_at, self.now)?,
        };
        let is_other = self
            .rows
            .describe_story(story, part.began_at, part.is_ruled)?;
        let mut differing = differing(part, story, nodes, stored_in);
        if !differing.roles.is_empty() {
            self.rows.write_roles(story, &differing.roles)?;
        }
        if is_other || part.story.is_none() {
            differing.stories.insert(story);
        }
        Ok(differing.stories)
    }

    /// Moves one entry where its links lead, because too many are connected with it to put all in order.
    fn move_alone(&self, entry: EntryId) -> Result<(), R::Error> {
        let (is_fresh, is_moved) = (self.fresh.contains(&entry), self.moved.contains(&entry));
        if !is_fresh && !is_moved {
            return Ok(());
        }
        let Some(own) = self.rows.placed(&[entry])?.pop() else {
            return Ok(());
        };
        let links = self.rows.links_of(entry)?;
        match is_fresh {
            true => self.join_strongest(&own, &links),
            false => self.follow_links(&own, &links),
        }
    }

    /// Puts a new entry into the story that its strongest link leads to.
    fn join_strongest(&self, own: &Placed, links: &[Link]) -> Result<(), R::Error> {
        let Some(link) = strongest(links) else {
            return Ok(());
        };
        match self.rows.placed(&[link.beside(own.id)])?.pop() {
            Some(other) => self.join(own, link, other.story, other.edition_at),
            None => Ok(()),
        }
    }

    /// Puts an entry whose links have changed where they lead, see [`destination`].
    fn follow_links(&self, own: &Placed, links: &[Link]) -> Result<(), R::Error> {
        let joining: Vec<&Link> = links.iter().filter(|link| link.joins()).collect();
        let others: Vec<EntryId> = joining.iter().map(|link| link.beside(own.id)).collect();
        let others = self.rows.placed(&others)?;
        let stories = others.iter().map(|other| other.story).chain([own.story]);
        let stories: Vec<StoryId> = stories.collect::<BTreeSet<_>>().into_iter().collect();
        let ruled: HashMap<StoryId, bool> = self
            .rows
            .present(&stories)?
            .into_iter()
            .map(|story| (story.id, story.is_ruled))
            .collect();
        let is_ruled = |story: StoryId| ruled.get(&story).copied().unwrap_or_default();
        let others: HashMap<EntryId, &Placed> =
            others.iter().map(|other| (other.id, other)).collect();
        let ways = joining.into_iter().filter_map(|link| {
            let other = others.get(&link.beside(own.id))?;
            Some(Way {
                link: *link,
                story: other.story,
                is_ruled: is_ruled(other.story),
                edition_at: other.edition_at,
            })
        });
        let ways: Vec<Way> = ways.collect();
        match destination((own.story, is_ruled(own.story)), &ways) {
            Destination::Stays => return Ok(()),
            Destination::Joins(way) => self.join(own, &way.link, way.story, way.edition_at)?,
            Destination::Alone => {
                if self.rows.member_beside(own.id, own.story)?.is_none() {
                    return Ok(());
                }
                let story = self.rows.begin_story(own.edition_at, self.now)?;
                let role = Role::first(own.edition_at);
                self.rows.write_roles(story, &[(own.id, &role)])?;
                self.rows.touch_story(story, self.now)?;
            }
        }
        self.rows.touch_story(own.story, self.now)
    }

    /// Puts an entry into a story that a link leads to. `edition_at`: of the entry at the other end.
    fn join(
        &self,
        own: &Placed,
        link: &Link,
        story: StoryId,
        edition_at: Timestamp,
    ) -> Result<(), R::Error> {
        let role = role_by(link, own.id, own.edition_at, edition_at);
        self.rows.write_roles(story, &[(own.id, &role)])?;
        self.rows.touch_story(story, self.now)
    }
}

/// What of a part is not stored yet.
struct Differing<'p> {
    /// The entries that stand in another story or have another role.
    roles: Vec<(EntryId, &'p Role)>,
    /// The stories whose members or roles change.
    stories: BTreeSet<StoryId>,
}

/// Compares a part, which is to be this story, with what is stored. A new entry changes the story that it joins even if it is stored
/// there already.
fn differing<'p>(
    part: &'p Part,
    story: StoryId,
    nodes: &HashMap<EntryId, &Node>,
    stored_in: &HashMap<EntryId, StoryId>,
) -> Differing<'p> {
    let mut differing = Differing {
        roles: Vec::new(),
        stories: BTreeSet::new(),
    };
    for (entry, role) in &part.members {
        let Some(node) = nodes.get(entry) else {
            continue;
        };
        if node.present == Some(story) && node.role == *role {
            continue;
        }
        differing.stories.insert(story);
        differing.stories.extend(node.present);
        if stored_in.get(entry) != Some(&story) || node.role != *role {
            differing.roles.push((*entry, role));
        }
    }
    differing
}
