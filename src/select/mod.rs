//! Which entries an output keeps, and which member of a story it shows; pure.
//!
//! Goes in: rules as text, entries. Comes out: compiled [`Rule`]s and verdicts
//! with their reason. A rule that cannot be evaluated on an entry keeps it:
//! nothing is lost to a rule that failed.

use std::collections::BTreeSet;
use std::fmt;

mod expression;
mod field;
mod helpers;
mod languages;
mod phrase;
mod shown;
mod subject;
mod vocabulary;
mod words;

pub use field::Field;
pub use shown::choose_shown;
pub use subject::{Reading, Subject};
pub use vocabulary::Vocabulary;

use expression::Expression;
use phrase::Phrase;
use words::Words;

/// A rule as written: all three parts must agree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleText {
    /// Any of these words, phrases or `/patterns/`; none: everything.
    pub include: Vec<String>,
    /// None of these.
    pub exclude: Vec<String>,
    /// An expression in CEL that is true.
    pub condition: Option<String>,
    /// Where the words are looked for; none: in [`Field::DEFAULT`].
    pub fields: BTreeSet<Field>,
}

impl RuleText {
    /// Whether it says something that no rule could say before words carried signs, ended in `*` or were looked for elsewhere
    /// than in title and text. A rule of the older kind means the same as ever.
    #[must_use]
    pub fn is_of_new_kind(&self) -> bool {
        let words = self.include.iter().chain(&self.exclude);
        let phrases = words.filter(|word| !words::is_pattern(word));
        let mut phrases = phrases.filter_map(|word| Phrase::read(word).ok());
        !self.fields.is_empty()
            || phrases.any(|phrase| phrase.is_of_new_kind())
            || self.condition.as_deref().is_some_and(has_word_of_new_kind)
    }

    fn fields(&self) -> Vec<Field> {
        match self.fields.is_empty() {
            true => Field::DEFAULT.to_vec(),
            false => self.fields.iter().copied().collect(),
        }
    }
}

/// Whether an expression gives `has_word` a word of the new kind. What stands between quotes is looked at, whatever it is for: at worst
/// a rule is judged anew that says what it said.
fn has_word_of_new_kind(condition: &str) -> bool {
    let mut quoted = condition.split(['"', '\'']).skip(1).step_by(2);
    condition.contains("has_word")
        && quoted.any(|word| Phrase::read(word).is_ok_and(|phrase| phrase.is_of_new_kind()))
}

/// A compiled rule.
#[derive(Debug)]
pub struct Rule {
    include: Option<Words>,
    exclude: Option<Words>,
    condition: Option<Expression>,
}

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
    /// Where.
    pub part: RulePart,
    /// Byte offset within that text, where known.
    pub offset: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// What an entry showed of a rule: that one of its parts does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    /// The n-th of `include` occurs.
    Included(usize),
    /// The n-th of `exclude` occurs.
    Excluded(usize),
    /// `where` is true.
    True,
    /// `where` is false.
    False,
}

/// What a rule says of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All parts agree.
    Kept,
    /// A part does not.
    Dropped(Reason),
    /// `where` could not be evaluated, for this reason; the entry is kept.
    Unjudged(String),
}

/// The part that dropped an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// None of the words of `include` occurs.
    NotIncluded,
    /// This word of `exclude` occurs.
    Excluded(String),
    /// `where` is false.
    WhereFalse(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotIncluded => f.write_str("none of the words of `include` occurs"),
            Self::Excluded(word) => write!(f, "excluded by {word:?}"),
            Self::WhereFalse(expression) => write!(f, "`where` is false: {expression}"),
        }
    }
}

impl Rule {
    /// Compiles a rule, once.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn compile(text: &RuleText) -> Result<Self, Vec<RuleError>> {
        let mut errors = Vec::new();
        let fields = text.fields();
        let mut words = |words: &[String], part: fn(usize) -> RulePart| {
            if words.is_empty() {
                return None;
            }
            Words::compile(words, &fields, part)
                .map_err(|found| errors.extend(found))
                .ok()
        };
        let include = words(&text.include, RulePart::Include);
        let exclude = words(&text.exclude, RulePart::Exclude);
        let condition = match text
            .condition
            .as_deref()
            .map(Expression::compile)
            .transpose()
        {
            Ok(condition) => condition,
            Err(error) => {
                errors.push(error);
                None
            }
        };
        if errors.is_empty() {
            Ok(Self {
                include,
                exclude,
                condition,
            })
        } else {
            Err(errors)
        }
    }

    /// Whether it keeps everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.include.is_none() && self.exclude.is_none() && self.condition.is_none()
    }

    /// What a [`Vocabulary`] has to look for.
    fn phrases(&self) -> impl Iterator<Item = &Phrase> {
        let lists = self.include.iter().chain(&self.exclude);
        lists.flat_map(Words::phrases)
    }

    /// Every sign that a rule can show.
    #[must_use]
    pub fn all_signs(&self) -> Vec<Sign> {
        let all = |words: &Option<Words>, sign: fn(usize) -> Sign| {
            let places = words.as_ref().map(Words::places);
            places.into_iter().flatten().map(sign)
        };
        let mut signs: Vec<Sign> = all(&self.include, Sign::Included).collect();
        signs.extend(all(&self.exclude, Sign::Excluded));
        if self.condition.is_some() {
            signs.extend([Sign::True, Sign::False]);
        }
        signs
    }

    /// Judges one entry.
    #[must_use]
    pub fn judge(&self, subject: &Subject<'_>) -> Verdict {
        self.examine(subject).0
    }

    /// The same, with what the entry shows of the rule. `where`, the dearest, is asked of what the words let through.
    #[must_use]
    pub fn examine(&self, subject: &Subject<'_>) -> (Verdict, Vec<Sign>) {
        let found = |words: &Option<Words>| words.as_ref().map(|words| words.all_in(subject));
        let (included, excluded) = (found(&self.include), found(&self.exclude));
        let listed = included.iter().flatten().copied().map(Sign::Included);
        let mut signs: Vec<Sign> = listed.collect();
        signs.extend(excluded.iter().flatten().copied().map(Sign::Excluded));
        if included.is_some_and(|included| included.is_empty()) {
            return (Verdict::Dropped(Reason::NotIncluded), signs);
        }
        let first = excluded.and_then(|excluded| excluded.into_iter().next());
        if let Some((nth, words)) = first.zip(self.exclude.as_ref()) {
            let reason = Reason::Excluded(words.written(nth).to_owned());
            return (Verdict::Dropped(reason), signs);
        }
        let Some(condition) = &self.condition else {
            return (Verdict::Kept, signs);
        };
        let verdict = match condition.evaluate(subject) {
            Ok(true) => Verdict::Kept,
            Ok(false) => Verdict::Dropped(Reason::WhereFalse(condition.text().to_owned())),
            Err(why) => Verdict::Unjudged(why),
        };
        signs.extend(match verdict {
            Verdict::Kept => Some(Sign::True),
            Verdict::Dropped(_) => Some(Sign::False),
            Verdict::Unjudged(_) => None,
        });
        (verdict, signs)
    }
}
