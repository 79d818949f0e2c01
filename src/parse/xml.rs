//! A feed in XML: written anew, read by feed-rs, and joined with what was kept beside.

use std::panic::{AssertUnwindSafe, catch_unwind};

use url::Url;

use super::error::ParseError;
use super::identify::feed_in;
use super::limits::MAX_DEPTH;
use super::markup::{is_deeper, is_noise};
use super::normalize::normalize;
use super::rewrite::rewrite;
use crate::model::{FailureClass, Feed};

/// Reads a feed whose root element starts at `start`. `base`: where it was found.
///
/// # Errors
/// `TooDeep`, and `Parse` where the document breaks off before its first entry is complete.
pub(super) fn read(text: &str, start: usize, base: Option<&Url>) -> Result<Feed, ParseError> {
    let (before, document) = text.split_at(start);
    let mut feed = read_document(document, before, base)?;
    if is_noise(before) {
        let noise = "what the server printed before the feed was passed over";
        feed.recovered.insert(0, noise.to_owned());
    }
    Ok(feed)
}

/// The feed that stands in a web page. `None`: the page has none with entries, or several.
pub(super) fn read_in_page(page: &str, base: Option<&Url>) -> Option<Feed> {
    let mut feed = read_document(feed_in(page)?, "", base).ok()?;
    let wrapped = "the page around the feed was passed over";
    feed.recovered.insert(0, wrapped.to_owned());
    Some(feed).filter(|feed| !feed.entries.is_empty())
}

/// `before`: what stands before the root element.
fn read_document(text: &str, before: &str, base: Option<&Url>) -> Result<Feed, ParseError> {
    if is_deeper(text, MAX_DEPTH) {
        return Err(ParseError::new(
            FailureClass::TooDeep,
            format!("elements are nested deeper than {MAX_DEPTH}"),
        ));
    }
    let rewritten = rewrite(text, before, base);
    if rewritten.is_nothing {
        return Err(ParseError::new(
            FailureClass::Parse,
            "the document breaks off before its first entry is complete",
        ));
    }
    let recovered = rewritten.recovered();
    let read = read_rewritten(&rewritten.xml, base)?;
    let mut feed = normalize(read, base, rewritten);
    feed.recovered.splice(0..0, recovered);
    Ok(feed)
}

/// Reads with feed-rs.
fn read_rewritten(xml: &str, base: Option<&Url>) -> Result<feed_rs::model::Feed, ParseError> {
    let parser = feed_rs::parser::Builder::new()
        .base_uri(base)
        // Its own would be random for a feed with neither link nor base.
        .id_generator(|_, _, _| String::new())
        .sanitize_content(false)
        .build();
    catch_unwind(AssertUnwindSafe(|| parser.parse(xml.as_bytes())))
        .map_err(|_| ParseError::new(FailureClass::Panic, "the parser failed on this document"))?
        .map_err(|error| ParseError::new(FailureClass::Parse, one_line(&error.to_string())))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
