//! feed-rs' model to ours.

use std::borrow::Cow;
use std::time::Duration;

use feed_rs::model as raw;
use url::Url;

use super::limits;
use super::links::{is_reachable, is_web, own_url, web_url};
use super::losses::Losses;
use super::rewrite::{Handed, Kind, Rewritten, Value};
use crate::model::{Category, Entry, Feed, FeedFormat, Pace, Person, Timestamp};
use crate::text::{break_lines, html_to_text, language_tag, lines_to_html, prose_to_html};

/// Of one entry; more is spam or an attack.
const MAX_CATEGORIES: usize = 64;
/// A kicker is shorter, in bytes.
const MIN_ARTICLE: usize = 200;

/// Our feed from feed-rs', with links absolute, text plain and HTML safe. `rewritten`: the document that feed-rs read, and
/// what stands beside it.
pub(super) fn normalize(read: raw::Feed, base: Option<&Url>, rewritten: Rewritten) -> Feed {
    let (format, authors) = (rewritten.format, rewritten.authors);
    let language = read.language.as_deref().and_then(language_tag);
    let home_url = alternate(&read.links, base, web_url);
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
    let losses = Losses::default();
    let around = Around {
        losses: &losses,
        format,
        language: language.as_deref(),
        authors: &authors,
        document: base,
        home: home_url.as_ref(),
    };
    let entries = read
        .entries
        .into_iter()
        .zip(rewritten.entries)
        .map(|(entry, handed)| normalize_entry(entry, handed, &around))
        .collect();
    let inner = base.or(home_url.as_ref()).cloned();
    let image = read.icon.or(read.logo).map(|image| image.uri);
    Feed {
        format,
        id: limits::iri(&read.id),
        title: read.title.and_then(title),
        description: read.description.and_then(|text| line(&text, format)),
        icon: image.and_then(|url| web_url(&url, inner.as_ref())),
        self_url: self_links.into_iter().next(),
        hubs: links("hub"),
        next_url,
        new_feed_url: rewritten.new_feed_url.and_then(|url| web_url(&url, base)),
        home_url,
        language,
        authors,
        categories: categories(rewritten.categories),
        published: read.published,
        updated: read.updated,
        pace: pace(read.ttl),
        generator: read
            .generator
            .and_then(|generator| limits::line(&generator.content)),
        rights: read.rights.and_then(|text| line(&text, format)),
        recovered: losses.in_words(),
        entries,
    }
}

/// What `ttl`, in minutes, asks for; the rest of the pace is read elsewhere.
fn pace(ttl: Option<u32>) -> Pace {
    Pace {
        ttl: ttl.map(|minutes| Duration::from_secs(u64::from(minutes) * 60)),
        ..Pace::default()
    }
}

/// The body as sanitized HTML, and the shorter text beside it.
fn body_and_summary(
    handed: &Handed,
    around: &Around<'_>,
    page: Option<&Url>,
) -> (Option<String>, Option<String>) {
    let safe = |value: &Option<Value>| {
        let value = value
            .as_ref()
            .filter(|value| !value.text.trim().is_empty())?;
        let base = around.base_of(value, page);
        let html = (around.losses).sanitize(&markup(value, around.format), base, page);
        Some(html).filter(|html| !html.is_empty())
    };
    let [own_summary, own_content] = &handed.own;
    let (content, brief) = (safe(&handed.content), safe(&handed.summary));
    let (kicker, own) = (safe(own_summary), safe(own_content));
    // What stands alone is the body; beside a body it is a summary.
    let (body, left) = match (content, brief, own) {
        (Some(content), brief, own) => (Some(content), [brief, kicker, own]),
        (None, Some(brief), Some(own)) if is_article(&own, &brief) => {
            (Some(own), [Some(brief), kicker, None])
        }
        (None, Some(brief), own) => (Some(brief), [kicker, own, None]),
        (None, None, Some(own)) => (Some(own), [kicker, None, None]),
        (None, None, None) => (kicker, [None, None, None]),
    };
    let summary = left.into_iter().flatten().next();
    let summary = summary.map(|html| html_to_text(&html).replace('\n', " "));
    (body, summary)
}

/// Whether a text under a name that RSS does not have is the article, and the description its teaser: it is far longer, and
/// longer than any kicker.
fn is_article(own: &str, description: &str) -> bool {
    let length = |html: &str| html_to_text(html).len();
    length(own) >= MIN_ARTICLE.max(2 * length(description))
}

/// What an entry takes from the feed.
struct Around<'a> {
    losses: &'a Losses,
    format: FeedFormat,
    language: Option<&'a str>,
    authors: &'a [Person],
    /// Where the document was found.
    document: Option<&'a Url>,
    /// The page of the feed.
    home: Option<&'a Url>,
}

impl<'a> Around<'a> {
    fn is_atom(&self) -> bool {
        self.format == FeedFormat::Atom
    }

    /// What the links of entries are relative to. RFC 4287 §2 says the document. RSS says nothing, and means the site: its
    /// feeds are moved to other hosts (FreshRSS #3411, newsboat #1818).
    fn base(&self) -> Option<&'a Url> {
        match self.is_atom() {
            true => self.document.or(self.home),
            false => {
                let home = self.home.filter(|home| is_reachable(home, self.document));
                home.or(self.document)
            }
        }
    }

    /// What the links in a text are relative to: `xml:base`; in RSS the entry's own page, for which the text was written.
    fn base_of<'u>(&'u self, value: &'u Value, page: Option<&'u Url>) -> Option<&'u Url> {
        let page_first = page.filter(|_| !self.is_atom());
        let said = value.base.as_ref().or(page_first);
        said.or(self.base()).or(page)
    }
}

