//! Ids of sources and outputs: well formed, and each given once.

use std::collections::BTreeMap;

use super::super::problem::Found;
use super::super::table::At;

/// An id: well formed, and not somebody else's.
pub(super) fn id<T>(
    written: Option<&At<String>>,
    table: &At<()>,
    read: impl Fn(&str) -> Option<T>,
    found: &mut Found<'_>,
) -> Option<T> {
    let Some(written) = written else {
        if !found.is_broken {
            found.error(
                &table.span,
                "a table without an `id`",
                "give it one, such as id = \"agency\"; it is made of a-z, 0-9 and -",
            );
        }
        return None;
    };
    let id = read(written);
    if id.is_none() {
        let what = if written.is_empty() {
            "an id of nothing: it is made of a-z, 0-9 and -".to_owned()
        } else {
            format!("the id {:?} is not made of a-z, 0-9 and -", written.value)
        };
        let suggested = slug(written);
        let hint = match read(&suggested) {
            Some(_) => format!("write {suggested:?}"),
            None => "write one such as \"agency\"".to_owned(),
        };
        found.error(&written.span, what, hint);
    }
    id
}

/// Suggests an id for a text: its words in lower case without accents, joined by `-`. Empty where it has no letters or digits.
fn slug(text: &str) -> String {
    let folded = crate::text::fold(text).to_ascii_lowercase();
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// Ids seen so far, with their places.
#[derive(Default)]
pub(super) struct Ids(BTreeMap<String, usize>);

impl Ids {
    /// Whether the id is new; a second one is noted.
    pub(super) fn claim(&mut self, written: &At<String>, found: &mut Found<'_>) -> bool {
        if let Some(first) = self.0.get(&written.value) {
            let (line, _) = found.place(*first);
            found.error(
                &written.span,
                format!("the id {:?} is taken", written.value),
                format!("line {line} has it; every id stands once"),
            );
            return false;
        }
        self.0.insert(written.value.clone(), written.span.start);
        true
    }

    /// Whether a table before has this id.
    pub(super) fn has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }
}
