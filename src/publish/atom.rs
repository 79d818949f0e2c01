//! Atom 1.0, RFC 4287.

use super::content::{self, ItemForm};
use super::deleted;
use super::feed::OutboundFeed;
use super::format::DocumentFormat;
use super::history::prev_archive;
use super::ids::feed_id;
use super::item::Item;
use super::media;
use super::piece::Shell;
use super::uri::is_web;
use super::xml::{Xml, rfc3339};
use crate::model::{Category, Enclosure, Origin, Person};

/// Atom without its entries.
pub(super) fn shell(feed: &OutboundFeed) -> Shell {
    let mut xml = Xml::new();
    let mut attributes = vec![("xmlns", "http://www.w3.org/2005/Atom")];
    attributes.extend(media::NAMESPACES);
    attributes.extend((!feed.deleted.is_empty()).then_some(deleted::NAMESPACE));
    let face = &feed.output.face;
    attributes.extend(face.language.as_deref().map(|tag| ("xml:lang", tag)));
    xml.element("feed", &attributes, |xml| {
        let output = feed.output.id.as_str();
        xml.text("id", &[], &feed_id(&feed.id_base, output));
        xml.prose("title", &[], &feed.output.title);
        xml.text("updated", &[], &rfc3339(feed.updated()));
        xml.empty(
            "link",
            &[
                ("rel", "self"),
                ("type", "application/atom+xml"),
                ("href", &feed.url(DocumentFormat::Atom)),
            ],
        );
        // The other formats are no alternates here: readers take the first alternate, or the last, for the feed's page.
        xml.empty(
            "link",
            &[
                ("rel", "alternate"),
                ("type", "text/html"),
                ("href", &feed.page_url()),
            ],
        );
        if let Some(hub) = &face.hub {
            xml.empty("link", &[("rel", "hub"), ("href", hub.as_str())]);
        }
        // RFC 4287 §4.1.1: a feed has an author unless its entries have one each, and an empty one has no entries.
        let nobody = feed.items.is_empty().then_some(&feed.output.title);
        if let Some(author) = face.author.as_ref().or(nobody) {
            xml.element("author", &[], |xml| xml.prose("name", &[], author));
        }
        xml.optional("icon", face.icon.as_ref().map(url::Url::as_str));
        prev_archive(xml, "link", feed);
        for tombstone in feed.deleted.iter() {
            deleted::write(xml, tombstone);
        }
        entries_here(xml);
    });
    xml.finish()
}

/// What writes the document; then come the entries.
pub(super) fn entries_here(xml: &mut Xml) {
    xml.text(
        "generator",
        &[("version", env!("CARGO_PKG_VERSION"))],
        "Mainstem",
    );
    xml.items_here();
}

/// An entry of a feed's or an archive's document.
pub(super) fn entry(form: &ItemForm, item: &Item) -> Vec<u8> {
    Xml::piece(1, "entry", |xml| write_entry(xml, form, item))
}

fn write_entry(xml: &mut Xml, form: &ItemForm, item: &Item) {
    xml.text("id", &[], &item.id);
    xml.prose("title", &[], &content::title(form, item));
    xml.text("updated", &[], &rfc3339(item.updated()));
    xml.text("published", &[], &rfc3339(item.published()));
    links(xml, item);
    authors(xml, item);
    for Category {
        term,
        scheme,
        label,
    } in &item.entry.categories
    {
        let mut attributes = vec![("term", term.as_str())];
        attributes.extend(scheme.as_deref().map(|scheme| ("scheme", scheme)));
        attributes.extend(label.as_deref().map(|label| ("label", label)));
        xml.empty("category", &attributes);
    }
    let language: Vec<_> = item
        .entry
        .language
        .as_deref()
        .map(|tag| ("xml:lang", tag))
        .into_iter()
        .collect();
    let summary = content::summary(form, item);
    let html = content::html(form, item);
    if html.is_none() && item.entry.url.is_none() {
        // RFC 4287 §4.1.2: without an alternate link an entry has content.
        let text = summary.unwrap_or_else(|| content::title(form, item));
        xml.prose("content", &language, &text);
    } else if let Some(summary) = summary {
        xml.prose("summary", &language, &summary);
    }
    if let Some(html) = html {
        let mut attributes = vec![("type", "html")];
        attributes.extend(language);
        xml.text("content", &attributes, &html);
    }
    media::write(xml, item);
    match &item.entry.origin {
        Some(given) => origin(xml, given),
        None => source(xml, item),
    }
}

