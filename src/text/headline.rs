//! What agencies write before a headline: `ABCNS: `, `UPDATE 1-`, `CORRECTED-`.
//!
//! A title is published as it was written. To tell whether two of them say the same, and whether the later one corrects
//! the earlier, the prefixes are known apart from the rest. Without a colon, dash or bracket behind it a word is a word of the
//! sentence, however it is written: `UPDATE your phone now`.

/// What a title says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// More is known than in one before.
    Update,
    /// Something in one before was wrong.
    Correction,
    /// The same once more.
    Repeat,
    /// Sent in a hurry; more will follow.
    Urgent,
}

/// A title and what stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headline<'t> {
    /// Who sent it, as written.
    pub agency: Option<&'t str>,
    /// The first of several: what this very title is (`CORRECTED-UPDATE 2-` corrects).
    pub mark: Option<Mark>,
    /// Which update it is (`UPDATE 2-`), where it says so.
    pub number: Option<u8>,
    /// What is left, as written.
    pub rest: &'t str,
}

/// How a word must be written to be a mark.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    /// In capitals, or before a colon like any word that begins a sentence.
    Anyhow,
    /// In capitals: otherwise it opens a sentence that is about it.
    Capitals,
    /// In capitals, and a dash touches it only behind a number: `LEAD-ACID`.
    Apart,
}
use Written::{Anyhow, Apart, Capitals};

const WORDS: &[(&str, Mark, Written)] = &[
    ("UPDATE", Mark::Update, Anyhow),
    ("UPDATED", Mark::Update, Anyhow),
    ("WRAPUP", Mark::Update, Capitals),
    ("ROUNDUP", Mark::Update, Capitals),
    ("LEAD", Mark::Update, Apart),
    ("AKTUALISIERT", Mark::Update, Anyhow),
    ("MISE À JOUR", Mark::Update, Anyhow),
    ("MISE A JOUR", Mark::Update, Anyhow),
    ("ACTUALIZACIÓN", Mark::Update, Anyhow),
    ("ОБНОВЛЕНИЕ", Mark::Update, Anyhow),
    ("ОБНОВЛЕНО", Mark::Update, Anyhow),
    ("CORRECTED", Mark::Correction, Anyhow),
    ("CORRECTION", Mark::Correction, Anyhow),
    ("REFILE", Mark::Correction, Capitals),
    ("KORREKTUR", Mark::Correction, Anyhow),
    ("BERICHTIGUNG", Mark::Correction, Anyhow),
    ("RECTIFICATIF", Mark::Correction, Anyhow),
    ("CORRECCIÓN", Mark::Correction, Anyhow),
    ("ИСПРАВЛЕНИЕ", Mark::Correction, Anyhow),
    ("ИСПРАВЛЕНО", Mark::Correction, Anyhow),
    ("RPT", Mark::Repeat, Capitals),
    ("REPEAT", Mark::Repeat, Capitals),
    ("WDH", Mark::Repeat, Capitals),
    ("BREAKING", Mark::Urgent, Anyhow),
    ("BREAKING NEWS", Mark::Urgent, Anyhow),
    ("URGENT", Mark::Urgent, Anyhow),
    ("EILMELDUNG", Mark::Urgent, Anyhow),
    ("URGENTE", Mark::Urgent, Anyhow),
    ("СРОЧНО", Mark::Urgent, Anyhow),
];

/// More prefixes than any title has.
const MAX_PREFIXES: usize = 4;

/// Shorter names are those of countries (`US: `, `EU - `), longer ones of cities and things.
const AGENCY_LETTERS: std::ops::RangeInclusive<usize> = 3..=5;
/// Agencies whose names are shorter or longer.
const AGENCIES: &[&str] = &["AP", "XINHUA", "REUTERS", "INTERFAX", "ИНТЕРФАКС"];
/// What else stands in capitals before a colon: countries, and what kind of piece it is.
const NO_AGENCIES: &[&str] = &[
    "USA", "UAE", "DDR", "EEUU", "США", "LIVE", "VIDEO", "FOTO", "FOTOS", "PHOTO", "WATCH",
    "AUDIO", "NEWS", "POLL", "QUIZ", "FAQ", "OPED", "NEW", "TOP", "WHY", "HOW", "WAR", "TEST",
    "COVID", "NOTE",
];

/// What stands before a title, and the title behind it.
#[must_use]
pub fn headline(title: &str) -> Headline<'_> {
    let mut found = Headline {
        agency: None,
        mark: None,
        number: None,
        rest: title.trim(),
    };
    for _ in 0..MAX_PREFIXES {
        if let Some((mark, number, rest)) = mark(found.rest) {
            found.mark = found.mark.or(Some(mark));
            found.number = found.number.or(number);
            found.rest = rest;
        } else if let (None, Some((agency, rest))) = (found.agency, agency(found.rest)) {
            found.agency = Some(agency);
            found.rest = rest;
        } else {
            break;
        }
    }
    found
}

