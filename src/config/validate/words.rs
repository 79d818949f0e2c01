//! `[words]`: lists of words that rules share, and `include`, `exclude` and `in` with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

use super::super::problem::{Found, nearest_hint};
use super::super::table::At;
use super::super::values::WordList;
use super::files::relative;
use crate::select::{Field, Lists, Rule, RuleError, RulePart, RuleText, list_named};

/// Longest file of words, bytes: some 100,000 of them. A rule with more is a database, and costs as much for every entry.
const MAX_FILE: u64 = 1024 * 1024;

fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.chars().all(is_part)
}

/// Reads all lists; each word is judged once, however many rules name the list. A list that has an error is there and empty: the
/// error was noted where the list stands.
pub(super) fn lists(
    written: Option<&At<BTreeMap<String, At<WordList>>>>,
    found: &mut Found<'_>,
) -> Lists {
    let written = written.into_iter().flat_map(|lists| &lists.value);
    let read = written.map(|(name, list)| {
        if !is_name(name) {
            found.error(
                &list.span,
                format!(
                    "the list {name:?} in [words] has a name that is not made of a-z, 0-9 and -"
                ),
                "call it \"cities\", for example, and name it in rules as \"list:cities\"",
            );
        }
        (name.clone(), list_of(name, list, found))
    });
    read.collect()
}

fn list_of(name: &str, list: &At<WordList>, found: &mut Found<'_>) -> Vec<String> {
    let words = match &list.value {
        WordList::Words(words) => written_here(words, found),
        WordList::File(file) => {
            let path = relative(found.file, file);
            match read_bounded(&path) {
                Ok(text) => written_in(&path, &text, &list.span, found),
                Err(error) => {
                    found.error(
                        &list.span,
                        format!("the list {name:?} in [words]: {}: {error}", path.display()),
                        "name a text file with a word or phrase a line",
                    );
                    return Vec::new();
                }
            }
        }
        WordList::Wrong(what) => {
            found.error(
                &list.span,
                format!("the list {name:?} in [words] {what}"),
                "write [\"Geneva\", \"Bern\"] or { file = \"cities.txt\" }",
            );
            return Vec::new();
        }
    };
    // A rule with nothing to include would keep everything.
    if words.as_ref().is_some_and(Vec::is_empty) {
        found.error(
            &list.span,
            format!("the list {name:?} in [words] is empty"),
            "write at least one word into it",
        );
    }
    words.unwrap_or_default()
}

/// The words of a list in the configuration; `None`: some are none, which is noted.
fn written_here(words: &[At<String>], found: &mut Found<'_>) -> Option<Vec<String>> {
    let texts: Vec<String> = words.iter().map(|word| word.value.clone()).collect();
    let errors = slips(&texts);
    for (nth, error) in &errors {
        let Some(word) = words.get(*nth) else {
            continue;
        };
        let at = found.within(&word.span, &word.value, error.offset);
        found.error(&at, error.message.clone(), hint(error));
    }
    errors.is_empty().then_some(texts)
}

/// The words of a file, one a line. Blank lines are passed over, and lines that begin with `# `, or are a `#` alone: `#shorts` is
/// a word. `None`: some are none, which is noted.
fn written_in(
    path: &Path,
    text: &str,
    list: &Range<usize>,
    found: &mut Found<'_>,
) -> Option<Vec<String>> {
    let is_comment = |line: &str| line == "#" || line.starts_with("# ");
    let lines = text.lines().map(str::trim).zip(1..);
    let (texts, numbers): (Vec<String>, Vec<usize>) = lines
        .filter(|(line, _)| !line.is_empty() && !is_comment(line))
        .map(|(line, number)| (line.to_owned(), number))
        .unzip();
    let errors = slips(&texts);
    for (nth, error) in &errors {
        let line = numbers.get(*nth).copied().unwrap_or(1);
        let hint = hint(error);
        found.error_elsewhere(list, (path, line), error.message.clone(), hint);
    }
    errors.is_empty().then_some(texts)
}

/// Words that are none, by their place in the list.
fn slips(words: &[String]) -> Vec<(usize, RuleError)> {
    if words.is_empty() {
        return Vec::new();
    }
    let lists = words.iter().zip(0..);
    let lists = lists.filter(|(word, _)| list_named(word).is_some());
    let lists = lists.map(|(word, nth)| {
        let error = RuleError {
            part: RulePart::Include(nth),
            offset: None,
            message: format!("{word:?} is in a list, which holds words and no other list"),
            hint: Some("write the words, or name both lists in the rule".to_owned()),
        };
        (nth, error)
    });
    let rule = RuleText {
        include: words.to_vec(),
        ..RuleText::default()
    };
    let errors = Rule::compile(&rule).err().unwrap_or_default();
    let placed = errors.into_iter();
    let placed = placed.filter_map(|error| match error.part {
        RulePart::Include(nth) => Some((nth, error)),
        _ => None,
    });
    lists.chain(placed).collect()
}

fn hint(error: &RuleError) -> String {
    error.hint.clone().unwrap_or_default()
}

fn read_bounded(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_FILE + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        let what = format!("longer than {MAX_FILE} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, what));
    }
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "no UTF-8"))?;
    Ok(text.trim_start_matches('\u{FEFF}').to_owned())
}

/// The words of a rule with those of the lists that it names, each with its place in the file.
pub(super) fn expand(
    written: Option<&At<Vec<At<String>>>>,
    lists: &Lists,
    found: &mut Found<'_>,
) -> Vec<At<String>> {
    let mut words = Vec::new();
    for word in written.into_iter().flat_map(|words| &words.value) {
        let Some(name) = list_named(word) else {
            words.push(word.clone());
            continue;
        };
        match lists.get(name) {
            Some(list) => words.extend(list.iter().map(|value| At {
                value: value.clone(),
                span: word.span.clone(),
            })),
            None => found.error(
                &word.span,
                format!("there is no list {name:?} in [words]"),
                nearest_hint(name, lists.keys().map(String::as_str)),
            ),
        }
    }
    words
}

/// Reads `in`: the parts of an entry that a rule searches for its words. Empty stands for the default, title and text, so that a rule
/// that names them has the same hash as one that does not.
pub(super) fn fields(
    written: Option<&At<Vec<At<String>>>>,
    has_words: bool,
    found: &mut Found<'_>,
) -> BTreeSet<Field> {
    let Some(written) = written else {
        return BTreeSet::new();
    };
    let mut fields = BTreeSet::new();
    for word in &written.value {
        match Field::from_word(word) {
            Some(field) => {
                fields.insert(field);
            }
            None => {
                let known = Field::ALL.map(Field::as_str);
                found.error(
                    &word.span,
                    format!(
                        "{:?} is no part of an entry in which words are looked for",
                        word.value
                    ),
                    nearest_hint(word, known),
                );
            }
        }
    }
    if written.value.is_empty() {
        found.error(
            &written.span,
            "`in` names nothing to look in",
            "write in = [\"title\", \"text\"], which is the default, or remove it",
        );
    } else if !has_words {
        found.warning(
            &written.span,
            "`in` has no effect without `include` or `exclude`",
            "write the words that are looked for, or remove it",
        );
    }
    match fields == BTreeSet::from(Field::DEFAULT) {
        true => BTreeSet::new(),
        false => fields,
    }
}
