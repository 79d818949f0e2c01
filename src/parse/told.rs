//! What feed-rs tells of a sound document's entries, in the shape that the rewriter hands over for the others.

use feed_rs::model as raw;
use url::Url;

use super::limits;
use super::links::{allowed, web_url};
use super::rewrite::Handed;
use crate::model::{Enclosure, Origin, Person};

/// Of one entry; more is spam or an attack.
const MAX_AUTHORS: usize = 64;
const MAX_ENCLOSURES: usize = 64;

/// What the rewriter would hand over, told from what feed-rs found in a sound document.
pub(super) fn told(entry: &raw::Entry, base: Option<&Url>) -> Handed {
    let enclosures = enclosures(&entry.links, &entry.media, base);
    let picture = |one: &&Enclosure| {
        one.media_type
            .as_deref()
            .is_some_and(|kind| kind.starts_with("image/"))
    };
    Handed {
        image: thumbnail(&entry.media, base)
            .or_else(|| Some(enclosures.iter().find(picture)?.url.clone())),
        authors: people(&entry.authors),
        origin: entry
            .source
            .as_deref()
            .and_then(limits::iri)
            .map(|source| Origin {
                url: web_url(&source, None),
                id: Some(source),
                title: None,
            }),
        enclosures,
        ..Handed::default()
    }
}

/// An RSS channel names nobody as its author but `managingEditor`, which feed-rs takes for a contributor.
pub(super) fn feed_authors(read: &raw::Feed) -> Vec<Person> {
    let authors = people(&read.authors);
    if !authors.is_empty() {
        return authors;
    }
    let is_editor = |person: &&raw::Person| person.role.as_deref() == Some("managingEditor");
    let editors: Vec<raw::Person> = read
        .contributors
        .iter()
        .filter(is_editor)
        .cloned()
        .collect();
    people(&editors)
}

fn people(people: &[raw::Person]) -> Vec<Person> {
    let mut known: Vec<Person> = Vec::new();
    for person in people.iter().take(MAX_AUTHORS) {
        let email = person.email.as_deref().and_then(limits::word);
        // feed-rs leaves the brackets of `jo@host.example (Jo)`.
        let bare = |name: &str| match email {
            Some(_) => limits::line(name.trim_matches(['(', ')', '<', '>', ' '])),
            None => limits::line(name),
        };
        let name = person.name.as_deref().and_then(bare);
        let Some(name) = name.or_else(|| limits::line(person.email.as_deref()?)) else {
            continue;
        };
        if !known.iter().any(|other| other.name == name) {
            known.push(Person {
                name,
                url: person.uri.as_deref().and_then(|url| web_url(url, None)),
                email,
            });
        }
    }
    known
}

fn enclosures(
    links: &[raw::Link],
    media: &[raw::MediaObject],
    base: Option<&Url>,
) -> Vec<Enclosure> {
    let linked = links
        .iter()
        .filter(|link| link.rel.as_deref() == Some("enclosure"))
        .filter_map(|link| {
            let url = web_url(&link.href, base)?;
            let title = link.title.as_deref().and_then(limits::line);
            Some(Enclosure {
                url,
                media_type: link.media_type.as_deref().and_then(limits::word),
                length: link.length.filter(|length| *length > 0),
                duration_seconds: None,
                title,
            })
        });
    let attached = media
        .iter()
        .flat_map(|object| object.content.iter().map(move |content| (object, content)))
        .filter_map(|(object, content)| {
            let url = allowed(content.url.clone()?)?;
            let media_type = content.content_type.as_ref().map(ToString::to_string);
            Some(Enclosure {
                url,
                media_type: media_type.as_deref().and_then(limits::word),
                length: content.size.filter(|length| *length > 0),
                duration_seconds: content
                    .duration
                    .or(object.duration)
                    .map(|duration| duration.as_secs()),
                title: object
                    .title
                    .as_ref()
                    .and_then(|title| limits::line(&title.content)),
            })
        });
    let duration = media.iter().find_map(|object| object.duration);
    let mut known: Vec<Enclosure> = Vec::new();
    for enclosure in linked.chain(attached).take(MAX_ENCLOSURES) {
        if !known.iter().any(|other| other.url == enclosure.url) {
            known.push(enclosure);
        }
    }
    // A duration of the entry stands beside the enclosure that it means.
    if let (Some(duration), Some(first)) = (duration, known.first_mut()) {
        first.duration_seconds.get_or_insert(duration.as_secs());
    }
    known
}

fn thumbnail(media: &[raw::MediaObject], base: Option<&Url>) -> Option<Url> {
    media
        .iter()
        .flat_map(|object| &object.thumbnails)
        .find_map(|thumbnail| web_url(&thumbnail.image.uri, base))
}
