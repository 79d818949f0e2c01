//! `where`: an expression in CEL.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};
use cel::{Context, Program, Value};
use chrono::TimeZone;

use super::{Reading, RuleError, RulePart, Subject, Vocabulary, helpers, languages};
use crate::model::{Entry, Location, Source, SourceId, Timestamp};

/// What an expression sees of an entry; INTERFACE of `where`.
const FIELDS: &[&str] = &[
    "title",
    "text",
    "author",
    "tags",
    "source",
    "source_tags",
    "language",
    "words",
    "published",
    "first_seen",
    "url",
    "enclosures",
    "copies",
    "age",
];
/// Longer expressions belong into several outputs.
const MAX_BYTES: usize = 4096;
/// The parser recurses; nobody nests deeper by hand.
const MAX_NESTING: usize = 32;

/// A compiled expression.
pub(super) struct Expression {
    /// As it is evaluated.
    tree: IdedExpr,
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
        if text.len() > MAX_BYTES {
            return Err(error(
                None,
                format!("the expression is longer than {MAX_BYTES} bytes"),
                None,
            ));
        }
        if nesting(text) > MAX_NESTING {
            return Err(error(
                None,
                format!("the expression is nested deeper than {MAX_NESTING}"),
                None,
            ));
        }
        let program = catch_unwind(|| Program::compile(text))
            .map_err(|_| error(None, "the expression cannot be read".to_owned(), None))?
            .map_err(|errors| syntax_error(text, &errors))?;
        let mut names = Names {
            text,
            program: &program,
            bound: Vec::new(),
            found: None,
        };
        names.check(program.expression());
        if let Some(unknown) = names.found {
            return Err(unknown);
        }
        let mut tree = program.expression().clone();
        languages::bring_in_form(&mut tree);
        let expression = Self {
            tree,
            text: text.to_owned(),
        };
        expression.try_on_samples()?;
        Ok(expression)
    }

    /// As written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is true of an entry; `Err`: why that cannot be said.
    pub(super) fn evaluate(&self, subject: &Subject<'_>) -> Result<bool, String> {
        // The interpreter is not ours: a panic in it costs this verdict only.
        let result = catch_unwind(AssertUnwindSafe(|| {
            Value::resolve(&self.tree, &context(subject))
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
        let (source, no_words) = (sample_source(), Vocabulary::of([]));
        for entry in [Entry::default(), full_entry()] {
            let reading = Reading::new(&entry, &no_words);
            let subject = Subject::new(&reading, &source, Timestamp::default(), 1);
            self.evaluate(&subject).map_err(|why| {
                let hint = "it must be true or false for every entry, such as: words > 80 && language == \"en\"";
                error(None, why, Some(hint.to_owned()))
            })?;
        }
        Ok(())
    }
}

fn error(offset: Option<usize>, message: String, hint: Option<String>) -> RuleError {
    RuleError {
        part: RulePart::Where,
        offset,
        message,
        hint,
    }
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
        return error(None, "the expression cannot be read".to_owned(), None);
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
    error(Some(before + within), first.msg.clone(), None)
}

/// Looks for names that mean nothing.
struct Names<'p> {
    text: &'p str,
    program: &'p Program,
    /// Names that a macro such as `exists` gives to the members of a list.
    bound: Vec<&'p str>,
    found: Option<RuleError>,
}

impl<'p> Names<'p> {
    fn check(&mut self, part: &'p IdedExpr) {
        match &part.expr {
            Expr::Ident(name)
                if !name.starts_with('@')
                    && !FIELDS.contains(&name.as_str())
                    && !self.bound.contains(&name.as_str()) =>
            {
                self.unknown(part, "field", name, FIELDS);
            }
            Expr::Call(call) => {
                if call
                    .func_name
                    .starts_with(|c: char| c.is_ascii_alphabetic())
                    && !is_function(&call.func_name)
                    && !helpers::NAMES.contains(&call.func_name.as_str())
                {
                    self.unknown(part, "function", &call.func_name, &[]);
                }
                self.check_pattern(part, call);
                call.target.iter().for_each(|target| self.check(target));
                call.args.iter().for_each(|argument| self.check(argument));
            }
            Expr::Comprehension(over) => {
                self.check(&over.iter_range);
                self.check(&over.accu_init);
                let known = self.bound.len();
                self.bound
                    .extend([over.iter_var.as_str(), over.accu_var.as_str()]);
                self.bound.extend(over.iter_var2.as_deref());
                for part in [&over.loop_cond, &over.loop_step, &over.result] {
                    self.check(part);
                }
                self.bound.truncate(known);
            }
            Expr::List(list) => list.elements.iter().for_each(|element| self.check(element)),
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.check(&entry.key);
                        self.check(&entry.value);
                    }
                }
            }
            Expr::Select(select) => self.check(&select.operand),
            _ => {}
        }
    }

    /// A constant pattern that cannot be compiled would fail on every entry, unless another part hides it.
    fn check_pattern(&mut self, part: &'p IdedExpr, call: &'p cel::common::ast::CallExpr) {
        if call.func_name != "matches" {
            return;
        }
        let Some(Expr::Literal(LiteralValue::String(pattern))) =
            call.args.last().map(|argument| &argument.expr)
        else {
            return;
        };
        if let Err(wrong) = regex::Regex::new(pattern.inner()) {
            let wrong = wrong.to_string();
            let last = wrong
                .lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: ");
            self.report(
                part,
                format!("the pattern of `matches` cannot be read: {last}"),
                None,
            );
        }
    }

    fn unknown(&mut self, part: &'p IdedExpr, kind: &str, name: &str, known: &[&str]) {
        let nearest = known
            .iter()
            .max_by(|left, right| strsim::jaro(left, name).total_cmp(&strsim::jaro(right, name)));
        let hint = match nearest {
            Some(nearest) if strsim::jaro(nearest, name) > 0.7 => format!("did you mean `{nearest}`?"),
            Some(_) => format!("the fields are {}", known.join(" ")),
            None => "functions are those of CEL: size matches contains startsWith endsWith exists all timestamp duration …, and has_word host".to_owned(),
        };
        self.report(part, format!("unknown {kind} `{name}`"), Some(hint));
        // CEL places a call at its parenthesis; a person looks for its name.
        if let Some(offset) = self.found.as_mut().and_then(|found| found.offset.as_mut())
            && self
                .text
                .get(..*offset)
                .is_some_and(|before| before.ends_with(name))
        {
            *offset -= name.len();
        }
    }

    fn report(&mut self, part: &'p IdedExpr, message: String, hint: Option<String>) {
        let offset = self
            .program
            .source_info()
            .offset_for(part.id)
            .map(|(start, _)| start as usize);
        self.found.get_or_insert(error(offset, message, hint));
    }
}

