//! Lists of words that rules share: `list:NAME` in a rule stands for all words of one.

use std::collections::BTreeMap;

/// A word of a rule that begins so names a list.
const LIST: &str = "list:";

/// The shared lists by name.
pub type Lists = BTreeMap<String, Vec<String>>;

/// The name of the list that a word of a rule stands for, whether there can be such a list or not: a slip in the name must not
/// make a phrase of it that nothing has. `None`: it stands for itself.
#[must_use]
pub fn list_named(word: &str) -> Option<&str> {
    word.strip_prefix(LIST).map(str::trim)
}

/// The words of a rule with those of the lists that it names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExpandedWords {
    /// In the order of the rule.
    pub words: Vec<String>,
    /// For each of them the place of what stands for it in the rule.
    pub places: Vec<usize>,
}

/// A rule names a list that there is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no list {name:?} in [words] of the configuration")]
pub struct UnknownList {
    /// The place of the word in the rule.
    pub place: usize,
    /// The list's name.
    pub name: String,
}

/// The words of a rule with those of the lists that it names. Empty words are left out.
///
/// # Errors
/// The first list that there is not.
pub fn expand_lists(written: &[String], lists: &Lists) -> Result<ExpandedWords, UnknownList> {
    let mut expanded = ExpandedWords::default();
    for (place, word) in written.iter().enumerate() {
        let words = match list_named(word) {
            None if word.is_empty() => continue,
            None => std::slice::from_ref(word),
            Some(name) => lists.get(name).ok_or_else(|| UnknownList {
                place,
                name: name.to_owned(),
            })?,
        };
        expanded.words.extend_from_slice(words);
        expanded.places.resize(expanded.words.len(), place);
    }
    Ok(expanded)
}
