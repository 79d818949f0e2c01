//! How a release opens: `GENEVA, Nov. 21, 2017 (ABCNS)—`.
//!
//! Agencies write place, date and their own name before a dash, each in its own
//! order and any of them left out. What is taken for a dateline must either name
//! an agency or be written as only datelines are (a place in capitals); a
//! sentence that happens to have a dash is none. The text itself stays as it is.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::dates::{day_of, has_month};
use crate::model::Timestamp;

/// A longer opening is a sentence.
const MAX_CHARS: usize = 120;
/// What stands before agency or dash is no longer than this, in characters.
const MAX_HEAD: usize = 90;
/// The name of an agency is no longer than this, in characters.
const MAX_AGENCY: usize = 41;
/// A place is a few words; more are a sentence.
const MAX_PLACE_WORDS: usize = 6;

/// The opening of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dateline<'t> {
    /// As written, without the dash.
    pub text: &'t str,
    /// What stands before date and agency, as written.
    pub place: Option<&'t str>,
    /// The day, where its year is written.
    pub day: Option<Timestamp>,
    /// Who sent it, as written.
    pub agency: Option<&'t str>,
    /// Where the text goes on, in bytes.
    pub end: usize,
}

// Where a pattern takes the shortest head, its length is checked in what was found. A bound in the pattern makes it many times as
// slow to compile, which every process would pay with the first document that it reads.
macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($pattern).expect("a pattern of ours"));
    };
}

// GENEVA, Nov. 21, 2017 (ABCNS)— · BERLIN (ABC) - · NEW YORK, Nov. 21 /PRNewswire/ -- · CITY--(BUSINESS WIRE)-- ·
// Madrid, 21 nov (EFE).- · МОСКВА, 21 ноября. /ТАСС/. · (ABCNS) –
pattern!(
    WITH_AGENCY,
    r"^(?P<head>(?:[^()/\n—―]|\b/\b)*?)[\s,:–-]*[(/](?P<agency>[\p{L}\p{N}][\p{L}\p{N} .&+'’-]*)[)/]\s*(?P<date>[^()/\n—–―-]{0,30}?)\s*(?:\.\s*)?(?:--|[—–―-]|\.\s|:\s)\s*"
);
// МОСКВА, 21 ноя — РИА Новости.
pattern!(
    AGENCY_BEHIND,
    r"^(?P<head>[^()/\n—―]{3,}?)\s+[—–-]\s+(?P<agency>\p{Lu}{2,12}(?: \p{Lu}\p{L}+)?)\.\s+"
);
// GENEVA, Nov. 21 — · LONDON — · Paris, le 21 novembre 2017 –
pattern!(
    WITHOUT_AGENCY,
    r"^(?P<head>[^()/\n—–―]{3,}?)\s*(?:--|[—–―]|\s-\s)\s*"
);
// The date within what stands before the agency: from the comma behind the place to the end.
pattern!(
    SPLIT,
    r"(?x)^(?P<place>.*?)[\s,:]*
    (?P<date>(?:le\s+|den\s+|am\s+|el\s+)?
      (?: \p{L}{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?(?:\s*,?\s+\d{4})?
        | \d{1,2}(?:\.|er|º)?\s*(?:de\s+)?\p{L}{3,12}\.?(?:\s+(?:de\s+)?\d{4})?(?:\s*г\.?)?
        | \d{1,2}\.\s*\d{1,2}\.(?:\s*\d{4})?
        | \d{4}-\d{2}-\d{2} ))\.?$"
);

/// The dateline that a text opens with.
#[must_use]
pub fn dateline(text: &str) -> Option<Dateline<'_>> {
    let start = text.len() - text.trim_start().len();
    let opening = first_chars(&text[start..], MAX_CHARS);
    let found = with_agency(opening)
        .or_else(|| agency_behind(opening))
        .or_else(|| without_agency(opening))?;
    Some(Dateline {
        end: start + found.end,
        ..found
    })
}

fn first_chars(text: &str, most: usize) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.char_indices()
        .nth(most)
        .map_or(line, |(end, _)| &line[..end])
}

/// What `pattern` finds, unless what stands before agency or dash is too long.
fn captures<'t>(pattern: &Regex, text: &'t str) -> Option<Captures<'t>> {
    let found = pattern.captures(text)?;
    is_within(&found, "head", MAX_HEAD).then_some(found)
}

fn is_within(found: &Captures<'_>, group: &str, most: usize) -> bool {
    let group = found.name(group);
    group.is_none_or(|group| group.as_str().chars().count() <= most)
}

// Most texts open without a dateline. What a pattern cannot do without is looked for before it is tried.

fn with_agency(text: &str) -> Option<Dateline<'_>> {
    let opens = text.find(['(', '/'])?;
    if !text[opens + 1..].contains([')', '/']) {
        return None;
    }
    let found = captures(&WITH_AGENCY, text)?;
    if !is_within(&found, "agency", MAX_AGENCY) {
        return None;
    }
    let agency = group(&found, "agency")?;
    let (place, mut date) = split(group(&found, "head")?);
    // `BERLIN (ABC) 21 Nov -`
    let behind = group(&found, "date").filter(|date| !date.is_empty());
    if let Some(behind) = behind {
        if date.is_some() || !has_month(behind) {
            return None;
        }
        date = Some(behind);
    }
    if !is_agency(agency) || !place.is_none_or(is_place) {
        return None;
    }
    Some(written(text, &found, place, date, Some(agency)))
}

