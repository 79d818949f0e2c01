//! Hashes of what an entry says about itself: 16 bytes of BLAKE3, stored in the database.

use blake3::Hasher;

use crate::model::Hash;

/// Raised when these hashes are made in another way: stored ones are then rebuilt.
const VERSION: u8 = 1;

/// What a hash is of. It goes into the hash, so that hashes of two kinds are never equal.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Guid = 1,
    Url = 2,
    TitleAndDate = 3,
    Text = 4,
    Whole = 6,
    Link = 7,
    Told = 8,
    Title = 9,
    Wording = 10,
    Version = 11,
    Correction = 12,
}

/// The hash of a list of texts.
pub(super) fn digest(kind: Kind, parts: &[&str]) -> Hash {
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    digest_of(kind, &parts)
}

/// The hash of a list of byte strings. Each is preceded by its length, so that `["ab", "c"]` and `["a", "bc"]` differ.
pub(super) fn digest_of(kind: Kind, parts: &[&[u8]]) -> Hash {
    let mut hasher = Hasher::new();
    hasher.update(&[VERSION, kind as u8]);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut first = Hash::default();
    hasher.finalize_xof().fill(&mut first);
    first
}
