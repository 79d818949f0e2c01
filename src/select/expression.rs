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

/// Parts of an expression within parts: each is a call within a call to the interpreter. A chain of so many `||` is longer than
/// anybody writes by hand.
const MAX_DEPTH: usize = 512;
/// What an expression may do with one entry, in characters that are read in that time: a second or so. Beyond that the publisher would
/// seem to hang.
const MAX_EFFORT: f64 = 1e9;
/// Stack of the thread that measures an expression: how deep it is nested is only known once it was read.
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
        let program = parse(text)?;
        if let Some(unknown) = names::first_unknown(text, &program) {
            return Err(unknown);
        }
        let mut tree = program.expression().clone();
        languages::bring_in_form(&mut tree);
        let references = program.references();
        let named = FIELDS.iter().copied();
        let expression = Self {
            named: named.filter(|name| references.has_variable(name)).collect(),
            tree,
            text: text.to_owned(),
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

/// Reads an expression that is not nested too deep for the stack of any thread that will evaluate it, and that ends in time.
fn parse(text: &str) -> Result<Program, RuleError> {
    let Measure { effort, depth } = measure(text)?;
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
    read(text)
}

/// Reads an expression on a thread with room for whatever can be nested in it, and measures it.
pub(super) fn measure(text: &str) -> Result<Measure, RuleError> {
    let text = text.to_owned();
    let measuring = thread::Builder::new()
        .name("expression".to_owned())
        .stack_size(STACK)
        .spawn(move || read(&text).map(|program| Measure::of(program.expression())));
    let measured = measuring.ok().and_then(|measuring| measuring.join().ok());
    measured.ok_or_else(|| {
        RuleError::of_where(None, "the expression cannot be read".to_owned(), None)
    })?
}

fn read(text: &str) -> Result<Program, RuleError> {
    let refused = |message: String| RuleError::of_where(None, message, None);
    if text.len() > MAX_BYTES {
        let told = format!("the expression is longer than {MAX_BYTES} bytes");
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

fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
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
