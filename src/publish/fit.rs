//! What a publisher gave, as documents may hold it.
//!
//! Every format has its rules for addresses, media types, languages and persons, and one item that breaks one makes the whole
//! document invalid. So what does not fit is written otherwise, or goes: once, for all formats alike.

use std::borrow::Cow;

use url::Url;

use super::item::Item;
use super::uri::{address, is_iri};
use crate::model::{Chapters, Comments, Entry, Episode};
use crate::text::has_whole_extensions;

/// The item with nothing in it that a document may not hold. Text is the writers' business.
#[must_use]
pub fn fit(mut item: Item) -> Item {
    fit_entry(&mut item.entry);
    let feed = &mut item.source.feed;
    // RFC 4287 §4.2.6: an IRI.
    feed.id.take_if(|id| !is_iri(id));
    for url in [&mut feed.home_url, &mut feed.self_url, &mut feed.icon] {
        fit_text(url);
    }
    fit_text(&mut item.source.feed_url);
    for copy in &mut item.copies {
        fit_text(&mut copy.copy.url);
    }
    item
}

fn fit_entry(entry: &mut Entry) {
    for url in [&mut entry.url, &mut entry.external_url, &mut entry.image] {
        url.iter_mut().for_each(fit_url);
    }
    entry.language.take_if(|tag| !is_language(tag));
    for person in &mut entry.authors {
        person.url.iter_mut().for_each(fit_url);
        person.email.take_if(|email| !is_email(email));
    }
    for category in &mut entry.categories {
        // RFC 4287 §4.2.2.2: an IRI.
        category.scheme.take_if(|scheme| !is_iri(scheme));
    }
    for enclosure in &mut entry.enclosures {
        fit_url(&mut enclosure.url);
        fit_type(&mut enclosure.media_type);
    }
    fit_episode(&mut entry.episode);
    let Comments { url, feed_url, .. } = &mut entry.comments;
    for url in [url, feed_url] {
        url.iter_mut().for_each(fit_url);
    }
    fit_type(&mut entry.comments.feed_type);
    if let Some(origin) = &mut entry.origin {
        origin.id.take_if(|id| !is_iri(id));
        for url in [&mut origin.url, &mut origin.feed_url] {
            url.iter_mut().for_each(fit_url);
        }
    }
    // Nothing is left of one that had only an id, and that a bad one.
    entry.origin.take_if(|origin| origin.name().is_none());
}

fn fit_episode(episode: &mut Episode) {
    episode.image.iter_mut().for_each(fit_url);
    for transcript in &mut episode.transcripts {
        fit_url(&mut transcript.url);
        transcript.language.take_if(|tag| !is_language(tag));
    }
    // The namespace wants a media type.
    episode.transcripts.retain_mut(|transcript| {
        let fits = media_type(&transcript.media_type).map(str::to_owned);
        fits.map(|fits| transcript.media_type = fits).is_some()
    });
    if let Some(chapters) = &mut episode.chapters {
        fit_url(&mut chapters.url);
        let fits = media_type(&chapters.media_type).unwrap_or(Chapters::MEDIA_TYPE);
        chapters.media_type = fits.to_owned();
    }
    for credit in &mut episode.credits {
        for url in [&mut credit.image, &mut credit.url] {
            url.iter_mut().for_each(fit_url);
        }
    }
    for thread in &mut episode.threads {
        fit_url(&mut thread.url);
    }
}

fn fit_type(given: &mut Option<String>) {
    let fits = given.as_deref().and_then(media_type).map(str::to_owned);
    *given = fits;
}

fn fit_url(url: &mut Url) {
    if let Cow::Owned(written) = address(url.as_str())
        && let Ok(written) = written.parse()
    {
        *url = written;
    }
}

fn fit_text(url: &mut Option<String>) {
    if let Some(url) = url
        && let Cow::Owned(written) = address(url)
    {
        *url = written;
    }
}

/// Whether it is a language tag: RFC 5646 in form, a language of two or three letters and groups of letters and digits.
#[must_use]
pub fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let fits = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    // Longer ones may be registered, says RFC 5646 §2.2.1. None ever was: `english` is a mistake.
    parts.next().is_some_and(|first| {
        (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic())
    }) && parts.all(fits)
        && has_whole_extensions(tag)
}

/// A language as pages name it. `None`: nobody outside knows what the tag means, as with those for private use (RFC 5646 §2.2.1).
#[must_use]
pub fn page_language(tag: Option<&str>) -> Option<&str> {
    tag.filter(|tag| {
        let language = tag.split('-').next().unwrap_or_default();
        let language = language.to_ascii_lowercase();
        let is_private = language.len() == 3 && ("qaa"..="qtz").contains(&language.as_str());
        is_language(tag) && !is_private
    })
}

/// A media type (RFC 9110 §8.3.1), without its parameters where they are none.
fn media_type(given: &str) -> Option<&str> {
    let given = given.trim();
    let (bare, parameters) = match given.split_once(';') {
        Some((bare, parameters)) => (bare.trim_end(), Some(parameters)),
        None => (given, None),
    };
    let (kind, rest) = bare.split_once('/')?;
    if !is_name(kind) || !is_name(rest) {
        return None;
    }
    match parameters {
        Some(parameters) if parameters.split(';').all(is_parameter) => Some(given),
        _ => Some(bare),
    }
}

fn is_parameter(text: &str) -> bool {
    let Some((name, value)) = text.trim().split_once('=') else {
        return false;
    };
    let quoted = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    is_name(name) && quoted.map_or(is_name(value), |value| !value.contains(['"', '\\']))
}

/// What RFC 6838 §4.2 calls a restricted name.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
}

/// RFC 5322 §3.4.1 without its quoted and bracketed forms; letters of any script (RFC 6532).
fn is_email(email: &str) -> bool {
    let is_atom = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
    };
    let is_label = |text: &str| {
        !text.is_empty()
            && !text.starts_with('-')
            && !text.ends_with('-')
            && text.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    email
        .split_once('@')
        .is_some_and(|(local, host)| local.split('.').all(is_atom) && host.split('.').all(is_label))
}
