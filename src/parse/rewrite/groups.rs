//! People, images and sources: elements that have fields of their own.

use super::attached::read_size;
use super::attributes::Attributes;
use super::capture::Capture;
use super::episode::is_feed_type;
use super::leaves::Leaf;
use super::notes::Notes;
use super::reader::{Reader, Role};
use super::references;
use super::spaces::Space;
use super::tokens::Tag;
use super::value::{Form, Value};
use super::words::{Slot, Word};
use crate::model::{Origin, Person};
use crate::parse::{limits, people};
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

    pub(super) fn push(&mut self, raw: &str, literal: bool, notes: &mut Notes) {
        match literal {
            true => self.text.push_str(raw),
            false => references::resolve(raw, &mut self.text, notes),
        }
    }

    fn part(&self, names: &[&str]) -> Option<&str> {
        let found = self
            .parts
            .iter()
            .find(|(name, value)| names.contains(&name.as_str()) && !value.trim().is_empty());
        found.map(|(_, value)| value.trim())
    }

    /// The rank of a person, who may be named for what others do than authors.
    fn rank(&self, rank: u8) -> u8 {
        match self.attributes.get("role") {
            Some(role)
                if rank == 1 && !AUTHORS.contains(&role.trim().to_ascii_lowercase().as_str()) =>
            {
                3
            }
            _ => rank,
        }
    }

    fn text(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }
}

impl<'t> Reader<'t> {
    /// Whether an element can stand in the open person, image or source. Dates and texts in a person mean that its end
    /// tag was forgotten.
    pub(super) fn group_goes_on(&self, meaning: Word) -> bool {
        let is_person = self
            .group
            .as_ref()
            .is_some_and(|group| matches!(group.word, Word::Person(_)));
        let is_alien = matches!(
            meaning,
            Word::Slot(
                Slot::Id | Slot::Published | Slot::Updated | Slot::Summary | Slot::Content,
                _
            ) | Word::Category
                | Word::Enclosure
                | Word::Person(_)
        );
        !(is_person && is_alien)
    }

    /// A part of a person, an image or a source.
    pub(super) fn open_part(&mut self, tag: Tag<'t>, local: &str) -> Role {
        self.leaf = Some(Leaf {
            word: Word::Nothing,
            local: local.to_owned(),
            attributes: Attributes::read(tag.attributes, &mut self.notes),
            capture: Capture::new(Form::Unsaid),
            is_part: true,
        });
        Role::Leaf
    }

    pub(super) fn close_part(&mut self, local: String, attributes: &Attributes<'_>, value: Value) {
        let href = attributes
            .get("href")
            .or_else(|| attributes.local("resource"));
        let rel = attributes.get("rel").unwrap_or("alternate");
        let kind = attributes.get("type").unwrap_or_default();
        let is_page = !is_feed_type(kind);
        let (name, text) = match (local.as_str(), href) {
            ("link", Some(href)) if rel == "alternate" && is_page => (local, href.to_owned()),
            ("link", Some(href)) if rel == "alternate" => (FEED_LINK.to_owned(), href.to_owned()),
            ("link", Some(href)) => (rel.to_owned(), href.to_owned()),
            _ => (local, value.text),
        };
        if let Some(group) = self
            .group
            .as_mut()
            .filter(|group| group.parts.len() < MOST_PARTS)
        {
            group.parts.push((name, text));
        }
    }

    pub(super) fn close_group(&mut self) {
        let Some(group) = self.group.take() else {
            return;
        };
        match group.word {
            Word::Person(rank) => {
                if let Some(person) = self.person(&group) {
                    if rank == 1 {
                        self.credit(&person, &group.attributes);
                    }
                    let rank = group.rank(rank);
                    self.record().add_person(rank, group.space, person);
                }
            }
            Word::Source => self.origin(&group),
            _ => self.image(&group),
        }
    }

    fn person(&self, group: &Group<'_>) -> Option<Person> {
        let text = group.part(&["name", "title"]).or_else(|| group.text());
        let email = group.part(&["email", "mbox"]);
        let url = group
            .part(&["uri", "url", "homepage", "link"])
            .or_else(|| group.attributes.get("href"))
            .and_then(|url| self.web_url(url));
        let named = text.or(email).and_then(people::person);
        let mut person = named.or_else(|| Some(people::at(url.clone()?)))?;
        if let Some(email) = email {
            person.email = limits::word(email.trim_start_matches("mailto:"));
        }
        person.url = url;
        Some(person)
    }

    /// RSS `<source url="…">Title</source>`, Atom `<source>` with the other feed's own id, title, links and authors. Those are
    /// the entry's where it names none (RFC 4287 §4.2.1).
    fn origin(&mut self, group: &Group<'_>) {
        for (name, text) in &group.parts {
            let author = (name == "author").then(|| self.person_within(text));
            if let Some(author) = author.flatten() {
                self.record()
                    .add_person(RANK_OF_ORIGIN, group.space, author);
            }
        }
        let given = group
            .attributes
            .get("url")
            .or_else(|| group.attributes.get("href"));
        let page = group.part(&["link"]).or_else(|| group.part(&["via"]));
        let feed = given.or_else(|| group.part(&["self"]));
        let feed = feed.or_else(|| group.part(&[FEED_LINK]));
        let title = group.part(&["title"]).or_else(|| group.text());
        let origin = Origin {
            title: title.and_then(limits::line),
            id: group.part(&["id"]).and_then(limits::iri),
            url: page.and_then(|page| self.web_url(page)),
            feed_url: feed.and_then(|feed| self.web_url(feed)),
            updated: group.part(&["updated", "modified"]).and_then(read_date),
        };
        let is_named = Origin {
            updated: None,
            ..origin.clone()
        } != Origin::default();
        if is_named {
            // An entry has one `source` at most (RFC 4287 §4.1.2). Where a planet reads another planet and adds its own, the first is the
            // original feed.
            self.record().origin.get_or_insert(origin);
        }
    }

    /// A person construct that was gathered as markup, or a name.
    fn person_within(&self, markup: &str) -> Option<Person> {
        if !markup.contains('<') {
            return people::person(markup);
        }
        let (name, email) = (within(markup, "name"), within(markup, "email"));
        let url = within(markup, "uri").and_then(|url| self.web_url(&decode_entities(url)));
        let named = name.or(email).and_then(people::person);
        let mut person = named.or_else(|| Some(people::at(url.clone()?)))?;
        if let Some(email) = email {
            person.email = limits::word(email);
        }
        person.url = url;
        Some(person)
    }

    /// A picture, whose address stands in an attribute, in an element of its own or as its text.
    fn image(&mut self, group: &Group<'_>) {
        let attribute = ["href", "url"]
            .iter()
            .find_map(|name| group.attributes.get(name));
        let resource = group.attributes.local("resource");
        let raw = group.part(&["url"]).or(attribute).or(resource).or_else(|| {
            group
                .text()
                .filter(|text| !text.contains(char::is_whitespace))
        });
        let Some(url) = raw.and_then(|raw| self.web_url(raw)) else {
            return;
        };
        let size = read_size(&group.attributes);
        match group.word {
            Word::Thumbnail => self.record().add_picture(0, url, size),
            Word::Cover if self.in_entry() => {
                self.record().episode.image.get_or_insert(url.clone());
                self.record().add_picture(2, url, None);
            }
            Word::Cover => self.put_text(Slot::Icon, 2, url.as_str()),
            _ if self.in_entry() => self.record().add_picture(1, url, None),
            _ => self.put_text(Slot::Icon, 1, url.as_str()),
        }
    }
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
