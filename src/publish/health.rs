//! `/health.atom`: what is wrong with the sources, and with mainstem itself, as a feed of its own.

use super::document::Document;
use super::format::DocumentFormat;
use super::ids::{event_id, feed_id, own_event_id};
use super::piece::{Piece, Shell};
use super::xml::{Xml, rfc3339};
use crate::model::{HealthEvent, OwnEvent, Timestamp};

/// The path's last part, without its ending.
const NAME: &str = "health";

/// Writes the events of the sources and our own, each in the given order, our own first. The same events give the same bytes.
/// `id_base`: what `public_url` was when anything was first published; the feed's id follows from it.
#[must_use]
pub fn health_feed(
    public_url: &url::Url,
    id_base: &str,
    events: &[HealthEvent],
    own: &[OwnEvent],
) -> Document {
    let own_entries = own.iter().map(|event| {
        let told = Told::of_own(event);
        (told.updated(), told.written())
    });
    let entries = events.iter().map(|event| {
        let told = Told::of_source(event);
        (told.updated(), told.written())
    });
    let (updated, pieces): (Vec<_>, Vec<_>) = own_entries.chain(entries).unzip();
    let updated = updated.into_iter().max().unwrap_or_default();
    let shell = shell(public_url, id_base, updated);
    Document::new(DocumentFormat::Atom, shell, pieces)
}

fn shell(public_url: &url::Url, id_base: &str, updated: Timestamp) -> Shell {
    let mut xml = Xml::new();
    xml.element("feed", &[("xmlns", "http://www.w3.org/2005/Atom")], |xml| {
        xml.text("id", &[], &feed_id(id_base, NAME));
        xml.text("title", &[], "Mainstem: what is wrong with the sources");
        xml.text("updated", &[], &rfc3339(updated));
        let own = format!("{public_url}{NAME}.atom");
        xml.empty(
            "link",
            &[
                ("rel", "self"),
                ("type", "application/atom+xml"),
                ("href", &own),
            ],
        );
        xml.element("author", &[], |xml| xml.text("name", &[], "Mainstem"));
        xml.items_here();
    });
    xml.finish()
}

/// An event as an entry tells it.
struct Told<'a> {
    id: String,
    title: String,
    category: &'a str,
    message: &'a str,
    began_at: Timestamp,
    resolved_at: Option<Timestamp>,
}

impl<'a> Told<'a> {
    fn of_source(event: &'a HealthEvent) -> Self {
        let (source, trouble) = (&event.source, event.trouble.as_str());
        Self {
            id: event_id(source, trouble, event.began_at),
            title: format!("{source}: {trouble}"),
            category: trouble,
            message: &event.message,
            began_at: event.began_at,
            resolved_at: event.resolved_at,
        }
    }

    fn of_own(event: &'a OwnEvent) -> Self {
        Self {
            id: own_event_id(event.part, event.began_at),
            title: format!("mainstem: {}", event.title),
            category: event.part,
            message: &event.message,
            began_at: event.began_at,
            resolved_at: event.resolved_at,
        }
    }

    fn updated(&self) -> Timestamp {
        self.resolved_at.unwrap_or(self.began_at)
    }

    fn written(&self) -> Piece {
        Piece::new(Xml::piece(1, "entry", |xml| {
            xml.text("id", &[], &self.id);
            let title = match self.resolved_at {
                None => self.title.clone(),
                Some(_) => format!("Resolved: {}", self.title),
            };
            xml.text("title", &[], &title);
            xml.text("updated", &[], &rfc3339(self.updated()));
            xml.text("published", &[], &rfc3339(self.began_at));
            xml.empty("category", &[("term", self.category)]);
            let text = match self.resolved_at {
                None => self.message.to_owned(),
                Some(at) => format!("It was so until {}: {}", rfc3339(at), self.message),
            };
            xml.text("content", &[("type", "text")], &text);
        }))
    }
}
