//! Bytes to entries; pure.
//!
//! decode → identify → rewrite (XML) → read (feed-rs for XML, our own for JSON Feed)
//! → normalize. Goes in: any bytes. Comes out: a feed, or what the bytes are
//! instead. Never panics, never fetches, never makes up a date.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use url::Url;

use crate::model::{FailureClass, Feed};
use crate::text::{language_of, read_date};

mod autodiscovery;
mod decode;
mod identify;
mod json_feed;
mod json_node;
mod json_text;
mod leads;
mod limits;
mod link_header;
mod links;
mod losses;
mod marks;
mod media_types;
mod normalize;
mod pace;
mod page;
mod people;
mod releases;
mod rewrite;
mod surplus;
mod tags;
mod title;

use identify::Kind;

pub use leads::{Lead, LeadBy};
pub use links::site_of;

/// Entries taken of one document, the newest.
const MAX_ENTRIES: usize = 2000;
/// Elements within elements; beyond, it is an attack.
const MAX_DEPTH: usize = 256;

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

/// Why a document gives no feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// `NotAFeed`, `Parse`, `TooDeep` or `Panic`.
    pub class: FailureClass,
    /// What it is instead, or what is wrong with it, in one line.
    pub message: String,
    /// What leads from a document that is no feed to one, in the order in which it is to be tried.
    pub leads: Vec<Lead>,
}

/// What stands behind the message where nothing leads on.
const NOTHING_NAMED: &str = ": give the address of the feed itself";

impl ParseError {
    fn new(class: FailureClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            leads: Vec::new(),
        }
    }

    /// The same without guesses: whoever stands in front of a site and asks who comes would be asked again and again.
    #[must_use]
    pub fn without_guesses(mut self) -> Self {
        self.leads.retain(|lead| lead.by != LeadBy::Guess);
        self
    }

    /// The same with what the `Link` headers lead to that came with the document from `page` (RFC 8288).
    #[must_use]
    pub fn with_links(mut self, headers: &[String], page: Option<&Url>) -> Self {
        if self.class != FailureClass::NotAFeed || headers.is_empty() {
            return self;
        }
        let leads = autodiscovery::leads_of_headers(headers, page);
        let Some(first) = leads.first() else {
            return self;
        };
        self = self.without_guesses();
        if self.leads.is_empty() {
            let what = self.message.strip_suffix(NOTHING_NAMED);
            let what = what.unwrap_or(&self.message);
            self.message = format!("{what}; it {}", first.by.in_words(first.to.as_str()));
        }
        for lead in leads {
            if self.leads.iter().all(|known| known.to != lead.to) {
                self.leads.push(lead);
            }
        }
        self.leads.sort_by_key(|lead| lead.by);
        self
    }
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
    let read = catch_unwind(AssertUnwindSafe(|| match identify::identify(&text)? {
        Kind::Json => json_feed::read(&text, input.base),
        Kind::Xml { start } => {
            let mut feed = read_xml(&text[start..], &text[..start], input.base)?;
            if rewrite::is_noise(&text[..start]) {
                let noise = "what the server printed before the feed was passed over";
                feed.recovered.insert(0, noise.to_owned());
            }
            Ok(feed)
        }
        Kind::Page => in_page(&text, input.base).ok_or_else(|| page(&text, input.base)),
    }));
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
        releases::recognize(entry);
        if entry.language.is_none() {
            entry.language = language_of(&entry.text).map(str::to_owned);
        }
    }
    Ok(feed)
}

/// The feed that stands in a page, if it has entries.
fn in_page(text: &str, base: Option<&Url>) -> Option<Feed> {
    let mut feed = read_xml(identify::feed_in(text)?, "", base).ok()?;
    let wrapped = "the page around the feed was passed over";
    feed.recovered.insert(0, wrapped.to_owned());
    Some(feed).filter(|feed| !feed.entries.is_empty())
}

/// An HTML page is no feed, but it may lead to one.
fn page(text: &str, base: Option<&Url>) -> ParseError {
    let leads = autodiscovery::leads_of(text, base);
    let first = leads.iter().find(|lead| lead.by != LeadBy::Guess);
    let led = first.map(|first| format!("; it {}", first.by.in_words(first.to.as_str())));
    let page = identify::page_in_words(text);
    let what = format!("{page}{}", led.as_deref().unwrap_or(NOTHING_NAMED));
    ParseError {
        leads,
        ..ParseError::new(FailureClass::NotAFeed, what)
    }
}

/// `before`: what stands before the root element.
fn read_xml(text: &str, before: &str, base: Option<&Url>) -> Result<Feed, ParseError> {
    if identify::is_deeper(text, MAX_DEPTH) {
        return Err(ParseError::new(
            FailureClass::TooDeep,
            format!("elements are nested deeper than {MAX_DEPTH}"),
        ));
    }
    let mut rewritten = rewrite::rewrite(text, before, base);
    if rewritten.is_nothing {
        return Err(ParseError::new(
            FailureClass::Parse,
            "the document breaks off before its first entry is complete",
        ));
    }
    let (xml, recovered) = (std::mem::take(&mut rewritten.xml), rewritten.recovered());
    let read = read_sound(&xml, base)?;
    let mut feed = normalize::normalize(read, base, rewritten);
    pace::read(&xml, &mut feed.pace);
    feed.recovered.splice(0..0, recovered);
    Ok(feed)
}

/// Reads with feed-rs.
fn read_sound(xml: &str, base: Option<&Url>) -> Result<feed_rs::model::Feed, ParseError> {
    let parser = feed_rs::parser::Builder::new()
        .base_uri(base)
        // Its own would be random for a feed with neither link nor base.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(read_date)
        .sanitize_content(false)
        .build();
    catch_unwind(AssertUnwindSafe(|| parser.parse(xml.as_bytes())))
        .map_err(|_| ParseError::new(FailureClass::Panic, "the parser failed on this document"))?
        .map_err(|error| ParseError::new(FailureClass::Parse, one_line(&error.to_string())))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
