//! Atom 1.0, RFC 4287.

use super::archive::prev_archive;
use super::content;
use super::document::Shell;
use super::ids::feed_id;
use super::xml::{Xml, rfc3339};
use super::{DocumentFormat, Item, ItemForm, OutboundFeed};
use crate::model::{Category, Enclosure, Person};

/// Atom without its entries.
pub(super) fn shell(feed: &OutboundFeed) -> Shell {
    let mut xml = Xml::new();
    let mut attributes = vec![("xmlns", "http://www.w3.org/2005/Atom")];
    let face = &feed.output.face;
    attributes.extend(face.language.as_deref().map(|tag| ("xml:lang", tag)));
    xml.element("feed", &attributes, |xml| {
        xml.text(
            "id",
            &[],
            &feed_id(feed.public_url.as_str(), feed.output.id.as_str()),
        );
        xml.text("title", &[], &feed.output.title);
        xml.text("updated", &[], &rfc3339(feed.updated()));
        xml.empty(
            "link",
            &[
                ("rel", "self"),
                ("type", "application/atom+xml"),
                ("href", &feed.url(DocumentFormat::Atom)),
            ],
        );
        xml.empty(
            "link",
            &[
                ("rel", "alternate"),
                ("type", "application/feed+json"),
                ("href", &feed.url(DocumentFormat::Json)),
            ],
        );
        if let Some(hub) = &face.hub {
            xml.empty("link", &[("rel", "hub"), ("href", hub.as_str())]);
        }
        if let Some(author) = &face.author {
            xml.element("author", &[], |xml| xml.text("name", &[], author));
        }
        xml.optional("icon", face.icon.as_ref().map(url::Url::as_str));
        prev_archive(xml, "link", feed);
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
    xml.text("title", &[], &content::title(form, item));
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
        attributes.extend(
            scheme
                .as_deref()
                .filter(|scheme| url::Url::parse(scheme).is_ok())
                .map(|scheme| ("scheme", scheme)),
        );
        attributes.extend(label.as_deref().map(|label| ("label", label)));
        xml.empty("category", &attributes);
    }
    let language: Vec<_> = item
        .entry
        .language
        .as_deref()
        .filter(|tag| is_language(tag))
        .map(|tag| ("xml:lang", tag))
        .into_iter()
        .collect();
    if let Some(summary) = content::summary(form, item) {
        xml.text("summary", &language, &summary);
    }
    if let Some(html) = content::html(form, item) {
        let mut attributes = vec![("type", "html")];
        attributes.extend(language);
        xml.text("content", &attributes, &html);
    }
    source(xml, item);
}

fn links(xml: &mut Xml, item: &Item) {
    // RFC 4287 §4.1.2 wants an alternate link or content; readers want the link.
    if let Some(url) = &item.entry.url {
        xml.empty(
            "link",
            &[
                ("rel", "alternate"),
                ("type", "text/html"),
                ("href", url.as_str()),
            ],
        );
    }
    for Enclosure {
        url,
        media_type,
        length,
        title,
        ..
    } in &item.entry.enclosures
    {
        let length = length.map(|length| length.to_string());
        let mut attributes = vec![("rel", "enclosure"), ("href", url.as_str())];
        attributes.extend(
            media_type
                .as_deref()
                .filter(|given| is_media_type(given))
                .map(|given| ("type", given)),
        );
        attributes.extend(length.as_deref().map(|length| ("length", length)));
        attributes.extend(title.as_deref().map(|title| ("title", title)));
        xml.empty("link", &attributes);
    }
    for copy in &item.copies {
        if let Some(url) = &copy.copy.url {
            let title = format!("{}: {}", copy.source_title, copy.copy.title);
            xml.empty(
                "link",
                &[
                    ("rel", "related"),
                    ("type", "text/html"),
                    ("title", &title),
                    ("href", url),
                ],
            );
        }
    }
}

/// RFC 4287 §4.1.2: an entry has an author. Where the publisher names none, its source is.
fn authors(xml: &mut Xml, item: &Item) {
    if item.entry.authors.is_empty() {
        xml.element("author", &[], |xml| {
            xml.text("name", &[], &item.source.title);
        });
    }
    for Person { name, url, email } in &item.entry.authors {
        xml.element("author", &[], |xml| {
            xml.text("name", &[], name);
            xml.optional("uri", url.as_ref().map(url::Url::as_str));
            xml.optional("email", email.as_deref().filter(|email| is_email(email)));
        });
    }
}

/// RFC 4287 §4.2.11: the feed that the entry came from, as it names itself.
fn source(xml: &mut Xml, item: &Item) {
    let feed = &item.source.feed;
    let lives = feed.self_url.as_deref().or(item.source.feed_url.as_deref());
    xml.element("source", &[], |xml| {
        xml.optional(
            "id",
            feed.id
                .as_deref()
                .filter(|id| url::Url::parse(id).is_ok())
                .or(lives)
                .or(feed.home_url.as_deref()),
        );
        xml.text("title", &[], &item.source.title);
        xml.optional("updated", feed.updated.map(rfc3339).as_deref());
        if let Some(url) = lives {
            xml.empty("link", &[("rel", "self"), ("href", url)]);
        }
        if let Some(url) = &feed.home_url {
            xml.empty(
                "link",
                &[("rel", "alternate"), ("type", "text/html"), ("href", url)],
            );
        }
    });
}

/// Whether it is a language tag, RFC 5646 in shape: letters first, then groups of letters and digits.
pub fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let fits = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    parts.next().is_some_and(|first| {
        (2..=8).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic())
    }) && parts.all(fits)
}

/// `type/subtype`, as RFC 4287 §4.2.7.3 wants it.
pub(super) fn is_media_type(given: &str) -> bool {
    let token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    given.split_once('/').is_some_and(|(kind, rest)| {
        token(kind) && token(rest.split(';').next().unwrap_or_default().trim_end())
    })
}

/// RFC 4287 §3.2.3: something, an at sign, something; no blanks.
fn is_email(email: &str) -> bool {
    email
        .split_once('@')
        .is_some_and(|(left, right)| !left.is_empty() && !right.is_empty())
        && !email.contains(char::is_whitespace)
}
