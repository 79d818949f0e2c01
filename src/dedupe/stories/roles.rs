//! What each entry is within its story, and by which other entry it was recognized.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::editions::Edition;
use super::pairs::Joining;
use super::{Group, Present, Role};
use crate::model::{Layer, Relation, StoryId};

/// The entry that a story begins with: the first entry of its oldest edition in the fixed order. A published story keeps the entry
/// that it began with, because readers know it.
pub(super) fn first(group: &Group, editions: &[Edition], kept: Option<&Present>) -> usize {
    let oldest = editions.first().map_or(&[][..], |edition| &edition.members);
    let known = kept.filter(|kept| kept.published.is_some());
    let began = oldest.iter().find(|nth| {
        let node = &group.nodes[**nth];
        node.role.relation == Relation::First
            && known.is_some_and(|known| node.present == Some(known.id))
    });
    let earliest = oldest.iter().min_by_key(|nth| group.nodes[**nth].order());
    began.or(earliest).copied().unwrap_or_default()
}

/// The role of each entry of a part: each is recognized by the strongest links that lead to it from the first. `links`: the joining
/// links within the part, the strongest first.
pub(super) fn assign(
    group: &Group,
    links: &[Joining<'_>],
    editions: &[Edition],
    first: usize,
    kept: Option<&Present>,
) -> Vec<(usize, Role)> {
    let mut beside: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, (one, other, _)) in links.iter().enumerate() {
        beside.entry(*one).or_default().push(at);
        beside.entry(*other).or_default().push(at);
    }
    let mut tree = Tree {
        group,
        links,
        beside,
        slots: kept
            .filter(|kept| kept.published.is_some())
            .map(|kept| kept.id),
        waiting: BinaryHeap::new(),
        reached: HashSet::new(),
        found: HashMap::new(),
    };
    tree.reach(first);
    tree.grow();
    let mut roles = Vec::new();
    for (version, edition) in editions.iter().enumerate() {
        for nth in &edition.members {
            let role = if *nth == first {
                Role::first(edition.at)
            } else {
                let (matched, layer, score) = tree.way_to(*nth, first);
                Role {
                    relation: match version {
                        0 => Relation::Same,
                        _ => Relation::Update,
                    },
                    layer: Some(layer),
                    score: Some(score),
                    matched: Some(group.nodes[matched].id),
                    edition_at: edition.at,
                }
            };
            roles.push((*nth, role));
        }
    }
    roles
}

/// The strongest links from the first entry outwards.
struct Tree<'g> {
    group: &'g Group,
    /// The strongest first.
    links: &'g [Joining<'g>],
    /// Which of them each entry has.
    beside: HashMap<usize, Vec<usize>>,
    /// The published story whose items keep their slots.
    slots: Option<StoryId>,
    /// The links of what has been reached, the strongest first.
    waiting: BinaryHeap<Reverse<usize>>,
    reached: HashSet<usize>,
    /// By entry: the one that leads to it, by what.
    found: HashMap<usize, (usize, Layer, f64)>,
}

impl Tree<'_> {
    fn reach(&mut self, nth: usize) {
        self.reached.insert(nth);
        let links = self.beside.get(&nth).into_iter().flatten();
        self.waiting.extend(links.map(|at| Reverse(*at)));
    }

    fn grow(&mut self) {
        while let Some(Reverse(at)) = self.waiting.pop() {
            let (one, other, link) = self.links[at];
            let (from, end) = match (self.reached.contains(&one), self.reached.contains(&other)) {
                (true, false) => (one, other),
                (false, true) => (other, one),
                _ => continue,
            };
            let to = match link.layer {
                Layer::Near => self.slot_of(end).unwrap_or(end),
                _ => end,
            };
            if to != end {
                self.waiting.push(Reverse(at));
            }
            self.found.insert(to, (from, link.layer, link.score));
            self.reach(to);
        }
    }

    /// Of the entries with the very text or address of this one, none of them reached yet, the one by which an item of the
    /// published story goes where similarity alone makes no copies.
    fn slot_of(&self, nth: usize) -> Option<usize> {
        self.slots?;
        let mut group = vec![nth];
        let mut seen = HashSet::from([nth]);
        let mut at = 0;
        while let Some(member) = group.get(at).copied() {
            at += 1;
            for link in self.beside.get(&member).into_iter().flatten() {
                let (one, other, link) = &self.links[*link];
                let next = if *one == member { *other } else { *one };
                if link.layer != Layer::Near && seen.insert(next) {
                    group.push(next);
                }
            }
        }
        group.into_iter().find(|member| {
            let node = &self.group.nodes[*member];
            node.present == self.slots
                && node.role.layer == Some(Layer::Near)
                && !self.reached.contains(member)
        })
    }

    /// Which entry leads to this one, by what. Where no link does, it is in the story because a person wants it.
    fn way_to(&self, nth: usize, first: usize) -> (usize, Layer, f64) {
        let found = self.found.get(&nth).copied();
        found.unwrap_or((first, Layer::Manual, 1.0))
    }
}
