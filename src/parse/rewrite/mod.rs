//! Any feed that looks like XML to clean XML that feed-rs reads in full.
//!
//! tokens → stack of elements → records → Atom 1.0 or RSS 2.0. What feed-rs has
//! no place for is handed over beside the document, entry by entry, and so are the
//! texts: that feed-rs never sees them makes this faster than feed-rs alone. Goes in:
//! text from the root element on. Never fails, never recurses, and reads every
//! byte a bounded number of times. Of a document type only entities that are text are read.

use url::Url;

use super::identify::next_root;
use super::surplus;
use crate::model::{Category, Comments, Enclosure, Episode, FeedFormat, Origin, Person, Size};

mod attached;
mod attributes;
mod capture;
mod doctype;
mod elements;
mod entries;
mod episode;
mod groups;
mod leaves;
mod notes;
mod reader;
mod record;
mod references;
mod spaces;
mod tokens;
mod value;
mod words;
mod write;

use FeedFormat as Format;

pub(super) use attributes::Attributes;
pub(super) use doctype::length as doctype_length;
pub(super) use value::{Kind, Value};
pub(super) use words::{ends_its_like, is_void};

/// Documents that are looked at where several stand one after the other, all but the last without entries.
const MAX_ROOTS: usize = 8;

/// A document written anew.
#[derive(Debug)]
pub(super) struct Rewritten {
    /// Atom 1.0 or RSS 2.0.
    pub(super) xml: String,
    /// The family that it was written in before.
    pub(super) format: FeedFormat,
    /// Of the feed.
    pub(super) authors: Vec<Person>,
    /// `itunes:new-feed-url`, as written.
    pub(super) new_feed_url: Option<String>,
    /// Of the feed, as they stand there.
    pub(super) categories: Vec<Category>,
    /// The newest, in the order of the document.
    pub(super) entries: Vec<Handed>,
    /// It breaks off before its first entry is complete.
    pub(super) is_nothing: bool,
    /// What a relative `xml:base` in it is relative to, where nobody else says.
    address: Option<Url>,
    /// The page of an RSS channel that names it behind its entries.
    page: Option<Url>,
    /// Where its root element ends.
    end: usize,
    notes: notes::Notes,
    clipped: bool,
}

/// What feed-rs has no place for, of one entry.
#[derive(Debug, Default)]
pub(super) struct Handed {
    pub(super) content: Option<Value>,
    pub(super) summary: Option<Value>,
    /// RSS: a short text and a whole one under names that RSS does not have.
    pub(super) own: [Option<Value>; 2],
    /// RSS `guid`: what `isPermaLink` says.
    pub(super) permalink: Option<bool>,
    /// `feedburner:origLink`: the link that a tracker has replaced.
    pub(super) own_link: Option<Url>,
    /// Atom `content src`.
    pub(super) elsewhere: Option<Url>,
    pub(super) authors: Vec<Person>,
    /// As they stand there.
    pub(super) categories: Vec<Category>,
    pub(super) enclosures: Vec<Enclosure>,
    pub(super) image: Option<Url>,
    pub(super) image_size: Option<Size>,
    pub(super) episode: Episode,
    pub(super) comments: Comments,
    /// `source` of an entry that was taken from elsewhere.
    pub(super) origin: Option<Origin>,
    /// Its own, or `xml:lang` around it.
    pub(super) language: Option<String>,
}

impl Rewritten {
    /// What was mended, in words.
    pub(super) fn recovered(&self) -> Vec<String> {
        let mut words = self.notes.in_words();
        words.extend(self.clipped.then(surplus::clipped));
        words
    }
}

/// Writes a document anew. `text`: from its root element on; `before`: what stands before that; `base`: where it was found.
pub(super) fn rewrite(text: &str, before: &str, base: Option<&Url>) -> Rewritten {
    match doctype::expanded(text, before) {
        Some(expanded) => legal(&expanded, base),
        None => legal(text, base),
    }
}

/// Reads a document without what XML forbids.
fn legal(text: &str, base: Option<&Url>) -> Rewritten {
    if !has_controls(text.as_bytes()) {
        return read(text, base);
    }
    // Form feeds and vertical tabs stood between words.
    let legal: String = text
        .chars()
        .map(|c| {
            if matches!(c, '\u{B}' | '\u{C}') {
                ' '
            } else {
                c
            }
        })
        .filter(|c| !references::is_illegal(*c))
        .collect();
    let mut rewritten = read(&legal, base);
    rewritten.notes.add(notes::Note::Illegal);
    rewritten
}

/// Reads a document; of several one after the other, as scripts print them, the first that has entries (feedparser #62).
fn read(text: &str, base: Option<&Url>) -> Rewritten {
    let first = read_root(text, base);
    let mut end = first.end;
    for _ in 1..MAX_ROOTS {
        let Some(start) = text
            .get(end..)
            .filter(|_| first.entries.is_empty())
            .and_then(next_root)
        else {
            break;
        };
        let mut next = read_root(&text[end + start..], base);
        if !next.entries.is_empty() {
            next.notes.add(notes::Note::Roots);
            return next;
        }
        end += start + next.end;
    }
    first
}

/// A document may say behind what depends on it where it was found, where nobody else knows, or which page its entries
/// belong to: then it is read again.
fn read_root(text: &str, base: Option<&Url>) -> Rewritten {
    let read = reader::Reader::new(base, None).read(text);
    match (&read.address, &read.page) {
        (None, None) => read,
        (address, page) => reader::Reader::new(address.as_ref().or(base), page.as_ref()).read(text),
    }
}

/// Whether something else than declarations, comments and blanks stands before a root element.
pub(super) fn is_noise(before: &str) -> bool {
    let is_blank = |c: char| c.is_whitespace() || matches!(c, '\u{FEFF}' | '\0');
    // What a document type declares looks like tags and text.
    let doctype = before
        .find("<!DOCTYPE")
        .or_else(|| before.find("<!doctype"));
    let (before, behind) = match doctype {
        Some(at) => {
            let end = doctype::length(&before[at + 1..]).map(|length| at + 1 + length);
            (&before[..at], end.map_or("", |end| &before[end..]))
        }
        None => (before, ""),
    };
    let is_noise = |token: tokens::Token<'_>| match token {
        tokens::Token::Text(text) => !text.trim_matches(is_blank).is_empty(),
        tokens::Token::Literal(_) => false,
        tokens::Token::Start(_) | tokens::Token::End(_) => true,
    };
    tokens::Tokens::of(before)
        .chain(tokens::Tokens::of(behind))
        .any(is_noise)
}

/// Characters below the space that XML forbids.
fn has_controls(bytes: &[u8]) -> bool {
    // Whole chunks without a branch: the compiler makes vectors of it.
    let is_low = |c: &u8| *c < b' ' && !matches!(*c, b'\t' | b'\n' | b'\r');
    bytes
        .chunks(4096)
        .any(|chunk| chunk.iter().fold(false, |any, c| any | is_low(c)))
}
