//! An item as a page lists it: title, source, dates, the opening of its text, and where else it appeared.
//!
//! What publishers wrote stands in it as text alone, and only addresses of the web are links.

use std::sync::Arc;

use maud::{Markup, PreEscaped, html};

use super::content::{self, ItemForm};
use super::fit::page_language;
use super::item::Item;
use super::uri::is_web;
use super::xml::{rfc3339, writable};
use crate::model::{StoryId, Timestamp};

/// Characters of a text that a page shows.
const OPENING: usize = 300;
/// Characters of a title that a page shows; a longer one is no headline.
const TITLE: usize = 300;
/// How far back from its end a text is cut at a space.
const WORD: usize = 60;
/// How many other sources are named.
const ALSO: usize = 5;
/// An item that was edited this many seconds after its date was corrected, and not merely saved twice.
const CORRECTED_AFTER: i64 = 60;
/// What a link to a publisher says of itself: it is no recommendation, and tells nobody where the reader came from.
pub const OUTWARD: &str = "nofollow noopener noreferrer";

/// An item as a page lists it. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct ListedItem {
    html: Arc<str>,
    /// Its story; `None`: an archive document does not say.
    pub story: Option<StoryId>,
}

impl ListedItem {
    pub(super) fn of(form: &ItemForm, item: &Item) -> Self {
        let title = content::title(form, item);
        let text = content::opening(form, item);
        let url = item.entry.url.as_ref().map(url::Url::as_str);
        let also = item.copies.iter().map(|copy| OtherSource {
            name: &copy.source_title,
            url: copy.copy.url.as_deref(),
        });
        let listed = ItemText {
            title: &title,
            url,
            language: page_language(item.entry.language.as_deref()),
            source: &item.source.title,
            published: item.published(),
            updated: item.updated(),
            text: text.unwrap_or_default(),
            also: also.collect(),
        };
        Self {
            story: Some(item.story),
            ..listed.written()
        }
    }

    /// HTML that belongs into an element of its own: a heading of the third rank, and paragraphs.
    #[must_use]
    pub fn html(&self) -> PreEscaped<&str> {
        PreEscaped(&self.html)
    }

    /// Its size in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.html.len()
    }
}

/// What a listed item is written from.
pub(super) struct ItemText<'a> {
    pub(super) title: &'a str,
    pub(super) url: Option<&'a str>,
    /// Of title and text.
    pub(super) language: Option<&'a str>,
    /// What the source is called.
    pub(super) source: &'a str,
    pub(super) published: Timestamp,
    pub(super) updated: Timestamp,
    /// Empty: there is none, or it is not to be shown.
    pub(super) text: &'a str,
    pub(super) also: Vec<OtherSource<'a>>,
}

/// Another source that has the item.
pub(super) struct OtherSource<'a> {
    pub(super) name: &'a str,
    pub(super) url: Option<&'a str>,
}

impl ItemText<'_> {
    pub(super) fn written(&self) -> ListedItem {
        let (title, text) = (beginning(self.title, TITLE), beginning(self.text, OPENING));
        let is_corrected = (self.updated - self.published).num_seconds() >= CORRECTED_AFTER;
        let more = self.also.len().saturating_sub(ALSO);
        let written = html! {
            h3 dir="auto" lang=[self.language] { (outward(&title, self.url)) }
            p.muted {
                span dir="auto" { (self.source) } " · " (time(self.published))
                @if is_corrected { " · corrected " (time(self.updated)) }
            }
            @if !text.is_empty() { p dir="auto" lang=[self.language] { (text) } }
            @if !self.also.is_empty() {
                p.muted {
                    "Also in "
                    @for (nth, other) in self.also.iter().take(ALSO).enumerate() {
                        @if nth > 0 { ", " }
                        span dir="auto" { (outward(other.name, other.url)) }
                    }
                    @if more > 0 { " and " (more) " more" }
                }
            }
        };
        ListedItem {
            html: written.into_string().into(),
            story: None,
        }
    }
}

/// A text that links to a publisher's page, where it has an address on the web.
fn outward(text: &str, url: Option<&str>) -> Markup {
    match url.filter(|url| is_web(url)) {
        Some(url) => html! { a href=(url) rel=(OUTWARD) { (text) } },
        None => html! { (text) },
    }
}

/// A moment as a page shows it, to the minute, in UTC. What lies beyond the years of four digits becomes the first or last
/// moment of them.
#[must_use]
pub fn time(at: Timestamp) -> Markup {
    let told = writable(at).format("%Y-%m-%d %H:%M UTC").to_string();
    html! { time datetime=(rfc3339(at)) { (told) } }
}

/// The beginning of a text on one line, at most so many characters: to the end of a word, where one ends near there.
fn beginning(text: &str, most: usize) -> String {
    let mut begun = String::new();
    let mut room = most;
    for word in text.split_whitespace() {
        let gap = usize::from(!begun.is_empty());
        let length = word.chars().count() + gap;
        if length > room {
            begun.push_str(if gap > 0 { " " } else { "" });
            // A script without spaces has no words to end at.
            if room > WORD {
                begun.extend(word.chars().take(room - gap));
            }
            begun.push('…');
            break;
        }
        begun.push_str(if gap > 0 { " " } else { "" });
        begun.push_str(word);
        room -= length;
    }
    begun
}
