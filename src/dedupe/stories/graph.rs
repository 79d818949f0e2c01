//! Groups entries into stories: links are followed from the strongest to the weakest, and each joins two groups unless an entry
//! of one conflicts with an entry of the other.

use std::collections::{HashMap, HashSet};

use super::pairs::{Joining, MAX_ASKED, Pairs};
use super::sets::Sets;
use super::{Group, Link, Node};
use crate::dedupe::Sameness;
use crate::model::{EntryId, Layer, StoryId};

/// Texts whose link has this score differ in next to nothing.
const NEXT_TO_NOTHING: f64 = 0.95;

/// The entries of a group by number, and which of them have become one.
pub(super) struct Graph<'g> {
    group: &'g Group,
    pairs: Pairs<'g>,
    /// By the root of each version: whether an entry of it says that there was a version before.
    later: Vec<bool>,
    is_any_ruled: bool,
    /// The answers about pairs that were asked about so far.
    asked: HashMap<(usize, usize), bool>,
    /// Entries of one story.
    stories: Sets,
    /// Entries that are one story by links other than those made by hand.
    natural: Sets,
    /// Entries that carry one version.
    editions: Sets,
}

impl<'g> Graph<'g> {
    pub(super) fn build<E>(
        group: &'g Group,
        mut conflict: impl FnMut(EntryId, EntryId) -> Result<bool, E>,
    ) -> Result<Self, E> {
        let mut graph = Self::of(group);
        graph.unite_ruled();
        for at in 0..graph.pairs.joining.len() {
            let (one, other, link) = graph.pairs.joining[at];
            if graph.stories.root(one) != graph.stories.root(other) {
                if !link.is_certain()
                    && (graph.is_ruled_out(one, other)
                        || graph.conflicts(one, other, link, &mut conflict)?)
                {
                    continue;
                }
                graph.stories.unite(one, other);
            }
            if link.layer != Layer::Manual {
                graph.natural.unite(one, other);
            }
            if link.sameness == Sameness::Same && graph.is_one_version(one, other) {
                graph.unite_versions(one, other);
            }
        }
        Ok(graph)
    }

    fn of(group: &'g Group) -> Self {
        let count = group.nodes.len();
        Self {
            group,
            pairs: Pairs::of(group),
            later: group.nodes.iter().map(Node::is_later).collect(),
            is_any_ruled: group.stories.iter().any(|story| story.is_ruled),
            asked: HashMap::new(),
            stories: Sets::new(count),
            natural: Sets::new(count),
            editions: Sets::new(count),
        }
    }

    /// Unites the members of each story that a person has split from another: they stay together whatever links say.
    fn unite_ruled(&mut self) {
        for story in self.group.stories.iter().filter(|story| story.is_ruled) {
            let own = |nth: &usize| self.group.nodes[*nth].present == Some(story.id);
            let members: Vec<usize> = (0..self.group.nodes.len()).filter(own).collect();
            for pair in members.windows(2) {
                self.stories.unite(pair[0], pair[1]);
            }
        }
    }

    /// Whether a person has ruled on a story of one part, and the other part has entries of another story.
    fn is_ruled_out(&self, one: usize, other: usize) -> bool {
        if !self.is_any_ruled {
            return false;
        }
        let present = |nth: usize| -> Vec<StoryId> {
            let members = self.stories.members(nth).iter();
            let mut present: Vec<_> = members
                .filter_map(|member| self.group.nodes[*member].present)
                .collect();
            present.sort_unstable();
            present.dedup();
            present
        };
        let is_ruled = |stories: &[StoryId]| {
            let mut all = self.group.stories.iter();
            all.any(|story| story.is_ruled && stories.contains(&story.id))
        };
        let (one, other) = (present(one), present(other));
        (is_ruled(&one) && other.iter().any(|story| !one.contains(story)))
            || (is_ruled(&other) && one.iter().any(|story| !other.contains(story)))
    }

