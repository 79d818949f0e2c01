//! HTML to plain text.

use std::borrow::Cow;

use ammonia::Builder;

use super::effort::is_bounded;

/// The longest name of a reference that is looked for; HTML's own end at 32.
const MAX_NAME: usize = 32;

/// A title or name is read as far as this.
const MAX_LINE: usize = 64 * 1024;

/// Elements after which a reader sees a new line.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "caption",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Plain text of HTML that [`super::sanitize`] has written: a line a block, single spaces, entities decoded. What the
/// sanitizer writes is well-formed, so its tags can be told from text by their angle brackets alone.
#[must_use]
pub fn html_to_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        push_text(&mut text, &rest[..open]);
        let tag = &rest[open + 1..];
        let close = tag.find('>').map_or(tag.len(), |close| close + 1);
        let name = tag
            .trim_start_matches('/')
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        if BLOCKS.contains(&name) {
            text.push('\n');
        }
        rest = &tag[close..];
    }
    push_text(&mut text, rest);
    let lines = text
        .split('\n')
        .map(single_spaced)
        .filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// A title or name as one plain line: markup and entities that it holds beneath the feed's own escaping are resolved,
/// control characters and bidirectional overrides are gone, white space is single.
#[must_use]
pub fn plain_line(raw: &str) -> String {
    let raw = &raw[..raw.floor_char_boundary(MAX_LINE)];
    if !raw.contains(['<', '&']) {
        return single_spaced(raw);
    }
    if !is_bounded(raw) {
        return single_spaced(&decode_entities(&between_tags(raw, MAX_LINE)));
    }
    // Nothing is allowed: what is left is escaped text.
    let text = Builder::empty()
        .add_clean_content_tags(["script", "style"])
        .clean(raw)
        .to_string();
    single_spaced(&decode_entities(&text))
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

/// Text between tags: its own line breaks are white space like any other.
fn push_text(text: &mut String, raw: &str) {
    let decoded = decode_entities(raw);
    let mut lines = decoded.split('\n');
    text.push_str(lines.next().unwrap_or_default());
    for line in lines {
        text.push(' ');
        text.push_str(line);
    }
}

/// `&…;` as the character it names; one that names none stays as it is.
pub(super) fn decode_entities(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
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
fn single_spaced(raw: &str) -> String {
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
