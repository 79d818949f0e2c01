//! Content codings (RFC 9110 §8.4.1) undone, under a cap; pure.
//!
//! Labels are wrong in every way: they name no coding, or one that was not
//! applied, or none where the document is packed. Its first bytes decide.

use http::{HeaderMap, header};

use super::decoders::{DecodeError, brotli, deflate, gzip, is_gzip_member, zstd};

/// What is undone here, and nothing else is asked for.
pub(super) const ACCEPT_ENCODING: &str = "gzip, deflate, br, zstd";
/// Codings of the IANA "HTTP Content Coding Registry" that nobody asked for. Any other name is no content coding at all.
const NOT_UNDONE: [&str; 7] = [
    "aes128gcm",
    "compress",
    "dcb",
    "dcz",
    "exi",
    "pack200-gzip",
    "x-compress",
];
/// Labelled codings on top of each other; publishers use one.
const MAX_CODINGS: usize = 2;
/// Layers of gzip that no label names. A file that was packed before it was uploaded has one, and a server that packs it
/// again without saying so adds the second.
const MAX_UNTOLD: usize = 2;
/// A byte order mark of UTF-8, which editors and scripts put before anything.
const MARK: &[u8] = b"\xEF\xBB\xBF";
/// How many bytes are looked at to tell a document from packed data, which has a control byte among so many in all but one of
/// thousands of cases.
const LOOKED_AT: usize = 64;

/// One coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }
}

/// A body without its codings.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    /// In words, where it was not packed as its labels say.
    pub(super) recovered: Vec<String>,
}

/// The codings of an answer in the order they were applied. A label that names no content coding (a character set, `none`)
/// is passed over, as browsers do.
///
/// # Errors
/// In words: a coding that nobody asked for, or too many of them.
pub(super) fn codings(headers: &HeaderMap) -> Result<Vec<Coding>, String> {
    let mut codings = Vec::new();
    let values = headers.get_all(header::CONTENT_ENCODING).iter();
    let labels = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    for label in labels {
        let label = label.split(|byte| *byte == b';').next().unwrap_or_default();
        let label = label.trim_ascii().to_ascii_lowercase();
        codings.push(match label.as_slice() {
            b"gzip" | b"x-gzip" => Coding::Gzip,
            b"deflate" => Coding::Deflate,
            b"br" => Coding::Brotli,
            b"zstd" => Coding::Zstd,
            other => match NOT_UNDONE.iter().find(|name| name.as_bytes() == other) {
                Some(name) => {
                    return Err(format!(
                        "the answer is in the content coding {name}, which was not asked for"
                    ));
                }
                None => continue,
            },
        });
    }
    if codings.len() > MAX_CODINGS {
        return Err(format!("more than {MAX_CODINGS} content codings"));
    }
    Ok(codings)
}

/// Whether this is gzip where a document should begin. Scripts print blanks before what they send.
pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    is_gzip_member(without_noise(bytes))
}

/// Undoes `codings`, last applied first, and then gzip that no label names. No step gives more than `most` bytes.
pub(super) fn decode(wire: &[u8], codings: &[Coding], most: usize) -> Result<Decoded, DecodeError> {
    let mut decoded: Option<Vec<u8>> = None;
    let mut recovered = Vec::new();
    for coding in codings.iter().rev() {
        let input = decoded.as_deref().unwrap_or(wire);
        match undo(*coding, input, most)? {
            Some(output) => decoded = Some(output),
            None => recovered.push(format!("read as it is although it says {}", coding.name())),
        }
    }
    let mut untold = 0;
    loop {
        let input = decoded.as_deref().unwrap_or(wire);
        if !is_gzip(input) {
            break;
        }
        if untold == MAX_UNTOLD {
            return Err(DecodeError::TooDeep);
        }
        untold += 1;
        decoded = Some(gzip(without_noise(input), most)?);
    }
    if untold > 0 {
        recovered.push("unpacked from gzip although nothing says so".to_owned());
    }
    Ok(Decoded {
        bytes: decoded.unwrap_or_else(|| wire.to_vec()),
        recovered,
    })
}

/// Undoes one coding; `None`: the label is wrong, and the document stands there as it is.
fn undo(coding: Coding, input: &[u8], most: usize) -> Result<Option<Vec<u8>>, DecodeError> {
    // Servers that label an empty body are common.
    if input.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let output = match coding {
        Coding::Gzip if is_gzip(input) => gzip(without_noise(input), most),
        Coding::Gzip => gzip(input, most),
        Coding::Deflate => deflate(input, most),
        Coding::Brotli => brotli(input, most),
        Coding::Zstd => zstd(input, most),
    };
    // Some text is a valid stream of these codings, with nothing in it.
    let is_something = output.as_ref().is_ok_and(|output| !output.is_empty());
    // Or it is gzip, whatever was said: the next step unpacks that.
    let is_other = || looks_like_document(input) || (coding != Coding::Gzip && is_gzip(input));
    if !is_something && output != Err(DecodeError::TooLarge) && is_other() {
        return Ok(None);
    }
    output.map(Some)
}

/// Whether XML, HTML or JSON begins here.
fn looks_like_document(bytes: &[u8]) -> bool {
    let start = without_noise(bytes);
    let near = &start[..start.len().min(LOOKED_AT)];
    matches!(near.first(), Some(b'<' | b'{'))
        && !near
            .iter()
            .any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace())
}

/// The bytes from the first that is neither a byte order mark nor a blank.
fn without_noise(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.trim_ascii_start();
    bytes.strip_prefix(MARK).unwrap_or(bytes).trim_ascii_start()
}
