//! JSON text to what is wanted of it, mended where the remedy is certain.

use serde::de::DeserializeSeed;

use super::ParseError;
use super::json_node::{Node, Shape};
use crate::model::FailureClass;

/// A UTF-16 unit as JSON writes it: `\uXXXX`.
const UNIT: usize = 6;
/// U+FFFD, the sign for what could not be read.
const REPLACEMENT: &str = "\\ufffd";

/// What was found, and what was mended. Serializers that cut text between two UTF-16 units write half a pair, which has no
/// meaning of its own: it costs that character, not the document.
pub(super) fn read(text: &str, shape: Shape) -> Result<(Node, Vec<String>), ParseError> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\0');
    let error = match node(text, shape) {
        Ok(value) => return Ok((value, Vec::new())),
        Err(error) => error,
    };
    if let Some(value) = paired(text).and_then(|mended| node(&mended, shape).ok()) {
        let mended = "halves of surrogate pairs were replaced";
        return Ok((value, vec![mended.to_owned()]));
    }
    let class = if error.to_string().contains("recursion limit") {
        FailureClass::TooDeep
    } else {
        FailureClass::Parse
    };
    let message = format!("JSON that cannot be read: {error}");
    Err(ParseError::new(class, message))
}

fn node(text: &str, shape: Shape) -> serde_json::Result<Node> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let node = shape.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(node)
}

/// The text with every half of a surrogate pair replaced; `None`: there was none.
fn paired(text: &str) -> Option<String> {
    let mut mended: Option<String> = None;
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = text[at..].find('\\') {
        at += found;
        let is_half = match unit(&text[at..]) {
            // Whatever it escapes, another backslash too, is passed over with it.
            None => {
                at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8);
                continue;
            }
            Some(0xD800..=0xDBFF) => {
                let is_whole = matches!(unit(&text[at + UNIT..]), Some(0xDC00..=0xDFFF));
                at += if is_whole { UNIT } else { 0 };
                !is_whole
            }
            Some(unit) => matches!(unit, 0xDC00..=0xDFFF),
        };
        if is_half {
            let out = mended.get_or_insert_with(|| String::with_capacity(text.len()));
            out.push_str(&text[copied..at]);
            out.push_str(REPLACEMENT);
            copied = at + UNIT;
        }
        at += UNIT;
    }
    mended.map(|out| out + &text[copied..])
}

/// The UTF-16 unit that is escaped here.
fn unit(rest: &str) -> Option<u16> {
    let digits = rest.strip_prefix("\\u")?.get(..UNIT - 2)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)
}
