//! Where a text that is too long ends: behind a block, so that what is kept reads to its end.

use memchr::{memchr, memrchr};

/// A block that ends is looked for this far back.
const WINDOW: usize = 64 * 1024;
/// Elements behind whose end a text may end, and those that end one as they stand.
const BLOCKS: &[&str] = &[
    "/p",
    "/div",
    "/li",
    "/ul",
    "/ol",
    "/dl",
    "/dd",
    "/tr",
    "/table",
    "/pre",
    "/blockquote",
    "/figure",
    "/section",
    "/article",
    "/h1",
    "/h2",
    "/h3",
    "/h4",
    "/h5",
    "/h6",
    "br",
    "hr",
];

/// The beginning of HTML that has at most so many bytes: to the end of a block if one ends near there, else to the last
/// word, and never into a tag.
pub(super) fn at_block(html: &str, most: usize) -> &str {
    if html.len() <= most {
        return html;
    }
    let head = &html[..html.floor_char_boundary(most)];
    let from = head.len().saturating_sub(WINDOW);
    let bytes = head.as_bytes();
    let mut end = head.len();
    while let Some(open) = memrchr(b'<', &bytes[from..end]) {
        end = from + open;
        let tag = &bytes[end + 1..];
        let length = (tag.iter())
            .position(|c| !c.is_ascii_alphanumeric() && *c != b'/')
            .unwrap_or(tag.len());
        let is_it = |name: &str| name.as_bytes().eq_ignore_ascii_case(&tag[..length]);
        if BLOCKS.iter().any(|name| is_it(name))
            && let Some(close) = memchr(b'>', tag)
        {
            return &head[..end + 1 + close + 1];
        }
    }
    // A tag that is open here would take what follows for its attributes.
    let open = memrchr(b'<', bytes);
    let head = match (open, memrchr(b'>', bytes)) {
        (Some(open), close) if close.is_none_or(|close| close < open) => &head[..open],
        _ => head,
    };
    head.rfind(char::is_whitespace)
        .filter(|at| *at > from)
        .map_or(head, |at| &head[..at])
}
