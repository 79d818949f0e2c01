//! How much work an expression can be, estimated before it is evaluated: an upper bound for entries of a usual size.
//!
//! Expressions have no loops but over lists, so that whatever they do ends. But lists within lists multiply, and a name given to a text
//! twice as long as the last one doubles with every level.

use cel::common::ast::operators::{ADD, CONDITIONAL, INDEX};
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue};
use regex::RegexBuilder;

/// Steps of the interpreter for one part of an expression, in characters that are read in that time.
const PART: f64 = 10.0;
/// Memory that a pattern may take when compiled: a few dozen alternatives.
pub(super) const MAX_PATTERN_BYTES: usize = 256 * 1024;
/// The same as [`PART`] for a pattern that is compiled, and for each of its characters.
const PATTERN: f64 = 50_000.0;
const PATTERN_CHARACTER: f64 = 500.0;
/// The same for each character of a text that is read as a duration or a date.
const DATED_CHARACTER: f64 = 500.0;
/// To fold a text and cut it into words takes so many times as long as to read it.
const FOLDING: f64 = 4.0;

/// What is known of a value before it is there.
#[derive(Debug, Clone, Copy)]
struct Bulk {
    /// Characters that it takes at most, those of a list's members together.
    size: f64,
    /// Members of a list at most.
    members: f64,
    /// Characters of its largest member.
    member: f64,
}

impl Bulk {
    /// A number, a date, true or false.
    const SMALL: Self = Self::text(8.0);

    const fn text(size: f64) -> Self {
        Self {
            size,
            members: size,
            member: size,
        }
    }

    const fn list(members: f64, member: f64) -> Self {
        Self {
            size: members * member,
            members,
            member,
        }
    }

    /// Of one or the other.
    fn or(self, other: Self) -> Self {
        Self {
            size: self.size.max(other.size),
            members: self.members.max(other.members),
            member: self.member.max(other.member),
        }
    }

    /// Of both, one behind the other.
    fn with(self, other: Self) -> Self {
        Self {
            size: self.size + other.size,
            members: self.members + other.members,
            member: self.member.max(other.member),
        }
    }
}

/// Weighs expressions.
#[derive(Default)]
struct Scales<'e> {
    /// Names that macros such as `exists` have given, the last one at the end.
    bound: Vec<(&'e str, Bulk)>,
    /// In characters that are read in that time.
    effort: f64,
    depth: usize,
    deepest: usize,
    makes_patterns: bool,
}

/// How large an expression is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    /// What it may do with one entry, in characters that are read in that time.
    pub(super) effort: f64,
    /// Parts within parts.
    pub(super) depth: usize,
    /// Whether a pattern is only known once an entry is there, so that nobody can say before how large it is.
    pub(super) makes_patterns: bool,
}

impl Measure {
    /// The measure of an expression that was read. It is walked by recursion.
    pub(super) fn of(expression: &IdedExpr) -> Self {
        let mut scales = Scales::default();
        scales.weigh(expression);
        Self {
            effort: scales.effort,
            depth: scales.deepest,
            makes_patterns: scales.makes_patterns,
        }
    }
}

impl<'e> Scales<'e> {
    fn weigh(&mut self, part: &'e IdedExpr) -> Bulk {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        self.effort += PART;
        let bulk = match &part.expr {
            Expr::Ident(name) => self.named(name),
            Expr::Literal(LiteralValue::String(text)) => Bulk::text(size_of_text(text.inner())),
            Expr::Call(call) => self.call(call),
            Expr::List(list) => self.members(list.elements.iter()),
            Expr::Map(map) => self.entries(map.entries.iter().map(|entry| &entry.expr)),
            Expr::Struct(made) => self.entries(made.entries.iter().map(|entry| &entry.expr)),
            Expr::Select(select) => self.weigh(&select.operand),
            Expr::Comprehension(over) => self.comprehension(over),
            Expr::Literal(_) | Expr::Unspecified => Bulk::SMALL,
        };
        self.depth -= 1;
        bulk
    }

