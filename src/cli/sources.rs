//! `mainstem sources`, `export`.

use std::fmt::Write;

use serde_json::json;
use url::Url;

use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::model::{LastOutcome, Location, SourceReport, Timestamp};
use crate::publish::{OpmlSource, opml, source_list};
use crate::refresh::{outcome_in_a_word, outlooks, remarks, turn_in_words};
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
    let outlooks = outlooks(&config.targets, stored, holds, now).into_iter();
    Ok(outlooks.map(|outlook| outlook.report).collect())
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
        for remark in remarks(report, shown) {
            let _ = writeln!(table, "{:width$}  {remark}", "");
        }
    }
    table
}

fn write_row(table: &mut String, report: &SourceReport, now: Timestamp, width: usize) {
    let (outcome, next) = (outcome_in_a_word(report), turn_in_words(report, now));
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
