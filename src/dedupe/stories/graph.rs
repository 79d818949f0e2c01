//! Groups entries into stories: links are followed from the strongest to the weakest, and each joins two groups unless an entry
//! of one conflicts with an entry of the other.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::{Group, Link, MAX_ASKED};
use crate::dedupe::Sameness;
use crate::model::{EntryId, Layer, StoryId};

/// A link with this score is between texts that differ in next to nothing.
const NEXT_TO_NOTHING: f64 = 0.95;

/// Entries by number in the group, and what has become one.
pub(super) struct Graph<'g> {
    group: &'g Group,
    /// Links that join, the strongest first; equals by the fixed order of their entries.
    joining: Vec<(usize, usize, &'g Link)>,
    /// What is stored of each pair, lower number first.
    stored: HashMap<(usize, usize), &'g Link>,
    /// Of each entry, those that are certainly other releases, and those that do not carry the same version.
    apart: Vec<Vec<usize>>,
    differing: Vec<Vec<usize>>,
    /// The rank of each entry by the strength of its best link, weakest first; ties go by the fixed order.
    loose: Vec<usize>,
    /// The rank of each entry in the fixed order.
    order: Vec<usize>,
    /// The best score by which each entry hangs on others.
    held: Vec<f64>,
    /// By the root of each version: whether an entry of it says that there was a version before.
    later: Vec<bool>,
    is_any_ruled: bool,
    /// What was asked about pairs so far.
    asked: HashMap<(usize, usize), bool>,
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
                graph.unite_versions(one, other);
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
        let (apart, differing) = neighbours(&stored, count);
        let held = holds(&joining, count);
        let order = places(count, |one, other| orders[*one].cmp(&orders[*other]));
        let loose = places(count, |one, other| {
            let by_hold = held[*one].total_cmp(&held[*other]);
            by_hold.then(order[*one].cmp(&order[*other]))
        });
        Self {
            group,
            joining,
            stored,
            apart,
            differing,
            loose,
            order,
            held,
            later: group.nodes.iter().map(super::Node::is_later).collect(),
            is_any_ruled: group.stories.iter().any(|story| story.is_ruled),
            asked: HashMap::new(),
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

    /// Whether a person has ruled on one of the two groups, and the other holds an entry that was already in another story.
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
        let (left, right) = (self.natural.members(one), self.natural.members(other));
        let (fewer, more) = match left.len() <= right.len() {
            true => (left, self.natural.root(other)),
            false => (right, self.natural.root(one)),
        };
        let is_apart = fewer.iter().any(|nth| {
            let mut apart = self.apart[*nth].iter();
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

    /// The pairs between two parts to be asked about: of those without a link, the ones that hang on their stories by least.
    fn unknown(&self, (one, other): (usize, usize), link: &Link) -> Vec<(usize, usize)> {
        let (mut left, mut right) = (
            self.natural.members(one).to_vec(),
            self.natural.members(other).to_vec(),
        );
        if left.len() * right.len() > MAX_ASKED * MAX_ASKED {
            for members in [&mut left, &mut right] {
                members.sort_unstable_by_key(|nth| self.loose[*nth]);
                members.truncate(MAX_ASKED);
            }
        }
        let mut unknown = Vec::new();
        for left in &left {
            for right in &right {
                let pair = (*left, *right);
                if !self.may_differ((one, other), pair, link)
                    && self.between(*left, *right).is_none()
                {
                    unknown.push(pair);
                }
            }
        }
        if unknown.len() > MAX_ASKED {
            self.loosest_first(&mut unknown);
            unknown.truncate(MAX_ASKED);
        }
        unknown
    }

    /// Whether a pair may have other numbers and still be one release: one of them is a version that says so of itself, or
    /// belongs to the story through the very text of such a version.
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

    /// Sorts pairs so that those with the weakest links to their stories come first; ties go by the fixed order.
    fn loosest_first(&self, pairs: &mut [(usize, usize)]) {
        let ends = |pair: &(usize, usize)| {
            let (one, other) = (self.order[pair.0], self.order[pair.1]);
            (one.min(other), one.max(other))
        };
        let held = |pair: &(usize, usize)| self.held[pair.0].min(self.held[pair.1]);
        pairs.sort_by(|one, other| {
            held(one)
                .total_cmp(&held(other))
                .then_with(|| ends(one).cmp(&ends(other)))
        });
    }

    /// Whether nothing says that entries of two versions are different ones.
    fn is_one_version(&self, one: usize, other: usize) -> bool {
        if self.editions.root(one) == self.editions.root(other) {
            return true;
        }
        let (left, right) = (self.editions.members(one), self.editions.members(other));
        let (fewer, more) = match left.len() <= right.len() {
            true => (left, self.editions.root(other)),
            false => (right, self.editions.root(one)),
        };
        let differs = |nth: &usize| {
            let mut beside = self.differing[*nth].iter();
            beside.any(|beside| self.editions.root(*beside) == more)
        };
        !fewer.iter().any(differs)
    }

    fn unite_versions(&mut self, one: usize, other: usize) {
        let is_later = self.is_later(one) || self.is_later(other);
        self.editions.unite(one, other);
        self.later[self.editions.root(one)] = is_later;
    }

    /// Whether an entry of its version says that there was one before.
    fn is_later(&self, nth: usize) -> bool {
        self.later[self.editions.root(nth)]
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

    /// The links within each part that join, by the part of its first entry; the strongest first.
    pub(super) fn links_of_parts(&self) -> HashMap<usize, Vec<(usize, usize, &'g Link)>> {
        let mut links: HashMap<usize, Vec<_>> = HashMap::new();
        for (one, other, link) in &self.joining {
            let root = self.stories.root(*one);
            if root == self.stories.root(*other) {
                links.entry(root).or_default().push((*one, *other, *link));
            }
        }
        links
    }

    /// What tells the part of an entry from others.
    pub(super) fn part_of(&self, nth: usize) -> usize {
        self.stories.root(nth)
    }
}

/// Of each entry, those that are certainly other releases, and those that do not carry the same version.
fn neighbours(
    stored: &HashMap<(usize, usize), &Link>,
    count: usize,
) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let (mut apart, mut differing) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for ((one, other), link) in stored {
        let ends = [(*one, *other), (*other, *one)];
        for (one, other) in ends {
            if link.sameness == Sameness::Apart {
                apart[one].push(other);
            }
            if link.sameness != Sameness::Same {
                differing[one].push(other);
            }
        }
    }
    (apart, differing)
}

/// The best score by which each entry hangs on others.
fn holds(joining: &[(usize, usize, &Link)], count: usize) -> Vec<f64> {
    let mut held = vec![0.0_f64; count];
    for (one, other, link) in joining {
        for end in [*one, *other] {
            held[end] = held[end].max(link.score);
        }
    }
    held
}

/// The place of each number in an order.
fn places(count: usize, by: impl Fn(&usize, &usize) -> Ordering) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..count).collect();
    sorted.sort_by(by);
    let mut places = vec![0; count];
    for (place, nth) in sorted.into_iter().enumerate() {
        places[nth] = place;
    }
    places
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
