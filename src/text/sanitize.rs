//! Safe HTML with absolute links.
//!
//! Built up from nothing: what is not named here is gone. Never style, SVG or
//! MathML (every hole found in the sanitizer needed one of them), no forms, no
//! ids or classes, no scheme that a reader could run, no frames but those of a few players of videos.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use memchr::memchr;
use url::Url;

use super::allowed::{ANYWHERE, ATTRIBUTES, ELEMENTS, LINK_REL, REMOVED_WHOLE, SCHEMES};
use super::cut::at_block;
use super::effort::bounded;
use super::embeds::{candidates, finish, player};
use super::html::{between_tags, decode_entities};
use super::{fallback, straight};

/// Longer HTML is cut, and so is HTML that has become longer: links grow when they are made absolute. The longest real
/// article that was found has 544 kB.
pub(super) const MAX_BYTES: usize = 1024 * 1024;
/// Attempts to keep less of a text, until it is read as text alone.
const MAX_CUTS: usize = 2;
/// Longer values of attributes are left out: no link or description of a picture is.
const MAX_VALUE_BYTES: usize = 8 * 1024;

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
    PAGE.replace(base.cloned());
    safe(html, base).0
}

/// Makes the HTML of an article safe, as [`sanitize`] does, and says what was lost beside what is not safe. A bare fragment
/// (`#fn1`) leads into the article's own `page`, whatever its other links are relative to; where it has none, nowhere.
#[must_use]
pub fn sanitize_article(
    html: &str,
    base: Option<&Url>,
    page: Option<&Url>,
) -> (String, Option<Loss>) {
    PAGE.replace(page.cloned());
    safe(html, base)
}

fn safe(html: &str, base: Option<&Url>) -> (String, Option<Loss>) {
    // HTML §13.2.3.5: line breaks are one character before anything else is looked at.
    let html = match memchr(b'\r', html.as_bytes()) {
        Some(_) => &*html.replace("\r\n", "\n").replace('\r', "\n"),
        None => html,
    };
    let (mut clean, loss) = match within_bounds(html, base) {
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
        return (safe(&clean, base).0, loss);
    }
    clean.truncate(clean.trim_end().len());
    let blanks = clean.len() - clean.trim_start_matches(is_blank).len();
    clean.drain(..blanks);
    (clean, loss)
}

/// As much of the HTML as is within the limits, made safe, and how many bytes of it that is.
fn within_bounds(html: &str, base: Option<&Url>) -> Option<(String, usize)> {
    let mut kept = at_block(html, MAX_BYTES);
    for _ in 0..=MAX_CUTS {
        let fits = match straight_clean(kept, base).map_or_else(|| clean(kept, base), Ok) {
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

/// What [`clean`] gives, without it; `None`: there is no way around it.
pub(super) fn straight_clean(html: &str, base: Option<&Url>) -> Option<String> {
    let clean = straight::clean(html, base)?;
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
pub(super) struct TooMuch {
    /// About as many bytes of it are not; none, where it is not their number that is too much.
    fits: usize,
}

impl TooMuch {
    /// Where of `all` bytes that came of `html` so many can be read.
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

/// The HTML that stays itself when it is cleaned again.
pub(super) fn clean(html: &str, base: Option<&Url>) -> Result<String, TooMuch> {
    BASE.replace(base.cloned());
    let mut clean = Cow::Borrowed(html);
    for _ in 0..MAX_PASSES {
        // What was written is measured too: a few formatting elements left open are repeated in every paragraph.
        if clean.len() > MAX_BYTES {
            return Err(TooMuch::share(html, MAX_BYTES, clean.len()));
        }
        let too_much = |of: &str, read| TooMuch::share(html, read, of.len());
        bounded(&clean).map_err(|read| too_much(&clean, read))?;
        let resolved = fallback::resolve(&clean, base);
        if matches!(resolved, Cow::Owned(_)) {
            bounded(&resolved).map_err(|read| too_much(&resolved, read))?;
        }
        let again = BUILDER.clean(&resolved).to_string();
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

thread_local! {
    /// What relative links mean in the HTML that [`BUILDER`] is cleaning.
    static BASE: RefCell<Option<Url>> = const { RefCell::new(None) };
    /// What bare fragments in the HTML that is being made safe belong to.
    static PAGE: RefCell<Option<Url>> = const { RefCell::new(None) };
}

/// Made once: it takes as long as cleaning a short text does.
static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(builder);

fn builder() -> Builder<'static> {
    let attributes: HashMap<&str, HashSet<&str>> = ATTRIBUTES
        .iter()
        .map(|(element, names)| (*element, names.iter().copied().collect()))
        .collect();
    let mut builder = Builder::empty();
    builder
        .tags(ELEMENTS.iter().copied().collect())
        .clean_content_tags(REMOVED_WHOLE.iter().copied().collect())
        .generic_attributes(ANYWHERE.iter().copied().collect())
        .tag_attributes(attributes)
        .url_schemes(SCHEMES.iter().copied().collect())
        .url_relative(UrlRelative::PassThrough)
        // The only attribute it adds: two would come in an order that changes from run to run.
        .link_rel(Some(LINK_REL))
        .attribute_filter(|element, attribute, value| {
            BASE.with_borrow(|base| filter(base.as_ref(), element, attribute, value, None))
        });
    builder
}

/// What an attribute's value becomes; `None`: it is left out. `resolved`: the address that it is, where that is known.
pub(super) fn filter<'v>(
    base: Option<&Url>,
    element: &str,
    attribute: &str,
    value: &'v str,
    resolved: Option<Url>,
) -> Option<Cow<'v, str>> {
    match (element, attribute) {
        _ if value.len() > MAX_VALUE_BYTES => return None,
        // An empty address is that of the page itself, which is no picture.
        (_, "src" | "poster") if value.trim().is_empty() => return None,
        ("iframe", "src") => return player(value.trim()).map(Cow::Owned),
        _ => {}
    }
    match attribute {
        "href" | "src" | "cite" | "poster" => {
            // Readers show many articles in one document, so a place in the same one is named whole.
            let is_here = attribute == "href"
                && matches!(value.trim_start().bytes().next(), None | Some(b'#'));
            let url = resolved.or_else(|| match is_here {
                true => PAGE.with_borrow(|page| absolute(page.as_ref(), value)),
                false => absolute(base, value),
            })?;
            (is_web(&url) || (element == "a" && SCHEMES.contains(&url.scheme())))
                .then(|| Cow::Owned(url.into()))
        }
        "srcset" => candidates(value, MAX_VALUE_BYTES, |address| {
            absolute(base, address).filter(is_web)
        })
        .map(Cow::Owned),
        "width" | "height" | "colspan" | "rowspan" | "span" | "start" | "value" => {
            let number = value.trim().trim_end_matches("px");
            let is_sane = number.parse::<u32>().is_ok_and(|number| number <= 10_000);
            is_sane.then_some(Cow::Borrowed(number))
        }
        _ => Some(Cow::Borrowed(value)),
    }
}

fn absolute(base: Option<&Url>, address: &str) -> Option<Url> {
    let address = address.trim();
    let url = match base {
        Some(base) => base.join(address),
        None => Url::parse(address),
    };
    url.ok()
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

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
