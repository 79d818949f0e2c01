//! How many sources are in which state.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use maud::{Markup, html};

use super::super::made::NoPage;
use super::super::parts::{counted, with_parameter};
use super::super::request::PageRequest;
use super::super::source_standing::SourceStanding;
use crate::health::examine;
use crate::model::{SourceId, SourceReport, Timestamp, Trouble};
use crate::republish::Plan;

/// How old a summary may be: with many sources it costs a reading of all of them.
const FRESH_FOR: TimeDelta = TimeDelta::seconds(5);

/// How many sources are in which state.
#[derive(Debug, Default)]
pub(super) struct Summary {
    sources: usize,
    by_standing: BTreeMap<SourceStanding, usize>,
    /// Of those in trouble: what came of the last attempt.
    failures: BTreeMap<&'static str, usize>,
    /// What is wrong with sources that are read all the same.
    notes: BTreeMap<Trouble, usize>,
    due: usize,
}

/// The last summary. Cheap to clone.
#[derive(Clone, Default)]
pub(in crate::pages) struct Summaries {
    /// A plain mutex: held for a look, never across an await.
    last: Arc<Mutex<Option<LastSummary>>>,
}

#[derive(Clone)]
struct LastSummary {
    /// What was in force.
    plan: Arc<Plan>,
    made_at: Timestamp,
    summary: Arc<Summary>,
}

impl Summaries {
    /// A summary that is a few seconds old at most.
    pub(super) async fn of(&self, request: &PageRequest) -> Result<Arc<Summary>, NoPage> {
        let (plan, now) = (&request.settings.plan, request.now);
        let last = self
            .last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let is_fresh = |last: &LastSummary| {
            let age = now - last.made_at;
            Arc::ptr_eq(&last.plan, plan) && age >= TimeDelta::zero() && age < FRESH_FOR
        };
        if let Some(last) = last.filter(is_fresh) {
            return Ok(last.summary);
        }
        let reports = request.store.source_reports().await?;
        let summary = Arc::new(Summary::of(plan, reports, now));
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(LastSummary {
            plan: plan.clone(),
            made_at: now,
            summary: summary.clone(),
        });
        Ok(summary)
    }
}

impl Summary {
    fn of(plan: &Plan, reports: Vec<SourceReport>, now: Timestamp) -> Self {
        let mut summary = Self {
            sources: plan.sources.len(),
            ..Self::default()
        };
        let reports = reports.into_iter();
        let mut known: BTreeMap<SourceId, SourceReport> =
            reports.map(|report| (report.id.clone(), report)).collect();
        for (id, seen) in &plan.sources {
            let report = known.remove(id);
            let report = report.unwrap_or_else(|| SourceReport::never_asked(id.clone()));
            let quota = seen.source.daily_items.map(std::num::NonZeroU32::get);
            summary.count(&report, quota, now);
        }
        summary
    }

    fn count(&mut self, report: &SourceReport, quota: Option<u32>, now: Timestamp) {
        let standing = SourceStanding::of(report, quota, now);
        *self.by_standing.entry(standing).or_default() += 1;
        self.due += usize::from(report.next_due.is_some_and(|due| due <= now));
        if standing == SourceStanding::Trouble {
            let class = report.last.as_ref().and_then(|last| last.class);
            let word = class.map_or("refused", crate::model::FailureClass::as_str);
            *self.failures.entry(word).or_default() += 1;
        }
        for found in examine(report, quota, now) {
            let is_note = matches!(
                found.trouble,
                Trouble::Moved | Trouble::Repaired | Trouble::Flooding
            );
            if is_note && found.message.is_some() {
                *self.notes.entry(found.trouble).or_default() += 1;
            }
        }
    }
}

/// The table of states, each leading to its sources. `query`: carries the server's token, where the visitor brought it.
pub(super) fn table(summary: &Summary, query: &str) -> Markup {
    let states = SourceStanding::ALL.into_iter().filter_map(|standing| {
        let count = summary.by_standing.get(&standing).copied();
        Some((standing, count.filter(|count| *count > 0)?))
    });
    html! {
        @if summary.sources == 0 {
            p { "There are no sources: add a " code { "[[source]]" } " table to the configuration." }
        } @else {
            p {
                a href={ "sources" (query) } { (counted(summary.sources, "source")) }
                ", " (summary.due) " of them due to be asked now."
            }
            ul {
                @for (standing, count) in states {
                    li {
                        a href={ "sources" (with_parameter(query, "state", standing.as_str())) } { (standing.in_words()) }
                        ": " (count)
                        @if standing == SourceStanding::Trouble { " (" (named(&summary.failures)) ")" }
                    }
                }
                @for (trouble, count) in &summary.notes { li { (note(*trouble)) ": " (count) } }
            }
        }
        p {
            a href={ "health.atom" (query) } { "A feed of what is wrong with them" } " · "
            a href={ "sources.opml" (query) } { "The list as OPML" }
        }
    }
}

fn named(counts: &BTreeMap<&'static str, usize>) -> String {
    let named = counts
        .iter()
        .map(|(word, count)| format!("{}: {count}", word.replace('_', " ")));
    named.collect::<Vec<_>>().join(", ")
}

fn note(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Moved => "Read at another address than the configured one",
        Trouble::Repaired => "Read with repairs",
        Trouble::Flooding => "Above their daily quota",
        Trouble::Broken => "Broken",
        Trouble::Silent => "Silent",
        Trouble::Gone => "Gone",
    }
}
