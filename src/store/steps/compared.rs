//! A stored entry as comparisons ask for it.

use crate::dedupe::{self, BothWays, Prepared, Profile, Reading};
use crate::store::rows::ComparedText;

/// A stored entry, prepared for being compared.
pub(in crate::store) fn profile(stored: ComparedText) -> Profile {
    let text = read(&stored).prepare(stored.trimmed);
    of_text(&stored, text)
}

/// The same for being compared with what was withdrawn.
pub(in crate::store) fn both_ways(stored: ComparedText) -> BothWays {
    let reading = read(&stored);
    let whole = reading.in_full(stored.trimmed);
    BothWays {
        whole: whole.map(|text| of_text(&stored, text)),
        trimmed: of_text(&stored, reading.prepare(stored.trimmed)),
    }
}

fn read(stored: &ComparedText) -> Reading {
    let entry = &stored.entry;
    dedupe::read(&entry.title, &entry.text, entry.dateline.as_deref())
}

fn of_text(stored: &ComparedText, mut text: Prepared) -> Profile {
    // The words of an expired entry are gone, but not the hash that they were recognized by.
    if stored.is_expired {
        text.content = stored.content;
    }
    Profile::new(stored.source.clone(), &stored.entry, stored.url, text)
}
