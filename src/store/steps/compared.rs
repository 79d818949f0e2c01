//! A stored entry as comparisons ask for it.

use crate::dedupe::{self, Profile};
use crate::store::rows::ComparedText;

/// A stored entry, prepared for being compared.
pub(in crate::store) fn profile(stored: ComparedText) -> Profile {
    let entry = &stored.entry;
    let reading = dedupe::read(&entry.title, &entry.text, entry.dateline.as_deref());
    let mut text = reading.prepare(stored.trimmed);
    // The words of an expired entry are gone, but not the hash that they were recognized by.
    if stored.is_expired {
        text.content = stored.content;
    }
    Profile::new(stored.source, &stored.entry, stored.url, text)
}
