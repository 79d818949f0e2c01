//! Known entries that came back under another GUID or link: they keep their row, their story and their items.

use std::collections::HashSet;

use super::context::Context;
use super::intake::Intake;
use super::recognition::Unknown;
use crate::dedupe::{self, Absent, Churn, Contact, EditRule, Renamed, SEEN_EXACT_TO};
use crate::model::{EntryId, Hash, Incoming};
use crate::store::rows::RefreshRows;

/// How many stored entries are read at most for one link or one text, and how many of the source's newest.
const MAX_ABSENT: usize = 2_000;

/// An unknown entry, with the hash of its text without what its publisher repeats.
type Asked<'u> = (&'u Incoming, Option<Hash>);

/// Gives known entries that came back under another identity that identity: nothing of them is new. Returns the other entries, and
/// whether the source is known to renew its GUIDs; see [`Churn::renews`].
pub(super) fn rename<'a, R: RefreshRows>(
    intake: &mut Intake<'a, R>,
    unknown: Vec<Unknown<'a>>,
) -> Result<(Vec<Unknown<'a>>, bool), R::Error> {
    let context = intake.context();
    let renewed = context.before.as_ref().is_some_and(|before| before.renews);
    // A document that has only what is new does not show what has left it.
    if unknown.is_empty() || context.contact == Contact::First || !context.record.is_whole() {
        return Ok((unknown, renewed));
    }
    let known = context.boilerplate()?;
    let trimmed = unknown
        .iter()
        .map(|unknown| unknown.read.reading.repeated(known));
    let trimmed: Vec<u64> = trimmed.collect();
    let asked: Vec<Asked<'_>> = unknown
        .iter()
        .zip(&trimmed)
        .map(|(unknown, trimmed)| (&*unknown.incoming, unknown.read.reading.content(*trimmed)))
        .collect();
    let previous = previous(context)?;
    let has_moved = dedupe::has_moved(unknown.len(), context.record.entries.len());
    let mut absent = just_gone(intake, &previous)?;
    if has_moved {
        add_earlier(intake, &previous, &asked, &mut absent)?;
    }
    absent.sort_by_key(|stored| stored.id);
    let renews = dedupe::renews(&asked, &absent, previous.len()).unwrap_or(renewed);
    let found = matches(context, &asked, &absent, Churn { renews, has_moved });
    let rule = EditRule::of_renamed(context.contact, has_moved, renewed);
    let renamed = unknown.into_iter().zip(trimmed).zip(found);
    let left = write(intake, renamed, rule)?;
    Ok((left, renews))
}

/// Writes the renamed ones of these entries, each with the blocks that its publisher repeats and the stored entry that it is.
/// Returns the others.
fn write<'a, R: RefreshRows>(
    intake: &mut Intake<'a, R>,
    entries: impl Iterator<Item = ((Unknown<'a>, u64), Option<Renamed>)>,
    rule: EditRule,
) -> Result<Vec<Unknown<'a>>, R::Error> {
    let rows = intake.context().rows;
    let mut left = Vec::new();
    for ((unknown, trimmed), known) in entries {
        match known {
            Some(Renamed::Same(entry)) => {
                let text = unknown.read.reading.prepare(trimmed);
                let says = (&text, unknown.read.body.as_deref());
                intake.take_over(entry, &unknown.incoming, says, rule)?;
            }
            // An entry that only got another date is edited like any other.
            Some(Renamed::Redated(entry)) => {
                let known = rows.known_entry(entry)?;
                rows.rekey(entry, &unknown.incoming.fingerprint)?;
                intake.meet(&known, &unknown.incoming)?;
            }
            None => left.push(unknown),
        }
    }
    Ok(left)
}

/// The entries of the document before this one; of version 1, which kept no note of them, those that were seen last.
fn previous<R: RefreshRows>(context: &Context<'_, R>) -> Result<Vec<EntryId>, R::Error> {
    match &context.before {
        Some(before) => Ok(before.entries.clone()),
        None => context
            .rows
            .seen_last(context.source.row, SEEN_EXACT_TO.num_milliseconds()),
    }
}

/// The entries of the previous document that this one does not have.
fn just_gone<R: RefreshRows>(
    intake: &Intake<'_, R>,
    previous: &[EntryId],
) -> Result<Vec<Absent>, R::Error> {
    let present: HashSet<&EntryId> = intake.present().iter().collect();
    let gone = previous.iter().filter(|entry| !present.contains(entry));
    let gone: Vec<EntryId> = gone.copied().collect();
    intake.context().rows.just_gone(&gone)
}

/// Adds stored entries that left the source's document before the previous one: those that have the link or the text of an unknown
/// entry, and the source's newest.
fn add_earlier<R: RefreshRows>(
    intake: &Intake<'_, R>,
    previous: &[EntryId],
    asked: &[Asked<'_>],
    absent: &mut Vec<Absent>,
) -> Result<(), R::Error> {
    let context = intake.context();
    let (rows, source) = (context.rows, context.source.row);
    let mut seen: HashSet<EntryId> = intake.present().iter().chain(previous).copied().collect();
    let mut add = |earlier: Vec<Absent>| {
        absent.extend(earlier.into_iter().filter(|stored| seen.insert(stored.id)));
    };
    for (incoming, content) in asked {
        if let Some(url) = &incoming.fingerprint.url {
            add(rows.absent_with_url(source, url, MAX_ABSENT)?);
        }
        if let Some(content) = content {
            add(rows.absent_with_content(source, content, MAX_ABSENT)?);
        }
    }
    add(rows.absent_latest(source, MAX_ABSENT)?);
    Ok(())
}

/// For each unknown entry the stored one that it is. Where another version of our code has read the source, an unknown entry that was
/// not renamed may be one that this version reads differently.
fn matches<R>(
    context: &Context<'_, R>,
    asked: &[Asked<'_>],
    absent: &[Absent],
    churn: Churn,
) -> Vec<Option<Renamed>> {
    let mut found = dedupe::renamed(asked, absent, &context.record.entries, churn);
    if context.contact != Contact::Reread {
        return found;
    }
    let taken: HashSet<EntryId> = found.iter().flatten().map(|one| one.id()).collect();
    let free = absent.iter().filter(|stored| !taken.contains(&stored.id));
    let free: Vec<Absent> = free.cloned().collect();
    let open = (0..found.len()).filter(|nth| found[*nth].is_none());
    let open: Vec<usize> = open.collect();
    let unknown: Vec<Asked<'_>> = open.iter().map(|nth| asked[*nth]).collect();
    for (nth, entry) in open.into_iter().zip(dedupe::reread(&unknown, &free)) {
        found[nth] = entry.map(Renamed::Same);
    }
    found
}