fn agency_behind(text: &str) -> Option<Dateline<'_>> {
    if !['-', '–', '—'].iter().any(|dash| stands_alone(text, *dash)) {
        return None;
    }
    let found = captures(&AGENCY_BEHIND, text)?;
    let (place, date) = split(group(&found, "head")?);
    let fits = date.is_some() && place.is_some_and(|place| is_place(place) && is_shouted(place));
    fits.then(|| written(text, &found, place, date, group(&found, "agency")))
}

fn without_agency(text: &str) -> Option<Dateline<'_>> {
    let has_dash = text.contains(['—', '–', '―']) || text.contains("--");
    if !has_dash && !stands_alone(text, '-') {
        return None;
    }
    let found = captures(&WITHOUT_AGENCY, text)?;
    let (place, date) = split(group(&found, "head")?);
    let place = place.filter(|place| is_place(place))?;
    // Without agency and date only capitals tell a place from the beginning of a sentence.
    (is_shouted(place) || date.is_some()).then(|| written(text, &found, Some(place), date, None))
}

/// Whether a character stands somewhere between white space.
fn stands_alone(text: &str, c: char) -> bool {
    text.match_indices(c).any(|(at, c)| {
        text[..at].ends_with(char::is_whitespace)
            && text[at + c.len()..].starts_with(char::is_whitespace)
    })
}

fn written<'t>(
    text: &'t str,
    found: &Captures<'t>,
    place: Option<&'t str>,
    date: Option<&str>,
    agency: Option<&'t str>,
) -> Dateline<'t> {
    let end = found.get(0).map_or(0, |whole| whole.end());
    let opening = text[..end].trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, '-' | '–' | '—' | '―' | '.' | ':')
    });
    // The point of an abbreviated month belongs to it.
    Dateline {
        text: opening,
        place,
        day: date.and_then(day_of),
        agency,
        end,
    }
}

fn group<'t>(found: &Captures<'t>, name: &str) -> Option<&'t str> {
    found.name(name).map(|group| group.as_str().trim())
}

/// `GENEVA, Nov. 21, 2017` as place and date.
fn split(head: &str) -> (Option<&str>, Option<&str>) {
    let head = head.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '-' | '–'));
    let some = |text: &'_ str| !text.is_empty();
    if !head.contains(char::is_numeric) {
        return (Some(head).filter(|head| some(head)), None);
    }
    match SPLIT.captures(head) {
        Some(found)
            if found
                .name("date")
                .is_some_and(|date| is_date(date.as_str())) =>
        {
            let place = found.name("place").map(|place| place.as_str().trim());
            (
                place.filter(|place| some(place)),
                found.name("date").map(|date| date.as_str()),
            )
        }
        _ => (Some(head).filter(|head| some(head)), None),
    }
}

fn is_date(text: &str) -> bool {
    has_month(text)
        || text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(char::is_alphabetic)
}

/// A few words that begin in capitals, perhaps with small ones (`de`, `am`) between.
fn is_place(place: &str) -> bool {
    let words: Vec<&str> = place
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '-'))
        .filter(|word| !word.is_empty())
        .collect();
    let capital = |word: &&str| word.starts_with(|c: char| c.is_uppercase() || !c.is_lowercase());
    (1..=MAX_PLACE_WORDS).contains(&words.len())
        && words.first().is_some_and(capital)
        && words.iter().filter(|word| !capital(word)).count() <= 2
        && words
            .iter()
            .all(|word| capital(word) || word.chars().count() <= 3)
        && !place.contains(['.', '!', '?', '"', '“', '«', ';'].as_slice())
        || is_abbreviated(place)
}

/// `WASHINGTON, D.C.`, `ST. LOUIS`, `Mass.`: points that end no sentence.
fn is_abbreviated(place: &str) -> bool {
    let without: String = place.replace('.', "");
    place.contains('.')
        && place
            .split_whitespace()
            .filter(|word| word.contains('.'))
            .all(|word| {
                word.trim_end_matches(',')
                    .chars()
                    .filter(|c| c.is_alphabetic())
                    .count()
                    <= 5
            })
        && !without.contains('.')
        && is_place(&without)
}

/// Whether it is written in capitals throughout, as only datelines are; three letters at least.
fn is_shouted(place: &str) -> bool {
    let city = place.split(',').next().unwrap_or_default();
    let letters: Vec<char> = city.chars().filter(|c| c.is_alphabetic()).collect();
    letters.len() >= 3 && letters.iter().all(|c| c.is_uppercase())
}

/// A name: a capital somewhere, or the small letters of `dpa`, `afp`, `sda`; not a remark such as (see below).
fn is_agency(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let has_capital = name.chars().any(char::is_uppercase);
    letters >= 2
        && (has_capital || (letters <= 4 && !name.contains(' ')))
        && name.split_whitespace().count() <= 4
}
