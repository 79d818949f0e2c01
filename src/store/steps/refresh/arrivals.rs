//! New entries: their place in outputs, what they teach of their publisher, and whether they are held back.

use super::context::Context;
use super::intake::Intake;
use super::recognition::Unknown;
use crate::dedupe::{self, Boilerplate, Contact, Found, Held, hold_backlog};
use crate::store::rows::RefreshRows;
use crate::store::steps::{publishers, withdrawals};

/// Writes the new entries of a document, oldest first, so that their numbers follow time.
pub(super) fn insert<'a, R: RefreshRows>(
    intake: &mut Intake<'a, R>,
    mut new: Vec<Unknown<'a>>,
) -> Result<(), R::Error> {
    if new.is_empty() {
        return Ok(());
    }
    let context = intake.context();
    place(context, &mut new);
    let known = learn(intake, &new)?;
    // Feeds put the newest entry first. The sort is stable: entries of one moment stay in this order, from last to first.
    new.reverse();
    new.sort_by_key(|unknown| unknown.incoming.ordered_at);
    let held = hold(context, new.len())?;
    for (unknown, held) in new.into_iter().zip(held) {
        intake.insert(&unknown.incoming, unknown.read, &known, held)?;
    }
    Ok(())
}

/// Moves entries that are dated back to a place at which they are seen, where the source was read before by this version.
fn place<R>(context: &Context<'_, R>, new: &mut [Unknown<'_>]) {
    let Some(before) = &context.before else {
        return;
    };
    if context.contact != Contact::Again {
        return;
    }
    let is_late = |unknown: &&mut Unknown<'_>| unknown.incoming.ordered_at < before.read_at;
    let late = new.iter_mut().filter(is_late);
    dedupe::settle_places(
        late.map(|unknown| unknown.incoming.to_mut()),
        context.record.entries.len(),
        before.read_at,
        context.record.at,
    );
}

/// Learns what the publisher repeats from all new entries before the first is compared, because a backlog shows it at once. What is
/// learned applies to stored entries too.
fn learn<R: RefreshRows>(
    intake: &mut Intake<'_, R>,
    new: &[Unknown<'_>],
) -> Result<Boilerplate, R::Error> {
    let context = intake.context();
    let before = context.boilerplate()?;
    let mut known = before.clone();
    for unknown in new {
        if repeats_withdrawn(context, unknown, before)? {
            continue;
        }
        let published = unknown.incoming.entry.published;
        let reading = &unknown.read.reading;
        reading.learn(&mut known, &context.record.source, published);
    }
    context.rows.write_boilerplate(context.owner, &known)?;
    let mut readings = new.iter().map(|unknown| &unknown.read.reading);
    if readings.any(|reading| reading.is_newly_repeated(before, &known)) {
        let (source, owner) = (context.source.row, context.owner);
        let affected = publishers::affected(context.rows, source, owner, &known)?;
        intake.reconsider(affected)?;
    }
    Ok(known)
}

/// Whether a new entry repeats what an operator has withdrawn. Such a text under another headline would be taken for one that its publisher
/// puts under everything, and left out where the next copy is compared.
fn repeats_withdrawn<R: RefreshRows>(
    context: &Context<'_, R>,
    unknown: &Unknown<'_>,
    known: &Boilerplate,
) -> Result<bool, R::Error> {
    if !context.rows.has_withdrawals()? {
        return Ok(false);
    }
    let reading = unknown.read.reading.clone();
    let trimmed = reading.repeated(known);
    let new = context.both_ways(&unknown.incoming, reading, trimmed)?;
    let (rows, now) = (context.rows, context.record.at);
    Ok(withdrawals::repeated(rows, &new, &Found::new(), now)?.is_some())
}

/// For each of `count` new entries, oldest first, whether it is held back. The first document is a backlog, and so is what only
/// another reading shows; what comes later counts against the quota of its UTC day.
fn hold<R: RefreshRows>(context: &Context<'_, R>, count: usize) -> Result<Vec<Held>, R::Error> {
    let (source, record) = (&context.source, context.record);
    if source.entries == 0 || context.contact == Contact::Reread {
        return Ok(hold_backlog(count, record.first_items));
    }
    let (held, day) = source.day.hold_flood(count, record.daily_items, record.at);
    context.rows.write_day(source.row, day)?;
    Ok(held)
}
