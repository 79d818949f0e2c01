//! Which entries of a document its source has: known ones are met, the others are returned.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::ahead::ReadEntry;
use super::context::Context;
use super::intake::Intake;
use crate::dedupe::{self, Contact, KnownEntry, Match, Namesake, Recognized};
use crate::model::{Basis, Hash, Incoming};
use crate::store::rows::{EntryRows, RefreshRows};

/// How many entries under one handle are looked at, the newest.
const MAX_NAMESAKES: usize = 1_000;

/// An entry whose identity its source did not have before.
pub(super) struct Unknown<'a> {
    pub(super) incoming: Cow<'a, Incoming>,
    pub(super) read: ReadEntry,
}

impl<'a> Unknown<'a> {
    fn new(incoming: &'a Incoming, recognized: Recognized, read: ReadEntry) -> Self {
        let mut incoming = Cow::Borrowed(incoming);
        if let Recognized::New { identity, handle } = recognized {
            let print = &incoming.fingerprint;
            if (print.identity, print.handle) != (identity, handle) {
                let print = &mut incoming.to_mut().fingerprint;
                (print.identity, print.handle) = (identity, handle);
            }
        }
        Self { incoming, read }
    }
}

/// Meets the known entries of a document, and returns the unknown ones in its order.
pub(super) fn recognize<'a, R: RefreshRows>(
    intake: &mut Intake<'a, R>,
) -> Result<Vec<Unknown<'a>>, R::Error> {
    let context = intake.context();
    let entries = &context.record.entries;
    let known = known_entries(context, entries)?;
    let mut doubtful: HashMap<Hash, Vec<usize>> = HashMap::new();
    for (nth, incoming) in entries.iter().enumerate() {
        let known = known.get(&incoming.fingerprint.identity);
        match known {
            Some(known) if is_certain(context, known, incoming)? => intake.meet(known, incoming)?,
            _ => doubtful
                .entry(incoming.fingerprint.basis_hash())
                .or_default()
                .push(nth),
        }
    }
    // In the order of the document: what an earlier entry has met is not there for a later one.
    let mut doubtful: Vec<(Hash, Vec<usize>)> = doubtful.into_iter().collect();
    doubtful.sort_by(|(_, one), (_, other)| one.cmp(other));
    let mut unknown = Vec::new();
    for (basis, doubtful) in doubtful {
        unknown.extend(tell_apart(intake, basis, &doubtful)?);
    }
    unknown.sort_by_key(|(nth, _)| *nth);
    Ok(unknown
        .into_iter()
        .map(|(nth, recognized)| {
            let incoming = &entries[nth];
            Unknown::new(incoming, recognized, context.ahead.take(incoming))
        })
        .collect())
}

/// The stored entries that have the identity of an incoming one, by identity.
fn known_entries<R: RefreshRows>(
    context: &Context<'_, R>,
    entries: &[Incoming],
) -> Result<HashMap<Hash, KnownEntry>, R::Error> {
    if !context.has_entries() {
        return Ok(HashMap::new());
    }
    let identities = entries.iter().map(|incoming| incoming.fingerprint.identity);
    let identities: Vec<Hash> = identities.collect();
    let known = context
        .rows
        .known_entries(context.source.row, &identities)?;
    Ok(known
        .into_iter()
        .map(|known| (known.identity, known))
        .collect())
}

/// Whether an incoming entry can be no other than the stored one with its identity.
fn is_certain<R: EntryRows>(
    context: &Context<'_, R>,
    known: &KnownEntry,
    incoming: &Incoming,
) -> Result<bool, R::Error> {
    match known.matches(incoming) {
        Match::Certain => Ok(true),
        Match::UnlessShared => {
            let identity = &incoming.fingerprint.identity;
            Ok(!context.rows.has_handle(context.source.row, identity)?)
        }
        Match::Doubtful => Ok(false),
    }
}

