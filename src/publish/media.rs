//! What podcast apps and readers with pictures look for, in RSS and Atom alike: Apple's `itunes:`, the Podcast Index'
//! `podcast:` and Media RSS. RFC 4287 §6 lets foreign markup into entries.
//!
//! `itunes:title`, `subtitle` and `author` are left out: apps show them in place of the title, summary and authors that the item
//! has in every format, with `title_format` applied.

use super::item::Item;
use super::uri::is_web;
use super::xml::Xml;
use crate::model::{Enclosure, Entry, Episode, Numbered, Size};

/// Declared by every document, for items are written apart from it and shared by many.
pub(super) const NAMESPACES: [(&str, &str); 3] = [
    ("xmlns:itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"),
    ("xmlns:media", "http://search.yahoo.com/mrss/"),
    ("xmlns:podcast", "https://podcastindex.org/namespace/1.0"),
];

type Attributes<'v> = Vec<(&'static str, &'v str)>;

/// The picture, and what makes an item an episode.
pub(super) fn write(xml: &mut Xml, item: &Item) {
    let entry = &item.entry;
    if let Some(image) = &entry.image {
        let size = sides(entry.image_size);
        let mut attributes = vec![("url", image.as_str())];
        push_size(&mut attributes, size.as_ref());
        xml.empty("media:thumbnail", &attributes);
    }
    itunes(xml, item);
    podcast(xml, &entry.episode);
}

fn itunes(xml: &mut Xml, item: &Item) {
    let (entry, episode) = (&item.entry, &item.entry.episode);
    let main = entry.main_enclosure();
    let seconds = main.and_then(|main| written(main.duration_seconds));
    xml.optional("itunes:duration", seconds.as_deref());
    if let Some(cover) = cover(item) {
        xml.empty("itunes:image", &[("href", cover)]);
    }
    let counted = |number: &Option<Numbered>| number.clone().and_then(|given| is_counted(&given));
    xml.optional("itunes:season", counted(&episode.season).as_deref());
    xml.optional("itunes:episode", counted(&episode.number).as_deref());
    xml.optional(
        "itunes:episodeType",
        episode.kind.map(crate::model::EpisodeKind::as_str),
    );
    let explicit = episode.explicit.map(|explicit| explicit.to_string());
    xml.optional("itunes:explicit", explicit.as_deref());
}

/// The episode's own cover; for what is played, else its picture, else that of its podcast, which a reader of many in one would
/// not see otherwise.
fn cover(item: &Item) -> Option<&str> {
    let entry = &item.entry;
    let own = entry.episode.image.as_ref().map(url::Url::as_str);
    let for_playing = || {
        let picture = entry.image.as_ref().map(url::Url::as_str);
        picture.or(item.source.feed.icon.as_deref())
    };
    let is_playable = entry.main_enclosure().is_some_and(Enclosure::is_playable);
    own.or_else(|| is_playable.then(for_playing)?)
}

/// Apple takes whole numbers from 1.
fn is_counted(given: &Numbered) -> Option<String> {
    let number: u32 = given.number.parse().ok()?;
    (number > 0).then(|| number.to_string())
}

fn podcast(xml: &mut Xml, episode: &Episode) {
    // Where `itunes:` says it all, nothing is said twice.
    let more = |given: &&Numbered| given.name.is_some() || is_counted(given).is_none();
    for (element, attribute, given) in [
        ("podcast:season", "name", &episode.season),
        ("podcast:episode", "display", &episode.number),
    ] {
        if let Some(given) = given.as_ref().filter(more) {
            let name = given.name.as_deref().map(|name| (attribute, name));
            xml.text(element, &Vec::from_iter(name), &given.number);
        }
    }
    for transcript in &episode.transcripts {
        let mut attributes = vec![
            ("url", transcript.url.as_str()),
            ("type", transcript.media_type.as_str()),
        ];
        attributes.extend(transcript.language.as_deref().map(|tag| ("language", tag)));
        attributes.extend(transcript.is_captions.then_some(("rel", "captions")));
        xml.empty("podcast:transcript", &attributes);
    }
    if let Some(chapters) = &episode.chapters {
        let attributes = [
            ("url", chapters.url.as_str()),
            ("type", chapters.media_type.as_str()),
        ];
        xml.empty("podcast:chapters", &attributes);
    }
    for credit in &episode.credits {
        let mut attributes = Attributes::new();
        attributes.extend(credit.role.as_deref().map(|role| ("role", role)));
        attributes.extend(credit.group.as_deref().map(|group| ("group", group)));
        attributes.extend(credit.image.as_ref().map(|url| ("img", url.as_str())));
        attributes.extend(credit.url.as_ref().map(|url| ("href", url.as_str())));
        xml.prose("podcast:person", &attributes, &credit.name);
    }
    for thread in &episode.threads {
        let mut attributes = vec![
            ("protocol", thread.protocol.as_str()),
            ("uri", thread.url.as_str()),
        ];
        attributes.extend(thread.account.as_deref().map(|id| ("accountId", id)));
        xml.empty("podcast:socialInteract", &attributes);
    }
}

/// The files that RSS has no enclosure for; and the one that it has, where only its medium tells that it is a sound. What is not
/// on the web is a link.
pub(super) fn other_files(xml: &mut Xml, entry: &Entry) {
    let main = Enclosure::main(&entry.enclosures);
    for (nth, file) in entry.enclosures.iter().enumerate() {
        let needs_medium = file.media_type.is_none() && file.medium.is_some();
        if is_web(file.url.as_str()) && (Some(nth) != main || needs_medium) {
            media_content(xml, file);
        }
    }
}

fn media_content(xml: &mut Xml, file: &Enclosure) {
    let [length, seconds] = [file.length, file.duration_seconds].map(written);
    let size = sides(file.size);
    let mut attributes = vec![("url", file.url.as_str())];
    attributes.extend(length.as_deref().map(|bytes| ("fileSize", bytes)));
    attributes.extend(file.media_type.as_deref().map(|given| ("type", given)));
    attributes.extend(file.kind().map(|medium| ("medium", medium.as_str())));
    attributes.extend(seconds.as_deref().map(|seconds| ("duration", seconds)));
    push_size(&mut attributes, size.as_ref());
    match &file.title {
        Some(title) => xml.element("media:content", &attributes, |xml| {
            xml.prose("media:title", &[("type", "plain")], title);
        }),
        None => xml.empty("media:content", &attributes),
    }
}

/// Neither namespace knows a size or a duration of 0.
fn written(number: Option<u64>) -> Option<String> {
    let number = number.filter(|number| *number > 0)?;
    Some(number.to_string())
}

fn sides(size: Option<Size>) -> Option<[String; 2]> {
    size.map(|size| [size.width.to_string(), size.height.to_string()])
}

fn push_size<'v>(attributes: &mut Attributes<'v>, sides: Option<&'v [String; 2]>) {
    if let Some([width, height]) = sides {
        attributes.extend([("width", width.as_str()), ("height", height.as_str())]);
    }
}
