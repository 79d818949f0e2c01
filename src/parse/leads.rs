//! Where a document that is no feed may lead to one: the candidates, in the order in which they are tried.

use url::Url;

use super::links::{site_of, web_url};
use super::marks::{JSON, XML_TYPES, essence, is_feed_address, is_feed_type, is_of_comments};

/// Candidates of one kind that are kept, the first: many more than are tried. A page may name thousands.
const MOST_OF_A_KIND: usize = 8;

/// Links to feeds that are looked at in one page. What a page means stands among the first; the rest would only take time.
const MOST_LOOKED_AT: usize = 4096;

/// How a document leads to what may be its feed. The order is the one in which they are tried: the surest first, and comments
/// behind all that the page may mean instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeadBy {
    /// `<link rel="alternate">` or a `Link` header, with a media type of feeds.
    Link,
    /// The same with the media type of any XML, or without a type and with an address that only feeds have.
    Likely,
    /// `<a>` with a media type of feeds.
    Marked,
    /// `<a>` to an address of the same site that only feeds have.
    Address,
    /// `<meta http-equiv="refresh">`: the site's page is another one.
    Refresh,
    /// Any of the first four that is about comments.
    Comments,
    /// By nothing: the address at which most sites have their feed.
    Guess,
}

/// An address at which the feed of a document may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// Http or https, without user info and fragment.
    pub to: Url,
    /// What leads there.
    pub by: LeadBy,
}

impl LeadBy {
    /// What a page does that leads there, with `to` as the address: `names … as its feed`.
    #[must_use]
    pub fn in_words(self, to: &str) -> String {
        match self {
            Self::Link | Self::Likely | Self::Marked | Self::Address => {
                format!("names {to} as its feed")
            }
            Self::Comments => format!("names {to} as the feed of its comments"),
            Self::Refresh => format!("leads to {to}"),
            Self::Guess => format!("names no feed; its site has one at {to}"),
        }
    }
}

/// A link as a page or a header writes it.
#[derive(Default)]
pub(super) struct Written<'w> {
    pub(super) rel: &'w str,
    pub(super) media_type: &'w str,
    pub(super) title: &'w str,
    pub(super) href: &'w str,
}

/// The leads of one document.
pub(super) struct Leads {
    /// Where the document is.
    page: Option<Url>,
    found: Vec<Lead>,
    looked_at: usize,
    /// Whether the document names a feed at all, be it one that is not asked.
    pub(super) names_a_feed: bool,
}

impl Leads {
    pub(super) fn of(page: Option<&Url>) -> Self {
        let page = page.cloned().map(|mut page| {
            page.set_fragment(None);
            page
        });
        Self {
            page,
            found: Vec::new(),
            looked_at: 0,
            names_a_feed: false,
        }
    }

    /// `<link>` and the `Link` header.
    pub(super) fn link(&mut self, link: &Written<'_>, base: Option<&Url>) {
        if let Some(by) = by_link(link) {
            self.named(link, by, base);
        }
    }

    /// `<a>`.
    pub(super) fn anchor(&mut self, link: &Written<'_>, base: Option<&Url>) {
        let kind = essence(link.media_type);
        if is_feed_type(&kind) {
            self.named(link, LeadBy::Marked, base);
        } else if kind.is_empty() && is_feed_address(link.href) {
            self.named(link, LeadBy::Address, base);
        }
    }

    /// `<meta http-equiv="refresh">`.
    pub(super) fn refresh(&mut self, href: &str, base: Option<&Url>) {
        let is_same = |url: &Url| self.page.as_ref().map(site_of) == Some(site_of(url));
        if let Some(url) = web_url(href, base).filter(is_same) {
            self.add(url, LeadBy::Refresh);
        }
    }

