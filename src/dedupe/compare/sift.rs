//! Compares an entry with the sketch of a stored one, to spare reading the stored text.
//!
//! The answer is the one that [`super::compare()`] would give for the two texts, or none. The same questions are asked in the same
//! order. Where the sketch is only a sample of the stored entry's runs, the entry is dismissed when so few sampled runs are shared
//! that an entry with just enough in common would show so few less than once in nine million times.

use std::cell::OnceCell;

use super::super::dates;
use super::super::profile::{Profile, publisher};
use super::super::runs::{RunSet, ratio};
use super::super::sketch::{Sketch, numbers, short_hash, title_hash};
use super::comparison::{Comparison, Sameness};
use super::texts::{LEAST, LEAST_SHORT_HEADLINE, SHARED_SHORT};
use crate::model::{Layer, SourceId, Timestamp};

/// How sure a dismissal must be, as a natural logarithm: at most one in e^16 (about nine million) may be wrong.
const DOUBT: f64 = 16.0;

/// A stored entry, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketched {
    /// Its source.
    pub source: SourceId,
    /// Its link.
    pub link: Option<String>,
    /// The publisher's date.
    pub published: Option<Timestamp>,
    /// Its words.
    pub sketch: Sketch,
}

/// An entry that is compared with many stored ones.
pub struct Sifted<'a> {
    own: &'a Profile,
    title: u32,
    content: [u32; 2],
    numbers: OnceCell<Numbers>,
    joint: OnceCell<RunSet>,
}

/// The numbers and months of headline and text.
struct Numbers {
    title: Vec<u32>,
    text: Vec<u32>,
}

impl<'a> Sifted<'a> {
    /// Prepares an entry for being compared with many sketches.
    #[must_use]
    pub fn new(own: &'a Profile) -> Self {
        let text = &own.text;
        Self {
            own,
            title: title_hash(&text.title_words),
            content: [text.content, text.whole].map(short_hash),
            numbers: OnceCell::new(),
            joint: OnceCell::new(),
        }
    }

    /// Compares it with a stored entry. `None`: the sketch is not enough, and the stored text must be read. The score is always 0.
    #[must_use]
    pub fn told(&self, other: &Sketched) -> Option<Comparison> {
        let (ours, theirs) = (&self.own.text, &other.sketch);
        let is_own = self.own.source == other.source;
        if !self.own.enclosures.is_empty() && (is_own || self.has_publisher_of(other)) {
            return None;
        }
        let is_marked = ours.marking.differs_from(theirs.marking);
        let distance = dates::distance(self.own.published, other.published);
        if is_own && dates::is_other_day(distance) && !is_marked {
            return Some(by_sketch(Sameness::Apart));
        }
        if !is_marked && self.have_other_numbers(theirs)? {
            return Some(by_sketch(Sameness::Apart));
        }
        let may_be_one_headline = !is_own && self.title != 0 && self.title == theirs.title;
        if may_be_one_headline || self.may_have_text_of(theirs) || ours.is_dense != theirs.is_dense
        {
            return None;
        }
        self.shares_too_little(theirs)
            .then(|| by_sketch(Sameness::Unlike))
    }

    fn has_publisher_of(&self, other: &Sketched) -> bool {
        let link = other.link.as_deref().and_then(|link| link.parse().ok());
        let theirs = publisher(link.as_ref());
        theirs.is_some() && theirs == self.own.publisher
    }

    /// Whether each headline has a number or a month that the other entry has nowhere; `None`: only the text tells.
    fn have_other_numbers(&self, theirs: &Sketch) -> Option<bool> {
        let ours = self.numbers.get_or_init(|| {
            let [title, text] = [&self.own.text.title_words, &self.own.text.words];
            let [title, text] = [title, text].map(|words| numbers(words));
            Numbers { title, text }
        });
        let is_ours = |number| is_among(number, &ours.title) || is_among(number, &ours.text);
        if theirs.title_numbers.iter().all(is_ours) {
            return Some(false);
        }
        let is_lacking = |number: &&u32| !is_among(number, &theirs.title_numbers);
        let mut lacking = ours.title.iter().filter(is_lacking).peekable();
        if lacking.peek().is_none() {
            return Some(false);
        }
        let said = theirs.numbers.as_ref()?;
        Some(lacking.any(|number| !is_among(number, said)))
    }

    /// Whether the texts may be the same, word for word.
    fn may_have_text_of(&self, theirs: &Sketch) -> bool {
        let [content, whole] = self.content;
        (content != 0 && content == theirs.content) || (whole != 0 && whole == theirs.whole)
    }

    /// Whether the texts share too little to be two copies of one release, whatever their headlines.
    fn shares_too_little(&self, theirs: &Sketch) -> bool {
        let ours = &self.own.text;
        match (ours.is_short(), theirs.is_short) {
            (false, false) => is_less(theirs, &ours.shingle_set, LEAST, 0),
            (_, true) => {
                let joint = || ours.joint_runs(ours.short_run());
                let ours_joint = self.joint.get_or_init(joint);
                let at_least = SHARED_SHORT * ours.unit();
                is_less(theirs, ours_joint, LEAST_SHORT_HEADLINE, at_least)
            }
            // The sketch of a long text samples runs of five words; a short text is judged by runs of three.
            (true, false) => false,
        }
    }
}

/// Whether the two entries share fewer than `at_least` runs, or less than the share `least` of the entry that has fewer runs.
fn is_less(sketch: &Sketch, runs: &RunSet, least: f64, at_least: usize) -> bool {
    let (drawn, shared) = sketch.drawn_of(runs);
    if sketch.is_whole() {
        return shared < at_least || ratio(shared, sketch.runs.min(runs.len())) < least;
    }
    let of_fewer = match runs.len() < sketch.runs {
        true => drawn,
        false => sketch.sampled(),
    };
    is_improbable(shared, of_fewer, least)
}

/// Whether so few of the `drawn` runs are shared that it is beyond practical doubt that less than the share `least` of all runs are
/// (Hoeffding 1963: the bound also holds for sampling without replacement).
fn is_improbable(shared: usize, drawn: usize, least: f64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "at most some thousand")]
    let (seen, count) = (ratio(shared, drawn), drawn as f64);
    let part = |share: f64, of: f64| match share > 0.0 {
        true => share * (share / of).ln(),
        false => 0.0,
    };
    let divergence = part(seen, least) + part(1.0 - seen, 1.0 - least);
    seen < least && count * divergence > DOUBT
}

fn is_among(number: &u32, numbers: &[u32]) -> bool {
    numbers.binary_search(number).is_ok()
}

fn by_sketch(sameness: Sameness) -> Comparison {
    Comparison {
        sameness,
        layer: Layer::Near,
        score: 0.0,
    }
}
