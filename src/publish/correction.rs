//! What a correction changed, as HTML.

use super::xml::{escape, writable};
use crate::model::Correction;
use crate::text::{DiffPart, WordDiff};

/// The words of a difference as HTML: what was removed in `<del>`, what was added in `<ins>`. Nothing that a publisher wrote is
/// markup in it. Readers that show no marks still show words: white space parts all of them.
#[must_use]
pub fn diff_html(diff: &WordDiff) -> String {
    let mut html = String::new();
    for part in &diff.parts {
        match part {
            DiffPart::Same(text) => html.push_str(&lines(text)),
            DiffPart::Removed(text) => push_marked(&mut html, "del", text),
            DiffPart::Added(text) => {
                if html.ends_with(&end_of("del")) {
                    html.push(' ');
                }
                push_marked(&mut html, "ins", text);
            }
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
    html.push_str(&format!("<{mark}>{}{}{gap}", lines(words), end_of(mark)));
}

fn end_of(mark: &str) -> String {
    format!("</{mark}>")
}

fn lines(text: &str) -> String {
    escape(text).replace('\n', "<br>\n")
}

/// What was changed in title and text; `words`: of the text, at most.
pub(super) fn changed_html(correction: &Correction, words: Option<usize>) -> String {
    let (before, after) = (&correction.before, &correction.after);
    let title = WordDiff::excerpt(&before.title, &after.title);
    let text = WordDiff::excerpt(&before.text, &after.text);
    let text = match words {
        _ if text.parts.is_empty() => String::new(),
        None => passage("Text", &text),
        Some(0) => "<p>The text was corrected.</p>".to_owned(),
        Some(words) => passage("Text", &text.first_words(words)),
    };
    match title.parts.is_empty() {
        true => text,
        false => passage("Title", &title) + &text,
    }
}

/// A passage is read in the direction of its own script, whichever ours is.
fn passage(name: &str, diff: &WordDiff) -> String {
    let passage = diff_html(diff);
    format!("<p><strong>{name}:</strong> <bdi>{passage}</bdi></p>")
}

/// A correction as it stands under the item that it was made to.
pub(super) fn section(correction: &Correction) -> String {
    let at = writable(correction.at).format("%Y-%m-%d %H:%M UTC");
    format!(
        "<section><p>Corrected on {at}:</p>{}</section>",
        changed_html(correction, None)
    )
}
