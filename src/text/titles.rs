//! Headlines and names as plain lines, though nobody says what is markup in them.
//!
//! RSS does not say whether a title is text or HTML, and publishers write both: `<b>Bold</b> news` and `Why Vec<u8> beats
//! String`. Inline elements of HTML that are opened and closed are markup; everything else in angle brackets is text
//! (livemarks #383, NetNewsWire #722). Atom does say so, and is taken at its word as far as its publishers keep it: in
//! `type="html"` all elements of HTML that are closed are markup, and `Vec<u8>` is text.

use std::borrow::Cow;

use memchr::{memchr, memchr3};

use super::allowed::ELEMENTS;
use super::html::{MAX_LINE, plain_line};

/// Elements of HTML that stand within a line.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "ins", "kbd", "mark", "nobr", "q", "rb", "rp", "rt", "rtc", "ruby", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
];
/// Block elements that some publishers wrap around a whole headline. They count as markup only there.
const BLOCKS: &[&str] = &["p", "div", "center", "h1", "h2", "h3", "h4", "h5", "h6"];
/// Elements left open at a time; deeper ones are text.
const DEEPEST: usize = 64;

/// Elements of HTML besides those that a text may hold, as they stand in what is said to be HTML.
const OTHERS: &[&str] = &[
    "applet", "area", "base", "blink", "body", "button", "canvas", "dialog", "embed", "fieldset",
    "form", "frame", "frameset", "head", "html", "input", "label", "legend", "link", "map",
    "marquee", "menu", "meta", "meter", "noscript", "object", "option", "output", "param",
    "progress", "script", "select", "style", "svg", "template", "textarea", "title",
];
/// Of those, the ones that have no end tag. Without attributes, `The <meta> element` speaks of one.
const OTHERS_ALONE: &[&str] = &[
    "area", "base", "embed", "frame", "hr", "input", "link", "meta", "object", "param", "source",
    "track",
];
/// Elements whose content nobody sees.
const UNSEEN: &[&str] = &["script", "style", "template"];

/// Which tags of a headline can be markup.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tags {
    /// They were escaped: those of HTML's inline elements.
    #[default]
    Inline,
    /// They were escaped, and are said to be HTML (RFC 4287 §3.1.1.2): all that HTML has.
    Html,
    /// They are elements of the document: all that are closed.
    Any,
}

/// A title or name as one plain line: markup and references that it holds beneath the feed's own escaping are resolved,
/// control characters and bidirectional overrides are gone, white space is single. The result is text, to be escaped
/// wherever it is shown.
#[must_use]
pub fn title_line(raw: &str, tags: Tags) -> String {
    let raw = &raw[..raw.floor_char_boundary(MAX_LINE)];
    if memchr(b'<', raw.as_bytes()).is_none() {
        return plain_line(raw);
    }
    let raw = match tags {
        Tags::Html => &*without_comments(raw),
        Tags::Inline | Tags::Any => raw,
    };
    let found: Vec<Tag<'_>> = Found::of(raw).collect();
    let is_markup = markup(raw, &found, tags);
    let mut text = String::with_capacity(raw.len() + 16);
    let (mut copied, mut unseen) = (0, None);
    for (tag, _) in found
        .iter()
        .zip(is_markup)
        .filter(|(_, is_markup)| *is_markup)
    {
        if unseen.is_none() {
            text.push_str(&raw[copied..tag.start]);
        }
        match unseen {
            Some(name) if tag.closes && tag.name.eq_ignore_ascii_case(name) => unseen = None,
            None if !tag.closes && !tag.is_empty && is_in(UNSEEN, tag.name) => {
                unseen = Some(tag.name);
            }
            _ => {}
        }
        // Words on both sides of these are two.
        if tag.name.eq_ignore_ascii_case("br") || is_in(BLOCKS, tag.name) {
            text.push(' ');
        }
        copied = tag.end;
    }
    text.push_str(&raw[copied..]);
    plain_line(&text.replace('<', "&lt;"))
}

