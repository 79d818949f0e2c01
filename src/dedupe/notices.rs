//! How agencies say in a headline that a release is withdrawn: the forms of their wires, and nothing that a newspaper would write.
//!
//! A mark is in capitals, and a sign parts it from what it marks. "Kill Bill returns" has none. A form alone proves nothing, for "KILL: the
//! film" and "KILLED - soldier named" have it, too: all but a few marks count only where what they mark is a headline that was there
//! before. Forms of AFP, AP, dpa, Reuters and PR Newswire: "KILL KILL KILL", "MANDATORY KILL: …", "STORY WITHDRAWN -- …",
//! "BC-EU--Slug-KILL", "ADVISORY-… story withdrawn", "/DISREGARD RELEASE: …/".

use crate::text::{fold, tokens};

/// Marks that open a headline, or are all of it, and mean nothing else. The longest first.
const CERTAIN: &[&str] = &[
    "ATTENTION EDITORS MANDATORY KILL",
    "KILL KILL KILL",
    "MANDATORY KILL",
    "Mandatory Kill",
    "STORY WITHDRAWN",
    "ARTICLE WITHDRAWN",
    "NEWS RELEASE WITHDRAWN",
    "PRESS RELEASE WITHDRAWN",
    "DISREGARD RELEASE",
    "KILL ADVISORY",
    "KILL NOTICE",
    "MELDUNG ZURÜCKGEZOGEN",
];
/// Marks that open a headline, and are words of news as well.
const LIKELY: &[&str] = &[
    "STORY KILLED",
    "STORY KILL",
    "STORY REMOVED",
    "KILL STORY",
    "WITHDRAWN",
    "RETRACTION",
    "RETRACTED",
    "KILLED",
    "KILL",
    "ANNULATION",
    "ANNULE",
    "ANNULÉ",
    "ZURÜCKGEZOGEN",
];
/// Marks that end a headline behind a sign, and whether they mean nothing else. A single word there is a name more often.
const CLOSING: &[(&str, bool)] = &[
    ("KILL KILL KILL", true),
    ("MANDATORY KILL", true),
    ("STORY WITHDRAWN", true),
    ("WITHDRAWN", false),
    ("KILL", false),
];
/// What a slug of AP and its members opens with.
const SLUGS: &[&str] = &["BC-", "AP-", "AM-", "PM-"];
/// How it ends where it is killed.
const SLUG_MARKS: &[&str] = &["KILL", "Kill"];
/// What calls editors before the mark.
const CALLS: &[&str] = &["ATTENTION EDITORS", "EDITORS", "EDS", "ATTN EDITORS"];
/// Marks that end what editors are called for.
const CALLED: &[&str] = &[" IS WITHDRAWN", " WITHDRAWN", " KILL"];
/// How Reuters ends an advisory on a story.
const ADVISED: &[&str] = &["story withdrawn", "STORY WITHDRAWN"];
/// Signs that part a mark from what it marks.
const SIGNS: [char; 9] = [':', '-', '–', '—', '/', '|', '*', '=', ']'];
/// A headline with fewer words may be that of a column, or stand in a text by chance.
const NAMED_WORDS: usize = 4;
/// A notice has few words, and the headline that it means stands among the first.
const NOTICE_WORDS: usize = 200;
const NAMING_WORDS: usize = 60;

/// A headline that has the form of one that withdraws a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KillMark<'t> {
    /// The headline without the mark: that of the release, where the mark is one; may be empty.
    pub rest: &'t str,
    /// Whether the mark means nothing else, whatever it marks.
    pub is_certain: bool,
}

impl<'t> KillMark<'t> {
    fn new(rest: &'t str, is_certain: bool) -> Self {
        let is_frame = |c: char| c.is_whitespace() || SIGNS.contains(&c) || c == ')';
        Self {
            rest: rest.trim_matches(is_frame),
            is_certain,
        }
    }
}

/// The mark of a headline that has the form of one that withdraws a release.
#[must_use]
pub fn kill_mark(headline: &str) -> Option<KillMark<'_>> {
    let headline = headline.trim();
    let bare = headline.trim_start_matches(['*', '[', '(', '/', '=', ' ']);
    opening(bare)
        .or_else(|| advised(bare))
        .or_else(|| called(bare))
        .or_else(|| slug(headline))
        .or_else(|| closing(headline))
}

/// Whether an edit of a headline says that its release is withdrawn: what was there before has a mark now, or nothing but a certain
/// mark is left.
#[must_use]
pub fn is_killed(before: &str, now: &str) -> bool {
    kill_mark(now).is_some_and(|mark| {
        let rest = words(mark.rest);
        match rest.is_empty() {
            true => mark.is_certain,
            false => rest == words(before),
        }
    })
}

