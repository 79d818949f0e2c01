//! The hash of everything that an output is judged by; pure.
//!
//! Stores hold these hashes: an output whose hash is another one is replayed over the whole history. So what is hashed is
//! written out by hand, in the form that the first release happened to have (its structures as Rust printed them), and follows
//! no name or derive of the code.

use std::fmt::Write;

use crate::model::{Duplicates, Hash, SourceId, Updates, WithdrawalRule};
use crate::select::{Field, RuleText};

/// Raised when judging itself changes.
const VERSION: u8 = 2;

/// Everything that an output's membership depends on.
pub(super) struct JudgedBy<'p> {
    pub(super) duplicates: Duplicates,
    pub(super) updates: Updates,
    pub(super) withdrawals: WithdrawalRule,
    pub(super) rule: &'p RuleText,
    /// Those that the output sees, by id.
    pub(super) sources: Vec<JudgedSource<'p>>,
}

/// What of a source matters to the outputs that see it.
pub(super) struct JudgedSource<'p> {
    pub(super) id: &'p SourceId,
    pub(super) priority: i64,
    pub(super) tags: &'p [String],
    pub(super) rule: &'p RuleText,
}

impl JudgedBy<'_> {
    /// Its hash; another one means that the history must be replayed.
    pub(super) fn hash(&self) -> Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[VERSION]);
        hasher.update(self.written().as_bytes());
        let mut hash = Hash::default();
        hasher.finalize_xof().fill(&mut hash);
        hash
    }

    fn written(&self) -> String {
        let sources: Vec<String> = self.sources.iter().map(JudgedSource::written).collect();
        // An output that does what all did before the key was there is written as it was then.
        let follows = match self.withdrawals {
            WithdrawalRule::Report => "",
            WithdrawalRule::Follow => ", Follow",
        };
        format!(
            "({}, {}, {}, [{}]{follows})",
            duplicates(self.duplicates),
            updates(self.updates),
            rule(self.rule),
            sources.join(", ")
        )
    }
}

impl JudgedSource<'_> {
    fn written(&self) -> String {
        format!(
            "(SourceId({}), {}, {}, {})",
            quoted(self.id.as_str()),
            self.priority,
            list(self.tags),
            rule(self.rule)
        )
    }
}

/// A rule that means what it always meant is written as the first versions wrote it.
fn rule(text: &RuleText) -> String {
    let mut written = format!(
        "RuleText {{ include: {}, exclude: {}, condition: ",
        list(&text.include),
        list(&text.exclude)
    );
    match &text.condition {
        None => written.push_str("None"),
        Some(condition) => {
            let _ = write!(written, "Some({})", quoted(condition));
        }
    }
    if text.is_of_new_kind() {
        let fields: Vec<&str> = text.fields.iter().copied().map(field).collect();
        let _ = write!(written, ", fields: {{{}}}", fields.join(", "));
    }
    written.push_str(" }");
    written
}

fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("[{}]", words.join(", "))
}

/// Between quotes, with Rust's own escapes, which no release of the language has changed so far.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}

fn duplicates(duplicates: Duplicates) -> &'static str {
    match duplicates {
        Duplicates::Near => "Near",
        Duplicates::Exact => "Exact",
        Duplicates::Off => "Off",
    }
}

fn updates(updates: Updates) -> &'static str {
    match updates {
        Updates::Replace => "Replace",
        Updates::Announce => "Announce",
    }
}

fn field(field: Field) -> &'static str {
    match field {
        Field::Title => "Title",
        Field::Text => "Text",
        Field::Url => "Url",
        Field::Author => "Author",
        Field::Enclosures => "Enclosures",
    }
}
