//! feed-rs' model to ours.

use std::borrow::Cow;
use std::time::Duration;

use feed_rs::model as raw;
use url::Url;

use super::limits;
use super::links::web_url;
use super::rewrite::{Handed, Rewritten, Value};
use crate::model::{Category, Entry, Feed, FeedFormat, Pace, Person, Timestamp};
use crate::text::{html_to_text, sanitize};

/// Of one entry; more is spam or an attack.
const MAX_CATEGORIES: usize = 64;

/// Our feed from feed-rs', with links absolute, text plain and HTML safe. `rewritten`: the document that feed-rs read, and
/// what stands beside it.
pub(super) fn normalize(read: raw::Feed, base: Option<&Url>, rewritten: Rewritten) -> Feed {
    let (format, authors) = (rewritten.format, rewritten.authors);
    let language = read.language.as_deref().and_then(limits::word);
    let around = Around {
        format,
        language: language.as_deref(),
        authors: &authors,
    };
    let home_url = alternate(&read.links, base);
    let links = |rel: &str| {
        read.links
            .iter()
            .filter(|link| link.rel.as_deref() == Some(rel))
            .filter_map(|link| web_url(&link.href, base))
            .collect::<Vec<Url>>()
    };
    let self_links: Vec<Url> = links("self");
    let next_url = ["next", "prev-archive"]
        .into_iter()
        .find_map(|rel| links(rel).into_iter().next());
    // Relative links in entries mean the feed's address first, the site's where a file has none.
    let inner = base.or(home_url.as_ref()).cloned();
    let entries = read
        .entries
        .into_iter()
        .zip(rewritten.entries)
        .map(|(entry, handed)| normalize_entry(entry, handed, inner.as_ref(), &around))
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
        next_url,
        new_feed_url: rewritten.new_feed_url.and_then(|url| web_url(&url, base)),
        home_url,
        language,
        authors,
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
fn body_and_summary(
    body: Option<&Value>,
    brief: Option<&Value>,
    base: Option<&Url>,
) -> (Option<String>, Option<String>) {
    let safe = |value: &Value| {
        let html = (!value.text.trim().is_empty()).then(|| sanitize(&markup(value), base));
        html.filter(|html| !html.is_empty())
    };
    // What stands alone is the body; beside a body it is a summary.
    match (body.and_then(safe), brief.and_then(safe)) {
        (Some(body), brief) => (
            Some(body),
            brief.map(|brief| html_to_text(&brief).replace('\n', " ")),
        ),
        (None, brief) => (brief, None),
    }
}

/// What an entry takes from the feed.
struct Around<'a> {
    format: FeedFormat,
    language: Option<&'a str>,
    authors: &'a [Person],
}

fn normalize_entry(
    entry: raw::Entry,
    handed: Handed,
    base: Option<&Url>,
    around: &Around<'_>,
) -> Entry {
    let format = around.format;
    let guid = limits::guid(entry.id.clone());
    let url =
        alternate(&entry.links, base).or_else(|| permalink(&entry.id, handed.permalink, base));
    // RFC 4287 says xml:base, then the document; a link in a text means the page where neither is known.
    let base = handed
        .base
        .or_else(|| web_url(entry.base.as_deref()?, base))
        .or_else(|| base.cloned())
        .or_else(|| url.clone());
    let (html, summary) = body_and_summary(
        handed.content.as_ref(),
        handed.summary.as_ref(),
        base.as_ref(),
    );
    let updated = own_updated(&entry, format);
    let text = html.as_deref().map(html_to_text).unwrap_or_default();
    Entry {
        image: handed.image,
        enclosures: handed.enclosures,
        title: entry
            .title
            .as_ref()
            .and_then(|title| line(title, format))
            .unwrap_or_default(),
        authors: match format {
            // RFC 4287 §4.2.1: those of the feed, where the entry names none.
            FeedFormat::Atom if handed.authors.is_empty() => around.authors.to_vec(),
            _ => handed.authors,
        },
        categories: categories(&entry.categories),
        language: handed
            .language
            .or(entry.language)
            .as_deref()
            .and_then(limits::word)
            .or_else(|| around.language.map(str::to_owned)),
        origin: handed.origin,
        published: entry.published,
        updated,
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

/// The date of the last change, where the publisher gave one.
fn own_updated(entry: &raw::Entry, format: FeedFormat) -> Option<Timestamp> {
    match format {
        // feed-rs fills it in from the other date.
        FeedFormat::Rss | FeedFormat::Rdf => entry
            .updated
            .filter(|updated| entry.published != Some(*updated)),
        FeedFormat::Atom | FeedFormat::JsonFeed => entry.updated,
    }
}

/// The address that a GUID is: RSS says it is one unless `isPermaLink` says no; many that are none do not say so.
fn permalink(guid: &str, says: Option<bool>, base: Option<&Url>) -> Option<Url> {
    let is_absolute = guid.starts_with("http://") || guid.starts_with("https://");
    match says {
        Some(false) => None,
        _ if is_absolute => web_url(guid, None),
        Some(true) if guid.starts_with('/') => web_url(guid, base),
        _ => None,
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

/// A text as HTML: what is plain is escaped.
fn markup(value: &Value) -> Cow<'_, str> {
    if value.is_html {
        return Cow::Borrowed(&value.text);
    }
    let escaped = quick_xml::escape::escape(value.text.trim());
    Cow::Owned(format!("<p>{escaped}</p>"))
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
