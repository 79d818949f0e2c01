//! Characters that were written as two references, one for each half of a surrogate pair.
//!
//! JavaScript and Java count in UTF-16 units, and scripts that escape text unit by unit write `&#55357;&#56960;` for one
//! character. XML and HTML know neither half (feedparser #62).

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

/// First halves of pairs.
const HIGH: Range<u32> = 0xD800..0xDC00;
/// Second halves.
const LOW: Range<u32> = 0xDC00..0xE000;
/// Digits of a number that are read: `0000055357` has ten.
const MAX_DIGITS: usize = 10;

/// The text with each pair of references, decimal or hexadecimal, as the character that they mean. A half without its
/// other half stays as it stands.
#[must_use]
pub fn with_surrogates_joined(text: &str) -> Cow<'_, str> {
    let mut joined = String::new();
    let mut copied = 0;
    let mut skipped_to = 0;
    for at in memmem::find_iter(text.as_bytes(), "&#") {
        if at < skipped_to {
            continue;
        }
        if let Some((c, length)) = surrogate_pair(&text[at..]) {
            joined.push_str(&text[copied..at]);
            joined.push(c);
            copied = at + length;
            skipped_to = copied;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    joined.push_str(&text[copied..]);
    Cow::Owned(joined)
}

/// The character that two references at the start of a text are, and their length.
#[must_use]
pub fn surrogate_pair(text: &str) -> Option<(char, usize)> {
    let (high, first) = reference(text).filter(|(unit, _)| HIGH.contains(unit))?;
    let (low, second) = reference(&text[first..]).filter(|(unit, _)| LOW.contains(unit))?;
    let code = 0x1_0000 + ((high - HIGH.start) << 10) + (low - LOW.start);
    Some((char::from_u32(code)?, first + second))
}

/// The number that a reference at the start of a text has, and the reference's length.
fn reference(text: &str) -> Option<(u32, usize)> {
    let number = text.strip_prefix("&#")?;
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    let is_digit = |c: &u8| char::from(*c).is_digit(radix);
    let length = digits.bytes().take(MAX_DIGITS).take_while(is_digit).count();
    digits[length..].strip_prefix(';')?;
    let unit = u32::from_str_radix(&digits[..length], radix).ok()?;
    Some((unit, text.len() - digits.len() + length + 1))
}
