//! A strict reader of OpenMetrics 1.0 text: what it does not refuse, a collector takes.

use std::collections::{BTreeMap, BTreeSet};

/// One sample.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) value: f64,
}

/// A metric family as announced.
#[derive(Debug, Default)]
struct Family {
    kind: String,
    has_unit: bool,
    has_help: bool,
}

/// Everything that one scrape told.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    families: BTreeMap<String, Family>,
    pub(crate) samples: Vec<Sample>,
}

/// What sample names of each type end in.
fn suffixes(kind: &str) -> &'static [&'static str] {
    match kind {
        "counter" => &["_total", "_created"],
        "gauge" => &[""],
        "info" => &["_info"],
        "histogram" => &["_bucket", "_sum", "_count", "_created"],
        _ => panic!("{kind} is no type that is used here"),
    }
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    letters.next().is_some_and(first) && letters.all(|c| first(c) || c.is_ascii_digit())
}

impl Exposition {
    /// Reads all of it; panics at the first thing that is not as it must be.
    pub(crate) fn read(text: &str) -> Self {
        let body = text.strip_suffix("# EOF\n").expect("it ends in # EOF");
        assert!(!body.contains('\r') && (body.is_empty() || body.ends_with('\n')));
        let mut read = Self::default();
        let mut family = String::new();
        for line in body.lines() {
            match line.strip_prefix("# ") {
                Some(told) => read.announce(told, &mut family),
                None => read.take(line, &family),
            }
        }
        for (name, family) in &read.families {
            assert!(family.has_help, "{name} has no HELP");
            assert!(!family.kind.is_empty(), "{name} has no TYPE");
            if family.kind == "histogram" {
                read.check_histogram(name);
            }
        }
        read
    }

    /// A line of HELP, TYPE or UNIT; the first one of a name begins its family.
    fn announce(&mut self, told: &str, current: &mut String) {
        let mut parts = told.splitn(3, ' ');
        let mut part = || parts.next().unwrap_or_else(|| panic!("cut short: {told}"));
        let (what, name, text) = (part(), part(), part());
        assert!(is_name(name), "{told}");
        if name != current {
            let before = self.families.insert(name.to_owned(), Family::default());
            assert!(before.is_none(), "{name} stands in two places");
            name.clone_into(current);
        }
        let sampled = self.samples.last().is_some_and(|last| last.name == name);
        assert!(!sampled, "{told} comes after a sample");
        let family = self.families.get_mut(name).expect("just made");
        match what {
            "HELP" => {
                assert!(!family.has_help && !text.is_empty(), "{told}");
                assert!(!text.contains('\\'), "an escape in {told}");
                family.has_help = true;
            }
            "TYPE" => {
                assert!(family.kind.is_empty(), "{told} is the second");
                suffixes(text);
                text.clone_into(&mut family.kind);
            }
            "UNIT" => {
                assert!(!family.has_unit, "{told} is the second");
                assert!(name.ends_with(&format!("_{text}")), "{told}");
                family.has_unit = true;
            }
            _ => panic!("# {told}"),
        }
    }

    fn take(&mut self, line: &str, family: &str) {
        let sample = sample(line);
        let kind = &self.families.get(family).expect("announced").kind;
        let suffix = sample.name.strip_prefix(family);
        let suffix = suffix.unwrap_or_else(|| panic!("{line} stands among {family}"));
        assert!(suffixes(kind).contains(&suffix), "{line} is no {kind}");
        match kind.as_str() {
            "counter" | "histogram" => assert!(sample.value >= 0.0, "{line}"),
            "info" => assert_eq!(sample.value.to_bits(), 1.0_f64.to_bits(), "{line}"),
            _ => assert!(sample.value.is_finite(), "{line}"),
        }
        let twice = |other: &Sample| other.name == sample.name && other.labels == sample.labels;
        assert!(!self.samples.iter().any(twice), "{line} stands twice");
        self.samples.push(sample);
    }

