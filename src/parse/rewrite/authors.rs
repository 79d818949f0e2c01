//! The people whom a feed or an entry names, and which of them are its authors.

use super::spaces::Space;
use crate::model::Person;
use crate::parse::people::is_bare;

/// Of one entry; more is spam or an attack.
const MOST: usize = 64;
/// Persons of a higher rank did something else than write.
const LAST_AUTHOR: u8 = 2;

/// People in document order, each once.
#[derive(Default)]
pub(super) struct Authors(Vec<Named>);

/// A person with the element that named them. A lower `rank` is a better source for the author, and `space` is the vocabulary of
/// the element.
struct Named {
    rank: u8,
    space: Space,
    person: Person,
}

impl Named {
    /// Whether it is the same person. Two who share a mailbox are two where one vocabulary names both.
    fn is(&self, space: Space, person: &Person) -> bool {
        let has_bare = is_bare(&self.person) || is_bare(person);
        let is_one = |left: &Option<String>, right: &Option<String>| match (left, right) {
            (Some(left), Some(right)) => left.eq_ignore_ascii_case(right),
            _ => false,
        };
        self.person.name.to_lowercase() == person.name.to_lowercase()
            || (is_one(&self.person.email, &person.email) && (has_bare || self.space != space))
    }
}

impl Authors {
    /// Adds a person whom an element of this vocabulary names, or what it says about one who is known.
    pub(super) fn add(&mut self, rank: u8, space: Space, person: Person) {
        let has_room = self.0.len() < MOST;
        match self.0.iter_mut().find(|known| known.is(space, &person)) {
            // `author` gives the address, `dc:creator` the name of one and the same.
            Some(Named { person: known, .. }) => {
                if is_bare(known) {
                    known.name.clone_from(&person.name);
                }
                known.email = known.email.take().or(person.email);
                known.url = known.url.take().or(person.url);
            }
            None if has_room => self.0.push(Named {
                rank,
                space,
                person,
            }),
            None => {}
        }
    }

    /// Those of the best rank: an `itunes:author` beside an `author` says the same again. A bare address is nobody where another
    /// vocabulary names an author; beside its own like it is one more person.
    pub(super) fn best(&self) -> Vec<Person> {
        let is_named = |one: &Named| one.rank <= LAST_AUTHOR && !is_bare(&one.person);
        let is_outdone = |one: &Named| {
            let is_better = |other: &Named| is_named(other) && other.space != one.space;
            is_bare(&one.person) && self.0.iter().any(is_better)
        };
        let mut heard: Vec<&Named> = self.0.iter().filter(|one| !is_outdone(one)).collect();
        let best = heard.iter().map(|one| one.rank).min();
        heard.retain(|one| Some(one.rank) == best);
        heard.into_iter().map(|one| one.person.clone()).collect()
    }
}