fn normalize_entry(entry: raw::Entry, handed: Handed, around: &Around<'_>) -> Entry {
    let (format, base) = (around.format, around.base());
    let guid = limits::guid(entry.id.clone());
    // A tracker's link counts clicks, and ends with the tracker: where the publisher's own stands beside it, that is the address.
    let own_link = handed.own_link.clone();
    let url = own_link
        .or_else(|| alternate(&entry.links, base, own_url))
        .or_else(|| handed.elsewhere.clone())
        .or_else(|| permalink(&entry.id, handed.permalink, base));
    let page = url.as_ref().filter(|url| is_web(url));
    let (html, summary) = body_and_summary(&handed, around, page);
    let updated = own_updated(&entry, format);
    let text = html.as_deref().map(html_to_text).unwrap_or_default();
    Entry {
        image: handed.image,
        image_size: handed.image_size,
        episode: handed.episode,
        comments: handed.comments,
        enclosures: handed.enclosures,
        title: entry.title.and_then(title).unwrap_or_default(),
        authors: match format {
            // RFC 4287 §4.2.1: those of the feed, where the entry names none.
            FeedFormat::Atom if handed.authors.is_empty() => around.authors.to_vec(),
            _ => handed.authors,
        },
        categories: categories(handed.categories),
        language: [handed.language, entry.language]
            .iter()
            .flatten()
            .find_map(|given| language_tag(given))
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

/// The address that a GUID is (RSS 2.0, `guid`): one unless `isPermaLink` says no, by the specification. Many that are none do not
/// say so, so what says nothing has to look like an address too. `base`: the channel's page, which publishers mean.
fn permalink(guid: &str, says: Option<bool>, base: Option<&Url>) -> Option<Url> {
    let guid = guid.trim();
    match (says, Url::parse(guid)) {
        (Some(false), _) => None,
        (_, Ok(_)) => own_url(guid, None),
        (Some(true), Err(_)) if !guid.contains(char::is_whitespace) => web_url(guid, base),
        (None, Err(_)) if is_path(guid) => web_url(guid, base),
        _ => None,
    }
}

/// Whether a text reads like a path: of several parts, in the characters of one. A number or a word may be anything, base64 has
/// slashes too, and what begins with a host lacks its scheme.
fn is_path(text: &str) -> bool {
    let first = text.split('/').next().unwrap_or_default();
    let is_host = psl::suffix(first.as_bytes())
        .is_some_and(|suffix| suffix.is_known() && suffix.as_bytes().len() < first.len());
    let in_path = |c: char| c.is_alphanumeric() || "-._~%/?=&#,;@!$'()*:".contains(c);
    text.contains('/') && text.chars().all(in_path) && !text.ends_with('=') && !is_host
}

/// The page that something is about: the link that says `alternate` or nothing at all. `read`: which addresses count.
fn alternate(
    links: &[raw::Link],
    base: Option<&Url>,
    read: impl Fn(&str, Option<&Url>) -> Option<Url>,
) -> Option<Url> {
    let plain = |link: &&raw::Link| {
        link.target.is_none() && link.rel.as_deref().is_none_or(|rel| rel == "alternate")
    };
    let is_page = |link: &&raw::Link| {
        link.media_type
            .as_deref()
            .is_none_or(|kind| kind.contains("html"))
    };
    let candidates = links.iter().filter(plain);
    let mut candidates: Vec<(bool, Url)> = candidates
        .filter_map(|link| Some((is_page(&link), read(&link.href, base)?)))
        .collect();
    // A page before a file, and before what another program has to open.
    candidates.sort_by_key(|(is_page, url)| (!is_web(url), !is_page));
    candidates.into_iter().next().map(|(_, url)| url)
}

/// A text as HTML.
fn markup(value: &Value, format: FeedFormat) -> Cow<'_, str> {
    let text = value.text.as_str();
    let is_rss = matches!(format, FeedFormat::Rss | FeedFormat::Rdf);
    match value.kind {
        // Nobody says what it is: without a tag it may be plain text, whose lines count where they are no layout.
        Kind::Html | Kind::Unsaid
            if is_rss && (value.kind == Kind::Unsaid || !text.contains('<')) =>
        {
            break_lines(text).map_or(Cow::Borrowed(text), Cow::Owned)
        }
        Kind::Html => Cow::Borrowed(text),
        Kind::Lines => Cow::Owned(lines_to_html(text)),
        Kind::Text | Kind::Unsaid => Cow::Owned(prose_to_html(text)),
    }
}

/// A headline, which is plain already.
fn title(text: raw::Text) -> Option<String> {
    limits::literal(&text.content)
}

/// A text as one plain line. In Atom, `type="text"` means what it says; in RSS nobody knows, so markup is taken for markup.
fn line(text: &raw::Text, format: FeedFormat) -> Option<String> {
    let literal = format == FeedFormat::Atom && text.content_type.as_str() == "text/plain";
    match literal {
        true => limits::literal(&text.content),
        false => limits::prose(&text.content),
    }
}

/// Categories with plain texts, each once. Under one term there may be several, of other schemes or with other labels.
fn categories(given: Vec<Category>) -> Vec<Category> {
    let mut known: Vec<Category> = Vec::new();
    for category in given.into_iter().take(MAX_CATEGORIES) {
        let Some(term) = limits::line(&category.term) else {
            continue;
        };
        let category = Category {
            scheme: category.scheme.as_deref().and_then(limits::iri),
            label: category.label.as_deref().and_then(limits::line),
            term,
        };
        if !known.contains(&category) {
            known.push(category);
        }
    }
    known
}
