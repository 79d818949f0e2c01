//! What podcast apps look for in an entry.

use super::scope::Links;
use super::words::Part;
use crate::model::{Chapters, Credit, Episode, EpisodeKind, Numbered, Person, Thread, Transcript};
use crate::parse::limits;
use crate::parse::markup::Attributes;
use crate::text::language_tag;

/// Transcripts of one episode: a few formats in a few languages.
const MOST_TRANSCRIPTS: usize = 16;
/// People of one episode.
const MOST_CREDITS: usize = 32;
/// Posts under which one episode is discussed.
const MOST_THREADS: usize = 8;
/// Digits of a number; a longer one counts nothing.
const MOST_DIGITS: usize = 9;
/// Characters of a season's name (`podcast:season`); a longer one is no name.
const MOST_OF_SEASON: usize = 128;
/// Characters shown in place of an episode's number (`podcast:episode`).
const MOST_OF_NUMBER: usize = 32;

/// What a transcript is by the ending of its file. The namespace wants a type, and some publishers forget it.
const TRANSCRIPTS: [(&str, &str); 5] = [
    ("vtt", "text/vtt"),
    ("srt", "application/x-subrip"),
    ("json", "application/json"),
    ("html", "text/html"),
    ("txt", "text/plain"),
];

/// Adds a field of an episode. The first one counts; what cannot be read says nothing.
pub(super) fn add(
    episode: &mut Episode,
    part: Part,
    attributes: &Attributes<'_>,
    text: &str,
    links: &Links<'_>,
) {
    let named = |attribute: &str, most: usize| name(attributes.get(attribute), most);
    match part {
        Part::Number => number(&mut episode.number, read_number(text), None),
        Part::Season => number(&mut episode.season, read_whole(text), None),
        Part::NamedNumber => {
            let name = named("display", MOST_OF_NUMBER);
            number(&mut episode.number, read_number(text), name);
        }
        Part::NamedSeason => {
            let name = named("name", MOST_OF_SEASON);
            number(&mut episode.season, read_whole(text), name);
        }
        Part::Kind => episode.kind = episode.kind.or_else(|| read_kind(text)),
        Part::Explicit => episode.explicit = episode.explicit.or_else(|| read_explicit(text)),
        Part::Transcript if episode.transcripts.len() < MOST_TRANSCRIPTS => {
            episode.transcripts.extend(transcript(attributes, links));
        }
        Part::Chapters => {
            let known = episode.chapters.take();
            episode.chapters = known.or_else(|| chapters(attributes, links));
        }
        Part::Thread if episode.threads.len() < MOST_THREADS => {
            episode.threads.extend(thread(attributes, links));
        }
        Part::Transcript | Part::Thread => {}
    }
}

/// Adds a person, as `podcast:person` and others give them, beside what we make of them as an author.
pub(super) fn add_credit(
    episode: &mut Episode,
    person: &Person,
    attributes: &Attributes<'_>,
    links: &Links<'_>,
) {
    if episode.credits.len() >= MOST_CREDITS {
        return;
    }
    let said = |name: &str| attributes.get(name).and_then(limits::line);
    episode.credits.push(Credit {
        name: person.name.clone(),
        role: said("role"),
        group: said("group"),
        image: attributes.get("img").and_then(|url| links.web_url(url)),
        url: person.url.clone(),
    });
}

fn transcript(attributes: &Attributes<'_>, links: &Links<'_>) -> Option<Transcript> {
    let url = links.web_url(attributes.get("url")?)?;
    let ending = url.path().rsplit_once('.').map(|(_, ending)| ending);
    let by_ending = || {
        let is_it = |(known, _): &&(&str, &str)| {
            ending.is_some_and(|ending| ending.eq_ignore_ascii_case(known))
        };
        let found = TRANSCRIPTS.iter().find(is_it);
        found.map(|(_, media_type)| (*media_type).to_owned())
    };
    Some(Transcript {
        media_type: media_type(attributes).or_else(by_ending)?,
        language: attributes.get("language").and_then(language_tag),
        is_captions: attributes
            .get("rel")
            .is_some_and(|rel| rel.trim().eq_ignore_ascii_case("captions")),
        url,
    })
}

fn chapters(attributes: &Attributes<'_>, links: &Links<'_>) -> Option<Chapters> {
    let media_type = media_type(attributes);
    Some(Chapters {
        url: links.web_url(attributes.get("url")?)?,
        media_type: media_type.unwrap_or_else(|| Chapters::MEDIA_TYPE.to_owned()),
    })
}

fn thread(attributes: &Attributes<'_>, links: &Links<'_>) -> Option<Thread> {
    Some(Thread {
        protocol: limits::word(attributes.get("protocol")?.trim())?,
        url: links.web_url(attributes.get("uri")?)?,
        account: attributes.get("accountId").and_then(limits::line),
    })
}

fn media_type(attributes: &Attributes<'_>) -> Option<String> {
    let kind = attributes.get("type")?.trim();
    limits::word(kind).filter(|kind| kind.contains('/'))
}

/// Keeps a number, and the name for it that another element may give.
fn number(known: &mut Option<Numbered>, number: Option<String>, name: Option<String>) {
    match (known, number) {
        (_, None) => {}
        (Some(known), _) => known.name = known.name.take().or(name),
        (known, Some(number)) => *known = Some(Numbered { number, name }),
    }
}

/// `12`, `012`, `3.5`: an episode may stand between two others.
fn read_number(text: &str) -> Option<String> {
    let Some((whole, fraction)) = text.split_once('.') else {
        return read_whole(text);
    };
    let whole = read_whole(whole)?;
    let fraction = digits(fraction)?.trim_end_matches('0');
    Some(match fraction {
        "" => whole,
        fraction => format!("{whole}.{fraction}"),
    })
}

fn read_whole(text: &str) -> Option<String> {
    let significant = digits(text)?.trim_start_matches('0');
    Some(
        if significant.is_empty() {
            "0"
        } else {
            significant
        }
        .to_owned(),
    )
}

fn digits(text: &str) -> Option<&str> {
    let fits = (1..=MOST_DIGITS).contains(&text.len());
    (fits && text.bytes().all(|c| c.is_ascii_digit())).then_some(text)
}

fn name(given: Option<&str>, most: usize) -> Option<String> {
    let name = given.and_then(limits::line)?;
    (name.chars().count() <= most).then_some(name)
}

fn read_kind(text: &str) -> Option<EpisodeKind> {
    let is_it = |kind: &EpisodeKind| kind.as_str().eq_ignore_ascii_case(text);
    EpisodeKind::ALL.into_iter().find(is_it)
}

/// `true` and `false`; before 2019 Apple's words were `yes`, `explicit`, `no` and `clean`.
fn read_explicit(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "explicit" => Some(true),
        "false" | "no" | "clean" => Some(false),
        _ => None,
    }
}
