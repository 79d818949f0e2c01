//! How agencies say in a headline that a release is withdrawn: the forms of their wires, and nothing that a newspaper would write.
//!
//! A mark is in capitals, and a sign parts it from what it marks. "Kill Bill returns" has none, and in doubt a headline is one. Forms of AFP,
//! AP, dpa and Reuters: "KILL KILL KILL", "MANDATORY KILL: …", "STORY WITHDRAWN -- …", "BC-EU--Slug-KILL".

use crate::text::{fold, tokens};

/// Marks that open a headline, or are all of it. The longest first.
const OPENING: &[&str] = &[
    "ATTENTION EDITORS MANDATORY KILL",
    "KILL KILL KILL",
    "MANDATORY KILL",
    "STORY WITHDRAWN",
    "ARTICLE WITHDRAWN",
    "NEWS RELEASE WITHDRAWN",
    "PRESS RELEASE WITHDRAWN",
    "STORY KILLED",
    "STORY KILL",
    "KILL ADVISORY",
    "KILL NOTICE",
    "KILL STORY",
    "WITHDRAWN",
    "KILLED",
    "KILL",
    "ANNULATION",
    "MELDUNG ZURÜCKGEZOGEN",
    "ZURÜCKGEZOGEN",
];
/// Marks that end a headline behind a sign. A single word there is a name more often.
const CLOSING: &[&str] = &[
    "KILL KILL KILL",
    "MANDATORY KILL",
    "STORY WITHDRAWN",
    "WITHDRAWN",
    "KILL",
];
/// What a slug of AP and its members opens with.
const SLUGS: &[&str] = &["BC-", "AP-", "AM-", "PM-"];
/// What calls editors before the word stands anywhere behind it.
const CALLS: &[&str] = &["ATTENTION EDITORS", "EDITORS", "EDS", "ATTN EDITORS"];
/// Signs that part a mark from what it marks.
const SIGNS: [char; 9] = [':', '-', '–', '—', '/', '|', '*', '=', ']'];
/// A headline with fewer words may stand in the text of a notice by chance.
const NAMED_WORDS: usize = 5;

/// A headline that says that a release is withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KillMark<'t> {
    /// The headline without the mark: that of the release, where the notice repeats it; may be empty.
    pub rest: &'t str,
}

/// The mark of a headline that says that a release is withdrawn.
#[must_use]
pub fn kill_mark(headline: &str) -> Option<KillMark<'_>> {
    let headline = headline.trim();
    let bare = headline.trim_start_matches(['*', '[', '(', '/', '=', ' ']);
    opening(bare)
        .or_else(|| called(bare))
        .or_else(|| closing(headline))
        .map(|rest| KillMark {
            rest: rest.trim_matches(|c: char| c.is_whitespace() || SIGNS.contains(&c) || c == ')'),
        })
}

/// What stands behind a mark that opens the headline.
fn opening(headline: &str) -> Option<&str> {
    OPENING.iter().find_map(|mark| {
        let rest = headline.strip_prefix(mark)?;
        let signs = rest.trim_start_matches([' ', '\'', ',']);
        let is_parted = signs.starts_with(SIGNS) || signs.starts_with(')');
        // "STORY WITHDRAWN-Bank cuts rates" is a mark of old wires, "KILL-OR-CURE" and "KILL/CAPTURE" are words.
        let is_compound =
            rest.starts_with(['-', '/']) && !rest.starts_with("--") && !mark.ends_with("WITHDRAWN");
        (signs.is_empty() || (is_parted && !is_compound)).then_some(signs)
    })
}

/// What stands between a call to editors and the word.
fn called(headline: &str) -> Option<&str> {
    let call = CALLS.iter().find(|call| headline.starts_with(**call))?;
    let rest = headline[call.len()..].trim_start();
    let rest = rest.strip_prefix(SIGNS)?;
    let is_word = |word: &str| matches!(word, "KILL" | "KILLED" | "WITHDRAWN");
    let mut words = rest.split(|c: char| !c.is_alphanumeric());
    if !words.any(is_word) {
        return None;
    }
    let bare = rest.trim();
    let ends = ["IS WITHDRAWN", "WITHDRAWN", "KILLED", "KILL"];
    let end = ends.iter().find_map(|end| bare.strip_suffix(end));
    Some(end.or_else(|| opening(bare)).unwrap_or(bare))
}

/// What stands before a mark that ends the headline.
fn closing(headline: &str) -> Option<&str> {
    let bare = headline.trim_end_matches(['*', ']', ')', '=', '\'', ' ']);
    let mark = CLOSING.iter().find(|mark| bare.ends_with(**mark))?;
    let before = &bare[..bare.len() - mark.len()];
    let rest = before.trim_end_matches([' ', '(', '[', '*']);
    let is_slug = SLUGS.iter().any(|slug| rest.starts_with(slug));
    let is_bracketed = before.ends_with(['(', '[', '*']);
    let is_parted = rest.ends_with(['-', '–', '—', '/', '|', ',']) && before.ends_with(' ');
    (is_slug || is_bracketed || is_parted).then_some(rest)
}

/// Of recent headlines of the source, the one that a notice is about: the only one that is its own headline without the mark; else the only
/// one that its text names.
#[must_use]
pub fn killed<'h>(
    mark: KillMark<'_>,
    text: &str,
    headlines: impl Iterator<Item = &'h str> + Clone,
) -> Option<usize> {
    let own = words(mark.rest);
    let is_same = |headline: &str| !own.is_empty() && words(headline) == own;
    let said = format!(" {} ", words(text));
    let is_named = |headline: &str| {
        let named = words(headline);
        named.split(' ').count() >= NAMED_WORDS && said.contains(&format!(" {named} "))
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

/// Its words, folded, in one line.
fn words(text: &str) -> String {
    tokens(&fold(text)).joined().to_owned()
}