fn links(xml: &mut Xml, item: &Item) {
    if let Some(url) = &item.entry.url {
        link(xml, "alternate", None, url.as_str());
    }
    // The main one first: there are readers that take one.
    let main = Enclosure::main(&item.entry.enclosures);
    let mut files: Vec<_> = item.entry.enclosures.iter().enumerate().collect();
    files.sort_by_key(|(nth, _)| Some(*nth) != main);
    for (_, file) in files {
        let Enclosure {
            url,
            media_type,
            length,
            title,
            ..
        } = file;
        let length = length.map(|length| length.to_string());
        let mut attributes = vec![("rel", "enclosure"), ("href", url.as_str())];
        attributes.extend(media_type.as_deref().map(|given| ("type", given)));
        attributes.extend(length.as_deref().map(|length| ("length", length)));
        attributes.extend(title.as_deref().map(|title| ("title", title)));
        xml.empty("link", &attributes);
    }
    replies(xml, item);
    for copy in &item.copies {
        if let Some(url) = &copy.copy.url {
            let title = format!("{}: {}", copy.source_title, copy.copy.title);
            link(xml, "related", Some(&title), url);
        }
    }
}

/// A link to a page. What another program has to open is none, and nobody knows its type.
fn link(xml: &mut Xml, rel: &str, title: Option<&str>, href: &str) {
    let mut attributes = vec![("rel", rel)];
    attributes.extend(is_web(href).then_some(("type", "text/html")));
    attributes.extend(title.map(|title| ("title", title)));
    attributes.push(("href", href));
    xml.empty("link", &attributes);
}

/// RFC 4685 §4: the page and the feed of its discussion.
fn replies(xml: &mut Xml, item: &Item) {
    let comments = &item.entry.comments;
    let feed_type = comments.feed_type.as_deref();
    for (url, media_type) in [
        (&comments.url, Some("text/html")),
        (&comments.feed_url, feed_type),
    ] {
        if let Some(url) = url {
            let mut attributes = vec![("rel", "replies")];
            attributes.extend(media_type.map(|given| ("type", given)));
            attributes.push(("href", url.as_str()));
            xml.empty("link", &attributes);
        }
    }
}

/// RFC 4287 §4.1.2: an entry has an author. Where the publisher names none, its source is.
fn authors(xml: &mut Xml, item: &Item) {
    if item.entry.authors.is_empty() {
        xml.element("author", &[], |xml| {
            xml.prose("name", &[], &item.source.title);
        });
    }
    for Person { name, url, email } in &item.entry.authors {
        xml.element("author", &[], |xml| {
            xml.prose("name", &[], name);
            xml.optional("uri", url.as_ref().map(url::Url::as_str));
            xml.optional("email", email.as_deref());
        });
    }
}

/// RFC 4287 §4.2.11: what an earlier aggregator says of the feed that the entry came from stays, and ours is not put over it.
fn origin(xml: &mut Xml, origin: &Origin) {
    let [page, feed] =
        [&origin.url, &origin.feed_url].map(|url| url.as_ref().map(url::Url::as_str));
    xml.element("source", &[], |xml| {
        xml.optional("id", origin.id.as_deref().or(feed).or(page));
        xml.prose("title", &[], origin.name().unwrap_or_default());
        xml.optional("updated", origin.updated.map(rfc3339).as_deref());
        write_addresses(xml, feed, page);
    });
}

/// RFC 4287 §4.2.11: the feed that the entry came from, as it names itself.
fn source(xml: &mut Xml, item: &Item) {
    let feed = &item.source.feed;
    let lives = feed.self_url.as_deref().or(item.source.feed_url.as_deref());
    xml.element("source", &[], |xml| {
        xml.optional(
            "id",
            feed.id.as_deref().or(lives).or(feed.home_url.as_deref()),
        );
        xml.prose("title", &[], &item.source.title);
        xml.optional("updated", feed.updated.map(rfc3339).as_deref());
        write_addresses(xml, lives, feed.home_url.as_deref());
    });
}

fn write_addresses(xml: &mut Xml, feed: Option<&str>, page: Option<&str>) {
    if let Some(url) = feed {
        xml.empty("link", &[("rel", "self"), ("href", url)]);
    }
    if let Some(url) = page {
        xml.empty(
            "link",
            &[("rel", "alternate"), ("type", "text/html"), ("href", url)],
        );
    }
}
