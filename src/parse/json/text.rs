//! JSON text to what is wanted of it, mended where the remedy is certain.

use serde::de::DeserializeSeed;

use super::node::{Node, Shape};
use crate::model::FailureClass;
use crate::parse::error::ParseError;

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
    /// A comma behind the last element: templates that write one behind each.
    Comma,
    /// A comma that is missing between two objects.
    Between,
    /// What JavaScript has and JSON has not.
    Comment,
    /// A backslash that escapes nothing: `\'`, `C:\files`.
    Backslash,
}

impl Mend {
    /// For a person.
    fn in_words(self) -> &'static str {
        match self {
            Self::Half => "halves of surrogate pairs were replaced",
            Self::Control => "control characters were escaped",
            Self::Number => "numbers out of range were left out",
            Self::Comma => "commas with nothing behind them were left out",
            Self::Between => "commas that were missing between objects were added",
            Self::Comment => "comments were left out",
            Self::Backslash => "backslashes that escape nothing were read as they stand",
        }
    }
}

/// The text with its mends, and what these are.
fn mended(text: &str) -> (String, Vec<String>) {
    let mut out = String::with_capacity(text.len());
    let mut mends = Vec::new();
    let (mut copied, mut at, mut in_string) = (0, 0, false);
    // The last byte outside of strings that stands for something.
    let mut before = b'{';
    while let Some(byte) = text.as_bytes().get(at) {
        let (length, mend) = match (byte, in_string) {
            (b'"', _) => {
                in_string = !in_string;
                (1, None)
            }
            (b'\\', true) => escape(&text[at..]),
            (0..b' ', true) => (1, Some((Mend::Control, format!("\\u{byte:04x}")))),
            (b'-' | b'0'..=b'9' | b'N' | b'I', false) => number(&text[at..]),
            (b',', false) => comma(&text[at..], before),
            (b'}', false) => object_end(&text[at..]),
            (b'/', false) => comment(&text[at..]),
            _ => (1, None),
        };
        if !in_string && !byte.is_ascii_whitespace() && !is_dropped(mend.as_ref()) {
            before = *byte;
        }
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

/// A comma, which goes where none may stand: behind a bracket that opens, before one that closes, and before another comma.
fn comma(rest: &str, before: u8) -> Found {
    let is_first = matches!(before, b'[' | b'{');
    let is_last = || rest[1..][blank(&rest[1..])..].starts_with([']', '}', ',']);
    (
        1,
        (is_first || is_last()).then(|| (Mend::Comma, String::new())),
    )
}

/// Whether nothing is left of what stood there.
fn is_dropped(mend: Option<&(Mend, String)>) -> bool {
    mend.is_some_and(|(_, remedy)| remedy.trim().is_empty())
}

/// The end of an object. Where another begins right behind it, a comma is missing.
fn object_end(rest: &str) -> Found {
    let is_bare = rest[1..][blank(&rest[1..])..].starts_with('{');
    (1, is_bare.then(|| (Mend::Between, "},".to_owned())))
}

/// `// to the end of the line` and `/* to its end */`.
fn comment(rest: &str) -> Found {
    match comment_length(rest) {
        0 => (1, None),
        length => (length, Some((Mend::Comment, " ".to_owned()))),
    }
}

fn comment_length(rest: &str) -> usize {
    let end = match rest.get(..2) {
        Some("//") => rest.find(['\n', '\r']),
        Some("/*") => rest.find("*/").map(|at| at + 2),
        _ => return 0,
    };
    end.unwrap_or(rest.len())
}

/// The bytes of blanks and comments that something begins with.
fn blank(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let blanks = rest.len() - rest.trim_start().len();
        let length = blanks + comment_length(&rest[blanks..]);
        if length == 0 {
            return at;
        }
        at += length;
    }
}

/// The bytes of an escape within a string.
fn escape(rest: &str) -> Found {
    let half = || (UNIT, Some((Mend::Half, "\\ufffd".to_owned())));
    match unit(rest) {
        // Whatever it escapes, another backslash too, is passed over with it.
        None => match rest.as_bytes().get(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => (2, None),
            Some(b'\'') => (2, Some((Mend::Backslash, "'".to_owned()))),
            _ => (1, Some((Mend::Backslash, "\\\\".to_owned()))),
        },
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
