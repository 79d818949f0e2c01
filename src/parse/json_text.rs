//! JSON text to what is wanted of it, mended where the remedy is certain.

use serde::de::DeserializeSeed;

use super::ParseError;
use super::json_node::{Node, Shape};
use crate::model::FailureClass;

/// A UTF-16 unit as JSON writes it: `\uXXXX`.
const UNIT: usize = 6;

/// What was found, and what was mended: what costs a character or a number is not to cost the document.
pub(super) fn read(text: &str, shape: Shape) -> Result<(Node, Vec<String>), ParseError> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\0');
    let error = match node(text, shape) {
        Ok((value, recovered)) => return Ok((value, recovered.into_iter().collect())),
        Err(error) => error,
    };
    let (mended, mut recovered) = mended(text);
    if !recovered.is_empty()
        && let Ok((value, also)) = node(&mended, shape)
    {
        recovered.extend(also);
        return Ok((value, recovered));
    }
    let class = if error.to_string().contains("recursion limit") {
        FailureClass::TooDeep
    } else {
        FailureClass::Parse
    };
    let message = format!("JSON that cannot be read: {error}");
    Err(ParseError::new(class, message))
}

/// A value, and whether anything but it was passed over: pages are cached with a comment behind them.
fn node(text: &str, shape: Shape) -> serde_json::Result<(Node, Option<String>)> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let node = shape.deserialize(&mut deserializer)?;
    let behind = "what stands behind the feed was passed over";
    let recovered = deserializer.end().is_err().then(|| behind.to_owned());
    Ok((node, recovered))
}

/// What is mended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mend {
    /// Half a surrogate pair: serializers that cut text between two UTF-16 units write them.
    Half,
    /// A control character that is not escaped.
    Control,
    /// A number too large for any number, or none.
    Number,
}

impl Mend {
    /// For a person.
    fn in_words(self) -> &'static str {
        match self {
            Self::Half => "halves of surrogate pairs were replaced",
            Self::Control => "control characters were escaped",
            Self::Number => "numbers out of range were left out",
        }
    }
}

/// The text with its mends, and what these are.
fn mended(text: &str) -> (String, Vec<String>) {
    let mut out = String::with_capacity(text.len());
    let mut mends = Vec::new();
    let (mut copied, mut at, mut in_string) = (0, 0, false);
    while let Some(byte) = text.as_bytes().get(at) {
        let (length, mend) = match (byte, in_string) {
            (b'"', _) => {
                in_string = !in_string;
                (1, None)
            }
            (b'\\', true) => escape(&text[at..]),
            (0..b' ', true) => (1, Some((Mend::Control, format!("\\u{byte:04x}")))),
            (b'-' | b'0'..=b'9' | b'N' | b'I', false) => number(&text[at..]),
            _ => (1, None),
        };
        if let Some((mend, remedy)) = mend {
            out.push_str(&text[copied..at]);
            out.push_str(&remedy);
            copied = at + length;
            if !mends.contains(&mend) {
                mends.push(mend);
            }
        }
        at += length;
    }
    out.push_str(&text[copied..]);
    let recovered = mends.into_iter().map(|mend| mend.in_words().to_owned());
    (out, recovered.collect())
}

type Found = (usize, Option<(Mend, String)>);

/// The bytes of an escape within a string.
fn escape(rest: &str) -> Found {
    let half = || (UNIT, Some((Mend::Half, "\\ufffd".to_owned())));
    match unit(rest) {
        // Whatever it escapes, another backslash too, is passed over with it.
        None => (1 + rest[1..].chars().next().map_or(0, char::len_utf8), None),
        Some(0xD800..=0xDBFF) => match unit(&rest[UNIT..]) {
            Some(0xDC00..=0xDFFF) => (2 * UNIT, None),
            _ => half(),
        },
        Some(0xDC00..=0xDFFF) => half(),
        Some(_) => (UNIT, None),
    }
}

/// The UTF-16 unit that is escaped here.
fn unit(rest: &str) -> Option<u16> {
    let digits = rest.strip_prefix("\\u")?.get(..UNIT - 2)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)
}

/// The bytes of a number outside strings: one beyond those that there are, and what JavaScript calls such, become nothing.
fn number(rest: &str) -> Found {
    let is_part = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'-' | b'.');
    let length = rest.bytes().take_while(|c| is_part(c)).count();
    let is_none = match &rest[..length] {
        "NaN" | "Infinity" | "-Infinity" => true,
        number if number.contains(['N', 'I']) => false,
        number => number.parse().is_ok_and(f64::is_infinite),
    };
    (length, is_none.then(|| (Mend::Number, "null".to_owned())))
}
