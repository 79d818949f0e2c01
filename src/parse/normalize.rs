//! feed-rs' model to ours.

use std::time::Duration;

use feed_rs::model as raw;
use url::Url;

use super::limits;
use super::links::{allowed, web_url};
use crate::model::{Category, Enclosure, Entry, Feed, FeedFormat, Origin, Pace, Person};
use crate::text::{html_to_text, sanitize};

/// Of one entry; more is spam or an attack.
const MAX_CATEGORIES: usize = 64;
const MAX_AUTHORS: usize = 64;
const MAX_ENCLOSURES: usize = 64;

/// Our feed from feed-rs', with links absolute, text plain and HTML safe.
pub(super) fn normalize(read: raw::Feed, base: Option<&Url>) -> Feed {
    let format = match read.feed_type {
        raw::FeedType::Atom => FeedFormat::Atom,
        raw::FeedType::JSON => FeedFormat::JsonFeed,
        raw::FeedType::RSS1 => FeedFormat::Rdf,
        raw::FeedType::RSS0 | raw::FeedType::RSS2 => FeedFormat::Rss,
    };
    let home_url = alternate(&read.links, base);
    let links = |rel: &str| {
        read.links
            .iter()
            .filter(|link| link.rel.as_deref() == Some(rel))
            .filter_map(|link| web_url(&link.href, base))
            .collect()
    };
    let self_links: Vec<Url> = links("self");
    // Relative links in entries mean the feed's address first, the site's where a file has none.
    let inner = base.or(home_url.as_ref()).cloned();
    let language = read.language.as_deref().and_then(limits::word);
    let entries = read
        .entries
        .into_iter()
        .map(|entry| normalize_entry(entry, format, inner.as_ref(), language.as_deref()))
        .collect();
    let image = read.icon.or(read.logo).map(|image| image.uri);
    Feed {
        format,
        id: limits::iri(&read.id),
        title: read.title.and_then(|title| line(&title, format)),
        description: read.description.and_then(|text| line(&text, format)),
        icon: image.and_then(|url| web_url(&url, inner.as_ref())),
        self_url: self_links.into_iter().next(),
        hubs: links("hub"),
        home_url,
        language,
        authors: people(&read.authors),
        categories: categories(&read.categories),
        published: read.published,
        updated: read.updated,
        pace: Pace {
            ttl: read
                .ttl
                .map(|minutes| Duration::from_secs(u64::from(minutes) * 60)),
            ..Pace::default()
        },
        generator: read
            .generator
            .and_then(|generator| limits::line(&generator.content)),
        rights: read.rights.and_then(|text| line(&text, format)),
        recovered: Vec::new(),
        entries,
    }
}

/// The body as sanitized HTML, and the shorter text beside it.
fn body_and_summary(entry: &raw::Entry, base: Option<&Url>) -> (Option<String>, Option<String>) {
    let safe = |text: &str, kind: &str| {
        Some(sanitize(&markup(text, kind), base)).filter(|html| !html.is_empty())
    };
    let body = entry
        .content
        .as_ref()
        .and_then(|content| safe(content.body.as_deref()?, content.content_type.as_str()));
    let brief = entry
        .summary
        .as_ref()
        .and_then(|summary| safe(&summary.content, summary.content_type.as_str()));
    // What stands alone is the body; beside a body it is a summary.
    match (body, brief) {
        (Some(body), brief) => (
            Some(body),
            brief.map(|brief| html_to_text(&brief).replace('\n', " ")),
        ),
        (None, brief) => (brief, None),
    }
}

