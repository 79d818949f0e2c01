//! Explains a comparison to a person: the evidence that two entries are one release, and the evidence against it.

use super::super::profile::Profile;
use super::comparison::{Reason, Sameness};
use super::headlines::{have_other_headline_numbers, have_other_names, is_unsupported};
use super::pair::Pair;
use super::rules::judge;
use super::texts::{Texts, texts};

/// One point for or against two entries being one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Whether it speaks for one release.
    pub speaks_for: bool,
    /// For a person.
    pub what: String,
}

/// Lists the evidence that two entries are one release, and the evidence against it. The rule that decided comes first.
#[must_use]
pub fn evidence(one: &Profile, other: &Profile) -> Vec<Evidence> {
    let pair = Pair::new(one, other);
    let (judged, reason) = judge(&pair);
    let decided = Evidence {
        speaks_for: matches!(judged.sameness, Sameness::Same | Sameness::Update),
        what: format!("decided by: {}", reason.words()),
    };
    let mut found = vec![decided];
    let mut say = |speaks_for: bool, what: String| found.push(Evidence { speaks_for, what });
    if let Some(texts) = texts(&pair) {
        tell_texts(&pair, &texts, &mut say);
    } else {
        say(false, "a text is too short to be compared".to_owned());
    }
    tell_headlines(&pair, &mut say);
    tell_circumstances(&pair, &mut say);
    found
}

fn tell_texts(pair: &Pair<'_>, texts: &Texts, say: &mut impl FnMut(bool, String)) {
    let found = &texts.found;
    if texts.is_exact {
        let count = pair.short.text.words.len();
        say(true, format!("the texts are the same, {count} words"));
    } else {
        let what = match texts.is_short {
            true => "headline and text together",
            false => "the shorter text",
        };
        let (score, least) = (percent(texts.score), percent(texts.least));
        let told = format!("{score} of {what} stand in the longer one; {least} are needed");
        say(texts.score >= texts.least, told);
    }
    for (count, what) in [
        (found.conflicts, "places with other numbers"),
        (found.slots, "places with a few other words"),
    ] {
        if count > 0 {
            say(false, format!("{what}: {count}"));
        }
    }
    let lead = found.lead.0.max(found.lead.1);
    if lead > 0 {
        say(false, format!("words before the shared part: {lead}"));
    }
    if found.added > 0 {
        say(
            false,
            format!("words added between shared parts: {}", found.added),
        );
    }
    if is_unsupported(pair, texts) {
        say(false, Reason::Unsupported.words().to_owned());
    }
    if have_other_names(pair, texts) {
        say(false, Reason::Names.words().to_owned());
    }
}

fn tell_headlines(pair: &Pair<'_>, say: &mut impl FnMut(bool, String)) {
    let (left, right) = (&pair.short.text, &pair.long.text);
    for (text, source) in [(left, &pair.short.source), (right, &pair.long.source)] {
        if text.is_standing_title {
            let told = format!("the publisher of {source} uses the headline again and again");
            say(false, told);
        }
        let trimmed = text.trimmed_blocks();
        if trimmed > 0 {
            let told =
                format!("blocks that the publisher of {source} repeats, left out: {trimmed}");
            say(false, told);
        }
    }
    if !left.title_words.is_empty() && left.title_words == right.title_words {
        say(
            true,
            format!("one headline, {} words", left.title_words.len()),
        );
    } else if pair.titles.iter().all(|title| !title.is_empty()) {
        let told = format!(
            "the headlines share {} of their content words",
            percent(pair.headline)
        );
        say(pair.has_alike_headlines(), told);
    }
    if have_other_headline_numbers(pair) {
        say(false, Reason::HeadlineNumbers.words().to_owned());
    }
    if pair.is_marked {
        say(true, Reason::Marked.words().to_owned());
    }
}

fn tell_circumstances(pair: &Pair<'_>, say: &mut impl FnMut(bool, String)) {
    if pair.is_page {
        say(true, "one address".to_owned());
    }
    if let Some(distance) = pair.distance() {
        let told = format!("published {} hours apart", distance.num_hours());
        let speaks_for = match pair.is_house {
            true => !pair.is_other_day(),
            false => pair.is_soon(),
        };
        say(speaks_for, told);
    }
    match (pair.is_own, pair.is_house) {
        (true, _) => say(
            false,
            "both are of one source, under different identities".to_owned(),
        ),
        (false, true) => say(false, "both are of one publisher".to_owned()),
        (false, false) => {}
    }
    if pair.has_other_sound() {
        say(false, Reason::OtherSound.words().to_owned());
    }
}

impl Reason {
    /// For a person.
    fn words(self) -> &'static str {
        match self {
            Self::SameText => "the text is the same",
            Self::Contained => "most of the shorter text stands in the longer one",
            Self::Headline => "one long headline of two publishers within 36 hours",
            Self::Marked => "one says that it is another version",
            Self::Corrected => "one number of a long text was corrected",
            Self::Reworked => "much is new, under the same headline",
            Self::TooLittle => "the texts share too little",
            Self::HeadlineNumbers => "each headline has a number that the other entry lacks",
            Self::Numbers => "other numbers stand in the same place",
            Self::Unsupported => {
                "the headlines have nothing to do with each other or with what the texts share"
            }
            Self::Names => "each headline has a name that the other entry lacks",
            Self::Template => "the texts are one template with other words in several places",
            Self::OtherDay => "one publisher's entries of two days",
            Self::OtherSound => "one publisher's entries with other sound or video",
            Self::OneSource => "two entries of one source that differ",
            Self::Lead => "much stands before the shared part",
            Self::OwnParts => "each entry has a part of its own",
            Self::Opening => "days apart, and the texts open in another way",
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
