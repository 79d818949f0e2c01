//! What a correction changed, as HTML.

use super::xml::{escape, writable};
use crate::model::Correction;
use crate::text::{DiffPart, WordDiff};

/// The words of a difference as HTML: what was removed in `<del>`, what was added in `<ins>`. Nothing that a publisher wrote is
/// markup in it.
#[must_use]
pub fn diff_html(diff: &WordDiff) -> String {
    let mut html = String::new();
    for part in &diff.parts {
        match part {
            DiffPart::Same(text) => html.push_str(&lines(text)),
            DiffPart::Removed(text) => push_marked(&mut html, "del", text),
            DiffPart::Added(text) => push_marked(&mut html, "ins", text),
            DiffPart::Omitted => html.push_str("… "),
        }
    }
    html.truncate(html.trim_end().len());
    html
}

/// White space at the end parts the words from the next ones, and is no part of the change.
fn push_marked(html: &mut String, mark: &str, text: &str) {
    let words = text.trim_end();
    let gap = lines(&text[words.len()..]);
    html.push_str(&format!("<{mark}>{}</{mark}>{gap}", lines(words)));
}

fn lines(text: &str) -> String {
    escape(text).replace('\n', "<br>")
}

/// What was changed in title and text.
pub(super) fn changed_html(correction: &Correction) -> String {
    let (before, after) = (&correction.before, &correction.after);
    let sides = [
        ("Title", &before.title, &after.title),
        ("Text", &before.text, &after.text),
    ];
    let told = sides.map(|(name, old, new)| {
        let diff = WordDiff::excerpt(old, new);
        match diff.parts.is_empty() {
            true => String::new(),
            false => format!("<p><strong>{name}:</strong> {}</p>", diff_html(&diff)),
        }
    });
    told.concat()
}

/// A correction as it stands under the item that it was made to.
pub(super) fn section(correction: &Correction) -> String {
    let at = writable(correction.at).format("%Y-%m-%d %H:%M UTC");
    format!(
        "<section><p>Corrected on {at}:</p>{}</section>",
        changed_html(correction)
    )
}
