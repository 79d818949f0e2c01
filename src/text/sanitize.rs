//! Safe HTML with absolute links.
//!
//! Built up from nothing: what is not named here is gone. Never style, SVG or
//! MathML (every hole found in the sanitizer needed one of them), no forms, no
//! ids or classes, no scheme that a reader could run, no frames but those of a few players of videos.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use url::Url;

use super::effort::is_bounded;
use super::embeds::{candidates, finish, player};
use super::html::{between_tags, decode_entities};

const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "iframe",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

/// Elements that go with everything in them.
const REMOVED_WHOLE: &[&str] = &[
    "script",
    "style",
    "noscript",
    "template",
    "object",
    "embed",
    "applet",
    "svg",
    "math",
    "xmp",
    "plaintext",
    "textarea",
    "select",
    "title",
    "head",
    "frameset",
    "noembed",
    "noframes",
];

const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "hreflang"]),
    ("audio", &["src", "controls", "loop"]),
    ("blockquote", &["cite"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("del", &["cite", "datetime"]),
    ("details", &["open"]),
    // Of a frame with a document of its own nothing is kept, for which it must be seen.
    ("iframe", &["src", "srcdoc", "width", "height"]),
    // What scripts would load becomes `src` and `srcset`.
    (
        "img",
        &[
            "src",
            "srcset",
            "alt",
            "width",
            "height",
            "data-src",
            "data-original",
            "data-srcset",
        ],
    ),
    ("ins", &["cite", "datetime"]),
    ("li", &["value"]),
    ("ol", &["start", "reversed", "type"]),
    ("q", &["cite"]),
    ("source", &["src", "srcset", "type", "media"]),
    ("td", &["colspan", "rowspan", "headers"]),
    ("th", &["colspan", "rowspan", "headers", "scope"]),
    ("time", &["datetime"]),
    ("track", &["src", "kind", "label", "srclang"]),
    (
        "video",
        &["src", "poster", "controls", "loop", "width", "height"],
    ),
];

/// Schemes of links; pictures and media come by the first two alone.
const SCHEMES: &[&str] = &["http", "https", "mailto", "tel", "magnet", "xmpp", "geo"];

/// Longer HTML comes back as text, cut here.
const MAX_BYTES: usize = 512 * 1024;
/// Longer values of attributes are left out: no link or description of a picture is.
const MAX_VALUE_BYTES: usize = 8 * 1024;

/// Passes until the output stays the same; a second one is needed for a few misnested tables.
const MAX_PASSES: usize = 3;

/// Makes HTML safe. Links are resolved against `base`; without one, relative ones are dropped. The same input gives the same
/// bytes, and the output, put in again, itself. HTML beyond the limits comes back as its text alone.
#[must_use]
pub fn sanitize(html: &str, base: Option<&Url>) -> String {
    let Some(mut clean) = clean(html, base) else {
        return as_text(html);
    };
    // Those that are not have one of these bytes; almost no text has any.
    let suspicious =
        |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0xEF;
    if clean.bytes().any(suspicious) {
        clean.retain(is_legal);
    }
    clean.trim().to_owned()
}

/// XML 1.0 §2.2 `Char` leaves the others out.
fn is_legal(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// The HTML that stays itself when it is cleaned again; `None`: it is beyond the limits.
fn clean(html: &str, base: Option<&Url>) -> Option<String> {
    let builder = builder(base.cloned());
    let mut clean = Cow::Borrowed(html);
    for _ in 0..MAX_PASSES {
        // What was written is measured too: a few formatting elements left open are repeated in every paragraph.
        if clean.len() > MAX_BYTES || !is_bounded(&clean) {
            return None;
        }
        let again = finish(&builder.clean(&clean).to_string()).into_owned();
        if again == *clean {
            break;
        }
        clean = Cow::Owned(again);
    }
    Some(clean.into_owned())
}

fn builder(base: Option<Url>) -> Builder<'static> {
    let attributes: HashMap<&str, HashSet<&str>> = ATTRIBUTES
        .iter()
        .map(|(element, names)| (*element, names.iter().copied().collect()))
        .collect();
    let mut builder = Builder::empty();
    builder
        .tags(ELEMENTS.iter().copied().collect())
        .clean_content_tags(REMOVED_WHOLE.iter().copied().collect())
        .generic_attributes(HashSet::from(["lang", "dir", "title"]))
        .tag_attributes(attributes)
        .url_schemes(SCHEMES.iter().copied().collect())
        .url_relative(UrlRelative::PassThrough)
        // The only attribute it adds: two would come in an order that changes from run to run.
        .link_rel(Some("noopener noreferrer nofollow"))
        .attribute_filter(move |element, attribute, value| {
            filter(base.as_ref(), element, attribute, value)
        });
    builder
}

fn filter<'v>(
    base: Option<&Url>,
    element: &str,
    attribute: &str,
    value: &'v str,
) -> Option<Cow<'v, str>> {
    match (element, attribute) {
        // Only that it is there matters, however long it is.
        ("iframe", "srcdoc") => return Some(Cow::Borrowed("")),
        _ if value.len() > MAX_VALUE_BYTES => return None,
        // An empty address is that of the page itself, which is no picture.
        (_, "src" | "poster") if value.trim().is_empty() => return None,
        ("iframe", "src") => return player(value.trim()).map(Cow::Owned),
        _ => {}
    }
    match attribute {
        "href" | "src" | "cite" | "poster" | "data-src" | "data-original" => {
            // A link to a place in the same document has no place to go to in a merged one.
            let url = absolute(base, value)?;
            (is_web(&url) || (element == "a" && SCHEMES.contains(&url.scheme())))
                .then(|| Cow::Owned(url.into()))
        }
        "srcset" | "data-srcset" => candidates(value, MAX_VALUE_BYTES, |address| {
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
    for c in decode_entities(&text)
        .trim()
        .chars()
        .filter(|c| is_legal(*c))
    {
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
