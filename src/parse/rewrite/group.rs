//! People, images and sources: elements that have fields of their own.

use super::episode;
use super::leaf::Part;
use super::media::read_size;
use super::record::Record;
use super::scope::Links;
use super::spaces::Space;
use super::words::{Slot, Word};
use crate::model::{Origin, Person};
use crate::parse::markup::{Attributes, Notes, resolve};
use crate::parse::{limits, media_types, people};
use crate::text::{decode_entities, read_date};

/// Parts of one person, image or source.
const MOST_PARTS: usize = 32;

/// Roles of `podcast:person` that speak or write; the others contribute.
const AUTHORS: [&str; 6] = [
    "host",
    "co-host",
    "author",
    "writer",
    "co-writer",
    "reporter",
];
/// The rank of people who are named as authors unless their role says otherwise.
const RANK_OF_ROLES: u8 = 1;
/// The rank of people who contribute.
const RANK_OF_CONTRIBUTORS: u8 = 3;
/// Authors of the feed that an entry comes from: better than those of the feed that it was taken to.
const RANK_OF_ORIGIN: u8 = 6;

/// A link to a feed that calls itself `alternate`.
const FEED_LINK: &str = "feed";

/// A person, an image or a source.
pub(super) struct Group<'t> {
    word: Word,
    space: Space,
    attributes: Attributes<'t>,
    text: String,
    parts: Vec<(String, String)>,
}

impl<'t> Group<'t> {
    pub(super) fn new(word: Word, space: Space, attributes: Attributes<'t>) -> Self {
        Self {
            word,
            space,
            attributes,
            text: String::new(),
            parts: Vec::new(),
        }
    }

    /// Whether an element of this meaning can stand in it. Dates and texts in a person mean that its end tag was forgotten.
    pub(super) fn takes(&self, meaning: Word) -> bool {
        let is_alien = matches!(
            meaning,
            Word::Slot(Slot::Id | Slot::Summary | Slot::Content, _)
                | Word::Date(..)
                | Word::Category
                | Word::Enclosure
                | Word::Person(_)
        );
        !(is_alien && matches!(self.word, Word::Person(_)))
    }

    /// Text right within it, whose references are to be resolved, or that of a CDATA section.
    pub(super) fn push(&mut self, raw: &str, literal: bool, notes: &mut Notes) {
        match literal {
            true => self.text.push_str(raw),
            false => resolve(raw, &mut self.text, notes),
        }
    }

    /// Adds one of its fields.
    pub(super) fn add(&mut self, part: Part<'t>) {
        if self.parts.len() == MOST_PARTS {
            return;
        }
        let attributes = &part.attributes;
        let href = attributes
            .get("href")
            .or_else(|| attributes.local("resource"));
        let rel = attributes.get("rel").unwrap_or("alternate");
        let kind = attributes.get("type").unwrap_or_default();
        let is_page = !media_types::is_of_feed(kind);
        let named = match href.filter(|_| part.local == "link") {
            Some(href) if rel == "alternate" && is_page => ("link".to_owned(), href.to_owned()),
            Some(href) if rel == "alternate" => (FEED_LINK.to_owned(), href.to_owned()),
            Some(href) => (rel.to_owned(), href.to_owned()),
            None => (part.local.into_owned(), part.text),
        };
        self.parts.push(named);
    }

    /// Adds what it says to the record that it belongs to.
    pub(super) fn finish(self, record: &mut Record, links: &Links<'_>) {
        match self.word {
            Word::Person(rank) => self.add_person(rank, record, links),
            Word::Source => self.add_origin(record, links),
            _ => self.add_image(record, links),
        }
    }

    fn part(&self, names: &[&str]) -> Option<&str> {
        let found = self
            .parts
            .iter()
            .find(|(name, value)| names.contains(&name.as_str()) && !value.trim().is_empty());
        found.map(|(_, value)| value.trim())
    }

    fn text(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }

    fn add_person(&self, rank: u8, record: &mut Record, links: &Links<'_>) {
        let url = self
            .part(&["uri", "url", "homepage", "link"])
            .or_else(|| self.attributes.get("href"));
        let said = Said {
            name: self.part(&["name", "title"]).or_else(|| self.text()),
            email: self.part(&["email", "mbox"]),
            url: url.and_then(|url| links.web_url(url)),
        };
        let Some(person) = said.person() else { return };
        if rank == RANK_OF_ROLES && record.is_entry() {
            episode::add_credit(&mut record.episode, &person, &self.attributes, links);
        }
        record.authors.add(self.rank(rank), self.space, person);
    }

