//! `where`: an expression in CEL.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use cel::common::ast::IdedExpr;
use cel::{Program, Value};
use chrono::TimeZone;

use super::effort::Measure;
use super::error::RuleError;
use super::languages;
use super::names;
use super::scope::{FIELDS, OF_BODY, context};
use super::subject::{Reading, Subject};
use super::vocabulary::Vocabulary;
use crate::model::{Category, Entry, Location, Person, Source, SourceId, Timestamp};

/// Bytes of an expression. What needs more is a rule for several outputs.
const MAX_BYTES: usize = 4096;
/// Brackets within brackets. The parser recurses once for each; nobody nests deeper by hand.
const MAX_NESTING: usize = 32;
/// Brackets in all, wherever they stand. So many fit into [`STACK`] even if what looks like a text to us is none to the parser, which
/// takes up to 150 KiB for each in a debug build.
const MAX_BRACKETS: usize = 256;

/// Parts of an expression within parts: each is a call within a call to the interpreter, of 40 KiB in a debug build. A quarter of
/// [`EVALUATION_STACK`] is enough for so many. `||` and `&&` do not count by their number: the parser makes a balanced tree of them.
const MAX_DEPTH: usize = 100;
/// Stack that a thread which evaluates rules should have, in bytes. What is not used of it takes no memory.
pub const EVALUATION_STACK: usize = 16 * 1024 * 1024;
/// What an expression may do with one entry, in characters that are read in that time: a second or so. Beyond that the publisher would
/// seem to hang.
const MAX_EFFORT: f64 = 1e9;
/// Stack of the thread that reads an expression: how deep it is nested is only known once it was read.
const STACK: usize = 64 * 1024 * 1024;

/// A compiled expression.
pub(super) struct Expression {
    /// As it is evaluated.
    tree: IdedExpr,
    /// The fields that it names.
    named: Vec<&'static str>,
    text: String,
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Expression").field(&self.text).finish()
    }
}

impl Expression {
    /// Compiles and tries an expression. Unknown names are found in the parsed expression, wrong types by evaluating it on
    /// sample entries.
    pub(super) fn compile(text: &str) -> Result<Self, RuleError> {
        let text = text.to_owned();
        on_ample_stack(move || Self::compile_here(text))
    }

    fn compile_here(text: String) -> Result<Self, RuleError> {
        let program = read(&text)?;
        check_size(Measure::of(program.expression()))?;
        if let Some(unknown) = names::first_unknown(&text, &program) {
            return Err(unknown);
        }
        let mut tree = program.expression().clone();
        languages::bring_in_form(&mut tree);
        let references = program.references();
        let named = FIELDS.iter().copied();
        let expression = Self {
            named: named.filter(|name| references.has_variable(name)).collect(),
            tree,
            text,
        };
        expression.try_on_samples()?;
        Ok(expression)
    }

    /// Whether it names anything that stands in the body of an entry.
    pub(super) fn reads_body(&self) -> bool {
        self.named.iter().any(|name| OF_BODY.contains(name))
    }

    /// As written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is true of an entry; `Err`: why that cannot be said.
    pub(super) fn evaluate(&self, subject: &Subject<'_>) -> Result<bool, String> {
        // The interpreter is not ours: a panic in it costs this verdict only.
        let result = catch_unwind(AssertUnwindSafe(|| {
            Value::resolve(&self.tree, &context(&self.named, subject))
        }));
        match result {
            Ok(Ok(Value::Bool(verdict))) => Ok(verdict),
            Ok(Ok(other)) => Err(format!(
                "`where` gives a {}, not true or false",
                other.type_of()
            )),
            Ok(Err(why)) => Err(why.to_string()),
            Err(_) => Err("`where` failed inside the interpreter".to_owned()),
        }
    }

    fn try_on_samples(&self) -> Result<(), RuleError> {
        let (source, no_words) = (sample_source(), Vocabulary::of_phrases(std::iter::empty()));
        for entry in [Entry::default(), full_entry()] {
            let reading = Reading::new(&entry, &no_words);
            let subject = Subject::new(&reading, &source, Timestamp::default(), 1);
            self.evaluate(&subject).map_err(|why| {
                let hint = "it must be true or false for every entry, such as: words > 80 && language == \"en\"";
                RuleError::of_where(None, why, Some(hint.to_owned()))
            })?;
        }
        Ok(())
    }
}

/// Refuses what is nested too deep for the stack of whoever evaluates it, and what does not end in time.
fn check_size(Measure { effort, depth, .. }: Measure) -> Result<(), RuleError> {
    if effort > MAX_EFFORT {
        let message = "the expression would take seconds for each entry".to_owned();
        let hint = "do not go through a list within a list within a list";
        return Err(RuleError::of_where(None, message, Some(hint.to_owned())));
    }
    if depth > MAX_DEPTH {
        let message = format!("the expression is a chain of more than {MAX_DEPTH} parts");
        let hint = "write words as `include` or `exclude`, or a list: source in [\"a\", \"b\"]";
        return Err(RuleError::of_where(None, message, Some(hint.to_owned())));
    }
    Ok(())
}

