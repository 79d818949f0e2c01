//! RSS 2.0 and the Advisory Board's best practices.

use super::tree::{Element, tree};
use super::{Broken, media, values};

/// The GUIDs of its items.
pub(super) fn check(broken: &mut Broken, xml: &str) -> Vec<String> {
    let rss = tree(xml);
    broken.check("InvalidRSSVersion", rss.get("version") == Some("2.0"), "");
    let channel = rss.child("channel").expect("a channel");
    check_channel(broken, channel);
    let first = channel
        .children
        .iter()
        .position(|child| child.name == "item");
    let behind = &channel.children[first.unwrap_or(channel.children.len())..];
    broken.check(
        "MisplacedItem",
        behind.iter().all(|child| child.name == "item"),
        "",
    );
    let guids: Vec<String> = channel
        .all("item")
        .map(|item| item.text_of("guid").to_owned())
        .collect();
    broken.unique("DuplicateValue", guids.iter().map(String::as_str));
    for item in channel.all("item") {
        check_item(broken, item);
    }
    guids
}

fn check_channel(broken: &mut Broken, channel: &Element) {
    let several = ["item", "atom:link", "dc:creator"];
    broken.children(
        channel,
        &[
            "title",
            "link",
            "description",
            "atom:link",
            "docs",
            "generator",
        ],
        &several,
    );
    for text in channel.all("title").chain(channel.all("description")) {
        values::plain(broken, text);
    }
    values::page(broken, "link", channel.text_of("link"));
    for link in channel.all("atom:link") {
        values::url(broken, "atom:link", link.get("href").unwrap_or_default());
    }
    for language in channel.all("language") {
        values::language(broken, &language.text);
    }
    for image in channel.all("image") {
        broken.children(image, &["url", "title", "link"], &[]);
        broken.check(
            "ImageTitleDoesntMatch",
            image.text_of("title") == channel.text_of("title"),
            "",
        );
        broken.check(
            "ImageLinkDoesntMatch",
            image.text_of("link") == channel.text_of("link"),
            "",
        );
    }
    for date in channel.all("lastBuildDate") {
        values::rfc822(broken, &date.text);
    }
}

fn check_item(broken: &mut Broken, item: &Element) {
    broken.children(
        item,
        &["title", "guid", "pubDate"],
        &[
            &["category", "dc:creator", "atom:link"],
            &media::SEVERAL[..],
        ]
        .concat(),
    );
    media::check(broken, item);
    for comments in item.all("comments") {
        values::url(broken, "comments", &comments.text);
    }
    for text in ["title", "category", "dc:creator", "source"] {
        for element in item.all(text) {
            values::plain(broken, element);
        }
    }
    for link in item.all("link") {
        values::own_url(broken, "link", &link.text);
    }
    for guid in item.all("guid") {
        let (given, text) = (guid.get("isPermaLink"), guid.text.as_str());
        broken.check(
            "InvalidBooleanAttribute",
            matches!(given, Some("true" | "false")),
            text,
        );
        if given == Some("true") {
            values::url(broken, "guid", text);
        } else {
            values::iri(broken, "guid", text);
        }
    }
    values::rfc822(broken, item.text_of("pubDate"));
    let place = |name: &str| item.children.iter().position(|child| child.name == name);
    let (description, body) = (place("description"), place("content:encoded"));
    broken.check(
        "NeedDescriptionBeforeContent",
        body.is_none() || description.is_some_and(|at| Some(at) < body),
        "",
    );
    for text in item.all("description").chain(item.all("content:encoded")) {
        values::html(broken, &text.text);
    }
    check_files(broken, item);
    for source in item.all("source") {
        values::url(broken, "source", source.get("url").unwrap_or_default());
    }
}

/// The files of an item: one enclosure, and a link for each that is not on the web.
fn check_files(broken: &mut Broken, item: &Element) {
    for link in item.all("atom:link") {
        values::own_url(broken, "atom:link", link.get("href").unwrap_or_default());
        values::media_type(broken, link.get("type").unwrap_or_default());
    }
    // RSS 2.0: an http address.
    for enclosure in item.all("enclosure") {
        let get = |name: &str| enclosure.get(name).unwrap_or_default();
        values::url(broken, "enclosure", get("url"));
        values::media_type(broken, get("type"));
        broken.check(
            "InvalidIntegerAttribute",
            get("length").parse::<u64>().is_ok(),
            get("length"),
        );
    }
}
