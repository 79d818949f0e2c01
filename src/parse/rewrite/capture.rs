//! The value of a field, gathered from text, CDATA and markup in any mixture.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::escape::partial_escape;
use url::Url;

use super::value::{Form, Kind, Value};
use crate::parse::links::web_url;
use crate::parse::markup::{Attributes, Notes, Tag, resolve};
use crate::text::{Tags, decode_entities, has_tags, with_surrogates_joined};

/// Bytes of a text for reading that are kept: HTML of half as many comes back as text already.
const MOST: usize = 1024 * 1024;

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
    /// `xml:base` in scope at its start.
    base: Option<Url>,
}

/// Attributes whose value leads somewhere.
const LINKS: [&str; 4] = ["href", "src", "poster", "cite"];

impl Capture {
    pub(super) fn new(form: Form) -> Self {
        Self {
            form,
            text: String::new(),
            has_markup: false,
            is_escaped: false,
            most: usize::MAX,
            base: None,
        }
    }

    /// What relative links in the text mean, where the document says so.
    pub(super) fn set_base(&mut self, base: Option<&Url>) {
        self.base = base.cloned();
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
                false => resolve(raw, &mut self.text, notes),
            }
            return;
        }
        let mut resolved = String::new();
        match literal {
            true => resolved.push_str(raw),
            false => resolve(raw, &mut resolved, notes),
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

    /// An element's start. `base`: `xml:base` in scope in it, which binds its links where the text has another.
    pub(super) fn open(
        &mut self,
        local: &str,
        attributes: &Attributes<'_>,
        is_empty: bool,
        base: Option<&Url>,
    ) {
        self.begin_markup();
        if self.is_full() {
            return;
        }
        self.text.push('<');
        self.text.push_str(local);
        let other = base.filter(|base| self.base.as_ref() != Some(*base));
        for (name, value) in attributes.iter() {
            if is_name(name) && !name.starts_with("xmlns") {
                let is_link = LINKS.contains(&name) && !value.starts_with('#');
                let absolute = other.filter(|_| is_link);
                let absolute = absolute.and_then(|base| web_url(value, Some(base)));
                let value = absolute.as_ref().map_or(value, Url::as_str);
                self.text.push(' ');
                self.text.push_str(name);
                self.text.push_str("=\"");
                self.text.push_str(&quick_xml::escape::escape(value));
                self.text.push('"');
            }
        }
        self.text.push_str(if is_empty { "/>" } else { ">" });
    }

    /// A tag of a headline as it stands, whatever it is: in `Vec<u8>` it is text.
    pub(super) fn open_tag(&mut self, tag: Tag<'_>) {
        self.begin_markup();
        let end = if tag.is_empty { "/>" } else { ">" };
        for part in ["<", tag.name, tag.attributes, end] {
            // The attributes begin with the blank before them.
            self.text.push_str(if self.is_full() { "" } else { part });
        }
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
        let (form, base, has_elements) = (self.form, self.base, self.has_markup);
        let tags = match form {
            _ if has_elements => Tags::Any,
            Form::Html | Form::Base64 { html: true } => Tags::Html,
            _ => Tags::Inline,
        };
        let (mut text, kind) = match form {
            Form::Binary => return Value::default(),
            Form::Base64 { html } if !has_elements => decoded(self.text, html),
            _ => {
                let kind = kind_of(form, has_elements, &self.text);
                (self.text, kind)
            }
        };
        if let Cow::Owned(joined) = with_surrogates_joined(&text) {
            text = joined;
        }
        // References without tags are escaped once too often: the lines still count.
        if form == Form::Notes
            && kind == Kind::Lines
            && let Cow::Owned(decoded) = decode_entities(&text)
        {
            text = decoded;
        }
        Value {
            text,
            kind,
            tags,
            base,
        }
    }
}

/// What a text is that is not packed. `has_elements`: elements stood in it.
fn kind_of(form: Form, has_elements: bool, text: &str) -> Kind {
    match form {
        _ if has_elements => Kind::Html,
        Form::Html => Kind::Html,
        Form::Plain => Kind::Text,
        Form::Lines => Kind::Lines,
        Form::Notes if has_tags(text) => Kind::Html,
        Form::Notes => Kind::Lines,
        Form::Unsaid | Form::Markup | Form::Base64 { .. } | Form::Binary => {
            match looks_like_html(text) {
                true => Kind::Html,
                false => Kind::Unsaid,
            }
        }
    }
}

/// What base64 stands for, if that is text; else what stands there, if that is text.
fn decoded(text: String, html: bool) -> (String, Kind) {
    let packed: String = text.split_ascii_whitespace().collect();
    let kind = |is_html: bool| if is_html { Kind::Html } else { Kind::Text };
    match STANDARD.decode(&packed).map(String::from_utf8) {
        Ok(Ok(text)) => (text, kind(html)),
        Ok(Err(_)) => (String::new(), Kind::Text),
        Err(_) => {
            let is_html = looks_like_html(&text);
            (text, kind(is_html))
        }
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