    fn named(&mut self, link: &Written<'_>, by: LeadBy, base: Option<&Url>) {
        self.looked_at += 1;
        if self.looked_at > MOST_LOOKED_AT || link.href.trim().is_empty() {
            return;
        }
        let url = feed_url(link.href, base);
        if by == LeadBy::Address && !url.as_ref().is_some_and(|url| self.is_at_site(url)) {
            return;
        }
        self.names_a_feed = true;
        if let Some(url) = url {
            let of_comments = is_of_comments(&url, link.title);
            self.add(url, if of_comments { LeadBy::Comments } else { by });
        }
    }

    /// An address of this kind, unless it is known already. A page that names itself would be read for ever.
    fn add(&mut self, mut to: Url, by: LeadBy) {
        to.set_fragment(None);
        // Neither call fails for http and https. A page has no credentials to give away.
        let _ = to.set_username("");
        let _ = to.set_password(None);
        let is_full = self.found.iter().filter(|lead| lead.by == by).count() >= MOST_OF_A_KIND;
        if is_full || self.page.as_ref() == Some(&to) {
            return;
        }
        match self.found.iter_mut().find(|lead| lead.to == to) {
            Some(known) => known.by = known.by.min(by),
            None => self.found.push(Lead { to, by }),
        }
    }

    /// Whether an address is at the site of the page, or at one that is named below or above it.
    fn is_at_site(&self, url: &Url) -> bool {
        let Some(page) = &self.page else {
            return false;
        };
        let (own, other) = (site_of(page), site_of(url));
        let is_below = |of: &str, host: &str| {
            host.strip_suffix(of)
                .is_some_and(|before| before.ends_with('.'))
        };
        own == other || is_below(own, other) || is_below(other, own)
    }

    /// In the order in which they are tried. A page that names nothing may still have a feed where most sites have it: in its
    /// directory, or at the root. `may_guess`: it is a page that readers come to.
    pub(super) fn in_order(mut self, may_guess: bool) -> Vec<Lead> {
        let is_silent = !self.names_a_feed && self.found.is_empty();
        if let Some(page) = self.page.clone().filter(|_| may_guess && is_silent) {
            for place in ["feed", "/feed"] {
                if let Ok(mut url) = page.join(place) {
                    url.set_query(None);
                    self.add(url, LeadBy::Guess);
                }
            }
        }
        self.found.sort_by_key(|lead| lead.by);
        self.found
    }
}

/// What a link of the page's head, or of the answer's, says that it leads to.
fn by_link(link: &Written<'_>) -> Option<LeadBy> {
    let mut relations = link.rel.split_ascii_whitespace();
    let has = |token: &str| {
        let mut tokens = link.rel.split_ascii_whitespace();
        tokens.any(|one| one.eq_ignore_ascii_case(token))
    };
    let is_lead = relations.any(|one| {
        ["alternate", "feed"]
            .iter()
            .any(|it| one.eq_ignore_ascii_case(it))
    });
    if !is_lead || has("stylesheet") {
        return None;
    }
    let kind = essence(link.media_type);
    let is_called_feed = || link.title.to_ascii_lowercase().contains("feed");
    match kind.as_str() {
        kind if is_feed_type(kind) => Some(LeadBy::Link),
        JSON if is_called_feed() => Some(LeadBy::Link),
        kind if XML_TYPES.contains(&kind) => Some(LeadBy::Likely),
        // The relation `feed` was meant to need no type.
        "" if has("feed") => Some(LeadBy::Link),
        "" | JSON if is_feed_address(link.href) => Some(LeadBy::Likely),
        _ => None,
    }
}

/// `feed:https://…` and `feed://…` mean what stands behind them, the latter over http.
fn feed_url(href: &str, base: Option<&Url>) -> Option<Url> {
    let href = href.trim();
    let scheme = href
        .get(..5)
        .filter(|start| start.eq_ignore_ascii_case("feed:"));
    match scheme.map(|_| &href[5..]) {
        Some(rest) if rest.starts_with("//") => web_url(&format!("http:{rest}"), None),
        Some(rest) => web_url(rest, base),
        None => web_url(href, base),
    }
}
