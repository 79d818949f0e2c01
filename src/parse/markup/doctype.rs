//! Entities that a document declares for itself: `<!ENTITY co "Example Corp">`.
//!
//! Those that are text are replaced before anything else is read (XML 1.0 §4.4), in text and in attributes. Parameter entities
//! are never looked at and external ones never fetched: both are ways to make a reader ask where it should not. What an
//! entity holds is text, also where it looks like a tag. Everything has a bound: no document takes more memory by naming
//! entities in entities (a billion laughs).

use std::collections::HashMap;

use memchr::{memchr, memchr2, memmem};

use super::notes::Notes;
use super::references;
use crate::text::with_surrogates_joined;

/// Entities of one document; those behind are not read. Feeds that declare any declare a handful.
const MOST: usize = 64;
/// Bytes of one entity as it is declared; a longer one is not read.
const MAX_BYTES: usize = 1024;
/// Entities within entities.
const DEEPEST: usize = 4;
/// Bytes that all references of a document together become; those behind stay as they stand.
const MAX_TOTAL: usize = 64 * 1024;
/// The longest name that is looked for.
const MAX_NAME: usize = 64;
/// These mean what they mean, whatever is declared (XML 1.0 §4.6).
const PREDEFINED: [&str; 5] = ["lt", "gt", "amp", "quot", "apos"];

/// The document with its own entities replaced; `None`: it declares none, or uses none. `before`: what stands before its root
/// element.
pub(in crate::parse) fn expanded(text: &str, before: &str) -> Option<String> {
    let entities = resolved(&declared(before)?);
    let mut out = String::new();
    let (mut copied, mut left) = (0, MAX_TOTAL);
    let mut at = 0;
    let mut ends = [true; 3];
    while let Some(found) = text
        .get(at..)
        .and_then(|rest| memchr2(b'&', b'<', rest.as_bytes()))
    {
        let start = at + found;
        let rest = &text[start..];
        if rest.starts_with('<') {
            at = start + passed_over(rest, &mut ends);
            continue;
        }
        at = start + 1;
        let Some(name) = name(rest) else { continue };
        let Some(value) = entities.get(name).filter(|value| value.len() <= left) else {
            continue;
        };
        left -= value.len();
        out.push_str(&text[copied..start]);
        out.push_str(value);
        copied = start + name.len() + 2;
        at = copied;
    }
    out.push_str(&text[copied..]);
    (copied > 0).then_some(out)
}

/// Bytes at the start of a text in which `&` means nothing. `ends`: which of the ends still come somewhere.
fn passed_over(rest: &str, ends: &mut [bool; 3]) -> usize {
    const SECTIONS: [(&str, &str); 3] = [("<![CDATA[", "]]>"), ("<!--", "-->"), ("<?", "?>")];
    for ((open, close), is_left) in SECTIONS.iter().zip(ends) {
        if *is_left && rest.starts_with(open) {
            match memmem::find(rest.as_bytes(), close.as_bytes()) {
                Some(end) => return end + close.len(),
                // Looked for once: a document of nothing but beginnings would be read to its end for each.
                None => *is_left = false,
            }
        }
    }
    1
}

/// The name of a reference at the start of a text.
fn name(rest: &str) -> Option<&str> {
    let bytes = &rest.as_bytes()[1..];
    let end = memchr(b';', &bytes[..bytes.len().min(MAX_NAME + 1)])?;
    Some(&rest[1..=end]).filter(|name| !name.is_empty())
}

/// What stands from behind the `[` of a document type on. `doctype`: from its `!` on.
fn subset(doctype: &str) -> Option<&str> {
    let head = &doctype[..declaration_end(doctype)];
    let mut quote = None;
    let open = head.bytes().position(|c| {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(c),
            _ => {}
        }
        c == b'[' && quote.is_none()
    })?;
    Some(&doctype[open + 1..])
}

/// Bytes of a document type up to and with its `>`, from its `!` on; `None`: it has no internal part, or no end.
pub(in crate::parse) fn length(doctype: &str) -> Option<usize> {
    let mut rest = subset(doctype)?;
    let mut ends = [true; 3];
    while let Some(open) = memchr2(b'<', b']', rest.as_bytes()) {
        rest = &rest[open..];
        if rest.starts_with(']') {
            let end = memchr(b'>', rest.as_bytes())?;
            return Some(doctype.len() - rest.len() + end + 1);
        }
        rest = behind_declaration(rest, &mut ends);
    }
    None
}

