//! What is known of rules: when their parts did something.

use super::transaction::Rows;
use crate::store::RuleSpan;

/// Spans of rules and their parts, one for each pair of texts.
pub(in crate::store) trait RuleRows: Rows {
    /// All of them, in no order.
    fn rule_spans(&self) -> Result<Vec<RuleSpan>, Self::Error>;

    /// Adds spans; one that is there is extended to what both cover.
    fn extend_rule_spans(&self, spans: &[RuleSpan]) -> Result<(), Self::Error>;
}
