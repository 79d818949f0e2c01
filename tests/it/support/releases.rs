//! Releases as sources carry them: texts long enough to be compared, and feeds of local files that say all that is asked of
//! them.

use std::fmt::Write;

use super::daemon::Desk;

/// Three paragraphs each; no two of these texts share a run of words.
pub(crate) const LOCK: &str = "<p>The river board will rebuild the upper lock at Haldenau before the autumn, after divers found 14 cracks in the sill \
    that carries both gates. Barges will be turned away for six weeks.</p><p>The work costs 2.3 million and is paid out of the tolls of last \
    year, the board said on Tuesday. Boats shorter than nine metres may use the old side channel, whose sluice a keeper opens by hand at eight \
    in the morning and at five in the evening.</p><p>Masters of longer vessels are asked to wait below the weir, where moorings, water and \
    shore power are free of charge until the gates have been hung again.</p>";
pub(crate) const CHOIR: &str = "<p>Forty singers from the upper valley perform in the disused tram depot on Sunday evening, and ask those who \
    listen to bring a cushion, for the depot has neither chairs nor heating.</p><p>The programme begins with rounds that shepherds once sang \
    across a gorge and ends with a piece for whistles and anvils by a composer of the town. Admission is free; a hat goes round for the roof, \
    which has leaked on every concert so far.</p><p>Trams of line seven stop in front of the gate, though no longer behind it.</p>";
pub(crate) const BRUECKE: &str = "<p>Die alte Holzbrücke über die Sille wird von Montag an für Fuhrwerke gesperrt, weil zwei ihrer sechs Joche \
    vom Hochwasser unterspült worden sind. Fußgänger dürfen sie weiterhin einzeln betreten.</p><p>Der Wegeverband rechnet mit Kosten von 85000 \
    Kronen und will bis zum ersten Frost fertig sein. Bis dahin setzt eine Fähre über, die jede halbe Stunde ablegt und bei Nebel am östlichen \
    Ufer liegen bleibt.</p><p>Wer schwere Lasten hat, fährt über Oberwies; der Umweg beträgt elf Kilometer und ist ausgeschildert.</p>";

/// One entry of a feed.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) guid: String,
    pub(crate) url: String,
    pub(crate) title: String,
    pub(crate) body: String,
    /// RFC 3339; empty: none.
    pub(crate) published: String,
    /// The address of a sound file.
    pub(crate) sound: Option<String>,
}

/// An entry of the fourth of March 2024 at this time, with a page of its own.
pub(crate) fn piece(guid: &str, time: &str, title: &str, body: &str) -> Piece {
    Piece {
        guid: guid.to_owned(),
        url: format!("https://{guid}.example/page"),
        title: title.to_owned(),
        body: body.to_owned(),
        published: format!("2024-03-04T{time}:00Z"),
        sound: None,
    }
}

impl Piece {
    pub(crate) fn linking(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }
}

/// A local file as a source, with these keys.
pub(crate) fn file_source(id: &str, keys: &str) -> String {
    format!("[[source]]\nid = \"{id}\"\npath = \"{id}.xml\"\nfirst_items = 0\n{keys}\n")
}

/// Gives a source these entries.
pub(crate) fn publish(desk: &Desk, source: &str, pieces: &[Piece]) {
    let mut items = String::new();
    for piece in pieces {
        let _ = write!(
            items,
            "<item><guid isPermaLink=\"false\">{}</guid><link>{}</link><title>{}</title><description>{}</description>",
            escaped(&piece.guid),
            escaped(&piece.url),
            escaped(&piece.title),
            escaped(&piece.body)
        );
        if !piece.published.is_empty() {
            let _ = write!(items, "<pubDate>{}</pubDate>", piece.published);
        }
        if let Some(sound) = &piece.sound {
            let _ = write!(
                items,
                "<enclosure url=\"{}\" length=\"1000\" type=\"audio/mpeg\"/>",
                escaped(sound)
            );
        }
        items.push_str("</item>");
    }
    let feed = format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Feed {source}</title><link>https://{source}.example/</link>{items}</channel></rss>"
    );
    desk.write(&format!("{source}.xml"), feed.as_bytes());
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Asks these sources, all where none is named; returns what was said of them.
pub(crate) fn refresh(desk: &Desk, sources: &[&str]) -> String {
    told(desk, &[&["refresh"], sources].concat())
}

/// What a command that succeeds says.
pub(crate) fn told(desk: &Desk, command: &[&str]) -> String {
    let ended = desk.run(command);
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    let log = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{command:?}: {said}{log}");
    said
}

/// An item as a subscriber has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shown {
    pub(crate) title: String,
    pub(crate) id: String,
    pub(crate) source: String,
    pub(crate) updated: String,
    /// Source and relation of each copy.
    pub(crate) copies: Vec<(String, String)>,
}

/// What an output shows, by title.
pub(crate) fn shown(desk: &Desk, output: &str) -> Vec<Shown> {
    let document = desk.json(output);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let items = document["items"].as_array().expect("items").iter();
    let mut items: Vec<Shown> = items
        .map(|item| {
            let copies = item["_mainstem"]["copies"].as_array().expect("copies");
            let mut copies: Vec<_> = copies
                .iter()
                .map(|copy| (text(&copy["source"]), text(&copy["relation"])))
                .collect();
            copies.sort();
            Shown {
                title: text(&item["title"]),
                id: text(&item["id"]),
                source: text(&item["_mainstem"]["source"]),
                updated: text(&item["date_modified"]),
                copies,
            }
        })
        .collect();
    items.sort();
    items
}

pub(crate) fn titles(items: &[Shown]) -> Vec<&str> {
    items.iter().map(|item| item.title.as_str()).collect()
}
