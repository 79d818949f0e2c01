//! The feed that a web page names: `<link rel="alternate" type="application/rss+xml" href="…">`.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use url::Url;

use super::links::web_url;

/// Media types of feeds; a page that names several means the first.
const FEED_TYPES: &[&str] = &[
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "text/rss+xml",
    "text/atom+xml",
];
/// JSON Feed's first version had no type of its own; a title must then say that it is a feed.
const JSON: &str = "application/json";
/// The head of a page stands at its beginning.
const MAX_BYTES: usize = 256 * 1024;

/// The first feed that a page names. `base`: where the page is.
pub(super) fn feed_of(page: &str, base: Option<&Url>) -> Option<Url> {
    let start = &page[..page.floor_char_boundary(MAX_BYTES)];
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(start));
    let sink = Links {
        base: RefCell::new(base.cloned()),
        found: RefCell::new(None),
    };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    let found = tokenizer.sink.found.borrow_mut().take()?;
    // A page that names itself would be read for ever.
    (Some(&found) != base).then_some(found)
}

struct Links {
    base: RefCell<Option<Url>>,
    found: RefCell<Option<Url>>,
}

impl TokenSink for Links {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else {
            return TokenSinkResult::Continue;
        };
        if tag.kind != TagKind::StartTag {
            return TokenSinkResult::Continue;
        }
        match &*tag.name {
            "base" => self.rebase(&tag),
            "link" => self.look_at(&tag),
            "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "noembed" | "noframes" | "iframe" | "xmp" => {
                return TokenSinkResult::RawData(RawKind::Rawtext);
            }
            "title" | "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Links {
    /// The first `<base href>` counts.
    fn rebase(&self, tag: &Tag) {
        let mut base = self.base.borrow_mut();
        if let Some(url) = attribute(tag, "href").and_then(|href| web_url(href, base.as_ref())) {
            *base = Some(url);
        }
    }

    fn look_at(&self, tag: &Tag) {
        let says = |name: &str, wanted: &dyn Fn(&str) -> bool| {
            attribute(tag, name).is_some_and(|value| wanted(&value.to_ascii_lowercase()))
        };
        let alternate = says("rel", &|rel| {
            rel.split_ascii_whitespace()
                .any(|token| token == "alternate" || token == "feed")
        });
        let typed = says("type", &|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            FEED_TYPES.contains(&kind)
                || (kind == JSON && says("title", &|title| title.contains("feed")))
        });
        let Some(href) = attribute(tag, "href").filter(|_| alternate && typed) else {
            return;
        };
        let mut found = self.found.borrow_mut();
        if found.is_none() {
            *found = feed_url(href.trim(), self.base.borrow().as_ref());
        }
    }
}

fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    let found = tag.attrs.iter().find(|one| &*one.name.local == name)?;
    Some(&found.value)
}

/// `feed:https://…` and `feed://…` mean what stands behind them, the latter over http.
fn feed_url(href: &str, base: Option<&Url>) -> Option<Url> {
    let scheme = href
        .get(..5)
        .filter(|start| start.eq_ignore_ascii_case("feed:"));
    match scheme.map(|_| &href[5..]) {
        Some(rest) if rest.starts_with("//") => web_url(&format!("http:{rest}"), None),
        Some(rest) => web_url(rest, base),
        None => web_url(href, base),
    }
}
