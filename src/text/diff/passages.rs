//! The parts of long texts that are compared.

/// Bytes of each text that are compared, at most. Articles are shorter.
const COMPARED: usize = 64 * 1024;
/// Bytes that are kept of the unchanged text on either side of the changes where a text is longer: more than is shown of it.
const MARGIN: usize = 400;

/// The parts of two texts that a difference is told from: the texts themselves, or where they are long, what lies around the
/// changes. Two that differ still do.
#[must_use]
pub fn changed_passages<'t>(old: &'t str, new: &'t str) -> (&'t str, &'t str) {
    if old.len().max(new.len()) <= COMPARED {
        return (old, new);
    }
    let common = old.bytes().zip(new.bytes());
    let before = common.take_while(|(old, new)| old == new).count();
    let start = margin_start(old, before);
    let (old, new) = (&old[start..], &new[start..]);
    let common = old.bytes().rev().zip(new.bytes().rev());
    let behind = common.take_while(|(old, new)| old == new).count();
    let spare = behind.saturating_sub(MARGIN);
    let cut = |text: &'t str| {
        let end = (text.len() - spare).min(COMPARED);
        &text[..text.floor_char_boundary(end)]
    };
    (cut(old), cut(new))
}

/// Whether a text is as long as passages are that were cut. A cut falls on a boundary of characters, which have four bytes at most.
pub(super) fn is_cut(text: &str) -> bool {
    text.len() + 4 > COMPARED
}

/// Where the margin before a change begins: behind a space if there is one, so that no word is cut.
fn margin_start(text: &str, change: usize) -> usize {
    let start = text.floor_char_boundary(change.saturating_sub(MARGIN));
    if start == 0 {
        return 0;
    }
    let end = text.floor_char_boundary(change);
    let space = text[start..end].find(char::is_whitespace);
    space.map_or(start, |space| start + space)
}
