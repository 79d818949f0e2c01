//! Character references and escapes, as HTML's tokenizer reads them and its serializer writes them.

use html5ever::data::NAMED_ENTITIES;
use memchr::memchr;

/// The longest name of HTML and its semicolon.
const LONGEST: usize = 32;

/// Writes the reference that `rest` begins with as a serializer would, or the ampersand that it is. The bytes read; `None`:
/// more than one reading would have to be tried.
pub(super) fn in_text(rest: &str, out: &mut String) -> Option<usize> {
    for kept in ["&amp;", "&lt;", "&gt;", "&nbsp;"] {
        if rest.starts_with(kept) {
            out.push_str(kept);
            return Some(kept.len());
        }
    }
    let name = name(rest);
    let is_named = rest.get(1..name.len() + 2).is_some_and(is_entity);
    if !rest.starts_with("&#") && !is_named {
        // `&copyright` is one that goes on as text.
        if (1..=name.len().min(LONGEST)).any(|length| is_entity(&name[..length])) {
            return None;
        }
        out.push_str("&amp;");
        return Some(1);
    }
    let (decoded, length) = reference(rest)?;
    let mut character = [0; 4];
    for c in decoded.into_iter().flatten() {
        escape(c.encode_utf8(&mut character), out);
    }
    Some(length)
}

/// An attribute's value with its references resolved; `None` as above. Without a semicolon a name means nothing before an
/// equals sign, which is what makes addresses readable (HTML §13.2.5.73).
pub(super) fn in_value(raw: &str) -> Option<String> {
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        value.push_str(&rest[..at]);
        rest = &rest[at..];
        let name = name(rest);
        let is_literal = match rest.as_bytes().get(1 + name.len()) {
            Some(b'#') if name.is_empty() => false,
            Some(b'=') => true,
            Some(b';') => !is_entity(&rest[1..name.len() + 2]),
            _ if is_entity(name) => return None,
            _ => true,
        };
        if is_literal {
            value.push('&');
            rest = &rest[1..];
            continue;
        }
        let (decoded, length) = reference(rest)?;
        value.extend(decoded.into_iter().flatten());
        rest = &rest[length..];
    }
    value.push_str(rest);
    Some(value)
}

/// The letters and digits behind an ampersand.
fn name(rest: &str) -> &str {
    let length = rest[1..].bytes().take_while(u8::is_ascii_alphanumeric);
    &rest[1..=length.count()]
}

/// Whether HTML has this name, with its semicolon or, as some, without.
fn is_entity(name: &str) -> bool {
    let found = NAMED_ENTITIES.get(name);
    found.is_some_and(|(first, _)| *first != 0)
}

/// The characters of a reference that ends in a semicolon, and its length. None that a parser would replace, and no control
/// character.
fn reference(rest: &str) -> Option<([Option<char>; 2], usize)> {
    let end = rest
        .bytes()
        .take(LONGEST + 2)
        .position(|byte| byte == b';')?;
    let of_number = |number: Result<u32, _>| char::from_u32(number.ok()?);
    let is_made_of = |digits: &str, all: fn(&u8) -> bool| {
        (1..=8).contains(&digits.len()) && digits.as_bytes().iter().all(all)
    };
    let decoded = match rest[1..end].strip_prefix('#') {
        None => {
            let (first, second) = *NAMED_ENTITIES.get(&rest[1..=end])?;
            [first, second].map(|code| char::from_u32(code).filter(|_| code != 0))
        }
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) if is_made_of(hex, u8::is_ascii_hexdigit) => {
                [of_number(u32::from_str_radix(hex, 16)), None]
            }
            None if is_made_of(number, u8::is_ascii_digit) => [of_number(number.parse()), None],
            _ => return None,
        },
    };
    let is_sound = |c: char| {
        let is_character =
            !matches!(u32::from(c), 0xFDD0..=0xFDEF | 0xFEFF) && u32::from(c) & 0xFFFE != 0xFFFE;
        is_character && (!c.is_control() || matches!(c, '\n' | '\t'))
    };
    let is_all_sound = decoded[0].is_some() && decoded.into_iter().flatten().all(is_sound);
    is_all_sound.then_some((decoded, end + 1))
}

/// Text as a serializer writes it. Quotes stay.
pub(super) fn escape(text: &str, out: &mut String) {
    escape_but(text, false, out);
}

/// A value as a serializer writes it between double quotes.
pub(super) fn escape_value(value: &str, out: &mut String) {
    escape_but(value, true, out);
}

fn escape_but(text: &str, quotes: bool, out: &mut String) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let (escaped, length) = match byte {
            b'&' => ("&amp;", 1),
            b'<' => ("&lt;", 1),
            b'>' => ("&gt;", 1),
            b'"' if quotes => ("&quot;", 1),
            0xC2 if bytes.get(at + 1) == Some(&0xA0) => ("&nbsp;", 2),
            _ => continue,
        };
        out.push_str(&text[copied..at]);
        out.push_str(escaped);
        copied = at + length;
    }
    out.push_str(&text[copied..]);
}
