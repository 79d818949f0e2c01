//! Decides, in HTML that is already safe, which frames stay and which address each picture gets.
//!
//! The sanitizer allows attributes one by one; what depends on several of them, or removes their element, is done here,
//! over what it has written. Attributes are added here too, in one order: its own forced ones come in another each run.

use std::borrow::Cow;
use std::fmt::Write as _;

use memchr::memchr;
use url::Url;

use super::fallback::{is_real, of_srcset};

/// Where videos may be framed from, as their addresses begin, and whether the player needs an origin. A parsed address is
/// written in one way, so one that begins so has this scheme and host and no user or port. PeerTube cannot be told by its host.
///
/// With its own origin a frame has its cookies and storage, without which these players stop before they play. Together with
/// scripts that undoes a sandbox only where the frame is of the page's own origin, and no reader is served from these
/// hosts. The player of media.ccc.de is a plain `video` and goes without.
const PLAYERS: &[(&str, bool)] = &[
    ("https://youtube.com/embed/", true),
    ("https://www.youtube.com/embed/", true),
    ("https://youtube-nocookie.com/embed/", true),
    ("https://www.youtube-nocookie.com/embed/", true),
    ("https://player.vimeo.com/video/", true),
    ("https://www.dailymotion.com/embed/", true),
    ("https://player.twitch.tv/", true),
    ("https://media.ccc.de/v/", false),
];

/// Attributes of a frame that its publisher sets, in the order in which they are written.
const FRAME_ATTRIBUTES: [&str; 4] = ["src", "width", "height", "title"];

/// A `srcset` is read as far as this; each candidate may grow by the whole address it is relative to.
const MAX_CANDIDATES: usize = 32;

/// The address of a player that may be framed. An address without a scheme is taken for the safe one.
pub(super) fn player(raw: &str) -> Option<String> {
    // Browsers read it as a slash, others do not: whoever writes it wants to be read in two ways.
    if raw.contains('\\') {
        return None;
    }
    let url = match raw.strip_prefix("//") {
        Some(rest) => Url::parse(&format!("https://{rest}")),
        None => Url::parse(raw),
    };
    let url = String::from(url.ok()?);
    needs_origin(&url).map(|_| url)
}

fn needs_origin(url: &str) -> Option<bool> {
    PLAYERS
        .iter()
        .find(|(start, _)| url.len() > start.len() && url.starts_with(start))
        .map(|(_, needs)| *needs)
}

/// The candidates of a `srcset` whose addresses `resolve` to something, in at most so many bytes.
pub(super) fn candidates(
    srcset: &str,
    most: usize,
    resolve: impl Fn(&str) -> Option<Url>,
) -> Option<String> {
    let mut written = String::new();
    let mut rest = srcset;
    for _ in 0..MAX_CANDIDATES {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            break;
        }
        // HTML's own way to split it: an address may hold commas, and ends at a space or with one.
        let end = rest
            .find(|c: char| c.is_ascii_whitespace())
            .unwrap_or(rest.len());
        let (address, behind) = rest.split_at(end);
        let bare = address.trim_end_matches(',');
        let (sizes, after) = if bare.len() < address.len() {
            ("", behind)
        } else {
            behind.split_once(',').unwrap_or((behind, ""))
        };
        rest = after;
        let Some(url) = resolve(bare).filter(|url| !url.as_str().ends_with(',')) else {
            continue;
        };
        let sizes: Vec<&str> = sizes.split_ascii_whitespace().collect();
        let length = written.len()
            + url.as_str().len()
            + sizes.iter().map(|size| 1 + size.len()).sum::<usize>()
            + 2;
        if length > most || !sizes.iter().all(|size| is_size(size)) {
            continue;
        }
        if !written.is_empty() {
            written.push_str(", ");
        }
        written.push_str(url.as_str());
        for size in sizes {
            written.push(' ');
            written.push_str(size);
        }
    }
    Some(written).filter(|written| !written.is_empty())
}

