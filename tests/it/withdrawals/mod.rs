//! Withdrawals: what an operator takes out for good, and what publishers take back.

mod archives;
mod by_notice;
mod by_operator;
mod by_publisher;
mod deletions;
mod kill_marks;
mod repeats;
mod undone;

use crate::support::daemon::Desk;
use crate::support::releases::{Piece, file_source, told};

/// Sources a, b and c, and an output of all of them with these keys.
fn configuration(output: &str) -> String {
    let sources = ["a", "b", "c"].map(|id| file_source(id, "every = \"1s\"\ndaily_items = 0"));
    format!("{}[[output]]\nid = \"merged\"\n{output}", sources.concat())
}

fn atom(desk: &Desk) -> String {
    told(desk, &["print", "merged"])
}

/// An Atom feed of these entries, and what it says of others.
fn publish_atom(desk: &Desk, source: &str, pieces: &[Piece], deleted: &str) {
    let entries: String = pieces
        .iter()
        .map(|piece| {
            let body = piece.body.replace('&', "&amp;").replace('<', "&lt;");
            format!(
                "<entry><id>{}</id><title>{}</title><updated>{}</updated><link href=\"{}\"/><content type=\"html\">{body}</content></entry>",
                piece.guid, piece.title, piece.published, piece.url
            )
        })
        .collect();
    let feed = format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:at=\"http://purl.org/atompub/tombstones/1.0\"><id>urn:a</id><title>A</title><updated>2024-03-04T12:00:00Z</updated>{deleted}{entries}</feed>"
    );
    desk.write(&format!("{source}.xml"), feed.as_bytes());
}

/// The `at:deleted-entry` of a document: id, moment and reason.
fn deleted(atom: &str) -> Vec<(String, String, Option<String>)> {
    let mut found = Vec::new();
    let mut rest = atom;
    while let Some(start) = rest.find("<at:deleted-entry") {
        let here = &rest[start..];
        let tag = &here[..=here.find('>').expect("a tag ends")];
        let value = |name: &str| {
            let from = tag.find(&format!("{name}=\"")).expect(name) + name.len() + 2;
            tag[from..].split('"').next().unwrap_or_default().to_owned()
        };
        let comment = (!tag.ends_with("/>")).then(|| {
            let element = &here[..here.find("</at:deleted-entry>").expect("an end tag")];
            let said = element.split("<at:comment>").nth(1).expect("a comment");
            said.split("</at:comment>")
                .next()
                .unwrap_or_default()
                .to_owned()
        });
        found.push((value("ref"), value("when"), comment));
        rest = &here[tag.len()..];
    }
    found
}
