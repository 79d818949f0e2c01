//! Tokens to records: which element stands where, and which part is told of it.

use url::Url;

use super::deleted::Deleted;
use super::element::{Element, lower};
use super::fields::{Fields, add_genre, add_loose_link, add_subject};
use super::gathered::Gathered;
use super::rewritten::Rewritten;
use super::scope::Scope;
use super::spaces::Space;
use super::stack::{Frame, Role, Stack};
use super::value::Value;
use super::words::{Slot, Word};
use super::write::Dialect;
use crate::model::FeedFormat;
use crate::parse::markup::{Note, Notes, Tag, Token, Tokens, ends_its_like, is_void};

/// Versions of RSS whose channels hold their items.
const VERSIONS: [&str; 3] = ["2.0", "0.91", "0.92"];

/// Reads one document.
pub(super) struct Reader<'t> {
    format: FeedFormat,
    stack: Stack<'t>,
    scope: Scope<'t>,
    fields: Fields<'t>,
    gathered: Gathered,
    deleted: Deleted,
    notes: Notes,
}

/// A document that was read once.
pub(super) struct Read {
    pub(super) rewritten: Rewritten,
    /// Where its root element ends.
    pub(super) end: usize,
    /// What a relative `xml:base` in it is relative to, where nobody else says.
    pub(super) address: Option<Url>,
    /// The page of an RSS channel that names it behind its entries.
    pub(super) page: Option<Url>,
}

impl<'t> Reader<'t> {
    /// `base`: where the document was found; `page`: the page of an RSS channel, where it is known beforehand.
    pub(super) fn new(base: Option<&Url>, page: Option<&Url>) -> Self {
        Self {
            format: FeedFormat::Rss,
            stack: Stack::default(),
            scope: Scope::new(base, page),
            fields: Fields::default(),
            gathered: Gathered::default(),
            deleted: Deleted::default(),
            notes: Notes::default(),
        }
    }

    /// Reads to the end of the root element, or of the document.
    pub(super) fn read(mut self, text: &'t str) -> Read {
        let mut tokens = Tokens::of(text);
        for token in tokens.by_ref() {
            match token {
                Token::Start(tag) => self.start(tag),
                Token::End(name) => self.end(name),
                Token::Text(raw) => self.text(raw, false),
                Token::Literal(raw) => self.text(raw, true),
            }
            if self.stack.is_empty() && !matches!(token, Token::Text(_) | Token::Literal(_)) {
                break;
            }
        }
        self.notes.add_if(tokens.stray, Note::Stray);
        self.notes.add_if(tokens.unclosed, Note::Ends);
        self.finish(tokens.position())
    }

    fn finish(mut self, end: usize) -> Read {
        let is_unclosed = !self.stack.is_empty();
        if self.gathered.drop_cut_entry() {
            self.notes.add(Note::Cut);
        } else if is_unclosed {
            self.notes.add(Note::Unclosed);
            self.close_to(0);
        }
        let (mut rewritten, feed) = self.gathered.finish(self.format, is_unclosed, self.notes);
        rewritten.deleted = self.deleted.finish();
        let is_baseless = self.scope.is_baseless();
        Read {
            rewritten,
            end,
            address: is_baseless.then(|| feed.address()).flatten(),
            page: self.scope.late_page(|document| feed.page(document)),
        }
    }

    fn start(&mut self, tag: Tag<'t>) {
        if self.stack.is_full() {
            return;
        }
        let mark = self.scope.mark();
        let is_root = self.stack.is_empty();
        self.scope.enter(tag.attributes, is_root, &mut self.notes);
        let (space, local) = self.scope.resolve(tag.name, &mut self.notes);
        let local = lower(local);
        let mut element = Element { tag, space, local };
        if element.local == "channel" {
            // CDF: `<channel base="…">`.
            let attributes = element.attributes(&mut self.notes);
            let links = self.scope.links(self.gathered.in_entry());
            let base = attributes.get("base").and_then(|base| links.web_url(base));
            self.scope.push_base(base);
        }
        if is_root {
            element.space = self.root(&element);
        }
        let role = match self.fields.is_in_leaf() {
            true => self.start_in_leaf(element),
            false => Some(self.start_element(element)),
        };
        let Some(role) = role else { return };
        let name = tag.name;
        self.stack.push(Frame { name, role, mark });
        if tag.is_empty {
            self.close_top(true);
        }
    }

    /// The root says what the document is. Returns the vocabulary that its name is a word of.
    fn root(&mut self, root: &Element<'t>) -> Space {
        let attributes = root.attributes(&mut self.notes);
        let names_rss11 = attributes.iter().any(|(_, value)| value.contains("rss1.1"));
        self.format = match &*root.local {
            "feed" | "entry" => FeedFormat::Atom,
            "rdf" => FeedFormat::Rdf,
            "channel" if names_rss11 => FeedFormat::Rdf,
            _ => FeedFormat::Rss,
        };
        if root.local == "rss" {
            let version = attributes.get("version").unwrap_or_default().trim();
            self.notes
                .add_if(!VERSIONS.contains(&version), Note::Version);
        }
        if root.local == "rdf" {
            return Space::Rdf;
        }
        if root.space != Space::Core {
            let prefix = root.tag.name.split_once(':');
            self.scope.adopt(prefix.map_or("", |(prefix, _)| prefix));
            self.notes.add(Note::Namespace);
        }
        Space::Core
    }

