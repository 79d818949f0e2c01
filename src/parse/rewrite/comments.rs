//! Where an entry is discussed.

use super::scope::Links;
use crate::model::Comments;
use crate::parse::{limits, media_types};

/// RSS `comments`. There are feeds that put the number of comments or a word there.
pub(super) fn add_page(comments: &mut Comments, text: &str, links: &Links<'_>) {
    let text = text.trim();
    let is_number = text.bytes().all(|c| c.is_ascii_digit());
    if is_number || text.contains(char::is_whitespace) {
        return;
    }
    if let Some(url) = links.web_url(text) {
        comments.url.get_or_insert(url);
    }
}

/// `wfw:commentRss`.
pub(super) fn add_feed(
    comments: &mut Comments,
    href: &str,
    media_type: Option<&str>,
    links: &Links<'_>,
) {
    let Some(url) = links.web_url(href) else {
        return;
    };
    if comments.feed_url.is_none() {
        comments.feed_url = Some(url);
        comments.feed_type = media_type.and_then(limits::word);
    }
}

/// Atom `link rel="replies"` (RFC 4685 §4): of a feed, or of a page where no feed's type is given.
pub(super) fn add_replies(
    comments: &mut Comments,
    href: &str,
    media_type: Option<&str>,
    links: &Links<'_>,
) {
    match media_type.filter(|kind| media_types::is_of_feed(kind)) {
        Some(kind) => add_feed(comments, href, Some(kind), links),
        None => add_page(comments, href, links),
    }
}
