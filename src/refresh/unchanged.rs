//! Whether a refresh may wait to be stored: it brought nothing new, and heard no wish of the server; pure.

use super::target::Target;
use crate::model::{History, LastOutcome, Outcome, RefreshRecord, SourceState, Unchanged};
use crate::schedule;

/// What is to be written of a refresh after which nothing else is known of its source than before, but that it was asked.
/// `None`: it has more to tell, and is written at once. So is one whose next turn follows from a wish: were it lost, the source
/// would be asked against that.
pub(super) fn unchanged(
    target: &Target,
    before: &SourceState,
    record: &RefreshRecord,
) -> Option<Unchanged> {
    let (source, after) = (&target.source, &record.state);
    let last_attempt = before.history.last_attempt?;
    let brings_nothing =
        record.feed.is_none() && record.entries.is_empty() && record.hosts.is_empty();
    let says_nothing = record.last == LastOutcome::new(Outcome::NotModified, record.last.status);
    let is_wished = || schedule::is_wished(&target.schedule, &source.id, &after.history, record.at);
    if !brings_nothing || !says_nothing || !is_same(before, after) || is_wished() {
        return None;
    }
    Some(Unchanged {
        source: record.source.clone(),
        location: record.location.clone(),
        at: record.at,
        before: last_attempt,
        status: record.last.status,
        whole_at: after.history.whole_at,
        due: record.due.clone(),
    })
}

/// Whether two states differ in nothing but when the source was asked.
fn is_same(before: &SourceState, after: &SourceState) -> bool {
    let History {
        last_attempt,
        last_success,
        whole_at,
        ..
    } = after.history;
    let asked = History {
        last_attempt,
        last_success,
        whole_at,
        ..before.history.clone()
    };
    before.validators == after.validators
        && before.body_hash == after.body_hash
        && before.moved_to == after.moved_to
        && asked == after.history
}