/// What follows the declaration, comment or instruction at the start of a text.
fn behind_declaration<'t>(rest: &'t str, ends: &mut [bool; 3]) -> &'t str {
    match passed_over(rest, ends) {
        1 => &rest[declaration_end(rest)..],
        length => &rest[length..],
    }
}

/// The internal general entities of a document type, as they are written; of two of one name the first counts (XML 1.0 §4.2).
/// `None`: there are none.
fn declared(before: &str) -> Option<HashMap<&str, &str>> {
    let start = memmem::find(before.as_bytes(), b"<!DOCTYPE")
        .or_else(|| memmem::find(before.as_bytes(), b"<!doctype"))?;
    let mut rest = subset(&before[start + 1..])?;
    // An external one takes its name, and has no value.
    let mut known: HashMap<&str, Option<&str>> = HashMap::new();
    let mut ends = [true; 3];
    while let Some(open) = memchr2(b'<', b']', rest.as_bytes()) {
        rest = &rest[open..];
        if rest.starts_with(']') || known.len() == MOST {
            break;
        }
        let this = rest;
        rest = behind_declaration(rest, &mut ends);
        let Some(declaration) = this.strip_prefix("<!ENTITY") else {
            continue;
        };
        let inner = declaration.trim_start();
        let name = inner.split_whitespace().next().unwrap_or_default();
        let value = inner[name.len()..].trim_start();
        let quoted = ['"', '\''].iter().find_map(|quote| {
            let inner = value.strip_prefix(*quote)?;
            Some(&inner[..inner.find(*quote)?])
        });
        let is_general = name != "%" && name.len() <= MAX_NAME && !PREDEFINED.contains(&name);
        if is_general && declaration.starts_with(char::is_whitespace) {
            let value = quoted.filter(|value| value.len() <= MAX_BYTES);
            known.entry(name).or_insert(value);
        }
    }
    let known: HashMap<_, _> = known
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    (!known.is_empty()).then_some(known)
}

/// Bytes up to and with the `>` that ends a declaration; one in quotes does not.
fn declaration_end(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut quote = None;
    for (at, c) in bytes.iter().enumerate() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(c),
            (None, b'>') => return at + 1,
            (None, _) => {}
        }
    }
    bytes.len()
}

/// The text of each entity, escaped. One that names itself, or others too deep, is none: its references stay as they stand.
fn resolved<'b>(declared: &HashMap<&'b str, &'b str>) -> HashMap<&'b str, String> {
    let mut texts: HashMap<&str, String> = HashMap::new();
    for _ in 0..DEEPEST {
        // Those that name none but what is known so far.
        let next: Vec<_> = declared
            .iter()
            .filter(|(name, _)| !texts.contains_key(**name))
            .filter_map(|(name, value)| Some((*name, text_of(value, declared, &texts)?)))
            .collect();
        texts.extend(next);
    }
    let escaped = |text: String| quick_xml::escape::escape(text.as_str()).into_owned();
    let all = texts.into_iter().map(|(name, text)| (name, escaped(text)));
    all.collect()
}

/// What an entity's value says; `None`: it names an entity that is not known yet, or says more than a document may.
fn text_of(
    value: &str,
    declared: &HashMap<&str, &str>,
    texts: &HashMap<&str, String>,
) -> Option<String> {
    // References to characters are resolved where they are declared, and what comes of that is read again (§4.4, appendix D):
    // `&#38;lt;` is `<`.
    let once = characters(value);
    let mut text = String::new();
    let mut notes = Notes::default();
    let mut rest = once.as_str();
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        references::resolve(&rest[..at], &mut text, &mut notes);
        let reference = name(&rest[at..]);
        let own = reference.filter(|name| declared.contains_key(name));
        let length = reference.map_or(1, |name| name.len() + 2);
        match own {
            Some(name) => text.push_str(texts.get(name)?),
            None => references::resolve(&rest[at..at + length], &mut text, &mut notes),
        }
        if text.len() > MAX_TOTAL {
            return None;
        }
        rest = &rest[at + length..];
    }
    text.push_str(rest);
    Some(text)
}

/// A value with its references to characters resolved, and no others.
fn characters(value: &str) -> String {
    let mut out = String::new();
    let joined = with_surrogates_joined(value);
    let mut rest = &*joined;
    while let Some(at) = memmem::find(rest.as_bytes(), b"&#") {
        out.push_str(&rest[..at]);
        let length = name(&rest[at..]).map_or(1, |name| name.len() + 2);
        references::resolve(&rest[at..at + length], &mut out, &mut Notes::default());
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out
}
