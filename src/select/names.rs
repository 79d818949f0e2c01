//! Names in an expression that mean nothing.

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue};
use cel::{Context, Program};

use super::error::RuleError;
use super::scope::{FIELDS, FUNCTIONS};

/// The first name of an expression that is neither a field nor a function, or the first constant pattern that cannot be compiled.
pub(super) fn first_unknown(text: &str, program: &Program) -> Option<RuleError> {
    let mut names = Names {
        text,
        program,
        bound: Vec::new(),
        found: None,
    };
    names.check(program.expression());
    names.found
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
                    && !FUNCTIONS.contains(&call.func_name.as_str())
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
    fn check_pattern(&mut self, part: &'p IdedExpr, call: &'p CallExpr) {
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
        self.found
            .get_or_insert(RuleError::of_where(offset, message, hint));
    }
}

/// Whether CEL has a function of this name: declaring it again is refused.
fn is_function(name: &str) -> bool {
    Context::default()
        .add_function(name, |value: bool| value)
        .is_err()
}
