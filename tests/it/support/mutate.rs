//! Documents of the corpus with something done to them that servers, templates and attackers do: tags dropped, doubled,
//! renamed and moved, attributes added, texts replaced by hostile ones, parts of one document put into another, other
//! encodings, values of another type, bytes flipped and cut off.

use std::path::{Path, PathBuf};

use super::json::change_value;
use super::pieces::{ADDRESSES, ATTRIBUTES, CHARSETS, CONTENT_TYPES, NAMES, PIECES, VALUES};
use super::random::Random;

/// A mutant is cut here: what costs too much does so long before.
const MAX_BYTES: usize = 256 * 1024;

/// What is mutated.
pub(crate) struct Corpus {
    documents: Vec<Vec<u8>>,
}

/// A document, and what a server says that it is.
pub(crate) struct Mutant {
    pub(crate) bytes: Vec<u8>,
    pub(crate) content_type: Option<&'static str>,
}

fn documents(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("the corpus is there") {
        let path = entry.expect("readable").path();
        let name = path.to_string_lossy().into_owned();
        if path.is_dir() {
            documents(&path, found);
        } else if !name.ends_with(".expected.json") && !name.ends_with(".http") {
            found.push(path);
        }
    }
}

impl Corpus {
    /// `tests/corpus/parse`.
    pub(crate) fn read() -> Self {
        let mut found = Vec::new();
        documents(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/parse"),
            &mut found,
        );
        found.sort();
        let read = |path: &PathBuf| std::fs::read(path).expect("readable");
        Self {
            documents: found.iter().map(read).collect(),
        }
    }

    /// One document with up to six changes.
    pub(crate) fn mutant(&self, random: &mut Random) -> Mutant {
        let mut bytes = self.document(random).to_vec();
        for _ in 0..=random.below(6) {
            self.change(&mut bytes, random);
            bytes.truncate(MAX_BYTES);
        }
        let content_type = random.one_in(8).then(|| random.of(CONTENT_TYPES));
        Mutant {
            bytes,
            content_type,
        }
    }

    fn document(&self, random: &mut Random) -> &[u8] {
        &self.documents[random.below(self.documents.len())]
    }

    fn change(&self, bytes: &mut Vec<u8>, random: &mut Random) {
        if bytes.starts_with(b"{") && !random.one_in(4) {
            return change_value(bytes, random, ADDRESSES, PIECES);
        }
        match random.below(17) {
            0 => flip(bytes, random),
            1 => drop_piece(bytes, random),
            2 => repeat(bytes, random),
            3 if random.one_in(3) => bytes.truncate(random.below(bytes.len())),
            4 => drop_tag(bytes, random),
            5 => double_tag(bytes, random),
            6 => move_tag(bytes, random),
            7 => rename(bytes, random),
            8 => add_attribute(bytes, random),
            9 => replace_value(bytes, random),
            10 => unquote(bytes, random),
            11 | 12 => replace_text(bytes, random),
            13 => self.transplant(bytes, random),
            14 if random.one_in(3) => self.graft(bytes, random),
            15 if random.one_in(3) => encode(bytes, random),
            _ => insert(bytes, random),
        }
    }

    /// Puts an element of another document, or a part of one, behind a tag.
    fn transplant(&self, bytes: &mut Vec<u8>, random: &mut Random) {
        let donor = self.document(random);
        let from = tag(donor, random).map_or(0, |tag| tag.start);
        let name = donor[from..]
            .iter()
            .skip(1)
            .position(|c| !c.is_ascii_alphanumeric() && *c != b':')
            .unwrap_or(0);
        let end = [
            b"</",
            &donor[(from + 1).min(donor.len())..(from + 1 + name).min(donor.len())],
        ]
        .concat();
        let length = find(&donor[from..], &end).map_or(400, |at| at + end.len() + 1);
        let piece = donor[from..(from + length).min(donor.len())].to_vec();
        let at = tag(bytes, random).map_or(0, |tag| tag.end);
        bytes.splice(at..at, piece);
    }

