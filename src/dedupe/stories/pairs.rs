//! What is known about the entries of a group, pair by pair, before any of them are joined.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::{Group, Link, Node};
use crate::dedupe::Sameness;
use crate::model::EntryId;

/// Pairs without a stored link that are compared at most before two parts become one story.
pub const MAX_ASKED: usize = 16;

/// A link between two entries, each given by its number in the group.
pub(super) type Joining<'g> = (usize, usize, &'g Link);

/// The links of a group by the numbers of its entries, and what follows from them for single entries.
pub(super) struct Pairs<'g> {
    /// Links that join, the strongest first; ties go by the fixed order of their entries.
    pub(super) joining: Vec<Joining<'g>>,
    /// The stored link of each pair, lower number first.
    stored: HashMap<(usize, usize), &'g Link>,
    /// For each entry, those that are certainly other releases.
    apart: Vec<Vec<usize>>,
    /// For each entry, those that are linked to it and do not carry the same version.
    differing: Vec<Vec<usize>>,
    /// The best score of the joining links of each entry.
    held: Vec<f64>,
    /// The rank of each entry by `held`, lowest first; ties go by the fixed order.
    loose: Vec<usize>,
    /// The rank of each entry in the fixed order.
    order: Vec<usize>,
}

impl<'g> Pairs<'g> {
    pub(super) fn of(group: &'g Group) -> Self {
        let stored = by_number(group);
        let orders: Vec<_> = group.nodes.iter().map(Node::order).collect();
        let mut joining: Vec<Joining<'g>> = stored
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
        let held = best_scores(&joining, count);
        let order = ranks(count, |one, other| orders[*one].cmp(&orders[*other]));
        let loose = ranks(count, |one, other| {
            let by_score = held[*one].total_cmp(&held[*other]);
            by_score.then(order[*one].cmp(&order[*other]))
        });
        Self {
            joining,
            stored,
            apart,
            differing,
            held,
            loose,
            order,
        }
    }

    /// Whether there is a stored link between two entries.
    pub(super) fn are_linked(&self, one: usize, other: usize) -> bool {
        self.stored.contains_key(&(one.min(other), one.max(other)))
    }

    /// The entries that are certainly other releases than this one.
    pub(super) fn apart(&self, nth: usize) -> &[usize] {
        &self.apart[nth]
    }

    /// The entries that are linked to this one and do not carry the same version.
    pub(super) fn differing(&self, nth: usize) -> &[usize] {
        &self.differing[nth]
    }

    /// Keeps the members with the weakest links, at most [`MAX_ASKED`].
    pub(super) fn keep_loosest(&self, members: &mut Vec<usize>) {
        members.sort_unstable_by_key(|nth| self.loose[*nth]);
        members.truncate(MAX_ASKED);
    }

    /// Keeps the pairs with the weakest links to their stories, at most [`MAX_ASKED`]; ties go by the fixed order.
    pub(super) fn keep_loosest_pairs(&self, pairs: &mut Vec<(usize, usize)>) {
        if pairs.len() <= MAX_ASKED {
            return;
        }
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
        pairs.truncate(MAX_ASKED);
    }
}

/// The links of a group by the numbers of their entries, the lower number first.
fn by_number(group: &Group) -> HashMap<(usize, usize), &Link> {
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
    let links = group.links.iter();
    links.filter_map(|link| Some((ends(link)?, link))).collect()
}

/// See [`Pairs::apart`] and [`Pairs::differing`].
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

/// The best score of the joining links of each entry.
fn best_scores(joining: &[Joining<'_>], count: usize) -> Vec<f64> {
    let mut held = vec![0.0_f64; count];
    for (one, other, link) in joining {
        for end in [*one, *other] {
            held[end] = held[end].max(link.score);
        }
    }
    held
}

/// The rank of each number in an order.
fn ranks(count: usize, by: impl Fn(&usize, &usize) -> Ordering) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..count).collect();
    sorted.sort_by(by);
    let mut ranks = vec![0; count];
    for (rank, nth) in sorted.into_iter().enumerate() {
        ranks[nth] = rank;
    }
    ranks
}
