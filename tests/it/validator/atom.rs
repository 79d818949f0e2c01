//! RFC 4287.

use super::tree::{Element, tree};
use super::{Broken, media, values};

/// The ids of its entries.
pub(super) fn check(broken: &mut Broken, xml: &str) -> Vec<String> {
    let feed = tree(xml);
    broken.check(
        "MissingNamespace",
        feed.get("xmlns") == Some("http://www.w3.org/2005/Atom"),
        xml,
    );
    metadata(broken, &feed, &["id", "title", "updated", "generator"]);
    let links = feed.all("link");
    let mut alternates = links.filter(|link| link.get("rel") == Some("alternate"));
    let page = alternates.next();
    let is_page = page.is_some_and(|page| page.get("type") == Some("text/html"));
    broken.check("alternate", is_page && alternates.next().is_none(), "");
    let href = page.and_then(|page| page.get("href")).unwrap_or_default();
    values::page(broken, "alternate", href);
    let first = feed.children.iter().position(|child| child.name == "entry");
    let behind = &feed.children[first.unwrap_or(feed.children.len())..];
    broken.check(
        "MisplacedMetadata",
        behind.iter().all(|child| child.name == "entry"),
        "",
    );
    let has_author = first.is_some() || feed.child("author").is_some();
    broken.check("MissingElement", has_author, "author of an empty feed");
    let ids: Vec<String> = feed
        .all("entry")
        .map(|entry| entry.text_of("id").to_owned())
        .collect();
    broken.unique("DuplicateEntries", ids.iter().map(String::as_str));
    for entry in feed.all("entry") {
        check_entry(broken, entry);
    }
    check_deleted(broken, &feed, &ids);
    ids
}

/// RFC 6721: what is deleted is named once, is not there any more, and the namespace is declared where it is used.
fn check_deleted(broken: &mut Broken, feed: &Element, ids: &[String]) {
    let namespace = feed.get("xmlns:at");
    let mut deleted = Vec::new();
    for tombstone in feed.all("at:deleted-entry") {
        let of = tombstone.get("ref").unwrap_or_default();
        values::iri(broken, "at:deleted-entry", of);
        values::rfc3339(broken, tombstone.get("when").unwrap_or_default());
        let is_known = tombstone
            .children
            .iter()
            .all(|child| child.name == "at:comment");
        broken.check(
            "at:deleted-entry",
            is_known && tombstone.attributes.len() == 2,
            of,
        );
        broken.check("at:deleted-entry", ids.iter().all(|id| id != of), of);
        deleted.push(of);
    }
    let is_declared = namespace == Some("http://purl.org/atompub/tombstones/1.0");
    broken.check("MissingNamespace", is_declared != deleted.is_empty(), "at");
    broken.unique("at:deleted-entry", deleted.into_iter());
}

fn metadata(broken: &mut Broken, parent: &Element, wanted: &[&str]) {
    let several = ["author", "category", "link", "entry", "at:deleted-entry"];
    broken.children(parent, wanted, &[&several, &media::SEVERAL[..]].concat());
    for title in parent.all("title") {
        values::plain(broken, title);
    }
    for id in parent.all("id") {
        values::iri(broken, "id", &id.text);
    }
    for date in parent.all("updated").chain(parent.all("published")) {
        values::rfc3339(broken, &date.text);
    }
    people(broken, parent);
    for link in parent.all("link") {
        check_link(broken, link);
    }
    let kinds: Vec<String> = parent.all("link").map(kind).collect();
    let once = kinds
        .iter()
        .filter(|kind| parent.name != "entry" || kind.starts_with("alternate"));
    broken.unique("DuplicateAtomLink", once.map(String::as_str));
}

/// RFC 4287 §4.1.1: of alternate links at most one with a type.
fn kind(link: &Element) -> String {
    format!(
        "{} {:?}",
        link.get("rel").unwrap_or("alternate"),
        link.get("type")
    )
}

fn check_link(broken: &mut Broken, link: &Element) {
    let known = ["rel", "type", "href", "title", "length"];
    for (name, value) in &link.attributes {
        broken.check("UnexpectedAttribute", known.contains(&name.as_str()), name);
        broken.check("AttrNotBlank", !value.is_empty(), name);
    }
    values::own_url(broken, "href", link.get("href").unwrap_or_default());
    if let Some(given) = link.get("type") {
        values::media_type(broken, given);
    }
    let length = link.get("length").unwrap_or("0");
    broken.check(
        "InvalidNonNegativeInteger",
        length.parse::<u64>().is_ok(),
        length,
    );
    let relations = [
        "self",
        "alternate",
        "enclosure",
        "related",
        "hub",
        "prev-archive",
        "replies",
    ];
    let relation = link.get("rel").unwrap_or_default();
    broken.check(
        "UnregisteredAtomLinkRel",
        relations.contains(&relation),
        relation,
    );
}

fn check_entry(broken: &mut Broken, entry: &Element) {
    metadata(
        broken,
        entry,
        &["id", "title", "updated", "published", "author"],
    );
    media::check(broken, entry);
    let has_page = entry
        .all("link")
        .any(|link| link.get("rel") == Some("alternate"));
    let has_content = entry.child("content").is_some();
    broken.check(
        "MissingContentOrAlternate",
        has_page || has_content,
        entry.text_of("id"),
    );
    for text in entry.all("summary").chain(entry.all("content")) {
        if let Some(tag) = text.get("xml:lang") {
            values::language(broken, tag);
        }
        match text.get("type") {
            Some("html") => values::html(broken, &text.text),
            _ => values::plain(broken, text),
        }
    }
    for category in entry.all("category") {
        broken.check(
            "AttrNotBlank",
            category
                .get("term")
                .is_some_and(|term| !term.trim().is_empty()),
            "term",
        );
        if let Some(scheme) = category.get("scheme") {
            values::iri(broken, "scheme", scheme);
        }
    }
    // A local file has no address to be named by.
    for source in entry.all("source") {
        metadata(broken, source, &["title"]);
    }
}

fn people(broken: &mut Broken, parent: &Element) {
    for person in parent.all("author") {
        broken.children(person, &["name"], &[]);
        for name in person.all("name") {
            values::plain(broken, name);
        }
        for uri in person.all("uri") {
            values::url(broken, "uri", &uri.text);
        }
        for email in person.all("email") {
            values::email(broken, &email.text);
        }
    }
}
