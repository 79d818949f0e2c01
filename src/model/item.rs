//! The items of an output: which part of a story one shows, and when it counts as updated.

use std::cmp::Ordering;

use super::{EntryId, Hash, Timestamp};

/// Which part of a story an item of an output shows. Within an output, story and slot name an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The story as a whole.
    Story,
    /// An entry that stands for itself, with what is joined to it (`duplicates = "off"` or `"exact"`).
    Entry(EntryId),
    /// An edition that is announced (`updates = "announce"`): when it was published, later than 1970 began.
    Edition(Timestamp),
}

impl Slot {
    /// The slot of an edition, as its number says. One that claims to be from 1970 or before has a number that stands for the story
    /// or an entry: it has an item of its own under that number, but is not announced. Outputs with editions have no entries' slots.
    #[must_use]
    pub fn edition(at: Timestamp) -> Self {
        Self::from_number(-at.timestamp_millis())
    }

    /// The number that stands for it in a store: 0 for the story, an entry's own number, an edition's milliseconds since 1970
    /// below 0.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Story => 0,
            Self::Entry(entry) => entry.0,
            Self::Edition(at) => -at.timestamp_millis(),
        }
    }

    /// The slot that this number stands for.
    #[must_use]
    pub fn from_number(number: i64) -> Self {
        match number {
            0 => Self::Story,
            1.. => Self::Entry(EntryId(number)),
            _ => {
                let at = number
                    .checked_neg()
                    .and_then(Timestamp::from_timestamp_millis);
                Self::Edition(at.unwrap_or(Timestamp::MAX_UTC))
            }
        }
    }

    /// When the edition that it announces was published.
    #[must_use]
    pub fn announced(self) -> Option<Timestamp> {
        match self {
            Self::Edition(at) => Some(at),
            Self::Story | Self::Entry(_) => None,
        }
    }
}

/// By number: editions, the newest first, then the story, then entries.
impl Ord for Slot {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number().cmp(&other.number())
    }
}

impl PartialOrd for Slot {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What an item shows of its story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Showing {
    /// The member shown.
    pub entry: EntryId,
    /// [`super::Member::wording`] of it.
    pub wording: Hash,
    /// [`super::Member::edition_at`] of it.
    pub edition_at: Timestamp,
    /// The date of its last edit that the publisher or we know of; of an item that is stored, its `updated`.
    pub updated: Timestamp,
}

/// The `updated` of an item that showed `before` and shows `after` from `now` on. It never moves back.
///
/// It moves with an edit of the entry shown and with a newer edition, to the publisher's date, or to now where that has not
/// moved. Another copy of the same edition is no edit, and its date is not that of a later edit of it.
#[must_use]
pub fn updated(before: &Showing, after: &Showing, now: Timestamp) -> Timestamp {
    let is_own = after.entry == before.entry;
    let is_edited =
        after.wording != before.wording && (is_own || after.edition_at > before.edition_at);
    if !is_edited {
        return before.updated;
    }
    let theirs = match is_own {
        true => Some(after.updated).filter(|at| *at != before.edition_at),
        false => Some(after.updated.max(after.edition_at)),
    };
    theirs
        .filter(|at| *at > before.updated)
        .unwrap_or_else(|| now.max(before.updated))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(seconds, 0).expect("a moment")
    }

    /// Stores hold these numbers.
    #[test]
    fn a_slot_has_one_number() {
        let cases = [
            (Slot::Story, 0),
            (Slot::Entry(EntryId(17)), 17),
            (Slot::edition(at(1_500_000_000)), -1_500_000_000_000),
            (Slot::edition(at(0)), 0),
            (Slot::edition(at(-5)), 5_000),
        ];
        for (slot, number) in cases {
            assert_eq!(slot.number(), number);
            assert_eq!(Slot::from_number(number), slot);
        }
        assert_eq!(
            Slot::from_number(-1_500_000_000_000).announced(),
            Some(at(1_500_000_000))
        );
        assert_eq!(
            Slot::from_number(i64::MIN).announced(),
            Some(Timestamp::MAX_UTC)
        );
    }

    /// Entry, wording, edition and date before; the same after; what `updated` becomes at 100.
    type Case = ((i64, u8, i64, i64), (i64, u8, i64, i64), i64);

    #[test]
    fn updated_moves_with_the_words_alone() {
        let cases: &[Case] = &[
            // The same words: whatever the dates say.
            ((1, 1, 10, 10), (1, 1, 10, 50), 10),
            ((1, 1, 10, 10), (2, 1, 40, 50), 10),
            // An edit of the entry shown: the publisher's date, or now.
            ((1, 1, 10, 10), (1, 2, 10, 50), 50),
            ((1, 1, 10, 10), (1, 2, 10, 10), 100),
            ((1, 1, 10, 60), (1, 2, 10, 50), 100),
            // A date that only repeats the edition's.
            ((1, 1, 20, 10), (1, 2, 20, 20), 100),
            // Another copy of the same edition.
            ((1, 1, 10, 10), (2, 2, 10, 50), 10),
            // A newer edition by another entry.
            ((1, 1, 10, 10), (2, 2, 40, 30), 40),
            ((1, 1, 10, 10), (2, 2, 40, 50), 50),
            // Never back.
            ((1, 1, 10, 200), (1, 2, 10, 10), 200),
        ];
        let showing = |(entry, wording, edition_at, updated): (i64, u8, i64, i64)| Showing {
            entry: EntryId(entry),
            wording: [wording; 16],
            edition_at: at(edition_at),
            updated: at(updated),
        };
        for (before, after, wanted) in cases {
            let moved = updated(&showing(*before), &showing(*after), at(100));
            assert_eq!(moved, at(*wanted), "{before:?} {after:?}");
        }
    }
}
