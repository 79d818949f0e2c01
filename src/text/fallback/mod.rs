//! What stands in HTML for readers without scripts and plugins, put in the place of what needs them.
//!
//! Nobody runs scripts where feeds are read, so the inside of `noscript` is content, a picture that waits for a script is
//! the picture, a frame is a link to its address, and a formula is its text. This happens before the HTML is made safe:
//! what is written here is as hostile as what came in, and nothing here needs to be right for the result to be safe.
//!
//! The tokenizer is HTML's own (§13.2.5), so that a comment, a value or a script holds no tags. No tree is made: elements
//! that end in another order than they began are left to the parser that comes after.

use std::borrow::Cow;
use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use url::Url;

use formulas::Formula;
use raw::{Raw, raw_content};
use state::{Noscript, Rewriting};
use tags::{Attributes, write_text};

mod formulas;
mod frames;
mod needed;
mod objects;
mod once;
mod pictures;
mod raw;
mod state;
mod tags;

pub(super) use pictures::{is_real, of_srcset};

/// Text of a frame or script that is read; a formula or a line about a frame is shorter.
const MAX_RAW: usize = 16 * 1024;
/// Longer content of a `noscript` is no request to turn scripts on.
const MAX_NOTICE: usize = 600;

/// The HTML with its fallbacks in place; borrowed where it needs none. It must be [bounded](super::effort::is_bounded).
pub(super) fn resolve<'h>(html: &'h str, base: Option<&Url>) -> Cow<'h, str> {
    if !needed::is_needed(html) {
        return Cow::Borrowed(html);
    }
    let sink = Sink(RefCell::new(Rewriting::new(html.len(), base)));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    while !queue.is_empty() {
        let _ = tokenizer.feed(&queue);
    }
    tokenizer.end();
    Cow::Owned(tokenizer.sink.0.into_inner().out)
}

struct Sink<'b>(RefCell<Rewriting<'b>>);

impl TokenSink for Sink<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut rewriting = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return rewriting.start(&tag),
            Token::TagToken(tag) => rewriting.end(&tag),
            Token::CharacterTokens(text) => rewriting.text(&text),
            Token::EOFToken => rewriting.finish(),
            // Comments and document types say nothing to a reader.
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        let rewriting = self.0.borrow();
        rewriting.svg > 0 || rewriting.formula.is_some()
    }
}

