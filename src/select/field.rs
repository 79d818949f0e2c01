//! Where the words of a rule are looked for.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::model::{Enclosure, Entry};

/// A part of an entry in which words are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The headline.
    Title,
    /// The body as plain text.
    Text,
    /// The address of its page, and of the page that it is about. `%C3%A9` counts as the letter that it stands for.
    Url,
    /// The names of its authors.
    Author,
    /// The addresses, titles and media types of its enclosures.
    Enclosures,
}

impl Field {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 5] = [
        Self::Title,
        Self::Text,
        Self::Url,
        Self::Author,
        Self::Enclosures,
    ];
    /// The fields that are searched unless a rule names others.
    pub const DEFAULT: [Self; 2] = [Self::Title, Self::Text];

    /// The word for it in a configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Text => "text",
            Self::Url => "url",
            Self::Author => "author",
            Self::Enclosures => "enclosures",
        }
    }

    /// The field that a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == word)
    }

    /// Its place in [`Field::ALL`].
    pub(super) fn number(self) -> usize {
        self as usize
    }

    /// The texts of an entry in this field. They are searched one by one, so that no phrase is found across two of them.
    pub(super) fn texts(self, entry: &Entry) -> Vec<Cow<'_, str>> {
        match self {
            Self::Title => vec![Cow::Borrowed(&*entry.title)],
            Self::Text => vec![Cow::Borrowed(&*entry.text)],
            Self::Url => {
                let urls = entry.url.iter().chain(&entry.external_url);
                urls.map(readable).collect()
            }
            Self::Author => {
                let names = entry.authors.iter();
                names.map(|author| Cow::Borrowed(&*author.name)).collect()
            }
            Self::Enclosures => entry.enclosures.iter().flat_map(enclosure).collect(),
        }
    }
}

fn enclosure(enclosure: &Enclosure) -> Vec<Cow<'_, str>> {
    let named = [&enclosure.title, &enclosure.media_type];
    let named = named.into_iter().flatten();
    let named = named.map(|text| Cow::Borrowed(text.as_str()));
    std::iter::once(readable(&enclosure.url))
        .chain(named)
        .collect()
}

/// An address as people read it.
fn readable(url: &Url) -> Cow<'_, str> {
    percent_decode_str(url.as_str()).decode_utf8_lossy()
}
