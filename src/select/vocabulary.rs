//! Finds the words and phrases of all rules in a text at once. Phrases without signs and phrases with signs have an automaton each, so
//! a text is walked at most twice, however many rules there are.

use std::collections::BTreeSet;
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use super::phrase::{Phrase, plain_form, signed_form};
use crate::text::{fold, tokens};

/// The words and phrases of a configuration's rules. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    /// Those without signs.
    plain: Dictionary,
    /// Those with signs; `None`: there are none, and texts need no form for them.
    signed: Option<Dictionary>,
}

/// Phrases, and the automaton that finds them.
#[derive(Debug, Clone)]
struct Dictionary {
    automaton: AhoCorasick,
    /// By the automaton's numbers.
    phrases: Arc<[Phrase]>,
}

/// Numbers of the phrases that occur in a text, of those without and with signs.
#[derive(Debug, Default)]
pub(super) struct Found {
    plain: BTreeSet<usize>,
    signed: BTreeSet<usize>,
    /// How many words the text has.
    pub(super) word_count: usize,
}

impl Vocabulary {
    /// Makes the automata that find these phrases, each once.
    pub(super) fn of_phrases<'p>(phrases: impl Iterator<Item = &'p Phrase>) -> Self {
        let phrases: BTreeSet<&Phrase> = phrases.collect();
        let (signed, plain): (Vec<&Phrase>, Vec<&Phrase>) =
            phrases.into_iter().partition(|phrase| phrase.has_signs());
        Self {
            plain: Dictionary::of(&plain),
            signed: (!signed.is_empty()).then(|| Dictionary::of(&signed)),
        }
    }

    /// Looks for all of them in a text.
    pub(super) fn find_in(&self, text: &str) -> Found {
        let folded = fold(text);
        let words = tokens(&folded);
        let signed = self.signed.as_ref();
        Found {
            plain: self.plain.found_in(&plain_form(words.joined())),
            signed: signed.map_or_else(BTreeSet::new, |signed| {
                signed.found_in(&signed_form(&folded))
            }),
            word_count: words.len(),
        }
    }

    /// The phrases that were found.
    pub(super) fn phrases<'v>(&'v self, found: &'v Found) -> impl Iterator<Item = &'v Phrase> {
        let plain = found
            .plain
            .iter()
            .filter_map(|nth| self.plain.phrases.get(*nth));
        let signed = self.signed.iter();
        let signed = signed.flat_map(|signed| {
            let numbers = found.signed.iter();
            numbers.filter_map(|nth| signed.phrases.get(*nth))
        });
        plain.chain(signed)
    }
}

impl Dictionary {
    fn of(phrases: &[&Phrase]) -> Self {
        let automaton = AhoCorasick::new(phrases.iter().map(|phrase| phrase.as_str()));
        Self {
            automaton: automaton.expect("rules are shorter than two gigabytes"),
            phrases: phrases.iter().map(|phrase| (*phrase).clone()).collect(),
        }
    }

    /// The numbers of those that occur in a form of a text.
    fn found_in(&self, form: &str) -> BTreeSet<usize> {
        // Overlapping: two words that follow each other share the space between them.
        let found = self.automaton.find_overlapping_iter(form);
        found.map(|found| found.pattern().as_usize()).collect()
    }
}
