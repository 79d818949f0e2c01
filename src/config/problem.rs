//! What is wrong with a configuration: where, what, and what to write instead.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::purpose::Purpose;
use crate::text::counted;

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It works, but perhaps not as meant.
    Warning,
    /// One source will fail; the rest runs. A problem for `check`.
    Missing,
    /// Nothing starts with it.
    Error,
}

/// One problem, at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// The configuration file.
    pub file: PathBuf,
    /// Line and column, from 1, in characters; `None`: the file as a whole.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

impl Problem {
    /// The whole problem on one line, for logs and status lines.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{}; hint: {}", self.head(), self.hint)
    }

    /// `file:line:column: what is wrong`.
    fn head(&self) -> String {
        let file = self.file.display();
        let place = self
            .place
            .map(|(line, column)| format!("{line}:{column}:"))
            .unwrap_or_default();
        let warning = match self.severity {
            Severity::Warning => " warning:",
            Severity::Missing | Severity::Error => "",
        };
        format!("{file}:{place}{warning} {}", self.message)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n    hint: {}", self.head(), self.hint)
    }
}

/// Everything that is wrong, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// The worst of them; `None`: there are none.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.0.iter().map(|problem| problem.severity).max()
    }

    /// How many there are, in words: `2 warnings`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let is_warning = |problem: &&Problem| problem.severity == Severity::Warning;
        let warnings = self.0.iter().filter(is_warning).count();
        let counts = [
            (self.0.len() - warnings, "problem", "problems"),
            (warnings, "warning", "warnings"),
        ];
        let named = counts.iter().filter(|(count, ..)| *count > 0);
        let named: Vec<String> = named
            .map(|(count, one, many)| counted(*count, one, many))
            .collect();
        named.join(" and ")
    }

    /// The first of the worst problems: what to say where there is room for one. `None`: there are none.
    #[must_use]
    pub fn first(&self) -> Option<&Problem> {
        let worst = self.worst()?;
        self.0.iter().find(|problem| problem.severity == worst)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|problem| writeln!(f, "{problem}"))
    }
}

impl std::error::Error for Problems {}

/// Collects the problems of one file.
pub(super) struct Found<'t> {
    pub(super) file: &'t Path,
    pub(super) text: &'t str,
    /// Lines of the file could not be read: what is not there, or stands in an odd place, may be meant otherwise.
    pub(super) is_broken: bool,
    /// What the settings are for.
    pub(super) purpose: Purpose<'t>,
    /// The configuration is the installed service's, and this process is not the service: files that it can read, the service may
    /// not.
    pub(super) is_of_service: bool,
    /// Whether any table has a key of this name.
    pub(super) is_key: fn(&str) -> bool,
    problems: Vec<(usize, Problem)>,
}

impl<'t> Found<'t> {
    pub(super) fn new(
        file: &'t Path,
        text: &'t str,
        purpose: Purpose<'t>,
        is_key: fn(&str) -> bool,
    ) -> Self {
        Self {
            file,
            text,
            is_broken: false,
            purpose,
            is_of_service: false,
            is_key,
            problems: Vec::new(),
        }
    }

    pub(super) fn error(
        &mut self,
        at: &Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.add(Severity::Error, at, message.into(), hint.into());
    }

    /// Notes what is wrong in a line of another file, which the configuration names `at` this place.
    pub(super) fn error_elsewhere(
        &mut self,
        at: &Range<usize>,
        (file, line): (&Path, usize),
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let problem = Problem {
            severity: Severity::Error,
            file: file.to_owned(),
            place: Some((line, 1)),
            message: message.into(),
            hint: hint.into(),
        };
        self.problems.push((at.start, problem));
    }

    pub(super) fn missing(
        &mut self,
        at: &Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.add(Severity::Missing, at, message.into(), hint.into());
    }

    pub(super) fn warning(
        &mut self,
        at: &Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.add(Severity::Warning, at, message.into(), hint.into());
    }

    /// Notes a key that is promised and read, but without effect so far.
    pub(super) fn not_yet(&mut self, at: &Range<usize>, what: &str) {
        self.warning(
            at,
            format!("{what} has no effect in this version yet"),
            "remove it, or leave it for a later version",
        );
    }

    /// Notes what is wrong with the file as a whole.
    pub(super) fn warning_of_file(&mut self, message: String, hint: &str) {
        let problem = Problem {
            severity: Severity::Warning,
            file: self.file.to_owned(),
            place: None,
            message,
            hint: hint.to_owned(),
        };
        self.problems.push((0, problem));
    }

    pub(super) fn add(
        &mut self,
        severity: Severity,
        at: &Range<usize>,
        message: String,
        hint: String,
    ) {
        let place = Some(self.place(at.start));
        self.problems.push((
            at.start,
            Problem {
                severity,
                file: self.file.to_owned(),
                place,
                message,
                hint,
            },
        ));
    }

    /// Line and column of a byte offset.
    pub(super) fn place(&self, offset: usize) -> (usize, usize) {
        place(self.text.as_bytes(), offset)
    }

    /// Where a byte of a string's value stands in the file: exact while nothing in it is escaped, else its beginning.
    pub(super) fn within(
        &self,
        at: &Range<usize>,
        value: &str,
        offset: Option<usize>,
    ) -> Range<usize> {
        let Some(offset) = offset.filter(|offset| *offset <= value.len()) else {
            return at.clone();
        };
        let verbatim = self
            .text
            .get(at.clone())
            .and_then(|written| written.find(value));
        verbatim.map_or(at.clone(), |quote| at.start + quote + offset..at.end)
    }

    /// All problems, in the order of the file.
    pub(super) fn into_problems(mut self) -> Problems {
        self.problems.sort_by_key(|(offset, _)| *offset);
        Problems(
            self.problems
                .into_iter()
                .map(|(_, problem)| problem)
                .collect(),
        )
    }
}

/// Line and column of a byte offset, from 1, in characters.
pub(super) fn place(text: &[u8], offset: usize) -> (usize, usize) {
    let before = String::from_utf8_lossy(&text[..offset.min(text.len())]);
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count() + 1)
}

/// The nearest of the words that are known, for a hint.
pub(super) fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    known.into_iter().min_by_key(|candidate| {
        strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase())
    })
}

/// ` the nearest is …`, where there is one.
pub(super) fn nearest_hint<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    nearest(word, known).map_or_else(
        || "there is none so far".to_owned(),
        |nearest| format!("the nearest known is {nearest:?}"),
    )
}
