//! An output as a page for a browser: what its documents name as the feed's own page.
//!
//! Goes in: the window that the documents show. Comes out: HTML without style, script, frame or picture; what publishers wrote
//! stands in it as text alone. It is written by the same writer as the XML documents, so nothing can be left unescaped.

use std::sync::Arc;

use url::Url;

use super::content::{self, ItemForm};
use super::document::Document;
use super::feed::OutboundFeed;
use super::format::{DocumentFormat, Medium};
use super::item::Item;
use super::piece::Piece;
use super::xml::{Xml, rfc3339, writable};
use crate::model::Output;

/// Headlines on a page, the newest: enough to see what a feed is about. All of it is in the documents.
const HEADLINES: usize = 100;
/// Schemes that a headline may link to; a browser runs none of them.
const LINKED: [&str; 4] = ["http", "https", "ftp", "magnet"];
/// The language of the words that are ours.
const OURS: (&str, &str) = ("lang", "en");

/// An output's page, ready to be put together. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Page {
    output: Arc<Output>,
    public_url: Url,
    headlines: Arc<[Piece]>,
}

impl Page {
    pub(super) fn of(feed: &OutboundFeed) -> Self {
        let newest = feed.items.iter().take(HEADLINES);
        Self {
            output: Arc::new(feed.output.clone()),
            public_url: feed.public_url.clone(),
            headlines: newest.map(|item| item.headline.clone()).collect(),
        }
    }

    /// The page as it is served. `token`: a reader who brought it in the address of the page gets it in the addresses of the
    /// documents too; otherwise a browser would ask for it.
    #[must_use]
    pub fn document(&self, token: Option<&[u8]>) -> Document {
        let encoded = |token| url::form_urlencoded::byte_serialize(token).collect::<String>();
        let query = token.map(|token| format!("?token={}", encoded(token)));
        let query = query.unwrap_or_default();
        let language = self.output.face.language.as_deref().unwrap_or("en");
        let mut xml = Xml::page();
        xml.element("html", &[("lang", language)], |xml| {
            xml.element("head", &[], |xml| self.head(xml, &query));
            xml.element("body", &[], |xml| self.body(xml, &query));
        });
        Document::new(Medium::Page, xml.finish(), self.headlines.to_vec())
    }

    fn head(&self, xml: &mut Xml, query: &str) {
        xml.empty("meta", &[("charset", "utf-8")]);
        let width = "width=device-width, initial-scale=1";
        xml.empty("meta", &[("name", "viewport"), ("content", width)]);
        let schemes = [("name", "color-scheme"), ("content", "light dark")];
        xml.empty("meta", &schemes);
        xml.text("title", &[], &self.output.title);
        let canonical = self.address("", "");
        xml.empty("link", &[("rel", "canonical"), ("href", &canonical)]);
        for format in DocumentFormat::ALL {
            xml.empty(
                "link",
                &[
                    ("rel", "alternate"),
                    ("type", format.essence()),
                    (
                        "title",
                        &format!("{} ({})", self.output.title, format.name()),
                    ),
                    ("href", &self.beside(format, query)),
                ],
            );
        }
    }

    fn body(&self, xml: &mut Xml, query: &str) {
        xml.element("main", &[], |xml| {
            xml.text("h1", &[("dir", "auto")], &self.output.title);
            let how =
                "This is a web feed. To subscribe, give one of its addresses to a feed reader:";
            xml.text("p", &[OURS], how);
            xml.element("ul", &[], |xml| {
                for format in DocumentFormat::ALL {
                    let href = self.beside(format, query);
                    let address = self.address(&format!(".{}", format.as_str()), query);
                    xml.element("li", &[], |xml| {
                        xml.text("span", &[OURS], format.name());
                        xml.text(
                            "a",
                            &[("type", format.essence()), ("href", &href)],
                            &address,
                        );
                    });
                }
            });
            xml.text("h2", &[OURS], "Newest headlines");
            if self.headlines.is_empty() {
                xml.text("p", &[OURS], "There are none yet.");
            }
            xml.element("ol", &[], Xml::items_here);
        });
    }

    /// The address of a document relative to the page: it leads there by whatever address the page was reached, also where
    /// nobody has written a `public_url`.
    fn beside(&self, format: DocumentFormat, query: &str) -> String {
        format!("{}.{}{query}", self.output.id, format.as_str())
    }

    /// An address as others know it.
    fn address(&self, ending: &str, query: &str) -> String {
        format!("{}{}{ending}{query}", self.public_url, self.output.id)
    }
}

/// An item as the page lists it.
pub(super) fn headline(form: &ItemForm, item: &Item) -> Vec<u8> {
    Xml::piece(4, "li", |xml| {
        let title = content::title(form, item);
        let mut attributes = vec![("dir", "auto")];
        attributes.extend(item.entry.language.as_deref().map(|tag| ("lang", tag)));
        match item.entry.url.as_ref().filter(|url| is_linked(url)) {
            Some(url) => {
                attributes.push(("rel", "nofollow noopener noreferrer"));
                attributes.push(("href", url.as_str()));
                xml.text("a", &attributes, &title);
            }
            None => xml.text("span", &attributes, &title),
        }
        xml.element("small", &[], |xml| {
            xml.text("span", &[("dir", "auto")], &item.source.title);
            let at = item.published();
            let told = writable(at).format("%Y-%m-%d %H:%M UTC").to_string();
            xml.text("time", &[("datetime", &rfc3339(at))], &told);
        });
    })
}

fn is_linked(url: &Url) -> bool {
    LINKED.contains(&url.scheme())
}