    /// The beginning of one document, the end of another.
    fn graft(&self, bytes: &mut Vec<u8>, random: &mut Random) {
        let donor = self.document(random);
        let from = tag(donor, random).map_or(0, |tag| tag.start);
        let at = tag(bytes, random).map_or(0, |tag| tag.end);
        bytes.truncate(at);
        bytes.extend_from_slice(&donor[from..]);
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes
        .windows(what.len().max(1))
        .position(|window| window == what)
}

/// Some tag, comment or section, as far as its `>`.
fn tag(bytes: &[u8], random: &mut Random) -> Option<std::ops::Range<usize>> {
    let from = random.below(bytes.len());
    let open = |bytes: &[u8]| bytes.iter().position(|c| *c == b'<');
    let start = match open(&bytes[from..]) {
        Some(at) => from + at,
        None => open(bytes)?,
    };
    let end = bytes[start..]
        .iter()
        .position(|c| *c == b'>')
        .map_or(bytes.len(), |at| start + at + 1);
    Some(start..end)
}

fn piece(bytes: &[u8], random: &mut Random, most: usize) -> std::ops::Range<usize> {
    let start = random.below(bytes.len());
    start..(start + random.below(most)).min(bytes.len())
}

fn flip(bytes: &mut [u8], random: &mut Random) {
    let at = random.below(bytes.len());
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << random.below(8);
    }
}

fn drop_piece(bytes: &mut Vec<u8>, random: &mut Random) {
    let piece = piece(bytes, random, 60);
    bytes.drain(piece);
}

/// Writes a piece several times, some so often that quadratic work shows.
fn repeat(bytes: &mut Vec<u8>, random: &mut Random) {
    let range = if random.one_in(2) {
        tag(bytes, random)
    } else {
        None
    };
    let range = range.unwrap_or_else(|| piece(bytes, random, 200));
    let times = if random.one_in(16) {
        random.below(20_000)
    } else {
        1 + random.below(8)
    };
    let piece = bytes[range.clone()].repeat(times.min(MAX_BYTES / range.len().max(1)));
    bytes.splice(range.end..range.end, piece);
}

fn drop_tag(bytes: &mut Vec<u8>, random: &mut Random) {
    if let Some(tag) = tag(bytes, random) {
        bytes.drain(tag);
    }
}

fn double_tag(bytes: &mut Vec<u8>, random: &mut Random) {
    if let Some(tag) = tag(bytes, random) {
        let copy = bytes[tag.clone()].to_vec();
        bytes.splice(tag.start..tag.start, copy);
    }
}

fn move_tag(bytes: &mut Vec<u8>, random: &mut Random) {
    if let Some(range) = tag(bytes, random) {
        let moved: Vec<u8> = bytes.drain(range).collect();
        let at = tag(bytes, random).map_or(0, |tag| tag.start);
        bytes.splice(at..at, moved);
    }
}

fn rename(bytes: &mut Vec<u8>, random: &mut Random) {
    let Some(tag) = tag(bytes, random) else {
        return;
    };
    let start = tag.start + 1 + usize::from(bytes.get(tag.start + 1) == Some(&b'/'));
    let is_name = |c: &u8| c.is_ascii_alphanumeric() || *c == b':';
    let end = bytes[start..]
        .iter()
        .position(|c| !is_name(c))
        .map_or(bytes.len(), |at| start + at);
    let name = random.of(NAMES).to_owned();
    let name = if random.one_in(8) {
        name.to_ascii_uppercase()
    } else {
        name
    };
    bytes.splice(start..end, name.into_bytes());
}

fn value(random: &mut Random) -> &'static str {
    let list = match random.below(4) {
        0 => PIECES,
        1 => VALUES,
        _ => ADDRESSES,
    };
    random.of(list)
}

