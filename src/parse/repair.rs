//! What feed-rs would choke on, mended where the remedy is certain.
//!
//! A cheap scan decides; a sound document goes through untouched. The XML
//! declaration and the DOCTYPE are gone already: reading starts at the root
//! element, so nothing that a document type declares is ever resolved.

use std::borrow::Cow;

/// RSS versions that feed-rs knows.
const KNOWN_RSS: &[&str] = &["2.0", "0.91", "0.92"];
/// What is neither markup nor reference within, by how it starts and ends.
const OPAQUE: [(&str, &str); 2] = [("<![CDATA[", "]]>"), ("<!--", "-->")];
/// The longest name of a reference that is looked for; HTML's own end at 32.
const MAX_NAME: usize = 32;
/// Names that XML itself defines.
const XML_ENTITIES: &[&str] = &["amp", "lt", "gt", "quot", "apos"];

/// The document to read, and what was mended in it.
pub(super) fn repair(text: &str) -> (Cow<'_, str>, Vec<String>) {
    let mut recovered = Vec::new();
    let mut text = Cow::Borrowed(text);
    if text.contains(is_illegal) {
        text = Cow::Owned(text.chars().filter(|c| !is_illegal(*c)).collect());
        recovered.push("characters that XML forbids were left out".to_owned());
    }
    if let Some(mended) = references(&text) {
        text = Cow::Owned(mended);
        recovered.push("references and ampersands that XML does not know were resolved".to_owned());
    }
    if let Some(mended) = rss_version(&text) {
        text = Cow::Owned(mended);
        recovered.push("an RSS version that is not known was read as 2.0".to_owned());
    }
    (text, recovered)
}

fn is_illegal(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// The text with every `&` outside CDATA and comments a reference that XML knows; `None`: it was so.
fn references(text: &str) -> Option<String> {
    let mut mended: Option<String> = None;
    let (mut copied, mut at) = (0, 0);
    let mut unclosed = [false; OPAQUE.len()];
    while let Some(found) = text[at..].find(['&', '<']) {
        at += found;
        if text[at..].starts_with('<') {
            at += opaque(&text[at..], &mut unclosed).unwrap_or(1);
            continue;
        }
        let window = &text.as_bytes()[at + 1..text.len().min(at + 2 + MAX_NAME)];
        let name = window
            .iter()
            .position(|byte| *byte == b';')
            .filter(|end| *end > 0)
            .map(|end| &text[at + 1..at + 1 + end]);
        let replacement: Option<(String, usize)> = match name {
            Some(name) if XML_ENTITIES.contains(&name) || is_legal_number(name) => None,
            Some(name)
                if name.starts_with('#')
                    && name[1..].chars().all(|c| c.is_ascii_alphanumeric()) =>
            {
                Some((String::new(), name.len() + 2))
            }
            Some(name) => match quick_xml::escape::resolve_html5_entity(name) {
                Some(resolved) => Some((
                    quick_xml::escape::escape(resolved).into_owned(),
                    name.len() + 2,
                )),
                None => Some(("&amp;".to_owned(), 1)),
            },
            None => Some(("&amp;".to_owned(), 1)),
        };
        match replacement {
            None => at += 1,
            Some((by, length)) => {
                let out = mended.get_or_insert_with(|| String::with_capacity(text.len()));
                out.push_str(&text[copied..at]);
                out.push_str(&by);
                at += length;
                copied = at;
            }
        }
    }
    mended.map(|out| out + &text[copied..])
}

/// How long what stands here is, where references do not count in it. An end that is missing once is missing from there
/// on: it is not looked for again, or a document of nothing but beginnings would be read to its end for each.
fn opaque(rest: &str, unclosed: &mut [bool; OPAQUE.len()]) -> Option<usize> {
    let kind = OPAQUE
        .iter()
        .position(|(start, _)| rest.starts_with(start))?;
    if unclosed[kind] {
        return None;
    }
    let end = rest.find(OPAQUE[kind].1);
    unclosed[kind] = end.is_none();
    end
}

fn is_legal_number(name: &str) -> bool {
    let number = match name.strip_prefix('#') {
        None => return false,
        Some(hex) if hex.starts_with('x') => u32::from_str_radix(&hex[1..], 16),
        Some(decimal) => decimal.parse(),
    };
    number
        .ok()
        .and_then(char::from_u32)
        .is_some_and(|c| !is_illegal(c))
}

/// `<rss>` with a version that feed-rs knows; `None`: it had one, or is no RSS.
fn rss_version(text: &str) -> Option<String> {
    let tag = text.split('>').next().filter(|tag| {
        tag.starts_with("<rss") && !tag[4..].starts_with(|c: char| c.is_alphanumeric())
    })?;
    let named = tag.find("version").and_then(|at| {
        let value = tag[at + "version".len()..]
            .trim_start()
            .strip_prefix('=')?
            .trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        value[1..]
            .split(quote)
            .next()
            .map(|version| (version, version.as_ptr() as usize - text.as_ptr() as usize))
    });
    match named {
        Some((version, _)) if KNOWN_RSS.contains(&version) => None,
        Some((version, at)) => Some(format!("{}2.0{}", &text[..at], &text[at + version.len()..])),
        None => Some(format!("<rss version=\"2.0\"{}", &text[4..])),
    }
}
