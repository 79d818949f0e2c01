//! A place we poll, as configured.

use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;

use url::Url;

use super::SourceId;

/// A configured place we poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Unique among the configured sources.
    pub id: SourceId,
    /// Where the feed is.
    pub location: Location,
    /// What to call it; `None`: the feed's own title.
    pub title: Option<String>,
    /// Labels that outputs select by (`tag:wire`) and rules see.
    pub tags: Vec<String>,
    /// Whose copy of a story is shown: higher wins.
    pub priority: i64,
    /// Of a new source's backlog, how many of the newest may appear in outputs; `None`: all.
    pub first_items: Option<NonZeroU32>,
    /// New entries in a day beyond this are stored but held back; `None`: no quota.
    pub daily_items: Option<NonZeroU32>,
    /// What tells its entries apart; `None`: decided from what the source gives.
    pub identity: Option<Identity>,
    /// The id that this source had before; its entries and state go on under the new one.
    pub formerly: Option<SourceId>,
}

words! {
    /// What an operator may say tells the entries of a source apart. Entries that have the same are one entry.
    Identity {
        /// The GUID.
        Guid = "guid",
        /// The whole link, query and fragment included.
        Link = "link",
        /// The headline, without regard to case and accents.
        Title = "title",
    }
}

/// Where a feed is read from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Location {
    /// An `http` or `https` URL, as configured, without fragment.
    Url(Url),
    /// A local file, absolute; re-read when its bytes differ.
    File(PathBuf),
}

/// Names of parameters that carry a secret, or begin or end so.
const SECRET_NAMES: &[&str] = &[
    "key",
    "token",
    "auth",
    "secret",
    "sig",
    "signature",
    "pass",
    "password",
    "pw",
];
/// A parameter of so many letters and digits in one run is a key, whatever its name.
const SECRET_LENGTH: usize = 16;

/// A URL that may be shown to everybody: without user info, and without its query where that looks like carrying a secret, as
/// the addresses of private feeds do.
#[must_use]
pub fn public_url(url: &Url) -> Url {
    let mut public = url.clone();
    // Neither call fails for http and https; other URLs have no user info that they could keep.
    let _ = public.set_username("");
    let _ = public.set_password(None);
    if url
        .query_pairs()
        .any(|(name, value)| is_secret(&name, &value))
    {
        public.set_query(None);
    }
    public
}

fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let named = SECRET_NAMES.iter().any(|secret| {
        name.split(['_', '-', '.']).any(|part| part == *secret) || name.ends_with(secret)
    });
    // A key has digits among its letters; a long word has not.
    let is_key = |text: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric()).any(|run| {
            run.len() >= SECRET_LENGTH
                && run.contains(|c: char| c.is_ascii_digit())
                && run.contains(|c: char| c.is_ascii_alphabetic())
        })
    };
    (named && !value.is_empty()) || is_key(value) || (value.is_empty() && is_key(&name))
}

impl fmt::Display for Location {
    /// For people: never with the URL's user info.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) if url.username().is_empty() && url.password().is_none() => url.fmt(f),
            Self::Url(url) => {
                let mut bare = url.clone();
                // Neither call fails for http and https, the only schemes a location has.
                let _ = bare.set_username("");
                let _ = bare.set_password(None);
                bare.fmt(f)
            }
            Self::File(path) => path.display().fmt(f),
        }
    }
}
