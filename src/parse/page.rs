//! The tags of a web page, in order, as a browser without scripts and templates sees them.
//!
//! A tokenizer of HTML compares every attribute of a tag with all the others, so a page written for it costs minutes. This one
//! looks at each byte a bounded number of times, whatever stands in it, and so the whole of a page can be read.

use memchr::{memchr, memchr2, memmem};

/// Elements whose content is text, with no tags in it (HTML §13.2.6.2). To us `noscript` is one of them: what stands there is
/// not what a reader sees.
const RAW: [&str; 9] = [
    "script", "style", "title", "textarea", "noscript", "noembed", "noframes", "iframe", "xmp",
];

/// Walks over the start tags.
pub(super) struct PageTags<'t> {
    text: &'t str,
    at: usize,
    /// Templates that are open here: what stands in one is not on the page.
    templates: usize,
}

/// A start tag.
pub(super) struct PageTag<'t> {
    /// As written.
    pub(super) name: &'t str,
    /// As written, from behind the name to before the `>`.
    pub(super) attributes: &'t str,
    /// What stands in an element that has text and no tags.
    pub(super) text: &'t str,
}

impl<'t> PageTags<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            templates: 0,
        }
    }

    /// Passes over what begins with `<!`, `<?` or `</`. `None`: it has no end, and there are no tags behind it.
    fn pass_over(&mut self, start: usize) -> Option<()> {
        let rest = &self.text.as_bytes()[start..];
        let length = match rest {
            // `<!-->` is a whole comment (HTML §13.2.5.43).
            [b'<', b'!', b'-', b'-', ..] => 2 + memmem::find(&rest[2..], b"-->")? + 3,
            _ => memchr(b'>', rest)? + 1,
        };
        self.at = start + length;
        Some(())
    }

    fn end_tag(&mut self, start: usize) -> Option<()> {
        self.pass_over(start)?;
        let name = name_at(&self.text[start + 2..self.at]);
        if name.eq_ignore_ascii_case("template") {
            self.templates = self.templates.saturating_sub(1);
        }
        Some(())
    }

    /// `None`: the tag is not closed.
    fn start_tag(&mut self, start: usize) -> Option<PageTag<'t>> {
        let name = name_at(&self.text[start + 1..]);
        let from = start + 1 + name.len();
        let close = tag_close(self.text.as_bytes(), from)?;
        self.at = close + 1;
        let mut tag = PageTag {
            name,
            attributes: &self.text[from..close],
            text: "",
        };
        if RAW.iter().any(|raw| name.eq_ignore_ascii_case(raw)) {
            let end = self.raw_end(name);
            tag.text = &self.text[self.at..end];
            self.at = end;
        } else if name.eq_ignore_ascii_case("template") {
            self.templates += 1;
        }
        Some(tag)
    }

    /// Where the end tag of an element of text stands, else the end of the page.
    fn raw_end(&self, name: &str) -> usize {
        let bytes = self.text.as_bytes();
        let ends = |at: &usize| {
            let from = at + 2;
            let found = bytes.get(from..from + name.len());
            let is_name = found.is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()));
            let behind = bytes.get(from + name.len());
            is_name && behind.is_none_or(|c| c.is_ascii_whitespace() || matches!(c, b'/' | b'>'))
        };
        let mut candidates =
            memmem::find_iter(&bytes[self.at..], b"</").map(|found| self.at + found);
        candidates.find(ends).unwrap_or(bytes.len())
    }
}

/// The letters of a tag's name.
fn name_at(rest: &str) -> &str {
    let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>');
    &rest[..rest.find(ends).unwrap_or(rest.len())]
}

/// The `>` that closes a tag: the first that is not in a quoted value.
fn tag_close(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr2(b'>', b'=', bytes.get(at..)?)?;
        if bytes[at] == b'>' {
            return Some(at);
        }
        at += 1;
        at += bytes[at..]
            .iter()
            .take_while(|c| c.is_ascii_whitespace())
            .count();
        if let Some(quote @ (b'"' | b'\'')) = bytes.get(at) {
            at += 1 + memchr(*quote, &bytes[at + 1..])? + 1;
        }
    }
}

impl<'t> Iterator for PageTags<'t> {
    type Item = PageTag<'t>;

    fn next(&mut self) -> Option<PageTag<'t>> {
        loop {
            let bytes = self.text.as_bytes();
            let start = self.at + memchr(b'<', bytes.get(self.at..)?)?;
            match bytes.get(start + 1)? {
                b'/' => self.end_tag(start)?,
                b'!' | b'?' => self.pass_over(start)?,
                c if c.is_ascii_alphabetic() => {
                    let tag = self.start_tag(start)?;
                    if self.templates == 0 {
                        return Some(tag);
                    }
                }
                _ => self.at = start + 1,
            }
        }
    }
}