/// The mark that a title opens with, its number, and what is behind it.
fn mark(title: &str) -> Option<(Mark, Option<u8>, &str)> {
    let bracketed = title
        .strip_prefix('(')
        .map(|inner| (inner, ')'))
        .or_else(|| title.strip_prefix('[').map(|inner| (inner, ']')));
    WORDS.iter().find_map(|(word, mark, written)| {
        let (text, close) = match bracketed {
            Some((inner, close)) => (inner, Some(close)),
            None => (title, None),
        };
        let (behind, is_shouted) = strip_word(text, word)?;
        if !is_shouted && *written != Anyhow {
            return None;
        }
        let (behind, number) = strip_number(behind);
        let is_numbered = number.is_some();
        let rest = match close {
            Some(close) => behind
                .strip_prefix(close)?
                .trim_start_matches([':', '-', '–', '—', ' ']),
            None => strip_separator(
                behind,
                is_shouted,
                is_numbered || *written != Apart,
                is_numbered,
            )?,
        };
        let rest = rest.trim_start();
        (!rest.is_empty()).then_some((*mark, number, rest))
    })
}

/// What is behind a word, and whether the word is written in capitals; it must at least begin with one.
fn strip_word<'t>(text: &'t str, word: &str) -> Option<(&'t str, bool)> {
    let mut chars = text.chars();
    let mut is_shouted = true;
    for (nth, letter) in word.chars().enumerate() {
        let c = chars.next()?;
        if c != letter {
            if nth == 0 || !c.to_lowercase().eq(letter.to_lowercase()) {
                return None;
            }
            is_shouted = false;
        }
    }
    Some((chars.as_str(), is_shouted))
}

/// What is behind ` 1`, and the number, if that is there.
fn strip_number(text: &str) -> (&str, Option<u8>) {
    let number = text.trim_start();
    let behind = number.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = &number[..number.len() - behind.len()];
    if number.len() < text.len() && (1..=2).contains(&digits.len()) {
        (behind, digits.parse().ok())
    } else {
        (text, None)
    }
}

/// What is behind a colon or, where all is in capitals, a dash.
fn strip_separator(
    text: &str,
    is_shouted: bool,
    may_touch: bool,
    is_numbered: bool,
) -> Option<&str> {
    let bare = text.trim_start();
    if let Some(rest) = bare.strip_prefix(':') {
        return (is_shouted || rest.starts_with(char::is_whitespace)).then_some(rest);
    }
    let rest = bare.trim_start_matches(['-', '–', '—']);
    if !is_shouted || rest.len() == bare.len() {
        return None;
    }
    let is_apart = bare.len() < text.len();
    let goes_on = rest.starts_with(char::is_whitespace)
        // `UPDATE-proof` is one word, `UPDATE 1-iPhone` are two.
        || (!is_apart && may_touch && (is_numbered || !rest.starts_with(char::is_lowercase)));
    goes_on.then_some(rest)
}

/// The agency that a title opens with, and what is behind it.
fn agency(title: &str) -> Option<(&str, &str)> {
    let (name, rest) = match title.strip_prefix('(') {
        Some(inner) => {
            let (name, rest) = inner.split_once(')')?;
            // `(ABC)s` is no prefix.
            let bare = rest.trim_start_matches([':', '-', '–', '—']);
            let goes_on = bare.starts_with(char::is_whitespace) || bare.len() < rest.len();
            let dash = bare.trim_start().trim_start_matches(['-', '–', '—']);
            goes_on.then_some((name, dash))?
        }
        None => {
            let end = title.find(|c: char| !c.is_alphabetic())?;
            let (name, behind) = title.split_at(end);
            let rest = match behind.strip_prefix(':') {
                Some(rest) => rest,
                None => behind
                    .strip_prefix(char::is_whitespace)?
                    .strip_prefix(['-', '–', '—'])?,
            };
            // `ABC:s` and `ABC -5` are no prefixes.
            rest.starts_with(char::is_whitespace)
                .then_some((name, rest))?
        }
    };
    let rest = rest.trim_start();
    // Where all is in capitals, capitals say nothing.
    let is_shouted = rest.contains(char::is_uppercase) && !rest.contains(char::is_lowercase);
    (is_agency(name) && !is_shouted && !rest.is_empty()).then_some((name, rest))
}

fn is_agency(name: &str) -> bool {
    let is_number = name.chars().all(|c| "IVXLCM".contains(c));
    name.chars().all(char::is_uppercase)
        && (AGENCIES.contains(&name)
            || (AGENCY_LETTERS.contains(&name.chars().count())
                && !is_number
                && !NO_AGENCIES.contains(&name)))
}
