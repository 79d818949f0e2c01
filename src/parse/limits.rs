//! How much a document may give: entries, levels, and bytes of each field that is not text for reading.

use url::Url;

use crate::model::Timestamp;
use crate::text::{Tags, is_hidden, plain_line, title_line, with_surrogates_joined};

/// Entries taken of one document, the newest.
pub(super) const MAX_ENTRIES: usize = 2000;
/// Elements within elements; beyond, it is an attack.
pub(super) const MAX_DEPTH: usize = 256;
/// A headline or name is cut here.
const MAX_LINE: usize = 4096;
/// A summary is cut here.
const MAX_SUMMARY: usize = 64 * 1024;
/// A longer GUID is an accident, but what it tells apart stays apart.
const MAX_GUID: usize = 4096;
/// Browsers and servers take no longer address; a longer one is none.
pub(super) const MAX_URL: usize = 8 * 1024;
/// Schemes that mean something to run, or something on the reader's machine.
const LOCAL_SCHEMES: [&str; 9] = [
    "javascript",
    "vbscript",
    "data",
    "file",
    "blob",
    "filesystem",
    "about",
    "view-source",
    "jar",
];
/// A language, media type or mail address; a longer one is none.
const MAX_WORD: usize = 320;

/// A century of sound is a mistake.
const MAX_SECONDS: u64 = 3_000_000_000;

/// The places of the newest [`MAX_ENTRIES`] of entries with these dates, ascending. Undated ones stay in document order, behind
/// dated ones.
pub(super) fn newest(dates: &[Option<Timestamp>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..dates.len()).collect();
    order.sort_by_key(|&nth| std::cmp::Reverse(dates[nth]));
    order.truncate(MAX_ENTRIES);
    order.sort_unstable();
    order
}

/// What `recovered` says of a document that had more than [`MAX_ENTRIES`].
pub(super) fn clipped() -> String {
    format!("clipped to its {MAX_ENTRIES} newest entries")
}

/// How long a sound or film is; `None`: nothing is.
pub(super) fn seconds(given: u64) -> Option<u64> {
    (1..MAX_SECONDS).contains(&given).then_some(given)
}

/// A headline or name as one plain line; `None`: nothing is left of it.
pub(super) fn line(raw: &str) -> Option<String> {
    headline(raw, Tags::Inline)
}

/// A headline or name, whose `tags` can be markup.
pub(super) fn headline(raw: &str, tags: Tags) -> Option<String> {
    Some(clip(
        title_line(&with_surrogates_joined(raw), tags),
        MAX_LINE,
    ))
    .filter(|line| !line.is_empty())
}

/// A headline or name that is text to the letter.
pub(super) fn literal(text: &str) -> Option<String> {
    prose(&quick_xml::escape::escape(text))
}

/// HTML as one plain line, as of the description of a feed.
pub(super) fn prose(html: &str) -> Option<String> {
    Some(clip(plain_line(html), MAX_LINE)).filter(|line| !line.is_empty())
}

/// A summary, of plain text.
pub(super) fn summary(text: String) -> String {
    clip(text, MAX_SUMMARY)
}

/// A GUID byte for byte. One that is too long is cut, and the hash of the whole stands behind: an identity taken from
/// what is kept tells apart what the whole did.
pub(super) fn guid(given: String) -> Option<String> {
    if given.len() <= MAX_GUID {
        return Some(given).filter(|given| !given.is_empty());
    }
    let hash = blake3::hash(given.as_bytes()).to_hex();
    let start = &given[..given.floor_char_boundary(MAX_GUID - hash.len())];
    Some(format!("{start}{hash}"))
}

/// What is a name for programs: whole, or not at all. One that holds what nobody sees is none.
pub(super) fn word(given: &str) -> Option<String> {
    let fits = (1..=MAX_WORD).contains(&given.len()) && !given.chars().any(is_hidden);
    fits.then(|| given.to_owned())
}

/// What names something as an address does, without having to be one: whole, or not at all. One that a reader could run or
/// read from its own machine is none.
pub(super) fn iri(given: &str) -> Option<String> {
    let bare = given.trim_matches(|c: char| c.is_whitespace() || is_hidden(c));
    let fits = (1..=MAX_URL).contains(&given.len());
    let is_local = Url::parse(bare).is_ok_and(|url| LOCAL_SCHEMES.contains(&url.scheme()));
    (fits && !is_local).then(|| given.to_owned())
}

fn clip(mut text: String, most: usize) -> String {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.push('…');
    }
    text
}
