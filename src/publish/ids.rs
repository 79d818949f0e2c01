//! Permanent ids of what we publish.

use super::uri::is_iri;
use crate::model::{Hash, Member, SourceId, Timestamp};

/// Schemes whose identifiers are made to be unique everywhere (RFC 4287 §4.2.6 wants an IRI).
const GLOBAL_SCHEMES: &[&str] = &["http", "https", "tag", "urn", "doi", "info", "ark", "at"];
/// A longer one is an accident.
const MAX_ID_BYTES: usize = 1024;

/// Raised when derived ids are made in another way, which no release may do.
const VERSION: u8 = 1;

/// The outbound id of an entry: the publisher's own where it is a global one, byte for byte (RFC 4287 §4.2.6: an id stays
/// when an entry is republished), and the one derived from source and identity for when that is taken or there is none. Both
/// survive a rebuilt database. An edition that is `announced` is another item: its id is always derived.
#[must_use]
pub fn outbound_id(member: &Member, announced: Option<Timestamp>) -> (String, String) {
    let source = member.source.as_str().as_bytes();
    if let Some(edition) = announced {
        let edition = edition.timestamp_millis().to_le_bytes();
        let derived = urn(&[b"edition", source, &member.identity, &edition]);
        return (derived.clone(), derived);
    }
    let derived = urn(&[b"entry", source, &member.identity]);
    let own = member.entry.guid.as_deref().filter(|guid| is_global(guid));
    (own.map_or_else(|| derived.clone(), str::to_owned), derived)
}

/// The permanent id of an outbound feed. `base`: that of all links when it was first published.
pub(super) fn feed_id(base: &str, output: &str) -> String {
    urn(&[b"output", base.as_bytes(), output.as_bytes()])
}

/// The permanent id of an event in a source's life.
pub(super) fn event_id(source: &SourceId, what: &str, at: Timestamp) -> String {
    let at = at.timestamp_millis().to_le_bytes();
    urn(&[b"event", source.as_str().as_bytes(), what.as_bytes(), &at])
}

/// The permanent id of an event in our own life.
pub(super) fn own_event_id(part: &str, at: Timestamp) -> String {
    let at = at.timestamp_millis().to_le_bytes();
    urn(&[b"own event", part.as_bytes(), &at])
}

/// The permanent id of a correction.
pub(super) fn correction_id(correction: &Hash) -> String {
    urn(&[b"correction", correction])
}

/// The permanent id of an archive document, from the same base.
pub(super) fn archive_id(base: &str, output: &str, number: u32) -> String {
    let number = number.to_le_bytes();
    urn(&[b"archive", base.as_bytes(), output.as_bytes(), &number])
}

fn is_global(guid: &str) -> bool {
    let Some((scheme, rest)) = guid.split_once(':') else {
        return false;
    };
    GLOBAL_SCHEMES
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
        && rest.len() > 2
        && guid.len() <= MAX_ID_BYTES
        && is_iri(guid)
}

/// A UUID of version 8 (RFC 9562 §5.8) from BLAKE3, as a URN.
fn urn(parts: &[&[u8]]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[VERSION]);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut bytes = [0_u8; 16];
    hasher.finalize_xof().fill(&mut bytes);
    bytes[6] = (bytes[6] & 0x0F) | 0x80;
    bytes[8] = (bytes[8] & 0x3F) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}
