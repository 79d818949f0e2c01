//! How sources are doing and when each is due, as the worker will find it: what `mainstem sources` and pages tell; pure.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use url::Url;

use super::poll::Poll;
use super::target::Target;
use crate::clock::STEP;
use crate::model::{
    FailureClass, HostHold, LastOutcome, Location, Outcome, Source, SourceId, SourceReport,
    SourceState, Timestamp,
};
use crate::schedule::duration_in_words;

/// What is stored of a source, with its next turn by the configuration of now.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceOutlook {
    /// What is stored; its next turn is as the worker will find it.
    pub report: SourceReport,
    /// That its host wants to be left alone now; `None`: it does not.
    pub hold: Option<HostHold>,
}

/// How the sources of these targets are doing, by id. `stored`: what the store has of sources, `holds`: of hosts.
#[must_use]
pub fn outlooks(
    targets: &[Target],
    stored: Vec<SourceReport>,
    holds: Vec<HostHold>,
    now: Timestamp,
) -> Vec<SourceOutlook> {
    let holds = still_held(holds, now);
    let mut stored: HashMap<_, _> = stored
        .into_iter()
        .map(|report| (report.id.clone(), report))
        .collect();
    let mut outlooks = BTreeMap::new();
    for poll in Poll::group(targets) {
        let of_poll = poll.targets().iter();
        let mut of_poll: Vec<SourceReport> = of_poll
            .map(|target| report_on(&target.source, &mut stored))
            .collect();
        set_next_turn(&poll, &mut of_poll, now);
        for report in of_poll {
            let id = report.id.clone();
            outlooks.insert(id, put_off(&poll, report, &holds));
        }
    }
    outlooks.into_values().collect()
}

/// The hosts that want to be left alone now, by name.
fn still_held(stored: Vec<HostHold>, now: Timestamp) -> HashMap<String, HostHold> {
    let seen = stored.into_iter().map(|hold| hold.as_seen_at(now));
    let held = seen.filter(|hold| hold.until > now);
    held.map(|hold| (hold.host.clone(), hold)).collect()
}

/// Where the host wants to be left alone, that decides, for sources that were never asked too.
fn put_off(
    poll: &Poll,
    mut report: SourceReport,
    holds: &HashMap<String, HostHold>,
) -> SourceOutlook {
    let host = poll.host(report.moved_to.as_ref());
    let hold = host.and_then(|host| holds.get(&host));
    let hold = hold.filter(|_| !report.history.gone).cloned();
    if let Some(hold) = &hold
        && report.next_due.is_none_or(|at| at < hold.until)
    {
        (report.next_due, report.because) = (Some(hold.until), Some(hold.because()));
    }
    SourceOutlook { report, hold }
}

/// The turn as the worker will find it: what is stored was decided by the configuration of then.
fn set_next_turn(poll: &Poll, reports: &mut [SourceReport], now: Timestamp) {
    let state = |report: &SourceReport| SourceState {
        history: report.history.clone(),
        ..SourceState::default()
    };
    let states: Vec<Arc<SourceState>> = reports.iter().map(state).map(Arc::new).collect();
    let due = poll.due(&states, now);
    // A turn that our own network or machine has put off does not follow from the history.
    let follows = |report: &&mut SourceReport| {
        let last = report.last.as_ref();
        last.is_some_and(|last| last.fault.is_none())
    };
    for report in reports.iter_mut().filter(follows) {
        let asked = report.history.last_attempt;
        report.next_due = due.at;
        report.because = Some(match asked.is_some_and(|asked| asked > now + STEP) {
            true => {
                "the clock was ahead when it was asked; `run` and `refresh` correct that".to_owned()
            }
            false => due.because.clone(),
        });
    }
}

/// What is stored of a source; one renamed in the configuration stands under its old id until it is registered.
fn report_on(source: &Source, stored: &mut HashMap<SourceId, SourceReport>) -> SourceReport {
    let known = stored
        .remove(&source.id)
        .or_else(|| stored.remove(source.formerly.as_ref()?));
    let is_news = |to: &Url| Location::Url(to.clone()).to_string() != source.location.to_string();
    match known {
        Some(report) => SourceReport {
            id: source.id.clone(),
            moved_to: report.moved_to.filter(is_news),
            ..report
        },
        None => SourceReport::never_asked(source.id.clone()),
    }
}

/// What came of the last refresh, in a word.
#[must_use]
pub fn outcome_in_a_word(report: &SourceReport) -> &'static str {
    report.last.as_ref().map_or("never asked", |last| {
        let class = last.class.map(FailureClass::as_str);
        class.unwrap_or(last.outcome.as_str())
    })
}

/// When the source is asked next, without the reason: `in 15m`, `due`.
#[must_use]
pub fn turn_in_words(report: &SourceReport, now: Timestamp) -> String {
    match report.next_due {
        None if report.last.is_none() => "at the first run".to_owned(),
        None => "not again by itself".to_owned(),
        Some(at) if at <= now => "due".to_owned(),
        Some(at) => {
            let wait = (at - now).to_std().unwrap_or_default();
            format!("in {}", duration_in_words(wait))
        }
    }
}

/// What else there is to say of a source, a sentence each. `shown`: the form of an address that the reader may see.
#[must_use]
pub fn remarks(report: &SourceReport, shown: impl Fn(&Url) -> String) -> Vec<String> {
    let last = report.last.as_ref();
    let mut remarks: Vec<String> = Vec::new();
    remarks.extend(last.and_then(LastOutcome::in_words));
    if report.renamed > 0 {
        let renamed = report.renamed;
        remarks.push(format!(
            "known entries that came back under another GUID: {renamed}"
        ));
    }
    // The refresh that found it says so itself; the next one has other news, or none.
    let is_said = last.is_some_and(|last| last.outcome == Outcome::Moved);
    if let Some(to) = report.moved_to.as_ref().filter(|_| !is_said) {
        remarks.push(format!("moved: write {} into the configuration", shown(to)));
    }
    remarks
}