    /// What a name stands for; entries are taken to be of a usual size.
    fn named(&self, name: &str) -> Bulk {
        let mut bound = self.bound.iter().rev();
        if let Some((_, bulk)) = bound.find(|(bound, _)| *bound == name) {
            return *bulk;
        }
        match name {
            "text" => Bulk::text(20_000.0),
            "title" | "url" | "author" => Bulk::text(200.0),
            "tags" | "source_tags" | "enclosures" => Bulk::list(32.0, 100.0),
            _ => Bulk::SMALL,
        }
    }

    fn members(&mut self, members: impl Iterator<Item = &'e IdedExpr>) -> Bulk {
        let mut list = Bulk::list(0.0, 0.0);
        for member in members {
            let bulk = self.weigh(member);
            list = list.with(Bulk::list(1.0, bulk.size + PART));
        }
        list
    }

    fn entries(&mut self, entries: impl Iterator<Item = &'e EntryExpr>) -> Bulk {
        let mut map = Bulk::list(0.0, 0.0);
        for entry in entries {
            let (key, value) = match entry {
                EntryExpr::MapEntry(entry) => (Some(&entry.key), &entry.value),
                EntryExpr::StructField(field) => (None, &field.value),
            };
            let parts = self.members(key.into_iter().chain([value]));
            map = map.with(Bulk::list(1.0, parts.size));
        }
        map
    }

    fn call(&mut self, call: &'e CallExpr) -> Bulk {
        let target = call.target.as_deref();
        let parts = target.into_iter().chain(&call.args);
        let parts: Vec<Bulk> = parts.map(|part| self.weigh(part)).collect();
        let all = parts.iter().copied().reduce(Bulk::with);
        let all = all.unwrap_or(Bulk::SMALL);
        self.effort += all.size;
        match (call.func_name.as_str(), parts.as_slice()) {
            (CONDITIONAL, [_, one, other]) => one.or(*other),
            (INDEX, [of, ..]) => Bulk::text(of.member),
            ("matches", [text, pattern, ..]) => {
                match call.args.last().and_then(constant) {
                    Some(pattern) if is_too_large(pattern) => self.effort = f64::INFINITY,
                    Some(_) => {}
                    None => self.makes_patterns = true,
                }
                self.effort += PATTERN + PATTERN_CHARACTER * pattern.size + text.size;
                Bulk::SMALL
            }
            ("has_word", _) => {
                self.effort += FOLDING * all.size;
                Bulk::SMALL
            }
            ("duration" | "timestamp", _) => {
                self.effort += DATED_CHARACTER * all.size;
                Bulk::SMALL
            }
            (ADD, _) => all,
            // What else there is makes no more of a value than it is, or than a number takes in writing.
            _ => all.or(Bulk::text(64.0)),
        }
    }

    fn comprehension(&mut self, over: &'e ComprehensionExpr) -> Bulk {
        let range = self.weigh(&over.iter_range);
        let begun = self.weigh(&over.accu_init);
        let known = self.bound.len();
        let member = Bulk::text(range.member);
        self.bound.push((&over.accu_var, begun));
        self.bound.push((&over.iter_var, member));
        self.bound
            .extend(over.iter_var2.as_deref().map(|name| (name, member)));
        let before = std::mem::take(&mut self.effort);
        self.weigh(&over.loop_cond);
        let once = self.weigh(&over.loop_step);
        // What is gathered is copied with every step.
        let grown = Bulk {
            size: begun.size + range.members * (once.size - begun.size).max(0.0),
            members: begun.members + range.members * (once.members - begun.members).max(0.0),
            member: begun.member.max(once.member),
        };
        let step = self.effort + grown.size;
        self.effort = before + range.members * step;
        self.bound.truncate(known);
        self.bound.push((&over.accu_var, grown));
        let result = self.weigh(&over.result);
        self.bound.truncate(known);
        result
    }
}

/// Whether a pattern takes more memory when compiled than [`MAX_PATTERN_BYTES`].
pub(super) fn is_too_large(pattern: &str) -> bool {
    let built = RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(MAX_PATTERN_BYTES)
        .build();
    matches!(built, Err(regex::Error::CompiledTooBig(_)))
}

fn constant(part: &IdedExpr) -> Option<&str> {
    match &part.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an estimate of a text of a few kilobytes"
)]
fn size_of_text(text: &str) -> f64 {
    text.len() as f64
}