/// Reads an expression and measures it. Nothing of it is evaluated.
pub(super) fn measure(text: &str) -> Result<Measure, RuleError> {
    let text = text.to_owned();
    on_ample_stack(move || read(&text).map(|program| Measure::of(program.expression())))
}

/// Works on an expression where there is room for whatever can be nested in it: to read it, to walk it and to let go of it recurses. What
/// comes back is small enough for any stack.
fn on_ample_stack<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RuleError> + Send + 'static,
) -> Result<T, RuleError> {
    let thread = thread::Builder::new()
        .name("expression".to_owned())
        .stack_size(STACK)
        .spawn(work);
    let done = thread.ok().and_then(|thread| thread.join().ok());
    done.unwrap_or_else(|| {
        let told = "the expression cannot be read".to_owned();
        Err(RuleError::of_where(None, told, None))
    })
}

fn read(text: &str) -> Result<Program, RuleError> {
    let refused = |message: String| RuleError::of_where(None, message, None);
    if text.len() > MAX_BYTES {
        let told = format!("the expression is longer than {MAX_BYTES} bytes");
        return Err(refused(told));
    }
    let brackets = text.matches(['(', '[', '{']).count();
    if brackets > MAX_BRACKETS {
        let told = format!("the expression has more than {MAX_BRACKETS} brackets");
        return Err(refused(told));
    }
    if nesting(text) > MAX_NESTING {
        let told = format!("the expression is nested deeper than {MAX_NESTING}");
        return Err(refused(told));
    }
    catch_unwind(|| Program::compile(text))
        .map_err(|_| refused("the expression cannot be read".to_owned()))?
        .map_err(|errors| syntax_error(text, &errors))
}

/// How deep brackets stand within brackets; those in texts and comments are none.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match first {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
        let passed = match first {
            '"' | '\'' => {
                let before = &text[..text.len() - rest.len()];
                length_of_text(rest, is_raw(before))
            }
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        rest = rest.get(passed..).unwrap_or_default();
    }
    deepest
}

/// Whether a text that begins here is a raw one, in which nothing is escaped: `r"…"`, `br"…"`, `rb"…"`.
fn is_raw(before: &str) -> bool {
    let start = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let prefix = before[start.len()..].to_ascii_lowercase();
    matches!(prefix.as_str(), "r" | "br" | "rb")
}

/// Bytes of the text in quotation marks that this begins with; a mark alone if it has no end.
fn length_of_text(quoted: &str, is_raw: bool) -> usize {
    let mark = &quoted[..1];
    let triple = mark.repeat(3);
    let mark = match quoted.starts_with(&triple) {
        true => &triple,
        false => mark,
    };
    let mut at = mark.len();
    while let Some(rest) = quoted.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(mark) {
            return at + mark.len();
        }
        let escaped = match is_raw {
            true => None,
            false => rest.strip_prefix('\\'),
        };
        let next = escaped.unwrap_or(rest).chars().next();
        at += usize::from(escaped.is_some()) + next.map_or(0, char::len_utf8);
    }
    mark.len()
}

fn syntax_error(text: &str, errors: &cel::parser::ParseErrors) -> RuleError {
    let Some(first) = errors.errors.first() else {
        return RuleError::of_where(None, "the expression cannot be read".to_owned(), None);
    };
    let (line, column) = first.pos;
    let before: usize = text
        .split_inclusive('\n')
        .take(usize::try_from(line - 1).unwrap_or(0))
        .map(str::len)
        .sum();
    let column = usize::try_from(column - 1).unwrap_or(0);
    let within = text[before..]
        .char_indices()
        .nth(column)
        .map_or(text.len() - before, |(at, _)| at);
    let at = before + within;
    let (message, hint) = super::syntax::in_words(&first.msg, &text[at..]);
    RuleError::of_where(Some(at), message, hint)
}

fn sample_source() -> Source {
    Source {
        id: SourceId::new("sample").expect("a valid id"),
        location: Location::File("sample".into()),
        title: None,
        tags: vec!["wire".to_owned()],
        priority: 0,
        first_items: None,
        daily_items: None,
        identity: None,
        formerly: None,
    }
}

fn full_entry() -> Entry {
    let when = chrono::Utc.timestamp_opt(1_500_000_000, 0).single();
    let named = |term: &str| Category {
        term: term.to_owned(),
        ..Default::default()
    };
    Entry {
        url: "https://example.org/a".parse().ok(),
        title: "A sample headline".to_owned(),
        text: "A sample text of some words".to_owned(),
        published: when,
        updated: when,
        authors: vec![Person {
            name: "A. Writer".to_owned(),
            ..Default::default()
        }],
        categories: vec![named("Politics"), named("Sport")],
        language: Some("en".to_owned()),
        ..Entry::default()
    }
}
