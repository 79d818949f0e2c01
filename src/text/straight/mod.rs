//! HTML that a parser takes as it stands, made safe in one walk.
//!
//! Most texts of feeds are well nested. A tree of them, written again, is the text itself without what is not allowed, so
//! no tree is needed. This walk follows the rules of HTML's tree construction (§13.2.6) for elements whose rules it knows
//! and gives up where they would do anything but open and close what stands there, or where a second pass could give
//! another result: the sanitizer proper is asked then. What it returns is what the sanitizer would return, to the byte;
//! of more elements than a tree is made of, too, where the sanitizer would return the text alone: a walk is no effort.
//!
//! That there is a second way at all has one reason: by `cargo bench --bench parse`, a parser takes nineteen times as long for
//! paragraphs with links in them, and to read a document of such entries would take six to ten times as long as it does.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};

use super::allowed::{MAX_BYTES, Place};
use elements::{Element, Kind};

mod attributes;
mod elements;
mod references;

/// Elements within elements; deeper ones are the sanitizer's business.
const DEEPEST: usize = 64;
/// Dropped at the start of a text and nowhere else: what stands before it may go.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();
/// Written `&nbsp;`.
const NO_BREAK_SPACE: &[u8] = "\u{A0}".as_bytes();

/// The HTML made safe; `None`: it is not of this kind.
pub(super) fn clean<'h>(html: &'h str, place: Place<'h>) -> Option<String> {
    // Whole chunks without a branch: the compiler makes vectors of it.
    let is_low = |c: &u8| *c < b' ' && !matches!(*c, b'\t' | b'\n');
    let has_controls = |chunk: &[u8]| chunk.iter().fold(false, |any, c| any | is_low(c));
    let is_left_out = html.len() > MAX_BYTES
        || memmem::find(html.as_bytes(), BYTE_ORDER_MARK).is_some()
        || html.as_bytes().chunks(4096).any(has_controls);
    if is_left_out {
        return None;
    }
    let mut walk = Walk {
        html,
        at: 0,
        out: String::with_capacity(html.len() + html.len() / 4),
        open: Vec::with_capacity(16),
        in_paragraph: false,
        formatting: 0,
        literal_from: usize::MAX,
        has_no_break_spaces: memmem::find(html.as_bytes(), NO_BREAK_SPACE).is_some(),
        attributes: Vec::new(),
        place,
    };
    while walk.at < html.len() {
        walk.step()?;
    }
    walk.finish()
}

struct Walk<'h> {
    html: &'h str,
    at: usize,
    out: String,
    open: Vec<&'static Element>,
    /// One of `open` is a paragraph.
    in_paragraph: bool,
    /// The formatting elements in `open`, a bit each.
    formatting: u32,
    /// Where `out` ended when a `pre` was opened: the parser drops a line break there.
    literal_from: usize,
    has_no_break_spaces: bool,
    /// Of the tag that is being read.
    attributes: Vec<(&'static str, Cow<'h, str>)>,
    place: Place<'h>,
}

impl<'h> Walk<'h> {
    /// A text and the markup behind it; `None` here and below: this is a case for the parser.
    fn step(&mut self) -> Option<()> {
        let rest = &self.html.as_bytes()[self.at..];
        let end = memchr(b'<', rest).unwrap_or(rest.len());
        if end > 0 {
            self.text(self.at + end)?;
        }
        match rest.get(end + 1) {
            None if end == rest.len() => Some(()),
            Some(b'/') => self.end_tag(),
            Some(b'!') => self.comment(),
            Some(c) if c.is_ascii_alphabetic() => self.start_tag(),
            _ => None,
        }
    }

    fn finish(mut self) -> Option<String> {
        if self.top() == Some(Kind::Paragraph) {
            self.close();
        }
        self.open.is_empty().then_some(self.out)
    }

    fn top(&self) -> Option<Kind> {
        self.open.last().map(|element| element.kind)
    }

    /// Text up to the byte `end`.
    fn text(&mut self, end: usize) -> Option<()> {
        let text = &self.html[self.at..end];
        self.at = end;
        // Within a table's own structure a text would be moved before it.
        let is_blank = || text.bytes().all(|byte| byte.is_ascii_whitespace());
        if self.top().is_some_and(Kind::is_structure) && !is_blank() {
            return None;
        }
        let start = self.out.len();
        let mut rest = text;
        while let Some(at) = memchr2(b'&', b'>', rest.as_bytes()) {
            self.plain(&rest[..at]);
            rest = &rest[at..];
            let length = if rest.starts_with('>') {
                self.out.push_str("&gt;");
                1
            } else {
                references::in_text(rest, &mut self.out)?
            };
            rest = &rest[length..];
        }
        self.plain(rest);
        let is_dropped = start == self.literal_from && self.out[start..].starts_with('\n');
        (!is_dropped).then_some(())
    }

