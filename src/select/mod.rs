//! Which entries an output keeps, and which member of a story it shows; pure.
//!
//! Goes in: rules as text, entries. Comes out: compiled [`Rule`]s and verdicts
//! with their reason. A rule that cannot be evaluated on an entry keeps it:
//! nothing is lost to a rule that failed.

mod effort;
mod error;
mod expression;
mod field;
mod languages;
mod lists;
mod names;
mod phrase;
mod rule;
mod rule_text;
mod scope;
mod shown;
mod subject;
mod syntax;
mod untrusted;
mod verdict;
mod vocabulary;
mod words;

pub use error::{RuleError, RulePart};
pub use expression::EVALUATION_STACK;
pub use field::Field;
pub use lists::{ExpandedWords, Lists, UnknownList, expand_lists, list_named};
pub use rule::Rule;
pub use rule_text::RuleText;
pub use shown::choose_shown;
pub use subject::{Reading, Subject};
pub use untrusted::check_untrusted;
pub use verdict::{Reason, Sign, Verdict};
pub use vocabulary::Vocabulary;
