//! What holds of every document, whatever its bytes are: from bytes to entries, from entries to documents, and back.

use std::sync::Arc;

use mainstem::model::{
    ContentForm, Duplicates, Entry, Episode, Feed, FeedFields, Output, OutputId, SourceId, StoryId,
    Timestamp, Updates, WithdrawalRule,
};
use mainstem::parse::{Input, ParseError, parse};
use mainstem::publish::{
    DocumentFormat, Documents, Fragment, Item, ItemForm, OutboundFeed, SourceView, archive, fit,
    parsed_as_json, render,
};
use mainstem::text::{html_to_text, is_hidden, sanitize};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use url::Url;

/// Attributes whose value leads somewhere.
const LINKS: &[&str] = &[
    "href",
    "src",
    "cite",
    "poster",
    "action",
    "formaction",
    "background",
    "data",
    "longdesc",
];
/// Where links in texts may lead; everything else must be http or https.
const SCHEMES: &[&str] = &[
    "http:", "https:", "mailto:", "tel:", "magnet:", "xmpp:", "geo:",
];
/// Elements that no text keeps.
const FORBIDDEN: &[&str] = &[
    "<script",
    "<style",
    "<svg",
    "<math",
    "<object",
    "<embed",
    "<form",
    "<input",
    "<link",
    "<meta",
    "<base",
    "<template",
    "<noscript",
];

/// Reads bytes as found at one address; the same bytes must give the same.
pub(crate) fn read(bytes: &[u8], content_type: Option<&str>) -> Result<Feed, ParseError> {
    let base = Url::parse("https://host.example/dir/feed.xml").expect("a URL");
    parse(Input {
        bytes,
        content_type,
        base: Some(&base),
    })
}

/// The first law that a parsed feed breaks.
pub(crate) fn hold(feed: &Feed) -> Result<(), String> {
    for url in [&feed.home_url, &feed.self_url, &feed.icon]
        .into_iter()
        .flatten()
        .chain(&feed.hubs)
    {
        is_web(url)?;
    }
    for line in [
        &feed.title,
        &feed.description,
        &feed.generator,
        &feed.rights,
    ]
    .into_iter()
    .flatten()
    {
        is_line(line)?;
    }
    if feed.entries.len() > 2000 {
        return Err(format!("{} entries", feed.entries.len()));
    }
    feed.entries.iter().try_for_each(entry_holds)?;
    serde_json::from_str::<serde_json::Value>(&parsed_as_json(feed))
        .map_err(|error| format!("what `parse` prints: {error}"))?;
    documents_hold(feed)
}

/// The addresses of the web that an entry has outside of its body.
fn addresses(entry: &Entry) -> Vec<&Url> {
    let own = [
        &entry.external_url,
        &entry.image,
        &entry.comments.url,
        &entry.comments.feed_url,
        &entry.episode.image,
    ];
    let people = entry.authors.iter().filter_map(|one| one.url.as_ref());
    let origin = entry.origin.iter();
    let origin = origin.flat_map(|origin| origin.url.iter().chain(&origin.feed_url));
    let episode = &entry.episode;
    let credits = episode.credits.iter();
    let faces = credits.flat_map(|credit| credit.image.iter().chain(&credit.url));
    own.into_iter()
        .flatten()
        .chain(people)
        .chain(origin)
        .chain(episode.transcripts.iter().map(|file| &file.url))
        .chain(episode.chapters.iter().map(|chapters| &chapters.url))
        .chain(episode.threads.iter().map(|thread| &thread.url))
        .chain(faces)
        .collect()
}

fn entry_holds(entry: &Entry) -> Result<(), String> {
    addresses(entry).into_iter().try_for_each(is_web)?;
    let files = entry.enclosures.iter().map(|file| &file.url);
    entry.url.iter().chain(files).try_for_each(is_own)?;
    let names = entry.authors.iter().map(|person| &person.name);
    let terms = entry
        .categories
        .iter()
        .flat_map(|category| std::iter::once(&category.term).chain(&category.label));
    let titles = entry
        .enclosures
        .iter()
        .filter_map(|file| file.title.as_ref());
    let credits = entry.episode.credits.iter();
    let said = credits.flat_map(|credit| [Some(&credit.name), credit.role.as_ref()]);
    let origins = entry
        .origin
        .iter()
        .filter_map(|origin| origin.title.as_ref());
    let lines = std::iter::once(&entry.title).chain(&entry.summary);
    lines
        .chain(names)
        .chain(terms)
        .chain(titles)
        .chain(said.flatten())
        .chain(origins)
        .try_for_each(|line| is_line(line))?;
    entry.text.split('\n').try_for_each(is_line)?;
    let Some(html) = &entry.html else {
        return Ok(());
    };
    is_inert(html)?;
    if sanitize(html, None) != *html {
        return Err(format!(
            "sanitized twice is another: {html}\nthen: {}",
            sanitize(html, None)
        ));
    }
    if html_to_text(html) != entry.text {
        return Err(format!("its text is not that of its body: {html}"));
    }
    Ok(())
}

