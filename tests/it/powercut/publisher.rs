//! Two sources that publish a new version of their feeds whenever they are told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::origin::{Asked, Origin, response, rss};
use crate::support::random::Random;

pub(super) const SOURCES: [&str; 2] = ["a", "b"];

/// Entries of the first version, and of every document.
const SHOWN: usize = 12;
/// Entries that a version adds.
const ADDED: usize = 2;

/// Serves the feeds of [`SOURCES`] with a validator for each version.
pub(super) struct Publisher {
    origin: Origin,
    version: Arc<AtomicUsize>,
}

impl Publisher {
    pub(super) fn start() -> Self {
        let version = Arc::new(AtomicUsize::new(0));
        let now = version.clone();
        let origin = Origin::start(move |asked| answer(asked, now.load(Ordering::SeqCst)));
        Self { origin, version }
    }

    /// Publishes the next version of both feeds; returns its number.
    pub(super) fn advance(&self) -> usize {
        self.version.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// The sources as a configuration.
    pub(super) fn configuration(&self) -> String {
        let address = self.origin.address();
        let sources = SOURCES
            .map(|id| format!("[[source]]\nid = \"{id}\"\nurl = \"http://{address}/{id}\"\n"));
        sources.concat()
    }
}

fn answer(asked: &Asked, version: usize) -> Vec<u8> {
    let source = asked.path.trim_start_matches('/');
    if !SOURCES.contains(&source) {
        return response("404 Not Found", &[], b"");
    }
    let validator = validator(source, version);
    let headers = [("ETag", validator.as_str())];
    if asked.header("if-none-match") == Some(validator.as_str()) {
        return response("304 Not Modified", &headers, b"");
    }
    let entries: Vec<_> = document(source, version)
        .into_iter()
        .map(|(guid, edition)| {
            let text = text(&guid, edition);
            (format!("Report {guid}"), guid, text)
        })
        .collect();
    let entries: Vec<_> = entries
        .iter()
        .map(|(title, guid, text)| (guid.as_str(), title.as_str(), text.as_str()))
        .collect();
    response("200 OK", &headers, &rss(&entries))
}

/// The entity tag of a version, as sent.
fn validator(source: &str, version: usize) -> String {
    format!("\"{source}-v{version}\"")
}

/// The source and the version that an entity tag in this text stands for.
pub(super) fn version_of(text: &str) -> Option<(&'static str, usize)> {
    SOURCES.into_iter().find_map(|source| {
        let tag = text.split_once(&format!("\"{source}-v"))?.1;
        Some((source, tag.split_once('"')?.0.parse().ok()?))
    })
}

/// The GUIDs in a version of a feed, newest first, and which edition of each entry it carries. No later version has an
/// earlier edition.
pub(super) fn document(source: &str, version: usize) -> Vec<(String, usize)> {
    let newest = SHOWN + version * ADDED;
    let numbers = (newest - SHOWN + 1..=newest).rev();
    numbers
        .map(|number| (format!("{source}-{number}"), version / (3 + number % 4)))
        .collect()
}

/// Words that no other entry has, and the edition.
fn text(guid: &str, edition: usize) -> String {
    let seed = guid
        .bytes()
        .fold(0, |seed, byte| seed * 256 + u64::from(byte));
    let mut random = Random::new(seed);
    let mut letter = || char::from(b'a' + u8::try_from(random.below(26)).expect("a letter"));
    let mut word = || (0..7).map(|_| letter()).collect::<String>();
    let words: Vec<String> = (0..60).map(|_| word()).collect();
    format!("{} Edition {edition} of {guid}.", words.join(" "))
}

/// The edition of an entry by its text.
pub(super) fn edition(text: &str) -> Option<usize> {
    let after = text.rsplit_once("Edition ")?.1;
    after.split_once(' ')?.0.parse().ok()
}
