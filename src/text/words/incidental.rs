//! Numbers that are not the release's: of a telephone, a copyright, a page, a count of words or views, a time of change.
//!
//! Two copies of a release differ in them, so that they must never count as a
//! conflict.

use super::hashing::{hash, hashes};
use super::scan::{Gap, Kind, Piece};

/// What stands before a telephone number.
const PHONES: [u64; 22] = hashes([
    "tel",
    "telephone",
    "phone",
    "phones",
    "fax",
    "call",
    "mobile",
    "cell",
    "hotline",
    "whatsapp",
    "telefon",
    "telefax",
    "fon",
    "rufnummer",
    "telefono",
    "telefone",
    "tfno",
    "тел",
    "телефон",
    "факс",
    "office",
    "contact",
]);
/// How far before it.
const PHONE_REACH: usize = 3;

/// What stands before the year of a copyright.
const COPYRIGHTS: [u64; 2] = hashes(["copyright", "c"]);

/// What a line about the time of a change begins with.
const CHANGES: [u64; 16] = hashes([
    "updated",
    "update",
    "modified",
    "edited",
    "published",
    "posted",
    "stand",
    "aktualisiert",
    "geandert",
    "actualise",
    "mis",
    "publie",
    "actualizado",
    "publicado",
    "обновлено",
    "опубликовано",
]);
/// How many words such a line has at most.
const CHANGE_WORDS: usize = 9;

/// What stands before the number of a page.
const PAGES: [u64; 5] = hashes(["page", "seite", "pagina", "страница", "pages"]);
/// The same, cut short with a point.
const SHORT_PAGES: [u64; 4] = hashes(["p", "pp", "стр", "str"]);

/// What stands behind a number that counts the text or its readers, where both stand alone: `sold 512 shares` is told.
const COUNTED: [u64; 33] = hashes([
    "words",
    "characters",
    "views",
    "view",
    "comments",
    "comment",
    "shares",
    "likes",
    "reads",
    "replies",
    "votes",
    "downloads",
    "worter",
    "zeichen",
    "aufrufe",
    "kommentare",
    "mots",
    "vues",
    "commentaires",
    "palabras",
    "visitas",
    "comentarios",
    "parole",
    "commenti",
    "visualizzazioni",
    "слов",
    "знаков",
    "просмотров",
    "просмотра",
    "комментариев",
    "комментария",
    "ago",
    "minread",
]);

/// Makes incidental numbers known as such.
pub(super) fn mark(pieces: &mut [Piece]) {
    if !pieces.iter().any(is_number) {
        return;
    }
    let is_change = pieces.len() <= CHANGE_WORDS && has(&CHANGES, pieces.first());
    let mut at = 0;
    while at < pieces.len() {
        if !is_number(&pieces[at]) {
            at += 1;
            continue;
        }
        let run = run(&pieces[at..]);
        let is_incidental = is_change
            || is_phone(pieces, at, run)
            || is_copyright(pieces, at)
            || is_page(pieces, at)
            || is_changed_at(pieces, at)
            || (run == 1 && is_counted(pieces, at));
        if is_incidental {
            for piece in &mut pieces[at..at + run] {
                piece.kind = Kind::Incidental;
            }
        }
        at += run;
    }
}

fn is_number(piece: &Piece) -> bool {
    !matches!(piece.kind, Kind::Word | Kind::Incidental)
}

fn has(words: &[u64], piece: Option<&Piece>) -> bool {
    piece.is_some_and(|piece| piece.kind == Kind::Word && words.binary_search(&piece.bits).is_ok())
}

fn digits(piece: &Piece) -> Option<u8> {
    match piece.kind {
        Kind::Number {
            decimals: 0,
            digits,
            ..
        } if digits > 0 => Some(digits),
        _ => None,
    }
}

/// How many groups of digits follow each other as in a telephone number; at least the first.
fn run(pieces: &[Piece]) -> usize {
    let goes_on = |piece: &&Piece| {
        let is_near = piece.gap == Gap::Joint || matches!(piece.sign, ')' | '/' | '.');
        digits(piece).is_some() && is_near
    };
    1 + pieces[1..].iter().take_while(goes_on).count()
}

fn is_phone(pieces: &[Piece], at: usize, run: usize) -> bool {
    let groups: Vec<u8> = pieces[at..at + run].iter().filter_map(digits).collect();
    let total: u32 = groups.iter().map(|digits| u32::from(*digits)).sum();
    if groups.len() != run || !(6..=15).contains(&total) {
        return false;
    }
    let first = &pieces[at];
    if first.sign == '+' && total >= 9 {
        return true;
    }
    let named = |reach: usize| {
        let before = &pieces[at.saturating_sub(reach)..at];
        before.iter().any(|piece| has(&PHONES, Some(piece)))
    };
    // `Press office: 5550142`, `call 5550142`; in groups the word may stand further before.
    let is_named = named(1) || (named(PHONE_REACH) && (run > 1 || first.sign == ':'));
    matches!(groups[..], [3, 3, 4] | [1, 3, 3, 4]) || is_named
}

/// `page 3`, `p. 3`
fn is_page(pieces: &[Piece], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|before| pieces.get(before)) else {
        return false;
    };
    let is_short = has(&SHORT_PAGES, Some(before)) && pieces[at].sign == '.';
    is_short || (has(&PAGES, Some(before)) && pieces[at].gap == Gap::Joint)
}

/// `© 2026`, `(c) 2026`, `Copyright 2026`, and the second year of `© 2020-2026`.
fn is_copyright(pieces: &[Piece], at: usize) -> bool {
    let is_said =
        |at: usize| pieces[at].sign == '©' || (at > 0 && has(&COPYRIGHTS, pieces.get(at - 1)));
    digits(&pieces[at]) == Some(4) && (is_said(at) || at > 0 && is_said(at - 1))
}

/// A time of day soon behind `updated`.
fn is_changed_at(pieces: &[Piece], at: usize) -> bool {
    let before = &pieces[at.saturating_sub(3)..at];
    pieces[at].kind == Kind::Time && before.iter().any(|piece| has(&CHANGES, Some(piece)))
}

/// `(312 words)`, `5 min read`, `Posted 3 hours ago`: alone in its place, or behind a word about a change.
fn is_counted(pieces: &[Piece], at: usize) -> bool {
    let behind = pieces.get(at + 2).map(|behind| behind.bits);
    let end = if has(&COUNTED, pieces.get(at + 1)) {
        at + 2
    } else if behind == Some(hash("ago")) || behind == Some(hash("read")) {
        at + 3
    } else {
        return false;
    };
    let is_edge = |piece: Option<&Piece>| {
        piece.is_none_or(|piece| {
            piece.gap == Gap::Wide && matches!(piece.sign, '(' | ')' | '[' | ']' | '|' | '/' | '·')
        })
    };
    let begins = at == 0 || is_edge(pieces.get(at)) || has(&CHANGES, pieces.get(at - 1));
    begins && is_edge(pieces.get(end))
}
