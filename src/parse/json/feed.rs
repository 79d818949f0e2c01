//! The fields of a JSON Feed and of its items.

use url::Url;

use super::members::{FEED, date, exact, kept, language, line, text, url};
use super::node::Node;
use super::text as json_text;
use crate::model::{Category, Enclosure, Entry, FailureClass, Feed, FeedFormat, Pace, Person};
use crate::parse::error::ParseError;
use crate::parse::limits::clipped;
use crate::parse::links::{is_web, own_url, web_url};
use crate::parse::losses::Losses;
use crate::parse::{limits, media_types, people};
use crate::text::{html_to_text, lines_to_html, plain_line, with_surrogates_joined};

/// Members of a document that a JSON Feed has and the answers of programming interfaces do not.
const TELLING: [&str; 4] = ["home_page_url", "feed_url", "favicon", "hubs"];
/// Members of an item that say so.
const ITEM_TELLING: [&str; 6] = [
    "content_html",
    "content_text",
    "date_published",
    "date_modified",
    "external_url",
    "banner_image",
];

/// Reads a document that begins like JSON.
pub(in crate::parse) fn read(document: &str, base: Option<&Url>) -> Result<Feed, ParseError> {
    let (value, mut recovered) = json_text::read(document, FEED)?;
    let (items, is_thinned) = match value.get("items") {
        Node::Many(items, is_thinned) => (Some(items.as_slice()), *is_thinned),
        _ => (None, false),
    };
    let has_version = has_version(&value, items)?;
    recovered.extend((!has_version).then(|| "a JSON Feed without version".to_owned()));
    recovered.extend(
        items
            .is_none()
            .then(|| "a JSON Feed without `items`".to_owned()),
    );
    let items = items.unwrap_or_default();
    let home_url = url(&value, "home_page_url", base);
    // As in RSS: what is relative belongs to the site, wherever its feed was found.
    let inner = home_url.as_ref().or(base);
    let feed_authors = authors(&value);
    let feed_language = language(&value);
    let kept = kept(items);
    if is_thinned || kept.len() < items.len() {
        recovered.push(clipped());
    }
    let losses = Losses::default();
    let around = Around {
        base: inner,
        authors: &feed_authors,
        language: feed_language.as_deref(),
        losses: &losses,
    };
    let entries = kept.into_iter().map(|item| entry(item, &around)).collect();
    recovered.extend(losses.in_words());
    Ok(Feed {
        format: FeedFormat::JsonFeed,
        id: None,
        title: line(&value, "title"),
        description: value.get("description").as_str().and_then(limits::prose),
        home_url,
        self_url: url(&value, "feed_url", base),
        next_url: url(&value, "next_url", base),
        new_feed_url: None,
        hubs: hubs(&value, base),
        icon: url(&value, "icon", base).or_else(|| url(&value, "favicon", base)),
        language: feed_language,
        authors: feed_authors,
        categories: Vec::new(),
        published: None,
        updated: None,
        pace: Pace::default(),
        generator: None,
        rights: None,
        recovered,
        entries,
        deleted: Vec::new(),
    })
}

/// Whether a feed says which version of the format it is of; `Err`: nothing says that it is a feed.
fn has_version(value: &Node, items: Option<&[Node]>) -> Result<bool, ParseError> {
    let version = text(value, "version").filter(|version| version.contains("jsonfeed.org"));
    let is_other = version.is_some_and(|version| {
        let number = version.split_once("jsonfeed.org/version/");
        number.is_some_and(|(_, number)| !number.starts_with('1'))
    });
    let instead = match (version, items) {
        (Some(_), _) if is_other => "another version",
        (Some(_), _) => return Ok(true),
        (None, None) => "no `items`",
        (None, Some(items)) if tells(value, items) => return Ok(false),
        (None, Some(_)) => "no `version`, and nothing in `items` that a feed has",
    };
    Err(ParseError::new(
        FailureClass::NotAFeed,
        format!("JSON, but no JSON Feed: {instead}"),
    ))
}

/// Whether a document without a version is a feed. Answers of programming interfaces have `items` too, with `id`, `title` and `url`
/// now and then, but seldom a title of their own beside them.
fn tells(value: &Node, items: &[Node]) -> bool {
    let has = |node: &Node, names: &[&str]| names.iter().any(|name| node.get(name).is_there());
    let is_entry = |item: &Node| has(item, &["id", "url"]) && has(item, &["title", "summary"]);
    has(value, &TELLING)
        || items.iter().any(|item| has(item, &ITEM_TELLING))
        || (text(value, "title").is_some() && items.iter().all(is_entry))
}

