//! The attributes of a tag, however they are written.

use std::borrow::Cow;

use memchr::memchr;

use super::notes::{Note, Notes};
use super::references;

/// Of one tag; nothing that feeds use comes near it.
const MOST: usize = 64;

/// Names as written, values with references resolved.
pub(in crate::parse) struct Attributes<'t>(Vec<(&'t str, Cow<'t, str>)>);

impl<'t> Attributes<'t> {
    /// Reads what stands between a tag's name and its `>`. Of an attribute given twice the first counts.
    pub(in crate::parse) fn read(raw: &'t str, notes: &mut Notes) -> Self {
        let mut found: Vec<(&str, Cow<'_, str>)> = Vec::new();
        let mut rest = raw;
        loop {
            rest = rest.trim_start_matches(|c: char| {
                c.is_ascii_whitespace() || matches!(c, '/' | '"' | '\'')
            });
            if rest.is_empty() || found.len() == MOST {
                return Self(found);
            }
            let end = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '"' | '\'');
            let name_end = rest.find(end).unwrap_or(rest.len());
            let name = &rest[..name_end];
            rest = rest[name_end..].trim_start();
            let value = match rest.strip_prefix('=') {
                Some(after) => value(after.trim_start(), &mut rest, notes),
                None => {
                    notes.add(Note::Attributes);
                    Cow::Borrowed("")
                }
            };
            if found.iter().any(|(known, _)| *known == name) {
                notes.add(Note::Attributes);
            } else if !name.is_empty() {
                found.push((name, value));
            }
        }
    }

    /// The same of a web page, where nothing has to be noted.
    pub(in crate::parse) fn of_page(raw: &'t str) -> Self {
        Self::read(raw, &mut Notes::default())
    }

    /// The value of an attribute, its name in any case, with its prefix.
    pub(in crate::parse) fn get(&self, name: &str) -> Option<&str> {
        let found = self
            .0
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_ref())
    }

    /// The value of an attribute with or without a prefix, as of `rdf:about`.
    pub(in crate::parse) fn local(&self, name: &str) -> Option<&str> {
        self.get(name).or_else(|| {
            let is_it = |known: &str| {
                known
                    .split_once(':')
                    .is_some_and(|(_, local)| local.eq_ignore_ascii_case(name))
            };
            let found = self.0.iter().find(|(known, _)| is_it(known));
            found.map(|(_, value)| value.as_ref())
        })
    }

    /// In document order.
    pub(in crate::parse) fn iter(&self) -> impl Iterator<Item = (&'t str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_ref()))
    }
}

/// The value at the start of `after`; `rest` is what follows it.
fn value<'t>(after: &'t str, rest: &mut &'t str, notes: &mut Notes) -> Cow<'t, str> {
    let quote = after.bytes().next().filter(|c| matches!(c, b'"' | b'\''));
    let raw = match quote {
        Some(quote) => {
            let inner = &after[1..];
            let end = memchr(quote, inner.as_bytes());
            notes.add_if(end.is_none(), Note::Attributes);
            let end = end.unwrap_or(inner.len());
            *rest = inner.get(end + 1..).unwrap_or_default();
            &inner[..end]
        }
        None => {
            notes.add(Note::Attributes);
            let end = after
                .find(|c: char| c.is_ascii_whitespace())
                .unwrap_or(after.len());
            *rest = &after[end..];
            &after[..end]
        }
    };
    if memchr(b'&', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut resolved = String::with_capacity(raw.len());
    references::resolve(raw, &mut resolved, notes);
    Cow::Owned(resolved)
}