/// HTML §13.2.5.43: one that is not closed goes to the end.
fn without_comments(raw: &str) -> Cow<'_, str> {
    const OPEN: &str = "<!--";
    if !raw.contains(OPEN) {
        return Cow::Borrowed(raw);
    }
    let (mut kept, mut rest) = (String::with_capacity(raw.len()), raw);
    while let Some((before, comment)) = rest.split_once(OPEN) {
        kept.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// Whether a text that should be plain has elements of HTML in it.
#[must_use]
pub fn has_tags(text: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for tag in Found::of(text) {
        let name = match tag.name.bytes().any(|c| c.is_ascii_uppercase()) {
            true => Cow::Owned(tag.name.to_ascii_lowercase()),
            false => Cow::Borrowed(tag.name),
        };
        let known = ELEMENTS.iter().chain(INLINE).chain(BLOCKS);
        let Some(name) = known.copied().find(|known| *known == name) else {
            continue;
        };
        let is_open = open.contains(&name);
        // Paragraphs and items are rarely closed, and these never.
        let is_alone = tag.is_void() || matches!(name, "p" | "li" | "hr");
        if is_alone || (tag.closes && is_open) {
            return true;
        }
        if !tag.closes && !is_open {
            open.push(name);
        }
    }
    false
}

/// For each tag whether it is markup.
fn markup(raw: &str, found: &[Tag<'_>], tags: Tags) -> Vec<bool> {
    let is_wrapped = is_wrapped(raw, found);
    let is_known = |tag: &Tag<'_>| {
        tags == Tags::Any
            || is_in(INLINE, tag.name)
            || (is_wrapped && is_in(BLOCKS, tag.name))
            || (tags == Tags::Html && is_of_html(tag.name))
    };
    let mut is_markup = vec![false; found.len()];
    let mut open: Vec<usize> = Vec::new();
    for (nth, tag) in found.iter().enumerate() {
        let is_alone = match tags {
            Tags::Inline => false,
            Tags::Html => tag.has_attributes && is_in(OTHERS_ALONE, tag.name),
            Tags::Any => tag.is_empty,
        };
        if tag.is_void() || is_alone {
            is_markup[nth] = true;
        } else if !is_known(tag) || tag.is_empty {
            continue;
        } else if tag.closes {
            let same = |open: &usize| found[*open].name.eq_ignore_ascii_case(tag.name);
            if let Some(at) = open.iter().rposition(same) {
                is_markup[open[at]] = true;
                is_markup[nth] = true;
                open.truncate(at);
            }
        } else if open.len() < DEEPEST {
            open.push(nth);
        }
    }
    is_markup
}

/// Whether all of a headline stands in block elements.
fn is_wrapped(raw: &str, found: &[Tag<'_>]) -> bool {
    let (Some(first), Some(last)) = (found.first(), found.last()) else {
        return false;
    };
    let is_all = raw[..first.start].trim().is_empty() && raw[last.end..].trim().is_empty();
    is_all && !first.closes && last.closes && is_in(BLOCKS, first.name) && is_in(BLOCKS, last.name)
}

fn is_of_html(name: &str) -> bool {
    [ELEMENTS, BLOCKS, OTHERS]
        .iter()
        .any(|names| is_in(names, name))
}

fn is_in(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What is written like a tag.
struct Tag<'t> {
    start: usize,
    end: usize,
    name: &'t str,
    closes: bool,
    /// `<x/>`.
    is_empty: bool,
    has_attributes: bool,
    has_source: bool,
}

impl Tag<'_> {
    /// An element without an end tag. `Use <img> well` speaks of one.
    fn is_void(&self) -> bool {
        let is_picture = self.name.eq_ignore_ascii_case("img") && self.has_source;
        !self.closes && (is_picture || is_in(&["br", "wbr"], self.name))
    }
}

/// The tags of a text, in order.
struct Found<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Found<'t> {
    fn of(text: &'t str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'t> Iterator for Found<'t> {
    type Item = Tag<'t>;

    fn next(&mut self) -> Option<Tag<'t>> {
        loop {
            let start = self.at + memchr(b'<', &self.text.as_bytes()[self.at..])?;
            self.at = start + 1;
            let rest = &self.text[start..];
            let closes = rest[1..].starts_with('/');
            let inner = &rest[1 + usize::from(closes)..];
            if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
                continue;
            }
            let Some(length) = length(inner) else {
                continue;
            };
            let inside = &inner[..length - 1];
            let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '=');
            let name = &inside[..inside.find(ends).unwrap_or(inside.len())];
            self.at = self.text.len() - inner.len() + length;
            return Some(Tag {
                start,
                end: self.at,
                name,
                closes,
                is_empty: inside.ends_with('/'),
                has_attributes: inside.contains('='),
                has_source: inside.contains("src"),
            });
        }
    }
}

/// Bytes up to and with the `>` that ends a tag; `None`: another `<` or nothing comes first. A quote begins a value behind `=`
/// alone: publishers forget one of the two.
fn length(inner: &str) -> Option<usize> {
    let bytes = inner.as_bytes();
    let mut at = 0;
    loop {
        at += memchr3(b'>', b'<', b'=', &bytes[at..])?;
        match bytes[at] {
            b'>' => return Some(at + 1),
            b'<' => return None,
            _ => at += 1,
        }
        let blanks = bytes[at..].iter().take_while(|c| c.is_ascii_whitespace());
        at += blanks.count();
        if let Some(quote @ (b'"' | b'\'')) = bytes.get(at) {
            at += 1 + memchr(*quote, &bytes[at + 1..])? + 1;
        }
    }
}