/// Decides which stored entries the `doubtful` ones are, which all have the same GUID, link, or title and date. Returns those
/// that are new, each with its place in the document.
fn tell_apart<R: RefreshRows>(
    intake: &mut Intake<'_, R>,
    basis: Hash,
    doubtful: &[usize],
) -> Result<Vec<(usize, Recognized)>, R::Error> {
    let context = intake.context();
    let entries = &context.record.entries;
    let group = sharing(entries, basis, doubtful);
    let incoming: Vec<&Incoming> = group.iter().map(|nth| &entries[*nth]).collect();
    if let [alone] = incoming[..]
        && meet_alone(intake, alone, basis)?
    {
        return Ok(Vec::new());
    }
    let namesakes = namesakes(intake, &incoming, basis)?;
    let found = dedupe::recognize(&incoming, &namesakes);
    let mut new = Vec::new();
    for ((nth, incoming), found) in group.into_iter().zip(incoming).zip(found) {
        if doubtful.binary_search(&nth).is_err() {
            continue;
        }
        let known = match found {
            Recognized::Known(id) => Some(context.rows.known_entry(id)?),
            // It may be one of more namesakes than were looked at.
            Recognized::New { identity, .. } => known_entry(context, identity)?,
        };
        let Some(known) = known else {
            new.push((nth, found));
            continue;
        };
        let has_basis = namesakes
            .iter()
            .any(|old| old.id == known.id && (old.handle == Some(basis) || old.identity == basis));
        let is_shared = incoming.fingerprint.handle.is_some() && known.identity != basis;
        if !has_basis || is_shared {
            context.rows.rekey(known.id, &incoming.fingerprint)?;
        }
        intake.meet(&known, incoming)?;
    }
    Ok(new)
}

/// Places of the `doubtful` entries in the document, and where several entries share their basis, of all that do: a date that two of
/// them have identifies neither.
fn sharing(entries: &[Incoming], basis: Hash, doubtful: &[usize]) -> Vec<usize> {
    match entries[doubtful[0]].fingerprint.handle {
        None => doubtful.to_vec(),
        Some(_) => (0..entries.len())
            .filter(|nth| entries[*nth].fingerprint.basis_hash() == basis)
            .collect(),
    }
}

/// Meets a stored entry that shares its basis with other stored ones, where the document has only one entry with that basis and
/// everything that tells them apart is the same. Returns whether there is such an entry.
fn meet_alone<R: RefreshRows>(
    intake: &mut Intake<'_, R>,
    incoming: &Incoming,
    basis: Hash,
) -> Result<bool, R::Error> {
    let context = intake.context();
    let is_stated = incoming.fingerprint.basis == Basis::Stated;
    if is_stated
        || !context.has_entries()
        || !context.rows.has_handle(context.source.row, &basis)?
    {
        return Ok(false);
    }
    let known = known_entry(context, dedupe::told_alone(incoming))?;
    let known = known.filter(|known| known.whole == incoming.fingerprint.whole);
    if let Some(known) = &known {
        intake.meet(known, incoming)?;
    }
    Ok(known.is_some())
}

fn known_entry<R: EntryRows>(
    context: &Context<'_, R>,
    identity: Hash,
) -> Result<Option<KnownEntry>, R::Error> {
    if !context.has_entries() {
        return Ok(None);
    }
    let known = context
        .rows
        .known_entries(context.source.row, &[identity])?;
    Ok(known.into_iter().next())
}

/// Stored entries with this basis, and those that version 1 stored under the identity that it would have given to one of
/// the incoming ones; by number.
fn namesakes<R: RefreshRows>(
    intake: &Intake<'_, R>,
    group: &[&Incoming],
    basis: Hash,
) -> Result<Vec<Namesake>, R::Error> {
    let context = intake.context();
    if !context.has_entries() {
        return Ok(Vec::new());
    }
    let (rows, source) = (context.rows, context.source.row);
    let mut found = rows.with_handle(source, &basis, MAX_NAMESAKES)?;
    let add = |found: &mut Vec<Namesake>, namesake: Namesake| {
        if found.iter().all(|known| known.id != namesake.id) {
            found.push(namesake);
        }
    };
    if let Some(namesake) = rows.with_identity(source, &basis)? {
        add(&mut found, namesake);
    }
    let others = links_of_others(context, group);
    let told = |incoming: &&&Incoming| incoming.fingerprint.basis != Basis::Stated;
    for incoming in group.iter().filter(told) {
        let entry = &incoming.entry;
        let identity = dedupe::identity_of_version_1(entry);
        let Some(namesake) = rows.with_identity(source, &identity)? else {
            continue;
        };
        let link = namesake.link.as_deref();
        if dedupe::is_of_version_1(&namesake, entry)
            && !intake.present().contains(&namesake.id)
            && link.is_none_or(|link| !others.contains(link))
        {
            add(&mut found, namesake);
        }
    }
    found.sort_by_key(|known| known.id);
    Ok(found)
}

/// Links that other entries of the document have and none of these: a stored entry that has one of them is one of those others.
/// Only asked for where another version of our code has read the source.
fn links_of_others<'a, R>(context: &Context<'a, R>, group: &[&Incoming]) -> HashSet<&'a str> {
    if context.contact != Contact::Reread {
        return HashSet::new();
    }
    let own = group.iter().filter_map(|incoming| incoming.entry.link());
    let own: HashSet<&str> = own.collect();
    let entries = context.record.entries.iter();
    let links = entries.filter_map(|incoming| incoming.entry.link());
    links.filter(|link| !own.contains(link)).collect()
}
