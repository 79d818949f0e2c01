//! A rule of a source or an output: its parts compiled, each fault noted at its place.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::problem::Found;
use super::super::table::At;
use super::words;
use crate::select::{Lists, Rule, RulePart, RuleText};

/// The parts of a rule as they stand in the file, and the lists that they may name.
pub(super) struct WrittenRule<'a> {
    pub(super) include: Option<&'a At<Vec<At<String>>>>,
    pub(super) exclude: Option<&'a At<Vec<At<String>>>>,
    pub(super) fields: Option<&'a At<Vec<At<String>>>>,
    pub(super) condition: Option<&'a At<String>>,
    pub(super) lists: &'a Lists,
}

impl WrittenRule<'_> {
    /// The rule as written in the file: `list:NAME` is kept as it is, not replaced by the words of the list.
    pub(super) fn as_written(&self) -> RuleText {
        let words = |words: Option<&At<Vec<At<String>>>>| {
            let words = words.into_iter().flat_map(|words| &words.value);
            words.map(|word| word.value.clone()).collect()
        };
        RuleText {
            include: words(self.include),
            exclude: words(self.exclude),
            condition: self.condition.map(|condition| condition.value.clone()),
            fields: BTreeSet::new(),
        }
    }

    /// Compiles the rule; one with errors keeps everything, but then nothing starts.
    pub(super) fn compile(&self, found: &mut Found<'_>) -> (Arc<Rule>, RuleText) {
        let include = words::expand(self.include, self.lists, found);
        let exclude = words::expand(self.exclude, self.lists, found);
        let texts = |words: &[At<String>]| words.iter().map(|word| word.value.clone()).collect();
        let has_words = self.include.is_some() || self.exclude.is_some();
        let text = RuleText {
            include: texts(&include),
            exclude: texts(&exclude),
            condition: self.condition.map(|condition| condition.value.clone()),
            fields: words::fields(self.fields, has_words, found),
        };
        let rule = Rule::compile(&text).unwrap_or_else(|errors| {
            for error in errors {
                let written = match error.part {
                    RulePart::Include(index) => include.get(index),
                    RulePart::Exclude(index) => exclude.get(index),
                    RulePart::Where => self.condition,
                };
                let at = written.map_or(0..0, |written| {
                    found.within(&written.span, &written.value, error.offset)
                });
                let hint = error
                    .hint
                    .unwrap_or_else(|| "see the section on rules in the README".to_owned());
                found.error(&at, error.message, hint);
            }
            Rule::compile(&RuleText::default()).expect("an empty rule compiles")
        });
        (Arc::new(rule), text)
    }
}
