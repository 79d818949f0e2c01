//! What each entry is within its story, and by which other it is recognized.

use std::collections::HashSet;

use super::editions::Edition;
use super::graph::Graph;
use super::{Group, Link, Present, Role};
use crate::model::{Layer, Relation, StoryId};

/// The entry that a story begins with: of its oldest edition the first by the fixed order. What is published began with an
/// entry that readers know, and goes on to.
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

/// The role of each entry of a part: the strongest links lead from the first to all others.
pub(super) fn assign(
    group: &Group,
    graph: &Graph<'_>,
    editions: &[Edition],
    first: usize,
    kept: Option<&Present>,
) -> Vec<(usize, Role)> {
    let mut tree = Tree {
        group,
        links: links_within(graph, editions),
        slots: kept
            .filter(|kept| kept.published.is_some())
            .map(|kept| kept.id),
        reached: HashSet::from([first]),
        found: Vec::new(),
    };
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

fn links_within<'g>(graph: &Graph<'g>, editions: &[Edition]) -> Vec<(usize, usize, &'g Link)> {
    let members: HashSet<usize> = editions
        .iter()
        .flat_map(|edition| edition.members.iter().copied())
        .collect();
    let within =
        |(one, other, _): &&(usize, usize, &Link)| members.contains(one) && members.contains(other);
    graph.joining.iter().filter(within).copied().collect()
}

/// The strongest links from the first entry outwards.
struct Tree<'g> {
    group: &'g Group,
    /// The strongest first.
    links: Vec<(usize, usize, &'g Link)>,
    /// The published story whose items keep their slots.
    slots: Option<StoryId>,
    reached: HashSet<usize>,
    /// An entry, the one that leads to it, by what.
    found: Vec<(usize, usize, Layer, f64)>,
}

impl Tree<'_> {
    fn grow(&mut self) {
        loop {
            let crossing =
                self.links.iter().copied().find(|(one, other, _)| {
                    self.reached.contains(one) != self.reached.contains(other)
                });
            let Some((one, other, link)) = crossing else {
                return;
            };
            let (from, to) = match self.reached.contains(&one) {
                true => (one, other),
                false => (other, one),
            };
            let to = match link.layer {
                Layer::Near => self.slot_of(to).unwrap_or(to),
                _ => to,
            };
            self.reached.insert(to);
            self.found.push((to, from, link.layer, link.score));
        }
    }

    /// Of the entries with the very text or address of this one, none of them reached yet, the one by which an item of the
    /// published story goes where similarity alone makes no copies.
    fn slot_of(&self, nth: usize) -> Option<usize> {
        self.slots?;
        let mut group = vec![nth];
        let mut at = 0;
        while let Some(member) = group.get(at).copied() {
            at += 1;
            for (one, other, link) in &self.links {
                let next = match (*one == member, *other == member) {
                    (true, _) => *other,
                    (_, true) => *one,
                    _ => continue,
                };
                if link.layer != Layer::Near && !group.contains(&next) {
                    group.push(next);
                }
            }
        }
        group.into_iter().find(|member| {
            let node = &self.group.nodes[*member];
            node.present == self.slots && node.role.layer == Some(Layer::Near)
        })
    }

    /// Which entry leads to this one, by what. Where no link does, it is in the story because a person wants it.
    fn way_to(&self, nth: usize, first: usize) -> (usize, Layer, f64) {
        let found = self.found.iter().find(|(to, ..)| *to == nth);
        found.map_or((first, Layer::Manual, 1.0), |(_, from, layer, score)| {
            (*from, *layer, *score)
        })
    }
}
