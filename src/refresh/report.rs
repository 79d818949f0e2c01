//! One log line per refresh, where its outcome is known.

use std::time::Duration;

use super::advice::advice;
use crate::model::{
    Applied, Condition, Due, History, HostChange, KeptAway, LastOutcome, Outcome, RefreshRecord,
    RetractedEntry, SourceId, Timestamp, Withdraws,
};

/// While a source's trouble lasts, its operator is reminded of it this often.
const REMINDER: chrono::Duration = chrono::Duration::days(1);

/// What a refresh is to the operator; decides level and words of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    /// The source has begun to fail, or fails in another way: `warn`.
    Trouble,
    /// A day more of the same trouble: `warn`.
    Reminder,
    /// The same trouble again: `debug`.
    StillTrouble,
    /// The source answers again: `info`.
    Recovered,
    /// The feed is at another address now: `warn`.
    Moved,
    /// Entries came or changed: `info`.
    Entries,
    /// `debug`.
    Nothing,
    /// Our own network kept us from asking, or a redirect led to a host that wants to be left alone: `debug`, for that is said
    /// once for all sources.
    NotReached,
}

/// Compares the outcome with what was known before the request.
fn news(
    before: &History,
    last: &LastOutcome,
    is_unreached: bool,
    applied: &Applied,
    now: Timestamp,
) -> News {
    if is_unreached {
        return News::NotReached;
    }
    let condition = Condition::after(last);
    let differs = before.condition.differs(condition);
    match last.outcome {
        Outcome::Failed | Outcome::Throttled | Outcome::Gone if differs => News::Trouble,
        Outcome::Failed | Outcome::Throttled | Outcome::Gone if reminds(before, now) => {
            News::Reminder
        }
        Outcome::Failed | Outcome::Throttled | Outcome::Gone => News::StillTrouble,
        Outcome::Moved => News::Moved,
        Outcome::Fresh | Outcome::NotModified if differs => News::Recovered,
        Outcome::Fresh if *applied != Applied::default() => News::Entries,
        Outcome::Fresh | Outcome::NotModified => News::Nothing,
    }
}

/// Whether another whole day since the last success has passed between the request before and this one. It follows from what
/// the store keeps, so restarts neither repeat a reminder nor lose one.
fn reminds(before: &History, now: Timestamp) -> bool {
    let Some(last_attempt) = before.last_attempt else {
        return false;
    };
    let since = before.last_success.unwrap_or(Timestamp::UNIX_EPOCH);
    let day = |at: Timestamp| {
        (at - since)
            .num_milliseconds()
            .div_euclid(REMINDER.num_milliseconds())
    };
    day(now) > day(last_attempt)
}

/// A refresh, as its line tells it.
pub(super) struct Report<'a> {
    source: &'a SourceId,
    news: News,
    last: &'a LastOutcome,
    /// How the source is doing now.
    history: &'a History,
    entries: usize,
    applied: &'a Applied,
    due: &'a Due,
    elapsed: Duration,
}

impl<'a> Report<'a> {
    /// The line of a refresh that is stored. `before`: what was known before the request; `is_held`: its way led to a host
    /// that wants to be left alone.
    pub(super) fn of(
        record: &'a RefreshRecord,
        before: &History,
        is_held: bool,
        applied: &'a Applied,
        due: &'a Due,
        elapsed: Duration,
    ) -> Self {
        let last = &record.last;
        let is_unreached = last.fault.is_some() || is_held;
        Self {
            source: &record.source,
            news: news(before, last, is_unreached, applied, record.at),
            last,
            history: &record.state.history,
            entries: record.entries.len(),
            applied,
            due,
            elapsed,
        }
    }

    /// Writes the line.
    pub(super) fn log(&self) {
        match self.news {
            News::Trouble => self.log_trouble("source in trouble"),
            News::Reminder => self.log_trouble("source still in trouble"),
            News::Moved => self.log_trouble("source has moved"),
            News::Recovered => self.log_news("source works again"),
            News::Entries => self.log_news("refreshed"),
            News::StillTrouble => self.log_detail("source still in trouble"),
            News::Nothing => self.log_detail("nothing new"),
            News::NotReached => self.log_detail("source not reached"),
        }
    }

    fn log_trouble(&self, what: &str) {
        let Self { source, last, .. } = self;
        let never = || "never".to_owned();
        tracing::warn!(
            %source, why = last.in_words(), advice = advice(last), outcome = %last.outcome, status = last.status,
            class = last.class.map(tracing::field::display), errors = self.history.errors,
            last_success = self.history.last_success.map_or_else(never, written), entries = self.entries,
            new = self.applied.new, changed = self.applied.changed, duplicates = self.applied.duplicates,
            elapsed_ms = self.elapsed_ms(), next_due = self.next_due(), because = self.due.because, "{what}"
        );
    }

    fn log_news(&self, what: &str) {
        let Self { source, last, .. } = self;
        tracing::info!(
            %source, outcome = %last.outcome, status = last.status, entries = self.entries, new = self.applied.new,
            changed = self.applied.changed, duplicates = self.applied.duplicates, renamed = self.applied.renamed,
            why = last.in_words(), elapsed_ms = self.elapsed_ms(), next_due = self.next_due(), because = self.due.because,
            "{what}"
        );
    }

    fn log_detail(&self, what: &str) {
        let Self { source, last, .. } = self;
        tracing::debug!(
            %source, why = last.in_words(), outcome = %last.outcome, status = last.status,
            class = last.class.map(tracing::field::display), entries = self.entries, new = self.applied.new,
            changed = self.applied.changed, duplicates = self.applied.duplicates, renamed = self.applied.renamed,
            elapsed_ms = self.elapsed_ms(), next_due = self.next_due(), because = self.due.because, "{what}"
        );
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX)
    }

    fn next_due(&self) -> String {
        self.due.at.map_or_else(|| "never".to_owned(), written)
    }
}

fn written(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// Says which hosts want to be left alone from now on.
pub(super) fn report_hosts(changes: &[HostChange]) {
    for change in changes {
        match change {
            HostChange::Held(hold) => {
                tracing::info!(
                    host = hold.host,
                    until = written(hold.until),
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

/// Says what publishers withdraw. Whether outputs go on showing it is up to their `withdrawals`.
pub(super) fn report_retracted(source: &SourceId, retracted: &[RetractedEntry]) {
    for found in retracted {
        let (entry, title) = (found.entry().map(tracing::field::display), &found.title);
        let advice = match found.withdraws {
            Withdraws::Entry(_) | Withdraws::Again(_) => {
                "outputs with withdrawals = \"follow\" stop showing it, `mainstem withdraw` takes it out of all"
            }
            Withdraws::Nothing => {
                "look at what the publisher says, and use `mainstem withdraw` where you have shown what it means"
            }
        };
        tracing::warn!(%source, entry, title, sign = found.sign.as_str(), advice, "{}", found.in_words());
    }
}

/// Says what is not shown because it repeats what an operator has withdrawn.
pub(super) fn report_kept_away(source: &SourceId, kept_away: &[KeptAway]) {
    for found in kept_away {
        let KeptAway {
            entry, original, ..
        } = found;
        tracing::info!(%source, %entry, %original, "{}", found.in_words());
    }
}
