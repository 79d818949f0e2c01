//! The title of a web page that stands where a feed should be: it tells an operator at once what stands in between.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// A title stands near the beginning of a page; one behind this much of it is not looked for.
const MAX_BYTES: usize = 256 * 1024;
/// Bytes that the tokenizer is given at a time.
const PIECE: usize = 4 * 1024;
/// One tag or comment that goes on for so many pieces was written to be slow: the tokenizer compares each attribute of a tag with all
/// that stand before it.
const ENDLESS: usize = 16;
/// Characters of a title that are told: a line of a log, not an article.
const MAX_CHARS: usize = 100;

/// The title of a page as plain text in one line, cut; else its first heading. `None`: it has neither.
pub(super) fn title_of(page: &str) -> Option<String> {
    let mut rest = &page[..page.floor_char_boundary(MAX_BYTES)];
    let queue = BufferQueue::default();
    let tokenizer = Tokenizer::new(Titles::default(), TokenizerOpts::default());
    let mut without_token = 0;
    while !rest.is_empty() && without_token < ENDLESS && !tokenizer.sink.has_title() {
        let (piece, behind) = rest.split_at(rest.floor_char_boundary(PIECE));
        queue.push_back(StrTendril::from_slice(piece));
        let _ = tokenizer.feed(&queue);
        without_token = match tokenizer.sink.0.borrow_mut().take_tokens() {
            0 => without_token + 1,
            _ => 0,
        };
        rest = behind;
    }
    tokenizer.end();
    let seen = tokenizer.sink.0.into_inner();
    one_line(&seen.title).or_else(|| one_line(&seen.heading))
}

/// Without line ends and controls, and no longer than a line.
fn one_line(text: &str) -> Option<String> {
    let visible = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = visible.filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    let mut cut: String = line.chars().take(MAX_CHARS).collect();
    if cut.len() < line.len() {
        cut.push('\u{2026}');
    }
    (!cut.is_empty()).then_some(cut)
}

/// What the text that comes belongs to.
#[derive(Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Nothing,
    Title,
    Heading,
}

#[derive(Default)]
struct Seen {
    inside: Inside,
    /// Pictures have titles of their own.
    pictures: usize,
    title: String,
    heading: String,
    /// Since they were last asked for.
    tokens: usize,
}

impl Seen {
    fn take_tokens(&mut self) -> usize {
        std::mem::take(&mut self.tokens)
    }
}

#[derive(Default)]
struct Titles(RefCell<Seen>);

impl Titles {
    /// Whether a title was read to its end.
    fn has_title(&self) -> bool {
        let seen = self.0.borrow();
        seen.inside != Inside::Title && !seen.title.trim().is_empty()
    }
}

impl TokenSink for Titles {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut seen = self.0.borrow_mut();
        seen.tokens += usize::from(!matches!(token, Token::ParseError(_)));
        match token {
            Token::TagToken(tag) => {
                let starts = tag.kind == TagKind::StartTag;
                match &*tag.name {
                    "svg" if starts && !tag.self_closing => seen.pictures += 1,
                    "svg" => seen.pictures = seen.pictures.saturating_sub(1),
                    "title" if !starts => seen.inside = Inside::Nothing,
                    "title" if seen.pictures == 0 => {
                        if seen.title.trim().is_empty() {
                            seen.inside = Inside::Title;
                        }
                        return TokenSinkResult::RawData(RawKind::Rcdata);
                    }
                    "h1" | "h2" if starts && seen.heading.trim().is_empty() => {
                        seen.inside = Inside::Heading;
                    }
                    "h1" | "h2" => seen.inside = Inside::Nothing,
                    "script" if starts => return TokenSinkResult::RawData(RawKind::ScriptData),
                    "style" | "noembed" | "noframes" | "iframe" | "xmp" if starts => {
                        return TokenSinkResult::RawData(RawKind::Rawtext);
                    }
                    "textarea" if starts => return TokenSinkResult::RawData(RawKind::Rcdata),
                    _ => {}
                }
            }
            Token::CharacterTokens(text) => match seen.inside {
                Inside::Title => seen.title.push_str(&text),
                Inside::Heading => seen.heading.push_str(&text),
                Inside::Nothing => {}
            },
            _ => {}
        }
        TokenSinkResult::Continue
    }
}