    /// Whether any two entries of the two parts are certainly two releases.
    fn conflicts<E>(
        &mut self,
        one: usize,
        other: usize,
        link: &Link,
        conflict: &mut impl FnMut(EntryId, EntryId) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let (fewer, more) = self.natural.smaller_beside(one, other);
        let is_apart = fewer.iter().any(|nth| {
            let mut apart = self.pairs.apart(*nth).iter();
            apart.any(|beside| {
                self.natural.root(*beside) == more
                    && !self.may_differ((one, other), self.along((*nth, *beside), one), link)
            })
        });
        if is_apart {
            return Ok(true);
        }
        for pair in self.unknown((one, other), link) {
            let answer = match self.asked.get(&pair) {
                Some(answer) => *answer,
                None => conflict(self.group.nodes[pair.0].id, self.group.nodes[pair.1].id)?,
            };
            self.asked.insert(pair, answer);
            if answer {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A pair between two parts, the end first that belongs to the part of `one`.
    fn along(&self, pair: (usize, usize), one: usize) -> (usize, usize) {
        match self.natural.root(pair.0) == self.natural.root(one) {
            true => pair,
            false => (pair.1, pair.0),
        }
    }

    /// The pairs between two parts that have to be compared: of those without a link the ones with the weakest links to their
    /// stories.
    fn unknown(&self, (one, other): (usize, usize), link: &Link) -> Vec<(usize, usize)> {
        let (mut left, mut right) = (
            self.natural.members(one).to_vec(),
            self.natural.members(other).to_vec(),
        );
        if left.len() * right.len() > MAX_ASKED * MAX_ASKED {
            self.pairs.keep_loosest(&mut left);
            self.pairs.keep_loosest(&mut right);
        }
        let mut unknown = Vec::new();
        for left in &left {
            for right in &right {
                let pair = (*left, *right);
                if !self.may_differ((one, other), pair, link)
                    && !self.pairs.are_linked(*left, *right)
                {
                    unknown.push(pair);
                }
            }
        }
        self.pairs.keep_loosest_pairs(&mut unknown);
        unknown
    }

    /// Whether the entries of a pair may have different numbers and still be one release: one of them says that it is a later
    /// version, or is in its story because its text is that of a later version.
    fn may_differ(&self, ends: (usize, usize), pair: (usize, usize), link: &Link) -> bool {
        let is_later = |nth: usize| self.is_later(nth);
        let is_at_the_ends = self.editions.root(pair.0) == self.editions.root(ends.0)
            && self.editions.root(pair.1) == self.editions.root(ends.1);
        if is_at_the_ends {
            return link.sameness == Sameness::Update && (is_later(pair.0) || is_later(pair.1));
        }
        is_later(pair.0)
            || is_later(pair.1)
            || (link.score >= NEXT_TO_NOTHING && (is_later(ends.0) || is_later(ends.1)))
    }

    /// Whether nothing says that entries of two versions are different ones.
    fn is_one_version(&self, one: usize, other: usize) -> bool {
        if self.editions.root(one) == self.editions.root(other) {
            return true;
        }
        let (fewer, more) = self.editions.smaller_beside(one, other);
        let differs = |nth: &usize| {
            let mut beside = self.pairs.differing(*nth).iter();
            beside.any(|beside| self.editions.root(*beside) == more)
        };
        !fewer.iter().any(differs)
    }

    fn unite_versions(&mut self, one: usize, other: usize) {
        let is_later = self.is_later(one) || self.is_later(other);
        self.editions.unite(one, other);
        self.later[self.editions.root(one)] = is_later;
    }

    /// Whether an entry of the same version says that there was a version before.
    fn is_later(&self, nth: usize) -> bool {
        self.later[self.editions.root(nth)]
    }

    /// The entries of each story, by number.
    pub(super) fn parts(&self) -> Vec<Vec<usize>> {
        self.stories.sets()
    }

    /// Which of these entries carry one version.
    pub(super) fn versions(&self, members: &[usize]) -> Vec<Vec<usize>> {
        let roots: HashSet<usize> = members
            .iter()
            .map(|member| self.editions.root(*member))
            .collect();
        let mut versions: Vec<Vec<usize>> = roots
            .into_iter()
            .map(|root| {
                let mut version = self.editions.members(root).to_vec();
                version.sort_unstable();
                version
            })
            .collect();
        versions.sort();
        versions
    }

    /// The joining links within each part, by the name of the part, see [`Graph::part_of`]; the strongest first.
    pub(super) fn links_of_parts(&self) -> HashMap<usize, Vec<Joining<'g>>> {
        let mut links: HashMap<usize, Vec<_>> = HashMap::new();
        for (one, other, link) in &self.pairs.joining {
            let root = self.stories.root(*one);
            if root == self.stories.root(*other) {
                links.entry(root).or_default().push((*one, *other, *link));
            }
        }
        links
    }

    /// The name of the part that an entry is in.
    pub(super) fn part_of(&self, nth: usize) -> usize {
        self.stories.root(nth)
    }
}
