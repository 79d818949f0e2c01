//! Safe HTML with absolute links.
//!
//! Built up from nothing: what is not named here is gone. Never style, SVG or
//! MathML (every hole found in the sanitizer needed one of them), no forms, no
//! frames, no ids or classes, no scheme that a reader could run.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use url::Url;

use super::html::decode_entities;

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
    "iframe",
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
    ("img", &["src", "alt", "width", "height"]),
    ("ins", &["cite", "datetime"]),
    ("li", &["value"]),
    ("ol", &["start", "reversed", "type"]),
    ("q", &["cite"]),
    ("source", &["src", "type"]),
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

/// The parser takes time quadratic in these; far above what a publisher writes.
const MAX_BYTES: usize = 512 * 1024;
const MAX_DEPTH: usize = 256;
const MAX_ATTRIBUTES: usize = 64;
const MAX_UNCLOSED: usize = 1500;

/// Passes until the output stays the same; a second one is needed for a few misnested tables.
const MAX_PASSES: usize = 3;

/// Makes HTML safe. Links are resolved against `base`; without one, relative ones are dropped. The same input gives the same
/// bytes, and the output, put in again, itself. HTML beyond the limits comes back as its text alone.
#[must_use]
pub fn sanitize(html: &str, base: Option<&Url>) -> String {
    if !is_harmless(html) {
        return as_text(html);
    }
    let builder = builder(base.cloned());
    let mut clean = builder.clean(html).to_string();
    for _ in 1..MAX_PASSES {
        let again = builder.clean(&clean).to_string();
        if again == clean {
            break;
        }
        clean = again;
    }
    clean.retain(|c| !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}'));
    clean.trim().to_owned()
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
    match attribute {
        "href" | "src" | "cite" | "poster" => {
            let value = value.trim();
            // A link to a place in the same document has no place to go to in a merged one.
            let url = match base {
                Some(base) => base.join(value),
                None => Url::parse(value),
            };
            let url = url.ok()?;
            let web = matches!(url.scheme(), "http" | "https");
            (web || (element == "a" && SCHEMES.contains(&url.scheme())))
                .then(|| Cow::Owned(url.into()))
        }
        "width" | "height" | "colspan" | "rowspan" | "span" | "start" | "value" => value
            .trim()
            .parse::<u32>()
            .ok()
            .filter(|number| *number <= 10_000)
            .map(|_| Cow::Borrowed(value)),
        _ => Some(Cow::Borrowed(value)),
    }
}

/// Whether the parser can take it in reasonable time: a scan of its tags, which needs no parser.
fn is_harmless(html: &str) -> bool {
    if html.len() > MAX_BYTES {
        return false;
    }
    let (mut depth, mut unclosed) = (0_usize, 0_usize);
    for tag in html.split('<').skip(1) {
        let inner = tag.split('>').next().unwrap_or_default();
        if inner.starts_with('/') {
            depth = depth.saturating_sub(1);
            unclosed = unclosed.saturating_sub(1);
        } else if inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let name = inner
                .split(|c: char| !c.is_ascii_alphanumeric())
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase();
            unclosed += 1;
            // Those that HTML closes by itself do not nest.
            if !matches!(
                name.as_str(),
                "br" | "img"
                    | "hr"
                    | "p"
                    | "li"
                    | "td"
                    | "tr"
                    | "th"
                    | "dt"
                    | "dd"
                    | "input"
                    | "wbr"
                    | "meta"
                    | "link"
                    | "source"
                    | "col"
                    | "option"
            ) {
                depth += 1;
            } else if !matches!(name.as_str(), "p" | "li") {
                unclosed -= 1;
            }
            if inner.split_ascii_whitespace().count() > MAX_ATTRIBUTES
                && inner.matches('=').count() > MAX_ATTRIBUTES
            {
                return false;
            }
        }
        if depth > MAX_DEPTH || unclosed > MAX_UNCLOSED {
            return false;
        }
    }
    true
}

/// What stands between the tags, escaped.
fn as_text(html: &str) -> String {
    let (mut text, mut size) = (String::new(), 0);
    for (nth, part) in html.split('<').enumerate() {
        let words = if nth == 0 {
            part
        } else {
            part.split_once('>').map_or("", |(_, words)| words)
        };
        size += words.len();
        if size > MAX_BYTES {
            break;
        }
        text.push_str(words);
        text.push(' ');
    }
    ammonia::clean_text(&decode_entities(&text))
        .trim()
        .to_owned()
}
