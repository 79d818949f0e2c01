//! A rule as it was typed into the form, and what is wrong with it.

use super::super::request::PageRequest;
use crate::republish::{OutputPlan, Plan};
use crate::select::{
    ExpandedWords, Lists, RuleError, RulePart, RuleText, check_untrusted, expand_lists, list_named,
};

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FormField {
    Include,
    Exclude,
    Where,
}

impl FormField {
    /// Its name, which is that of the parameter and of the key in a configuration.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Include => "include",
            Self::Exclude => "exclude",
            Self::Where => "where",
        }
    }
}

/// Something wrong in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormSlip {
    pub(super) field: FormField,
    /// Line and character in the field, from 1, as far as they are known.
    pub(super) line: Option<usize>,
    pub(super) character: Option<usize>,
    /// What is wrong, and what to write instead.
    pub(super) message: String,
}

/// What stands in the fields of the form.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    /// Whether anything was asked; if not, the fields hold the present rule.
    pub(super) is_asked: bool,
    include: String,
    exclude: String,
    condition: String,
}

impl Typed {
    /// Reads the parameters of an address. One that is not there stands for that part of the present rule, an empty one for none.
    pub(super) fn read(request: &PageRequest, present: &RuleText) -> Self {
        let given = |field: FormField| {
            let values = request.values(field.name());
            (!values.is_empty()).then(|| values.join("\n").replace("\r\n", "\n"))
        };
        let include = given(FormField::Include);
        let exclude = given(FormField::Exclude);
        let condition = given(FormField::Where);
        Self {
            is_asked: include.is_some() || exclude.is_some() || condition.is_some(),
            include: include.unwrap_or_else(|| present.include.join("\n")),
            exclude: exclude.unwrap_or_else(|| present.exclude.join("\n")),
            condition: condition.unwrap_or_else(|| present.condition.clone().unwrap_or_default()),
        }
    }

    /// What stands in a field.
    pub(super) fn text(&self, field: FormField) -> &str {
        match field {
            FormField::Include => &self.include,
            FormField::Exclude => &self.exclude,
            FormField::Where => &self.condition,
        }
    }

    /// The rule, with `list:NAME` for lists.
    pub(super) fn written(&self) -> RuleText {
        let words = |text: &str| lines(text).map(|(_, word)| word.to_owned()).collect();
        RuleText {
            include: words(&self.include),
            exclude: words(&self.exclude),
            condition: Some(self.condition.clone()).filter(|text| !text.trim().is_empty()),
            ..RuleText::default()
        }
    }

    /// The configuration with this rule for an output.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the form. What costs too much is not so much as compiled.
    pub(super) fn compile(
        &self,
        all: &Plan,
        output: &OutputPlan,
        lists: &Lists,
    ) -> Result<Plan, Vec<FormSlip>> {
        let written = self.written();
        let mut slips = Vec::new();
        let mut expanded = |field, words: &[String]| {
            let expanded = expand_lists(words, lists);
            expanded.unwrap_or_else(|unknown| {
                slips.push(FormSlip {
                    field,
                    line: line_of(self.text(field), unknown.place),
                    character: None,
                    message: unknown.to_string(),
                });
                ExpandedWords::default()
            })
        };
        let include = expanded(FormField::Include, &written.include);
        let exclude = expanded(FormField::Exclude, &written.exclude);
        let rule = RuleText {
            include: include.words.clone(),
            exclude: exclude.words.clone(),
            condition: written.condition.clone(),
            fields: output.rule_text.fields.clone(),
        };
        let refused = check_untrusted(&rule, &known(output, &written, lists));
        let mut errors = refused.err().unwrap_or_default();
        let compiled = all.with_rule(&output.output.id, without(rule, &errors));
        let compiled = compiled.map_err(|further| errors.extend(further)).ok();
        slips.extend(
            errors
                .into_iter()
                .map(|error| self.slip(error, &include, &exclude)),
        );
        slips.sort_by_key(|slip| (slip.field, slip.line, slip.character));
        match compiled.filter(|_| slips.is_empty()) {
            Some(plan) => Ok(plan),
            None => Err(slips),
        }
    }

    /// Where in the form an error is.
    fn slip(&self, error: RuleError, include: &ExpandedWords, exclude: &ExpandedWords) -> FormSlip {
        let RuleError {
            part,
            offset,
            message,
            hint,
        } = error;
        let message = match hint {
            Some(hint) => format!("{message} ({hint})"),
            None => message,
        };
        let (field, words, nth) = match part {
            RulePart::Include(nth) => (FormField::Include, include, nth),
            RulePart::Exclude(nth) => (FormField::Exclude, exclude, nth),
            RulePart::Where => {
                let before = offset.and_then(|offset| self.condition.get(..offset));
                let line = before.map(|before| before.matches('\n').count() + 1);
                let last = before.map(|before| before.rsplit('\n').next().unwrap_or_default());
                return FormSlip {
                    field: FormField::Where,
                    line: line.filter(|_| self.condition.contains('\n')),
                    character: last.map(|last| last.chars().count() + 1),
                    message,
                };
            }
        };
        let before = words.words.get(nth).zip(offset);
        let before = before.and_then(|(word, offset)| word.get(..offset));
        let place = words.places.get(nth);
        FormSlip {
            field,
            line: place.and_then(|place| line_of(self.text(field), *place)),
            character: before.map(|before| before.chars().count() + 1),
            message,
        }
    }
}

/// A rule with harmless words in the place of those that errors are about, and without an expression that one is about.
fn without(mut rule: RuleText, errors: &[RuleError]) -> RuleText {
    for error in errors {
        let word = match error.part {
            RulePart::Include(nth) => rule.include.get_mut(nth),
            RulePart::Exclude(nth) => rule.exclude.get_mut(nth),
            RulePart::Where => {
                rule.condition = None;
                continue;
            }
        };
        if let Some(word) = word {
            "x".clone_into(word);
        }
    }
    rule
}

/// What the configuration says already, and may cost what it costs: the present rule, and the lists that are named.
fn known(output: &OutputPlan, written: &RuleText, lists: &Lists) -> RuleText {
    let mut known = output.rule_text.clone();
    let words = written.include.iter().chain(&written.exclude);
    let named = words.filter_map(|word| lists.get(list_named(word)?));
    known.include.extend(named.flatten().cloned());
    known
}

/// The words of a field, one a line, each with the number of its line.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = (1..).zip(text.lines().map(str::trim));
    numbered.filter(|(_, word)| !word.is_empty())
}

/// The line on which the n-th word of a field stands.
fn line_of(text: &str, nth: usize) -> Option<usize> {
    lines(text).nth(nth).map(|(line, _)| line)
}
