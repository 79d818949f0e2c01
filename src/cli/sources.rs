//! `mainstem sources`, `export`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use serde_json::json;
use url::Url;

use crate::clock::{Clock, STEP, SystemClock};
use crate::config::Config;
use crate::model::{
    HostHold, LastOutcome, Location, Outcome, Source, SourceId, SourceReport, SourceState,
    Timestamp,
};
use crate::publish::{OpmlSource, opml, source_list};
use crate::refresh::Poll;
use crate::schedule::duration_in_words;
use crate::store::open_to_read;

/// Every source and how it is doing.
pub(super) fn report(config: &Config, as_json: bool) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let reports = reports(config, now)?;
    let text = if as_json {
        as_json_text(config, &reports)?
    } else {
        as_table(&reports, now)
    };
    super::output::print(text.as_bytes())
}

/// The sources as OPML; those that are not enabled are comments in it (OPML 2.0 `isComment`).
pub(super) fn export(config: &Config) -> anyhow::Result<()> {
    let reports = reports(config, SystemClock.now())?;
    // The owner's own list: whole, but for passwords.
    let enabled = config.plan.sources.values().map(|seen| &*seen.source);
    let mut listed = source_list(enabled, &reports, shown);
    let disabled = config.disabled.iter().map(|source| &**source);
    let disabled = source_list(disabled, &reports, shown);
    listed.extend(disabled.into_iter().map(|source| OpmlSource {
        is_comment: true,
        ..source
    }));
    super::output::print(opml(&listed).as_bytes())
}

/// The configured sources with what the store has of them, by id; it is only read, for a daemon may be writing by another
/// configuration.
fn reports(config: &Config, now: Timestamp) -> anyhow::Result<Vec<SourceReport>> {
    let (stored, holds) = match open_to_read(&config.store.settings)? {
        Some(store) => (store.source_reports()?, store.host_holds()?),
        None => Default::default(),
    };
    let holds = still_held(holds, now);
    let mut stored: BTreeMap<_, _> = stored
        .into_iter()
        .map(|report| (report.id.clone(), report))
        .collect();
    let mut reports = Vec::with_capacity(config.targets.len());
    for poll in Poll::group(&config.targets) {
        let of_poll = poll.targets().iter();
        let mut of_poll: Vec<SourceReport> = of_poll
            .map(|target| report_on(&target.source, &mut stored))
            .collect();
        set_next_turn(&poll, &mut of_poll, now);
        put_off(&poll, &mut of_poll, &holds);
        reports.extend(of_poll);
    }
    reports.sort_by(|left, right| left.id.cmp(&right.id));
    Ok(reports)
}

/// The hosts that want to be left alone now.
fn still_held(stored: Vec<HostHold>, now: Timestamp) -> Vec<HostHold> {
    let seen = stored.into_iter().map(|hold| hold.as_seen_at(now));
    seen.filter(|hold| hold.until > now).collect()
}

/// Where the host wants to be left alone, that decides, for sources that were never asked too.
fn put_off(poll: &Poll, reports: &mut [SourceReport], holds: &[HostHold]) {
    for report in reports.iter_mut().filter(|report| !report.history.gone) {
        let host = poll.host(report.moved_to.as_ref());
        let held = |hold: &&HostHold| Some(&hold.host) == host.as_ref();
        let Some(hold) = holds.iter().find(held) else {
            continue;
        };
        if report.next_due.is_none_or(|at| at < hold.until) {
            (report.next_due, report.because) = (Some(hold.until), Some(hold.because()));
        }
    }
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
fn report_on(source: &Source, stored: &mut BTreeMap<SourceId, SourceReport>) -> SourceReport {
    let known = stored
        .remove(&source.id)
        .or_else(|| stored.remove(source.formerly.as_ref()?));
    let is_news = |to: &Url| shown(to) != source.location.to_string();
    match known {
        Some(report) => SourceReport {
            id: source.id.clone(),
            moved_to: report.moved_to.filter(is_news),
            ..report
        },
        None => SourceReport::never_asked(source.id.clone()),
    }
}

/// Without user info.
fn shown(url: &Url) -> String {
    Location::Url(url.clone()).to_string()
}

fn moment(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

fn as_json_text(config: &Config, reports: &[SourceReport]) -> anyhow::Result<String> {
    let rows: Vec<_> = reports
        .iter()
        .map(|report| {
            let last = report.last.as_ref();
            json!({
                "id": report.id.as_str(),
                "url": config.plan.sources.get(&report.id).map(|seen| seen.source.location.to_string()),
                "outcome": last.map(|last| last.outcome.as_str()),
                "class": last.and_then(|last| last.class).map(crate::model::FailureClass::as_str),
                "status": last.and_then(|last| last.status),
                "message": last.and_then(LastOutcome::in_words),
                "moved_to": report.moved_to.as_ref().map(shown),
                "last_success": moment(report.history.last_success),
                "next_due": moment(report.next_due),
                "because": report.because,
                "entries": report.entries,
                "duplicates": report.duplicates,
                "renamed": report.renamed,
                "errors": report.history.errors,
            })
        })
        .collect();
    Ok(serde_json::to_string_pretty(&rows)? + "\n")
}

fn as_table(reports: &[SourceReport], now: Timestamp) -> String {
    let width = reports
        .iter()
        .map(|report| report.id.as_str().len())
        .max()
        .unwrap_or(0)
        .max(6);
    let mut table = format!(
        "{:width$}  {:12}  {:>7}  {:>10}  {:>6}  next\n",
        "source", "last", "entries", "duplicates", "errors"
    );
    for report in reports {
        write_row(&mut table, report, now, width);
        for remark in remarks(report) {
            let _ = writeln!(table, "{:width$}  {remark}", "");
        }
    }
    table
}

fn write_row(table: &mut String, report: &SourceReport, now: Timestamp, width: usize) {
    let last = report.last.as_ref();
    let outcome = last.map_or("never asked", |last| {
        last.class
            .map_or(last.outcome.as_str(), crate::model::FailureClass::as_str)
    });
    let next = match report.next_due {
        None if last.is_none() => "at the first run".to_owned(),
        None => "not again by itself".to_owned(),
        Some(at) if at <= now => "due".to_owned(),
        Some(at) => format!(
            "in {}",
            duration_in_words((at - now).to_std().unwrap_or_default())
        ),
    };
    let because = report
        .because
        .as_deref()
        .map(|because| format!(": {because}"))
        .unwrap_or_default();
    let _ = writeln!(
        table,
        "{:width$}  {:12}  {:>7}  {:>10}  {:>6}  {next}{because}",
        report.id.as_str(),
        outcome,
        report.entries,
        report.duplicates,
        report.history.errors
    );
}

/// What else there is to say of a source, a line each.
fn remarks(report: &SourceReport) -> Vec<String> {
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
