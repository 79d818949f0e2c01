//! The tags of an XML document, in order.
//!
//! What is not a tag is passed over. Where something has no end, there are no tags behind it.

use memchr::{memchr, memchr3, memmem};

/// Walks over the tags.
pub(super) struct Tags<'t> {
    text: &'t str,
    at: usize,
}

/// One tag.
pub(super) struct Tag<'t> {
    /// `</x>`.
    pub(super) closes: bool,
    /// `<x/>`.
    pub(super) is_empty: bool,
    inner: &'t str,
}

impl<'t> Tag<'t> {
    /// With its prefix.
    pub(super) fn name(&self) -> &'t str {
        let name = self.inner.strip_prefix('/').unwrap_or(self.inner);
        let mut parts = name.split(|c: char| c.is_ascii_whitespace() || c == '/');
        parts.next().unwrap_or_default()
    }

    /// Its name without a prefix.
    pub(super) fn local_name(&self) -> &'t str {
        let name = self.name();
        name.rsplit(':').next().unwrap_or(name)
    }
}

impl<'t> Tags<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'t> Iterator for Tags<'t> {
    type Item = Tag<'t>;

    fn next(&mut self) -> Option<Tag<'t>> {
        loop {
            let start = self.at + memchr(b'<', &self.text.as_bytes()[self.at..])?;
            let rest = &self.text[start..];
            let find = |what: &str, from: usize| {
                let found = memmem::find(&rest.as_bytes()[from..], what.as_bytes())?;
                Some(from + found + what.len())
            };
            let (length, is_tag) = match rest {
                _ if rest.starts_with("<![CDATA[") => (find("]]>", 0)?, false),
                // A comment may not end in its own beginning.
                _ if rest.starts_with("<!--") => (find("-->", 4)?, false),
                _ if rest.starts_with("<?") => (find("?>", 0)?, false),
                _ => (tag_length(rest)?, !rest.starts_with("<!")),
            };
            self.at = start + length;
            if is_tag {
                let inner = &rest[1..length - 1];
                return Some(Tag {
                    closes: inner.starts_with('/'),
                    is_empty: inner.ends_with('/'),
                    inner,
                });
            }
        }
    }
}

/// A tag ends at the first `>` outside quotes.
fn tag_length(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut at = 0;
    loop {
        at += memchr3(b'>', b'"', b'\'', &bytes[at..])?;
        match bytes[at] {
            b'>' => return Some(at + 1),
            quote => at += 1 + memchr(quote, &bytes[at + 1..])? + 1,
        }
    }
}
