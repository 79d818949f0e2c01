//! Editors' notes in a text: `(Corrects figure in paragraph 2)`, `Editor's note: An earlier version …`.

use super::headline::Mark;

/// How a note begins in which an editor says that something before was wrong. Folded.
const CORRECTIONS: &[&str] = &[
    "(corrects ",
    "(corrected",
    "(correction",
    "(correcting ",
    "(refile",
    "(this story corrects",
    "(this version corrects",
    "correction:",
    "correction to ",
    "corrected version",
    "corrects ",
    "clarification:",
    "erratum:",
    "this story has been corrected",
    "this article has been corrected",
    "this article was corrected",
    "an earlier version of this ",
    "a previous version of this ",
    "(korrig",
    "(berichtig",
    "korrektur:",
    "berichtigung:",
    "richtigstellung:",
    "in einer fruheren version ",
    "rectificatif",
    "(corrige",
    "(rectifie",
    "correccion:",
    "fe de erratas",
    "rectificacion:",
    "rettifica:",
    "errata corrige",
    "исправл",
    "(исправл",
    "уточнен",
    "更正",
    "(更正",
    "订正",
    "訂正",
    "(訂正",
];

/// How a note begins in which an editor says that there is more than before. Folded.
const UPDATES: &[&str] = &[
    "(updates ",
    "(updated",
    "(updating ",
    "(adds ",
    "(recasts ",
    "(rewrites ",
    "this story has been updated",
    "this article has been updated",
    "(aktualisiert",
    "(neu:",
    "(actualise",
    "(mise a jour",
    "(actualiza",
    "(обновл",
];

/// A note often names itself first.
const NAMES: &[&str] = &[
    "editor's note:",
    "editors' note:",
    "eds:",
    "anm. d. red.:",
    "note:",
];

/// A longer block is a text that only begins like a note.
const MAX_WORDS: usize = 60;

/// A note that a folded block opens with: what it says, and the length of the note.
#[must_use]
pub fn note(folded: &str) -> Option<(Mark, usize)> {
    let lead = folded.len() - folded.trim_start().len();
    let block = &folded[lead..];
    let named = NAMES.iter().find_map(|name| block.strip_prefix(name));
    let said = named.unwrap_or(block).trim_start();
    let begins = |openings: &[&str]| openings.iter().any(|opening| said.starts_with(opening));
    let mark = match (begins(CORRECTIONS), begins(UPDATES)) {
        (true, _) => Mark::Correction,
        (_, true) => Mark::Update,
        _ => return None,
    };
    // In brackets it ends with them; else it is a block of its own.
    if said.starts_with('(') {
        let end = said.find(')')? + 1;
        return Some((mark, folded.len() - said.len() + end));
    }
    let is_short = block.split_whitespace().take(MAX_WORDS + 1).count() <= MAX_WORDS;
    is_short.then_some((mark, folded.len()))
}

#[cfg(test)]
mod tests {
    use super::note;
    use crate::text::{Mark, fold};

    #[test]
    fn notes_are_told_from_texts() {
        for (block, mark, left) in [
            (
                "(Corrects toll in paragraph 2) GENEVA - Forty",
                Mark::Correction,
                " geneva - forty",
            ),
            ("(Adds quotes from the minister)", Mark::Update, ""),
            (
                "Editor's note: An earlier version of this story gave another date.",
                Mark::Correction,
                "",
            ),
            (
                "KORREKTUR: Die Zahl im zweiten Absatz.",
                Mark::Correction,
                "",
            ),
            ("(Mise à jour à 14h30)", Mark::Update, ""),
        ] {
            let folded = fold(block);
            let (found, length) = note(&folded).unwrap_or_else(|| panic!("{block:?}"));
            assert_eq!((found, &folded[length..]), (mark, left), "{block:?}");
        }
        for block in [
            "Corrections officers went on strike.",
            "(ABC) - Forty",
            "The update is out.",
        ] {
            assert_eq!(note(&fold(block)), None, "{block:?}");
        }
    }
}
