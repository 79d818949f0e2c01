//! Which parts of rules do anything: a word with a slip in it, or an expression that is always true, fails silently. Told
//! on the places of entries, so that a replay over the history tells at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::TimeDelta;

use super::part_key::PartKey;
use super::plan::{Plan, RuleOwner};
use crate::model::Timestamp;
use crate::select::{Rule, RuleText, Sign};
use crate::store::{RuleSpan, Store, StoreError};

/// A part that did nothing for so long is reported.
const IDLE: TimeDelta = TimeDelta::days(30);
/// Spans are exact to this: a part that does something all the time is not written all the time.
const EXACT_TO: TimeDelta = TimeDelta::days(1);

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

/// A part of somebody's rule.
type Key = (RuleOwner, PartKey);

/// From when to when rules had entries, and parts of them did something.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// `None`: they were not read from the store yet, and nothing is noted.
    spans: Option<Spans>,
    /// Not stored yet.
    fresh: BTreeSet<Key>,
}

/// The place of the first entry and that of the last.
type Spans = BTreeMap<Key, (Timestamp, Timestamp)>;

/// What is stored; parts that no version we know of has written are left out.
fn spans(stored: Vec<RuleSpan>) -> Spans {
    let mut spans = Spans::new();
    for span in stored {
        let Some(key) = RuleOwner::read(&span.rule).zip(PartKey::read(&span.part)) else {
            continue;
        };
        spans.insert(key, (span.first, span.last));
    }
    spans
}

impl Tally {
    /// Reads what is stored, once.
    pub(super) async fn read(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        if self.spans.is_none() {
            self.spans = Some(spans(store.rule_spans().await?));
        }
        Ok(())
    }

    /// Stores what was noted since.
    pub(super) async fn write(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        if self.fresh.is_empty() {
            return Ok(());
        }
        let spans = self.spans.iter().flatten();
        let fresh = spans.filter(|(key, _)| self.fresh.contains(*key));
        let fresh = fresh.map(|((owner, part), (first, last))| RuleSpan {
            rule: owner.to_string(),
            part: part.to_string(),
            first: *first,
            last: *last,
        });
        store.note_rule_spans(fresh.collect()).await?;
        self.fresh.clear();
        Ok(())
    }

    /// Notes what an entry at a place showed of a rule.
    pub(super) fn note(
        &mut self,
        owner: &RuleOwner,
        text: &RuleText,
        place: Timestamp,
        signs: &[Sign],
    ) {
        self.extend((owner.clone(), PartKey::Judged), place);
        for sign in signs {
            self.extend((owner.clone(), PartKey::of(*sign, text)), place);
        }
    }

    fn extend(&mut self, key: Key, place: Timestamp) {
        let Some(spans) = &mut self.spans else {
            return;
        };
        let Some((first, last)) = spans.get_mut(&key) else {
            spans.insert(key.clone(), (place, place));
            self.fresh.insert(key);
            return;
        };
        if place >= *last + EXACT_TO || place <= *first - EXACT_TO {
            *first = place.min(*first);
            *last = place.max(*last);
            self.fresh.insert(key);
        }
    }
}

/// The parts of a plan's rules that did nothing, by what is stored of them.
#[must_use]
pub fn idle_parts(plan: &Plan, stored: Vec<RuleSpan>, now: Timestamp) -> Vec<IdlePart> {
    let spans = spans(stored);
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
        .flat_map(|(owner, rule, text)| idle_in(&spans, &owner, rule, text, now))
        .collect()
}

fn idle_in(
    spans: &Spans,
    owner: &RuleOwner,
    rule: &Rule,
    text: &RuleText,
    now: Timestamp,
) -> Vec<IdlePart> {
    let since = now - IDLE;
    let span = |part: PartKey| spans.get(&(owner.clone(), part));
    // It must have had the chance, all the time.
    let had = span(PartKey::Judged);
    if had.is_none_or(|(first, last)| *first > since || *last < since) {
        return Vec::new();
    }
    let is_idle =
        |sign: &Sign| span(PartKey::of(*sign, text)).is_none_or(|(_, last)| *last < since);
    let signs = rule.all_signs().into_iter();
    let idle = signs.filter(is_idle).map(|sign| IdlePart {
        owner: owner.clone(),
        what: what(&PartKey::of(sign, text)),
    });
    idle.collect()
}

fn what(part: &PartKey) -> String {
    match part {
        PartKey::Judged => "it judges none of its entries".to_owned(),
        PartKey::Included(word) => format!("include {word:?} occurs in none of its entries"),
        PartKey::Excluded(word) => format!("exclude {word:?} occurs in none of its entries"),
        PartKey::True(_) => "`where` lets none of its entries through".to_owned(),
        PartKey::False(_) => "`where` drops none of its entries".to_owned(),
    }
}