/// Whether CEL has a function of this name: declaring it again is refused.
fn is_function(name: &str) -> bool {
    Context::default()
        .add_function(name, |value: bool| value)
        .is_err()
}

fn context<'a>(subject: &Subject<'_>) -> Context<'a, 'a> {
    let mut context = Context::default();
    helpers::add(&mut context);
    for (name, value) in fields(subject) {
        context.add_variable_from_value(name, value);
    }
    context
}

/// The value of each of [`FIELDS`].
fn fields(subject: &Subject<'_>) -> [(&'static str, Value); FIELDS.len()] {
    let entry = subject.entry;
    let number = |count: usize| Value::Int(i64::try_from(count).unwrap_or(i64::MAX));
    let moment = |at: Timestamp| Value::Timestamp(at.fixed_offset());
    let authors: Vec<&str> = entry
        .authors
        .iter()
        .map(|person| person.name.as_str())
        .collect();
    // An undated entry counts as published when it was first seen, as everywhere in the line.
    let published = entry
        .published
        .or(entry.updated)
        .unwrap_or(subject.first_seen);
    let url = entry.link().unwrap_or_default();
    [
        ("title", entry.title.as_str().into()),
        ("text", entry.text.as_str().into()),
        ("author", authors.join(", ").as_str().into()),
        (
            "tags",
            strings(
                entry
                    .categories
                    .iter()
                    .map(|category| category.term.as_str()),
            ),
        ),
        ("source", subject.source.id.as_str().into()),
        (
            "source_tags",
            strings(subject.source.tags.iter().map(String::as_str)),
        ),
        (
            "language",
            languages::compared(entry.language.as_deref().unwrap_or_default()).into(),
        ),
        ("words", number(subject.word_count())),
        ("published", moment(published)),
        ("first_seen", moment(subject.first_seen)),
        ("url", url.into()),
        (
            "enclosures",
            strings(
                entry
                    .enclosures
                    .iter()
                    .map(|enclosure| enclosure.url.as_str()),
            ),
        ),
        ("copies", number(subject.copies)),
        // Of the moment it came: an entry does not leave because time passes, `max_age` is for that.
        (
            "age",
            Value::Duration((subject.first_seen - published).max(chrono::Duration::zero())),
        ),
    ]
}

fn strings<'t>(texts: impl Iterator<Item = &'t str>) -> Value {
    Value::from(texts.map(Value::from).collect::<Vec<Value>>())
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
    let named = |term: &str| crate::model::Category {
        term: term.to_owned(),
        ..Default::default()
    };
    Entry {
        url: "https://example.org/a".parse().ok(),
        title: "A sample headline".to_owned(),
        text: "A sample text of some words".to_owned(),
        published: when,
        updated: when,
        authors: vec![crate::model::Person {
            name: "A. Writer".to_owned(),
            ..Default::default()
        }],
        categories: vec![named("Politics"), named("Sport")],
        language: Some("en".to_owned()),
        ..Entry::default()
    }
}