fn is_web(url: &Url) -> Result<(), String> {
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(()),
        _ => Err(format!("an address of another scheme: {url}")),
    }
}

/// An entry's own link and its files may be torrents, and files on other servers.
fn is_own(url: &Url) -> Result<(), String> {
    match url.scheme() {
        "ftp" | "ftps" if url.has_host() => Ok(()),
        "magnet" if url.query().is_some() => Ok(()),
        _ => is_web(url),
    }
}

/// Plain text in one line.
fn is_line(line: &str) -> Result<(), String> {
    match line.chars().find(|c| is_hidden(*c)) {
        Some(c) => Err(format!("{c:?} in {line:?}")),
        None => Ok(()),
    }
}

/// Nothing in it runs, and no link leads anywhere that a reader could run.
pub(crate) fn is_inert(html: &str) -> Result<(), String> {
    let lower = html.to_lowercase();
    if let Some(name) = FORBIDDEN.iter().find(|name| lower.contains(**name)) {
        return Err(format!("{name} in {html}"));
    }
    for tag in html
        .split('<')
        .skip(1)
        .filter_map(|part| Some(part.split_once('>')?.0))
    {
        for attribute in tag.split("=\"").collect::<Vec<_>>().windows(2) {
            let name = attribute[0].rsplit([' ', '"']).next().unwrap_or_default();
            let value = attribute[1].trim_start();
            let leads =
                LINKS.contains(&name) && !SCHEMES.iter().any(|scheme| value.starts_with(scheme));
            if leads
                || name.starts_with("on")
                || matches!(name, "style" | "srcdoc" | "id" | "name" | "class")
            {
                return Err(format!("{name}=\"{value}\" in {html}"));
            }
        }
    }
    Ok(())
}

/// The feed as it is published, and what its own readers make of it.
fn documents_hold(feed: &Feed) -> Result<(), String> {
    let items = items(feed);
    archived(&items)?;
    let documents = documents(&items);
    page_holds(&documents, items.len())?;
    for format in DocumentFormat::ALL {
        let name = format.as_str();
        let written = documents.get(format).bytes().to_vec();
        let text =
            String::from_utf8(written.clone()).map_err(|error| format!("{name}: {error}"))?;
        if format == DocumentFormat::Json {
            serde_json::from_str::<serde_json::Value>(&text)
                .map_err(|error| format!("{name}: {error}"))?;
        } else {
            well_formed(&text).map_err(|what| format!("{name}: {what}"))?;
        }
        let back = read(&written, Some(format.media_type()))
            .map_err(|error| format!("{name} read again: {error}"))?;
        if back.entries.len() != feed.entries.len() || !back.recovered.is_empty() {
            return Err(format!(
                "{name} read again: {} entries of {}, {:?}",
                back.entries.len(),
                feed.entries.len(),
                back.recovered
            ));
        }
        for (again, item) in back.entries.iter().zip(&items) {
            let entry = &item.entry;
            // Only Atom says that a title is plain text.
            let is_same_title = format != DocumentFormat::Atom
                || entry.title.is_empty()
                || again.title == entry.title;
            // An entry without address and body has its headline for a body.
            let is_same_body =
                again.html == entry.html || (entry.html.is_none() && entry.url.is_none());
            if format != DocumentFormat::Json && told(again) != told(entry) {
                return Err(format!(
                    "{name} read again tells {:#?}\nwhere there was {:#?}",
                    told(again),
                    told(entry)
                ));
            }
            if !is_same_body || !is_same_title || (entry.url.is_some() && again.url != entry.url) {
                return Err(format!(
                    "{name} read again: {again:#?}\nwhere there was {entry:#?}"
                ));
            }
        }
    }
    Ok(())
}

/// A page lists every item, and nothing that a publisher wrote is markup in it.
fn page_holds(documents: &Documents, items: usize) -> Result<(), String> {
    let listed = &documents.listing.items;
    for item in listed.iter() {
        let written = item.html().0;
        let page = scraper::Html::parse_fragment(written);
        let elements = page.root_element().descendent_elements();
        let mut names = elements.map(|element| element.value().name());
        let stranger = names.find(|name| !LISTED.contains(name));
        // The parser of fragments counts the missing document type.
        if page.errors.len() > 1 || stranger.is_some() {
            return Err(format!("page: {stranger:?}, {:?}: {written}", page.errors));
        }
    }
    match listed.len() == items {
        true => Ok(()),
        false => Err(format!("page: {} of {items} items", listed.len())),
    }
}

