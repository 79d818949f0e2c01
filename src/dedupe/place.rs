//! The place of entries that were not in their source's previous document.

use chrono::Duration;

use crate::model::{Incoming, Timestamp};

/// Old entries that come at once, beyond which they are a backlog: more than a publisher adds between two polls.
const MANY: usize = 20;
/// The least that two places differ by: the store keeps milliseconds.
const TICK: Duration = Duration::milliseconds(1);

/// Moves the places of new entries up to the time at which the previous document was read, so that an entry that is dated back
/// is seen. A bulk of old entries, more than twenty and more than half of the document, keeps its own dates: an archive was
/// opened, nothing happened today. Those that are moved stay in the order of their dates.
pub fn settle_places<'a>(
    new: impl IntoIterator<Item = &'a mut Incoming>,
    document: usize,
    previous: Timestamp,
    now: Timestamp,
) {
    let mut late: Vec<&mut Incoming> = new
        .into_iter()
        .filter(|incoming| incoming.ordered_at < previous)
        .collect();
    if late.len() > MANY && late.len() * 2 > document {
        return;
    }
    // Of one date, what stands higher in the document is newer.
    late.reverse();
    late.sort_by_key(|incoming| incoming.ordered_at);
    let mut place = previous;
    for incoming in late {
        incoming.ordered_at = place.min(now);
        place += TICK;
    }
}

#[cfg(test)]
mod tests {
    use super::super::settle_document;
    use super::{Duration, settle_places};
    use crate::model::{Entry, Incoming, Timestamp};

    fn day(day: u32) -> Timestamp {
        format!("2026-03-{day:02}T12:00:00Z")
            .parse()
            .expect("a date")
    }

    /// Old entries, entries of the document; whether they keep their dates.
    #[test]
    fn late_entries_are_placed_at_the_last_reading_unless_they_are_a_bulk() {
        for (old, document, keep) in [
            (1, 1, false),
            (20, 20, false),
            (21, 42, false),
            (21, 41, true),
            (300, 300, true),
        ] {
            let entry = |nth: usize| Entry {
                guid: Some(nth.to_string()),
                published: Some(day(1)),
                ..Entry::default()
            };
            let mut entries = settle_document((0..old).map(entry).collect(), day(9)).entries;
            settle_places(&mut entries, document, day(8), day(9));
            let place = if keep { day(1) } else { day(8) };
            let is_there = |entry: &Incoming| {
                (entry.ordered_at - place) < Duration::seconds(1) && entry.ordered_at >= place
            };
            assert!(entries.iter().all(is_there), "{old} {document}");
            let order = |pair: &[Incoming]| keep || pair[0].ordered_at > pair[1].ordered_at;
            assert!(entries.windows(2).all(order), "the document's order");
            assert!(
                entries
                    .iter()
                    .all(|entry| entry.entry.published == Some(day(1)))
            );
        }
        // A clock that was ahead at the previous reading puts nothing into the future; a date after it stays.
        let mut entries = settle_document(
            vec![Entry {
                published: Some(day(3)),
                ..Entry::default()
            }],
            day(5),
        )
        .entries;
        settle_places(&mut entries, 1, day(7), day(5));
        assert_eq!(entries[0].ordered_at, day(5));
        entries[0].ordered_at = day(4);
        settle_places(&mut entries, 1, day(2), day(5));
        assert_eq!(entries[0].ordered_at, day(4));
    }
}
