//! Languages: as tags, and as texts show them.

use whatlang::{Lang, detect};

use super::stop_words::language_by_stop_words;

/// A shorter text says too little.
const MIN_CHARS: usize = 80;
/// A longer look says no more.
const MAX_CHARS: usize = 400;
/// RFC 5646 §4.4.1 wants room for 35; a longer tag is an accident.
const MAX_TAG: usize = 64;

/// What a publisher calls a language, as a tag: RFC 5646 in form and with its capitals (§2.1.1). `en_US` and `en_US.UTF-8`, as
/// programs name it, and `English` are understood; of several the first counts. `None`: it is no tag, or says that nobody knows.
#[must_use]
pub fn language_tag(given: &str) -> Option<String> {
    let first = given.trim().split([',', ';', '.', '@']).next()?.trim();
    if first.len() > MAX_TAG {
        return None;
    }
    let may_be_name = first.len() > 3 && !first.contains(['-', '_']);
    if let Some(code) = may_be_name.then(|| by_name(first)).flatten() {
        return Some(code.to_owned());
    }
    let parts = first.split(['-', '_']).filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
    let (language, rest) = parts.split_first()?;
    let is_language = match language.as_str() {
        // Private use, and what was registered under RFC 1766.
        "x" | "i" => !rest.is_empty(),
        "und" => false,
        // Longer ones may be registered, says RFC 5646 §2.2.1. None ever was.
        _ => (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic()),
    };
    let is_part =
        |part: &String| part.len() <= 8 && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let fits = is_language && rest.iter().all(is_part);
    let tag = fits.then(|| with_capitals(language, rest));
    tag.filter(|tag| has_whole_extensions(tag))
}

/// Whether each single letter or digit of a tag opens something (RFC 5646 §2.1): one at the end, or before another one, makes the
/// whole no tag. `rss_0.91` is what such feeds have there.
#[must_use]
pub fn has_whole_extensions(tag: &str) -> bool {
    let parts: Vec<&str> = tag.split('-').collect();
    for (nth, part) in parts.iter().enumerate().filter(|(_, part)| part.len() == 1) {
        let next = parts.get(nth + 1).map_or(0, |next| next.len());
        if part.eq_ignore_ascii_case("x") {
            return next > 0;
        }
        if next < 2 {
            return false;
        }
    }
    true
}

/// RFC 5646 §2.1.1: scripts begin with a capital, regions are in capitals, but not behind a single letter.
fn with_capitals(language: &str, rest: &[String]) -> String {
    let mut tag = language.to_owned();
    let mut is_extended = language.len() == 1;
    for part in rest {
        tag.push('-');
        is_extended |= part.len() == 1;
        match part.len() {
            2 if !is_extended => tag.push_str(&part.to_ascii_uppercase()),
            4 if !is_extended => {
                tag.push_str(&part[..1].to_ascii_uppercase());
                tag.push_str(&part[1..]);
            }
            _ => tag.push_str(part),
        }
    }
    tag
}

/// The code of a language that is called by its name, in English or in itself.
fn by_name(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let is_it = |language: &Lang| {
        [language.eng_name(), language.name()]
            .iter()
            .any(|known| known.to_lowercase() == name)
    };
    let found = CODES.iter().find(|(language, _)| is_it(language));
    found.map(|(_, code)| *code)
}

/// The language of a text that is long and plain enough to tell.
#[must_use]
pub fn language_of(text: &str) -> Option<&'static str> {
    let end = text
        .char_indices()
        .nth(MAX_CHARS)
        .map_or(text.len(), |(at, _)| at);
    let start = &text[..end];
    if start.chars().filter(|c| c.is_alphabetic()).count() < MIN_CHARS {
        return None;
    }
    if let Some(code) = language_by_stop_words(start) {
        return Some(code);
    }
    let told = detect(start).filter(whatlang::Info::is_reliable)?;
    let known = CODES.iter().find(|(language, _)| *language == told.lang());
    known.map(|(_, code)| *code)
}

/// RFC 5646 wants the short code (ISO 639-1) where there is one. Languages that are mostly guessed wrong are left out.
const CODES: &[(Lang, &str)] = &[
    (Lang::Eng, "en"),
    (Lang::Rus, "ru"),
    (Lang::Cmn, "zh"),
    (Lang::Spa, "es"),
    (Lang::Por, "pt"),
    (Lang::Ita, "it"),
    (Lang::Ben, "bn"),
    (Lang::Fra, "fr"),
    (Lang::Deu, "de"),
    (Lang::Ukr, "uk"),
    (Lang::Kat, "ka"),
    (Lang::Ara, "ar"),
    (Lang::Hin, "hi"),
    (Lang::Jpn, "ja"),
    (Lang::Heb, "he"),
    (Lang::Yid, "yi"),
    (Lang::Pol, "pl"),
    (Lang::Amh, "am"),
    (Lang::Jav, "jv"),
    (Lang::Kor, "ko"),
    (Lang::Nob, "nb"),
    (Lang::Dan, "da"),
    (Lang::Swe, "sv"),
    (Lang::Fin, "fi"),
    (Lang::Tur, "tr"),
    (Lang::Nld, "nl"),
    (Lang::Hun, "hu"),
    (Lang::Ces, "cs"),
    (Lang::Ell, "el"),
    (Lang::Bul, "bg"),
    (Lang::Bel, "be"),
    (Lang::Mar, "mr"),
    (Lang::Kan, "kn"),
    (Lang::Ron, "ro"),
    (Lang::Slv, "sl"),
    (Lang::Hrv, "hr"),
    (Lang::Srp, "sr"),
    (Lang::Mkd, "mk"),
    (Lang::Lit, "lt"),
    (Lang::Lav, "lv"),
    (Lang::Est, "et"),
    (Lang::Tam, "ta"),
    (Lang::Vie, "vi"),
    (Lang::Urd, "ur"),
    (Lang::Tha, "th"),
    (Lang::Guj, "gu"),
    (Lang::Pan, "pa"),
    (Lang::Aze, "az"),
    (Lang::Ind, "id"),
    (Lang::Tel, "te"),
    (Lang::Pes, "fa"),
    (Lang::Mal, "ml"),
    (Lang::Mya, "my"),
    (Lang::Nep, "ne"),
    (Lang::Sin, "si"),
    (Lang::Khm, "km"),
    (Lang::Afr, "af"),
    (Lang::Slk, "sk"),
    (Lang::Cat, "ca"),
    (Lang::Hye, "hy"),
    (Lang::Cym, "cy"),
    (Lang::Uzb, "uz"),
    (Lang::Tuk, "tk"),
];
