//! Safe HTML with absolute links.
//!
//! Built up from nothing: what is not named here is gone. Never style, SVG or
//! MathML (every hole found in the sanitizer needed one of them), no forms, no
//! ids or classes, no scheme that a reader could run, no frames but those of a few players of videos.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use memchr::memchr;
use url::Url;

use super::allowed::{
    ANYWHERE, ATTRIBUTES, ELEMENTS, LINK_REL, MAX_BYTES, Place, REMOVED_WHOLE, SCHEMES, filter,
};
use super::cut::at_block;
use super::effort::bounded;
use super::embeds::finish;
use super::html::{between_tags, decode_entities};
use super::{fallback, straight};

/// Attempts to keep less of a text, until it is read as text alone.
const MAX_CUTS: usize = 2;

/// Passes until the output stays the same; a second one is needed for a few misnested tables.
const MAX_PASSES: usize = 3;

/// What a text lost when it was made safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Its end: it was too long.
    End,
    /// Its markup: to read it would have cost too much.
    Markup,
}

/// Makes HTML safe. Links are resolved against `base`; without one, relative ones are dropped. The same input gives the same
/// bytes, and the output, put in again, itself. HTML beyond the limits is cut at the end of a block, or comes back as its
/// text alone.
#[must_use]
pub fn sanitize(html: &str, base: Option<&Url>) -> String {
    safe(html, Place { base, page: base }).0
}

/// Makes the HTML of an article safe, as [`sanitize`] does, and says what was lost beside what is not safe. A bare fragment
/// (`#fn1`) leads into the article's own `page`, whatever its other links are relative to; where it has none, nowhere.
#[must_use]
pub fn sanitize_article(
    html: &str,
    base: Option<&Url>,
    page: Option<&Url>,
) -> (String, Option<Loss>) {
    safe(html, Place { base, page })
}

/// What [`sanitize`] makes of HTML in one walk, without a parser; `None`: it is not nested well enough, and has to be parsed. Both
/// ways lead to the same bytes: public for the tests alone, which hold that.
#[doc(hidden)]
#[must_use]
pub fn sanitize_by_walk(html: &str, base: Option<&Url>) -> Option<String> {
    walk(html, Place { base, page: base })
}

/// What [`sanitize`] makes of HTML with the parser; `None`: to parse it would cost too much. Public for tests and benches alone.
#[doc(hidden)]
#[must_use]
pub fn sanitize_by_parser(html: &str, base: Option<&Url>) -> Option<String> {
    parse(html, Place { base, page: base }).ok()
}

fn safe(html: &str, place: Place<'_>) -> (String, Option<Loss>) {
    // HTML §13.2.3.5: line breaks are one character before anything else is looked at.
    let html = match memchr(b'\r', html.as_bytes()) {
        Some(_) => &*html.replace("\r\n", "\n").replace('\r', "\n"),
        None => html,
    };
    let (mut clean, loss) = match within_bounds(html, place) {
        Some((clean, kept)) => (clean, (kept < html.len()).then_some(Loss::End)),
        None => return (as_text(html), Some(Loss::Markup)),
    };
    // Those that are not have one of these bytes; almost no text has any.
    let is_suspicious =
        |byte: &u8| *byte < b' ' && !matches!(*byte, b'\t' | b'\n' | b'\r') || *byte == 0xEF;
    let has_any = |chunk: &[u8]| chunk.iter().fold(false, |any, c| any | is_suspicious(c));
    if clean.as_bytes().chunks(4096).any(has_any) && clean.contains(|c| !is_legal(c)) {
        clean.retain(is_legal);
        // What only they kept, such as a picture described by one, goes with them.
        return (safe(&clean, place).0, loss);
    }
    clean.truncate(clean.trim_end().len());
    let blanks = clean.len() - clean.trim_start_matches(is_blank).len();
    clean.drain(..blanks);
    (clean, loss)
}

/// As much of the HTML as is within the limits, made safe, and how many bytes of it that is.
fn within_bounds(html: &str, place: Place<'_>) -> Option<(String, usize)> {
    let mut kept = at_block(html, MAX_BYTES);
    for _ in 0..=MAX_CUTS {
        let fits = match walk(kept, place).map_or_else(|| parse(kept, place), Ok) {
            Ok(clean) => return Some((clean, kept.len())),
            Err(TooMuch { fits }) => fits,
        };
        kept = at_block(kept, fits.min(kept.len() - 1));
        if kept.is_empty() {
            break;
        }
    }
    None
}

/// What [`parse`] gives, in one walk over the text; `None`: it has to be parsed.
fn walk(html: &str, place: Place<'_>) -> Option<String> {
    let clean = straight::clean(html, place)?;
    let finished = match finish(&clean) {
        Cow::Borrowed(_) => clean,
        Cow::Owned(finished) => finished,
    };
    (finished.len() <= MAX_BYTES).then_some(finished)
}

