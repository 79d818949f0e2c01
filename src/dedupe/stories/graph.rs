//! Links, the strongest first, make entries one part, unless two of them conflict.

use std::collections::HashMap;

use super::{Group, Link, MAX_ASKED};
use crate::dedupe::Sameness;
use crate::model::{EntryId, Layer, StoryId};

/// A link with this score is between texts that differ in next to nothing.
const NEXT_TO_NOTHING: f64 = 0.95;

/// Entries by number in the group, and what has become one.
pub(super) struct Graph<'g> {
    group: &'g Group,
    /// Links that join, the strongest first; equals by the fixed order of their entries.
    pub(super) joining: Vec<(usize, usize, &'g Link)>,
    /// What is stored of each pair, lower number first.
    stored: HashMap<(usize, usize), &'g Link>,
    /// One story.
    stories: Sets,
    /// One story, even if no person had joined anything.
    natural: Sets,
    /// One version.
    editions: Sets,
}

impl<'g> Graph<'g> {
    pub(super) fn build<E>(
        group: &'g Group,
        mut conflict: impl FnMut(EntryId, EntryId) -> Result<bool, E>,
    ) -> Result<Self, E> {
        let mut graph = Self::of(group);
        graph.unite_ruled();
        for at in 0..graph.joining.len() {
            let (one, other, link) = graph.joining[at];
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
                graph.editions.unite(one, other);
            }
        }
        Ok(graph)
    }

    fn of(group: &'g Group) -> Self {
        let number: HashMap<EntryId, usize> = group
            .nodes
            .iter()
            .enumerate()
            .map(|(nth, node)| (node.id, nth))
            .collect();
        let ends = |link: &Link| {
            let (one, other) = (*number.get(&link.one)?, *number.get(&link.other)?);
            Some((one.min(other), one.max(other)))
        };
        let stored: HashMap<_, _> = group
            .links
            .iter()
            .filter_map(|link| Some((ends(link)?, link)))
            .collect();
        let orders: Vec<_> = group.nodes.iter().map(super::Node::order).collect();
        let mut joining: Vec<(usize, usize, &Link)> = stored
            .iter()
            .filter(|(_, link)| link.joins())
            .map(
                |((one, other), link)| match orders[*one] <= orders[*other] {
                    true => (*one, *other, *link),
                    false => (*other, *one, *link),
                },
            )
            .collect();
        joining.sort_by(|one, other| {
            one.2
                .strength(other.2)
                .then_with(|| orders[one.0].cmp(&orders[other.0]))
                .then_with(|| orders[one.1].cmp(&orders[other.1]))
        });
        let count = group.nodes.len();
        Self {
            group,
            joining,
            stored,
            stories: Sets::new(count),
            natural: Sets::new(count),
            editions: Sets::new(count),
        }
    }

    /// What a person has parted from others stays together whatever links say.
    fn unite_ruled(&mut self) {
        for story in self.group.stories.iter().filter(|story| story.is_ruled) {
            let own = |nth: &usize| self.group.nodes[*nth].present == Some(story.id);
            let members: Vec<usize> = (0..self.group.nodes.len()).filter(own).collect();
            for pair in members.windows(2) {
                self.stories.unite(pair[0], pair[1]);
            }
        }
    }

    /// Whether one of two parts is ruled, and the other was there before it could know.
    fn is_ruled_out(&self, one: usize, other: usize) -> bool {
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
        &self,
        one: usize,
        other: usize,
        link: &Link,
        conflict: &mut impl FnMut(EntryId, EntryId) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let mut unknown = Vec::new();
        for left in self.natural.members(one) {
            for right in self.natural.members(other) {
                if self.may_differ((one, other), (*left, *right), link) {
                    continue;
                }
                match self.between(*left, *right).map(|stored| stored.sameness) {
                    Some(Sameness::Apart) => return Ok(true),
                    Some(_) => {}
                    None => unknown.push((*left, *right)),
                }
            }
        }
        if unknown.len() > MAX_ASKED {
            self.differing_most_first(&mut unknown);
        }
        for (left, right) in unknown.into_iter().take(MAX_ASKED) {
            if conflict(self.group.nodes[left].id, self.group.nodes[right].id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a pair may have other numbers and still be one release: one of them is a version that says so of itself, or
    /// belongs to the story through the very text of such a version.
    fn may_differ(&self, ends: (usize, usize), pair: (usize, usize), link: &Link) -> bool {
        let is_later = |nth: usize| {
            let mut members = self.editions.members(nth).iter();
            members.any(|member| self.group.nodes[*member].is_later())
        };
        let is_at_the_ends = self.editions.root(pair.0) == self.editions.root(ends.0)
            && self.editions.root(pair.1) == self.editions.root(ends.1);
        if is_at_the_ends {
            return link.sameness == Sameness::Update && (is_later(pair.0) || is_later(pair.1));
        }
        is_later(pair.0)
            || is_later(pair.1)
            || (link.score >= NEXT_TO_NOTHING && (is_later(ends.0) || is_later(ends.1)))
    }

    /// Pairs of entries that hang on their stories by least come first, equals by the fixed order.
    fn differing_most_first(&self, pairs: &mut [(usize, usize)]) {
        let mut best: HashMap<usize, f64> = HashMap::new();
        for (one, other, link) in &self.joining {
            for end in [one, other] {
                let best = best.entry(*end).or_default();
                *best = best.max(link.score);
            }
        }
        let hold = |nth: usize| best.get(&nth).copied().unwrap_or_default();
        let order = |nth: usize| self.group.nodes[nth].order();
        pairs.sort_by(|one, other| {
            let held = |pair: &(usize, usize)| hold(pair.0).min(hold(pair.1));
            let ends = |pair: &(usize, usize)| {
                let (one, other) = (order(pair.0), order(pair.1));
                if one <= other {
                    (one, other)
                } else {
                    (other, one)
                }
            };
            held(one)
                .total_cmp(&held(other))
                .then_with(|| ends(one).cmp(&ends(other)))
        });
    }

    /// Whether nothing says that entries of two versions are different ones.
    fn is_one_version(&self, one: usize, other: usize) -> bool {
        let differ = |left: &usize| {
            let mut members = self.editions.members(other).iter();
            members.any(|right| {
                self.between(*left, *right)
                    .is_some_and(|link| link.sameness != Sameness::Same)
            })
        };
        !self.editions.members(one).iter().any(differ)
    }

    fn between(&self, one: usize, other: usize) -> Option<&'g Link> {
        self.stored.get(&(one.min(other), one.max(other))).copied()
    }

    /// The entries of each story, each part by number.
    pub(super) fn parts(&self) -> Vec<Vec<usize>> {
        self.stories.sets()
    }

    /// Which of these entries carry one version.
    pub(super) fn versions(&self, members: &[usize]) -> Vec<Vec<usize>> {
        let mut sets = self.editions.sets();
        sets.retain(|set| set.iter().any(|nth| members.contains(nth)));
        sets
    }
}

/// Disjoint sets of small numbers; each knows its members.
struct Sets {
    root: Vec<usize>,
    members: Vec<Vec<usize>>,
}

impl Sets {
    fn new(count: usize) -> Self {
        Self {
            root: (0..count).collect(),
            members: (0..count).map(|nth| vec![nth]).collect(),
        }
    }

    fn root(&self, nth: usize) -> usize {
        self.root[nth]
    }

    fn members(&self, nth: usize) -> &[usize] {
        &self.members[self.root[nth]]
    }

    fn unite(&mut self, one: usize, other: usize) {
        let (mut into, mut from) = (self.root[one], self.root[other]);
        if into == from {
            return;
        }
        if self.members[into].len() < self.members[from].len() {
            std::mem::swap(&mut into, &mut from);
        }
        let moved = std::mem::take(&mut self.members[from]);
        for nth in &moved {
            self.root[*nth] = into;
        }
        self.members[into].extend(moved);
    }

    fn sets(&self) -> Vec<Vec<usize>> {
        let mut sets: Vec<Vec<usize>> = self
            .members
            .iter()
            .filter(|members| !members.is_empty())
            .cloned()
            .collect();
        for set in &mut sets {
            set.sort_unstable();
        }
        sets.sort();
        sets
    }
}
