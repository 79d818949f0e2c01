//! What HTML may hold: elements, attributes and their values. What is not named here is gone.

use std::borrow::Cow;

use url::Url;

use super::embeds::{candidates, player};

/// Longer HTML is cut, and so is HTML that has become longer: links grow when they are made absolute. The longest real
/// article that was found has 544 kB.
pub(super) const MAX_BYTES: usize = 1024 * 1024;
/// Longer values of attributes are left out: no link or description of a picture is.
const MAX_VALUE_BYTES: usize = 8 * 1024;

pub(super) const ELEMENTS: &[&str] = &[
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

/// Elements that go with everything in them. Of those that would show something, [`super::fallback`] has put it beside them.
/// A drawing is nothing without its lines, and the words in it are those of axes and buttons.
pub(super) const REMOVED_WHOLE: &[&str] = &[
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

pub(super) const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "hreflang"]),
    ("audio", &["src", "controls", "loop"]),
    ("blockquote", &["cite"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("del", &["cite", "datetime"]),
    ("details", &["open"]),
    ("iframe", &["src", "width", "height"]),
    ("img", &["src", "srcset", "alt", "width", "height"]),
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

/// Attributes of any element.
pub(super) const ANYWHERE: &[&str] = &["lang", "dir", "title"];

/// Of every link.
pub(super) const LINK_REL: &str = "noopener noreferrer nofollow";

/// Schemes of links; pictures and media come by the first two alone.
pub(super) const SCHEMES: &[&str] = &["http", "https", "mailto", "tel", "magnet", "xmpp", "geo"];

/// What addresses in a text mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'u> {
    /// What relative addresses are resolved against; `None`: they lead nowhere.
    pub(super) base: Option<&'u Url>,
    /// The page that a bare fragment (`#fn1`) is a place in; `None`: it leads nowhere.
    pub(super) page: Option<&'u Url>,
}

impl Place<'_> {
    /// Only whole addresses mean anything.
    pub(super) const NOWHERE: Self = Self {
        base: None,
        page: None,
    };
}

/// What an attribute's value becomes; `None`: it is left out. `resolved`: the address that it is, where that is known.
pub(super) fn filter<'v>(
    place: Place<'_>,
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
                true => absolute(place.page, value),
                false => absolute(place.base, value),
            })?;
            (is_web(&url) || (element == "a" && SCHEMES.contains(&url.scheme())))
                .then(|| Cow::Owned(url.into()))
        }
        "srcset" => candidates(value, MAX_VALUE_BYTES, |address| {
            absolute(place.base, address).filter(is_web)
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
