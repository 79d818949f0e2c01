//! By what a link shows that it leads to a feed, and to which kind: media types, addresses, words.

use url::Url;

use super::limits::MAX_URL;
use crate::text::fold;

/// Media types of feeds, of the standards and of those who had none to go by.
const FEED_TYPES: [&str; 12] = [
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/x-rss+xml",
    "application/x-atom+xml",
    "application/x.atom+xml",
    "application/rss",
    "application/atom",
    "text/rss+xml",
    "text/atom+xml",
    "text/rss",
];
/// Media types of any XML.
pub(super) const XML_TYPES: [&str; 2] = ["text/xml", "application/xml"];
/// JSON Feed's first version had no type of its own; a title or an address must then say that it is a feed.
pub(super) const JSON: &str = "application/json";

/// How the path of a feed ends, without a slash behind it.
const FEED_NAMES: [&str; 18] = [
    "feed",
    "rss",
    "atom",
    "rdf",
    "rss2",
    "feed.xml",
    "feed.rss",
    "feed.atom",
    "feed.json",
    "feed.rdf",
    "feed.php",
    "rss.xml",
    "rss2.xml",
    "rss.php",
    "atom.xml",
    "atom.php",
    "index.xml",
    "index.rdf",
];
const FEED_ENDINGS: [&str; 3] = [".rss", ".atom", ".rdf"];
/// What a query says where one program writes pages and feeds: WordPress, Joomla, `MediaWiki`.
const FEED_QUERIES: [(&str, &[&str]); 3] = [
    ("feed", &["rss", "rss2", "atom", "rdf", "json"]),
    ("format", &["rss", "atom", "feed"]),
    ("type", &["rss", "atom"]),
];

/// Beginnings of words by which titles say that a feed is one of comments, in the languages that blog software comes in. It is
/// tried last for it, and that is all.
const COMMENTS: [&str; 20] = [
    "comments",
    "kommentar",
    "commentaire",
    "comentari",
    "commenti",
    "reacties",
    "komentar",
    "kommentti",
    "kommentt",
    "комментари",
    "коментар",
    "hozzaszolas",
    "yorum",
    "σχολι",
    "评论",
    "評論",
    "留言",
    "コメント",
    "댓글",
    "تعليق",
];
/// The same as parts of addresses.
const COMMENTS_IN_ADDRESS: [&str; 6] = [
    "comments",
    "comment",
    "kommentare",
    "commentaires",
    "comentarios",
    "commenti",
];
/// Of a title, this much is looked at.
const TITLE: usize = 200;

/// A media type without its parameters, in lower case.
pub(super) fn essence(media_type: &str) -> String {
    let kind = media_type.split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

pub(super) fn is_feed_type(kind: &str) -> bool {
    FEED_TYPES.contains(&kind)
}

/// Whether an address, maybe relative, is one that only feeds have.
pub(super) fn is_feed_address(href: &str) -> bool {
    let href = href.trim();
    if href.len() > MAX_URL {
        return false;
    }
    let whole = href.split('#').next().unwrap_or_default();
    let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
    // The host of an address without a path is no name.
    let path = path.split_once("//").map_or(path, |(_, rest)| {
        rest.find('/').map_or("", |slash| &rest[slash..])
    });
    let path = path.strip_suffix('/').unwrap_or(path);
    let name = path
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_ending = |ending: &&str| name.len() > ending.len() && name.ends_with(*ending);
    let says = |(name, values): &(&str, &[&str])| {
        query.split(['&', ';']).any(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let is_it = |known: &&str| value.eq_ignore_ascii_case(known);
            key.eq_ignore_ascii_case(name) && values.iter().any(is_it)
        })
    };
    FEED_NAMES.contains(&name.as_str())
        || FEED_ENDINGS.iter().any(is_ending)
        || FEED_QUERIES.iter().any(says)
}

/// Whether title or address say that a feed is one of comments.
pub(super) fn is_of_comments(url: &Url, title: &str) -> bool {
    let mut words = url.path().split(is_no_letter);
    let mut asked = url.query().unwrap_or_default().split(is_no_letter);
    let is_word = |word: &str| {
        let is_it = |known: &&str| word.eq_ignore_ascii_case(known);
        COMMENTS_IN_ADDRESS.iter().any(is_it)
    };
    if words.any(is_word) || asked.any(is_word) {
        return true;
    }
    if title.is_empty() {
        return false;
    }
    let title = fold(&title.chars().take(TITLE).collect::<String>()).to_lowercase();
    COMMENTS.iter().any(|stem| title.contains(&fold(stem)))
}

fn is_no_letter(c: char) -> bool {
    !c.is_alphanumeric()
}
