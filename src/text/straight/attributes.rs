//! The attributes of a start tag: which stay, and with what value.

use std::borrow::Cow;

use memchr::memchr;
use url::{ParseError, Url};

use super::Walk;
use super::elements::{Element, Kind};
use super::references::{escape_value, in_value};
use crate::text::allowed::{ANYWHERE, ATTRIBUTES, LINK_REL, SCHEMES, filter};
use crate::text::fallback::is_real;

/// Of one tag; more is an attack.
const MOST: usize = 64;

impl<'h> Walk<'h> {
    /// Reads a tag from behind its name to behind its `>`, and keeps the attributes that may stay.
    pub(super) fn read_attributes(&mut self, element: &Element) -> Option<()> {
        self.attributes.clear();
        let bytes = self.html.as_bytes();
        for _ in 0..MOST {
            self.skip_blanks();
            match bytes.get(self.at)? {
                b'>' => {
                    self.at += 1;
                    return Some(());
                }
                b'/' => {
                    // Elsewhere it means nothing, whatever its writer meant.
                    let is_void = matches!(element.kind, Kind::Void | Kind::Rule);
                    let closes = is_void && bytes.get(self.at + 1) == Some(&b'>');
                    self.at += 2;
                    return closes.then_some(());
                }
                _ => self.read_attribute(element)?,
            }
        }
        None
    }

    fn skip_blanks(&mut self) {
        let rest = &self.html.as_bytes()[self.at..];
        let is_blank = |c: &&u8| matches!(c, b' ' | b'\t' | b'\n');
        self.at += rest.iter().take_while(is_blank).count();
    }

    fn read_attribute(&mut self, element: &Element) -> Option<()> {
        let bytes = self.html.as_bytes();
        let rest = &bytes[self.at..];
        let ends = |c: &u8| matches!(c, b' ' | b'\t' | b'\n' | b'/' | b'>' | b'=');
        let length = rest.iter().position(ends)?;
        let name = &rest[..length];
        if length == 0 || name.iter().any(|c| matches!(c, b'"' | b'\'' | b'<')) {
            return None;
        }
        self.at += length;
        self.skip_blanks();
        let raw = match bytes.get(self.at)? {
            b'=' => {
                self.at += 1;
                self.skip_blanks();
                self.read_value()?
            }
            _ => "",
        };
        // What waits for a script is not for this walk.
        let is_waiting = matches!(element.name, "source" | "video" | "audio")
            && (name.get(..5)).is_some_and(|start| start.eq_ignore_ascii_case(b"data-"));
        if is_waiting {
            return None;
        }
        let Some(name) = allowed(element, name) else {
            return Some(());
        };
        // Of two the first counts.
        if !self.attributes.iter().any(|(known, _)| *known == name) {
            let value = match memchr(b'&', raw.as_bytes()) {
                None => Cow::Borrowed(raw),
                Some(_) => Cow::Owned(in_value(raw)?),
            };
            self.attributes.push((name, value));
        }
        Some(())
    }

    fn read_value(&mut self) -> Option<&'h str> {
        let rest = &self.html[self.at..];
        let bytes = rest.as_bytes();
        let (value, length) = match bytes.first()? {
            quote @ (b'"' | b'\'') => {
                let end = memchr(*quote, &bytes[1..])?;
                (&rest[1..=end], end + 2)
            }
            _ => {
                let is_part = |c: &&u8| c.is_ascii_alphanumeric() || b"%#._-".contains(c);
                let length = bytes.iter().take_while(is_part).count();
                (&rest[..length], length)
            }
        };
        self.at += length;
        let ends = matches!(bytes.get(length)?, b' ' | b'\t' | b'\n' | b'>')
            || (matches!(bytes[0], b'"' | b'\'') && bytes[length] == b'/');
        (ends && length > 0).then_some(value)
    }

    /// Writes the tag with those of its attributes that the sanitizer lets through, in its order.
    pub(super) fn write_tag(&mut self, element: &Element) -> Option<()> {
        let mut attributes = std::mem::take(&mut self.attributes);
        let is_link = element.name == "a";
        let mut left_out = Vec::new();
        let mut kept = Vec::with_capacity(attributes.len() + 1);
        for (name, value) in attributes.drain(..) {
            match self.value(element.name, name, &value)? {
                Verdict::Is(new) => kept.push((name, new.map_or(value, Cow::Owned))),
                Verdict::NeverWas => {}
                // The order in which a link's attributes would be left is not the one of a second pass.
                Verdict::LeftOut if is_link => return None,
                Verdict::LeftOut => {
                    left_out.push(kept.len());
                    kept.push((name, value));
                }
            }
        }
        // The sanitizer fills a gap with the last.
        for place in left_out.into_iter().rev() {
            kept.swap_remove(place);
        }
        // A picture whose address is none may wait for a script.
        let has_address = |(name, value): &(&str, Cow<'_, str>)| *name == "src" && is_real(value);
        if element.name == "img" && !kept.iter().any(has_address) {
            return None;
        }
        self.out.push('<');
        self.out.push_str(element.name);
        for (name, value) in &kept {
            self.write_attribute(name, value);
        }
        if is_link {
            self.write_attribute("rel", LINK_REL);
        }
        self.out.push('>');
        self.attributes = attributes;
        Some(())
    }

    fn write_attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape_value(value, &mut self.out);
        self.out.push('"');
    }

    /// What becomes of a value; `None`: a second pass could make something else of it.
    fn value(&self, element: &str, name: &str, value: &str) -> Option<Verdict> {
        let verdict = self.value_once(element, name, value);
        if let Verdict::Is(Some(new)) = &verdict {
            let again = self.value_once(element, name, new);
            return matches!(again, Verdict::Is(None)).then_some(verdict);
        }
        Some(verdict)
    }

    fn value_once(&self, element: &str, name: &str, value: &str) -> Verdict {
        let mut resolved = None;
        if is_address(element, name) {
            match Url::parse(value) {
                Ok(url) if !SCHEMES.contains(&url.scheme()) => return Verdict::NeverWas,
                // Such an address means the same with and without a base.
                Ok(url) if is_whole(value) => resolved = Some(url),
                Ok(_) | Err(ParseError::RelativeUrlWithoutBase) => {}
                Err(_) => return Verdict::NeverWas,
            }
        }
        match filter(self.place, element, name, value, resolved) {
            None => Verdict::LeftOut,
            Some(new) if *new == *value => Verdict::Is(None),
            Some(new) => Verdict::Is(Some(new.into_owned())),
        }
    }
}

enum Verdict {
    /// It stays as it is, or with another value.
    Is(Option<String>),
    /// It is left out before any other is looked at.
    NeverWas,
    /// It is left out of those that are kept.
    LeftOut,
}

/// An absolute address without blanks around it.
fn is_whole(value: &str) -> bool {
    (value.starts_with("https://") || value.starts_with("http://"))
        && !value.ends_with(char::is_whitespace)
}

/// Where the sanitizer looks at the scheme itself.
fn is_address(element: &str, name: &str) -> bool {
    matches!(name, "href" | "src") || (element == "video" && name == "poster")
}

/// The attribute's name, if the element may have it.
fn allowed(element: &Element, name: &[u8]) -> Option<&'static str> {
    let of_element = ATTRIBUTES
        .iter()
        .find(|(of, _)| *of == element.name)
        .map_or(&[][..], |(_, names)| names);
    let is_it = |known: &&&'static str| known.as_bytes().eq_ignore_ascii_case(name);
    of_element.iter().chain(ANYWHERE).find(is_it).copied()
}
