//! What retention finds and takes out, and when its passes end.
//!
//! Candidates are found beside the writer, a bounded number of rows at a time; the writer only looks at those again and strips
//! them, for as long as a turn lasts.

use std::collections::HashSet;
use std::time::Duration;

use crate::dedupe::SEEN_EXACT_TO;
use crate::model::{EntryId, OutputId, Timestamp};
use crate::store::rows::{AgingSource, RetentionRows, Seen, SourceRow};
use crate::store::turn::Turn;
use crate::store::upkeep::{Aged, Candidates, Passed, Stripped, Upkeep};

/// Rows that one step of a walk looks at, so that it holds its snapshot only for a moment. A source counts as one.
const LOOKED_AT: usize = 1_000;
/// Entries that are stripped between two looks at the time.
const TOGETHER: usize = 8;
/// Sources that nobody will read again age by no more than this between two passes, in milliseconds.
const MOST_AGED_MS: i64 = 24 * 3600 * 1000;

/// See [`crate::store::Store::aged`].
pub(in crate::store) fn aged<R: RetentionRows>(
    rows: &R,
    which: Aged,
    after: Option<Passed>,
    windows: &[(OutputId, Timestamp)],
) -> Result<Candidates, R::Error> {
    let mut absent = Vec::new();
    let mut from = after;
    let mut room = LOOKED_AT;
    let next = loop {
        let least = from.map_or(SourceRow(i64::MIN), |passed| SourceRow(passed.source));
        let Some(source) = rows.aging_source(least)? else {
            break None;
        };
        let (older, until) = bounds(which, source.heard_at);
        let reached = from.filter(|passed| passed.source == source.row.0);
        let reached = reached.and_then(|passed| passed.last);
        let (last_seen, entry) = reached.unwrap_or((older, EntryId(i64::MAX)));
        let seen = rows.seen_behind(source.row, Seen { last_seen, entry }, until, room)?;
        if !seen.is_empty() {
            let present = present(rows, &source, which)?;
            let gone = seen.iter().filter(|seen| !present.has(seen));
            absent.extend(gone.map(|seen| seen.entry));
        }
        if seen.len() >= room {
            break Some(Passed {
                source: source.row.0,
                last: seen.last().map(|seen| (seen.last_seen, seen.entry)),
            });
        }
        from = Some(Passed {
            source: source.row.0 + 1,
            last: None,
        });
        room -= seen.len() + 1;
        if room == 0 {
            break from;
        }
    };
    let windows = rows.output_windows(windows)?;
    let entries = rows.unheld(&absent, &windows)?;
    Ok(Candidates { entries, next })
}

/// Behind which `last_seen` the entries of an age lie, and no later than which. `last_seen` may be too early by what it is
/// exact to; an entry stays so much longer, but no longer than it is kept at all.
fn bounds(which: Aged, heard_at: i64) -> (i64, i64) {
    let before = |age: Duration| {
        let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        heard_at.saturating_sub(age)
    };
    match which {
        Aged::Past(age) => {
            let exact_to = SEEN_EXACT_TO.to_std().unwrap_or_default().min(age);
            (i64::MIN, before(age.saturating_add(exact_to)))
        }
        Aged::Between(least, below) => (before(below), before(least)),
        Aged::All => (i64::MIN, i64::MAX),
    }
}

/// Which entries the document of a source still has. An answer that nothing has changed marks nothing as seen, so the document
/// itself is asked.
fn present<R: RetentionRows>(
    rows: &R,
    source: &AgingSource,
    which: Aged,
) -> Result<Present, R::Error> {
    if which == Aged::All || source.is_silent {
        return Ok(Present::Nothing);
    }
    let document = rows.present_entries(source.row)?;
    Ok(match (document, source.parsed_at) {
        (Some(entries), _) => Present::These(entries),
        // Written by version 1, which did not note what a document had.
        (None, Some(parsed_at)) => Present::SeenSince(parsed_at - SEEN_EXACT_TO.num_milliseconds()),
        (None, None) => Present::Nothing,
    })
}

/// The entries of a source's document.
enum Present {
    Nothing,
    These(HashSet<EntryId>),
    SeenSince(i64),
}

impl Present {
    fn has(&self, seen: &Seen) -> bool {
        match self {
            Self::Nothing => false,
            Self::These(entries) => entries.contains(&seen.entry),
            Self::SeenSince(since) => seen.last_seen >= *since,
        }
    }
}

/// See [`crate::store::Store::strip`].
pub(in crate::store) fn strip<R: RetentionRows>(
    rows: &R,
    entries: &[EntryId],
    windows: &[(OutputId, Timestamp)],
    now: Timestamp,
) -> Result<Stripped, R::Error> {
    let turn = Turn::begin();
    let windows = rows.output_windows(windows)?;
    let mut done = Stripped::default();
    for some in entries.chunks(TOGETHER) {
        let unheld = rows.unheld(some, &windows)?;
        done.looked_at += some.len();
        done.stripped += rows.strip(&unheld, now)?;
        if turn.is_over() {
            break;
        }
    }
    Ok(done)
}

/// See [`crate::store::Store::end_upkeep`].
pub(in crate::store) fn end_upkeep<R: RetentionRows>(
    rows: &R,
    is_over: bool,
    now: Timestamp,
) -> Result<Upkeep, R::Error> {
    let before = rows.upkeep()?;
    if let Some(last) = before.ended_at {
        let passed = (now - last).num_milliseconds();
        rows.age_silent_sources(passed.clamp(0, MOST_AGED_MS))?;
    }
    let after = Upkeep {
        ended_at: Some(now),
        over_since: is_over.then(|| before.over_since.unwrap_or(now)),
    };
    rows.write_upkeep(after)?;
    Ok(after)
}
