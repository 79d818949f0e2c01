//! Reads an archive document of ours back, for the page that shows it.
//!
//! The document is the only thing that still says what its items looked like: entries are edited later, and old texts go.

use chrono::DateTime;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::document::Document;
use super::listed_item::{ItemText, ListedItem, OtherSource};
use crate::model::Timestamp;
use crate::text::html_to_text;

/// What a page shows of an archive document.
#[derive(Debug, Clone, Default)]
pub struct ListedArchive {
    /// In the document's order: newest place first.
    pub items: Vec<ListedItem>,
    /// The number of the archive document before it; 0: there is none.
    pub prev_archive: u32,
}

/// An entry as far as it was read.
#[derive(Default)]
struct ReadEntry {
    title: String,
    url: Option<String>,
    language: Option<String>,
    source: String,
    published: Option<Timestamp>,
    updated: Option<Timestamp>,
    summary: String,
    /// HTML, or plain text where the entry has no link.
    content: String,
    content_is_html: bool,
    /// Titles and addresses of its copies; a title is the source's, a colon, and the copy's own.
    related: Vec<(String, String)>,
}

impl ReadEntry {
    fn item(&self) -> ListedItem {
        let content = match self.content_is_html {
            true => html_to_text(&self.content),
            false => self.content.clone(),
        };
        let text = match self.summary.is_empty() {
            true => &content,
            false => &self.summary,
        };
        let published = self.published.or(self.updated).unwrap_or_default();
        let also = self.related.iter().map(|(title, url)| OtherSource {
            name: title.split_once(": ").map_or(title, |(source, _)| source),
            url: Some(url),
        });
        let listed = ItemText {
            title: &self.title,
            url: self.url.as_deref(),
            language: self.language.as_deref(),
            source: &self.source,
            published,
            updated: self.updated.unwrap_or(published),
            text,
            also: also.collect(),
        };
        listed.written()
    }

    fn link(&mut self, link: &BytesStart<'_>) {
        let href = attribute(link, "href").unwrap_or_default();
        match attribute(link, "rel").as_deref() {
            Some("alternate") => self.url = Some(href),
            Some("related") => {
                let title = attribute(link, "title");
                self.related.push((title.unwrap_or_default(), href));
            }
            _ => {}
        }
    }

    /// What an element of the entry says; `path`: its name, below `entry`.
    fn element(&mut self, path: &[String], text: String) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["title"] => self.title = text,
            ["published"] => self.published = moment(&text),
            ["updated"] => self.updated = moment(&text),
            ["summary"] => self.summary = text,
            ["content"] => self.content = text,
            ["source", "title"] => self.source = text,
            _ => {}
        }
    }
}

/// Reads an archive document. What is not in it, as it is not where the document is damaged, is left out.
#[must_use]
pub fn read_archive(document: &Document) -> ListedArchive {
    let mut listing = ListedArchive::default();
    let text = String::from_utf8_lossy(document.bytes());
    let mut reader = Reader::from_str(&text);
    let (mut path, mut said) = (Vec::<String>::new(), String::new());
    let mut entry = None::<ReadEntry>;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) => {
                opened(&tag, path.len(), &mut entry);
                path.push(tag.name().as_ref().to_owned());
                said.clear();
            }
            Event::Empty(tag) if tag.name().as_ref() == "link" => match &mut entry {
                Some(read) if path.len() == 2 => read.link(&tag),
                None => listing.prev_archive = prev(&tag).unwrap_or(listing.prev_archive),
                Some(_) => {}
            },
            Event::Text(text) => said.push_str(&text),
            Event::GeneralRef(reference) => {
                let whole = format!("&{};", &*reference);
                said.push_str(&quick_xml::escape::unescape(&whole).unwrap_or_default());
            }
            Event::End(_) => {
                match &mut entry {
                    Some(read) if path.len() > 2 => {
                        read.element(&path[2..], std::mem::take(&mut said));
                    }
                    _ => listing.items.extend(entry.take().map(|read| read.item())),
                }
                path.pop();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    listing
}

/// Begins an entry, or notes what an element of it says of its text. `depth`: elements around it.
fn opened(tag: &BytesStart<'_>, depth: usize, entry: &mut Option<ReadEntry>) {
    let name = tag.name();
    match (name.as_ref(), entry) {
        ("entry", entry) if depth == 1 => *entry = Some(ReadEntry::default()),
        ("summary" | "content", Some(read)) if depth == 2 => {
            read.language = attribute(tag, "xml:lang").or(read.language.take());
            if name.as_ref() == "content" {
                read.content_is_html = attribute(tag, "type").as_deref() == Some("html");
            }
        }
        _ => {}
    }
}

/// The number of the archive document that a link of a document names as the one before it.
fn prev(link: &BytesStart<'_>) -> Option<u32> {
    let is_prev = attribute(link, "rel").as_deref() == Some("prev-archive");
    let href = attribute(link, "href").filter(|_| is_prev)?;
    let (_, name) = href.rsplit_once('/')?;
    name.strip_suffix(".atom")?.parse().ok()
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let mut attributes = attributes.with_checks(false).flatten();
    let value = attributes
        .find(|attribute| attribute.key.as_ref() == name)?
        .value;
    let value = quick_xml::escape::unescape(&value).ok()?;
    Some(value.into_owned())
}

fn moment(text: &str) -> Option<Timestamp> {
    let read = DateTime::parse_from_rfc3339(text).ok()?;
    Some(read.to_utc())
}
