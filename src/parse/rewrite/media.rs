//! The files and pictures of an entry.

use std::time::Duration;

use url::Url;

use super::scope::Links;
use crate::model::{Enclosure, Medium, Size};
use crate::parse::links::is_web;
use crate::parse::markup::Attributes;
use crate::parse::{limits, media_types};

/// Of one entry; more is spam or an attack.
const MOST: usize = 64;
/// No picture is wider or higher, in pixels.
const MOST_PIXELS: u32 = 100_000;

/// Enclosures and pictures in document order, and what is said about them.
#[derive(Default)]
pub(super) struct Media {
    enclosures: Vec<Enclosure>,
    /// A lower rank is a better picture.
    pictures: Vec<(u8, Url, Option<Size>)>,
    /// Of each open `media:group` and `media:content`, the first enclosure that it speaks of.
    open: Vec<usize>,
    /// Titles with the first enclosure that they stand for.
    titles: Vec<(usize, String)>,
    duration: Option<Duration>,
}

/// What is known at the end of an entry.
pub(super) struct Finished {
    pub(super) enclosures: Vec<Enclosure>,
    /// The best picture, and its size where that is given.
    pub(super) picture: Option<(Url, Option<Size>)>,
}

impl Media {
    /// A `media:group` or `media:content` begins.
    pub(super) fn open(&mut self) {
        self.open.push(self.enclosures.len());
    }

    /// The innermost `media:group` or `media:content` ends.
    pub(super) fn close(&mut self) {
        self.open.pop();
    }

    fn open_from(&self) -> usize {
        self.open.last().copied().unwrap_or_default()
    }

    /// Adds an enclosure, or what another element says about the same file.
    pub(super) fn add(&mut self, new: Enclosure) {
        let has_room = self.enclosures.len() < MOST;
        let known = self.enclosures.iter_mut().find(|old| old.url == new.url);
        match known {
            Some(old) => {
                old.media_type = media_types::better(old.media_type.take(), new.media_type);
                old.length = old.length.or(new.length);
                old.duration_seconds = old.duration_seconds.or(new.duration_seconds);
                old.title = old.title.take().or(new.title);
                old.medium = old.medium.or(new.medium);
                old.size = old.size.or(new.size);
            }
            None if has_room => self.enclosures.push(new),
            None => {}
        }
    }

    /// `media:content`: a file, and if it is one, a picture.
    pub(super) fn add_content(&mut self, attributes: &Attributes<'_>, links: &Links<'_>) {
        let Some(url) = attributes.get("url").and_then(|url| links.own_url(url)) else {
            return;
        };
        let medium = attributes.get("medium").and_then(read_medium);
        let size = read_size(attributes);
        if medium == Some(Medium::Image) && is_web(&url) {
            self.add_picture(3, url.clone(), size);
        }
        let duration = attributes.get("duration").and_then(read_duration);
        self.add(Enclosure {
            media_type: attributes.get("type").and_then(media_types::given),
            length: attributes.get("fileSize").and_then(read_length),
            duration_seconds: duration.map(|duration| duration.as_secs()),
            medium,
            size,
            ..Enclosure::at(url)
        });
    }

    /// RSS `enclosure`.
    pub(super) fn add_enclosure(&mut self, attributes: &Attributes<'_>, links: &Links<'_>) {
        if let Some(url) = address(attributes).and_then(|raw| links.own_url(raw)) {
            self.add(Enclosure {
                media_type: attributes.get("type").and_then(media_types::given),
                length: attributes.get("length").and_then(read_length),
                ..Enclosure::at(url)
            });
        }
    }

    /// `media:player`: a page that plays; the file itself where nothing else is named (Media RSS, `media:content`).
    pub(super) fn add_player(&mut self, attributes: &Attributes<'_>, links: &Links<'_>) {
        let url = address(attributes).and_then(|raw| links.web_url(raw));
        if let Some(url) = url.filter(|_| self.enclosures.len() == self.open_from()) {
            self.add(Enclosure::at(url));
        }
    }

    pub(super) fn add_picture(&mut self, rank: u8, url: Url, size: Option<Size>) {
        if self.pictures.len() < MOST {
            self.pictures.push((rank, url, size));
        }
    }

    /// The title of what the open `media:group` or `media:content` speaks of, where that has none of its own.
    pub(super) fn add_title(&mut self, title: String) {
        self.titles.push((self.open_from(), title));
    }

    /// How long the enclosure is that the entry is about; the last word counts.
    pub(super) fn set_duration(&mut self, duration: Option<Duration>) {
        self.duration = duration;
    }

    /// The enclosures with what the entry says about them: the types that their addresses tell, titles, and the duration of the
    /// one that it is about. Where no picture is named, an enclosure that is one is the picture.
    pub(super) fn finish(self) -> Finished {
        let mut enclosures = self.enclosures;
        for (first, title) in self.titles {
            for one in enclosures.iter_mut().skip(first) {
                one.title.get_or_insert_with(|| title.clone());
            }
        }
        for one in &mut enclosures {
            one.media_type = media_types::of_file(one.media_type.take(), &one.url);
        }
        let main = Enclosure::main(&enclosures).and_then(|nth| enclosures.get_mut(nth));
        if let (Some(duration), Some(one)) = (self.duration, main) {
            one.duration_seconds.get_or_insert(duration.as_secs());
        }
        let given = self.pictures.into_iter().min_by_key(|(rank, ..)| *rank);
        let picture = given.map(|(_, url, size)| (url, size)).or_else(|| {
            let is_picture =
                |one: &&Enclosure| one.kind() == Some(Medium::Image) && is_web(&one.url);
            let found = enclosures.iter().find(is_picture)?;
            Some((found.url.clone(), found.size))
        });
        Finished {
            enclosures,
            picture,
        }
    }
}

fn address<'a>(attributes: &'a Attributes<'_>) -> Option<&'a str> {
    attributes.get("url").or_else(|| attributes.get("href"))
}

/// `1234`, and `1,234`.
pub(super) fn read_length(text: &str) -> Option<u64> {
    let digits: String = text.trim().chars().filter(|c| *c != ',').collect();
    digits.parse().ok().filter(|length| *length > 0)
}

/// `1:02:03`, `62:03`, `3723`, `3723.5`.
pub(super) fn read_duration(text: &str) -> Option<Duration> {
    let whole = text.trim().split('.').next()?;
    let mut seconds = 0_u64;
    for part in whole.split(':') {
        let part: u64 = part.trim().parse().ok()?;
        seconds = seconds.checked_mul(60)?.checked_add(part)?;
    }
    limits::seconds(seconds).map(Duration::from_secs)
}

/// Both sides, or nothing: `640`, and `640px`.
pub(super) fn read_size(attributes: &Attributes<'_>) -> Option<Size> {
    let side = |name: &str| {
        let digits = attributes.get(name)?.trim().trim_end_matches("px");
        let side = digits.parse().ok()?;
        (1..=MOST_PIXELS).contains(&side).then_some(side)
    };
    Some(Size {
        width: side("width")?,
        height: side("height")?,
    })
}

fn read_medium(text: &str) -> Option<Medium> {
    let is_it = |one: &Medium| one.as_str().eq_ignore_ascii_case(text.trim());
    Medium::ALL.into_iter().find(is_it)
}