    /// An element outside of any field's value.
    fn start_element(&mut self, element: Element<'t>) -> Role {
        let in_entry = self.gathered.in_entry();
        let meaning = element.meaning(in_entry);
        let is_known = !matches!(meaning, Word::Unknown | Word::Foreign | Word::Nothing);
        self.notes
            .add_if(is_known && element.is_odd_case(self.format), Note::Case);
        let around = self.stack.top();
        let is_deletion = element.space == Space::Tombstones && element.local == "deleted-entry";
        if around == Some(Role::Deletion) || (is_deletion && !in_entry) {
            self.deleted.start(&element, &mut self.notes);
            return Role::Deletion;
        }
        if meaning == Word::Entry && around != Some(Role::Foreign) {
            // An empty one within another says nothing, and ends nothing.
            return match in_entry && element.is_hollow() {
                true => Role::Foreign,
                false => self.open_entry(&element),
            };
        }
        match around {
            Some(role @ (Role::Foreign | Role::Unknown)) => return role,
            Some(Role::Group) => {
                if self.fields.group_takes(meaning) {
                    return self.fields.open_part(element, &mut self.notes);
                }
                self.close_to(self.stack.len() - 1);
            }
            _ => {}
        }
        self.open(meaning, element)
    }

    /// An element of a feed or entry.
    fn open(&mut self, meaning: Word, element: Element<'t>) -> Role {
        let (record, notes) = (self.gathered.record(), &mut self.notes);
        match meaning {
            Word::Channel | Word::Wrapper => self.open_channel(&element),
            Word::Categories => Role::Outer,
            // Apple's stand in each other, and say what they are in an attribute.
            Word::Category
                if element.space == Space::Podcast && add_genre(record, &element, notes) =>
            {
                Role::Outer
            }
            Word::Unknown => Role::Unknown,
            Word::Nothing if element.local == "schedule" => Role::Unknown,
            Word::Nothing | Word::Foreign => Role::Foreign,
            _ => {
                let (format, scope) = (self.format, &self.scope);
                self.fields
                    .open(meaning, element, format, record, scope, notes)
            }
        }
    }

    fn open_entry(&mut self, element: &Element<'t>) -> Role {
        // An entry within an entry: the end tag of the first is missing.
        if let Some(open) = self.stack.innermost(Role::Entry) {
            self.notes.add(Note::Ends);
            self.close_to(open);
        }
        if self.format != FeedFormat::Atom {
            let feed = self.gathered.feed();
            self.scope.find_page(|document| feed.page(document));
        }
        self.gathered.open_entry(self.scope.language());
        let record = self.gathered.record();
        add_subject(record, element, &self.scope, &mut self.notes);
        Role::Entry
    }

    /// Channel and feed elements, and what stands around them.
    fn open_channel(&mut self, element: &Element<'t>) -> Role {
        if let Some(language) = self.scope.language() {
            let value = Value::of_text(language);
            self.gathered.feed_mut().put(Slot::Language, 2, value);
        }
        let record = self.gathered.record();
        add_subject(record, element, &self.scope, &mut self.notes);
        Role::Outer
    }

    /// An element within a field's value; `None`: it leaves nothing open.
    fn start_in_leaf(&mut self, element: Element<'t>) -> Option<Role> {
        let in_entry = self.gathered.in_entry();
        let is_child = self.stack.top() == Some(Role::Leaf);
        if self.fields.are_ended_by(&element, is_child, in_entry) {
            self.notes.add(Note::Ends);
            let depth = self.stack.innermost(Role::Leaf);
            self.close_to(depth.unwrap_or(0));
            return Some(self.start_element(element));
        }
        if ends_its_like(&element.local) && self.stack.is_in_markup(element.tag.name) {
            self.notes.add(Note::Ends);
            self.close_to(self.stack.len() - 1);
        }
        let is_child = self.stack.top() == Some(Role::Leaf);
        let (scope, notes) = (&self.scope, &mut self.notes);
        self.fields.open_markup(&element, is_child, scope, notes)
    }

    fn text(&mut self, raw: &'t str, literal: bool) {
        let (around, notes) = (self.stack.top(), &mut self.notes);
        if around == Some(Role::Deletion) {
            return self.deleted.text(raw, literal, notes);
        }
        let is_taken = self.fields.push(raw, literal, around, notes);
        if !is_taken && matches!(around, Some(Role::Entry | Role::Outer)) {
            add_loose_link(self.gathered.record(), raw, &self.scope, notes);
        }
    }

    fn end(&mut self, name: &str) {
        let Some((depth, is_exact)) = self.stack.ended_by(name) else {
            self.notes.add_if(!is_void(&lower(name)), Note::Ends);
            return;
        };
        self.notes.add_if(!is_exact, Note::Ends);
        let entry = self.stack.innermost(Role::Entry);
        if entry.is_none_or(|entry| depth <= entry) {
            self.gathered.note_end();
        }
        self.close_to(depth + 1);
        self.close_top(true);
    }

    /// Closes the element at this depth and all within it.
    fn close_to(&mut self, depth: usize) {
        while self.stack.len() > depth {
            self.close_top(false);
        }
    }

    /// Closes the innermost element. `is_ended`: it has an end tag of its own.
    fn close_top(&mut self, is_ended: bool) {
        let Some(frame) = self.stack.pop() else {
            return;
        };
        let (record, scope) = (self.gathered.record(), &self.scope);
        match frame.role {
            Role::Leaf => self.fields.close_leaf(record, scope),
            Role::Group => self.fields.close_group(record, scope),
            Role::Media => record.media.close(),
            Role::Entry => self.gathered.close_entry(Dialect::of(self.format)),
            Role::Inline => self.fields.close_markup(frame.name, is_ended),
            Role::Deletion => self.deleted.end(frame.name),
            Role::Outer | Role::Silent | Role::Unknown | Role::Foreign => {}
        }
        self.scope.leave(frame.mark);
    }
}
