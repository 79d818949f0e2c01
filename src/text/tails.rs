//! What a site puts behind a text that is not of it: `Read more`, `The post … appeared first on …`, `[…]`.
//!
//! Only comparing leaves it out; what is published is the text as it was written.

/// A longer block says something.
const MAX_WORDS: usize = 30;
/// What is left of a sentence behind the mark of a cut: `… Read the full story`.
const MAX_WORDS_BEHIND_CUT: usize = 8;

/// How a block begins that invites to read on, share or subscribe, or names whom the text is from. Folded.
const OPENINGS: &[&str] = &[
    "read more",
    "read the full",
    "read on",
    "continue reading",
    "click here",
    "full story",
    "the post ",
    "this article ",
    "this story ",
    "originally published",
    "first published",
    "source:",
    "share this",
    "subscribe",
    "sign up",
    "follow us",
    "photo:",
    "copyright",
    "(c) ",
    "© ",
    "all rights reserved",
    "mehr lesen",
    "weiterlesen",
    "weiter lesen",
    "den ganzen artikel",
    "der beitrag ",
    "quelle:",
    "foto:",
    "lire la suite",
    "lire plus",
    "lire l'article",
    "l'article ",
    "source :",
    "leer mas",
    "seguir leyendo",
    "la entrada ",
    "fuente:",
    "leggi tutto",
    "continua a leggere",
    "fonte:",
    "читать далее",
    "читать полностью",
    "подробнее",
    "источник:",
    "фото:",
    "اقرا المزيد",
    "المصدر:",
    "阅读全文",
    "阅读更多",
    "来源:",
    "続きを読む",
    "全文を読む",
    "出典:",
];

/// What stands where a text was cut. Folding makes `…` three points.
const CUTS: &[&str] = &["[...]", "(...)", "..."];

/// Whether a folded block is a tail; a signature such as `(abc/xyz)` or `ab/cd` is one too.
#[must_use]
pub fn is_tail(folded: &str) -> bool {
    let block = folded.trim();
    let words = block.split(' ').take(MAX_WORDS + 1).count();
    if words > MAX_WORDS {
        return false;
    }
    OPENINGS.iter().any(|opening| block.starts_with(opening)) || is_signature(block, words)
}

/// Editors' initials and agency, alone in a block.
fn is_signature(block: &str, words: usize) -> bool {
    let is_bracketed = block.starts_with(['(', '[']) && block.ends_with([')', ']']);
    words <= 3 && (is_bracketed || block.contains('/')) && !block.contains(|c: char| c.is_numeric())
}

/// A folded block as far as the mark of a cut, where it ends with one and a few words behind it.
#[must_use]
pub fn without_cut(folded: &str) -> &str {
    let cut = CUTS.iter().filter_map(|cut| folded.rfind(cut)).max();
    match cut {
        Some(at) if folded[at..].split_whitespace().count() <= MAX_WORDS_BEHIND_CUT => {
            let whole = folded[..at].trim_end_matches(['.', '[', '(', ' ']);
            // A word that is cut through is no word.
            let is_cut_through = folded[..at].ends_with(char::is_alphanumeric);
            match whole.rfind(' ') {
                Some(last) if is_cut_through && whole.is_ascii() => &whole[..last],
                _ => whole,
            }
        }
        _ => folded,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_tail, without_cut};
    use crate::text::fold;

    #[test]
    fn tails_are_told_from_texts() {
        for block in [
            "Read more",
            "The post Harbour reopens appeared first on Dockside.",
            "Weiterlesen …",
            "Lire la suite",
            "Читать далее",
            "(abc/xyz)",
            "ab/cd",
            "© 2026 Dockside Media",
        ] {
            assert!(is_tail(&fold(block)), "{block:?}");
        }
        for block in [
            "The posts along the quay were painted white.",
            "Readers of the paper complained.",
            "(12/13)",
            "The harbour reopens on Monday",
        ] {
            assert!(!is_tail(&fold(block)), "{block:?}");
        }
    }

    #[test]
    fn a_cut_ends_the_text() {
        for (given, left) in [
            ("the harbour reopens on mon...", "the harbour reopens on"),
            ("the harbour reopens [...]", "the harbour reopens"),
            ("the harbour reopens ... read more", "the harbour reopens"),
            (
                "well... the harbour reopens on monday after a week of repairs",
                "",
            ),
        ] {
            let left = if left.is_empty() { given } else { left };
            assert_eq!(without_cut(given), left, "{given:?}");
        }
    }
}
