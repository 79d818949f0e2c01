//! What is said of a document that was read; pure.

use url::Url;

use super::target::Target;
use crate::dedupe::Told;
use crate::fetch::Fresh;
use crate::model::{Feed, Location};

/// Repairs that are told of one document; `mainstem parse` tells all.
const TOLD_REPAIRS: usize = 8;
/// How many characters of a title a message quotes.
const EXAMPLE_CHARS: usize = 80;

/// How entries are told apart that their GUID does not tell, and which were left out.
pub(super) fn told_otherwise(told: &Told) -> Vec<String> {
    let counts = [
        (told.shared_guids, "share a GUID", "link, title and date"),
        (told.by_link, "have no GUID", "link"),
        (
            told.shared_links,
            "have no GUID and share a link",
            "title and date",
        ),
        (
            told.by_title,
            "have neither GUID nor link",
            "title and date",
        ),
    ];
    let mut said: Vec<String> = counts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, what, by)| match count {
            1 => format!("1 entry {}: told apart by {by}", of_one(what)),
            _ => format!("{count} entries {what}: told apart by {by}"),
        })
        .collect();
    if let Some(example) = &told.example {
        let example: String = example.chars().take(EXAMPLE_CHARS).collect();
        let what = match told.repeated {
            1 => "1 repeated entry left out".to_owned(),
            count => format!("{count} repeated entries left out, such as"),
        };
        said.push(format!("{what}: {example:?}"));
    }
    said
}

/// Puts the verbs of a phrase into the singular.
fn of_one(what: &str) -> String {
    what.replace("have", "has").replace("share", "shares")
}

/// A feed that says that it has moved, for a person: anybody could write that, so it is not followed. `None`: it does not, or
/// means the address that it was asked at.
pub(super) fn moved_by_its_word(target: &Target, fresh: &Fresh, feed: &Feed) -> Option<String> {
    let bare = |url: &Url| Location::Url(url.clone()).to_string();
    let said = bare(feed.new_feed_url.as_ref()?);
    let is_here = target.source.location.to_string() == said
        || fresh.url.as_ref().is_some_and(|url| bare(url) == said);
    (!is_here).then(|| {
        format!("the feed says that it has moved to {said}: if that is so, write it into the configuration")
    })
}

/// What had to be repaired to read a document, as far as it is told.
pub(super) fn repairs(feed: &Feed) -> Vec<String> {
    feed.recovered.iter().take(TOLD_REPAIRS).cloned().collect()
}
