//! What the elements of a feed or an entry say, once they are closed.

use super::attached::read_length;
use super::attributes::Attributes;
use super::capture::Capture;
use super::reader::{Reader, local_of, lower};
use super::record::{Link, read_duration};
use super::spaces::Space;
use super::tokens::Tag;
use super::value::{Form, Kind, Value};
use super::words::{Slot, Word};
use super::write::Dialect;
use crate::model::{Category, Enclosure};
use crate::parse::{limits, media_types};
use crate::text::Tags;

/// The scheme under which Flickr's feeds give tags.
const FLICKR_TAGS: &str = "urn:flickr:tags";

/// A field whose value is being gathered.
pub(super) struct Leaf<'t> {
    pub(super) word: Word,
    /// Its name, in lower case and without prefix.
    pub(super) local: String,
    pub(super) attributes: Attributes<'t>,
    pub(super) capture: Capture,
    /// It stands in a person, an image or a source.
    pub(super) is_part: bool,
}

impl Leaf<'_> {
    /// It is a headline: one line, in which angle brackets are text more often than not.
    pub(super) fn is_line(&self) -> bool {
        matches!(self.word, Word::Slot(Slot::Title, _) | Word::MediaTitle)
    }
}

impl<'t> Reader<'t> {
    pub(super) fn open_leaf(&mut self, word: Word, tag: Tag<'t>, space: Space) {
        let attributes = Attributes::read(tag.attributes, &mut self.notes);
        let says = |kind: &str| {
            let given = attributes.get("type").unwrap_or_default();
            given.trim().eq_ignore_ascii_case(kind)
        };
        let is_title = matches!(word, Word::Slot(Slot::Title, _));
        let is_line = matches!(word, Word::Slot(Slot::Title | Slot::Rights, _));
        let mut capture = match word {
            Word::MediaTitle => Capture::of_text(Form::Unsaid),
            Word::Slot(Slot::Title | Slot::Summary | Slot::Content | Slot::Rights, _) => {
                Capture::of_text(match (self.dialect, space) {
                    (_, Space::Xhtml) => Form::Markup,
                    (Dialect::Atom, Space::Core) if is_line => {
                        Form::of_line(&attributes, &mut self.notes)
                    }
                    (Dialect::Atom, Space::Core) => Form::of_atom(&attributes, &mut self.notes),
                    // Media RSS, `media:description`: `plain` is the default.
                    (_, Space::Media) if says("html") => Form::Html,
                    (_, Space::Media | Space::Podcast) if !is_title => Form::Notes,
                    _ => Form::Unsaid,
                })
            }
            _ => Capture::new(Form::Plain),
        };
        capture.set_base(self.base());
        let local = lower(local_of(tag.name)).into_owned();
        let word = match self.dialect {
            Dialect::Rss if space == Space::Core && is_bare(tag) => {
                word.in_rss(&local, self.in_entry())
            }
            _ => word,
        };
        if let (Word::Slot(Slot::Content, _), Some(src)) = (word, attributes.get("src")) {
            // RFC 4287 §4.1.3.2: the content stands somewhere else; where the entry has no other page, there.
            let url = self.web_url(src);
            let known = &mut self.record().elsewhere;
            *known = known.take().or(url);
        }
        self.leaf = Some(Leaf {
            word,
            local,
            attributes,
            capture,
            is_part: false,
        });
    }

    pub(super) fn close_leaf(&mut self) {
        let Some(leaf) = self.leaf.take() else { return };
        let (attributes, value) = (leaf.attributes, leaf.capture.finish());
        if leaf.is_part {
            self.close_part(leaf.local, &attributes, value);
            return;
        }
        match leaf.word {
            Word::Slot(Slot::Id, rank) => {
                if leaf.local == "guid" {
                    let says = attributes.get("isPermaLink");
                    self.record().permalink = says.map(|says| !says.eq_ignore_ascii_case("false"));
                }
                self.record().put(Slot::Id, rank, value);
            }
            Word::Slot(Slot::Icon, rank) => {
                let href = attributes.get("href").unwrap_or(&value.text);
                self.put_text(Slot::Icon, rank, &self.absolute(href));
            }
            Word::Slot(Slot::Title, rank) => {
                let line = Value::of_text(title(&value).unwrap_or_default());
                self.record().put(Slot::Title, rank, line);
            }
            Word::Slot(slot, rank) => self.record().put(slot, rank, value),
            Word::Link => self.link(&attributes, &value.text),
            Word::OwnLink => {
                let url = self.own_url(&value.text);
                let known = &mut self.record().own_link;
                *known = known.take().or(url);
            }
            // Elements in a tag say nothing; their text may.
            Word::Category if value.tags == Tags::Any => {
                let text = limits::prose(&value.text).unwrap_or_default();
                self.category(&attributes, &text);
            }
            Word::Category => self.category(&attributes, &value.text),
            Word::Keywords => self.keywords(&value.text),
            Word::MediaTitle => {
                let from = self.media_from();
                if let Some(title) = title(&value) {
                    self.record().title_media(from, title.clone());
                    self.record().put(Slot::Title, 2, Value::of_text(title));
                }
            }
            Word::Episode(part) => self.episode_part(part, &attributes, value.text.trim()),
            Word::Comments => self.comments(&value.text),
            Word::CommentFeed => self.comment_feed(&value.text, Some("application/rss+xml")),
            Word::Duration => self.record().duration = read_duration(&value.text),
            Word::Pace(name) if !value.text.trim().is_empty() => {
                self.record()
                    .pace
                    .push((name, value.text.trim().to_owned()));
            }
            _ => {}
        }
    }

