//! Rules that anybody may send. What they may cost is bounded more closely than in a configuration, whose author pays for it.

use std::collections::BTreeSet;

use super::effort::{MAX_PATTERN_BYTES, Measure, is_too_large};
use super::error::{RuleError, RulePart};
use super::expression::measure;
use super::rule_text::RuleText;
use super::words::between_slashes;

/// Patterns between slashes in all of a rule: each is compiled, and walks every text.
const MAX_PATTERNS: usize = 16;
/// What an expression may do with one entry, in characters that are read in that time: its text a hundred times, or some twenty patterns.
const MAX_EFFORT: f64 = 2_000_000.0;

/// Finds what in a rule costs more than a stranger may ask for. What `known` says, too, is not looked at: the configuration says it.
/// Nothing of the rule is evaluated; what is wrong with it otherwise is for [`super::Rule::compile`] to say.
///
/// # Errors
/// Everything that costs too much, or that cannot be read.
pub fn check_untrusted(rule: &RuleText, known: &RuleText) -> Result<(), Vec<RuleError>> {
    let parts = [
        (&rule.include, RulePart::Include as fn(usize) -> RulePart),
        (&rule.exclude, RulePart::Exclude),
    ];
    let words = parts.into_iter().flat_map(|(words, part)| {
        let words = words.iter().enumerate();
        words.map(move |(nth, word)| (part(nth), word))
    });
    let known_words: BTreeSet<&String> = known.include.iter().chain(&known.exclude).collect();
    let words = words.filter(|(_, word)| !known_words.contains(word));
    let patterns = words.filter_map(|(part, word)| Some((part, between_slashes(word)?)));
    let mut errors: Vec<RuleError> = patterns
        .enumerate()
        .filter_map(|(nth, (part, pattern))| {
            let message = match nth < MAX_PATTERNS {
                true if is_too_large(pattern) => format!(
                    "the pattern /{pattern}/ takes more than {MAX_PATTERN_BYTES} bytes when compiled, which is too much to try here"
                ),
                true => return None,
                false => format!("more than {MAX_PATTERNS} patterns are too many to try here"),
            };
            Some(RuleError {
                part,
                offset: None,
                message,
                hint: Some("write words, which are found faster than patterns".to_owned()),
            })
        })
        .collect();
    let conditions = rule.condition.iter();
    let unknown = conditions.filter(|condition| Some(*condition) != known.condition.as_ref());
    errors.extend(unknown.filter_map(|condition| check_expression(condition).err()));
    match errors.is_empty() {
        true => Ok(()),
        false => Err(errors),
    }
}

/// Measures an expression, and refuses one that is too much work.
fn check_expression(text: &str) -> Result<(), RuleError> {
    let refused = |message: String, hint: Option<String>| RuleError::of_where(None, message, hint);
    // How deep it is nested is looked at wherever it is written.
    let Measure {
        effort,
        makes_patterns,
        ..
    } = measure(text)?;
    if makes_patterns {
        let hint = "write the pattern between quotation marks, or use `contains` or `has_word`";
        return Err(refused(
            "a pattern that is put together for each entry cannot be tried here".to_owned(),
            Some(hint.to_owned()),
        ));
    }
    if effort > MAX_EFFORT {
        let hint = "look for fewer things in the text, and do not go through a list within a list";
        return Err(refused(
            "the expression is too much work to be tried here".to_owned(),
            Some(hint.to_owned()),
        ));
    }
    Ok(())
}
