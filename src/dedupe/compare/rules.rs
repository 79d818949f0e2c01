//! The rules by which two entries that share enough text are one release or two. The first that speaks decides.

use super::super::differences::{Differences, numbers_differ, ratio};
use super::super::prepare::{Prepared, Units, runs, units};
use super::pair::Pair;
use super::texts::{LEAST_SHORT, SAME_HEADLINE, Texts, joint_runs};
use super::{Comparison, Reason, Sameness};
use crate::model::Layer;

/// Of the content words of the shorter headline, what connects two entries at all.
pub(super) const ALIKE_HEADLINE: f64 = 0.5;
/// Containment above which most of a text is the other's.
const MOST: f64 = 0.85;
/// Of an older version, the share that a newer one keeps.
const KEPT: f64 = 0.8;
/// Containment above which the texts count as nearly identical.
const ALMOST_ALL: f64 = 0.9;
/// More new words before the shared part are a story of their own, or a newer version of it.
const MAX_LEAD: usize = 25;
/// An opening sentence that stands in place of another has at least so many words.
const LEAD_SENTENCE: usize = 6;
/// A lead with so few words of its own is a frame: a date, the name of the office, the headline once more.
const FRAME_WORDS: usize = 8;
/// A template has a slot every so many words; editors change fewer.
const WORDS_A_SLOT: usize = 30;
/// Fresh words between shared ones that an editor adds at most.
const MAX_ADDED: usize = 40;
/// A correction changes at most so many numbers; the next issue of a bulletin changes more.
const MAX_CORRECTED: usize = 3;
/// A text with so many words has one wrong number rather than another issue's one.
const LONG_WORDS: usize = 150;
/// A headline with fewer content words may stand over another issue.
const TELLING_WORDS: usize = 4;
/// Words that open a text, and the share of their runs that a copy of another day still has.
const OPENING_WORDS: usize = 40;
const SAME_OPENING: f64 = 0.8;
/// So many words behind the last shared run are a part of its own.
const TAIL_WORDS: usize = 10;
/// The score of two entries that only their headline joins, because their texts share too little to be measured.
const BY_HEADLINE: f64 = 0.5;

type Ruling = (Sameness, Reason);

