//! Tokens to records: which element stands in which, whatever end tags are there.

use std::borrow::Cow;

use url::Url;

use super::attributes::Attributes;
use super::capture::Capture;
use super::entries::Entries;
use super::groups::Group;
use super::leaves::Leaf;
use super::notes::{Note, Notes};
use super::record::Record;
use super::spaces::Spaces;
use super::tokens::{Tag, Token, Tokens};
use super::words::{self, Slot};
use super::write::{self, Dialect};
use super::{Format, Rewritten};
use crate::parse::MAX_ENTRIES;
use crate::parse::links::{own_url, web_url};

/// Elements within elements. Deeper ones are read as if they stood here: their tags are passed over.
pub(super) const DEEPEST: usize = 256;

/// What an open element is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Holds fields and entries.
    Outer,
    Entry,
    /// A person, an image, a source: fields of its own.
    Group,
    /// `media:group` and `media:content`: from which enclosure on it speaks.
    Media(usize),
    /// A field whose value is being gathered.
    Leaf,
    /// Markup in a field.
    Inline,
    /// Markup in a field that is not written.
    Silent,
    /// Passed over; an entry may stand in it.
    Unknown,
    /// Passed over.
    Foreign,
}

pub(super) struct Frame<'t> {
    pub(super) name: &'t str,
    pub(super) role: Role,
    spaces: usize,
    bases: usize,
    languages: usize,
}

/// Reads one document.
pub(super) struct Reader<'t> {
    pub(super) stack: Vec<Frame<'t>>,
    pub(super) spaces: Spaces<'t>,
    /// `xml:base` in scope, resolved.
    pub(super) bases: Vec<Url>,
    /// `xml:lang` in scope.
    pub(super) languages: Vec<String>,
    document_base: Option<Url>,
    /// RSS: the page of the channel, which relative links mean before the document.
    page: Option<Url>,
    /// Entries began before the channel named its page.
    is_pageless: bool,
    /// A relative `xml:base` was met, and nothing that it is relative to.
    is_baseless: bool,
    pub(super) dialect: Dialect,
    pub(super) format: Format,
    pub(super) notes: Notes,
    pub(super) leaf: Option<Leaf<'t>>,
    pub(super) group: Option<Group<'t>>,
    pub(super) feed: Record,
    pub(super) entry: Option<Record>,
    pub(super) entry_language: Option<String>,
    entries: Entries,
    /// Entries that had an end tag, or an end of what they stand in.
    ended: usize,
}

impl<'t> Reader<'t> {
    /// `base`: where the document was found; `page`: the page of an RSS channel, where it is known beforehand.
    pub(super) fn new(base: Option<&Url>, page: Option<&Url>) -> Self {
        Self {
            stack: Vec::new(),
            spaces: Spaces::default(),
            bases: Vec::new(),
            languages: Vec::new(),
            document_base: base.cloned(),
            page: page.cloned(),
            is_pageless: false,
            is_baseless: false,
            dialect: Dialect::Rss,
            format: Format::Rss,
            notes: Notes::default(),
            leaf: None,
            group: None,
            feed: Record::default(),
            entry: None,
            entry_language: None,
            entries: Entries::default(),
            ended: 0,
        }
    }

