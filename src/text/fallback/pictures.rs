//! Pictures that wait for a script: where their addresses are.

use super::tags::{Attributes, write_attribute};

/// Where scripts find the picture that they are to load once it is seen, best first. Those that are not named here count
/// too where their value ends like a picture.
const WAITING: &[&str] = &[
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazyload",
    "data-lazy",
    "data-actualsrc",
    "data-echo",
    "data-hi-res-src",
    "data-full-src",
    "data-large-file",
    "data-orig-file",
];
/// Names of attributes with lesser pictures, which are taken only where there is no other.
const LESSER: &[&str] = &[
    "thumb",
    "small",
    "low",
    "placeholder",
    "blur",
    "tiny",
    "icon",
    "avatar",
    "medium",
];
/// Words of which one stands in the name of a file that shows nothing, and those that may stand beside it: a photograph of a
/// transparent jellyfish is one.
const BLANK_WORDS: &[&str] = &[
    "blank",
    "spacer",
    "placeholder",
    "1x1",
    "1px",
    "transparent",
    "trans",
    "pixel",
    "lazy",
    "lazyload",
    "loading",
    "loader",
    "empty",
    "dummy",
];
const BESIDE_BLANK: &[&str] = &[
    "img", "image", "images", "pic", "picture", "post", "load", "default", "white", "grey", "gray",
    "bg", "px", "gif", "png", "svg",
];
const ENDINGS: &[&str] = &[
    "jpg", "jpeg", "png", "gif", "webp", "avif", "svg", "bmp", "jxl", "heic",
];
/// Of several widths, the one for whoever looks at one address alone.
const WIDEST: f32 = 1600.0;

/// Where a picture is to come from.
pub(super) struct Choice<'t> {
    /// The attribute that names it, and the address.
    pub(super) src: Option<(&'t str, &'t str)>,
    /// The attribute with the list of its sizes, likewise.
    pub(super) srcset: Option<(&'t str, &'t str)>,
    /// Its own address is none.
    pub(super) waits: bool,
}

/// Whether an address is that of something to see.
pub(in crate::text) fn is_real(address: &str) -> bool {
    leads_somewhere(address) && !is_blank(address)
}

fn leads_somewhere(address: &str) -> bool {
    let address = address.trim();
    let scheme = address.split(':').next().unwrap_or_default();
    let is_none = address.is_empty()
        || address.starts_with('#')
        || address.starts_with("//:")
        || ["data", "about", "javascript", "blob"]
            .iter()
            .any(|none| scheme.eq_ignore_ascii_case(none));
    !is_none
}

/// `blank.gif`, `img/lazy_placeholder.png`, `spacer-600x400.svg`.
fn is_blank(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let name = path.trim_end().rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = stem.to_ascii_lowercase();
    let is_size = |word: &str| word.bytes().all(|c| c.is_ascii_digit() || c == b'x');
    let mut words = stem.split(|c: char| !c.is_ascii_alphanumeric());
    words.clone().any(|word| BLANK_WORDS.contains(&word))
        && words.all(|word| {
            is_size(word) || BLANK_WORDS.contains(&word) || BESIDE_BLANK.contains(&word)
        })
}

/// Whether something can be an address at all; templates are none.
fn is_address(value: &str) -> bool {
    let value = value.trim();
    leads_somewhere(value)
        && !value
            .contains(|c: char| c.is_ascii_whitespace() || matches!(c, '{' | '}' | '<' | '"' | '|'))
}

/// Whether an address says that it is a picture.
pub(super) fn names_picture(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    lower.match_indices('.').any(|(at, _)| {
        let rest = &lower[at + 1..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric());
        ENDINGS.contains(&&rest[..end.unwrap_or(rest.len())])
            && end.is_none_or(|end| !rest[end..].starts_with(['/', '.']))
    })
}

/// What an attribute is worth as an address, the best first; `None`: it is none.
pub(super) type Rank = fn(&str, &str) -> Option<usize>;