    /// The rank of a person: one whose role is not an author's ranks behind.
    fn rank(&self, rank: u8) -> u8 {
        let is_author = |role: &str| AUTHORS.contains(&role.trim().to_ascii_lowercase().as_str());
        match self.attributes.get("role") {
            Some(role) if rank == RANK_OF_ROLES && !is_author(role) => RANK_OF_CONTRIBUTORS,
            _ => rank,
        }
    }

    /// RSS `<source url="…">Title</source>`, Atom `<source>` with the other feed's own id, title, links and authors. Those are
    /// the entry's where it names none (RFC 4287 §4.2.1).
    fn add_origin(&self, record: &mut Record, links: &Links<'_>) {
        for (_, text) in self.parts.iter().filter(|(name, _)| name == "author") {
            if let Some(author) = person_within(text, links) {
                record.authors.add(RANK_OF_ORIGIN, self.space, author);
            }
        }
        let given = self
            .attributes
            .get("url")
            .or_else(|| self.attributes.get("href"));
        let page = self.part(&["link"]).or_else(|| self.part(&["via"]));
        let feed = given
            .or_else(|| self.part(&["self"]))
            .or_else(|| self.part(&[FEED_LINK]));
        let title = self.part(&["title"]).or_else(|| self.text());
        let origin = Origin {
            title: title.and_then(limits::line),
            id: self.part(&["id"]).and_then(limits::iri),
            url: page.and_then(|page| links.web_url(page)),
            feed_url: feed.and_then(|feed| links.web_url(feed)),
            updated: self.part(&["updated", "modified"]).and_then(read_date),
        };
        let is_named = Origin {
            updated: None,
            ..origin.clone()
        } != Origin::default();
        if is_named {
            record.add_origin(origin);
        }
    }

    /// A picture, whose address stands in an attribute, in an element of its own or as its text.
    fn add_image(&self, record: &mut Record, links: &Links<'_>) {
        let attribute = ["href", "url"]
            .iter()
            .find_map(|name| self.attributes.get(name));
        let resource = self.attributes.local("resource");
        let raw = self.part(&["url"]).or(attribute).or(resource).or_else(|| {
            self.text()
                .filter(|text| !text.contains(char::is_whitespace))
        });
        let Some(url) = raw.and_then(|raw| links.web_url(raw)) else {
            return;
        };
        match self.word {
            Word::Thumbnail => {
                let size = read_size(&self.attributes);
                record.media.add_picture(0, url, size);
            }
            Word::Cover if record.is_entry() => {
                record.episode.image.get_or_insert(url.clone());
                record.media.add_picture(2, url, None);
            }
            Word::Cover => record.put_text(Slot::Icon, 2, url.as_str()),
            _ if record.is_entry() => record.media.add_picture(1, url, None),
            _ => record.put_text(Slot::Icon, 1, url.as_str()),
        }
    }
}

/// What is said of a person.
struct Said<'s> {
    name: Option<&'s str>,
    email: Option<&'s str>,
    url: Option<url::Url>,
}

impl Said<'_> {
    /// `None`: it names nobody.
    fn person(self) -> Option<Person> {
        let named = self.name.or(self.email).and_then(people::person);
        let mut person = named.or_else(|| Some(people::at(self.url.clone()?)))?;
        if let Some(email) = self.email {
            person.email = limits::word(email.trim_start_matches("mailto:"));
        }
        person.url = self.url;
        Some(person)
    }
}

/// A person construct that was gathered as markup, or a name.
fn person_within(markup: &str, links: &Links<'_>) -> Option<Person> {
    if !markup.contains('<') {
        return people::person(markup);
    }
    let url = within(markup, "uri");
    let said = Said {
        name: within(markup, "name"),
        email: within(markup, "email"),
        url: url.and_then(|url| links.web_url(&decode_entities(url))),
    };
    said.person()
}

/// What stands in an element of a person construct that was gathered as markup.
fn within<'t>(markup: &'t str, element: &str) -> Option<&'t str> {
    let open = format!("<{element}");
    let mut behind = markup.split(&*open).skip(1);
    let rest = behind.find(|rest| rest.starts_with(['>', ' ']))?;
    let (_, text) = rest.split_once('>')?;
    let text = text.split(&*format!("</{element}>")).next()?.trim();
    Some(text).filter(|text| !text.is_empty())
}
