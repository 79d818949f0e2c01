//! Writing one refresh: the state of its source and the entries of its document, all or nothing.
//!
//! Goes in: a [`RefreshRecord`], and what is stored of its source. Comes out: what was made of the entries. An entry is recognized
//! as a stored one, as a stored one under another identity, or is new; each of the three is a file. Nothing here compares entries
//! of different sources: that is left to the linking of stories.

mod ahead;
mod arrivals;
mod context;
mod deletions;
mod document;
mod intake;
mod recognition;
mod renames;
mod retractions;
mod state;

pub(in crate::store) use ahead::{Ahead, not_stored};

use context::Context;
use intake::Intake;

use super::hosts;
use super::sources::located;
use crate::clock::is_step;
use crate::model::{Applied, Outcome, RefreshRecord, Timestamp, Unchanged};
use crate::store::rows::{AddedCounts, RefreshRows};

/// Writes a refresh, of whose entries some were read `ahead`; see [`crate::store::Store::apply`].
pub(in crate::store) fn apply<R: RefreshRows>(
    rows: &R,
    record: &RefreshRecord,
    ahead: &Ahead,
) -> Result<Applied, R::Error> {
    hosts::note(rows, &record.hosts, record.at)?;
    let source = rows.stored_source(&record.source)?;
    if source.location != located(&record.location) {
        // Its address was changed while the old one was being asked: the answer belongs to another place.
        return Ok(Applied::default());
    }
    let heard_at = state::write(rows, &source, record)?;
    if record.feed.is_none() && record.entries.is_empty() {
        if record.last.outcome == Outcome::NotModified {
            rows.confirm_document(source.row, record.at)?;
        }
        return Ok(Applied::default());
    }
    let before = rows.last_document(source.row)?;
    let contact = document::contact(rows, source.row, before.as_ref(), record)?;
    let record = document::own_entries(record, contact);
    let context = Context::new(rows, (&record, ahead), source, heard_at, contact, before)?;
    let mut intake = Intake::new(&context);
    let unknown = recognition::recognize(&mut intake)?;
    let (unknown, renews) = renames::rename(&mut intake, unknown)?;
    arrivals::insert(&mut intake, unknown)?;
    let (present, applied) = intake.finish()?;
    if let Some(document) = document::after(&context, present, renews) {
        rows.write_document(context.source.row, &document)?;
    }
    if applied.new > 0 || applied.renamed > 0 {
        let counts = AddedCounts {
            entries: applied.new,
            duplicates: applied.duplicates,
            renamed: applied.renamed,
        };
        rows.add_counts(context.source.row, counts)?;
    }
    Ok(applied)
}

/// Writes refreshes that found nothing new; see [`crate::store::Store::note_unchanged`].
pub(in crate::store) fn note_unchanged<R: RefreshRows>(
    rows: &R,
    answers: &[Unchanged],
) -> Result<(), R::Error> {
    for answer in answers {
        // By now the source may have another id or address, or another process may have asked it.
        let found = rows.find_source(&answer.source)?.filter(|source| {
            is_asked_as_known(source.clock.attempt_at, answer)
                && source.location == located(&answer.location)
        });
        if let Some(source) = found {
            state::write_unchanged(rows, &source, answer)?;
            rows.confirm_document(source.row, answer.at)?;
        }
    }
    Ok(())
}

/// Whether the source was not asked by anybody else since. The stored time and the one in the answer may differ by less than a step
/// of the clock: each was moved along with the clock by readings of its own.
fn is_asked_as_known(attempt_at: Option<Timestamp>, answer: &Unchanged) -> bool {
    attempt_at.is_some_and(|at| at < answer.at && !is_step((at - answer.before).num_milliseconds()))
}
