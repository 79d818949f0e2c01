//! HTML to plain text.

use std::borrow::Cow;
use std::sync::LazyLock;

use ammonia::Builder;
use memchr::memchr;

use super::allowed::Place;
use super::effort::is_bounded;
use super::straight;

/// The longest name of a reference that is looked for; HTML's own end at 32.
const MAX_NAME: usize = 32;

/// Nothing is allowed: what is left is escaped text. To make it takes longer than a title does.
static NO_MARKUP: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder.add_clean_content_tags(["script", "style"]);
    builder
});

/// A title or name is read as far as this.
pub(super) const MAX_LINE: usize = 64 * 1024;

/// Whether a reader sees a new line before and after the element.
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "br"
            | "caption"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "figcaption"
            | "figure"
            | "footer"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
    )
}

/// Plain text of HTML that [`super::sanitize`] has written: a line a block, single spaces, entities decoded. What the
/// sanitizer writes is well-formed, so its tags can be told from text by their angle brackets alone.
#[must_use]
pub fn html_to_text(html: &str) -> String {
    let mut lines = Lines {
        text: String::with_capacity(html.len()),
        gap: None,
    };
    let mut rest = html;
    while let Some(open) = memchr(b'<', rest.as_bytes()) {
        lines.push(&decode_entities(&rest[..open]));
        let tag = &rest[open + 1..];
        let close = memchr(b'>', tag.as_bytes()).map_or(tag.len(), |close| close + 1);
        let name = tag.trim_start_matches('/');
        let is_end = |c: u8| !c.is_ascii_alphanumeric();
        let length = name.bytes().position(is_end).unwrap_or(name.len());
        if is_block(&name[..length]) {
            lines.gap = Some('\n');
        }
        rest = &tag[close..];
    }
    lines.push(&decode_entities(rest));
    lines.text
}

/// Lines without blank ones, in the making.
struct Lines {
    text: String,
    /// What is written before the next character that can be seen.
    gap: Option<char>,
}

impl Lines {
    /// Adds text, whose own line breaks are white space like any other.
    fn push(&mut self, text: &str) {
        if is_single_spaced(text) {
            let inner = text.trim_matches(' ');
            self.gap = self.gap.or(text.starts_with(' ').then_some(' '));
            if !inner.is_empty() {
                self.push_visible(inner);
                self.gap = text.ends_with(' ').then_some(' ');
            }
            return;
        }
        for (nth, part) in text.split(char::is_whitespace).enumerate() {
            if nth > 0 {
                self.gap = self.gap.or(Some(' '));
            }
            // Almost all words are plain.
            if part.bytes().all(|byte| (b'!'..=b'~').contains(&byte)) {
                self.push_visible(part);
                continue;
            }
            for (at, c) in part.char_indices().filter(|(_, c)| !is_hidden(*c)) {
                self.push_visible(&part[at..at + c.len_utf8()]);
            }
        }
    }

    fn push_visible(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let gap = self.gap.take().filter(|_| !self.text.is_empty());
        self.text.extend(gap);
        self.text.push_str(text);
    }
}

/// Whether all white space in a text is single spaces, and every character can be seen, told from its bytes alone: some
/// that are are taken for others.
fn is_single_spaced(text: &str) -> bool {
    let bytes = text.as_bytes();
    // First bytes of all spaces, controls and overrides beyond ASCII.
    let is_odd = |byte: u8| byte < b' ' || matches!(byte, 0x7F | 0xC2 | 0xE1..=0xE3 | 0xEF);
    let behind = bytes.get(1..).unwrap_or_default();
    // Without a branch: the compiler makes vectors of it.
    let pairs = bytes.iter().zip(behind);
    let is_double = pairs.fold(false, |any, (one, next)| {
        any | (*one == b' ' && *next == b' ')
    });
    !is_double && !bytes.iter().fold(false, |any, byte| any | is_odd(*byte))
}

/// A text of HTML as one plain line: markup and entities that it holds beneath the feed's own escaping are resolved,
/// control characters and bidirectional overrides are gone, white space is single.
#[must_use]
pub fn plain_line(raw: &str) -> String {
    let raw = &raw[..raw.floor_char_boundary(MAX_LINE)];
    if !raw.contains(['<', '&']) {
        return single_spaced(raw);
    }
    if !raw.contains('<')
        && let Some(text) = straight::clean(raw, Place::NOWHERE)
    {
        return single_spaced(&decode_entities(&text));
    }
    if !is_bounded(raw) {
        return single_spaced(&decode_entities(&between_tags(raw, MAX_LINE)));
    }
    single_spaced(&decode_entities(&NO_MARKUP.clean(raw).to_string()))
}

/// What stands between the tags of HTML that no parser is to be asked about, a space for each tag; at most so many bytes.
pub(super) fn between_tags(html: &str, most: usize) -> String {
    let mut text = String::new();
    for (nth, part) in html.split('<').enumerate() {
        let words = match nth {
            0 => part,
            _ => part.split_once('>').map_or("", |(_, words)| words),
        };
        if text.len() + words.len() >= most {
            text.push_str(&words[..words.floor_char_boundary(most - text.len())]);
            break;
        }
        text.push_str(words);
        if !text.ends_with(' ') {
            text.push(' ');
        }
    }
    text
}

/// `&…;` as the character it names; one that names none stays as it is.
#[must_use]
pub fn decode_entities(text: &str) -> Cow<'_, str> {
    if memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        // No further: a text of nothing but ampersands would be read to its end for each.
        let entity = rest
            .bytes()
            .take(MAX_NAME + 1)
            .position(|byte| byte == b';')
            .and_then(|end| Some((end, resolve(&rest[..end])?)));
        match entity {
            Some((end, resolved)) => {
                decoded.push_str(&resolved);
                rest = &rest[end + 1..];
            }
            None => decoded.push('&'),
        }
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

fn resolve(name: &str) -> Option<Cow<'static, str>> {
    let number = match name.strip_prefix('#') {
        None => return resolve_name(name).map(Cow::Borrowed),
        Some(hex) if hex.starts_with(['x', 'X']) => u32::from_str_radix(&hex[1..], 16),
        Some(decimal) => decimal.parse(),
    };
    number
        .ok()
        .and_then(char::from_u32)
        .map(|c| Cow::Owned(c.to_string()))
}

/// What a serializer writes comes first: the whole table is two thousand comparisons long.
fn resolve_name(name: &str) -> Option<&'static str> {
    match name {
        "amp" => Some("&"),
        "lt" => Some("<"),
        "gt" => Some(">"),
        "quot" => Some("\""),
        "nbsp" => Some("\u{A0}"),
        _ => quick_xml::escape::resolve_html5_entity(name),
    }
}

/// Control characters, bidirectional overrides, which could make a line read as another, and what XML forbids.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

/// White space single and trimmed; what is hidden left out.
pub(super) fn single_spaced(raw: &str) -> String {
    let mut line = String::with_capacity(raw.len());
    for word in raw.split_whitespace() {
        let begin = line.len();
        if begin > 0 {
            line.push(' ');
        }
        let start = line.len();
        // Almost all words are plain.
        if word.bytes().all(|byte| (b'!'..=b'~').contains(&byte)) {
            line.push_str(word);
        } else {
            line.extend(word.chars().filter(|c| !is_hidden(*c)));
        }
        if line.len() == start {
            line.truncate(begin);
        }
    }
    line
}