/// `640w`, `480h`, `2x`, `1.5x`.
fn is_size(size: &str) -> bool {
    let is_number = |number: &str| {
        (1..=6).contains(&number.len())
            && number
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let whole = size.strip_suffix('w').or_else(|| size.strip_suffix('h'));
    match (whole, size.strip_suffix('x')) {
        (Some(whole), _) => is_number(whole) && whole.parse::<u32>().is_ok_and(|pixels| pixels > 0),
        (_, Some(density)) => {
            is_number(density) && density.parse::<f32>().is_ok_and(|density| density > 0.0)
        }
        _ => false,
    }
}

/// Clean HTML with its pictures and frames finished. Its tags can be told by their angle brackets, as the serializer escapes
/// all others; within frames, where it does not, nothing is kept.
pub(super) fn finish(html: &str) -> Cow<'_, str> {
    if !html.contains("<img") && !html.contains("<iframe") {
        return Cow::Borrowed(html);
    }
    let mut finished = String::with_capacity(html.len());
    let mut rest = html;
    let (mut in_picture, mut sources) = (false, None);
    while let Some(open) = memchr(b'<', rest.as_bytes()) {
        let end = memchr(b'>', &rest.as_bytes()[open..]).map_or(rest.len(), |end| open + end + 1);
        finished.push_str(&rest[..open]);
        let tag = &rest[open..end];
        rest = &rest[end..];
        let name = tag
            .trim_start_matches('<')
            .split([' ', '>'])
            .next()
            .unwrap_or_default();
        match name {
            "iframe" => {
                rest = rest
                    .split_once("</iframe>")
                    .map_or("", |(_, behind)| behind);
                write_frame(&mut finished, &attributes(tag));
            }
            "img" => write_picture(&mut finished, attributes(tag), sources),
            _ => {
                match name {
                    "picture" | "/picture" => (in_picture, sources) = (name == "picture", None),
                    // The last is of the kind that most can show.
                    "source" if in_picture => {
                        sources = value(&attributes(tag), "srcset").or(sources);
                    }
                    _ => {}
                }
                finished.push_str(tag);
            }
        }
    }
    finished.push_str(rest);
    Cow::Owned(finished)
}

/// Names and escaped values of a tag that the serializer has written.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = tag.split_once(' ').map_or("", |(_, attributes)| attributes);
    while let Some((name, value)) = rest.split_once("=\"") {
        let Some((value, behind)) = value.split_once('"') else {
            break;
        };
        found.push((name.trim_start(), value));
        rest = behind;
    }
    found
}

fn value<'t>(attributes: &[(&'t str, &'t str)], name: &str) -> Option<&'t str> {
    attributes
        .iter()
        .find(|(of, _)| *of == name)
        .map(|(_, value)| *value)
}

/// A frame that shows a player, or nothing at all.
fn write_frame(html: &mut String, attributes: &[(&str, &str)]) {
    let Some(needs_origin) = value(attributes, "src").and_then(needs_origin) else {
        return;
    };
    html.push_str("<iframe");
    for name in FRAME_ATTRIBUTES {
        if let Some(value) = value(attributes, name) {
            write_attribute(html, name, value);
        }
    }
    let origin = if needs_origin {
        " allow-same-origin"
    } else {
        ""
    };
    // Popups are the way to the video's own page. YouTube plays for nobody who does not say where from; of the page that
    // shows the frame it learns the host alone.
    let _ = write!(
        html,
        " sandbox=\"allow-scripts{origin} allow-popups\" loading=\"lazy\" referrerpolicy=\"strict-origin-when-cross-origin\"></iframe>"
    );
}

/// A picture that shows something: by the best of its sizes, where it has no other address; one of a pixel, which is there to
/// be fetched and not to be seen, is left out. `sources`: the sizes of the `picture` that it stands in.
fn write_picture<'t>(
    html: &mut String,
    mut attributes: Vec<(&'t str, &'t str)>,
    sources: Option<&'t str>,
) {
    let is_dot = |name| value(&attributes, name).is_some_and(|size| matches!(size, "0" | "1"));
    if is_dot("width") && is_dot("height") {
        return;
    }
    // Many readers know neither `srcset` nor `picture`.
    let sizes = value(&attributes, "srcset").or(sources);
    if let Some(best) = sizes.and_then(of_srcset)
        && !value(&attributes, "src").is_some_and(is_real)
    {
        match attributes.iter().position(|(name, _)| *name == "src") {
            Some(at) => attributes[at].1 = best,
            None => {
                let before = attributes.iter().position(|(name, _)| *name == "srcset");
                attributes.insert(before.unwrap_or(0), ("src", best));
            }
        }
    }
    let shows = value(&attributes, "src").is_some()
        || value(&attributes, "alt").is_some_and(|alt| !alt.is_empty());
    if !shows {
        return;
    }
    html.push_str("<img");
    for (name, value) in attributes {
        write_attribute(html, name, value);
    }
    html.push('>');
}

fn write_attribute(html: &mut String, name: &str, escaped: &str) {
    let _ = write!(html, " {name}=\"{escaped}\"");
}
