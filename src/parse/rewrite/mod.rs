//! Any feed that looks like XML to clean XML that feed-rs reads in full.
//!
//! tokens → stack of elements → records → Atom 1.0 or RSS 2.0. Goes in: text from the root element on. Comes out: a document of
//! titles and links, and beside it everything that feed-rs has no place for or would only copy, entry by entry. Never fails,
//! never recurses, and reads every byte a bounded number of times. Of a document type only entities that are text are read.
//!
//! [`reader`] alone decides what an element does where it stands. Every other part owns its state and is told what to do: which
//! elements are open ([`stack`]), what names and addresses mean ([`scope`]), the fields that are being read ([`fields`]: a
//! [`leaf`], and the [`group`] around it), and what has been gathered ([`gathered`]: [`record`]s and [`entries`]).

use url::Url;

use super::markup::{Note, expanded, is_illegal, next_root};
use reader::Reader;

mod authors;
mod capture;
mod categories;
mod comments;
mod deleted;
mod element;
mod entries;
mod episode;
mod fields;
mod gathered;
mod group;
mod leaf;
mod link;
mod media;
mod pace;
mod reader;
mod record;
mod rewritten;
mod scope;
mod spaces;
mod stack;
mod value;
mod words;
mod write;

pub(super) use rewritten::{Extras, Rewritten};
pub(super) use value::{Kind, Value};

/// Documents that are looked at where several stand one after the other, all but the last without entries.
const MAX_ROOTS: usize = 8;

/// Writes a document anew. `text`: from its root element on; `before`: what stands before that; `base`: where it was found.
pub(super) fn rewrite(text: &str, before: &str, base: Option<&Url>) -> Rewritten {
    match expanded(text, before) {
        Some(expanded) => legal(&expanded, base),
        None => legal(text, base),
    }
}

/// Reads a document without what XML forbids.
fn legal(text: &str, base: Option<&Url>) -> Rewritten {
    if !has_controls(text.as_bytes()) {
        return first_with_entries(text, base);
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
        .filter(|c| !is_illegal(*c))
        .collect();
    let mut rewritten = first_with_entries(&legal, base);
    rewritten.notes.add(Note::Illegal);
    rewritten
}

/// Reads a document; of several one after the other, as scripts print them, the first that has entries (feedparser #62).
fn first_with_entries(text: &str, base: Option<&Url>) -> Rewritten {
    let (first, mut end) = read(text, base);
    for _ in 1..MAX_ROOTS {
        let Some(start) = text
            .get(end..)
            .filter(|_| first.entries.is_empty())
            .and_then(next_root)
        else {
            break;
        };
        let (mut next, next_end) = read(&text[end + start..], base);
        if !next.entries.is_empty() {
            next.notes.add(Note::Roots);
            return next;
        }
        end += start + next_end;
    }
    first
}

/// Reads one document, and tells where it ends. Without `base` it may state its own address, or name the page of its entries,
/// behind links that depend on it. In that case it is read a second time.
fn read(text: &str, base: Option<&Url>) -> (Rewritten, usize) {
    let read = Reader::new(base, None).read(text);
    let read = match (&read.address, &read.page) {
        (None, None) => read,
        (address, page) => Reader::new(address.as_ref().or(base), page.as_ref()).read(text),
    };
    (read.rewritten, read.end)
}

/// Characters below the space that XML forbids.
fn has_controls(bytes: &[u8]) -> bool {
    // Whole chunks without a branch: the compiler makes vectors of it.
    let is_low = |c: &u8| *c < b' ' && !matches!(*c, b'\t' | b'\n' | b'\r');
    bytes
        .chunks(4096)
        .any(|chunk| chunk.iter().fold(false, |any, c| any | is_low(c)))
}
