//! What was gathered of a feed or of an entry.

use url::Url;

use super::authors::Authors;
use super::media::{Finished, Media};
use super::pace::Asked;
use super::rewritten::Extras;
use super::value::Value;
use super::words::{Date, Slot};
use crate::model::{Category, Comments, Episode, Origin, Timestamp};
use crate::parse::links::{is_reachable, web_url};
use crate::text::read_date;

/// Categories of one entry; more is spam or an attack.
const MOST: usize = 64;

/// An Atom link, or an RSS one.
#[derive(Debug, Clone, Default)]
pub(super) struct Link {
    pub(super) href: String,
    /// `alternate` where nothing is said.
    pub(super) rel: String,
    pub(super) media_type: Option<String>,
}

impl Link {
    /// It leads to a page, for all that is said.
    pub(super) fn is_page(&self) -> bool {
        let kind = self.media_type.as_deref();
        self.rel == "alternate" && kind.is_none_or(|kind| kind.contains("html"))
    }
}

/// The fields of a feed or of an entry, in document order. Of most fields the best value counts, the first of several that are
/// as good.
#[derive(Default)]
pub(super) struct Record {
    is_entry: bool,
    /// `xml:lang` around an entry.
    outer_language: Option<String>,
    slots: [Option<(u8, Value)>; Slot::COUNT],
    dates: [Option<(u8, Timestamp)>; Date::COUNT],
    links: Vec<Link>,
    categories: Vec<Category>,
    permalink: Option<bool>,
    origin: Option<Origin>,
    own_link: Option<Url>,
    elsewhere: Option<Url>,
    pub(super) authors: Authors,
    pub(super) media: Media,
    pub(super) episode: Episode,
    pub(super) comments: Comments,
    pub(super) asked: Asked,
}

impl Record {
    /// Of an entry. `language`: what is said around it.
    pub(super) fn of_entry(language: Option<&str>) -> Self {
        Self {
            is_entry: true,
            outer_language: language.map(str::to_owned),
            ..Self::default()
        }
    }

    pub(super) fn is_entry(&self) -> bool {
        self.is_entry
    }

    /// Keeps a value where it is better than what is known: lower ranks are better, 0 is the format's own word.
    pub(super) fn put(&mut self, slot: Slot, rank: u8, value: Value) {
        if !value.text.trim().is_empty() {
            keep_better(&mut self.slots[slot as usize], rank, value);
        }
    }

    /// The same of a plain text.
    pub(super) fn put_text(&mut self, slot: Slot, rank: u8, text: &str) {
        self.put(slot, rank, Value::of_text(text));
    }

    /// The same of a date; one that nobody can read is none.
    pub(super) fn put_date(&mut self, which: Date, rank: u8, text: &str) {
        if let Some(at) = read_date(text) {
            keep_better(&mut self.dates[which as usize], rank, at);
        }
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Value> {
        self.slots[slot as usize].as_ref().map(|(_, value)| value)
    }

    pub(super) fn text(&self, slot: Slot) -> Option<&str> {
        self.get(slot).map(|value| value.text.trim())
    }

    pub(super) fn date(&self, which: Date) -> Option<Timestamp> {
        self.dates[which as usize].map(|(_, at)| at)
    }

    fn take(&mut self, slot: Slot) -> Option<Value> {
        self.slots[slot as usize].take().map(|(_, value)| value)
    }

    pub(super) fn add_link(&mut self, link: Link) {
        self.links.push(link);
    }

    pub(super) fn links(&self) -> &[Link] {
        &self.links
    }

    pub(super) fn add_categories(&mut self, categories: Vec<Category>) {
        for category in categories {
            if self.categories.len() < MOST && !category.term.trim().is_empty() {
                self.categories.push(category);
            }
        }
    }

    pub(super) fn take_categories(&mut self) -> Vec<Category> {
        std::mem::take(&mut self.categories)
    }

    /// RSS `guid`: what `isPermaLink` says; the last word counts.
    pub(super) fn set_permalink(&mut self, says: Option<bool>) {
        self.permalink = says;
    }

    /// The publisher's own link, as a tracker hands it on.
    pub(super) fn add_own_link(&mut self, url: Option<Url>) {
        self.own_link = self.own_link.take().or(url);
    }

    /// Where an Atom content stands that is not in the document.
    pub(super) fn add_elsewhere(&mut self, url: Option<Url>) {
        self.elsewhere = self.elsewhere.take().or(url);
    }

    /// An entry has one `source` at most (RFC 4287 §4.1.2). Where a planet reads another planet and adds its own, the first is
    /// the original feed.
    pub(super) fn add_origin(&mut self, origin: Origin) {
        self.origin.get_or_insert(origin);
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
        let pages = self.links.iter().filter(|link| link.is_page());
        let page = pages
            .filter_map(|link| web_url(&link.href, document))
            .next()?;
        Some(page).filter(|page| is_reachable(page, document))
    }

    /// What feed-rs has no place for. `number`: see [`Extras`].
    pub(super) fn finish(mut self, number: usize) -> Extras {
        let texts = self.take_texts();
        let Finished {
            enclosures,
            picture,
        } = std::mem::take(&mut self.media).finish();
        let (image, image_size) = picture.unzip();
        let own_language = self.text(Slot::Language).map(str::to_owned);
        Extras {
            number,
            id: self.text(Slot::Id).map(str::to_owned),
            published: self.date(Date::Published),
            updated: self.date(Date::Updated),
            content: texts.content,
            summary: texts.summary,
            own: texts.own,
            permalink: self.permalink,
            own_link: self.own_link,
            elsewhere: self.elsewhere,
            authors: self.authors.best(),
            categories: self.categories,
            image,
            image_size: image_size.flatten(),
            enclosures,
            episode: self.episode,
            comments: self.comments,
            origin: self.origin,
            language: own_language.or(self.outer_language),
        }
    }

    /// These are most of a document, and feed-rs would copy them only.
    fn take_texts(&mut self) -> Texts {
        let summary = self.slots[Slot::Summary as usize].as_ref();
        let is_described = summary.is_some_and(|(rank, _)| *rank == 0);
        let (content, summary) = (self.take(Slot::Content), self.take(Slot::Summary));
        let (own_summary, own_content) = (self.take(Slot::OwnSummary), self.take(Slot::OwnContent));
        if is_described {
            return Texts {
                content,
                summary,
                own: [own_summary, own_content],
            };
        }
        // Only `description` is better than a publisher's own words.
        let (content, own_content) = match content {
            None => (own_content, None),
            content => (content, own_content),
        };
        let (summary, own_summary) = match own_summary {
            None => (summary, None),
            own_summary => (own_summary, summary),
        };
        Texts {
            content,
            summary,
            own: [own_summary, own_content],
        }
    }
}

/// The texts of an entry.
struct Texts {
    content: Option<Value>,
    summary: Option<Value>,
    /// Under names that RSS does not have, a short one and a whole one.
    own: [Option<Value>; 2],
}

fn keep_better<T>(known: &mut Option<(u8, T)>, rank: u8, value: T) {
    if known.as_ref().is_none_or(|(best, _)| rank < *best) {
        *known = Some((rank, value));
    }
}
