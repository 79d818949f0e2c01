//! `&…;` to characters: XML's five, HTML's names, numbers. What a document type declares was resolved before
//! (`doctype.rs`).

use memchr::memchr;

use super::notes::{Note, Notes};
use crate::parse::decode::C1;
use crate::text::surrogate_pair;

/// The longest name of HTML is 31 characters long.
const LONGEST: usize = 32;

/// Whether XML 1.0 §2.2 forbids the character.
pub(in crate::parse) fn is_illegal(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Adds the text with its references resolved. A reference to nothing stays as it stands: more often than not it is an
/// ampersand, as in `R&D;`.
pub(in crate::parse) fn resolve(raw: &str, out: &mut String, notes: &mut Notes) {
    out.reserve(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        if let Some((c, length)) = surrogate_pair(&rest[at..]) {
            notes.add(Note::References);
            out.push(c);
            rest = &rest[at + length..];
            continue;
        }
        rest = &rest[at + 1..];
        let end = memchr(b';', &rest.as_bytes()[..rest.len().min(LONGEST + 1)]);
        let name = end.map(|end| &rest[..end]);
        let length = match name {
            Some("lt") => push(out, "<"),
            Some("gt") => push(out, ">"),
            Some("amp") => push(out, "&"),
            Some("quot") => push(out, "\""),
            Some("apos") => push(out, "'"),
            Some(name) => unusual(name, out, notes),
            None => false,
        }
        .then(|| end.map_or(0, |end| end + 1));
        match length {
            Some(length) => rest = &rest[length..],
            None => {
                notes.add(Note::References);
                out.push('&');
            }
        }
    }
    out.push_str(rest);
}

fn push(out: &mut String, resolved: &str) -> bool {
    out.push_str(resolved);
    true
}

/// Numbers and HTML's names; false: it is no reference.
fn unusual(name: &str, out: &mut String, notes: &mut Notes) -> bool {
    let Some(number) = name.strip_prefix('#') else {
        let resolved = quick_xml::escape::resolve_html5_entity(name);
        notes.add_if(resolved.is_some(), Note::References);
        return resolved.is_some_and(|resolved| push(out, resolved));
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    let is_number = number
        .trim_start_matches(['x', 'X'])
        .chars()
        .all(|c| c.is_ascii_hexdigit());
    match code.ok().map(|code| (code, char::from_u32(code))) {
        Some((code @ 128..=159, _)) => {
            notes.add(Note::References);
            out.push(C1[code as usize - 128]);
        }
        Some((_, Some(c))) if !is_illegal(c) => out.push(c),
        // A number that means no character: it costs itself.
        _ if is_number => notes.add(Note::References),
        _ => return false,
    }
    true
}