/// A mark that opens the headline.
fn opening(headline: &str) -> Option<KillMark<'_>> {
    let certain = CERTAIN.iter().map(|mark| (mark, true));
    let mut marks = certain.chain(LIKELY.iter().map(|mark| (mark, false)));
    marks.find_map(|(mark, is_certain)| {
        let rest = headline.strip_prefix(mark)?;
        let signs = rest.trim_start_matches([' ', '\'', ',']);
        let is_parted = signs.starts_with(SIGNS) || signs.starts_with(')');
        // "STORY WITHDRAWN-Bank cuts rates" is a mark of old wires, "KILL-OR-CURE" and "KILL/CAPTURE" are words.
        let is_compound =
            rest.starts_with(['-', '/']) && !rest.starts_with("--") && !mark.ends_with("WITHDRAWN");
        let is_mark = signs.is_empty() || (is_parted && !is_compound);
        is_mark.then(|| KillMark::new(signs, is_certain))
    })
}

/// A mark that ends an advisory.
fn advised(headline: &str) -> Option<KillMark<'_>> {
    let advice = headline.strip_prefix("ADVISORY")?.trim_start();
    let advice = advice.strip_prefix(SIGNS)?.trim();
    let rest = ADVISED.iter().find_map(|mark| advice.strip_suffix(mark))?;
    let is_parted = rest.is_empty() || rest.ends_with(' ') || rest.ends_with(SIGNS);
    is_parted.then(|| KillMark::new(rest, true))
}

/// A mark that opens or ends what editors are called for.
fn called(headline: &str) -> Option<KillMark<'_>> {
    let call = CALLS.iter().find(|call| headline.starts_with(**call))?;
    let rest = headline[call.len()..].trim_start();
    let rest = rest.strip_prefix(SIGNS)?.trim();
    let ending = || CALLED.iter().find_map(|end| rest.strip_suffix(end));
    opening(rest).or_else(|| ending().map(|rest| KillMark::new(rest, false)))
}

/// A slug that is killed.
fn slug(headline: &str) -> Option<KillMark<'_>> {
    let is_slug = SLUGS.iter().any(|slug| headline.starts_with(slug)) && !headline.contains(':');
    let rest = SLUG_MARKS
        .iter()
        .find_map(|mark| headline.strip_suffix(mark))?;
    (is_slug && rest.ends_with(['-', ',', ' '])).then(|| KillMark::new(rest, false))
}

/// A mark that ends the headline.
fn closing(headline: &str) -> Option<KillMark<'_>> {
    let bare = headline.trim_end_matches(['*', ']', ')', '=', '\'', ' ']);
    let (before, is_certain) = CLOSING
        .iter()
        .find_map(|(mark, is_certain)| Some((bare.strip_suffix(mark)?, *is_certain)))?;
    let rest = before.trim_end_matches([' ', '(', '[', '*']);
    let is_bracketed = before.ends_with(['(', '[', '*']);
    let is_parted = rest.ends_with(['-', '–', '—', '/', '|', ',']) && before.ends_with(' ');
    (is_bracketed || is_parted).then(|| KillMark::new(rest, is_certain))
}

/// Of recent headlines of the source, the one that a notice is about: the only one that is its own headline without the mark; else, where
/// the mark is certain, the only one that its text names.
#[must_use]
pub fn killed<'h>(
    mark: KillMark<'_>,
    text: &str,
    headlines: impl Iterator<Item = &'h str> + Clone,
) -> Option<usize> {
    let own = words(mark.rest);
    let least = if mark.is_certain { 1 } else { NAMED_WORDS };
    let is_repeated = !own.is_empty() && count(&own) >= least;
    let is_same = |headline: &str| is_repeated && words(headline) == own;
    let said = naming(mark, text);
    let is_named = |headline: &str| {
        let named = words(headline);
        count(&named) >= NAMED_WORDS && said.contains(&format!(" {named} "))
    };
    let unmarked = headlines
        .enumerate()
        .filter(|(_, headline)| kill_mark(headline).is_none());
    let only = |fits: &dyn Fn(&str) -> bool| {
        let mut found = unmarked.clone().filter(|(_, headline)| fits(headline));
        match (found.next(), found.next()) {
            (Some((nth, _)), None) => Some(Some(nth)),
            (None, _) => None,
            (Some(_), Some(_)) => Some(None),
        }
    };
    // Where two headlines fit, nobody knows which is meant.
    only(&is_same).or_else(|| only(&is_named)).flatten()
}

/// The words of a notice that may name a headline, between blanks. An article names others, too, and has more words.
fn naming(mark: KillMark<'_>, text: &str) -> String {
    let said = words(text);
    if !mark.is_certain || count(&said) > NOTICE_WORDS {
        return String::new();
    }
    let first: Vec<&str> = said.split(' ').take(NAMING_WORDS).collect();
    format!(" {} ", first.join(" "))
}

/// Its words, folded, in one line.
fn words(text: &str) -> String {
    tokens(&fold(text)).joined().to_owned()
}

fn count(words: &str) -> usize {
    words.split(' ').count()
}
