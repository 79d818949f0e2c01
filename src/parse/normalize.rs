//! feed-rs' model to ours.

use std::borrow::Cow;

use feed_rs::model as raw;
use url::Url;

use super::addresses::{alternate, permalink};
use super::limits;
use super::links::{is_reachable, is_web, own_url, web_url};
use super::losses::Losses;
use super::rewrite::{Extras, Kind, Rewritten, Value};
use crate::model::{Category, Entry, Feed, FeedFormat, Person, Timestamp};
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
    let links = |rel: &'static str| linked(&read.links, rel, base);
    let (self_url, hubs) = (links("self").next(), links("hub").collect());
    let next_url = links("next")
        .next()
        .or_else(|| links("prev-archive").next());
    let losses = Losses::default();
    let around = Around {
        losses: &losses,
        format,
        language: language.as_deref(),
        authors: &authors,
        document: base,
        home: home_url.as_ref(),
    };
    let entries = joined(read.entries, rewritten.entries)
        .map(|(entry, extras)| normalize_entry(entry, extras, &around))
        .collect();
    let inner = base.or(home_url.as_ref()).cloned();
    let image = read.icon.or(read.logo).map(|image| image.uri);
    Feed {
        format,
        id: limits::iri(&read.id),
        title: read.title.and_then(title),
        description: read.description.and_then(|text| line(&text, format)),
        icon: image.and_then(|url| web_url(&url, inner.as_ref())),
        self_url,
        hubs,
        next_url,
        new_feed_url: rewritten.new_feed_url.and_then(|url| web_url(&url, base)),
        home_url,
        language,
        authors,
        categories: categories(rewritten.categories),
        published: rewritten.published,
        updated: rewritten.updated,
        pace: rewritten.pace,
        generator: read
            .generator
            .and_then(|generator| limits::line(&generator.content)),
        rights: read.rights.and_then(|text| line(&text, format)),
        recovered: losses.in_words(),
        entries,
        deleted: rewritten.deleted,
    }
}

/// The addresses to which the feed's links of one relation lead.
fn linked<'a>(
    links: &'a [raw::Link],
    rel: &'a str,
    base: Option<&'a Url>,
) -> impl Iterator<Item = Url> {
    let links = links.iter();
    links
        .filter(move |link| link.rel.as_deref() == Some(rel))
        .filter_map(move |link| web_url(&link.href, base))
}

/// Each entry that feed-rs read, with what was kept beside it. The id that was written for it tells which one it is, so an entry
/// that feed-rs leaves out costs itself and never gives its texts to another.
fn joined(
    read: Vec<raw::Entry>,
    extras: Vec<Extras>,
) -> impl Iterator<Item = (raw::Entry, Extras)> {
    let mut extras = extras.into_iter().peekable();
    read.into_iter().filter_map(move |entry| {
        let number: usize = entry.id.parse().ok()?;
        while extras.next_if(|one| one.number < number).is_some() {}
        let own = extras.next_if(|one| one.number == number)?;
        Some((entry, own))
    })
}

/// The body as sanitized HTML, and the shorter text beside it.
fn body_and_summary(
    extras: &Extras,
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
    let [own_summary, own_content] = &extras.own;
    let (content, brief) = (safe(&extras.content), safe(&extras.summary));
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

fn normalize_entry(entry: raw::Entry, extras: Extras, around: &Around<'_>) -> Entry {
    let (format, base) = (around.format, around.base());
    // A tracker's link counts clicks, and ends with the tracker: where the publisher's own stands beside it, that is the address.
    let own_link = extras.own_link.clone();
    let url = own_link
        .or_else(|| alternate(&entry.links, base, own_url))
        .or_else(|| extras.elsewhere.clone())
        .or_else(|| permalink(extras.id.as_deref()?, extras.permalink, base));
    let page = url.as_ref().filter(|url| is_web(url));
    let (html, summary) = body_and_summary(&extras, around, page);
    let updated = own_updated(&extras, format);
    let text = html.as_deref().map(html_to_text).unwrap_or_default();
    Entry {
        image: extras.image,
        image_size: extras.image_size,
        episode: extras.episode,
        comments: extras.comments,
        enclosures: extras.enclosures,
        title: entry.title.and_then(title).unwrap_or_default(),
        authors: match format {
            // RFC 4287 §4.2.1: those of the feed, where the entry names none.
            FeedFormat::Atom if extras.authors.is_empty() => around.authors.to_vec(),
            _ => extras.authors,
        },
        categories: categories(extras.categories),
        language: extras
            .language
            .and_then(|given| language_tag(&given))
            .or_else(|| around.language.map(str::to_owned)),
        origin: extras.origin,
        published: extras.published,
        updated,
        summary: summary
            .map(limits::summary)
            .filter(|summary| !summary.is_empty() && *summary != text),
        external_url: None,
        dateline: None,
        agency: None,
        guid: extras.id.and_then(limits::guid),
        url,
        html,
        text,
    }
}

/// The date of the last change, where the publisher gave one. In RSS, one that repeats the other date says nothing.
fn own_updated(extras: &Extras, format: FeedFormat) -> Option<Timestamp> {
    let repeats = format != FeedFormat::Atom && extras.updated == extras.published;
    extras.updated.filter(|_| !repeats)
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
