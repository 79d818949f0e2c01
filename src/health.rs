//! What is wrong with a source; pure.
//!
//! Goes in: what is known of a source, and the time. Comes out: for each
//! trouble whether it has it. What a poll cannot tell (a failed one says nothing
//! of how broken the document is) is left out, and stays as it was last found.

use chrono::Duration;

use crate::model::{
    Condition, Finding, LastOutcome, Outcome, SourceReport, SourceStatus, Timestamp, Trouble,
};

/// How long a source fails before it counts as broken: a shorter trouble may be a bad night.
const BROKEN_AFTER: Duration = Duration::hours(24);
/// Number of failures after which a source that has never answered counts as broken.
const BROKEN_TRIES: u32 = 5;
/// A source is silent when nothing new has come for this many of its mean gaps.
const SILENT_GAPS: i32 = 10;
/// Lower bound of that time: nobody publishes over a long weekend.
const SILENT_AT_LEAST: Duration = Duration::days(5);

const DAY_SECONDS: i64 = 24 * 3600;

/// Examines one source. `daily_items`: its quota of new entries a day; `None`: it has none.
#[must_use]
pub fn examine(report: &SourceReport, daily_items: Option<u32>, now: Timestamp) -> Vec<Finding> {
    let Some(last) = &report.last else {
        return Vec::new();
    };
    let mut findings = vec![
        finding(Trouble::Gone, gone(report)),
        finding(Trouble::Moved, moved(report)),
        finding(Trouble::Broken, broken(report, now)),
        finding(Trouble::Flooding, flooding(report, daily_items, now)),
    ];
    let answers = matches!(
        last.outcome,
        Outcome::Fresh | Outcome::Moved | Outcome::NotModified
    );
    if answers {
        findings.push(finding(Trouble::Silent, silent(report, now)));
    }
    // Of a document found elsewhere the move is told.
    if matches!(last.outcome, Outcome::Fresh | Outcome::NotModified) {
        findings.push(finding(Trouble::Repaired, repaired(last)));
    }
    findings
}

/// How a source is doing, in one word. `is_held`: its host wants to be left alone now.
#[must_use]
pub fn status(report: &SourceReport, is_held: bool, now: Timestamp) -> SourceStatus {
    match report.history.condition {
        Condition::Gone => SourceStatus::Gone,
        Condition::Failing(_) => SourceStatus::Trouble,
        Condition::Throttled => SourceStatus::Held,
        Condition::Well if is_held => SourceStatus::Held,
        Condition::Well if report.last.is_none() => SourceStatus::Never,
        Condition::Well if silent(report, now).is_some() => SourceStatus::Silent,
        Condition::Well => SourceStatus::Well,
    }
}

fn finding(trouble: Trouble, message: Option<String>) -> Finding {
    Finding { trouble, message }
}

/// The document's repairs, with what else was found in it.
fn repaired(last: &LastOutcome) -> Option<String> {
    let found = last.repairs.iter().chain(&last.message);
    let found: Vec<&str> = found.map(String::as_str).collect();
    (!last.repairs.is_empty())
        .then(|| format!("its document needs help to be read: {}", found.join("; ")))
}

fn gone(report: &SourceReport) -> Option<String> {
    let told = "the publisher says that the feed is gone for good: remove the source, or give its new address";
    report.history.gone.then(|| told.to_owned())
}

fn moved(report: &SourceReport) -> Option<String> {
    let to = report.moved_to.as_ref()?;
    let to = crate::model::public_url(to);
    Some(format!(
        "it lives at {to} now: write that into the configuration"
    ))
}

fn broken(report: &SourceReport, now: Timestamp) -> Option<String> {
    let history = &report.history;
    if history.errors == 0 || history.gone {
        return None;
    }
    let why = report.last.as_ref().and_then(|last| {
        let class = last.class.map(|class| class.to_string());
        last.in_words().or(class)
    });
    let why = why.unwrap_or_else(|| "no reason is known".to_owned());
    match history.last_success {
        Some(success) if now - success >= BROKEN_AFTER => Some(format!(
            "no success since {}: {why}",
            success.format("%Y-%m-%d %H:%M UTC")
        )),
        None if history.errors >= BROKEN_TRIES => {
            Some(format!("{} tries, and never a feed: {why}", history.errors))
        }
        _ => None,
    }
}

fn silent(report: &SourceReport, now: Timestamp) -> Option<String> {
    let rhythm = &report.history.rhythm;
    let (gap, last) = (rhythm.mean_gap?, rhythm.last_new?);
    let gap = Duration::from_std(gap).ok()?;
    let patience = gap.checked_mul(SILENT_GAPS)?.max(SILENT_AT_LEAST);
    (now - last >= patience).then(|| {
        let (last, hours) = (last.format("%Y-%m-%d %H:%M UTC"), gap.num_hours().max(1));
        format!("nothing new since {last}; until then about every {hours} h")
    })
}

fn flooding(report: &SourceReport, daily_items: Option<u32>, now: Timestamp) -> Option<String> {
    let quota = daily_items?;
    let is_today = report.busy_day == now.timestamp().div_euclid(DAY_SECONDS);
    let new = report.busy_day_items;
    (is_today && new > quota).then(|| {
        format!("{new} new entries today, the quota is {quota}: the rest are stored and held back")
    })
}
