//! Files and pictures of an entry.

use url::Url;

use super::attributes::Attributes;
use super::reader::Reader;
use super::record::read_duration;
use super::tokens::Tag;
use super::words::Word;
use crate::model::{Enclosure, Medium, Size};
use crate::parse::links::is_web;
use crate::parse::media_types;

impl<'t> Reader<'t> {
    /// `media:content`.
    pub(super) fn media_content(&mut self, tag: Tag<'t>) {
        let attributes = Attributes::read(tag.attributes, &mut self.notes);
        let Some(url) = attributes.get("url").and_then(|url| self.own_url(url)) else {
            return;
        };
        let medium = attributes.get("medium").and_then(read_medium);
        let size = read_size(&attributes);
        if medium == Some(Medium::Image) && is_web(&url) {
            self.record().add_picture(3, url.clone(), size);
        }
        let duration = attributes.get("duration").and_then(read_duration);
        self.record().add_enclosure(Enclosure {
            media_type: attributes.get("type").and_then(media_types::given),
            length: attributes.get("fileSize").and_then(read_length),
            duration_seconds: duration.map(|duration| duration.as_secs()),
            medium,
            size,
            ..Enclosure::at(url)
        });
    }

    /// Elements that say what they say in their attributes.
    pub(super) fn attached(&mut self, word: Word, tag: Tag<'t>) {
        let attributes = Attributes::read(tag.attributes, &mut self.notes);
        let raw = ["url", "href"].iter().find_map(|name| attributes.get(name));
        let url = raw.and_then(|raw| match word {
            Word::Enclosure => self.own_url(raw),
            _ => self.web_url(raw),
        });
        let Some(url) = url else { return };
        match word {
            Word::Enclosure => self.record().add_enclosure(Enclosure {
                media_type: attributes.get("type").and_then(media_types::given),
                length: attributes.get("length").and_then(read_length),
                ..Enclosure::at(url)
            }),
            _ => self.player(url),
        }
    }

    /// `media:player`: a page that plays; the file itself where nothing else is named (Media RSS, `media:content`).
    fn player(&mut self, url: Url) {
        let first = self.media_from();
        if self.record().enclosures.len() == first {
            self.record().add_enclosure(Enclosure::at(url));
        }
    }
}

/// `1234`, and `1,234`.
pub(super) fn read_length(text: &str) -> Option<u64> {
    let digits: String = text.trim().chars().filter(|c| *c != ',').collect();
    digits.parse().ok().filter(|length| *length > 0)
}

fn read_medium(text: &str) -> Option<Medium> {
    let is_it = |one: &Medium| one.as_str().eq_ignore_ascii_case(text.trim());
    Medium::ALL.into_iter().find(is_it)
}

/// Both sides, or nothing: `640`, and `640px`.
pub(super) fn read_size(attributes: &Attributes<'_>) -> Option<Size> {
    /// No picture is wider.
    const MOST: u32 = 100_000;
    let side = |name: &str| {
        let digits = attributes.get(name)?.trim().trim_end_matches("px");
        let side = digits.parse().ok()?;
        (1..=MOST).contains(&side).then_some(side)
    };
    Some(Size {
        width: side("width")?,
        height: side("height")?,
    })
}
