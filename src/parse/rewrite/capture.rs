//! The value of a field, gathered from text, CDATA and markup in any mixture.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::escape::partial_escape;

use super::attributes::Attributes;
use super::notes::{Note, Notes};
use super::references;

/// Bytes of a text for reading that are kept: HTML of half as many comes back as text already.
const MOST: usize = 1024 * 1024;

/// How a text construct says that it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// RSS: nobody says, so what looks like HTML is HTML.
    Unsaid,
    /// Atom `type="text"`.
    Plain,
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

/// A field's value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::parse) struct Value {
    pub(in crate::parse) text: String,
    pub(in crate::parse) is_html: bool,
}

impl Form {
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
            "" | "text" | "text/plain" => Self::Plain,
            "html" | "text/html" => Self::Html,
            _ if escaped && kind.contains("html") => Self::Html,
            "xhtml" | "application/xhtml+xml" => Self::Markup,
            _ if kind.ends_with("+xml") || kind.ends_with("/xml") => Self::Markup,
            _ if kind.starts_with("text/") => Self::Plain,
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

/// A value in the making.
pub(super) struct Capture {
    form: Form,
    text: String,
    /// Elements stood in it: what is text among them must be escaped.
    has_markup: bool,
    /// What stood before the first of them was HTML itself, escaped: so is the rest.
    is_escaped: bool,
    /// Bytes that are kept.
    most: usize,
}

impl Capture {
    pub(super) fn new(form: Form) -> Self {
        Self {
            form,
            text: String::new(),
            has_markup: false,
            is_escaped: false,
            most: usize::MAX,
        }
    }

    /// Of a text for reading: what no reader could show is not kept.
    pub(super) fn of_text(form: Form) -> Self {
        Self {
            most: MOST,
            ..Self::new(form)
        }
    }

    fn is_full(&self) -> bool {
        self.text.len() >= self.most
    }

    pub(super) fn is_markup(&self) -> bool {
        self.form == Form::Markup
    }

    /// Nothing but white space so far.
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Text whose references are to be resolved, or that of a CDATA section.
    pub(super) fn push(&mut self, raw: &str, literal: bool, notes: &mut Notes) {
        // What stays of a CDATA section within another.
        let raw = raw.strip_prefix("]]>").unwrap_or(raw);
        let room = self.most.saturating_sub(self.text.len());
        let raw = &raw[..raw.floor_char_boundary(room)];
        if !self.has_markup {
            match literal {
                true => self
                    .text
                    .push_str(raw.strip_prefix("<![CDATA[").unwrap_or(raw)),
                false => references::resolve(raw, &mut self.text, notes),
            }
            return;
        }
        let mut resolved = String::new();
        match literal {
            true => resolved.push_str(raw),
            false => references::resolve(raw, &mut resolved, notes),
        }
        let is_html = self.is_escaped || literal;
        if self.form != Form::Markup && is_html && looks_like_html(&resolved) {
            self.text.push_str(&resolved);
        } else {
            self.text.push_str(&partial_escape(resolved.as_str()));
        }
    }

    /// An element stands in it: from here on it is HTML.
    pub(super) fn begin_markup(&mut self) {
        if self.has_markup {
            return;
        }
        self.has_markup = true;
        let is_html =
            self.form == Form::Html || (self.form != Form::Markup && looks_like_html(&self.text));
        if !is_html {
            self.text = partial_escape(self.text.as_str()).into_owned();
        }
    }

    /// An element's start.
    pub(super) fn open(&mut self, local: &str, attributes: &Attributes<'_>, is_empty: bool) {
        self.begin_markup();
        if self.is_full() {
            return;
        }
        self.text.push('<');
        self.text.push_str(local);
        for (name, value) in attributes.iter() {
            if is_name(name) && !name.starts_with("xmlns") {
                self.text.push(' ');
                self.text.push_str(name);
                self.text.push_str("=\"");
                self.text.push_str(&quick_xml::escape::escape(value));
                self.text.push('"');
            }
        }
        self.text.push_str(if is_empty { "/>" } else { ">" });
    }

    /// An element's end.
    pub(super) fn close(&mut self, local: &str) {
        if self.is_full() {
            return;
        }
        self.text.push_str("</");
        self.text.push_str(local);
        self.text.push('>');
    }

    pub(super) fn finish(self) -> Value {
        let text = self.text;
        let is_html = match self.form {
            Form::Binary => return Value::default(),
            Form::Base64 { html } if !self.has_markup => return decoded(&text, html),
            _ if self.has_markup => true,
            Form::Html => true,
            Form::Plain => false,
            Form::Unsaid | Form::Markup | Form::Base64 { .. } => looks_like_html(&text),
        };
        Value { text, is_html }
    }
}

/// What base64 stands for, if that is text; else what stands there, if that is text.
fn decoded(text: &str, html: bool) -> Value {
    let packed: String = text.split_ascii_whitespace().collect();
    match STANDARD.decode(&packed).map(String::from_utf8) {
        Ok(Ok(text)) => Value {
            is_html: html,
            text,
        },
        Ok(Err(_)) => Value::default(),
        Err(_) => Value {
            is_html: looks_like_html(text),
            text: text.to_owned(),
        },
    }
}

/// Whether a text has tags or character references in it.
pub(super) fn looks_like_html(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'<', b'&', bytes).any(|at| {
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        let next_is_name = next.is_ascii_alphabetic();
        match bytes[at] {
            b'<' => next_is_name || matches!(next, b'/' | b'!'),
            _ => {
                let end = bytes[at + 1..].iter().take(12).position(|c| *c == b';');
                end.is_some() && (next_is_name || next == b'#')
            }
        }
    })
}

/// A name that can be written into HTML as it stands.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || b"-_:".contains(&c))
}