fn hubs(value: &Node, base: Option<&Url>) -> Vec<Url> {
    let listed = value.get("hubs").elements().iter();
    listed.filter_map(|hub| url(hub, "url", base)).collect()
}

/// What an item takes from the feed.
struct Around<'a> {
    /// What relative links mean.
    base: Option<&'a Url>,
    authors: &'a [Person],
    language: Option<&'a str>,
    losses: &'a Losses,
}

fn entry(item: &Node, around: &Around<'_>) -> Entry {
    let base = around.base;
    let address = item.get("url").as_str().and_then(|raw| own_url(raw, base));
    let page = address.as_ref().filter(|page| is_web(page));
    let safe = |html: &str| around.losses.sanitize(html, page.or(base), page);
    let html = match (text(item, "content_html"), text(item, "content_text")) {
        (Some(html), _) => Some(safe(&with_surrogates_joined(html))),
        (None, Some(text)) => Some(safe(&lines_to_html(text))),
        (None, None) => None,
    };
    let mut authors = authors(item);
    if authors.is_empty() {
        authors.extend_from_slice(around.authors);
    }
    let guid = match item.get("id") {
        Node::Text(id) => limits::guid(id.clone()),
        Node::Number(id) => exact(id),
        _ => None,
    };
    Entry {
        guid,
        text: html.as_deref().map(html_to_text).unwrap_or_default(),
        title: line(item, "title").unwrap_or_default(),
        url: address,
        external_url: url(item, "external_url", base),
        html: html.filter(|html| !html.is_empty()),
        summary: text(item, "summary")
            .map(|text| limits::summary(plain_line(text)))
            .filter(|summary| !summary.is_empty()),
        image: url(item, "image", base).or_else(|| url(item, "banner_image", base)),
        published: date(item, "date_published"),
        updated: date(item, "date_modified"),
        authors,
        categories: tags(item),
        language: language(item).or_else(|| around.language.map(str::to_owned)),
        enclosures: item
            .get("attachments")
            .elements()
            .iter()
            .filter_map(|attachment| enclosure(attachment, base))
            .collect(),
        ..Entry::default()
    }
}

/// Its tags, each once; a number is a tag too, such as a year.
fn tags(item: &Node) -> Vec<Category> {
    let mut terms: Vec<String> = Vec::new();
    for tag in item.get("tags").elements() {
        let term = match tag {
            Node::Text(text) => limits::line(text),
            Node::Number(number) => Some(number.to_string()),
            _ => None,
        };
        terms.extend(term.filter(|term| !terms.contains(term)));
    }
    let category = |term| Category {
        term,
        ..Category::default()
    };
    terms.into_iter().map(category).collect()
}

/// An attachment; a text in place of one is its address.
fn enclosure(attachment: &Node, base: Option<&Url>) -> Option<Enclosure> {
    let address = attachment.as_str().or(attachment.get("url").as_str())?;
    let url = own_url(address, base)?;
    let given = attachment.get("mime_type").as_str();
    Some(Enclosure {
        media_type: media_types::of_file(given.and_then(media_types::given), &url),
        length: attachment.get("size_in_bytes").as_u64(),
        duration_seconds: attachment
            .get("duration_in_seconds")
            .as_u64()
            .and_then(limits::seconds),
        title: line(attachment, "title"),
        ..Enclosure::at(url)
    })
}

/// `authors`, else `author` of version 1.0, each person once.
fn authors(value: &Node) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    let listed = value.get("authors").elements().iter().filter_map(author);
    for person in listed {
        if !people.contains(&person) {
            people.push(person);
        }
    }
    if people.is_empty() {
        people.extend(value.get("author").elements().iter().find_map(author));
    }
    people
}

/// A person; a text in place of one is a name, or the address of a page.
fn author(author: &Node) -> Option<Person> {
    if let Some(text) = author.as_str() {
        return match web_url(text, None) {
            Some(page) => Some(people::at(page)),
            None => people::person(text),
        };
    }
    let page = url(author, "url", None);
    match line(author, "name") {
        Some(name) => Some(Person {
            name,
            url: page,
            email: None,
        }),
        None => page.map(people::at),
    }
}
