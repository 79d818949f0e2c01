//! Disjoint sets of small numbers.

/// Disjoint sets of the numbers below a count; each set knows its members.
pub(super) struct Sets {
    root: Vec<usize>,
    members: Vec<Vec<usize>>,
}

impl Sets {
    /// Each number in a set of its own.
    pub(super) fn new(count: usize) -> Self {
        Self {
            root: (0..count).collect(),
            members: (0..count).map(|nth| vec![nth]).collect(),
        }
    }

    /// The number that names the set of `nth`.
    pub(super) fn root(&self, nth: usize) -> usize {
        self.root[nth]
    }

    /// All numbers in the set of `nth`, in no order.
    pub(super) fn members(&self, nth: usize) -> &[usize] {
        &self.members[self.root[nth]]
    }

    /// Of the sets of two numbers the members of the smaller one, and the root of the other. Of equals, `one` has the members.
    pub(super) fn smaller_beside(&self, one: usize, other: usize) -> (&[usize], usize) {
        let (left, right) = (self.members(one), self.members(other));
        match left.len() <= right.len() {
            true => (left, self.root(other)),
            false => (right, self.root(one)),
        }
    }

    /// Makes one set of the sets of two numbers.
    pub(super) fn unite(&mut self, one: usize, other: usize) {
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

    /// All sets, each ascending, in the order of their lowest numbers.
    pub(super) fn sets(&self) -> Vec<Vec<usize>> {
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
