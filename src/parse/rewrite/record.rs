//! What was gathered of a feed or of an entry.

use std::time::Duration;

use url::Url;

use super::spaces::Space;
use super::value::Value;
use super::words::Slot;
use crate::model::{Category, Comments, Enclosure, Episode, Medium, Origin, Person, Size};
use crate::parse::links::{is_reachable, is_web, web_url};
use crate::parse::{limits, media_types, people};
use crate::text::read_date;

/// Of one entry; more is spam or an attack.
const MOST: usize = 64;

/// Persons of a higher rank did something else than write.
const LAST_AUTHOR: u8 = 2;

/// An Atom link, or an RSS one.
#[derive(Debug, Clone, Default)]
pub(super) struct Link {
    pub(super) href: String,
    /// `alternate` where nothing is said.
    pub(super) rel: String,
    pub(super) media_type: Option<String>,
}

/// The fields of a feed or of an entry, in document order.
#[derive(Default)]
pub(super) struct Record {
    slots: [Option<(u8, Value)>; Slot::COUNT],
    pub(super) links: Vec<Link>,
    pub(super) categories: Vec<Category>,
    people: Vec<Named>,
    pub(super) enclosures: Vec<Enclosure>,
    pictures: Vec<(u8, Url, Option<Size>)>,
    pub(super) episode: Episode,
    pub(super) comments: Comments,
    pub(super) origin: Option<Origin>,
    pub(super) permalink: Option<bool>,
    /// The publisher's own link, as a tracker hands it on.
    pub(super) own_link: Option<Url>,
    /// Where an Atom content stands that is not in the document.
    pub(super) elsewhere: Option<Url>,
    pub(super) duration: Option<Duration>,
    pub(super) pace: Vec<(&'static str, String)>,
    media_titles: Vec<(usize, String)>,
}

/// A person with the element that named them. A lower `rank` is a better source for the author, and `space` is the vocabulary of the
/// element.
struct Named {
    rank: u8,
    space: Space,
    person: Person,
}

/// Whether a person is one who is known. Two who share a mailbox are two where one vocabulary names both.
fn is_same(known: &Named, space: Space, person: &Person) -> bool {
    let has_bare = people::is_bare(&known.person) || people::is_bare(person);
    let is_one = |left: &Option<String>, right: &Option<String>| match (left, right) {
        (Some(left), Some(right)) => left.eq_ignore_ascii_case(right),
        _ => false,
    };
    known.person.name.to_lowercase() == person.name.to_lowercase()
        || (is_one(&known.person.email, &person.email) && (has_bare || known.space != space))
}

impl Record {
    /// Keeps a value where it is better than what is known. A date that nobody can read is none.
    pub(super) fn put(&mut self, slot: Slot, rank: u8, value: Value) {
        if value.text.trim().is_empty() {
            return;
        }
        if matches!(slot, Slot::Published | Slot::Updated) && read_date(&value.text).is_none() {
            return;
        }
        let known = &mut self.slots[slot as usize];
        if known.as_ref().is_none_or(|(best, _)| rank < *best) {
            *known = Some((rank, value));
        }
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Value> {
        self.slots[slot as usize].as_ref().map(|(_, value)| value)
    }

    /// How good the value is that was kept; 0 is the format's own word for it.
    pub(super) fn rank(&self, slot: Slot) -> Option<u8> {
        self.slots[slot as usize].as_ref().map(|(rank, _)| *rank)
    }

    pub(super) fn take(&mut self, slot: Slot) -> Option<Value> {
        self.slots[slot as usize].take().map(|(_, value)| value)
    }

    pub(super) fn text(&self, slot: Slot) -> Option<&str> {
        self.get(slot).map(|value| value.text.trim())
    }

    /// Where the feed says that it or its site lives.
    pub(super) fn address(&self) -> Option<Url> {
        let says = |rel: &str| {
            let links = self.links.iter().filter(move |link| link.rel == rel);
            links.filter_map(|link| web_url(&link.href, None)).next()
        };
        says("self").or_else(|| says("alternate"))
    }

    /// The page of a channel, if its entries can be told to belong there. `document`: where the channel was found.
    pub(super) fn page(&self, document: Option<&Url>) -> Option<Url> {
        let is_page = |link: &&Link| {
            let kind = link.media_type.as_deref();
            link.rel == "alternate" && kind.is_none_or(|kind| kind.contains("html"))
        };
        let pages = self.links.iter().filter(is_page);
        let page = pages
            .filter_map(|link| web_url(&link.href, document))
            .next()?;
        Some(page).filter(|page| is_reachable(page, document))
    }

    /// Adds a person whom an element of this vocabulary names, or what it says about one who is known.
    pub(super) fn add_person(&mut self, rank: u8, space: Space, person: Person) {
        let has_room = self.people.len() < MOST;
        let known = self
            .people
            .iter_mut()
            .find(|known| is_same(known, space, &person));
        match known {
            // `author` gives the address, `dc:creator` the name of one and the same.
            Some(Named { person: known, .. }) => {
                if people::is_bare(known) {
                    known.name.clone_from(&person.name);
                }
                known.email = known.email.take().or(person.email);
                known.url = known.url.take().or(person.url);
            }
            None if has_room => self.people.push(Named {
                rank,
                space,
                person,
            }),
            None => {}
        }
    }

    /// Those of the best rank: an `itunes:author` beside an `author` says the same again. A bare address is nobody where another
    /// vocabulary names an author; beside its own like it is one more person.
    pub(super) fn authors(&self) -> Vec<Person> {
        let is_named = |one: &Named| one.rank <= LAST_AUTHOR && !people::is_bare(&one.person);
        let is_outdone = |one: &Named| {
            let is_better = |other: &Named| is_named(other) && other.space != one.space;
            people::is_bare(&one.person) && self.people.iter().any(is_better)
        };
        let mut heard: Vec<&Named> = self.people.iter().filter(|one| !is_outdone(one)).collect();
        let best = heard.iter().map(|one| one.rank).min();
        heard.retain(|one| Some(one.rank) == best);
        heard.into_iter().map(|one| one.person.clone()).collect()
    }

    pub(super) fn add_category(&mut self, category: Category) {
        if self.categories.len() < MOST && !category.term.trim().is_empty() {
            self.categories.push(category);
        }
    }

    /// Adds an enclosure, or what another element says about the same file.
    pub(super) fn add_enclosure(&mut self, new: Enclosure) {
        let has_room = self.enclosures.len() < MOST;
        let known = self.enclosures.iter_mut().find(|old| old.url == new.url);
        match known {
            Some(old) => {
                old.media_type = media_types::better(old.media_type.take(), new.media_type);
                old.length = old.length.or(new.length);
                old.duration_seconds = old.duration_seconds.or(new.duration_seconds);
                old.title = old.title.take().or(new.title);
                old.medium = old.medium.or(new.medium);
                old.size = old.size.or(new.size);
            }
            None if has_room => self.enclosures.push(new),
            None => {}
        }
    }

    /// The title of the enclosures from the `first` on, where they have none of their own.
    pub(super) fn title_media(&mut self, first: usize, title: String) {
        self.media_titles.push((first, title));
    }

    pub(super) fn add_picture(&mut self, rank: u8, url: Url, size: Option<Size>) {
        if self.pictures.len() < MOST {
            self.pictures.push((rank, url, size));
        }
    }

    /// The best picture, else one of the finished enclosures that is one, and its size where that is given.
    pub(super) fn picture(&self, enclosures: &[Enclosure]) -> Option<(Url, Option<Size>)> {
        let given = self.pictures.iter().min_by_key(|(rank, ..)| *rank);
        let given = given.map(|(_, url, size)| (url.clone(), *size));
        given.or_else(|| {
            let is_picture =
                |one: &&Enclosure| one.kind() == Some(Medium::Image) && is_web(&one.url);
            let found = enclosures.iter().find(is_picture)?;
            Some((found.url.clone(), found.size))
        })
    }

    /// The enclosures with what the entry says about them: the types that their addresses tell, titles, and the duration of the one
    /// that it is about.
    pub(super) fn finished_enclosures(&mut self) -> Vec<Enclosure> {
        let mut enclosures = std::mem::take(&mut self.enclosures);
        for (first, title) in std::mem::take(&mut self.media_titles) {
            for one in enclosures.iter_mut().skip(first) {
                one.title.get_or_insert_with(|| title.clone());
            }
        }
        for one in &mut enclosures {
            one.media_type = media_types::of_file(one.media_type.take(), &one.url);
        }
        let main = Enclosure::main(&enclosures).and_then(|nth| enclosures.get_mut(nth));
        if let (Some(duration), Some(one)) = (self.duration, main) {
            one.duration_seconds.get_or_insert(duration.as_secs());
        }
        enclosures
    }
}

/// `1:02:03`, `62:03`, `3723`, `3723.5`.
pub(super) fn read_duration(text: &str) -> Option<Duration> {
    let whole = text.trim().split('.').next()?;
    let mut seconds = 0_u64;
    for part in whole.split(':') {
        let part: u64 = part.trim().parse().ok()?;
        seconds = seconds.checked_mul(60)?.checked_add(part)?;
    }
    limits::seconds(seconds).map(Duration::from_secs)
}
