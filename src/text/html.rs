//! HTML to plain text.

/// Plain text of sanitized HTML.
#[must_use]
pub fn html_to_text(html: &str) -> String {
    html.to_owned()
}

/// A title or name as one plain line.
#[must_use]
pub fn plain_line(raw: &str) -> String {
    raw.to_owned()
}