/// What a text does not begin with. A byte order mark would be gone the next time: parsers drop one there.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{FEFF}'
}

/// XML 1.0 §2.2 `Char` leaves the others out.
fn is_legal(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// HTML is beyond the limits.
#[derive(Debug, PartialEq, Eq)]
struct TooMuch {
    /// About how many of its bytes are within the limits; 0 where its length is not what exceeds them.
    fits: usize,
}

impl TooMuch {
    /// `all` bytes came of `html`, and only `read` of them are within the limits.
    fn share(html: &str, read: usize, all: usize) -> Self {
        if read == 0 || html.len() == all {
            return Self { fits: read };
        }
        // What comes of each byte is not the same all over a text.
        let share = html.len().saturating_mul(read) / all;
        Self {
            fits: share - share / 16,
        }
    }
}

/// The HTML as a parser reads it, made safe so that it stays itself when it is made safe again.
fn parse(html: &str, place: Place<'_>) -> Result<String, TooMuch> {
    let builder = builder(place);
    let mut clean = Cow::Borrowed(html);
    for _ in 0..MAX_PASSES {
        // What was written is measured too: a few formatting elements left open are repeated in every paragraph.
        if clean.len() > MAX_BYTES {
            return Err(TooMuch::share(html, MAX_BYTES, clean.len()));
        }
        let too_much = |of: &str, read| TooMuch::share(html, read, of.len());
        bounded(&clean).map_err(|read| too_much(&clean, read))?;
        let resolved = fallback::resolve(&clean, place.base);
        if matches!(resolved, Cow::Owned(_)) {
            bounded(&resolved).map_err(|read| too_much(&resolved, read))?;
        }
        let again = builder.clean(&resolved).to_string();
        let again = without_first_breaks(&finish(&again)).into_owned();
        if again == *clean {
            break;
        }
        clean = Cow::Owned(again);
    }
    Ok(clean.into_owned())
}

/// No `pre` begins with a line break: each time it is read, one of them is dropped (HTML §13.2.6.4.7).
fn without_first_breaks(html: &str) -> Cow<'_, str> {
    const OPEN: &str = "<pre";
    if !html.contains(OPEN) {
        return Cow::Borrowed(html);
    }
    let mut written = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once(OPEN) {
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        written.push_str(before);
        written.push_str(OPEN);
        written.push_str(&tag[..end]);
        rest = tag[end..].trim_start_matches('\n');
    }
    written.push_str(rest);
    Cow::Owned(written)
}

/// The sanitizer of texts at one place, which its filter of attributes owns.
fn builder(place: Place<'_>) -> Builder<'static> {
    let (base, page) = (place.base.cloned(), place.page.cloned());
    let mut builder = Builder::empty();
    builder
        .tags(NAMES.elements.clone())
        .clean_content_tags(NAMES.removed_whole.clone())
        .generic_attributes(NAMES.anywhere.clone())
        .tag_attributes(NAMES.attributes.clone())
        .url_schemes(NAMES.schemes.clone())
        .url_relative(UrlRelative::PassThrough)
        // The only attribute it adds: two would come in an order that changes from run to run.
        .link_rel(Some(LINK_REL))
        .attribute_filter(move |element, attribute, value| {
            let place = Place {
                base: base.as_ref(),
                page: page.as_ref(),
            };
            filter(place, element, attribute, value, None)
        });
    builder
}

/// What the policy names, as the sanitizer takes it.
struct Names {
    elements: HashSet<&'static str>,
    removed_whole: HashSet<&'static str>,
    anywhere: HashSet<&'static str>,
    attributes: HashMap<&'static str, HashSet<&'static str>>,
    schemes: HashSet<&'static str>,
}

/// Hashed once: to hash them takes as long as to clean a short text.
static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let set = |names: &[&'static str]| names.iter().copied().collect();
    let attributes = ATTRIBUTES.iter();
    Names {
        elements: set(ELEMENTS),
        removed_whole: set(REMOVED_WHOLE),
        anywhere: set(ANYWHERE),
        attributes: attributes.map(|(of, names)| (*of, set(names))).collect(),
        schemes: set(SCHEMES),
    }
});

/// What stands between the tags, escaped as a serializer does it, so that it stays itself when it is sanitized again.
fn as_text(html: &str) -> String {
    let mut escaped = String::new();
    let text = between_tags(html, MAX_BYTES);
    let text = decode_entities(&text);
    let begin = |c: &char| is_blank(*c) || !is_legal(*c);
    for c in text.chars().skip_while(begin).filter(|c| is_legal(*c)) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\u{A0}' => escaped.push_str("&nbsp;"),
            '\r' => escaped.push('\n'),
            c => escaped.push(c),
        }
        if escaped.len() > MAX_BYTES - "&nbsp;".len() {
            break;
        }
    }
    escaped.trim_end().to_owned()
}
