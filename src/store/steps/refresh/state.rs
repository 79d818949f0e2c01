//! The state of a source after a refresh.

use crate::model::{LastOutcome, Outcome, RefreshRecord, Timestamp};
use crate::store::rows::{NewState, SourceRows, StoredSource};

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
        last: &outcome(source.last.as_ref(), record),
    };
    rows.write_state(source.row, &state)?;
    if let Some(feed) = &record.feed {
        rows.write_feed(source.row, feed)?;
    }
    Ok(heard_at)
}

/// What came of the refresh, as it is stored. What was said of a document stays true as long as the source has the same one. A
/// fault of our own is none of the source's.
fn outcome(before: Option<&LastOutcome>, record: &RefreshRecord) -> LastOutcome {
    let mut now = record.last.clone();
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
