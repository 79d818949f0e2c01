//! A compiled rule, and what it makes of an entry.

use super::error::{RuleError, RulePart};
use super::expression::Expression;
use super::phrase::Phrase;
use super::rule_text::RuleText;
use super::subject::Subject;
use super::verdict::{Reason, Sign, Verdict};
use super::vocabulary::Vocabulary;
use super::words::Words;

/// A compiled rule.
#[derive(Debug)]
pub struct Rule {
    include: Option<Words>,
    exclude: Option<Words>,
    condition: Option<Expression>,
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

    /// Whether its verdict depends on the text of an entry. If not, entries may be judged without their texts.
    #[must_use]
    pub fn reads_body(&self) -> bool {
        let mut lists = self.include.iter().chain(&self.exclude);
        lists.any(Words::reads_body) || self.condition.as_ref().is_some_and(Expression::reads_body)
    }

    /// The words and phrases that a [`Vocabulary`] has to look for.
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

    /// The same, with what the entry shows of the rule. `where` costs the most, so it is asked only about entries that the words let
    /// through.
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

impl Vocabulary {
    /// The words and phrases of these rules. A rule finds only words that were in the vocabulary when it was built.
    ///
    /// # Panics
    /// Where the rules are longer than two gigabytes.
    #[must_use]
    pub fn of<'r>(rules: impl IntoIterator<Item = &'r Rule>) -> Self {
        Self::of_phrases(rules.into_iter().flat_map(Rule::phrases))
    }
}
