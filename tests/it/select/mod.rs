//! What rules keep, in `tests/corpus/select/*.toml`, through the real binary.
//!
//! A file is a case, and a new case is a new file: entries, and rules of which each becomes an output. For each rule the file says which
//! entries it keeps (it drops all others), what is wrong with it, or which of its parts do nothing. `explain` and the documents must
//! agree.

use mainstem::select::{self, Field, RuleText};

use crate::support::cases::{assert_none_wrong, cases, run_beside};
use crate::support::releases::told;

mod case;
mod verdicts;

use case::{Case, Rule};
use verdicts::{Verdicts, explained, idle, misjudged, misprinted, refused_by, strangers};

/// An output for each rule and each of its twins.
fn outputs(case: &Case, rules: &[(String, &Rule)]) -> String {
    let mut outputs = String::new();
    for (id, rule) in rules {
        outputs += &rule.output(id, case.duplicates());
        for (nth, (twin, _)) in rule.twins(case.has_word).iter().enumerate() {
            outputs += &twin.output(&format!("{id}-{nth}"), case.duplicates());
        }
    }
    outputs
}

/// Runs the rules that can be compiled; what is wrong.
fn run(case: &Case) -> Vec<String> {
    let rules: Vec<(String, &Rule)> = case
        .rule
        .iter()
        .enumerate()
        .filter(|(_, rule)| rule.wrong.is_empty())
        .map(|(nth, rule)| (format!("rule-{nth}"), rule))
        .collect();
    if rules.is_empty() {
        return Vec::new();
    }
    let outputs = outputs(case, &rules);
    let desk = case.desk();
    desk.configure(&case.configuration(&outputs));
    told(&desk, &["refresh"]);
    let verdicts = explained(&desk, case);
    let mut wrong: Vec<String> = rules
        .iter()
        .filter_map(|(id, rule)| Some((id, rule, rule.keeps.as_ref()?)))
        .flat_map(|(id, rule, keeps)| {
            let mut wrong = misjudged(case, id, rule, keeps, &verdicts);
            wrong.extend(misprinted(&desk, case, id, &verdicts));
            wrong.extend(strangers(case, rule, keeps));
            let said = rule.output(id, case.duplicates());
            wrong.into_iter().map(move |what| format!("{said}{what}"))
        })
        .collect();
    if case.source_idle.is_some() || rules.iter().any(|(_, rule)| rule.idle.is_some()) {
        wrong.extend(idle(&desk, case, &rules));
        // A rule that comes later is replayed over the history, and does no more and no less.
        let desk = case.desk();
        desk.configure(&case.configuration("[[output]]\nid = \"other\"\n"));
        told(&desk, &["refresh"]);
        desk.configure(&case.configuration(&outputs));
        for (id, _) in &rules {
            desk.json(id);
        }
        wrong.extend(idle(&desk, case, &rules));
    }
    wrong.extend(replayed_without_bodies(case, &rules, &verdicts));
    wrong
}

/// A rule that reads no bodies judges the history without them. What is wrong with the documents that it then has.
fn replayed_without_bodies(
    case: &Case,
    rules: &[(String, &Rule)],
    verdicts: &Verdicts,
) -> Vec<String> {
    let is_blind = |rule: &Rule| {
        let compiled = select::Rule::compile(&rule.text());
        !compiled.expect("a sound rule").reads_body()
    };
    let rules = rules.iter().filter(|(_, rule)| rule.keeps.is_some());
    let rules: Vec<_> = rules.filter(|(_, rule)| is_blind(rule)).collect();
    if rules.is_empty() {
        return Vec::new();
    }
    let desk = case.desk();
    desk.configure(&case.configuration("[[output]]\nid = \"other\"\n"));
    told(&desk, &["refresh"]);
    let outputs = rules
        .iter()
        .map(|(id, rule)| rule.output(id, case.duplicates()));
    desk.configure(&case.configuration(&outputs.collect::<String>()));
    let documents = rules.iter();
    documents
        .filter_map(|(id, _)| misprinted(&desk, case, id, verdicts))
        .collect()
}

#[test]
fn rules_keep_what_their_files_say() {
    let cases: Vec<(String, Case)> = cases("select")
        .into_iter()
        .map(|(name, text)| {
            let case = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, case)
        })
        .collect();
    let wrong = run_beside(&cases, |(name, case)| {
        let refused = case.rule.iter().filter(|rule| !rule.wrong.is_empty());
        let refused = refused.filter_map(|rule| refused_by(case, rule));
        let wrong = run(case).into_iter().chain(refused);
        wrong
            .map(|what| format!("{name}: {}: {what}", case.what))
            .collect::<Vec<_>>()
    });
    assert_none_wrong(wrong.into_iter().flatten().collect(), cases.len());
}

/// A rule that could be written before words could carry signs, and means something else now, is judged anew over the history. No other
/// rule is: an upgrade must not replay what has not changed.
#[test]
fn rules_that_mean_something_else_now_are_known() {
    for (word, condition, is_new) in [
        ("peace talks", "title.has_word(\"peace\")", false),
        ("co-operation", "url.contains(\"c++\")", false),
        ("/C[+]{2}/", "words > 3 && title != ''", false),
        ("C++", "true", true),
        ("migra*", "true", true),
        ("peace", "title.has_word(\"C++\")", true),
        ("peace", "words > 3 || text.has_word('#shorts')", true),
    ] {
        let text = RuleText {
            include: vec![word.to_owned()],
            condition: Some(condition.to_owned()),
            ..RuleText::default()
        };
        assert_eq!(text.is_of_new_kind(), is_new, "{word} {condition}");
    }
}

/// Text is only read from the store for rules that ask for it.
#[test]
fn a_rule_says_whether_it_reads_bodies() {
    let words = |text: &str| vec![text.to_owned()];
    let of = |fields: &[Field], condition: Option<&str>| RuleText {
        exclude: if fields.is_empty() {
            Vec::new()
        } else {
            words("peace")
        },
        condition: condition.map(str::to_owned),
        fields: fields.iter().copied().collect(),
        ..RuleText::default()
    };
    for (rule, reads) in [
        (of(&[], None), false),
        (of(&[Field::Title, Field::Text], None), true),
        (of(&[Field::Title, Field::Author, Field::Url], None), false),
        (of(&[Field::Enclosures], Some("title != ''")), false),
        (of(&[Field::Title], Some("words > 3")), true),
        (of(&[], Some("text.has_word('peace')")), true),
        (of(&[], Some("tags.exists(text, text == 'x')")), true),
        (
            of(
                &[],
                Some("age < duration('1h') && copies > 1 && host(url) != ''"),
            ),
            false,
        ),
    ] {
        let compiled = select::Rule::compile(&rule).expect("a rule");
        assert_eq!(compiled.reads_body(), reads, "{rule:?}");
    }
    // Without fields words are looked for in the default ones.
    let rule = RuleText {
        include: words("peace"),
        ..RuleText::default()
    };
    assert!(select::Rule::compile(&rule).expect("a rule").reads_body());
}