    pub(super) fn put_text(&mut self, slot: Slot, rank: u8, text: &str) {
        self.record().put(slot, rank, Value::of_text(text));
    }

    fn link(&mut self, attributes: &Attributes<'_>, text: &str) {
        let href = attributes
            .get("href")
            .or_else(|| attributes.local("resource"))
            .unwrap_or(text)
            .trim();
        if href.is_empty() {
            return;
        }
        let rel = attributes.get("rel").unwrap_or_default().trim();
        let media_type = attributes.get("type").map(str::trim);
        let title = attributes.get("title").and_then(limits::line);
        if rel.eq_ignore_ascii_case("enclosure") {
            if let Some(url) = self.own_url(href) {
                self.record().add_enclosure(Enclosure {
                    media_type: media_type.and_then(media_types::given),
                    length: attributes.get("length").and_then(read_length),
                    title,
                    ..Enclosure::at(url)
                });
            }
            return;
        }
        let link = Link {
            href: self.absolute(href),
            // RFC 4287 §4.2.7.2: none means `alternate`; the registry's address before a word means the word.
            rel: match rel.rsplit('/').next().unwrap_or_default() {
                "" => "alternate".to_owned(),
                rel => rel.to_ascii_lowercase(),
            },
            media_type: media_type.map(str::to_owned),
        };
        match link.rel.as_str() {
            "replies" if self.in_entry() => self.replies(href, media_type),
            _ => self.record().links.push(link),
        }
    }

    pub(super) fn add_link(&mut self, href: &str) {
        let link = Link {
            href: self.absolute(href),
            rel: "alternate".to_owned(),
            media_type: None,
        };
        self.record().links.push(link);
    }

    /// What stands on the tag of an entry or a channel: RDF's `rdf:about`, CDF's `href` and `lastmod`.
    pub(super) fn subject(&mut self, tag: Tag<'t>) {
        let attributes = Attributes::read(tag.attributes, &mut self.notes);
        let about = attributes.local("about").filter(|_| self.in_entry());
        if let Some(about) = about {
            self.put_text(Slot::Id, 1, about);
        }
        if let Some(href) = attributes.get("href") {
            self.add_link(href);
        }
        if let Some(date) = attributes.get("lastmod") {
            self.put_text(Slot::Updated, 3, date);
        }
    }

    /// `itunes:keywords`, `media:keywords`.
    fn keywords(&mut self, text: &str) {
        for term in text.split([',', ';']).map(str::trim) {
            self.record().add_category(Category {
                term: term.to_owned(),
                ..Category::default()
            });
        }
    }

    /// `itunes:category`, if it has its name in an attribute.
    pub(super) fn genre(&mut self, tag: Tag<'t>) -> bool {
        let attributes = Attributes::read(tag.attributes, &mut self.notes);
        let is_said = attributes.get("text").is_some();
        if is_said {
            self.category(&attributes, "");
        }
        is_said
    }

    fn category(&mut self, attributes: &Attributes<'_>, text: &str) {
        let said = |names: [&str; 2]| names.iter().find_map(|name| attributes.get(name));
        let label = attributes.get("label").map(str::trim);
        let scheme = said(["scheme", "domain"]).map(str::to_owned);
        let term = said(["term", "text"])
            .map(str::trim)
            .filter(|term| !term.is_empty());
        // Flickr: all tags of a picture, with blanks between them.
        if term.is_none() && scheme.as_deref() == Some(FLICKR_TAGS) {
            for term in text.split_whitespace() {
                self.record().add_category(Category {
                    term: term.to_owned(),
                    ..Category::default()
                });
            }
            return;
        }
        let term = term
            .or(Some(text.trim()).filter(|text| !text.is_empty()))
            .or(label);
        if let Some(term) = term {
            let category = Category {
                term: term.to_owned(),
                scheme,
                label: label.map(str::to_owned),
            };
            self.record().add_category(category);
        }
    }
}

/// Whether an element has neither a prefix nor a namespace of its own: in RSS, a word of RSS or of nobody.
fn is_bare(tag: Tag<'_>) -> bool {
    !tag.name.contains(':') && !tag.attributes.contains("xmlns")
}

/// A headline as one plain line. In Atom, `type="text"` means what it says (RFC 4287 §3.1.1.1).
fn title(value: &Value) -> Option<String> {
    match value.kind {
        Kind::Text | Kind::Lines => limits::literal(&value.text),
        Kind::Html | Kind::Unsaid => limits::headline(&value.text, value.tags),
    }
}
