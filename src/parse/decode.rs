//! Bytes to text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes looked at for a declaration.
const DECLARATION: usize = 256;

/// Decodes by byte order mark, else the HTTP charset, else the XML declaration, else as UTF-8 where it is that, else as
/// windows-1252. A byte that fits nowhere costs one replacement character. UTF-7 is unknown here, as it is to browsers.
pub(super) fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    if let Some(encoding) = sniff_utf16(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    let named = charset(content_type)
        .or_else(|| declared(bytes))
        .filter(|named| *named != UTF_16LE && *named != UTF_16BE);
    let guessed = || {
        if std::str::from_utf8(bytes).is_ok() {
            UTF_8
        } else {
            WINDOWS_1252
        }
    };
    named
        .unwrap_or_else(guessed)
        .decode_without_bom_handling(bytes)
        .0
}

/// UTF-16 without a mark: every second byte of `<?` or `<r` is zero.
fn sniff_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<' | b'{', 0, _, 0, ..] => Some(UTF_16LE),
        [0, b'<' | b'{', 0, _, ..] => Some(UTF_16BE),
        _ => None,
    }
}

fn charset(content_type: Option<&str>) -> Option<&'static Encoding> {
    let named = content_type?.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches(['"', '\'']))
    })?;
    Encoding::for_label(named.as_bytes())
}

fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION)]).into_owned();
    let declaration = start
        .find("<?xml")
        .and_then(|at| start[at..].split("?>").next().map(str::to_owned))?;
    let value = declaration
        .split("encoding")
        .nth(1)?
        .trim_start_matches([' ', '\t', '\n', '\r', '=']);
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Encoding::for_label(value[1..].split(quote).next()?.trim().as_bytes())
}
