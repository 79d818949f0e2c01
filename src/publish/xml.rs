//! An XML writer that nothing a publisher wrote can break.

use std::borrow::Cow;

use quick_xml::Writer;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::name::QName;

use super::piece::Shell;
use crate::model::Timestamp;

/// Writes elements into memory. Text and attribute values are escaped, characters that XML 1.0 §2.2 forbids are left out.
pub(super) struct Xml {
    writer: Writer<Vec<u8>>,
    /// Where the items go.
    items_at: Option<usize>,
}

impl Xml {
    fn empty_handed() -> Self {
        Self {
            writer: Writer::new_with_indent(Vec::new(), b' ', 1),
            items_at: None,
        }
    }

    pub(super) fn new() -> Self {
        let mut xml = Self::empty_handed();
        xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml
    }

    /// `<name attributes>` and what `inner` writes and `</name>`.
    pub(super) fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        inner: impl FnOnce(&mut Self),
    ) {
        self.event(Event::Start(start(name, attributes)));
        inner(self);
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// One element by itself, as it stands `depth` elements deep in a document, its indent before it.
    pub(super) fn piece(depth: usize, name: &str, inner: impl FnOnce(&mut Self)) -> Vec<u8> {
        Self::piece_with(depth, |xml| xml.element(name, &[], inner))
    }

    /// The same of what `write` writes.
    pub(super) fn piece_with(depth: usize, write: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut xml = Self::empty_handed();
        for _ in 0..depth {
            xml.event(Event::Start(BytesStart::new("x")));
        }
        let start = xml.writer.get_ref().len();
        write(&mut xml);
        xml.writer.into_inner().split_off(start)
    }

    /// Here the items go, which are written by themselves.
    pub(super) fn items_here(&mut self) {
        self.items_at = Some(self.writer.get_ref().len());
    }

    /// `<name attributes>text</name>`.
    pub(super) fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.event(Event::Start(start(name, attributes)));
        self.event(Event::Text(BytesText::from_escaped(escape(text))));
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// `<name attributes>text</name>` for people, where a reader may look for markup and there is none: `&` and `<` as numbers,
    /// as the RSS Advisory Board's best practices advise, so that nobody takes `&lt;b&gt;` for a tag that was escaped.
    pub(super) fn prose(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        let escaped = escape(text)
            .replace("&lt;", "&#x3C;")
            .replace("&amp;", "&#x26;");
        self.event(Event::Start(start(name, attributes)));
        self.event(Event::Text(BytesText::from_escaped(escaped)));
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// The same as [`Self::text`], where there is a text.
    pub(super) fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.text(name, &[], text);
        }
    }

    /// `<name attributes/>`.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Empty(start(name, attributes)));
    }

    pub(super) fn finish(self) -> Shell {
        let mut head = self.writer.into_inner();
        head.push(b'\n');
        let tail = head.split_off(self.items_at.unwrap_or(head.len()));
        Shell { head, tail }
    }

    fn event(&mut self, event: Event<'_>) {
        self.writer
            .write_event(event)
            .expect("writing into memory does not fail");
    }
}

fn start<'n>(name: &'n str, attributes: &[(&str, &str)]) -> BytesStart<'n> {
    let mut start = BytesStart::new(name);
    for (name, value) in attributes {
        // Written as it stands: it is escaped already.
        start.push_attribute(Attribute {
            key: QName(name),
            value: Cow::Owned(escape(value)),
        });
    }
    start
}

/// `>` is escaped too, so that no `]]>` can come about; a carriage return, which a reader would normalize away, as well.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = text;
    // Few characters need escaping, so everything between two of them is copied at once.
    while let Some(plain) = rest.bytes().position(may_be_special) {
        escaped.push_str(&rest[..plain]);
        let mut behind = rest[plain..].chars();
        let Some(c) = behind.next() else { break };
        rest = behind.as_str();
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' | '\n' => escaped.push(c),
            c if is_illegal(c) => {}
            c => escaped.push(c),
        }
    }
    escaped.push_str(rest);
    escaped
}

/// Whether a character whose first byte is this may need escaping, or is illegal. U+FFFE and U+FFFF begin with 0xEF.
fn may_be_special(byte: u8) -> bool {
    matches!(byte, b'&' | b'<' | b'>' | b'"' | ..b' ' | 0xEF)
}

/// XML 1.0 §2.2 `Char` leaves these out.
fn is_illegal(c: char) -> bool {
    matches!(c, '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// RFC 3339, to the second where nothing finer was given (RFC 4287 §3.3).
pub(super) fn rfc3339(at: Timestamp) -> String {
    writable(at).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// RFC 822 with a year of four digits.
pub(super) fn rfc822(at: Timestamp) -> String {
    writable(at).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Both forms have years of four digits: what lies beyond becomes the first or last second that they can say. Parsing lets
/// no such date in, but an older version stored some.
pub(super) fn writable(at: Timestamp) -> Timestamp {
    const FIRST: i64 = -62_135_596_800;
    const LAST: i64 = 253_402_300_799;
    if (FIRST..=LAST).contains(&at.timestamp()) {
        return at;
    }
    let edge = at.timestamp().clamp(FIRST, LAST);
    Timestamp::from_timestamp(edge, 0).unwrap_or_default()
}