pub(super) fn choose<'t>(
    attributes: Attributes<'t>,
    rank: Rank,
    anchor: Option<&'t str>,
) -> Choice<'t> {
    let own = attributes.get("src").filter(|src| is_real(src));
    let srcset = attributes
        .get("srcset")
        .filter(|list| is_real_list(list))
        .map(|list| ("srcset", list));
    if own.is_some() {
        return Choice {
            src: own.map(|src| ("src", src)),
            srcset,
            waits: false,
        };
    }
    let lazy_list = || {
        attributes.iter().find(|(name, list)| {
            name.starts_with("data-") && name.ends_with("srcset") && is_real_list(list)
        })
    };
    let srcset = srcset.or_else(lazy_list);
    let src = attributes
        .iter()
        .filter_map(|(name, value)| Some((rank(name, value)?, name, value)))
        .min_by_key(|(rank, ..)| *rank)
        .map(|(_, name, value)| (name, value));
    // A thumbnail's own link goes to the picture.
    let linked = || {
        let href = anchor.filter(|href| is_address(href) && names_picture(href))?;
        srcset.is_none().then_some(("src", href))
    };
    Choice {
        src: src.or_else(linked),
        srcset,
        waits: true,
    }
}

/// [`Rank`] of a picture's attributes.
pub(super) fn rank(name: &str, value: &str) -> Option<usize> {
    let kind = name.strip_prefix("data-")?;
    if kind.ends_with("srcset") {
        return None;
    }
    let is_lesser = LESSER.iter().any(|lesser| kind.contains(lesser));
    let other = || WAITING.len() + usize::from(is_lesser);
    rank_known(name, value).or_else(|| (is_address(value) && names_picture(value)).then(other))
}

/// [`Rank`] where the names that are known count and no others.
pub(super) fn rank_known(name: &str, value: &str) -> Option<usize> {
    let nth = WAITING.iter().position(|known| *known == name)?;
    let is_path = value.contains(['/', '.']) || matches!(name, "data-src" | "data-original");
    (is_path && is_address(value)).then_some(nth)
}

/// Whether a list of candidates begins with one to see.
fn is_real_list(list: &str) -> bool {
    let list = list.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
    let first = list.split_ascii_whitespace().next().unwrap_or_default();
    is_real(first) && is_address(first)
}

/// The address in a clean `srcset` for whoever looks at one alone: of widths the greatest that is sensible, of densities
/// the least.
pub(in crate::text) fn of_srcset(list: &str) -> Option<&str> {
    let candidates = list.split(", ").filter_map(|candidate| {
        let (address, size) = candidate.split_once(' ').unwrap_or((candidate, "1x"));
        let width = size.strip_suffix('w').and_then(|width| width.parse().ok());
        let number: f32 = width.or_else(|| size.trim_end_matches(['x', 'h']).parse().ok())?;
        let is_fit = width.is_some() && number <= WIDEST;
        Some((if is_fit { -number } else { number }, address))
    });
    candidates
        .min_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, address)| address)
        .filter(|address| !address.is_empty())
}

/// An element with the address that was chosen, where its own stood or the other stands.
pub(super) fn write_chosen(
    name: &str,
    attributes: Attributes<'_>,
    choice: &Choice<'_>,
    out: &mut String,
) {
    let (mut src, mut srcset) = (choice.src, choice.srcset);
    let is_linked = src.is_some_and(|(_, address)| {
        !attributes
            .iter()
            .any(|(_, value)| std::ptr::eq(value, address))
    });
    out.push('<');
    out.push_str(name);
    if is_linked
        && attributes.get("src").is_none()
        && let Some((_, address)) = src.take()
    {
        write_attribute("src", address, out);
    }
    for (name, value) in attributes.iter() {
        if name == "src" || src.is_some_and(|(from, _)| from == name) {
            if let Some((_, address)) = src.take() {
                write_attribute("src", address, out);
            }
        } else if name == "srcset" || srcset.is_some_and(|(from, _)| from == name) {
            if let Some((_, list)) = srcset.take() {
                write_attribute("srcset", list, out);
            }
        } else if !name.starts_with("data-") {
            write_attribute(name, value, out);
        }
    }
    out.push('>');
}
