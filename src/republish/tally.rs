//! Which parts of rules do anything: a word with a slip in it, or an expression that is always true, fails silently. Told
//! on the places of entries, so that a replay over the history tells at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::TimeDelta;

use super::plan::{Plan, RuleOwner};
use crate::model::Timestamp;
use crate::select::{Rule, RuleText, Sign};
use crate::store::RuleSpan;

/// A part that did nothing for so long is reported.
const IDLE: TimeDelta = TimeDelta::days(30);
/// Spans are exact to this: a part that does something all the time is not written all the time.
const EXACT_TO: TimeDelta = TimeDelta::days(1);
/// The name of the span of all entries that a rule has judged.
const JUDGED: &str = "";

/// A part of a rule that did nothing for thirty days in which the rule had entries to judge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IdlePart {
    /// Whose rule it is.
    pub owner: RuleOwner,
    /// What it did not do, for a person.
    pub what: String,
}

impl fmt::Display for IdlePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} of the last {} days",
            self.owner,
            self.what,
            IDLE.num_days()
        )
    }
}

/// From when to when rules had entries, and parts of them did something.
#[derive(Debug, Default)]
pub(super) struct Tally {
    spans: BTreeMap<(String, String), (Timestamp, Timestamp)>,
    /// Not stored yet.
    fresh: BTreeSet<(String, String)>,
}

impl Tally {
    /// Takes in what is stored.
    pub(super) fn add(&mut self, stored: Vec<RuleSpan>) {
        for span in stored {
            let key = (span.rule, span.part);
            let (first, last) = self.spans.entry(key).or_insert((span.first, span.last));
            *first = span.first.min(*first);
            *last = span.last.max(*last);
        }
    }

    /// Notes what an entry at a place showed of a rule.
    pub(super) fn note(
        &mut self,
        owner: &RuleOwner,
        text: &RuleText,
        place: Timestamp,
        signs: &[Sign],
    ) {
        self.extend(owner, JUDGED.to_owned(), place);
        for sign in signs {
            self.extend(owner, part(*sign, text), place);
        }
    }

    fn extend(&mut self, owner: &RuleOwner, part: String, place: Timestamp) {
        let key = (owner.to_string(), part);
        let Some((first, last)) = self.spans.get_mut(&key) else {
            self.spans.insert(key.clone(), (place, place));
            self.fresh.insert(key);
            return;
        };
        if place >= *last + EXACT_TO || place <= *first - EXACT_TO {
            *first = place.min(*first);
            *last = place.max(*last);
            self.fresh.insert(key);
        }
    }

    /// What is to be stored.
    pub(super) fn fresh(&self) -> Vec<RuleSpan> {
        let span = |key: &(String, String)| {
            let (first, last) = *self.spans.get(key)?;
            let (rule, part) = key.clone();
            Some(RuleSpan {
                rule,
                part,
                first,
                last,
            })
        };
        self.fresh.iter().filter_map(span).collect()
    }

    /// It was stored.
    pub(super) fn stored(&mut self) {
        self.fresh.clear();
    }
}

/// The parts of a plan's rules that did nothing, by what is stored of them.
#[must_use]
pub fn idle_parts(plan: &Plan, stored: Vec<RuleSpan>, now: Timestamp) -> Vec<IdlePart> {
    let mut tally = Tally::default();
    tally.add(stored);
    let sources = plan.sources.iter().map(|(id, seen)| {
        let owner = RuleOwner::Source(id.clone());
        (owner, &*seen.rule, &seen.rule_text)
    });
    let outputs = plan.outputs.iter().map(|output| {
        let owner = RuleOwner::Output(output.output.id.clone());
        (owner, &*output.rule, &output.rule_text)
    });
    let rules = sources.chain(outputs);
    rules
        .flat_map(|(owner, rule, text)| tally.idle(&owner, rule, text, now))
        .collect()
}

impl Tally {
    fn idle(
        &self,
        owner: &RuleOwner,
        rule: &Rule,
        text: &RuleText,
        now: Timestamp,
    ) -> Vec<IdlePart> {
        let name = owner.to_string();
        let since = now - IDLE;
        let span = |part: String| self.spans.get(&(name.clone(), part));
        // It must have had the chance, all the time.
        let had = span(JUDGED.to_owned());
        if had.is_none_or(|(first, last)| *first > since || *last < since) {
            return Vec::new();
        }
        let signs = rule.all_signs().into_iter();
        let idle =
            signs.filter(|sign| span(part(*sign, text)).is_none_or(|(_, last)| *last < since));
        idle.map(|sign| IdlePart {
            owner: owner.clone(),
            what: what(sign, text),
        })
        .collect()
    }
}

/// The name of a part's span: its text, for places change.
fn part(sign: Sign, text: &RuleText) -> String {
    let word = |list: &[String], nth: usize| list.get(nth).cloned().unwrap_or_default();
    let condition = text.condition.as_deref().unwrap_or_default();
    match sign {
        Sign::Included(nth) => format!("include {}", word(&text.include, nth)),
        Sign::Excluded(nth) => format!("exclude {}", word(&text.exclude, nth)),
        Sign::True => format!("true {condition}"),
        Sign::False => format!("false {condition}"),
    }
}

fn what(sign: Sign, text: &RuleText) -> String {
    let word = |list: &[String], nth: usize| list.get(nth).cloned().unwrap_or_default();
    match sign {
        Sign::Included(nth) => {
            let word = word(&text.include, nth);
            format!("include {word:?} occurs in none of its entries")
        }
        Sign::Excluded(nth) => {
            let word = word(&text.exclude, nth);
            format!("exclude {word:?} occurs in none of its entries")
        }
        Sign::True => "`where` lets none of its entries through".to_owned(),
        Sign::False => "`where` drops none of its entries".to_owned(),
    }
}
