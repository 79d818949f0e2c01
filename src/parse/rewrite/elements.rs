//! What the start of an element means where it stands.

use super::Format;
use super::attributes::Attributes;
use super::capture::is_name;
use super::groups::Group;
use super::notes::Note;
use super::reader::{DEEPEST, Frame, Reader, Role, local_of};
use super::record::Record;
use super::spaces::Space;
use super::tokens::Tag;
use super::value::Value;
use super::words::{self, Slot, Word, word};
use super::write::Dialect;

impl<'t> Reader<'t> {
    /// CDF: `<channel base="…">`.
    pub(super) fn channel_base(&mut self, attributes: &'t str) {
        let attributes = Attributes::read(attributes, &mut self.notes);
        let base = attributes.get("base").and_then(|base| self.web_url(base));
        self.bases
            .extend(base.filter(|_| self.bases.len() < DEEPEST));
    }

    /// The root says what the document is.
    pub(super) fn root(&mut self, name: &'t str, space: Space, local: &str, raw: &'t str) -> Space {
        let attributes = Attributes::read(raw, &mut self.notes);
        let names_rss11 = attributes.iter().any(|(_, value)| value.contains("rss1.1"));
        (self.dialect, self.format) = match local {
            "feed" | "entry" => (Dialect::Atom, Format::Atom),
            "rdf" => (Dialect::Rss, Format::Rdf),
            "channel" if names_rss11 => (Dialect::Rss, Format::Rdf),
            _ => (Dialect::Rss, Format::Rss),
        };
        if local == "rss" {
            let known = ["2.0", "0.91", "0.92"];
            let version = attributes.get("version").unwrap_or_default().trim();
            self.notes.add_if(!known.contains(&version), Note::Version);
        }
        if local == "rdf" || space == Space::Core {
            return if local == "rdf" { Space::Rdf } else { space };
        }
        let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
        self.spaces.adopt(prefix);
        self.notes.add(Note::Namespace);
        Space::Core
    }

    /// An element outside of any field's value.
    pub(super) fn start_element(&mut self, tag: Tag<'t>, space: Space, local: &str) -> Role {
        let meaning = word(space, local, self.entry.is_some());
        self.notes.add_if(
            !matches!(meaning, Word::Unknown | Word::Foreign | Word::Nothing)
                && self.is_odd_case(tag.name),
            Note::Case,
        );
        // An empty one within another says nothing, and ends nothing.
        let is_hollow = self.in_entry() && tag.is_empty && tag.attributes.trim().is_empty();
        if meaning == Word::Entry && self.top() != Some(Role::Foreign) {
            return match is_hollow {
                true => Role::Foreign,
                false => self.open_entry(tag),
            };
        }
        match self.top() {
            Some(Role::Foreign) => return Role::Foreign,
            Some(Role::Unknown) => return Role::Unknown,
            Some(Role::Group) if self.group_goes_on(meaning) => return self.open_part(tag, local),
            Some(Role::Group) => self.close_to(self.stack.len() - 1),
            _ => {}
        }
        match meaning {
            Word::Channel | Word::Wrapper => {
                self.channel(tag);
                Role::Outer
            }
            Word::Categories => Role::Outer,
            // Apple's stand in each other, and say what they are in an attribute.
            Word::Category if space == Space::Podcast && self.genre(tag) => Role::Outer,
            Word::Unknown => Role::Unknown,
            Word::Nothing if local == "schedule" => Role::Unknown,
            Word::Nothing | Word::Foreign => Role::Foreign,
            Word::MediaGroup => Role::Media(self.enclosures()),
            Word::MediaContent => {
                let first = self.enclosures();
                self.media_content(tag);
                Role::Media(first)
            }
            Word::Person(_) | Word::Source | Word::Image | Word::Thumbnail | Word::Cover => {
                let attributes = Attributes::read(tag.attributes, &mut self.notes);
                self.group = Some(Group::new(meaning, space, attributes));
                Role::Group
            }
            Word::Enclosure | Word::MediaPlayer => {
                self.attached(meaning, tag);
                Role::Foreign
            }
            _ => {
                self.open_leaf(meaning, tag, space);
                Role::Leaf
            }
        }
    }

