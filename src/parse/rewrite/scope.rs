//! What is in scope where an element stands: namespaces, the base of relative links, the language.

use url::Url;

use super::spaces::{Space, Spaces};
use crate::parse::limits::MAX_DEPTH;
use crate::parse::links::{own_url, web_url};
use crate::parse::markup::{Attributes, Notes};

/// How much was in scope at some place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    spaces: usize,
    bases: usize,
    languages: usize,
}

/// What the open elements declare, and what is known of the document that they stand in.
pub(super) struct Scope<'t> {
    spaces: Spaces<'t>,
    /// `xml:base`, resolved.
    bases: Vec<Url>,
    /// `xml:lang`.
    languages: Vec<String>,
    /// Where the document was found.
    document: Option<Url>,
    /// RSS: the page of the channel, which relative links in entries mean before the document.
    page: Option<Url>,
    /// Entries began before the channel named its page.
    is_pageless: bool,
    /// A relative `xml:base` was met, and nothing that it is relative to.
    is_baseless: bool,
}

impl<'t> Scope<'t> {
    /// `document`: where it was found; `page`: the page of an RSS channel, where it is known beforehand.
    pub(super) fn new(document: Option<&Url>, page: Option<&Url>) -> Self {
        Self {
            spaces: Spaces::default(),
            bases: Vec::new(),
            languages: Vec::new(),
            document: document.cloned(),
            page: page.cloned(),
            is_pageless: false,
            is_baseless: false,
        }
    }

    /// What is in scope now, for [`Scope::leave`].
    pub(super) fn mark(&self) -> Mark {
        Mark {
            spaces: self.spaces.len(),
            bases: self.bases.len(),
            languages: self.languages.len(),
        }
    }

    /// Takes what a tag declares. `is_root`: it is the document's first.
    pub(super) fn enter(&mut self, attributes: &'t str, is_root: bool, notes: &mut Notes) {
        self.spaces.declare(attributes, is_root, notes);
        if !attributes.contains("xml:") && !attributes.contains("XML:") {
            return;
        }
        let attributes = Attributes::read(attributes, notes);
        if let Some(base) = attributes.get("xml:base") {
            let url = web_url(base, self.base().or(self.document.as_ref()));
            self.is_baseless |= url.is_none() && self.document.is_none();
            self.push_base(url);
        }
        if let Some(language) = attributes
            .get("xml:lang")
            .filter(|language| !language.is_empty() && self.languages.len() < MAX_DEPTH)
        {
            self.languages.push(language.to_owned());
        }
    }

    /// Forgets what was declared since.
    pub(super) fn leave(&mut self, mark: Mark) {
        self.spaces.truncate(mark.spaces);
        self.bases.truncate(mark.bases);
        self.languages.truncate(mark.languages);
    }

    /// Another base of relative links, as `base` of a CDF channel is.
    pub(super) fn push_base(&mut self, base: Option<Url>) {
        self.bases
            .extend(base.filter(|_| self.bases.len() < MAX_DEPTH));
    }

    /// What an element's name means: its vocabulary and its local name.
    pub(super) fn resolve<'n>(&self, name: &'n str, notes: &mut Notes) -> (Space, &'n str) {
        self.spaces.resolve(name, notes)
    }

    /// A prefix means the feed's own words from here on.
    pub(super) fn adopt(&mut self, prefix: &'t str) {
        self.spaces.adopt(prefix);
    }

    pub(super) fn language(&self) -> Option<&str> {
        self.languages.last().map(String::as_str)
    }

    /// What relative links mean here, where the document says so itself.
    pub(super) fn base(&self) -> Option<&Url> {
        self.bases.last()
    }

    /// What relative links mean here. In RSS, those of an entry belong to the site, wherever its feed was found.
    pub(super) fn links(&self, in_entry: bool) -> Links<'_> {
        Links {
            base: self.base(),
            page: self.page.as_ref().filter(|_| in_entry),
            document: self.document.as_ref(),
        }
    }

    /// Before the first entry of an RSS channel: notes the page that its entries belong to. `page`: finds what the channel says,
    /// by where the document was found.
    pub(super) fn find_page(&mut self, page: impl Fn(Option<&Url>) -> Option<Url>) {
        if self.page.is_none() {
            self.page = page(self.document.as_ref());
            self.is_pageless |= self.page.is_none();
        }
    }

    /// The page that a channel named too late. `page`: as in [`Scope::find_page`].
    pub(super) fn late_page(&self, page: impl Fn(Option<&Url>) -> Option<Url>) -> Option<Url> {
        let page = self.is_pageless.then(|| page(self.document.as_ref()));
        page.flatten()
    }

    /// Whether something depends on an address of the document that nobody knew.
    pub(super) fn is_baseless(&self) -> bool {
        self.is_baseless
    }
}

/// What relative links mean at one place of a document.
#[derive(Clone, Copy)]
pub(super) struct Links<'s> {
    base: Option<&'s Url>,
    page: Option<&'s Url>,
    document: Option<&'s Url>,
}

impl Links<'_> {
    /// An address of the web.
    pub(super) fn web_url(&self, raw: &str) -> Option<Url> {
        web_url(raw, self.base.or(self.page).or(self.document))
    }

    /// A link that an entry may have as its own, or that of an enclosure.
    pub(super) fn own_url(&self, raw: &str) -> Option<Url> {
        own_url(raw, self.base.or(self.page).or(self.document))
    }

    /// A link with `xml:base`, in RSS the channel's page, applied; feed-rs and we apply the document's own address later.
    pub(super) fn absolute(&self, raw: &str) -> String {
        let raw = raw.trim();
        let joined = web_url(raw, self.base.or(self.page));
        joined.map_or_else(|| raw.to_owned(), Url::into)
    }
}
