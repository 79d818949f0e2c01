//! What a document is, before anything tries to read it.

use memchr::{memchr, memmem};

use super::tags::Tags;
use super::title::title_of;
use super::{ParseError, rewrite};
use crate::model::FailureClass;

/// Root elements of feeds.
const ROOTS: &[&str] = &["rss", "feed", "rdf", "entry", "channel"];
/// What servers mark warnings up with.
const NOISY: &[&str] = &[
    "br", "b", "p", "pre", "div", "font", "table", "script", "center",
];
/// Server noise before the document is looked through this far.
const NOISE: usize = 4096;

/// How a document is to be read.
pub(super) enum Kind {
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
pub(super) fn identify(text: &str) -> Result<Kind, ParseError> {
    let instead = |what: String| Err(ParseError::new(FailureClass::NotAFeed, what));
    let trimmed =
        text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\0');
    if trimmed.is_empty() {
        return instead("the document is empty".to_owned());
    }
    if trimmed.starts_with('{') {
        return Ok(Kind::Json);
    }
    let offset = text.len() - trimmed.len();
    let Some((at, name)) = root(trimmed) else {
        let what = if trimmed
            .chars()
            .take(64)
            .any(|c| c == '\u{FFFD}' || (c.is_control() && !c.is_whitespace()))
        {
            "binary data, no feed"
        } else if trimmed.starts_with('[') {
            "JSON, but no feed: it is a list"
        } else {
            "plain text, no feed"
        };
        return instead(what.to_owned());
    };
    let local = name
        .rsplit(':')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let noisy = NOISY.contains(&local.as_str());
    if let Some(start) = noisy.then(|| behind(trimmed, at)).flatten() {
        return Ok(Kind::Xml {
            start: offset + start,
        });
    }
    match local.as_str() {
        root if ROOTS.contains(&root) => Ok(Kind::Xml { start: offset + at }),
        "html" | "head" | "body" | "div" | "p" | "script" | "meta" | "title" | "center"
        | "link" | "base" | "style" => Ok(Kind::Page),
        "opml" => {
            instead("OPML, a list of feeds: `mainstem import` turns it into sources".to_owned())
        }
        _ => instead(format!(
            "XML with the root element <{}>, no feed",
            name.chars().take(64).collect::<String>().escape_debug()
        )),
    }
}

/// What to call a web page that stands in place of a feed. Its title, which anybody may have written, is escaped.
pub(super) fn page_in_words(text: &str) -> String {
    title_of(text).map_or_else(
        || "an HTML page, no feed".to_owned(),
        |title| format!("an HTML page titled {title:?}, no feed"),
    )
}

/// The feed behind what a server printed first: warnings as HTML.
fn behind(text: &str, at: usize) -> Option<usize> {
    let near = &text[at..text.floor_char_boundary(at + NOISE)];
    let declared = near.find("<?xml").map(|declaration| at + declaration);
    let from = declared.or_else(|| {
        let found = ["<rss", "<feed", "<rdf:RDF"]
            .iter()
            .filter_map(|root| near.find(root));
        found.min().map(|root| at + root)
    })?;
    let (start, name) = root(&text[from..])?;
    let local = name
        .rsplit(':')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    ROOTS.contains(&local.as_str()).then_some(from + start)
}

/// The first element: where it starts and its name. Declarations, comments and noise before it are passed over.
fn root(text: &str) -> Option<(usize, &str)> {
    let mut at = 0;
    while let Some(open) = text.get(at..)?.find('<') {
        let start = at + open;
        // What a misconfigured server prints before the document is short.
        if open > NOISE {
            return None;
        }
        let rest = &text[start + 1..];
        at = start
            + 1
            + match rest {
                _ if rest.starts_with("!--") => rest.find("-->")? + 3,
                _ if rest.starts_with('?') => rest.find("?>")? + 2,
                _ if rest.starts_with('!') => doctype_end(rest)?,
                _ if rest.starts_with(|c: char| c.is_alphabetic()) => {
                    let name = rest
                        .split(|c: char| c.is_whitespace() || c == '>' || c == '/')
                        .next()?;
                    return Some((start, name));
                }
                _ => 0,
            };
    }
    None
}

/// Where the next root element of a feed starts, if the next element is one.
pub(super) fn next_root(text: &str) -> Option<usize> {
    let (start, name) = root(text)?;
    let local = name.rsplit(':').next().unwrap_or_default();
    let is_root = |known: &str| known.eq_ignore_ascii_case(local);
    ROOTS.iter().any(|known| is_root(known)).then_some(start)
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

/// The end of a declaration, which may hold others between brackets.
fn doctype_end(rest: &str) -> Option<usize> {
    if let Some(length) = rewrite::doctype_length(rest) {
        return Some(length);
    }
    let close = rest.find('>')?;
    if !rest[..close].contains('[') {
        return Some(close + 1);
    }
    let inner = rest.find("]>").or_else(|| {
        rest.rfind(']')
            .and_then(|end| rest[end..].find('>').map(|more| end + more - 1))
    })?;
    Some(inner + 2)
}

/// Whether elements are nested deeper than so many; CDATA and comments do not count. An end tag ends all that was left open in
/// its element, and HTML's elements without end tags are none to be left open.
pub(super) fn is_deeper(text: &str, most: usize) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for tag in Tags::of(text) {
        let is_it = |name: &&str| name.eq_ignore_ascii_case(tag.name());
        if tag.closes {
            let opened = open.iter().rposition(is_it);
            open.truncate(opened.unwrap_or(open.len()));
        } else if !tag.is_empty && !rewrite::is_void(tag.local_name()) {
            let follows =
                rewrite::ends_its_like(tag.local_name()) && open.last().is_some_and(is_it);
            if !follows {
                open.push(tag.name());
            }
            if open.len() > most {
                return true;
            }
        }
    }
    false
}
