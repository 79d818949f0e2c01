//! A field of a feed or of an entry while its value is being gathered, and what the value says in the end.

use std::borrow::Cow;

use url::Url;

use super::capture::{Capture, is_name};
use super::element::{Element, lower};
use super::media::read_duration;
use super::record::Record;
use super::scope::Links;
use super::spaces::Space;
use super::stack::Role;
use super::value::{Form, Kind, Value};
use super::words::{Slot, Word, ends_a_field};
use super::{categories, comments, episode, link};
use crate::model::{Category, FeedFormat};
use crate::parse::limits;
use crate::parse::markup::{Attributes, Notes, is_void, local_of};
use crate::text::Tags;

/// What `wfw:commentRss` leads to.
const COMMENT_FEED: &str = "application/rss+xml";

/// A field whose value is being gathered.
pub(super) struct Leaf<'t> {
    /// `None`: it is a part of a person, an image or a source.
    word: Option<Word>,
    /// Its name, in lower case and without prefix.
    local: Cow<'t, str>,
    attributes: Attributes<'t>,
    capture: Capture,
}

/// A part of a person, an image or a source.
pub(super) struct Part<'t> {
    /// Its name, in lower case and without prefix.
    pub(super) local: Cow<'t, str>,
    pub(super) attributes: Attributes<'t>,
    pub(super) text: String,
}

impl<'t> Leaf<'t> {
    /// A field of an entry or of the feed. `base`: `xml:base` in scope.
    pub(super) fn of_field(
        word: Word,
        element: Element<'t>,
        format: FeedFormat,
        in_entry: bool,
        base: Option<&Url>,
        notes: &mut Notes,
    ) -> Self {
        let attributes = element.attributes(notes);
        let mut capture = capture(word, element.space, &attributes, format, notes);
        capture.set_base(base);
        let is_rss = format != FeedFormat::Atom;
        let word = match is_rss && element.space == Space::Core && element.is_bare() {
            true => word.in_rss(&element.local, in_entry),
            false => word,
        };
        Self {
            word: Some(word),
            local: element.local,
            attributes,
            capture,
        }
    }

    /// A part of a person, an image or a source.
    pub(super) fn of_part(element: Element<'t>, notes: &mut Notes) -> Self {
        Self {
            word: None,
            attributes: element.attributes(notes),
            local: element.local,
            capture: Capture::new(Form::Unsaid),
        }
    }

    pub(super) fn is_part(&self) -> bool {
        self.word.is_none()
    }

    /// It is a headline: one line, in which angle brackets are text more often than not.
    fn is_line(&self) -> bool {
        matches!(
            self.word,
            Some(Word::Slot(Slot::Title, _) | Word::MediaTitle)
        )
    }

    /// Text whose references are to be resolved, or that of a CDATA section.
    pub(super) fn push(&mut self, raw: &str, literal: bool, notes: &mut Notes) {
        self.capture.push(raw, literal, notes);
    }

    /// Whether an element within means that the end tag of the field is missing. `is_child`: it stands right within the field.
    pub(super) fn is_ended_by(
        &self,
        element: &Element<'_>,
        is_child: bool,
        in_entry: bool,
    ) -> bool {
        // Of markup nothing ends it, and the words need not be looked up for thousands of elements.
        if self.capture.is_markup() {
            return false;
        }
        let meaning = element.meaning(in_entry);
        let is_own = self.local == element.local;
        meaning == Word::Entry || (is_child && !is_own && ends_a_field(meaning, &element.local))
    }

    /// An element within the value; `None`: it leaves nothing open. `is_child`: it stands right within the field; `base`:
    /// `xml:base` in scope in it.
    pub(super) fn open(
        &mut self,
        element: &Element<'_>,
        is_child: bool,
        base: Option<&Url>,
        notes: &mut Notes,
    ) -> Option<Role> {
        let local = &*element.local;
        let attributes = element.attributes(notes);
        let is_own = self.local == element.local;
        let is_void = is_void(local);
        // The `<div>` that Atom wants around XHTML is no part of it (RFC 4287 §3.1.1.3).
        let is_frame =
            is_child && self.capture.is_markup() && local == "div" && self.capture.is_blank();
        if is_frame {
            self.capture.set_base(base);
        } else if self.is_line() && !is_own {
            self.capture.open_tag(element.tag);
            return (!is_void).then_some(Role::Inline);
        }
        let is_html = matches!(element.space, Space::Core | Space::Xhtml) && !is_own;
        if is_frame || !is_html || !is_name(local) {
            self.capture.begin_markup();
            return Some(Role::Silent);
        }
        self.capture.open(local, &attributes, is_void, base);
        (!is_void).then_some(Role::Inline)
    }

    /// The end of an element within. `name`: as its start tag has it; `is_ended`: it has an end tag of its own.
    pub(super) fn close(&mut self, name: &str, is_ended: bool) {
        match self.is_line() {
            true if is_ended => self.capture.close(name),
            true => {}
            false => self.capture.close(&lower(local_of(name))),
        }
    }