fn normalize_entry(
    entry: raw::Entry,
    format: FeedFormat,
    base: Option<&Url>,
    language: Option<&str>,
) -> Entry {
    let guid = limits::guid(entry.id.clone());
    let is_permalink = |guid: &&String| guid.starts_with("http://") || guid.starts_with("https://");
    let url = alternate(&entry.links, base)
        .or_else(|| web_url(Some(&entry.id).filter(is_permalink)?, None));
    // RFC 4287 says xml:base, then the document; a link in a text means the page where neither is known.
    let base = entry
        .base
        .as_deref()
        .and_then(|given| web_url(given, base))
        .or_else(|| base.cloned())
        .or_else(|| url.clone());
    let (html, summary) = body_and_summary(&entry, base.as_ref());
    let text = html.as_deref().map(html_to_text).unwrap_or_default();
    let own_updated = match format {
        // feed-rs fills it in from the other date.
        FeedFormat::Rss | FeedFormat::Rdf => entry
            .updated
            .filter(|updated| entry.published != Some(*updated)),
        FeedFormat::Atom | FeedFormat::JsonFeed => entry.updated,
    };
    Entry {
        image: thumbnail(&entry.media, base.as_ref()),
        enclosures: enclosures(&entry.links, &entry.media, base.as_ref()),
        title: entry
            .title
            .as_ref()
            .and_then(|title| line(title, format))
            .unwrap_or_default(),
        authors: people(&entry.authors),
        categories: categories(&entry.categories),
        language: entry
            .language
            .as_deref()
            .and_then(limits::word)
            .or_else(|| language.map(str::to_owned)),
        origin: entry
            .source
            .and_then(|source| limits::iri(&source))
            .map(|source| Origin {
                url: web_url(&source, None),
                id: Some(source),
                title: None,
            }),
        published: entry.published,
        updated: own_updated,
        summary: summary
            .map(limits::summary)
            .filter(|summary| !summary.is_empty() && *summary != text),
        external_url: None,
        dateline: None,
        agency: None,
        guid,
        url,
        html,
        text,
    }
}

/// The page that something is about: the link that says `alternate` or nothing at all.
fn alternate(links: &[raw::Link], base: Option<&Url>) -> Option<Url> {
    let plain = |link: &&raw::Link| {
        link.target.is_none() && link.rel.as_deref().is_none_or(|rel| rel == "alternate")
    };
    let is_page = |link: &&raw::Link| {
        link.media_type
            .as_deref()
            .is_none_or(|kind| kind.contains("html"))
    };
    let mut candidates = links.iter().filter(plain).collect::<Vec<_>>();
    candidates.sort_by_key(|link| !is_page(link));
    candidates
        .into_iter()
        .find_map(|link| web_url(&link.href, base))
}

/// A text construct as HTML: what is plain is escaped.
fn markup(body: &str, media_type: &str) -> String {
    match media_type {
        "text/plain" => format!("<p>{}</p>", quick_xml::escape::escape(body.trim())),
        _ => body.to_owned(),
    }
}

/// A headline or name. In Atom, `type="text"` means what it says; in RSS nobody knows, so markup is taken for markup.
fn line(text: &raw::Text, format: FeedFormat) -> Option<String> {
    let literal = format == FeedFormat::Atom && text.content_type.as_str() == "text/plain";
    if literal {
        limits::line(&quick_xml::escape::escape(text.content.as_str()))
    } else {
        limits::line(&text.content)
    }
}

fn people(people: &[raw::Person]) -> Vec<Person> {
    let mut known: Vec<Person> = Vec::new();
    for person in people.iter().take(MAX_AUTHORS) {
        let email = person.email.as_deref().and_then(limits::word);
        let name = person.name.as_deref().and_then(limits::line);
        let Some(name) = name.or_else(|| email.clone()) else {
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

fn categories(categories: &[raw::Category]) -> Vec<Category> {
    let mut known: Vec<Category> = Vec::new();
    for category in categories.iter().take(MAX_CATEGORIES) {
        let Some(term) = limits::line(&category.term) else {
            continue;
        };
        let scheme = category.scheme.as_deref().and_then(limits::iri);
        let known_already = known
            .iter()
            .any(|other| other.term == term && other.scheme == scheme);
        if !known_already {
            known.push(Category {
                term,
                scheme,
                label: category.label.as_deref().and_then(limits::line),
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
                length: link.length,
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
                length: content.size,
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
    let mut known: Vec<Enclosure> = Vec::new();
    for enclosure in linked.chain(attached).take(MAX_ENCLOSURES) {
        if !known.iter().any(|other| other.url == enclosure.url) {
            known.push(enclosure);
        }
    }
    known
}

fn thumbnail(media: &[raw::MediaObject], base: Option<&Url>) -> Option<Url> {
    media
        .iter()
        .flat_map(|object| &object.thumbnails)
        .find_map(|thumbnail| web_url(&thumbnail.image.uri, base))
}
