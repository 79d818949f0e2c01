//! The tags of an XML document, in order.
//!
//! What is not a tag is passed over. Where something has no end, there are no tags behind it.

use memchr::memmem;

/// Walks over the tags.
pub(super) struct Tags<'t> {
    text: &'t str,
    at: usize,
}

/// One tag and where it stands.
pub(super) struct Tag<'t> {
    /// Of its `<`.
    pub(super) start: usize,
    /// Behind its `>`.
    pub(super) end: usize,
    /// `</x>`.
    pub(super) closes: bool,
    /// `<x/>`.
    pub(super) is_empty: bool,
    /// With its prefix.
    pub(super) name: &'t str,
}

impl<'t> Tag<'t> {
    /// Its name without a prefix.
    pub(super) fn local_name(&self) -> &'t str {
        self.name.rsplit(':').next().unwrap_or(self.name)
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
            let start = self.at + self.text[self.at..].find('<')?;
            let rest = &self.text[start..];
            let (length, is_tag) = match rest {
                _ if rest.starts_with("<![CDATA[") => {
                    (memmem::find(rest.as_bytes(), b"]]>")? + 3, false)
                }
                // A comment may not end in its own beginning.
                _ if rest.starts_with("<!--") => (rest[4..].find("-->")? + 7, false),
                _ if rest.starts_with("<?") => (rest.find("?>")? + 2, false),
                _ => (tag_length(rest)?, !rest.starts_with("<!")),
            };
            self.at = start + length;
            if is_tag {
                let inner = &rest[1..length - 1];
                let name = inner.strip_prefix('/').unwrap_or(inner);
                return Some(Tag {
                    start,
                    end: self.at,
                    closes: inner.starts_with('/'),
                    is_empty: inner.ends_with('/'),
                    name: name
                        .split(|c: char| c.is_ascii_whitespace() || c == '/')
                        .next()
                        .unwrap_or_default(),
                });
            }
        }
    }
}

/// A tag ends at the first `>` outside quotes.
fn tag_length(rest: &str) -> Option<usize> {
    let mut quote = None;
    let end = rest.bytes().position(|byte| {
        match quote {
            None if byte == b'>' => return true,
            None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
            Some(open) if open == byte => quote = None,
            _ => {}
        }
        false
    })?;
    Some(end + 1)
}
