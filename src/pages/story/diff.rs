//! A difference of two texts, word by word.

use maud::{Markup, html};

use crate::text::{DiffPart, WordDiff};

/// What only the first text says in `del`, what only the second says in `ins`.
pub(super) fn marked(diff: &WordDiff) -> Markup {
    html! {
        @for part in &diff.parts {
            @match part {
                DiffPart::Same(text) => (broken(text)),
                DiffPart::Removed(text) => del { (broken(text)) },
                DiffPart::Added(text) => ins { (broken(text)) },
                DiffPart::Omitted => " … ",
            }
        }
    }
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
