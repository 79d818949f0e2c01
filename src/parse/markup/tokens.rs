//! Tags and text of anything that looks like XML.
//!
//! Every byte is looked at a bounded number of times: what was scanned as a tag and turns out to be none becomes text as a
//! whole and is not scanned again, and where a terminator stands next is remembered. Nothing here can fail.

use memchr::{memchr, memchr2, memmem};

/// A piece of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::parse) enum Token<'t> {
    Start(Tag<'t>),
    /// The name in an end tag.
    End(&'t str),
    /// References are not resolved yet.
    Text(&'t str),
    /// Of a CDATA section.
    Literal(&'t str),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::parse) struct Tag<'t> {
    /// With its prefix.
    pub(in crate::parse) name: &'t str,
    /// As written.
    pub(in crate::parse) attributes: &'t str,
    /// `<name/>`.
    pub(in crate::parse) is_empty: bool,
}

/// Reads a text as tokens. Comments, processing instructions and declarations are passed over.
pub(in crate::parse) struct Tokens<'t> {
    text: &'t str,
    at: usize,
    comment: Ahead,
    cdata: Ahead,
    instruction: Ahead,
    double: Ahead,
    single: Ahead,
    open: Ahead,
    /// A `<` was met that opens nothing.
    pub(in crate::parse) stray: bool,
    /// A tag, comment or section was not closed.
    pub(in crate::parse) unclosed: bool,
}

/// Where a terminator stands next, found once for all who ask before it.
struct Ahead {
    what: &'static [u8],
    asked: usize,
    found: Option<usize>,
    is_known: bool,
}

impl Ahead {
    fn of(what: &'static [u8]) -> Self {
        Self {
            what,
            asked: 0,
            found: None,
            is_known: false,
        }
    }

    fn next(&mut self, text: &str, from: usize) -> Option<usize> {
        let still_true =
            self.is_known && self.asked <= from && self.found.is_none_or(|at| from <= at);
        if !still_true {
            let rest = text.as_bytes().get(from..)?;
            let found = match self.what {
                [one] => memchr(*one, rest),
                more => memmem::find(rest, more),
            };
            (self.asked, self.is_known) = (from, true);
            self.found = found.map(|at| from + at);
        }
        self.found
    }
}

impl<'t> Tokens<'t> {
    pub(in crate::parse) fn of(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            comment: Ahead::of(b"-->"),
            cdata: Ahead::of(b"]]>"),
            instruction: Ahead::of(b"?>"),
            double: Ahead::of(b"\""),
            single: Ahead::of(b"'"),
            open: Ahead::of(b"<"),
            stray: false,
            unclosed: false,
        }
    }

    /// Where what was read so far ends.
    pub(in crate::parse) fn position(&self) -> usize {
        self.at
    }

    /// Text from here to the next `<` behind the first `skipped` bytes.
    fn text_run(&mut self, skipped: usize) -> Token<'t> {
        let rest = &self.text[self.at..];
        let end = memchr(b'<', &rest.as_bytes()[skipped..]).map_or(rest.len(), |at| at + skipped);
        self.at += end;
        Token::Text(&rest[..end])
    }

    fn stray_text(&mut self) -> Token<'t> {
        self.stray = true;
        self.text_run(1)
    }

    /// What begins with `<`; `None`: something to pass over.
    fn markup(&mut self, rest: &'t str) -> Option<Token<'t>> {
        match rest.as_bytes().get(1) {
            Some(b'!') => self.declaration(rest),
            Some(b'?') => {
                let from = self.at + 2;
                self.at = self
                    .instruction
                    .next(self.text, from)
                    .map_or(from, |end| end + 2);
                None
            }
            Some(b'/') => Some(self.end_tag(rest)),
            Some(c) if c.is_ascii_alphabetic() || *c == b'_' => Some(self.start_tag(rest)),
            _ => Some(self.stray_text()),
        }
    }

    fn declaration(&mut self, rest: &'t str) -> Option<Token<'t>> {
        const CDATA: &str = "<![CDATA[";
        if rest.starts_with("<!--") {
            let from = self.at + 4;
            let end = self.comment.next(self.text, from);
            self.unclosed |= end.is_none();
            self.at = end.map_or(from, |end| end + 3);
            return None;
        }
        if rest
            .get(..CDATA.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(CDATA))
        {
            let from = self.at + CDATA.len();
            let Some(end) = self.cdata.next(self.text, from) else {
                self.unclosed = true;
                self.at = from;
                return None;
            };
            self.at = end + 3;
            return Some(Token::Literal(&self.text[from..end]));
        }
        self.at += memchr(b'>', rest.as_bytes()).map_or(rest.len(), |end| end + 1);
        None
    }

    fn end_tag(&mut self, rest: &'t str) -> Token<'t> {
        let inner = &rest[2..];
        let end = memchr2(b'>', b'<', inner.as_bytes()).unwrap_or(inner.len());
        let closed = inner.as_bytes().get(end) == Some(&b'>');
        self.unclosed |= !closed;
        self.at += 2 + end + usize::from(closed);
        Token::End(inner[..end].split_whitespace().next().unwrap_or_default())
    }

    fn start_tag(&mut self, rest: &'t str) -> Token<'t> {
        let is_end = |c: u8| c.is_ascii_whitespace() || b"/><=\"'".contains(&c);
        let name_end = rest
            .bytes()
            .skip(1)
            .position(is_end)
            .map_or(rest.len(), |at| at + 1);
        let name = &rest[1..name_end];
        // `<jo@host.example>` and `<https://host.example/>` are text.
        if name.contains('@') || name.ends_with(':') {
            return self.stray_text();
        }
        let close = match self.tag_close(self.at + name_end) {
            Ok(close) => close,
            Err(end) => {
                self.stray = true;
                let text = &self.text[self.at..end];
                self.at = end;
                return Token::Text(text);
            }
        };
        let inner = &self.text[self.at + name_end..close];
        self.at = close + 1;
        let attributes = inner.trim_end();
        let without_slash = attributes.strip_suffix('/');
        Token::Start(Tag {
            name,
            attributes: without_slash.unwrap_or(attributes),
            is_empty: without_slash.is_some(),
        })
    }

    /// The `>` that closes the tag whose attributes begin at `from`, else where another `<` or the end comes first. What was
    /// scanned in vain is text as a whole: looked at again from within, quotes in quotes would cost quadratic time.
    fn tag_close(&mut self, from: usize) -> Result<usize, usize> {
        let bytes = self.text.as_bytes();
        let (mut at, mut last) = (from, b' ');
        loop {
            let Some(&c) = bytes.get(at) else {
                return Err(bytes.len());
            };
            match c {
                b'>' => return Ok(at),
                b'<' => return Err(at),
                b'"' | b'\'' if last == b'=' => match self.quote_end(at) {
                    QuoteEnd::At(end) => at = end,
                    QuoteEnd::TagCloses(close) => return Ok(close),
                    QuoteEnd::Never(open) => return Err(open),
                },
                _ => {}
            }
            if !c.is_ascii_whitespace() {
                last = c;
            }
            at += 1;
        }
    }

    /// Where the value ends whose quote opens at `at`. A `<` cannot stand in it: where a `>` comes before that `<`, the
    /// closing quote was forgotten, and the tag ends at the `>`.
    fn quote_end(&mut self, at: usize) -> QuoteEnd {
        let from = at + 1;
        let quotes = match self.text.as_bytes()[at] {
            b'"' => &mut self.double,
            _ => &mut self.single,
        };
        let quote = quotes.next(self.text, from);
        let open = self.open.next(self.text, from).unwrap_or(self.text.len());
        if let Some(end) = quote.filter(|end| *end < open) {
            return QuoteEnd::At(end);
        }
        match (
            memchr(b'>', &self.text.as_bytes()[from.min(open)..open]),
            quote,
        ) {
            (Some(close), _) => QuoteEnd::TagCloses(from + close),
            (None, Some(end)) => QuoteEnd::At(end),
            (None, None) => QuoteEnd::Never(open),
        }
    }
}

enum QuoteEnd {
    At(usize),
    TagCloses(usize),
    /// The next `<`, or the end.
    Never(usize),
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
            if !rest.starts_with('<') {
                return Some(self.text_run(0));
            }
            if let Some(token) = self.markup(rest) {
                return Some(token);
            }
        }
    }
}
