//! The root element of a document, and what servers print before it.

use super::doctype;
use super::tokens::{Token, Tokens};

/// Root elements of feeds.
const ROOTS: &[&str] = &["rss", "feed", "rdf", "entry", "channel"];
/// A feed is looked for this far behind the start of a document, in bytes.
const NOISE: usize = 4096;

/// A name without its prefix.
pub(in crate::parse) fn local_of(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// Whether a root element of this name, in any case, is that of a feed.
pub(in crate::parse) fn is_of_feed(name: &str) -> bool {
    let local = name.rsplit(':').next().unwrap_or_default();
    ROOTS.iter().any(|known| known.eq_ignore_ascii_case(local))
}

/// The first element: where it starts and its name. Declarations, comments and noise before it are passed over.
pub(in crate::parse) fn root(text: &str) -> Option<(usize, &str)> {
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

/// Where the root element of a feed starts, if the next element is one.
pub(in crate::parse) fn next_root(text: &str) -> Option<usize> {
    let (start, name) = root(text)?;
    is_of_feed(name).then_some(start)
}

/// Where the feed starts behind the warning, marked up as HTML, that a server printed first. `at`: where the warning starts.
pub(in crate::parse) fn behind_warning(text: &str, at: usize) -> Option<usize> {
    let near = &text[at..text.floor_char_boundary(at + NOISE)];
    let declared = near.find("<?xml").map(|declaration| at + declaration);
    let from = declared.or_else(|| {
        let found = ["<rss", "<feed", "<rdf:RDF"]
            .iter()
            .filter_map(|root| near.find(root));
        found.min().map(|root| at + root)
    })?;
    next_root(&text[from..]).map(|start| from + start)
}

/// Whether something else than declarations, comments and blanks stands before a root element.
pub(in crate::parse) fn is_noise(before: &str) -> bool {
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
    let is_noise = |token: Token<'_>| match token {
        Token::Text(text) => !text.trim_matches(is_blank).is_empty(),
        Token::Literal(_) => false,
        Token::Start(_) | Token::End(_) => true,
    };
    Tokens::of(before).chain(Tokens::of(behind)).any(is_noise)
}

/// The end of a declaration, which may hold others between brackets.
fn doctype_end(rest: &str) -> Option<usize> {
    if let Some(length) = doctype::length(rest) {
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
