//! Whether feed-rs reads a document in full, found out in one cheap pass.
//!
//! Only what feed-rs would lose in silence is looked for: a document that it refuses is written anew anyway.

use memchr::{memchr, memchr2, memmem};

use super::attributes::Attributes;
use super::notes::Notes;
use super::references::is_illegal;
use super::spaces;
use super::tokens::{Tag, Token, Tokens};

/// Bytes that tell what the rest is like.
const SAMPLE: usize = 32 * 1024;
/// A reference every so many bytes is the point where rewriting costs nothing.
const SPARSE: usize = 64;
/// An entry of more bytes is clipped before feed-rs copies it, as a list of as many categories is.
const LARGE: usize = 1024 * 1024;
/// No name that is looked for is shorter.
const SHORTEST: usize = 4;

/// Fields whose value feed-rs reads up to the first element in it.
const LEAVES: &[&[u8]] = &[
    b"title",
    b"description",
    b"content:encoded",
    b"link",
    b"guid",
    b"pubDate",
    b"category",
    b"author",
    b"dc:creator",
    b"summary",
    b"content",
    b"subtitle",
    b"rights",
];
/// Dates of an entry.
const DATES: [&[u8]; 3] = [b"pubDate", b"published", b"updated"];
/// Elements that feed-rs does not read where they stand, and that say what we want to know.
const UNREAD: &[&[u8]] = &[
    b"source",
    b"dc:date",
    b"dc:subject",
    b"dc:title",
    b"dc:description",
    b"issued",
    b"modified",
    b"created",
    b"body",
    b"fullitem",
    b"pubdate",
    b"atom:author",
    b"atom:content",
    b"atom:summary",
    b"a10:author",
    b"a10:content",
    b"media:description",
    b"media:keywords",
    b"media:credit",
    b"itunes:keywords",
    b"podcast:person",
];
/// The same, by how their names begin.
const UNREAD_PREFIXES: &[&[u8]] = &[b"dcterms:", b"dct:", b"xhtml:", b"rss:", b"googleplay:"];
/// In Atom only: feed-rs reads them in RSS.
const UNREAD_IN_ATOM: &[&[u8]] = &[b"dc:creator", b"itunes:author", b"enclosure"];

/// How many entries a sound document has; `None`: feed-rs would lose something of it. `text`: from its root element on.
pub(in crate::parse) fn sound_entries(text: &str) -> Option<usize> {
    let mut tokens = Tokens::of(text);
    let Some(Token::Start(root)) = tokens.next() else {
        return None;
    };
    if !root_is_sound(root) || has_controls(text.as_bytes()) {
        return None;
    }
    if is_full_of_references(text.as_bytes()) {
        return None;
    }
    // What is not declared is found out tag by tag.
    let declares = |part: &str| root.attributes.contains(part);
    let found = |needle: &str| memmem::find(text.as_bytes(), needle.as_bytes()).is_some();
    // feed-rs knows a base for links, not for what stands in texts.
    if found("xml:base")
        || (root.name == "rss" && declares("2005/Atom") && found("rel=\"enclosure\""))
    {
        return None;
    }
    let media = declares("mrss") && found("<media:content");
    let mut scan = Scan {
        bytes: text.as_bytes(),
        at: 1 + root.name.len() + root.attributes.len(),
        is_atom: root.name == "feed",
        // With `media:content` feed-rs forgets the enclosure, without it the thumbnail.
        forgotten: if media {
            b"enclosure"
        } else {
            b"media:thumbnail"
        },
        declared: declared(root),
        in_leaf: false,
        channel_ended: false,
        markup_due: false,
        entries: 0,
        entry_at: 0,
        dates: 0,
    };
    (!scan.finds_something()).then_some(scan.entries)
}

/// The prefixes that the root declares. Elements under another prefix feed-rs takes for the feed's own.
fn declared(root: Tag<'_>) -> Vec<String> {
    let attributes = Attributes::read(root.attributes, &mut Notes::default());
    let prefixes = attributes
        .iter()
        .filter_map(|(name, _)| name.strip_prefix("xmlns:"));
    prefixes.map(str::to_owned).collect()
}

fn root_is_sound(root: Tag<'_>) -> bool {
    let mut notes = Notes::default();
    let attributes = Attributes::read(root.attributes, &mut notes);
    let is_known = match root.name {
        "feed" => true,
        "rss" => matches!(attributes.get("version"), Some("2.0" | "0.91" | "0.92")),
        _ => false,
    };
    let declarations_are_sound = attributes.iter().all(|(name, value)| {
        let prefix = match name.split_once(':') {
            None if name == "xmlns" => "",
            Some(("xmlns", prefix)) => prefix,
            _ => return true,
        };
        let is_own = prefix.is_empty() && root.name == "feed";
        (!is_own || value == "http://www.w3.org/2005/Atom") && spaces::is_sound(prefix, value)
    });
    is_known && declarations_are_sound && notes == Notes::default()
}

/// Escaped bodies: feed-rs reads them twice as fast, the rewriting included, once they stand in CDATA.
fn is_full_of_references(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    memchr::memchr_iter(b'&', sample).count() * SPARSE > sample.len()
}

/// Characters below the space that XML forbids.
pub(super) fn has_controls(bytes: &[u8]) -> bool {
    // Whole chunks without a branch: the compiler makes vectors of it.
    let is_low = |c: &u8| *c < b' ' && !matches!(*c, b'\t' | b'\n' | b'\r');
    bytes
        .chunks(4096)
        .any(|chunk| chunk.iter().fold(false, |any, c| any | is_low(c)))
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    is_atom: bool,
    forgotten: &'static [u8],
    declared: Vec<String>,
    in_leaf: bool,
    channel_ended: bool,
    /// A field that consists of elements was opened: one must follow.
    markup_due: bool,
    entries: usize,
    /// Where the last of them began.
    entry_at: usize,
    /// Which dates it has, a bit each: of two feed-rs takes the last, readable or not.
    dates: u8,
}