fn add_attribute(bytes: &mut Vec<u8>, random: &mut Random) {
    let Some(tag) = tag(bytes, random) else {
        return;
    };
    let at = bytes[tag.clone()]
        .iter()
        .position(u8::is_ascii_whitespace)
        .map_or(tag.end - 1, |at| tag.start + at);
    let quote = random.of(&["\"", "'", ""]);
    let written = format!(" {}={quote}{}{quote}", random.of(ATTRIBUTES), value(random));
    bytes.splice(at..at, written.into_bytes());
}

/// Replaces what stands between two quotes.
fn replace_value(bytes: &mut Vec<u8>, random: &mut Random) {
    let Some(tag) = tag(bytes, random) else {
        return;
    };
    let quotes: Vec<usize> = tag
        .filter(|at| matches!(bytes[*at], b'"' | b'\''))
        .collect();
    if quotes.len() > 1 {
        let nth = random.below(quotes.len() / 2) * 2;
        bytes.splice(quotes[nth] + 1..quotes[nth + 1], value(random).bytes());
    }
}

fn unquote(bytes: &mut Vec<u8>, random: &mut Random) {
    let from = random.below(bytes.len());
    if let Some(at) = bytes[from..]
        .iter()
        .position(|c| matches!(c, b'"' | b'\'' | b'=' | b';'))
    {
        bytes.remove(from + at);
    }
}

/// Replaces the text behind a tag: raw, escaped, or in a section.
fn replace_text(bytes: &mut Vec<u8>, random: &mut Random) {
    let Some(tag) = tag(bytes, random) else {
        return;
    };
    let end = bytes[tag.end..]
        .iter()
        .position(|c| *c == b'<')
        .map_or(bytes.len(), |at| tag.end + at);
    let text = if random.one_in(2) {
        html(random)
    } else {
        value(random).to_owned()
    };
    let text = match random.below(4) {
        0 => text,
        1 => format!("<![CDATA[{text}]]>"),
        _ => quick_xml::escape::escape(text.as_str()).into_owned(),
    };
    bytes.splice(tag.end..end, text.into_bytes());
}

/// HTML as an attacker or a bad template writes it.
fn html(random: &mut Random) -> String {
    let mut html = String::new();
    for _ in 0..=random.below(12) {
        match random.below(5) {
            0 => html.push_str(random.of(PIECES)),
            1 => html += &format!("</{}>", random.of(NAMES)),
            2 => {
                html += &format!(
                    "<{} {}=\"{}\">",
                    random.of(NAMES),
                    random.of(ATTRIBUTES),
                    value(random)
                );
            }
            3 => html += &format!("<{}>x", random.of(NAMES)),
            _ => html.push_str("words "),
        }
    }
    if random.one_in(32) {
        html.repeat(1 + random.below(500))
    } else {
        html
    }
}

fn insert(bytes: &mut Vec<u8>, random: &mut Random) {
    let anywhere = random.below(bytes.len());
    let at = if random.one_in(2) {
        tag(bytes, random).map_or(anywhere, |tag| tag.end)
    } else {
        anywhere
    };
    bytes.splice(at..at, value(random).bytes());
}

/// Writes it in another encoding, or says that it is in another.
fn encode(bytes: &mut Vec<u8>, random: &mut Random) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let units =
        |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    *bytes = match random.below(6) {
        0 => units(u16::to_le_bytes),
        1 => units(u16::to_be_bytes),
        2 => [vec![0xFF, 0xFE], units(u16::to_le_bytes)].concat(),
        3 => text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap_or(0x80))
            .collect(),
        _ => match text
            .split_once("encoding=\"")
            .and_then(|(before, after)| Some((before, after.split_once('"')?.1)))
        {
            Some((before, after)) => {
                format!("{before}encoding=\"{}\"{after}", random.of(CHARSETS)).into_bytes()
            }
            None => format!(
                "<?xml version=\"1.0\" encoding=\"{}\"?>{text}",
                random.of(CHARSETS)
            )
            .into_bytes(),
        },
    };
}
