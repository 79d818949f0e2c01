//! Frames: a player that may be framed, or else a link to the address.
//!
//! Such a link is no more than its publisher could have written by hand, and nothing is fetched before somebody follows it.
//! It is an absolute `http` or `https` address of a host with a name, without user information and written without a
//! backslash; all else, which might be read in two ways, leaves nothing.

use html5ever::tokenizer::Tag;
use url::{Host, Url};

use super::state::Rewriting;
use super::tags::{Attributes, write_attribute, write_end, write_text};
use crate::text::embeds::player;
use crate::text::html::plain_line;

/// A longer title is no title.
const MAX_TITLE_CHARS: usize = 200;
/// Longer addresses are left out, as those of all links are.
const MAX_ADDRESS_BYTES: usize = 8 * 1024;

/// Where the address of a frame is that waits for a script.
const WAITING: &[&str] = &[
    "data-src",
    "data-lazy-src",
    "data-lazyload",
    "data-original",
    "data-url",
];

/// Frames that say nothing: counters, advertisements, buttons. Host and path as they begin.
const NOTHING: &[&str] = &[
    "www.googletagmanager.com/",
    "googleads.g.doubleclick.net/",
    "ad.doubleclick.net/",
    "www.facebook.com/plugins/like",
    "www.facebook.com/plugins/share",
    "platform.twitter.com/widgets/",
    "apis.google.com/",
    "plusone.google.com/",
    "feedads.g.doubleclick.net/",
    "rcm.amazon.com/",
    "ws-na.amazon-adsystem.com/",
    "rcm-na.amazon-adsystem.com/",
    "rcm-eu.amazon-adsystem.com/",
];

/// Elements of AMP and of light players: the attribute that names what they show, and its address around the name.
const ELEMENTS: &[(&str, &str, &str, &str)] = &[
    (
        "amp-youtube",
        "data-videoid",
        "https://www.youtube.com/embed/",
        "",
    ),
    (
        "lite-youtube",
        "videoid",
        "https://www.youtube.com/embed/",
        "",
    ),
    (
        "amp-vimeo",
        "data-videoid",
        "https://player.vimeo.com/video/",
        "",
    ),
    (
        "lite-vimeo",
        "videoid",
        "https://player.vimeo.com/video/",
        "",
    ),
    (
        "amp-dailymotion",
        "data-videoid",
        "https://www.dailymotion.com/embed/video/",
        "",
    ),
    (
        "amp-twitter",
        "data-tweetid",
        "https://twitter.com/i/status/",
        "",
    ),
    (
        "amp-instagram",
        "data-shortcode",
        "https://www.instagram.com/p/",
        "/",
    ),
    (
        "amp-soundcloud",
        "data-trackid",
        "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/tracks/",
        "",
    ),
];
/// Those that name the whole address.
const FRAMES: &[(&str, &str)] = &[
    ("amp-iframe", "src"),
    ("amp-video-iframe", "src"),
    ("amp-facebook", "data-href"),
];

pub(super) fn is_player_element(name: &str) -> bool {
    ELEMENTS.iter().any(|(element, ..)| *element == name)
        || FRAMES.iter().any(|(element, _)| *element == name)
}

/// Where somebody who follows the link in place of a frame comes to; `None`: there is nothing to follow.
fn target(raw: &str, base: Option<&Url>) -> Option<Url> {
    let raw = raw.trim();
    if raw.is_empty() || raw.starts_with('#') || raw.contains('\\') {
        return None;
    }
    let url = match (raw.strip_prefix("//"), base) {
        (Some(rest), _) => Url::parse(&format!("https://{rest}")),
        (None, Some(base)) => base.join(raw),
        (None, None) => Url::parse(raw),
    };
    let url = url.ok()?;
    let Some(Host::Domain(host)) = url.host() else {
        return None;
    };
    let is_web = matches!(url.scheme(), "http" | "https");
    let is_bare = url.username().is_empty() && url.password().is_none();
    let says = format!("{host}{}", url.path());
    let is_something = !NOTHING.iter().any(|nothing| says.starts_with(nothing));
    // One of a single word is a machine of the publisher's own network.
    (is_web
        && is_bare
        && is_something
        && host.contains('.')
        && url.as_str().len() <= MAX_ADDRESS_BYTES)
        .then_some(url)
}

/// A title that says something, as the text of a link.
pub(super) fn words(title: Option<&str>) -> Option<String> {
    let line = plain_line(title?);
    let is_title = !line.is_empty() && line.chars().count() <= MAX_TITLE_CHARS;
    is_title.then_some(line)
}

impl Rewriting<'_> {
    /// A frame; `inner`: what browsers without frames would show.
    pub(super) fn frame(&mut self, tag: &Tag, inner: &str) {
        let attributes = Attributes(&tag.attrs);
        if attributes.is_invisible() {
            return;
        }
        let own = attributes.get("src").filter(|src| {
            !matches!(src.trim(), "" | "about:blank") && !src.trim().starts_with("data:")
        });
        let waiting = || WAITING.iter().find_map(|name| attributes.get(name));
        let Some(address) = own.or_else(waiting) else {
            return;
        };
        // Publishers put the link to the thing itself there.
        let inner = inner.contains("<a").then_some(inner);
        let title = words(attributes.get("title")).or_else(|| words(inner));
        // A document of its own would be shown in place of the address.
        let is_own = attributes.get("srcdoc").is_some();
        self.show(address, title.as_deref(), (!is_own).then_some(attributes));
    }

    /// Shows the player at an address, if it may be framed with these attributes, or links it.
    pub(super) fn show(
        &mut self,
        address: &str,
        title: Option<&str>,
        frame: Option<Attributes<'_>>,
    ) {
        if self.noscript.is_some() && self.framed.as_deref() == Some(address) {
            return;
        }
        let player = frame.and_then(|attributes| Some((player(address.trim())?, attributes)));
        if let Some((player, attributes)) = player {
            self.out.push_str("<iframe");
            write_attribute("src", &player, &mut self.out);
            for name in ["width", "height", "title"] {
                if let Some(value) = attributes.get(name) {
                    write_attribute(name, value, &mut self.out);
                }
            }
            self.out.push_str("></iframe>");
        } else if let Some(url) = target(address, self.base).filter(|_| self.has_room_for_frame()) {
            let host = url.host_str().unwrap_or_default();
            self.out.push_str("<a");
            write_attribute("href", url.as_str(), &mut self.out);
            self.out.push('>');
            write_text(title.unwrap_or(host), &mut self.out);
            write_end("a", &mut self.out);
        } else {
            return;
        }
        self.framed = Some(address.to_owned());
        self.shows_other();
        for object in &mut self.objects {
            object.shows_player = true;
        }
    }

    pub(super) fn player_element(&mut self, tag: &Tag) {
        let attributes = Attributes(&tag.attrs);
        let named = ELEMENTS.iter().find(|(element, ..)| *element == &*tag.name);
        let address = match named {
            Some((_, attribute, before, after)) => attributes
                .get(attribute)
                .filter(|id| is_name(id))
                .map(|id| format!("{before}{id}{after}")),
            None => FRAMES
                .iter()
                .find(|(element, _)| *element == &*tag.name)
                .and_then(|(_, attribute)| attributes.get(attribute))
                .map(str::to_owned),
        };
        if let Some(address) = address {
            let title = words(attributes.get("title"));
            self.show(&address, title.as_deref(), Some(attributes));
        }
    }
}

/// Names of videos and posts are of these characters; others could lead elsewhere.
fn is_name(id: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (1..=64).contains(&id.len()) && id.chars().all(is_part)
}