    pub(super) fn into_part(self) -> Part<'t> {
        Part {
            local: self.local,
            attributes: self.attributes,
            text: self.capture.finish().text,
        }
    }

    /// Adds what the field says to the record that it belongs to.
    pub(super) fn finish(self, record: &mut Record, links: &Links<'_>) {
        let Some(word) = self.word else { return };
        let (attributes, value) = (self.attributes, self.capture.finish());
        match word {
            Word::Slot(Slot::Id, rank) => {
                if self.local == "guid" {
                    let says = attributes.get("isPermaLink");
                    record.set_permalink(says.map(|says| !says.eq_ignore_ascii_case("false")));
                }
                record.put(Slot::Id, rank, value);
            }
            Word::Slot(slot, rank) => put(record, slot, rank, &attributes, value, links),
            Word::Date(which, rank) => record.put_date(which, rank, &value.text),
            Word::Ask(what) => record.asked.add(what, &value.text),
            Word::Link => link::add(record, &attributes, &value.text, links),
            Word::OwnLink => record.add_own_link(links.own_url(&value.text)),
            Word::Category => record.add_categories(categories_of(&attributes, &value)),
            Word::Keywords => record.add_categories(categories::of_keywords(&value.text)),
            Word::MediaTitle => {
                if let Some(title) = title(&value) {
                    record.media.add_title(title.clone());
                    record.put(Slot::Title, 2, Value::of_text(title));
                }
            }
            Word::Duration => record.media.set_duration(read_duration(&value.text)),
            Word::Episode(part) => {
                let text = value.text.trim();
                episode::add(&mut record.episode, part, &attributes, text, links);
            }
            Word::Comments => comments::add_page(&mut record.comments, &value.text, links),
            Word::CommentFeed => {
                let (comments, kind) = (&mut record.comments, Some(COMMENT_FEED));
                comments::add_feed(comments, &value.text, kind, links);
            }
            _ => {}
        }
    }
}

/// How the value of a field is to be gathered, by what it is for and what its element says about it.
fn capture(
    word: Word,
    space: Space,
    attributes: &Attributes<'_>,
    format: FeedFormat,
    notes: &mut Notes,
) -> Capture {
    let slot = match word {
        Word::MediaTitle => return Capture::of_text(Form::Unsaid),
        Word::Slot(slot @ (Slot::Title | Slot::Summary | Slot::Content | Slot::Rights), _) => slot,
        _ => return Capture::new(Form::Plain),
    };
    let given = attributes.get("type").unwrap_or_default();
    let is_atom = format == FeedFormat::Atom && space == Space::Core;
    Capture::of_text(match space {
        Space::Xhtml => Form::Markup,
        _ if is_atom && matches!(slot, Slot::Title | Slot::Rights) => {
            Form::of_line(attributes, notes)
        }
        _ if is_atom => Form::of_atom(attributes, notes),
        // Media RSS, `media:description`: `plain` is the default.
        Space::Media if given.trim().eq_ignore_ascii_case("html") => Form::Html,
        Space::Media | Space::Podcast if slot != Slot::Title => Form::Notes,
        _ => Form::Unsaid,
    })
}

/// Keeps a text of an entry or of the feed.
fn put(
    record: &mut Record,
    slot: Slot,
    rank: u8,
    attributes: &Attributes<'_>,
    value: Value,
    links: &Links<'_>,
) {
    match slot {
        Slot::Icon => {
            let href = attributes.get("href").unwrap_or(&value.text);
            record.put_text(slot, rank, &links.absolute(href));
        }
        Slot::Title => record.put_text(slot, rank, &title(&value).unwrap_or_default()),
        Slot::Content => {
            // RFC 4287 §4.1.3.2: the content stands somewhere else; where the entry has no other page, there.
            let src = attributes.get("src");
            record.add_elsewhere(src.and_then(|src| links.web_url(src)));
            record.put(slot, rank, value);
        }
        _ => record.put(slot, rank, value),
    }
}

/// Elements in a category say nothing; their text may.
fn categories_of(attributes: &Attributes<'_>, value: &Value) -> Vec<Category> {
    let text = match value.tags {
        Tags::Any => Cow::Owned(limits::prose(&value.text).unwrap_or_default()),
        _ => Cow::Borrowed(value.text.as_str()),
    };
    categories::of_element(attributes, &text)
}

/// A headline as one plain line. An Atom title of `type="text"` is plain text (RFC 4287 §3.1.1.1): its angle brackets are no markup.
fn title(value: &Value) -> Option<String> {
    match value.kind {
        Kind::Text | Kind::Lines => limits::literal(&value.text),
        Kind::Html | Kind::Unsaid => limits::headline(&value.text, value.tags),
    }
}
