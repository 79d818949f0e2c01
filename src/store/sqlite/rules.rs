//! What is known of rules: when their parts did something.

use rusqlite::params;

use super::columns::{moment, ms};
use super::session::Session;
use crate::store::RuleSpan;
use crate::store::rows::RuleRows;

impl RuleRows for Session {
    fn rule_spans(&self) -> rusqlite::Result<Vec<RuleSpan>> {
        self.prepare_cached("SELECT rule, part, first_at, last_at FROM rule_spans")?
            .query_map([], |row| {
                Ok(RuleSpan {
                    rule: row.get(0)?,
                    part: row.get(1)?,
                    first: moment(row.get(2)?),
                    last: moment(row.get(3)?),
                })
            })?
            .collect()
    }

    fn extend_rule_spans(&self, spans: &[RuleSpan]) -> rusqlite::Result<()> {
        let mut extend = self.prepare_cached(
            "INSERT INTO rule_spans (rule, part, first_at, last_at) VALUES (?, ?, ?, ?) ON CONFLICT (rule, part) DO UPDATE
             SET first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)",
        )?;
        for span in spans {
            extend.execute(params![span.rule, span.part, ms(span.first), ms(span.last)])?;
        }
        Ok(())
    }
}
