//! A difference of two texts, word by word.

use maud::{Markup, html};

use crate::text::{DiffPart, WordDiff};

/// What only the first text says in `del`, what only the second says in `ins`.
pub(super) fn marked(diff: &WordDiff) -> Markup {
    html! {
        @for (nth, part) in diff.parts.iter().enumerate() {
            // Where marks are not shown, as in what is copied, words still stand apart.
            @if nth > 0 && is_joined(&diff.parts[nth - 1], part) { " " }
            @match part {
                DiffPart::Same(text) => (broken(text)),
                DiffPart::Removed(text) => del { (broken(text)) },
                DiffPart::Added(text) => ins { (broken(text)) },
                DiffPart::Omitted => " … ",
            }
        }
    }
}

/// Whether what was added follows what was removed without white space.
fn is_joined(before: &DiffPart, part: &DiffPart) -> bool {
    let DiffPart::Removed(before) = before else {
        return false;
    };
    matches!(part, DiffPart::Added(_)) && !before.ends_with(char::is_whitespace)
}

/// A text with its lines.
fn broken(text: &str) -> Markup {
    html! {
        @for (nth, line) in text.split('\n').enumerate() {
            @if nth > 0 { br; }
            (line)
        }
    }
}
