//! The words and phrases of all rules in one automaton: a text is walked once, however many rules ask.

use std::collections::BTreeSet;
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use super::Rule;

/// The words and phrases of a configuration's rules. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    automaton: AhoCorasick,
    /// Folded, by the automaton's numbers.
    phrases: Arc<[String]>,
}

impl Vocabulary {
    /// The words of these rules. What a rule looks for and this was not made of, it never finds.
    ///
    /// # Panics
    /// Where the rules are longer than two gigabytes.
    #[must_use]
    pub fn of<'r>(rules: impl IntoIterator<Item = &'r Rule>) -> Self {
        let rules = rules.into_iter();
        let phrases: BTreeSet<&str> = rules.flat_map(Rule::phrases).collect();
        let phrases: Arc<[String]> = phrases.into_iter().map(str::to_owned).collect();
        let automaton = AhoCorasick::new(phrases.iter());
        Self {
            automaton: automaton.expect("rules are shorter than two gigabytes"),
            phrases,
        }
    }

    /// The numbers of those that occur in folded words between single spaces.
    pub(super) fn found_in(&self, words: &str) -> BTreeSet<usize> {
        // Overlapping: two words that follow each other share the space between them.
        let found = self.automaton.find_overlapping_iter(words);
        found.map(|found| found.pattern().as_usize()).collect()
    }

    /// The phrase of a number.
    pub(super) fn phrase(&self, nth: usize) -> &str {
        self.phrases.get(nth).map_or("", String::as_str)
    }
}
