//! The entries that were written, no more of them than are taken.

use super::record::Record;
use super::rewritten::Extras;
use super::write::{self, Dialect};
use crate::model::Timestamp;
use crate::parse::limits::{MAX_ENTRIES, newest};

/// Entries in the order of the document.
#[derive(Default)]
pub(super) struct Entries {
    /// One after the other.
    written: String,
    extras: Vec<Extras>,
    /// Where they stand in what is written.
    places: Vec<Place>,
    /// How many there were so far.
    count: usize,
    /// Older ones were left out.
    is_clipped: bool,
}

/// All entries of a document.
pub(super) struct Finished {
    /// One after the other.
    pub(super) written: String,
    pub(super) extras: Vec<Extras>,
    /// Older ones were left out.
    pub(super) is_clipped: bool,
}

/// Of an entry that is written.
struct Place {
    start: usize,
    end: usize,
    date: Option<Timestamp>,
}

impl Entries {
    pub(super) fn is_empty(&self) -> bool {
        self.extras.is_empty()
    }

    /// Writes an entry.
    pub(super) fn push(&mut self, dialect: Dialect, entry: Record) {
        let (start, number) = (self.written.len(), self.count);
        self.count += 1;
        write::entry(&mut self.written, dialect, number, &entry);
        let extras = entry.finish(number);
        self.places.push(Place {
            start,
            end: self.written.len(),
            date: extras.published.or(extras.updated),
        });
        self.extras.push(extras);
        // Now and then, so that a million empty items take no memory.
        self.keep_newest(4 * MAX_ENTRIES);
    }

    /// The newest. `is_explicit`: the channel says that it is, so its entries are: documents show them beside others, without
    /// their channel.
    pub(super) fn finish(mut self, is_explicit: bool) -> Finished {
        self.keep_newest(MAX_ENTRIES);
        if is_explicit {
            for entry in &mut self.extras {
                entry.episode.explicit.get_or_insert(true);
            }
        }
        Finished {
            written: self.written,
            extras: self.extras,
            is_clipped: self.is_clipped,
        }
    }

    /// Leaves out all but the newest entries where there are more than `most`.
    fn keep_newest(&mut self, most: usize) {
        if self.places.len() <= most {
            return;
        }
        self.is_clipped = true;
        let dates: Vec<_> = self.places.iter().map(|place| place.date).collect();
        let kept = newest(&dates);
        let mut written = String::with_capacity(self.written.len());
        let (mut places, mut extras) = (Vec::new(), Vec::new());
        for nth in kept {
            let place = &self.places[nth];
            let start = written.len();
            written.push_str(&self.written[place.start..place.end]);
            places.push(Place {
                start,
                end: written.len(),
                date: place.date,
            });
            extras.push(std::mem::take(&mut self.extras[nth]));
        }
        (self.written, self.places, self.extras) = (written, places, extras);
    }
}
