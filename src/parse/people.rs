//! People as feeds name them: `Jo Writer`, `jo@host.example (Jo Writer)`, `Jo Writer <jo@host.example>`.

use url::Url;

use super::limits;
use crate::model::Person;

/// Longer texts are no name.
const LONGEST: usize = 4096;

/// What stands around a name or an address, narrow and wide.
const BRACKETS: &str = "<>()[],;\"（）［］＜＞【】，；、";

/// A person in one text; `None`: it names nobody.
pub(super) fn person(text: &str) -> Option<Person> {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let address = text
        .split(|c: char| c.is_whitespace() || BRACKETS.contains(c))
        .find(|word| is_address(word.trim_start_matches("mailto:")));
    let name = match address.and_then(|address| text.split_once(address)) {
        Some((before, after)) => limits::line(&format!("{} {}", bare(before), bare(after))),
        None => limits::line(text),
    };
    let email = address.and_then(|address| limits::word(address.trim_start_matches("mailto:")));
    let name = name.or_else(|| limits::line(address?.trim_start_matches("mailto:")))?;
    Some(Person {
        name,
        url: None,
        email,
    })
}

/// Somebody of whom only a page is known. Most formats want a name.
pub(super) fn at(page: Url) -> Person {
    Person {
        name: page.as_str().to_owned(),
        url: Some(page),
        email: None,
    }
}

/// Whether a person is known by an address alone.
pub(super) fn is_bare(person: &Person) -> bool {
    person.email.as_ref() == Some(&person.name)
        || person
            .url
            .as_ref()
            .is_some_and(|url| url.as_str() == person.name)
}

/// A text without the brackets that stood around it or around the address beside it.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == ':' || BRACKETS.contains(c))
}

fn is_address(word: &str) -> bool {
    word.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && host.contains('.') && !host.contains('@') && !host.ends_with('.')
    })
}
