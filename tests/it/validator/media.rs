//! Elements of foreign namespaces: Apple's podcast specification, Media RSS 1.5.1, the Podcast Index' namespace, the Well-Formed Web.

use super::tree::Element;
use super::{Broken, values};

/// Elements of which an item may have several.
pub(super) const SEVERAL: [&str; 4] = [
    "media:content",
    "podcast:transcript",
    "podcast:person",
    "podcast:socialInteract",
];
/// All that an item may have: the element, the attributes that it must have, and those that it may have.
const KNOWN: [(&str, &str, &str); 15] = [
    ("itunes:duration", "", ""),
    ("itunes:image", "href", ""),
    ("itunes:season", "", ""),
    ("itunes:episode", "", ""),
    ("itunes:episodeType", "", ""),
    ("itunes:explicit", "", ""),
    ("media:thumbnail", "url", "width height"),
    (
        "media:content",
        "url",
        "fileSize type medium duration width height",
    ),
    ("podcast:season", "", "name"),
    ("podcast:episode", "", "display"),
    ("podcast:transcript", "url type", "language rel"),
    ("podcast:chapters", "url type", ""),
    ("podcast:person", "", "role group img href"),
    ("podcast:socialInteract", "protocol uri", "accountId"),
    ("wfw:commentRss", "", ""),
];

/// An item or an entry.
pub(super) fn check(broken: &mut Broken, item: &Element) {
    for element in &item.children {
        let name = element.name.as_str();
        let foreign = ["itunes:", "media:", "podcast:", "wfw:"];
        if foreign.iter().any(|prefix| name.starts_with(prefix)) {
            let known = KNOWN.iter().find(|(known, ..)| *known == name);
            broken.check("UndefinedElement", known.is_some(), name);
            if let Some((_, required, optional)) = known {
                check_attributes(broken, element, required, optional);
                check_text(broken, element);
            }
        }
    }
}

fn check_attributes(broken: &mut Broken, element: &Element, required: &str, optional: &str) {
    for name in required.split_whitespace() {
        broken.check("MissingAttribute", element.get(name).is_some(), name);
    }
    for (name, value) in &element.attributes {
        let mut known = required
            .split_whitespace()
            .chain(optional.split_whitespace());
        broken.check(
            "UnexpectedAttribute",
            known.any(|known| known == name),
            name,
        );
        broken.check("AttrNotBlank", !value.trim().is_empty(), name);
        match name.as_str() {
            "url" | "href" | "img" | "uri" => values::url(broken, &element.name, value),
            "type" => values::media_type(broken, value),
            "language" => values::language(broken, value),
            "width" | "height" | "fileSize" | "duration" => positive(broken, value),
            "medium" => one_of(
                broken,
                value,
                &["image", "audio", "video", "document", "executable"],
            ),
            "rel" => one_of(broken, value, &["captions"]),
            "name" => broken.check("Length", value.chars().count() <= 128, value),
            "display" => broken.check("Length", value.chars().count() <= 32, value),
            _ => {}
        }
    }
}

fn check_text(broken: &mut Broken, element: &Element) {
    let text = element.text.as_str();
    match element.name.as_str() {
        "itunes:duration" | "itunes:season" | "itunes:episode" => positive(broken, text),
        "itunes:episodeType" => one_of(broken, text, &["full", "trailer", "bonus"]),
        "itunes:explicit" => one_of(broken, text, &["true", "false"]),
        "podcast:season" => broken.check("InvalidInteger", text.parse::<u32>().is_ok(), text),
        "podcast:episode" => {
            let is_decimal = text.chars().all(|c| c.is_ascii_digit() || c == '.');
            let holds = is_decimal && text.parse::<f64>().is_ok();
            broken.check("InvalidDecimal", holds, text);
        }
        "podcast:person" => values::plain(broken, element),
        "wfw:commentRss" => values::url(broken, "wfw:commentRss", text),
        "media:content" => {
            for title in &element.children {
                broken.check("UndefinedElement", title.name == "media:title", &title.name);
                broken.check(
                    "InvalidMediaTextType",
                    title.get("type") == Some("plain"),
                    "",
                );
                values::plain(broken, title);
            }
        }
        _ => {}
    }
}

fn positive(broken: &mut Broken, text: &str) {
    let holds = text.parse::<u64>().is_ok_and(|number| number > 0);
    broken.check(
        "InvalidPositiveInteger",
        holds && !text.starts_with('+'),
        text,
    );
}

fn one_of(broken: &mut Broken, text: &str, words: &[&str]) {
    broken.check("InvalidWord", words.contains(&text), text);
}
