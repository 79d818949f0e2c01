//! The state of a source after a refresh.

use crate::model::{LastOutcome, Outcome, RefreshRecord, Timestamp, Unchanged};
use crate::store::rows::{NewState, SourceRows, StoredSource, UnchangedState};

/// Writes what is known of a source after a refresh, validators included, and the feed's own fields where a document gave them.
/// Returns what the source's own clock shows now.
pub(super) fn write<R: SourceRows>(
    rows: &R,
    source: &StoredSource,
    record: &RefreshRecord,
) -> Result<Timestamp, R::Error> {
    let heard_at = source.clock.after(record.last.outcome, record.at);
    let state = NewState {
        heard_at,
        parsed_at: record.is_whole().then_some(record.at),
        due: &record.due,
        state: &record.state,
        last: &outcome(source.last.as_ref(), record.last.clone()),
    };
    rows.write_state(source.row, &state)?;
    if let Some(feed) = &record.feed {
        rows.write_feed(source.row, feed)?;
    }
    Ok(heard_at)
}

/// Writes that a source was asked and had nothing new.
pub(super) fn write_unchanged<R: SourceRows>(
    rows: &R,
    source: &StoredSource,
    answer: &Unchanged,
) -> Result<(), R::Error> {
    let now = LastOutcome::new(Outcome::NotModified, answer.status);
    let state = UnchangedState {
        at: answer.at,
        heard_at: source.clock.after(Outcome::NotModified, answer.at),
        whole_at: answer.whole_at,
        due: &answer.due,
        last: &outcome(source.last.as_ref(), now),
    };
    rows.write_unchanged(source.row, &state)
}

/// What came of the refresh, as it is stored. What was said of a document stays true as long as the source has the same one. A
/// fault of our own is none of the source's.
fn outcome(before: Option<&LastOutcome>, mut now: LastOutcome) -> LastOutcome {
    if now.fault.is_some() {
        now.class = None;
    }
    let of_document =
        |last: &&LastOutcome| matches!(last.outcome, Outcome::Fresh | Outcome::NotModified);
    if now.message.is_none()
        && now.outcome == Outcome::NotModified
        && let Some(before) = before.filter(of_document)
    {
        now.message.clone_from(&before.message);
        now.repairs.clone_from(&before.repairs);
    }
    now
}
