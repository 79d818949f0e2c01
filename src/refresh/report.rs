//! One log line per refresh, where its outcome is known.

use std::time::Duration;

use crate::model::{Applied, Due, HostChange, LastOutcome, Outcome, SourceId};

/// `info` for a refresh that changed something, `debug` for one that did not, `warn` for a source in trouble; `debug` too for
/// one that our own network kept us from (`is_local`): that is said once, by the fetcher.
pub(super) fn report(
    source: &SourceId,
    last: &LastOutcome,
    is_local: bool,
    entries: usize,
    applied: Applied,
    due: &Due,
    elapsed: Duration,
) {
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let next_due = due.at.map_or_else(
        || "never".to_owned(),
        |at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
    );
    macro_rules! line {
        ($level:ident, $message:literal) => {
            tracing::$level!(
                %source, outcome = %last.outcome, status = last.status, class = last.class.map(tracing::field::display),
                why = last.message, entries, new = applied.new, changed = applied.changed, duplicates = applied.duplicates,
                renamed = applied.renamed, elapsed_ms, next_due, because = due.because, $message
            )
        };
    }
    match last.outcome {
        Outcome::Failed if is_local => line!(debug, "not reached"),
        Outcome::Failed | Outcome::Throttled | Outcome::Gone => line!(warn, "source in trouble"),
        Outcome::Moved => line!(warn, "source has moved"),
        Outcome::Fresh if applied != Applied::default() => line!(info, "refreshed"),
        Outcome::Fresh | Outcome::NotModified => line!(debug, "nothing new"),
    }
}

/// Says which hosts want to be left alone from now on.
pub(super) fn report_hosts(changes: &[HostChange]) {
    for change in changes {
        match change {
            HostChange::Held(hold) => {
                let until = hold
                    .until
                    .to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
                tracing::info!(
                    host = hold.host,
                    until,
                    refusals = hold.refusals,
                    because = hold.because(),
                    "none of the host's sources is asked until then"
                );
            }
            HostChange::Released { host } => {
                tracing::debug!(host, "the host answers well again");
            }
        }
    }
}
