//! What a field's text is, and how its element says that it is written.

use url::Url;

use crate::parse::markup::{Attributes, Note, Notes};
use crate::text::Tags;

/// How a text construct says that it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// RSS: nobody says, so what looks like HTML is HTML.
    Unsaid,
    /// Atom `type="text"`.
    Plain,
    /// Atom `type="text/plain"`.
    Lines,
    /// Plain by its format, as `media:description` and `itunes:summary` are: HTML only where tags of HTML stand in it.
    Notes,
    /// Atom `type="html"`: escaped.
    Html,
    /// Atom `type="xhtml"`: the elements themselves.
    Markup,
    /// Atom 0.3 `mode="base64"`, Atom media types that are no text.
    Base64 {
        /// Its media type is HTML's.
        html: bool,
    },
    /// A picture, a program: nothing to read.
    Binary,
}

/// What a field's text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::parse) enum Kind {
    /// Plain text. Its line breaks may be layout: RFC 4287 §3.1.1.1 lets white space collapse.
    #[default]
    Text,
    /// Plain text whose every line counts (RFC 2046 §4.1).
    Lines,
    Html,
    /// Nobody says what it is, and there is no markup in it.
    Unsaid,
}

/// A field's value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::parse) struct Value {
    pub(in crate::parse) text: String,
    pub(in crate::parse) kind: Kind,
    /// Which of its tags can be markup, where it is a headline.
    pub(in crate::parse) tags: Tags,
    /// `xml:base` in scope where it stands.
    pub(in crate::parse) base: Option<Url>,
}

impl Value {
    pub(in crate::parse) fn of_text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

impl Form {
    /// Of a headline or name: a text construct of three types (RFC 4287 §3.1.1), so one of another type is plain text. Media types are
    /// for contents.
    pub(super) fn of_line(attributes: &Attributes<'_>, notes: &mut Notes) -> Self {
        match Self::of_atom(attributes, notes) {
            Self::Base64 { .. } if attributes.get("mode").is_none() => Self::Plain,
            Self::Binary | Self::Lines | Self::Unsaid => Self::Plain,
            form => form,
        }
    }

    /// Of an Atom text construct (RFC 4287 §3.1, §4.1.3; Atom 0.3 §3.1), whose `type` and `mode` it reads. Types that
    /// no version knows are guessed by what the text looks like: one wrong word must not cost an entry.
    pub(super) fn of_atom(attributes: &Attributes<'_>, notes: &mut Notes) -> Self {
        let kind = attributes
            .get("type")
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let mode = attributes.get("mode").unwrap_or_default();
        if mode.eq_ignore_ascii_case("base64") {
            return Self::Base64 {
                html: kind.ends_with("html") || kind.ends_with("html+xml"),
            };
        }
        let escaped = mode.eq_ignore_ascii_case("escaped");
        match kind.as_str() {
            "" | "text" => Self::Plain,
            "text/plain" => Self::Lines,
            "html" | "text/html" => Self::Html,
            _ if escaped && kind.contains("html") => Self::Html,
            "xhtml" | "application/xhtml+xml" => Self::Markup,
            _ if kind.ends_with("+xml") || kind.ends_with("/xml") => Self::Markup,
            _ if kind.starts_with("text/") => Self::Lines,
            _ if ["image/", "audio/", "video/"]
                .iter()
                .any(|start| kind.starts_with(start)) =>
            {
                Self::Binary
            }
            _ if kind.starts_with("application/") => Self::Base64 { html: false },
            _ => {
                notes.add(Note::Types);
                Self::Unsaid
            }
        }
    }
}
