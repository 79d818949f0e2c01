//! How deep elements are nested, where end tags may be missing.

use super::root::local_of;
use super::tokens::{Token, Tokens};

/// Whether elements are nested deeper than so many; CDATA and comments do not count. An end tag ends all that was left open in
/// its element, and HTML's elements without end tags are none to be left open.
pub(in crate::parse) fn is_deeper(text: &str, most: usize) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for token in Tokens::of(text) {
        match token {
            Token::End(name) => {
                let is_it = |opened: &&str| opened.eq_ignore_ascii_case(name);
                let opened = open.iter().rposition(is_it);
                open.truncate(opened.unwrap_or(open.len()));
            }
            Token::Start(tag) if !tag.is_empty && !is_void(local_of(tag.name)) => {
                let is_it = |opened: &&str| opened.eq_ignore_ascii_case(tag.name);
                let follows = ends_its_like(local_of(tag.name)) && open.last().is_some_and(is_it);
                if !follows {
                    open.push(tag.name);
                }
                if open.len() > most {
                    return true;
                }
            }
            Token::Start(_) | Token::Text(_) | Token::Literal(_) => {}
        }
    }
    false
}

/// Elements of HTML that have no end tag. `local`: a name without its prefix, in lower case.
pub(in crate::parse) fn is_void(local: &str) -> bool {
    matches!(
        local,
        "area" | "br" | "col" | "embed" | "hr" | "img" | "input" | "meta" | "source" | "wbr"
    )
}

/// Elements of HTML that end where another of the kind begins right within them: their end tag is often left out.
pub(in crate::parse) fn ends_its_like(local: &str) -> bool {
    matches!(
        local,
        "p" | "li" | "dt" | "dd" | "tr" | "td" | "th" | "option"
    )
}
