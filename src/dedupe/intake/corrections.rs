//! Corrections: what is kept of an edit, and how many of them.

use super::edits::EntryVersion;
use crate::dedupe::digest::{Kind, digest_of};
use crate::model::{Correction, EntryId, EntryWords, Incoming, SourceId, Timestamp};
use crate::text::changed_passages;

/// Corrections that are kept of one entry, the newest. No editor corrects a text more often; a page that alternates between two
/// texts does so with every poll.
pub const MAX_CORRECTIONS: usize = 20;
/// Bytes that the corrections of one entry say at most: they are read with the entry, packed as they are. The newest is kept in any
/// case.
const MAX_CORRECTION_BYTES: usize = 512 * 1024;

/// What an edit has changed in the words of an entry. `before`: what is stored of it; `incoming`: what its source of this name
/// has of it now.
#[must_use]
pub fn correction(
    entry: EntryId,
    source: &SourceId,
    before: &EntryVersion,
    incoming: &Incoming,
    at: Timestamp,
) -> Correction {
    let now = &incoming.entry;
    let id = digest_of(
        Kind::Correction,
        &[
            source.as_str().as_bytes(),
            &incoming.fingerprint.identity,
            &at.timestamp_millis().to_le_bytes(),
            before.title.as_bytes(),
            before.text.as_bytes(),
            now.title.as_bytes(),
            now.text.as_bytes(),
        ],
    );
    let titles = changed_passages(&before.title, &now.title);
    let texts = changed_passages(&before.text, &now.text);
    let words = |title: &str, text: &str| EntryWords {
        title: title.to_owned(),
        text: text.to_owned(),
    };
    Correction {
        id,
        entry,
        at,
        before: words(titles.0, texts.0),
        after: words(titles.1, texts.1),
    }
}

/// How many of an entry's corrections go, the oldest first, where one of `size` bytes is added. `kept`: the bytes of those that
/// it has, the oldest first.
#[must_use]
pub fn surplus_corrections(kept: &[usize], size: usize) -> usize {
    let mut room = MAX_CORRECTION_BYTES.saturating_sub(size);
    let newest = kept.iter().rev().take(MAX_CORRECTIONS - 1);
    let fits = |size: &&usize| {
        let left = room.checked_sub(**size);
        left.inspect(|left| room = *left).is_some()
    };
    kept.len() - newest.take_while(fits).count()
}

#[cfg(test)]
mod tests {
    use super::{MAX_CORRECTION_BYTES, MAX_CORRECTIONS, surplus_corrections};

    #[test]
    fn the_newest_are_kept_within_bounds() {
        let third = MAX_CORRECTION_BYTES / 3;
        let many = vec![1; MAX_CORRECTIONS];
        for (kept, size, expected) in [
            (&[][..], 1, 0),
            (&many[1..], 1, 0),
            (&many, 1, 1),
            (&[third, third], third, 0),
            (&[third, third, 3], third, 1),
            (&[1, third, third], 2 * third, 2),
            // A large one in between ends it: what is older goes, too.
            (&[1, 2 * third, 1], 2 * third, 2),
            (&[1, 1], MAX_CORRECTION_BYTES + 1, 2),
        ] {
            assert_eq!(surplus_corrections(kept, size), expected, "{kept:?} {size}");
        }
    }
}