/// The elements that an item on a page is made of; a fragment is in `html`.
const LISTED: [&str; 6] = ["html", "h3", "p", "a", "span", "time"];

/// What RSS and Atom tell alike of an episode and of its discussion. A cover may be the podcast's, and names are cut from addresses.
fn told(entry: &Entry) -> (Episode, [Option<&Url>; 2], Option<u64>) {
    let episode = Episode {
        image: None,
        credits: Vec::new(),
        ..entry.episode.clone()
    };
    let comments = [&entry.comments.url, &entry.comments.feed_url].map(Option::as_ref);
    let main = entry.main_enclosure();
    (
        episode,
        comments,
        main.and_then(|main| main.duration_seconds),
    )
}

/// The documents of an output of these items.
pub(crate) fn documents(items: &[Item]) -> Documents {
    render(&outbound(items, Fragment::write))
}

/// An output of these items, each written by `write`.
fn outbound(items: &[Item], write: fn(&ItemForm, &Item) -> Fragment) -> OutboundFeed {
    let output = output();
    let form = ItemForm::of(&output);
    let written = items.iter().map(|item| write(&form, item));
    OutboundFeed {
        prev_archive: 0,
        deleted: Arc::default(),
        public_url: Url::parse("https://host.example/").expect("a URL"),
        id_base: "https://host.example/".to_owned(),
        items: written.map(Arc::new).collect(),
        output,
    }
}

/// An archive document has the items as the Atom document has them, though they are written for it alone.
fn archived(items: &[Item]) -> Result<(), String> {
    let [of_all, of_its_own] = [Fragment::write, Fragment::write_for_archive]
        .map(|write| archive(&outbound(items, write), 1).bytes().clone());
    match of_all == of_its_own {
        true => Ok(()),
        false => Err("an archive document has other items than the Atom document".to_owned()),
    }
}

/// All entries of a document as outbound items.
pub(crate) fn items(feed: &Feed) -> Vec<Item> {
    let text = |url: &Option<Url>| url.as_ref().map(ToString::to_string);
    let fields = FeedFields {
        id: feed.id.clone(),
        title: feed.title.clone(),
        home_url: text(&feed.home_url),
        self_url: text(&feed.self_url),
        updated: feed.updated,
        language: feed.language.clone(),
        icon: text(&feed.icon),
    };
    let item = |(nth, entry): (usize, &Entry)| {
        fit(Item {
            id: entry.guid.clone().unwrap_or_else(|| format!("urn:x:{nth}")),
            story: StoryId(1),
            updated: entry.updated.unwrap_or_default(),
            ordered_at: Timestamp::UNIX_EPOCH,
            entry: entry.clone(),
            source: SourceView {
                id: SourceId::new("a").expect("an id"),
                title: feed.title.clone().unwrap_or_else(|| "A".to_owned()),
                feed: fields.clone(),
                feed_url: None,
            },
            corrections: Vec::new(),
            copies: Vec::new(),
        })
    };
    feed.entries.iter().enumerate().map(item).collect()
}

/// An output that asks for nothing special.
pub(crate) fn output() -> Output {
    Output {
        id: OutputId::new("merged").expect("an id"),
        title: "M".to_owned(),
        max_entries: std::num::NonZeroU32::MIN,
        max_bytes: None,
        max_age: None,
        duplicates: Duplicates::Near,
        content: ContentForm::Full,
        title_format: "{title}".to_owned(),
        updates: Updates::Replace,
        withdrawals: WithdrawalRule::Report,
        max_per_source: None,
        face: mainstem::model::Face::default(),
        also_in: false,
        show_changes: false,
    }
}

/// XML 1.0 as far as a reader that forgives nothing sees it: characters, nesting, attributes, references.
pub(crate) fn well_formed(xml: &str) -> Result<(), String> {
    let is_xml = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if let Some(c) = xml.chars().find(|c| !is_xml(*c)) {
        return Err(format!("{c:?} is no character of XML"));
    }
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) | Event::Empty(tag) => attributes_hold(&tag)?,
            Event::GeneralRef(reference) => {
                let is_known = ["amp", "lt", "gt", "quot", "apos"].contains(&&*reference);
                let resolved = reference
                    .resolve_char_ref()
                    .map_err(|error| error.to_string())?;
                if !is_known && !resolved.is_some_and(is_xml) {
                    return Err(format!("&{};", &*reference));
                }
            }
            Event::Text(text) if text.contains("]]>") => return Err("]]> in a text".to_owned()),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn attributes_hold(tag: &BytesStart<'_>) -> Result<(), String> {
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| format!("{error} in {tag:?}"))?;
        let value = attribute.value.as_ref();
        quick_xml::escape::unescape(value).map_err(|error| format!("{error} in {value}"))?;
        if value.contains('<') {
            return Err(format!("< in {value}"));
        }
    }
    Ok(())
}