    fn enclosures(&mut self) -> usize {
        self.record().enclosures.len()
    }

    fn open_entry(&mut self, tag: Tag<'t>) -> Role {
        // An entry within an entry: the end tag of the first is missing.
        let open = self
            .stack
            .iter()
            .rposition(|frame| frame.role == Role::Entry);
        if let Some(open) = open {
            self.notes.add(Note::Ends);
            self.close_to(open);
        }
        self.find_page();
        self.entry = Some(Record::default());
        self.entry_language = self.languages.last().cloned();
        self.subject(tag);
        Role::Entry
    }

    /// Channel and feed elements, and what stands around them.
    fn channel(&mut self, tag: Tag<'t>) {
        if let Some(language) = self.languages.last() {
            let value = Value::of_text(language.clone());
            self.feed.put(Slot::Language, 2, value);
        }
        self.subject(tag);
    }

    /// An element within a field's value; `None`: it leaves nothing open.
    pub(super) fn start_in_leaf(
        &mut self,
        tag: Tag<'t>,
        space: Space,
        local: &str,
    ) -> Option<Role> {
        let at_its_level = self.top() == Some(Role::Leaf);
        let own = self.leaf.as_ref().is_some_and(|leaf| leaf.local == local);
        let is_markup = self
            .leaf
            .as_ref()
            .is_some_and(|leaf| leaf.capture.is_markup());
        // Of markup nothing ends it, and the words need not be looked up for thousands of elements.
        let ends = || {
            let meaning = word(space, local, self.entry.is_some());
            meaning == Word::Entry || (at_its_level && !own && words::ends_a_field(meaning, local))
        };
        if !is_markup && ends() {
            self.notes.add(Note::Ends);
            let leaf = self
                .stack
                .iter()
                .rposition(|frame| frame.role == Role::Leaf);
            self.close_to(leaf.unwrap_or(0));
            return Some(self.start_element(tag, space, local));
        }
        let is_like = |frame: &Frame<'_>| {
            frame.role == Role::Inline && frame.name.eq_ignore_ascii_case(tag.name)
        };
        if words::ends_its_like(local) && self.stack.last().is_some_and(is_like) {
            self.notes.add(Note::Ends);
            self.close_to(self.stack.len() - 1);
        }
        let at_its_level = self.top() == Some(Role::Leaf);
        let attributes = Attributes::read(tag.attributes, &mut self.notes);
        let base = self.bases.last();
        let leaf = self.leaf.as_mut()?;
        // The `<div>` that Atom wants around XHTML is no part of it (RFC 4287 §3.1.1.3).
        let is_frame = at_its_level && is_markup && local == "div" && leaf.capture.is_blank();
        let is_html = matches!(space, Space::Core | Space::Xhtml) && !own;
        let is_void = words::is_void(local);
        if is_frame {
            leaf.capture.set_base(base);
        } else if leaf.is_line() && !own {
            leaf.capture.open_tag(tag);
            return (!is_void).then_some(Role::Inline);
        }
        if is_frame || !is_html || !is_name(local) {
            leaf.capture.begin_markup();
            return Some(Role::Silent);
        }
        leaf.capture.open(local, &attributes, is_void, base);
        (!is_void).then_some(Role::Inline)
    }

    /// Whether the standards write this name in another case.
    fn is_odd_case(&self, name: &str) -> bool {
        let local = local_of(name);
        local.starts_with(|c: char| c.is_ascii_uppercase())
            && !matches!(self.format, Format::Rdf if matches!(local, "RDF" | "Seq" | "Bag" | "Channel"))
    }
}
