//! Bytes to text.
//!
//! What a document says about its characters is believed in the order of RFC 7303 §3 and of what browsers do, as long as
//! its bytes do not tell otherwise.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes looked at for a declaration.
const DECLARATION: usize = 256;
/// Bytes that the detector looks at; it knows more of a text by then than the rest could tell.
const SAMPLE: usize = 256 * 1024;

/// What the numbers 128 to 159 are meant to be: windows-1252, as HTML §13.2.5.80 has it.
pub(super) const C1: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// Text, and what was strange about its bytes.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    /// In words, where they were not what they say.
    pub(super) recovered: Option<String>,
}

/// Decodes by byte order mark, HTTP charset, XML declaration, the zeros of UTF-16 and UTF-32, else by the bytes
/// themselves. Labels mean their supersets, as the Encoding Standard has it: gb2312 is gb18030, latin-1 windows-1252.
/// A byte that fits nowhere costs one replacement character. UTF-7 is unknown here, as it is to browsers.
pub(super) fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Decoded<'a> {
    let mut decoded = as_said(bytes, content_type);
    if let Some(text) = without_controls(&decoded.text) {
        decoded.text = Cow::Owned(text);
        let taken = || "control characters read as windows-1252".to_owned();
        decoded.recovered.get_or_insert_with(taken);
    }
    decoded
}

/// Text that was windows-1252 and was converted as if it were latin-1 has control characters for its quotation marks and
/// dashes. They are read as HTML reads their numbers. `None`: there are none.
fn without_controls(text: &str) -> Option<String> {
    let meant = |c: char| {
        let nth = u32::from(c).checked_sub(0x80)?;
        let meant = *C1.get(usize::try_from(nth).ok()?)?;
        (meant != c).then_some(meant)
    };
    // In UTF-8 they begin with this byte.
    memchr::memchr_iter(0xC2, text.as_bytes())
        .any(|at| text[at..].chars().next().and_then(meant).is_some())
        .then(|| text.chars().map(|c| meant(c).unwrap_or(c)).collect())
}

fn as_said<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Decoded<'a> {
    if let Some(text) = utf32(bytes) {
        return clean(Cow::Owned(text));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = &bytes[mark..];
        // An editor that adds a mark does not always convert what follows it.
        return match encoding == UTF_8 {
            true => utf8(rest, "utf-8"),
            false => whole(encoding, rest),
        };
    }
    if let Some(encoding) = sniff_utf16(bytes) {
        return whole(encoding, bytes);
    }
    let said = charset(content_type).or_else(|| declared(bytes));
    // UTF-16 would show in its zeros: whoever says so said it of a text that was converted since.
    let is_wide = |said: &Said| [UTF_16LE, UTF_16BE].contains(&said.encoding);
    match said {
        Some(said) if is_wide(&said) => detected(bytes, &said.label),
        Some(said) if said.encoding == UTF_8 => utf8(bytes, &said.label),
        Some(said) => legacy(bytes, &said),
        // XML that says nothing is UTF-8 (XML 1.0 §4.3.3).
        None => utf8(bytes, "nothing"),
    }
}

/// An encoding and how it was called.
struct Said {
    encoding: &'static Encoding,
    label: String,
}

fn clean(text: Cow<'_, str>) -> Decoded<'_> {
    Decoded {
        text,
        recovered: None,
    }
}

fn whole<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Decoded<'a> {
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    Decoded {
        text,
        recovered: broken.then(|| format!("bytes that are no {} were replaced", name(encoding))),
    }
}

/// Bytes that say UTF-8. Some broken ones are accidents, each costs itself; where more is broken than sound, it never was
/// UTF-8: no other encoding makes its sequences but by rare chance.
fn utf8<'a>(bytes: &'a [u8], label: &str) -> Decoded<'a> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return clean(Cow::Borrowed(text));
    }
    let (mut sound, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    if broken > sound {
        return detected(bytes, label);
    }
    whole(UTF_8, bytes)
}

