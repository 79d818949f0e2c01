//! Bytes that a property test has thrown, spent on choices.

/// What is left of them; all spent, every choice is the first.
pub(super) struct Dice<'d>(pub(super) &'d [u8]);

impl Dice<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn roll(&mut self) -> usize {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        usize::from(*first)
    }

    pub(super) fn pick(&mut self, all: &[&'static str]) -> &'static str {
        let roll = self.roll() * 256 + self.roll();
        all[roll % all.len()]
    }
}