impl Scan<'_> {
    fn finds_something(&mut self) -> bool {
        while let Some(found) = memchr2(b'<', b'&', &self.bytes[self.at..]) {
            self.at += found;
            let rest = &self.bytes[self.at..];
            let length = match rest.get(1) {
                _ if rest[0] == b'&' => sound_reference(rest),
                Some(b'!') => passed_over(rest),
                Some(b'?') => memmem::find(rest, b"?>"),
                Some(b'/') => {
                    if self.markup_due {
                        return true;
                    }
                    self.in_leaf = false;
                    self.channel_ended |= rest.starts_with(b"</channel");
                    Some(2)
                }
                _ => self.start_tag(rest),
            };
            match length {
                Some(length) => self.at += length,
                None => return true,
            }
            if self.at - self.entry_at > LARGE {
                return true;
            }
        }
        false
    }

    /// The length of a tag's name; `None`: feed-rs would lose something.
    fn start_tag(&mut self, rest: &[u8]) -> Option<usize> {
        let is_end = |c: &u8| c.is_ascii_whitespace() || matches!(c, b'>' | b'/');
        let end = rest.iter().skip(1).take(64).position(is_end)? + 1;
        let name = &rest[1..end];
        // Most elements are HTML's short ones.
        if (1..SHORTEST).contains(&name.len()) && !self.in_leaf && !name[0].is_ascii_uppercase() {
            self.markup_due = false;
            return Some(end);
        }
        let is_unread = UNREAD.contains(&name)
            || name == self.forgotten
            || (self.is_atom && UNREAD_IN_ATOM.contains(&name))
            || UNREAD_PREFIXES.iter().any(|start| name.starts_with(start))
            || (self.channel_ended && name == b"item")
            || (self.entries > 0 && (name == b"image" || name.starts_with(b"itunes:")))
            || name.first().is_none_or(u8::is_ascii_uppercase)
            || self.is_undeclared(name);
        if self.in_leaf || is_unread {
            return None;
        }
        self.markup_due = false;
        if matches!(name, b"item" | b"entry") {
            self.entries += 1;
            self.entry_at = self.at;
            self.dates = 0;
        }
        if let Some(nth) = DATES.iter().position(|date| *date == name) {
            if self.dates & 1 << nth != 0 {
                return None;
            }
            self.dates |= 1 << nth;
        }
        if LEAVES.contains(&name) {
            let close = memchr(b'>', rest)?;
            let tag = &rest[..close];
            let is_empty = tag.ends_with(b"/");
            let kind = Kind::of(tag);
            if self.is_atom && kind == Kind::Other {
                return None;
            }
            // An Atom author has elements, XHTML consists of them.
            let is_free = self.is_atom && (name == b"author" || kind == Kind::Xhtml);
            self.markup_due = is_free && !is_empty;
            self.in_leaf = !is_free && !is_empty;
        }
        Some(end)
    }
}

/// What an Atom text construct says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Xhtml,
    /// Of another version, in another place, or of no standard.
    Other,
}

impl Kind {
    fn of(tag: &[u8]) -> Self {
        let says = |what: &[u8]| memmem::find(tag, what).is_some();
        // A link's type is a media type.
        if tag.starts_with(b"<link") || tag.starts_with(b"<category") {
            return Self::Text;
        }
        if says(b" mode=") || says(b" src=") {
            return Self::Other;
        }
        match memmem::find(tag, b"type=").and_then(|at| tag.get(at + 6..)) {
            None => Self::Text,
            Some(kind) if kind.starts_with(b"text\"") || kind.starts_with(b"html\"") => Self::Text,
            Some(kind) if kind.starts_with(b"text'") || kind.starts_with(b"html'") => Self::Text,
            Some(kind) if kind.starts_with(b"xhtml") => Self::Xhtml,
            Some(_) => Self::Other,
        }
    }
}

impl Scan<'_> {
    fn is_undeclared(&self, name: &[u8]) -> bool {
        let prefix = memchr(b':', name).map(|end| &name[..end]);
        prefix.is_some_and(|prefix| {
            let is_it = |known: &String| known.as_bytes() == prefix;
            !self.declared.iter().any(is_it)
        })
    }
}

/// The length of a CDATA section, a comment or a declaration; `None`: it does not end, or nests.
fn passed_over(rest: &[u8]) -> Option<usize> {
    let end: &[u8] = match rest {
        _ if rest.starts_with(b"<![CDATA[<![CDATA[") => return None,
        _ if rest.starts_with(b"<![CDATA[") => b"]]>",
        _ if rest.starts_with(b"<!--") => b"-->",
        _ => b">",
    };
    memmem::find(rest, end)
}

/// The length of a reference that feed-rs resolves; `None`: it is none.
fn sound_reference(rest: &[u8]) -> Option<usize> {
    for known in [b"&lt;".as_slice(), b"&gt;", b"&amp;", b"&quot;", b"&apos;"] {
        if rest.starts_with(known) {
            return Some(known.len());
        }
    }
    let end = memchr(b';', &rest[..rest.len().min(12)])?;
    let number = std::str::from_utf8(rest.get(2..end)?).ok()?;
    let code = match number.strip_prefix('x') {
        _ if rest[1] != b'#' => return None,
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    let c = char::from_u32(code.ok()?)?;
    (!is_illegal(c) && !matches!(c, '\u{80}'..='\u{9F}')).then_some(end)
}
