//! Which entry a person means.

use crate::dedupe::lookup_hashes;
use crate::model::{EntryId, Member};
use crate::store::NamedEntry;
use crate::store::rows::{MemberRows, Wanted};

/// See [`crate::store::Store::find_entries`].
pub(in crate::store) fn entries<R: MemberRows>(
    rows: &R,
    words: &str,
    limit: usize,
) -> Result<Vec<Member>, R::Error> {
    let words = words.trim();
    // Every title contains them.
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let hashes = lookup_hashes(words);
    let number = words.parse().ok().map(EntryId);
    // What names one entry exactly is meant before a headline, and a whole headline before those that contain it.
    for wanted in [
        Wanted::Exactly(number, &hashes),
        Wanted::Item(words),
        Wanted::Title(words),
        Wanted::InTitle(words),
    ] {
        let found = rows.find(&wanted, limit)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// See [`crate::store::Withdrawals::named_entries`].
pub(in crate::store) fn named<R: MemberRows>(
    rows: &R,
    name: &str,
    limit: usize,
) -> Result<Vec<NamedEntry>, R::Error> {
    let name = name.trim();
    let hashes = lookup_hashes(name);
    let number = name.parse().ok().map(EntryId);
    let found = rows.find_any(&Wanted::Exactly(number, &hashes), limit)?;
    match found.is_empty() {
        true => rows.find_any(&Wanted::Item(name), limit),
        false => Ok(found),
    }
}