impl Pair<'_> {
    pub(super) fn judge(&self) -> (Comparison, Reason) {
        if self.has_other_sound() {
            return by_text((Sameness::Apart, Reason::OtherSound), 0.0);
        }
        if self.is_own && self.is_other_day() && !self.is_marked {
            return by_text((Sameness::Apart, Reason::OtherDay), 0.0);
        }
        let texts = self.texts();
        let score = texts.as_ref().map_or(0.0, |texts| texts.score);
        if !self.is_marked && self.have_other_headline_numbers() {
            return by_text((Sameness::Apart, Reason::HeadlineNumbers), score);
        }
        let texts = texts.filter(|texts| texts.score >= texts.least);
        let ruling = match &texts {
            Some(texts) => self.ruling(texts),
            None => (Sameness::Unlike, Reason::TooLittle),
        };
        let Some(texts) = texts.filter(|_| ruling.0 != Sameness::Unlike) else {
            return match self.is_one_by_headline() {
                true => by_text((Sameness::Same, Reason::Headline), score.max(BY_HEADLINE)),
                false => by_text(ruling, score),
            };
        };
        let layer = match (self.is_page, texts.is_exact) {
            (true, _) => Layer::Url,
            (false, true) => Layer::Content,
            (false, false) => Layer::Near,
        };
        let (comparison, reason) = by_text(ruling, score);
        // What a link or a text shows, it shows whole.
        let score = if layer == Layer::Near { score } else { 1.0 };
        (
            Comparison {
                layer,
                score,
                ..comparison
            },
            reason,
        )
    }

    fn ruling(&self, texts: &Texts) -> Ruling {
        let found = &texts.found;
        if self.is_marked {
            return self.marked(texts);
        }
        if self.is_house && self.is_other_day() && !self.is_page {
            return (Sameness::Apart, Reason::OtherDay);
        }
        if self.is_corrected(texts) {
            return (Sameness::Update, Reason::Corrected);
        }
        // The next issue, as likely as a correction: what does not say that it is one is shown.
        if found.conflicts > 0 || (texts.is_short && self.have_other_numbers()) {
            return (Sameness::Apart, Reason::Numbers);
        }
        if self.is_unsupported(texts) {
            return (Sameness::Apart, Reason::Unsupported);
        }
        if self.have_other_names(texts) || self.have_other_names_under_one_label() {
            return (Sameness::Apart, Reason::Names);
        }
        if self.is_own && !self.is_again(texts) {
            return (Sameness::Unlike, Reason::OneSource);
        }
        if texts.is_exact {
            return (Sameness::Same, Reason::SameText);
        }
        // Days later the news is new, whatever background it repeats.
        if !self.is_soon() && !self.is_page && self.opening() < SAME_OPENING {
            return (Sameness::Unlike, Reason::Opening);
        }
        self.edited(texts)
    }

    /// Whether what differs is the work of an editor.
    fn edited(&self, texts: &Texts) -> Ruling {
        let found = &texts.found;
        if let Some(reason) = self.template(texts) {
            return (Sameness::Unlike, reason);
        }
        let fresh = self.fresh_leads(found);
        let is_frame = texts.score >= MOST && fresh.0.max(fresh.1) <= FRAME_WORDS * self.unit;
        if found.lead.0.max(found.lead.1) > MAX_LEAD * self.unit {
            let reworked = self.reworked(texts, Reason::Lead);
            if reworked.0 == Sameness::Update || !is_frame {
                return reworked;
            }
        }
        let sentence = LEAD_SENTENCE * self.unit;
        let is_replaced = found.lead.0.min(found.lead.1) >= sentence
            && (texts.score < MOST || fresh.0.min(fresh.1) >= sentence);
        if is_replaced && self.headline < ALIKE_HEADLINE {
            return (Sameness::Unlike, Reason::Lead);
        }
        if found.added > (MAX_ADDED * self.unit).max(found.shared / 2) {
            let reworked = self.reworked(texts, Reason::OwnParts);
            let is_fuller = texts.score >= ALMOST_ALL && self.is_supported();
            return match reworked.0 != Sameness::Update && is_fuller {
                true => (Sameness::Same, Reason::Contained),
                false => reworked,
            };
        }
        let unshared = self.long.text.words.len().saturating_sub(found.shared);
        let is_unconnected = self.headline < ALIKE_HEADLINE && texts.score < ALMOST_ALL;
        if (is_unconnected && unshared > found.shared)
            || (unshared > found.shared / 2 && !self.is_supported())
        {
            return (Sameness::Unlike, Reason::OwnParts);
        }
        (Sameness::Same, Reason::Contained)
    }

    /// A newer version, where the headline says that it is the same release, and nearly all of the older one is kept.
    fn reworked(&self, texts: &Texts, reason: Reason) -> Ruling {
        let is_one = self.headline >= SAME_HEADLINE && self.is_soon();
        match is_one && (texts.is_short || texts.score >= KEPT) {
            true => (Sameness::Update, Reason::Reworked),
            false => (Sameness::Unlike, reason),
        }
    }

    /// Why two texts that share their wording are of one template, not of one release.
    fn template(&self, texts: &Texts) -> Option<Reason> {
        let found = &texts.found;
        if !texts.is_short {
            let is_template = found.slots >= 2
                && found.slots * WORDS_A_SLOT * self.unit > found.shared
                && self.headline < SAME_HEADLINE;
            return is_template.then_some(Reason::Template);
        }
        if texts.score < LEAST_SHORT && self.have_own_tails(texts) {
            return Some(Reason::OwnParts);
        }
        let is_unconnected = self.headline < ALIKE_HEADLINE;
        if is_unconnected && found.slots >= 2 && !texts.is_exact {
            return Some(Reason::Template);
        }
        (is_unconnected && self.have_other_subjects()).then_some(Reason::Unsupported)
    }

    /// One says that it is another version: of this release, if that is what it is about.
    fn marked(&self, texts: &Texts) -> Ruling {
        let conflicts = texts.found.conflicts;
        let is_about = self.headline >= ALIKE_HEADLINE || texts.score >= MOST;
        let is_version = (is_about && conflicts <= MAX_CORRECTED)
            || (conflicts == 0 && self.edited(texts).0 == Sameness::Same);
        match is_version {
            true => (Sameness::Update, Reason::Marked),
            false => (Sameness::Unlike, Reason::TooLittle),
        }
    }

    /// Whether one number differs in a long text under one headline: a correction, even if nobody says so.
    fn is_corrected(&self, texts: &Texts) -> bool {
        let [ours, theirs] = &self.titles;
        texts.found.conflicts == 1
            && !self.is_house
            && self.short.text.words.len() >= LONG_WORDS * self.unit
            && texts.score >= ALMOST_ALL
            && self.headline >= ALMOST_ALL
            && ours.len().min(theirs.len()) >= TELLING_WORDS
            && self.is_soon()
    }

    /// Whether two entries of one source are one release twice: nothing differs that a reader would notice.
    fn is_again(&self, texts: &Texts) -> bool {
        let is_one_headline = self.short.text.title_words == self.long.text.title_words;
        match texts.is_exact {
            true => is_one_headline || self.headline >= 1.0,
            false => is_one_headline && self.is_page,
        }
    }

    /// Whether each of two short texts has a number that the other has not.
    fn have_other_numbers(&self) -> bool {
        let (left, right) = (&self.short.text, &self.long.text);
        right.is_short() && numbers_differ(&left.words, &right.words)
    }

    /// Of the runs that open one of the texts, the share that stands anywhere in the other; of the two shares, the larger.
    fn opening(&self) -> f64 {
        let (left, right) = (&self.short.text, &self.long.text);
        let length = left.short_run().min(right.short_run());
        let share = |one: &Prepared, other: &Prepared| {
            let end = one.words.len().min(OPENING_WORDS * self.unit);
            let (opening, other) = (runs(&one.words[..end], length), joint_runs(other, length));
            let shared = opening.iter().filter(|run| other.contains(run)).count();
            ratio(shared, opening.len())
        };
        share(left, right).max(share(right, left))
    }

    /// Whether each of the texts ends in a part of its own: two texts cut behind a common opening.
    fn have_own_tails(&self, texts: &Texts) -> bool {
        let mut shared = texts.alignment.shared.iter().rev();
        let Some(last) = shared.find(|run| run.words >= texts.run) else {
            return true;
        };
        let ours = self.short.text.words.len() - (last.left + last.words);
        let theirs = self.long.text.words.len() - (last.right + last.words);
        ours.min(theirs) >= TAIL_WORDS * self.unit
    }

    /// How many words before the first shared run, numbers and function words apart, the other entry has nowhere.
    fn fresh_leads(&self, found: &Differences) -> (usize, usize) {
        let fresh = |one: &Prepared, other: &Units, lead: usize| {
            let lead = units(&one.words[..lead.min(one.words.len())], one.is_dense);
            let is_fresh = |word: &&crate::text::Word| {
                !word.is_number() && !word.is_function_word() && !other.contains(word)
            };
            lead.iter().filter(is_fresh).count()
        };
        match found.lead {
            (0, 0) => (0, 0),
            (ours, theirs) => (
                fresh(&self.short.text, self.said_by_long(), ours),
                fresh(&self.long.text, self.said_by_short(), theirs),
            ),
        }
    }
}

fn by_text((sameness, reason): Ruling, score: f64) -> (Comparison, Reason) {
    let comparison = Comparison {
        sameness,
        layer: Layer::Near,
        score,
    };
    (comparison, reason)
}
