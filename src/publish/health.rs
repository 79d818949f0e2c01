//! `/health.atom`: what is wrong with the sources, as a feed of its own.

use super::DocumentFormat;
use super::document::{Document, Piece, Shell};
use super::ids::{event_id, feed_id};
use super::xml::{Xml, rfc3339};
use crate::model::{HealthEvent, Timestamp};

/// The path's last part, without its ending.
const NAME: &str = "health";

/// Writes the events, in the given order. The same events give the same bytes.
#[must_use]
pub fn health_feed(public_url: &url::Url, events: &[HealthEvent]) -> Document {
    let entries = events
        .iter()
        .map(|event| Xml::piece(1, "entry", |xml| entry(xml, event)));
    let entries = entries.map(Piece::new).collect();
    Document::new(DocumentFormat::Atom, shell(public_url, events), entries)
}

fn shell(public_url: &url::Url, events: &[HealthEvent]) -> Shell {
    let mut xml = Xml::new();
    let updated = events.iter().map(updated).max().unwrap_or_default();
    xml.element("feed", &[("xmlns", "http://www.w3.org/2005/Atom")], |xml| {
        xml.text("id", &[], &feed_id(public_url.as_str(), NAME));
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

fn entry(xml: &mut Xml, event: &HealthEvent) {
    let (source, trouble) = (&event.source, event.trouble);
    let began = rfc3339(event.began_at);
    xml.text(
        "id",
        &[],
        &event_id(source, trouble.as_str(), event.began_at),
    );
    let title = match event.resolved_at {
        None => format!("{source}: {trouble}"),
        Some(_) => format!("Resolved: {source}: {trouble}"),
    };
    xml.text("title", &[], &title);
    xml.text("updated", &[], &rfc3339(updated(event)));
    xml.text("published", &[], &began);
    xml.empty("category", &[("term", trouble.as_str())]);
    let text = match event.resolved_at {
        None => event.message.clone(),
        Some(at) => format!("It was so until {}: {}", rfc3339(at), event.message),
    };
    xml.text("content", &[("type", "text")], &text);
}

fn updated(event: &HealthEvent) -> Timestamp {
    event.resolved_at.unwrap_or(event.began_at)
}
