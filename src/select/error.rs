//! What is wrong with a rule.

/// Which part of a rule is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RulePart {
    /// The n-th of `include`.
    Include(usize),
    /// The n-th of `exclude`.
    Exclude(usize),
    /// `where`.
    Where,
}

/// Why a rule cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// The part of the rule that it is about.
    pub part: RulePart,
    /// Byte offset within the text of that part, where known.
    pub offset: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl RuleError {
    /// Something wrong with `where`.
    pub(super) fn of_where(offset: Option<usize>, message: String, hint: Option<String>) -> Self {
        Self {
            part: RulePart::Where,
            offset,
            message,
            hint,
        }
    }
}