    /// Bounds and counts rise, the last bound is +Inf, and its count is the count.
    fn check_histogram(&self, name: &str) {
        let without_bound = |sample: &Sample| {
            let mut labels = sample.labels.clone();
            labels.remove("le");
            labels
        };
        let of = |suffix: &str| {
            let wanted = format!("{name}{suffix}");
            self.samples
                .iter()
                .filter(move |sample| sample.name == wanted)
        };
        let all: BTreeSet<_> = of("_bucket").map(without_bound).collect();
        assert!(!all.is_empty(), "{name} has no buckets");
        for labels in all {
            let buckets: Vec<(f64, f64)> = of("_bucket")
                .filter(|sample| without_bound(sample) == labels)
                .map(|sample| (number(&sample.labels["le"]), sample.value))
                .collect();
            for pair in buckets.windows(2) {
                assert!(pair[0].0 < pair[1].0, "{name}: bounds {pair:?}");
                assert!(pair[0].1 <= pair[1].1, "{name}: counts {pair:?}");
            }
            let last = buckets.last().expect("one at least");
            let count = of("_count").find(|sample| sample.labels == labels);
            assert!(last.0.is_infinite(), "{name} has no bucket of all");
            assert_eq!(Some(last.1), count.map(|count| count.value), "{name}");
            assert_eq!(of("_sum").filter(|sum| sum.labels == labels).count(), 1);
        }
    }

    /// The sum of what this one names, see [`Self::sum`].
    pub(crate) fn like(&self, wanted: &Sample) -> Option<f64> {
        let labels = wanted.labels.iter();
        let labels: Vec<(&str, &str)> = labels
            .map(|(label, value)| (label.as_str(), value.as_str()))
            .collect();
        self.sum(&wanted.name, &labels)
    }

    /// The sum of the samples of this name that have these labels; `None`: there is none.
    pub(crate) fn sum(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let has = |sample: &&Sample| {
            let mut wanted = labels.iter();
            sample.name == name
                && wanted.all(|(label, value)| {
                    sample.labels.get(*label).map(String::as_str) == Some(value)
                })
        };
        let mut found = self.samples.iter().filter(has).peekable();
        found.peek()?;
        Some(found.map(|sample| sample.value).sum())
    }
}

fn number(text: &str) -> f64 {
    match text {
        "+Inf" => f64::INFINITY,
        // What Rust reads besides is no number here.
        _ if text.contains(|c: char| !(c.is_ascii_digit() || "+-.e".contains(c))) => {
            panic!("{text:?} is no number")
        }
        _ => text.parse().unwrap_or_else(|_| panic!("{text:?}")),
    }
}

/// `name value` or `name{label="value",…} value`; no timestamps, no exemplars.
pub(crate) fn sample(line: &str) -> Sample {
    let end = line.find(['{', ' ']).expect("a name");
    let (name, mut rest) = line.split_at(end);
    assert!(is_name(name), "{line}");
    let mut labels = BTreeMap::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        loop {
            let (label, after) = rest.split_once("=\"").expect("a label");
            assert!(is_name(label) && !label.starts_with("__"), "{line}");
            let (value, after) = quoted(after);
            let before = labels.insert(label.to_owned(), value);
            assert!(before.is_none(), "{label} twice in {line}");
            match after.strip_prefix(',') {
                Some(more) => rest = more,
                None => {
                    rest = after.strip_prefix('}').expect("the end of the labels");
                    break;
                }
            }
        }
    }
    let value = rest.strip_prefix(' ').expect("a blank before the value");
    Sample {
        name: name.to_owned(),
        labels,
        value: number(value),
    }
}

/// A quoted value to its end, and what follows.
fn quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, &text[at + 1..]),
            '\\' => match letters.next().map(|(_, letter)| letter) {
                Some('n') => value.push('\n'),
                Some(letter @ ('"' | '\\')) => value.push(letter),
                other => panic!("\\{other:?} is no escape"),
            },
            letter => value.push(letter),
        }
    }
    panic!("no end of a value: {text}")
}