    /// Text without a character that is escaped but the no-break space.
    fn plain(&mut self, text: &str) {
        if self.has_no_break_spaces {
            references::escape(text, &mut self.out);
        } else {
            self.out.push_str(text);
        }
    }

    /// Comments go. One that ends or begins in a way of its own is left to the parser.
    fn comment(&mut self) -> Option<()> {
        let inner = self.html[self.at..].strip_prefix("<!--")?;
        let end = memmem::find(inner.as_bytes(), b"--")?;
        let is_plain = inner[end..].starts_with("-->") && !inner.starts_with(['>', '-']);
        self.at += "<!--".len() + end + "-->".len();
        // What stands behind it would come to stand right behind the `pre`.
        (is_plain && self.out.len() != self.literal_from).then_some(())
    }

    fn start_tag(&mut self) -> Option<()> {
        let rest = &self.html.as_bytes()[self.at + 1..];
        let length = rest.iter().position(|c| !c.is_ascii_alphanumeric())?;
        let element = elements::named(&rest[..length])?;
        if !matches!(rest[length], b' ' | b'\t' | b'\n' | b'/' | b'>') {
            return None;
        }
        self.at += 1 + length;
        self.make_room(element)?;
        self.read_attributes(element)?;
        self.write_tag(element)?;
        match element.kind {
            Kind::Void | Kind::Rule => return Some(()),
            Kind::Paragraph => self.in_paragraph = true,
            Kind::Formatting(bit) => self.formatting |= 1 << bit,
            Kind::Literal => self.literal_from = self.out.len(),
            _ => {}
        }
        self.open.push(element);
        (self.open.len() <= DEEPEST).then_some(())
    }

    /// Does what the rules have done before an element is put in: closes a paragraph, opens a table's body.
    fn make_room(&mut self, element: &Element) -> Option<()> {
        match (self.top(), element.kind) {
            (Some(Kind::Table), Kind::Section) => return Some(()),
            (Some(Kind::Table), Kind::Row) => {
                let body = elements::named(b"tbody")?;
                self.out.push_str("<tbody>");
                self.open.push(body);
                return Some(());
            }
            (Some(Kind::Section), Kind::Row) | (Some(Kind::Row), Kind::Cell) => return Some(()),
            (Some(top), _) if top.is_structure() => return None,
            (_, Kind::Section | Kind::Row | Kind::Cell) => return None,
            // The sanitizer may take a picture out of a `pre`, and then the line break behind it comes first.
            (_, Kind::Void) if self.out.len() == self.literal_from => return None,
            (_, Kind::Void | Kind::Inline) => return Some(()),
            // An open one of the same name would be closed, or limit how often this one is opened again.
            (_, Kind::Formatting(bit)) => return (self.formatting & 1 << bit == 0).then_some(()),
            _ => {}
        }
        if self.in_paragraph {
            match self.top() {
                Some(Kind::Paragraph) => self.close(),
                _ => return None,
            }
        }
        let fits = match (self.top(), element.kind) {
            (Some(Kind::Heading), Kind::Heading) => false,
            (Some(top), Kind::Item) => top == Kind::List,
            (Some(top), Kind::Term) => top == Kind::Terms,
            (None, Kind::Item | Kind::Term) => false,
            _ => true,
        };
        fits.then_some(())
    }

    /// An end tag of what is open, or of what stands around a paragraph or a table's body that ends with it.
    fn end_tag(&mut self) -> Option<()> {
        let rest = &self.html.as_bytes()[self.at + 2..];
        let length = rest.iter().position(|c| !c.is_ascii_alphanumeric())?;
        let blanks = rest[length..]
            .iter()
            .position(|c| !matches!(c, b' ' | b'\t' | b'\n'))?;
        if rest[length + blanks] != b'>' {
            return None;
        }
        let name = &rest[..length];
        self.at += 2 + length + blanks + 1;
        let is_it = |element: &Element| element.name.as_bytes().eq_ignore_ascii_case(name);
        if self.open.last().is_some_and(|top| is_it(top)) {
            self.close();
            return Some(());
        }
        let named = elements::named(name)?;
        if matches!(named.kind, Kind::Void | Kind::Rule) {
            // XML has one. It says nothing, but that of a line break makes another.
            return (named.name != "br").then_some(());
        }
        let [.., around, top] = self.open.as_slice() else {
            return None;
        };
        let ends_with_it = match top.kind {
            Kind::Paragraph => around.kind.ends_paragraphs(),
            Kind::Section => around.kind == Kind::Table,
            _ => false,
        };
        if !ends_with_it || !is_it(around) {
            return None;
        }
        self.close();
        self.close();
        Some(())
    }

    /// Closes the innermost element.
    fn close(&mut self) {
        let Some(element) = self.open.pop() else {
            return;
        };
        match element.kind {
            Kind::Paragraph => self.in_paragraph = false,
            Kind::Formatting(bit) => self.formatting &= !(1 << bit),
            _ => {}
        }
        self.out.push_str("</");
        self.out.push_str(element.name);
        self.out.push('>');
    }
}