    /// Reads to the end of the root element, or of the document.
    pub(super) fn read(mut self, text: &'t str) -> Rewritten {
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

    fn finish(mut self, end: usize) -> Rewritten {
        let cut = self.entry.is_some() && (self.ended > 0 || self.entries.is_empty());
        let unclosed = !self.stack.is_empty();
        if cut {
            self.notes.add(Note::Cut);
            self.entry = None;
        } else if unclosed {
            self.notes.add(Note::Unclosed);
            // A publisher who never closes an entry did not forget the last one.
            self.close_to(0);
        }
        self.entries.keep_newest(MAX_ENTRIES);
        if self.feed.episode.explicit == Some(true) {
            self.entries.mark_explicit();
        }
        let xml = write::document(self.dialect, &self.feed, &self.entries.written);
        Rewritten {
            is_nothing: unclosed && self.entries.is_empty(),
            address: self.is_baseless.then(|| self.feed.address()).flatten(),
            page: self
                .is_pageless
                .then(|| self.feed.page(self.document_base.as_ref()))
                .flatten(),
            end,
            xml,
            format: self.format,
            authors: self.feed.authors(),
            new_feed_url: self.feed.text(Slot::NewFeed).map(str::to_owned),
            categories: std::mem::take(&mut self.feed.categories),
            entries: self.entries.handed,
            notes: self.notes,
            clipped: self.entries.clipped,
        }
    }

    /// The record that a field belongs to.
    pub(super) fn record(&mut self) -> &mut Record {
        self.entry.as_mut().unwrap_or(&mut self.feed)
    }

    pub(super) fn in_entry(&self) -> bool {
        self.entry.is_some()
    }

    pub(super) fn top(&self) -> Option<Role> {
        self.stack.last().map(|frame| frame.role)
    }

    /// What relative links mean here, where the document says so itself.
    pub(super) fn base(&self) -> Option<&Url> {
        self.bases.last()
    }

    /// An address that stands here. In RSS, relative ones in an entry belong to the site, wherever its feed was found.
    pub(super) fn web_url(&self, raw: &str) -> Option<Url> {
        let page = self.page.as_ref().filter(|_| self.in_entry());
        web_url(raw, self.base().or(page).or(self.document_base.as_ref()))
    }

    /// Notes which page the entries of an RSS channel belong to, before the first of them.
    pub(super) fn find_page(&mut self) {
        if self.dialect == Dialect::Rss && self.page.is_none() {
            self.page = self.feed.page(self.document_base.as_ref());
            self.is_pageless |= self.page.is_none();
        }
    }

    /// A link that an entry may have as its own, or that of an enclosure.
    pub(super) fn own_url(&self, raw: &str) -> Option<Url> {
        let page = self.page.as_ref().filter(|_| self.in_entry());
        own_url(raw, self.base().or(page).or(self.document_base.as_ref()))
    }

    /// A link with `xml:base`, in RSS the channel's page, applied; feed-rs and we apply the document's own address later.
    pub(super) fn absolute(&self, raw: &str) -> String {
        let raw = raw.trim();
        let page = self.page.as_ref().filter(|_| self.in_entry());
        let joined = web_url(raw, self.base().or(page));
        joined.map_or_else(|| raw.to_owned(), Url::into)
    }

    fn start(&mut self, tag: Tag<'t>) {
        if self.stack.len() >= DEEPEST {
            return;
        }
        let marks = (self.spaces.len(), self.bases.len(), self.languages.len());
        self.spaces
            .declare(tag.attributes, self.stack.is_empty(), &mut self.notes);
        self.scope_of(tag.attributes);
        let (mut space, local) = self.spaces.resolve(tag.name, &mut self.notes);
        let local = lower(local);
        if local == "channel" {
            self.channel_base(tag.attributes);
        }
        if self.stack.is_empty() {
            space = self.root(tag.name, space, &local, tag.attributes);
        }
        let role = match self.leaf {
            Some(_) => self.start_in_leaf(tag, space, &local),
            None => Some(self.start_element(tag, space, &local)),
        };
        if let Some(role) = role {
            self.stack.push(Frame {
                name: tag.name,
                role,
                spaces: marks.0,
                bases: marks.1,
                languages: marks.2,
            });
            if tag.is_empty {
                self.close_top(true);
            }
        }
    }

    /// Takes `xml:base` and `xml:lang`.
    fn scope_of(&mut self, attributes: &'t str) {
        if !attributes.contains("xml:") && !attributes.contains("XML:") {
            return;
        }
        let attributes = Attributes::read(attributes, &mut self.notes);
        if let Some(base) = attributes.get("xml:base") {
            let outer = self.base().or(self.document_base.as_ref());
            let url = web_url(base, outer);
            self.is_baseless |= url.is_none() && self.document_base.is_none();
            self.bases
                .extend(url.filter(|_| self.bases.len() < DEEPEST));
        }
        if let Some(language) = attributes
            .get("xml:lang")
            .filter(|language| !language.is_empty() && self.languages.len() < DEEPEST)
        {
            self.languages.push(language.to_owned());
        }
    }

    fn text(&mut self, raw: &'t str, literal: bool) {
        if let Some(leaf) = self.leaf.as_mut() {
            leaf.capture.push(raw, literal, &mut self.notes);
            return;
        }
        match (self.top(), self.group.as_mut()) {
            (Some(Role::Group), Some(group)) => group.push(raw, literal, &mut self.notes),
            (Some(Role::Entry | Role::Outer), _) => self.loose_text(raw),
            _ => {}
        }
    }

    /// `<link/>https://…`: what HTML tools make of a link.
    fn loose_text(&mut self, raw: &str) {
        let raw = raw.trim();
        if raw.starts_with("http") && self.record().links.is_empty() {
            let mut capture = Capture::new(super::value::Form::Plain);
            capture.push(raw, false, &mut self.notes);
            self.add_link(&capture.finish().text);
        }
    }

    fn end(&mut self, name: &str) {
        let is_it = |frame: &Frame<'_>| frame.name.eq_ignore_ascii_case(name);
        let found = self.stack.iter().rposition(is_it).or_else(|| {
            let top = self.stack.last()?;
            let same = local_of(top.name).eq_ignore_ascii_case(local_of(name));
            same.then(|| self.stack.len() - 1)
        });
        let is_void = words::is_void(&lower(name));
        let Some(found) = found else {
            self.notes.add_if(!is_void, Note::Ends);
            return;
        };
        let exact = self.stack[found].name == name && found + 1 == self.stack.len();
        self.notes.add_if(!exact, Note::Ends);
        if self.entry.is_some() && found <= self.entry_depth() {
            self.ended += 1;
        }
        self.close_to(found + 1);
        self.close_top(true);
    }

    fn entry_depth(&self) -> usize {
        self.stack
            .iter()
            .rposition(|frame| frame.role == Role::Entry)
            .unwrap_or(self.stack.len())
    }

    /// Closes the element at this depth and all within it.
    pub(super) fn close_to(&mut self, depth: usize) {
        while self.stack.len() > depth {
            self.close_top(false);
        }
    }

    /// Closes the innermost element. `is_ended`: it has an end tag of its own.
    fn close_top(&mut self, is_ended: bool) {
        let Some(frame) = self.stack.pop() else {
            return;
        };
        match frame.role {
            Role::Leaf => self.close_leaf(),
            Role::Group => self.close_group(),
            Role::Inline => match self.leaf.as_mut() {
                Some(leaf) if leaf.is_line() && is_ended => leaf.capture.close(frame.name),
                Some(leaf) if leaf.is_line() => {}
                Some(leaf) => leaf.capture.close(&lower(local_of(frame.name))),
                None => {}
            },
            Role::Entry => self.close_entry(),
            Role::Outer | Role::Media(_) | Role::Silent | Role::Unknown | Role::Foreign => {}
        }
        self.spaces.truncate(frame.spaces);
        self.bases.truncate(frame.bases);
        self.languages.truncate(frame.languages);
    }

    fn close_entry(&mut self) {
        if let Some(entry) = self.entry.take() {
            let language = self.entry_language.take();
            self.entries.push(self.dialect, entry, language);
        }
    }

    /// The first enclosure that an open `media:group` or `media:content` speaks of, or that of the entry.
    pub(super) fn media_from(&self) -> usize {
        let open = self.stack.iter().rev().find_map(|frame| match frame.role {
            Role::Media(first) => Some(first),
            _ => None,
        });
        open.unwrap_or(0)
    }
}

pub(super) fn local_of(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

pub(super) fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|c| c.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}