/// Bytes that say another encoding and yet are UTF-8: a server converted them and kept the declaration. miniflux takes
/// them for what they are, feedparser shows `Ã¼`; no text of a single-byte set is UTF-8 by chance. Of the sets of
/// East Asia short texts are, so these are believed as long as the bytes fit.
fn legacy<'a>(bytes: &'a [u8], said: &Said) -> Decoded<'a> {
    let believed = whole(said.encoding, bytes);
    let fits = !said.encoding.is_single_byte() && believed.recovered.is_none();
    match std::str::from_utf8(bytes) {
        Ok(text) if !fits => Decoded {
            text: Cow::Borrowed(text),
            recovered: (!text.is_ascii()).then(|| instead(UTF_8, &said.label)),
        },
        _ => believed,
    }
}

/// Bytes that are not what they say: UTF-8, what the document says where the server said the other, else a guess.
fn detected<'a>(bytes: &'a [u8], label: &str) -> Decoded<'a> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Decoded {
            text: Cow::Borrowed(text),
            recovered: Some(instead(UTF_8, label)),
        };
    }
    let own = declared(bytes).map(|said| said.encoding);
    let encoding = own
        .filter(|own| *own != UTF_8 && own.is_ascii_compatible())
        .unwrap_or_else(|| guess(bytes));
    Decoded {
        text: encoding.decode_without_bom_handling(bytes).0,
        recovered: Some(instead(encoding, label)),
    }
}

/// What Firefox would guess. Too few letters tell nothing, and are Western more often than anything else.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if sample.iter().filter(|c| !c.is_ascii()).take(4).count() < 4 {
        return WINDOWS_1252;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, sample.len() == bytes.len());
    detector.guess(None, Utf8Detection::Deny)
}

fn instead(encoding: &'static Encoding, label: &str) -> String {
    let label: String = label.chars().take(40).collect();
    format!(
        "read as {} although it says {}",
        name(encoding),
        label.to_ascii_lowercase()
    )
}

fn name(encoding: &'static Encoding) -> String {
    encoding.name().to_ascii_lowercase()
}

/// UTF-16 without a mark: every second byte of `<?` or `<r` is zero.
fn sniff_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<' | b'{', 0, _, 0, ..] => Some(UTF_16LE),
        [0, b'<' | b'{', 0, _, ..] => Some(UTF_16BE),
        _ => None,
    }
}

/// UTF-32, which `encoding_rs` leaves to others: with its mark, or by the zeros around `<`.
fn utf32(bytes: &[u8]) -> Option<String> {
    let (skip, is_little) = match bytes {
        [0xFF, 0xFE, 0, 0, ..] => (4, true),
        [0, 0, 0xFE, 0xFF, ..] => (4, false),
        [b'<' | b'{', 0, 0, 0, ..] => (0, true),
        [0, 0, 0, b'<' | b'{', ..] => (0, false),
        _ => return None,
    };
    let (quads, rest) = bytes[skip..].as_chunks::<4>();
    let code = |quad: &[u8; 4]| match is_little {
        true => u32::from_le_bytes(*quad),
        false => u32::from_be_bytes(*quad),
    };
    let mut text: String = quads
        .iter()
        .map(|quad| char::from_u32(code(quad)).unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    if !rest.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    Some(text)
}

fn said(label: &str) -> Option<Said> {
    let label = label.trim();
    let encoding = Encoding::for_label(label.as_bytes())?;
    // A label that means "refuse this" in browsers is as good as none.
    (encoding.name() != "replacement").then(|| Said {
        encoding,
        label: label.to_owned(),
    })
}

fn charset(content_type: Option<&str>) -> Option<Said> {
    let named = content_type?.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches(['"', '\'']))
    })?;
    said(named)
}

fn declared(bytes: &[u8]) -> Option<Said> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION)]).into_owned();
    let declaration = start
        .find("<?xml")
        .and_then(|at| start[at..].split("?>").next().map(str::to_owned))?;
    let value = declaration
        .split("encoding")
        .nth(1)?
        .trim_start_matches([' ', '\t', '\n', '\r', '=']);
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    said(value[1..].split(quote).next()?)
}
