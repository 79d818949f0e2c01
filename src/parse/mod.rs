//! Bytes to entries; pure.
//!
//! decode → identify → rewrite (XML) → read (feed-rs for XML, our own for JSON Feed)
//! → normalize. Goes in: any bytes. Comes out: a feed, or what the bytes are
//! instead. Never panics, never fetches, never makes up a date.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use url::Url;

use crate::model::{Entry, FailureClass, Feed};
use crate::text::{dateline, language_of};

mod addresses;
mod autodiscovery;
mod decode;
mod error;
mod identify;
mod json;
mod leads;
mod limits;
mod link_header;
mod links;
mod losses;
mod marks;
mod markup;
mod media_types;
mod normalize;
mod page;
mod people;
mod rewrite;
mod title;
mod xml;

use identify::Form;

pub use error::ParseError;
pub use leads::{Lead, LeadBy};
pub use links::site_of;

/// Lines of a text in which its dateline is looked for: a headline, a section, a month and photo captions can stand before it.
const OPENING_LINES: usize = 6;

/// A document to read.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// As decoded from its transfer.
    pub bytes: &'a [u8],
    /// The `Content-Type` that came with it: a character set in it binds.
    pub content_type: Option<&'a str>,
    /// Where it was found: base of its relative links.
    pub base: Option<&'a Url>,
}

/// The text of a document that is no feed, such as a list of them, in the encoding that it says or shows.
#[must_use]
pub fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    decode::decode(bytes, None).text
}

/// What a web page calls itself: its title, else its first heading, as plain text in one line. `content_type`: as it was sent.
/// `None`: it has neither, or is no page.
#[must_use]
pub fn page_title(bytes: &[u8], content_type: Option<&str>) -> Option<String> {
    let text = decode::decode(bytes, content_type).text;
    // Libraries have panicked on pages found in the wild: then there is no title.
    catch_unwind(AssertUnwindSafe(|| title::title_of(&text))).unwrap_or_default()
}

/// Reads one document. Entries stand in document order, at most the 2,000 newest.
///
/// # Errors
/// [`ParseError`] says what the document is instead of a feed, or what keeps it from being read.
pub fn parse(input: Input<'_>) -> Result<Feed, ParseError> {
    let decode::Decoded { text, recovered } = decode::decode(input.bytes, input.content_type);
    // Libraries have panicked on feeds found in the wild: it costs this document only.
    let read = catch_unwind(AssertUnwindSafe(|| read(&text, input.base)));
    let mut feed = read.unwrap_or_else(|_| {
        Err(ParseError::new(
            FailureClass::Panic,
            "the parser failed on this document",
        ))
    })?;
    if let Some(recovered) = recovered {
        feed.recovered.insert(0, recovered);
    }
    for entry in &mut feed.entries {
        find_dateline(entry);
        if entry.language.is_none() {
            entry.language = language_of(&entry.text).map(str::to_owned);
        }
    }
    Ok(feed)
}

fn read(text: &str, base: Option<&Url>) -> Result<Feed, ParseError> {
    match identify::identify(text)? {
        Form::Json => json::read(text, base),
        Form::Xml { start } => xml::read(text, start, base),
        Form::Page => xml::read_in_page(text, base).ok_or_else(|| ParseError::of_page(text, base)),
    }
}

/// Notes the dateline that the text opens with, and its agency. Where the publisher gives no date elsewhere, the dateline's is
/// the entry's: it is the publisher's word as well. The text stays as it is.
fn find_dateline(entry: &mut Entry) {
    let mut lines = entry.text.lines().take(OPENING_LINES).enumerate();
    let found = lines.find_map(|(nth, line)| {
        let found = dateline(line)?;
        // Behind other lines a place alone could be anything in capitals.
        (nth == 0 || found.agency.is_some() || found.day.is_some()).then_some(found)
    });
    let Some(found) = found else { return };
    let (text, agency) = (found.text.to_owned(), found.agency.map(str::to_owned));
    let day = found.day.filter(|_| entry.updated.is_none());
    entry.published = entry.published.or(day);
    (entry.dateline, entry.agency) = (Some(text), agency);
}
