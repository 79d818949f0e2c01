//! What a document is, before anything tries to read it.

use memchr::{memchr, memmem};

use super::error::ParseError;
use super::markup::{behind_warning, is_of_feed, root};
use crate::model::FailureClass;

/// What servers mark warnings up with.
const NOISY: &[&str] = &[
    "br", "b", "p", "pre", "div", "font", "table", "script", "center",
];

/// How a document is to be read.
pub(super) enum Form {
    /// As JSON Feed.
    Json,
    /// As XML, from the root element on.
    Xml {
        /// Where its root element starts.
        start: usize,
    },
    /// Not at all: it is a web page.
    Page,
}

/// Tells a feed from what servers send instead; what is neither a feed nor a page is an error.
pub(super) fn identify(text: &str) -> Result<Form, ParseError> {
    let instead = |what: String| Err(ParseError::new(FailureClass::NotAFeed, what));
    let trimmed =
        text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\0');
    if trimmed.is_empty() {
        return instead("the document is empty".to_owned());
    }
    if trimmed.starts_with('{') {
        return Ok(Form::Json);
    }
    let offset = text.len() - trimmed.len();
    let Some((at, name)) = root(trimmed) else {
        return instead(without_elements(trimmed).to_owned());
    };
    let local = name
        .rsplit(':')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let noisy = NOISY.contains(&local.as_str());
    if let Some(start) = noisy.then(|| behind_warning(trimmed, at)).flatten() {
        return Ok(Form::Xml {
            start: offset + start,
        });
    }
    match local.as_str() {
        root if is_of_feed(root) => Ok(Form::Xml { start: offset + at }),
        "html" | "head" | "body" | "div" | "p" | "script" | "meta" | "title" | "center"
        | "link" | "base" | "style" => Ok(Form::Page),
        "opml" => {
            instead("OPML, a list of feeds: `mainstem import` turns it into sources".to_owned())
        }
        _ => instead(format!(
            "XML with the root element <{}>, no feed",
            name.chars().take(64).collect::<String>().escape_debug()
        )),
    }
}

/// What a document without any element is instead of a feed.
fn without_elements(text: &str) -> &'static str {
    let is_binary = |c: char| c == '\u{FFFD}' || (c.is_control() && !c.is_whitespace());
    if text.chars().take(64).any(is_binary) {
        "binary data, no feed"
    } else if text.starts_with('[') {
        "JSON, but no feed: it is a list"
    } else {
        "plain text, no feed"
    }
}

/// The one feed that stands in a page, as markup of its own: some programs wrap what they show in HTML, and some sites have
/// their pages printed around whatever they serve. `None`: none, or more than one.
pub(super) fn feed_in(page: &str) -> Option<&str> {
    /// Their content is no markup.
    const RAW: [&str; 7] = [
        "script", "style", "textarea", "title", "xmp", "template", "svg",
    ];
    let lower = page.to_ascii_lowercase();
    let mut found: Option<std::ops::Range<usize>> = None;
    let mut at = 0;
    while let Some(open) = memchr(b'<', &lower.as_bytes()[at..]) {
        let start = at + open;
        let rest = &lower[start..];
        let ends = |c: char| c.is_whitespace() || matches!(c, '>' | '/');
        let name = rest[1..].split(ends).next().unwrap_or_default();
        let close = match name {
            _ if rest.starts_with("<!--") => "-->".to_owned(),
            _ if rest.starts_with("<![cdata[") => "]]>".to_owned(),
            "rss" | "feed" | "rdf:rdf" => format!("</{name}>"),
            raw if RAW.contains(&raw) => format!("</{raw}"),
            _ => {
                at = start + 1;
                continue;
            }
        };
        // What has no end goes on to the end.
        let end = memmem::find(rest.as_bytes(), close.as_bytes());
        at = end.map_or(page.len(), |end| start + end + close.len());
        if close.starts_with("</") && close.ends_with('>') && found.replace(start..at).is_some() {
            return None;
        }
    }
    found.map(|range| &page[range])
}