impl Rewriting<'_> {
    fn text(&mut self, text: &str) {
        match &mut self.raw {
            Some(Raw::Nothing) => return,
            Some(Raw::Tex(kept) | Raw::Frame(_, kept)) => {
                let room = MAX_RAW.saturating_sub(kept.len()).min(text.len());
                kept.push_str(&text[..text.floor_char_boundary(room)]);
                return;
            }
            None => {}
        }
        if self.skipped.is_some() {
            return;
        }
        if let Some(formula) = &mut self.formula {
            return formula.text(text, &mut self.out);
        }
        if !text.trim().is_empty() {
            (self.last, self.written) = (None, None);
        }
        write_text(text, &mut self.out);
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        if let Some((raw, kind)) = raw_content(tag, self.svg > 0) {
            self.raw = Some(raw);
            return kind;
        }
        if let Some((name, open)) = &mut self.skipped {
            *open += usize::from(*name == *tag.name && !tag.self_closing);
            return TokenSinkResult::Continue;
        }
        if let Some(formula) = &mut self.formula {
            if formula.start(tag, &mut self.out) {
                return TokenSinkResult::Continue;
            }
            self.end_formula();
        }
        self.start_element(tag);
        TokenSinkResult::Continue
    }

    fn start_element(&mut self, tag: &Tag) {
        let attributes = Attributes(&tag.attrs);
        match &*tag.name {
            "noscript" => {
                self.noscript.get_or_insert(Noscript {
                    start: self.out.len(),
                    shows: false,
                });
            }
            "math" if !tag.self_closing => {
                self.formula = Some(Formula::new(tag, self.out.len()));
            }
            "img" | "amp-img" | "amp-anim" => self.picture(tag),
            "object" => self.start_object(tag),
            "applet" => {}
            "param" => self.param(attributes),
            "embed" => self.embed(tag),
            "source" | "video" | "audio" | "amp-video" | "amp-audio" => self.media(tag),
            name if frames::is_player_element(name) => self.player_element(tag),
            _ if self.is_drawn_formula(tag) => self.skipped = Some((tag.name.to_string(), 1)),
            name => {
                match name {
                    "svg" => self.svg += usize::from(!tag.self_closing),
                    "picture" => self.picture = Some(self.out.len()),
                    "a" => {
                        self.anchor = attributes.get("href").map(str::to_owned);
                        self.link_in_object();
                    }
                    _ => {}
                }
                tags::write_tag(name, attributes, tag.self_closing, &mut self.out);
            }
        }
    }

    /// Whether an element is the drawing of a formula that stands beside it as MathML, made by KaTeX or MathJax.
    fn is_drawn_formula(&self, tag: &Tag) -> bool {
        let attributes = Attributes(&tag.attrs);
        if attributes.get("aria-hidden") != Some("true") {
            return false;
        }
        let class = attributes.get("class").unwrap_or_default();
        match &*tag.name {
            // MathJax draws before it says.
            "mjx-math" | "nobr" => true,
            _ => self.written.is_some() && class.split_whitespace().any(|one| one == "katex-html"),
        }
    }

    fn end(&mut self, tag: &Tag) {
        let name = &*tag.name;
        if let Some(raw) = self.raw.take() {
            return self.end_raw(raw);
        }
        if let Some((skipped, open)) = &mut self.skipped {
            *open -= usize::from(*skipped == *name);
            if *open == 0 {
                self.skipped = None;
            }
            return;
        }
        if let Some(formula) = &mut self.formula {
            if name == "math" {
                self.end_formula();
            } else {
                formula.end(name, &mut self.out);
            }
            return;
        }
        match name {
            "noscript" => return self.end_noscript(),
            "object" => return self.end_object(),
            "applet" | "embed" | "param" | "amp-img" | "amp-anim" => return,
            "svg" => self.svg = self.svg.saturating_sub(1),
            "a" => self.anchor = None,
            _ => {}
        }
        tags::write_end(name.trim_start_matches("amp-"), &mut self.out);
        if name == "picture" {
            self.end_picture();
        }
    }

    fn end_raw(&mut self, raw: Raw) {
        if self.skipped.is_some() || self.formula.is_some() {
            return;
        }
        match raw {
            Raw::Nothing => {}
            // MathJax leaves the script behind what it made of it.
            Raw::Tex(tex) if self.written.is_none() => {
                let start = self.out.len();
                self.written = formulas::write_tex(&tex, start, &mut self.out);
            }
            Raw::Tex(_) => {}
            Raw::Frame(tag, inner) => self.frame(&tag, &inner),
        }
    }

    fn end_formula(&mut self) {
        if let Some(formula) = self.formula.take() {
            self.written = formula.finish(&mut self.out);
            self.last = None;
        }
    }

    /// A request to turn scripts on is for nobody who reads a feed.
    fn end_noscript(&mut self) {
        let Some(Noscript { start, shows }) = self.noscript.take() else {
            return;
        };
        let inner = self.out.get(start..).unwrap_or_default();
        if !shows && inner.len() <= MAX_NOTICE && inner.to_ascii_lowercase().contains("javascript")
        {
            self.out.truncate(start);
            (self.last, self.written, self.picture) = (None, None, None);
        }
    }

    fn finish(&mut self) {
        if let Some(raw) = self.raw.take() {
            self.end_raw(raw);
        }
        self.end_formula();
        while !self.objects.is_empty() {
            self.end_object();
        }
        self.end_noscript();
    }
}
