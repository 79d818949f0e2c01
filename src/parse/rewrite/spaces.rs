//! What a namespace means, whoever wrote its address and however.

use crate::parse::markup::{Attributes, Note, Notes};

/// Declarations in scope; more is an attack.
const MOST: usize = 256;

/// A vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// RSS and Atom in all their versions: their words do not collide.
    Core,
    Rdf,
    Content,
    Dublin,
    DublinTerms,
    Media,
    /// iTunes and Google Play.
    Podcast,
    /// `podcast:` of the Podcast Index.
    PodcastIndex,
    /// `wfw:` of the Well-Formed Web.
    CommentApi,
    Syndication,
    /// `at:` of RFC 6721.
    Tombstones,
    /// FeedBurner and Pheedo, which put links of their own in place of the publisher's.
    Tracker,
    Xhtml,
    /// Of no use here.
    Other,
}

/// Addresses without scheme, `www.`, final `/` and `#`, in lower case.
const ADDRESSES: &[(&str, Space)] = &[
    ("w3.org/2005/atom", Space::Core),
    ("w3.org/1999/02/22-rdf-syntax-ns", Space::Rdf),
    ("w3.org/1999/xhtml", Space::Xhtml),
    ("w3.org/tr/rec-html40", Space::Xhtml),
    ("purl.org/rss/1.0", Space::Core),
    ("purl.org/net/rss1.1", Space::Core),
    ("purl.org/rss/1.0/modules/content", Space::Content),
    ("purl.org/rss/1.0/modules/syndication", Space::Syndication),
    ("purl.org/dc/terms", Space::DublinTerms),
    ("blogs.law.harvard.edu/tech/rss", Space::Core),
    ("cyber.law.harvard.edu/rss", Space::Core),
    ("rssboard.org/rss-specification", Space::Core),
    ("rss.channel.netscape.com", Space::Core),
    ("rssnamespace.org/feedburner/ext/1.0", Space::Tracker),
    ("pheedo.com/namespace/pheedo", Space::Tracker),
    ("purl.org/atompub/tombstones/1.0", Space::Tombstones),
    ("wellformedweb.org/commentapi", Space::CommentApi),
    ("google.com/schemas/play-podcasts/1.0", Space::Podcast),
    ("podcastindex.org/namespace/1.0", Space::PodcastIndex),
    (
        "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md",
        Space::PodcastIndex,
    ),
];
/// Beginnings of addresses that were written with many endings.
const FAMILIES: &[(&str, Space)] = &[
    ("purl.org/atom/ns", Space::Core),
    ("purl.org/atom", Space::Core),
    ("backend.userland.com/rss", Space::Core),
    ("my.netscape.com/", Space::Core),
    ("channel.netscape.com/", Space::Core),
    ("purl.org/rss/1.0/modules/rss091", Space::Core),
    ("purl.org/dc/elements/1", Space::Dublin),
    ("search.yahoo.com/mrss", Space::Media),
    ("tools.search.yahoo.com/mrss", Space::Media),
    ("video.search.yahoo.com/mrss", Space::Media),
    ("itunes.com/dtds/podcast", Space::Podcast),
];
/// What a prefix means where nothing is declared for it.
const PREFIXES: &[(&str, Space)] = &[
    ("", Space::Core),
    ("atom", Space::Core),
    ("atom10", Space::Core),
    ("a10", Space::Core),
    ("rss", Space::Core),
    ("rdf", Space::Rdf),
    ("content", Space::Content),
    ("dc", Space::Dublin),
    ("dcterms", Space::DublinTerms),
    ("dct", Space::DublinTerms),
    ("media", Space::Media),
    ("itunes", Space::Podcast),
    ("googleplay", Space::Podcast),
    ("podcast", Space::PodcastIndex),
    ("at", Space::Tombstones),
    ("wfw", Space::CommentApi),
    ("sy", Space::Syndication),
    ("feedburner", Space::Tracker),
    ("pheedo", Space::Tracker),
    ("xhtml", Space::Xhtml),
    ("html", Space::Xhtml),
];

fn lookup(table: &[(&str, Space)], key: &str) -> Option<Space> {
    let found = table
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(key));
    found.map(|(_, space)| *space)
}

fn of_address(address: &str) -> Option<Space> {
    let lower = address.trim().to_ascii_lowercase();
    let bare = lower
        .split_once("://")
        .map_or(lower.as_str(), |(_, rest)| rest);
    let bare = bare.trim_start_matches("www.").trim_end_matches(['/', '#']);
    lookup(ADDRESSES, bare).or_else(|| {
        let family = FAMILIES.iter().find(|(start, _)| bare.starts_with(start));
        family.map(|(_, space)| *space)
    })
}

/// The declarations in scope.
#[derive(Default)]
pub(super) struct Spaces<'t> {
    scope: Vec<(&'t str, Space)>,
}

impl<'t> Spaces<'t> {
    /// Takes the declarations of a tag. `root`: it is the document's first.
    pub(super) fn declare(&mut self, raw: &'t str, root: bool, notes: &mut Notes) {
        if !raw.contains("xmlns") {
            return;
        }
        let attributes = Attributes::read(raw, notes);
        for (name, value) in attributes.iter() {
            let prefix = match name.split_once(':') {
                None if name == "xmlns" => "",
                Some(("xmlns", prefix)) => prefix,
                _ => continue,
            };
            let space = of_address(value).or_else(|| match prefix {
                // Whatever stands there, it is the feed's own.
                "" if root => {
                    notes.add_if(!value.is_empty(), Note::Namespace);
                    Some(Space::Core)
                }
                "" if value.is_empty() => Some(Space::Core),
                "" => None,
                // `xmlns:media="http://example.com/media"` means the usual one more often than another.
                prefix => lookup(PREFIXES, prefix),
            });
            if self.scope.len() < MOST {
                self.scope.push((prefix, space.unwrap_or(Space::Other)));
            }
        }
    }

    /// What an element's name means: its vocabulary and its local name.
    pub(super) fn resolve<'n>(&self, name: &'n str, notes: &mut Notes) -> (Space, &'n str) {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        // Mostly there is none, and comparing nothing with nothing was half of what eight megabytes of `<br/>` cost.
        let is_it = |known: &str| match prefix {
            "" => known.is_empty(),
            prefix => known == prefix,
        };
        let declared = self.scope.iter().rev().find(|(known, _)| is_it(known));
        let space = match declared {
            Some((_, space)) => *space,
            None => {
                let usual = lookup(PREFIXES, prefix);
                notes.add_if(!prefix.is_empty(), Note::Prefixes);
                usual.unwrap_or(Space::Other)
            }
        };
        (space, local)
    }

    /// A prefix means the feed's own words from here on.
    pub(super) fn adopt(&mut self, prefix: &'t str) {
        self.scope.push((prefix, Space::Core));
    }

    pub(super) fn len(&self) -> usize {
        self.scope.len()
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.scope.truncate(length);
    }
}
