//! The language of a text, where the publisher does not say.

use whatlang::{Lang, detect};

use crate::model::Entry;

/// A shorter text says too little.
const MIN_CHARS: usize = 80;
/// A longer look says no more.
const MAX_CHARS: usize = 400;

/// Gives the entry the language of its text, where it has none and the text is long and plain enough to tell.
pub(super) fn recognize(entry: &mut Entry) {
    if entry
        .language
        .as_deref()
        .is_some_and(|given| !given.is_empty())
    {
        return;
    }
    let end = entry
        .text
        .char_indices()
        .nth(MAX_CHARS)
        .map_or(entry.text.len(), |(at, _)| at);
    let start = &entry.text[..end];
    if start.chars().filter(|c| c.is_alphabetic()).count() < MIN_CHARS {
        return;
    }
    entry.language = detect(start)
        .filter(whatlang::Info::is_reliable)
        .and_then(|info| code(info.lang()))
        .map(str::to_owned);
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

fn code(language: Lang) -> Option<&'static str> {
    let known = CODES.iter().find(|(known, _)| *known == language);
    known.map(|(_, code)| *code)
}
