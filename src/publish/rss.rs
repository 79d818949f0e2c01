//! RSS 2.0, as the RSS Advisory Board's best practices write it.

use super::content::{self, ItemForm};
use super::feed::OutboundFeed;
use super::format::DocumentFormat;
use super::history::prev_archive;
use super::item::Item;
use super::media;
use super::piece::Shell;
use super::uri::is_web;
use super::xml::{Xml, escape, rfc822};
use crate::model::{Comments, Enclosure};

const NAMESPACES: &[(&str, &str)] = &[
    ("version", "2.0"),
    ("xmlns:atom", "http://www.w3.org/2005/Atom"),
    ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ("xmlns:wfw", "http://wellformedweb.org/CommentAPI/"),
];

/// RSS without its items.
pub(super) fn shell(feed: &OutboundFeed) -> Shell {
    let mut xml = Xml::new();
    let attributes = [NAMESPACES, &media::NAMESPACES].concat();
    xml.element("rss", &attributes, |xml| {
        xml.element("channel", &[], |xml| {
            xml.prose("title", &[], &feed.output.title);
            xml.text("link", &[], &feed.page_url());
            xml.prose("description", &[], &feed.output.title);
            xml.empty(
                "atom:link",
                &[
                    ("rel", "self"),
                    ("type", "application/rss+xml"),
                    ("href", &feed.url(DocumentFormat::Rss)),
                ],
            );
            let face = &feed.output.face;
            if let Some(hub) = &face.hub {
                xml.empty("atom:link", &[("rel", "hub"), ("href", hub.as_str())]);
            }
            xml.optional("language", face.language.as_deref());
            if let Some(author) = &face.author {
                xml.prose("dc:creator", &[], author);
            }
            if let Some(icon) = &face.icon {
                // RSS 2.0: the image's title and link are the channel's.
                xml.element("image", &[], |xml| {
                    xml.text("url", &[], icon.as_str());
                    xml.prose("title", &[], &feed.output.title);
                    xml.text("link", &[], &feed.page_url());
                });
            }
            prev_archive(xml, "atom:link", feed);
            xml.text(
                "generator",
                &[],
                concat!("Mainstem ", env!("CARGO_PKG_VERSION")),
            );
            xml.text("docs", &[], "https://www.rssboard.org/rss-specification");
            if !feed.items.is_empty() {
                xml.text("lastBuildDate", &[], &rfc822(feed.updated()));
            }
            xml.items_here();
        });
    });
    xml.finish()
}

/// An item of a channel.
pub(super) fn item(form: &ItemForm, item: &Item) -> Vec<u8> {
    Xml::piece(2, "item", |xml| write_item(xml, form, item))
}

fn write_item(xml: &mut Xml, form: &ItemForm, item: &Item) {
    xml.prose("title", &[], &content::title(form, item));
    let link = item.entry.link();
    xml.optional("link", link);
    let is_permalink = if link == Some(item.id.as_str()) && is_web(&item.id) {
        "true"
    } else {
        "false"
    };
    xml.text("guid", &[("isPermaLink", is_permalink)], &item.id);
    xml.text("pubDate", &[], &rfc822(item.published()));
    for person in &item.entry.authors {
        xml.prose("dc:creator", &[], &person.name);
    }
    for category in &item.entry.categories {
        let domain: Vec<_> = category
            .scheme
            .as_deref()
            .map(|scheme| ("domain", scheme))
            .into_iter()
            .collect();
        xml.prose(
            "category",
            &domain,
            category.label.as_deref().unwrap_or(&category.term),
        );
    }
    let html = content::html(form, item);
    match (content::summary(form, item), html) {
        // A reader that knows `description` alone gets the body all the same.
        (None, Some(html)) => xml.text("description", &[], &html),
        (Some(summary), html) => {
            xml.text("description", &[], &escape(&summary));
            xml.optional("content:encoded", html.as_deref());
        }
        (None, None) => {}
    }
    write_comments(xml, &item.entry.comments);
    write_enclosure(xml, item);
    media::other_files(xml, &item.entry);
    media::write(xml, item);
    write_source(xml, item);
}

fn write_comments(xml: &mut Xml, comments: &Comments) {
    let Comments { url, feed_url, .. } = comments;
    xml.optional("comments", url.as_ref().map(url::Url::as_str));
    xml.optional("wfw:commentRss", feed_url.as_ref().map(url::Url::as_str));
}

/// The feed that an entry was first published in, as far as it has an address; else ours.
fn write_source(xml: &mut Xml, item: &Item) {
    let origin = item.entry.origin.as_ref();
    if let Some((url, title)) = origin.and_then(|origin| origin.address().zip(origin.name())) {
        xml.prose("source", &[("url", url)], title);
        return;
    }
    let feed = &item.source.feed;
    if let Some(url) = feed.self_url.as_deref().or(item.source.feed_url.as_deref()) {
        xml.prose("source", &[("url", url)], &item.source.title);
    }
}

/// The best practices want one at most; it needs all three attributes, and RSS 2.0 wants an http address. What has another is a link,
/// as Atom writes it.
fn write_enclosure(xml: &mut Xml, item: &Item) {
    let files = &item.entry.enclosures;
    let main = Enclosure::main(files).and_then(|nth| files.get(nth));
    let main = main.filter(|main| is_web(main.url.as_str()));
    let other = files.iter().filter(|file| !is_web(file.url.as_str()));
    for (name, enclosure) in main
        .map(|one| ("enclosure", one))
        .into_iter()
        .chain(other.map(|one| ("atom:link", one)))
    {
        let length = enclosure.length.unwrap_or_default().to_string();
        let media_type = enclosure.media_type.as_deref();
        let media_type = media_type.unwrap_or("application/octet-stream");
        let address = enclosure.url.as_str();
        let mut attributes = match name {
            "enclosure" => vec![("url", address), ("length", length.as_str())],
            _ => vec![("rel", "enclosure"), ("href", address)],
        };
        attributes.push(("type", media_type));
        xml.empty(name, &attributes);
    }
}
