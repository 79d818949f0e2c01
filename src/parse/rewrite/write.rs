//! Clean Atom 1.0 and RSS 2.0, in the few elements that feed-rs reads for us.

use memchr::{memchr2, memmem};
use quick_xml::escape::escape;

use super::record::Record;
use super::value::{Kind, Value};
use super::words::Slot;
use crate::model::FeedFormat;

/// What is written: Atom for Atom of all versions, RSS 2.0 for everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Atom,
    Rss,
}

impl Dialect {
    pub(super) fn of(format: FeedFormat) -> Self {
        match format {
            FeedFormat::Atom => Self::Atom,
            FeedFormat::Rss | FeedFormat::Rdf | FeedFormat::JsonFeed => Self::Rss,
        }
    }
}

const ATOM_HEAD: &str = "<feed xmlns=\"http://www.w3.org/2005/Atom\"";
const RSS_HEAD: &str = "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel>";

/// The whole document. `entries`: as [`entry`] wrote them.
pub(super) fn document(dialect: Dialect, feed: &Record, entries: &str) -> String {
    let mut out = String::with_capacity(entries.len() + 1024);
    match dialect {
        Dialect::Atom => {
            out.push_str(ATOM_HEAD);
            if let Some(language) = feed.text(Slot::Language) {
                attribute(&mut out, "xml:lang", language);
            }
            out.push('>');
            fields(&mut out, feed, ATOM_FEED, true);
            links(&mut out, feed, "link", |_| true);
        }
        Dialect::Rss => {
            out.push_str(RSS_HEAD);
            fields(&mut out, feed, RSS_FEED, false);
            page_link(&mut out, feed);
            links(&mut out, feed, "atom:link", |rel| rel != "alternate");
            if let Some(icon) = feed.text(Slot::Icon) {
                out.push_str("<image>");
                element(&mut out, "url", icon);
                out.push_str("</image>");
            }
        }
    }
    out.push_str(entries);
    out.push_str(match dialect {
        Dialect::Atom => "</feed>",
        Dialect::Rss => "</channel></rss>",
    });
    out
}

/// One entry. `number`: its id, by which it is found again.
pub(super) fn entry(out: &mut String, dialect: Dialect, number: usize, entry: &Record) {
    match dialect {
        Dialect::Atom => {
            out.push_str("<entry>");
            element(out, "id", &number.to_string());
            fields(out, entry, ATOM_ENTRY, true);
            links(out, entry, "link", |rel| rel != "enclosure");
            out.push_str("</entry>");
        }
        Dialect::Rss => {
            out.push_str("<item>");
            element(out, "guid", &number.to_string());
            fields(out, entry, RSS_ENTRY, false);
            page_link(out, entry);
            out.push_str("</item>");
        }
    }
}

type Names = &'static [(Slot, &'static str)];

const ATOM_FEED: Names = &[
    (Slot::Id, "id"),
    (Slot::Title, "title"),
    (Slot::Summary, "subtitle"),
    (Slot::Rights, "rights"),
    (Slot::Generator, "generator"),
    (Slot::Icon, "icon"),
];
const ATOM_ENTRY: Names = &[(Slot::Title, "title")];
const RSS_FEED: Names = &[
    (Slot::Title, "title"),
    (Slot::Summary, "description"),
    (Slot::Language, "language"),
    (Slot::Rights, "copyright"),
    (Slot::Generator, "generator"),
];
const RSS_ENTRY: Names = &[(Slot::Title, "title")];

fn fields(out: &mut String, record: &Record, names: Names, typed: bool) {
    for (slot, name) in names {
        let Some(value) = record.get(*slot) else {
            continue;
        };
        match slot {
            Slot::Title | Slot::Summary | Slot::Content | Slot::Rights if typed => {
                text_construct(out, name, value);
            }
            _ => element(out, name, value.text.trim()),
        }
    }
}

fn text_construct(out: &mut String, name: &str, value: &Value) {
    out.push('<');
    out.push_str(name);
    if value.kind == Kind::Html {
        out.push_str(" type=\"html\"");
    }
    out.push('>');
    text(out, &value.text);
    end(out, name);
}

fn element(out: &mut String, name: &str, value: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    text(out, value);
    end(out, name);
}

fn end(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Text as CDATA where it needs escaping: feed-rs reads that three times as fast as it reads references.
fn text(out: &mut String, text: &str) {
    if memchr2(b'<', b'&', text.as_bytes()).is_none() {
        out.push_str(text);
        return;
    }
    out.push_str("<![CDATA[");
    let mut rest = text;
    while let Some(at) = memmem::find(rest.as_bytes(), b"]]>") {
        out.push_str(&rest[..at + 2]);
        out.push_str("]]><![CDATA[");
        rest = &rest[at + 2..];
    }
    out.push_str(rest);
    out.push_str("]]>");
}

fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    out.push_str(&escape(value));
    out.push('"');
}

fn links(out: &mut String, record: &Record, name: &str, wanted: impl Fn(&str) -> bool) {
    for link in record.links().iter().filter(|link| wanted(&link.rel)) {
        out.push('<');
        out.push_str(name);
        attribute(out, "rel", &link.rel);
        attribute(out, "href", &link.href);
        if let Some(media_type) = &link.media_type {
            attribute(out, "type", media_type);
        }
        out.push_str("/>");
    }
}

/// RSS has one link, to the page; of several the first that is one.
fn page_link(out: &mut String, record: &Record) {
    for link in record.links().iter().filter(|link| link.is_page()) {
        element(out, "link", &link.href);
    }
}
