//! The rules by which two entries that share enough text are one release or two. The first that speaks decides.

use super::super::differences::{Differences, MAX_LEAD};
use super::super::prepare::Prepared;
use super::super::profile::Profile;
use super::super::runs::{Units, numbers_differ, runs, share, units};
use super::comparison::{Comparison, Reason, Sameness};
use super::headlines::{
    have_other_headline_numbers, have_other_names, have_other_names_under_one_label,
    have_other_subjects, is_one_by_headline, is_supported, is_unsupported,
};
use super::pair::Pair;
use super::texts::{LEAST_SHORT, Texts, texts};
use crate::model::Layer;
use crate::text::Word;

/// Containment above which most of a text is the other's: what is left is an agency's line or a caption.
const MOST: f64 = 0.85;
/// Of an older version, the share that a newer one keeps: a news agency adds paragraphs on top and drops the last one.
const KEPT: f64 = 0.8;
/// Containment above which the texts count as nearly identical.
const ALMOST_ALL: f64 = 0.9;
/// Words of an opening sentence that stands in place of another, at least; fewer are a dateline.
const LEAD_SENTENCE: usize = 6;
/// A lead with so few words of its own is a frame: a date, the name of the office, the headline once more.
const FRAME_WORDS: usize = 8;
/// A template has a slot every so many words; editors change fewer.
const WORDS_A_SLOT: usize = 30;
/// New words between shared ones that an editor adds at most: two sentences.
const MAX_ADDED: usize = 40;
/// A correction changes at most so many numbers; the next issue of a bulletin changes more.
const MAX_CORRECTED: usize = 3;
/// Words from which on one other number is a correction: bulletins, whose next issue has one other number too, are shorter.
const LONG_WORDS: usize = 150;
/// A headline with fewer content words may stand over another issue.
const TELLING_WORDS: usize = 4;
/// Words that open a text: the lead, which a report of another day has written anew.
const OPENING_WORDS: usize = 40;
/// The share of their runs that a copy of another day still has.
const SAME_OPENING: f64 = 0.8;
/// So many words behind the last shared run are a part of its own; fewer are left of a sentence that was cut.
const TAIL_WORDS: usize = 10;
/// The score of two entries that only their headline joins, because their texts share too little to be measured.
const BY_HEADLINE: f64 = 0.5;

type Ruling = (Sameness, Reason);

/// Compares two entries of different identities. `compare(a, b) == compare(b, a)`.
#[must_use]
pub fn compare(one: &Profile, other: &Profile) -> Comparison {
    judge(&Pair::new(one, other)).0
}

/// What two entries are to each other, and the rule that says so.
pub(super) fn judge(pair: &Pair<'_>) -> (Comparison, Reason) {
    if pair.has_other_sound() {
        return by_text((Sameness::Apart, Reason::OtherSound), 0.0);
    }
    if pair.is_own && pair.is_other_day() && !pair.is_marked {
        return by_text((Sameness::Apart, Reason::OtherDay), 0.0);
    }
    if !pair.is_marked && have_other_headline_numbers(pair) {
        return by_text((Sameness::Apart, Reason::HeadlineNumbers), 0.0);
    }
    let texts = texts(pair);
    let score = texts.as_ref().map_or(0.0, |texts| texts.score);
    let texts = texts.filter(|texts| texts.score >= texts.least);
    let ruling = match &texts {
        Some(texts) => ruling(pair, texts),
        None => (Sameness::Unlike, Reason::TooLittle),
    };
    let Some(texts) = texts.filter(|_| ruling.0 != Sameness::Unlike) else {
        return match is_one_by_headline(pair) {
            true => by_text((Sameness::Same, Reason::Headline), score.max(BY_HEADLINE)),
            false => by_text(ruling, score),
        };
    };
    let layer = match (pair.is_page, texts.is_exact) {
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

fn ruling(pair: &Pair<'_>, texts: &Texts) -> Ruling {
    let found = &texts.found;
    if pair.is_marked {
        return marked(pair, texts);
    }
    if pair.is_house && pair.is_other_day() && !pair.is_page {
        return (Sameness::Apart, Reason::OtherDay);
    }
    if is_corrected(pair, texts) {
        return (Sameness::Update, Reason::Corrected);
    }
    // The next issue, as likely as a correction: what does not say that it is one is shown.
    if found.conflicts > 0 || (texts.is_short && have_other_numbers(pair)) {
        return (Sameness::Apart, Reason::Numbers);
    }
    if is_unsupported(pair, texts) {
        return (Sameness::Apart, Reason::Unsupported);
    }
    if have_other_names(pair, texts) || have_other_names_under_one_label(pair) {
        return (Sameness::Apart, Reason::Names);
    }
    if pair.is_own && !is_again(pair, texts) {
        return (Sameness::Unlike, Reason::OneSource);
    }
    if texts.is_exact {
        return (Sameness::Same, Reason::SameText);
    }
    // Days later the news is new, whatever background it repeats.
    if !pair.is_soon() && !pair.is_page && opening(pair) < SAME_OPENING {
        return (Sameness::Unlike, Reason::Opening);
    }
    edited(pair, texts)
}

/// Whether what differs is the work of an editor.
fn edited(pair: &Pair<'_>, texts: &Texts) -> Ruling {
    let found = &texts.found;
    if let Some(reason) = template(pair, texts) {
        return (Sameness::Unlike, reason);
    }
    let fresh = fresh_leads(pair, found);
    let is_frame = texts.score >= MOST && fresh.0.max(fresh.1) <= FRAME_WORDS * pair.unit;
    if found.lead.0.max(found.lead.1) > MAX_LEAD * pair.unit {
        let reworked = reworked(pair, texts, Reason::Lead);
        if reworked.0 == Sameness::Update || !is_frame {
            return reworked;
        }
    }
    let sentence = LEAD_SENTENCE * pair.unit;
    let is_replaced = found.lead.0.min(found.lead.1) >= sentence
        && (texts.score < MOST || fresh.0.min(fresh.1) >= sentence);
    if is_replaced && !pair.has_alike_headlines() {
        return (Sameness::Unlike, Reason::Lead);
    }
    if found.added > (MAX_ADDED * pair.unit).max(found.shared / 2) {
        let reworked = reworked(pair, texts, Reason::OwnParts);
        let is_fuller = texts.score >= ALMOST_ALL && is_supported(pair);
        return match reworked.0 != Sameness::Update && is_fuller {
            true => (Sameness::Same, Reason::Contained),
            false => reworked,
        };
    }
    let unshared = pair.long.text.words.len().saturating_sub(found.shared);
    let is_unconnected = !pair.has_alike_headlines() && texts.score < ALMOST_ALL;
    if (is_unconnected && unshared > found.shared)
        || (unshared > found.shared / 2 && !is_supported(pair))
    {
        return (Sameness::Unlike, Reason::OwnParts);
    }
    (Sameness::Same, Reason::Contained)
}

/// A newer version, where the headline says that it is the same release, and nearly all of the older one is kept.
fn reworked(pair: &Pair<'_>, texts: &Texts, reason: Reason) -> Ruling {
    let is_one = pair.has_same_headline() && pair.is_soon();
    match is_one && (texts.is_short || texts.score >= KEPT) {
        true => (Sameness::Update, Reason::Reworked),
        false => (Sameness::Unlike, reason),
    }
}

/// Why two texts that share their wording are of one template, not of one release.
fn template(pair: &Pair<'_>, texts: &Texts) -> Option<Reason> {
    let found = &texts.found;
    if !texts.is_short {
        let is_template = found.slots >= 2
            && found.slots * WORDS_A_SLOT * pair.unit > found.shared
            && !pair.has_same_headline();
        return is_template.then_some(Reason::Template);
    }
    if texts.score < LEAST_SHORT && have_own_tails(pair, texts) {
        return Some(Reason::OwnParts);
    }
    let is_unconnected = !pair.has_alike_headlines();
    if is_unconnected && found.slots >= 2 && !texts.is_exact {
        return Some(Reason::Template);
    }
    (is_unconnected && have_other_subjects(pair)).then_some(Reason::Unsupported)
}

/// One says that it is another version: of this release, if that is what it is about.
fn marked(pair: &Pair<'_>, texts: &Texts) -> Ruling {
    let conflicts = texts.found.conflicts;
    let is_about = pair.has_alike_headlines() || texts.score >= MOST;
    let is_version = (is_about && conflicts <= MAX_CORRECTED)
        || (conflicts == 0 && edited(pair, texts).0 == Sameness::Same);
    match is_version {
        true => (Sameness::Update, Reason::Marked),
        false => (Sameness::Unlike, Reason::TooLittle),
    }
}

/// Whether one number differs in a long text under one headline: a correction, even if nobody says so.
fn is_corrected(pair: &Pair<'_>, texts: &Texts) -> bool {
    let [ours, theirs] = &pair.titles;
    texts.found.conflicts == 1
        && !pair.is_house
        && pair.short.text.words.len() >= LONG_WORDS * pair.unit
        && texts.score >= ALMOST_ALL
        && pair.headline >= ALMOST_ALL
        && ours.len().min(theirs.len()) >= TELLING_WORDS
        && pair.is_soon()
}

/// Whether two entries of one source are one release twice: nothing differs that a reader would notice.
fn is_again(pair: &Pair<'_>, texts: &Texts) -> bool {
    let is_one_headline = pair.short.text.title_words == pair.long.text.title_words;
    match texts.is_exact {
        true => is_one_headline || pair.headline >= 1.0,
        false => is_one_headline && pair.is_page,
    }
}

/// Whether each of two short texts has a number that the other has not.
fn have_other_numbers(pair: &Pair<'_>) -> bool {
    let (left, right) = (&pair.short.text, &pair.long.text);
    right.is_short() && numbers_differ(&left.words, &right.words)
}

/// Of the runs that open one of the texts, the share that stands anywhere in the other; of the two shares, the larger.
fn opening(pair: &Pair<'_>) -> f64 {
    let (left, right) = (&pair.short.text, &pair.long.text);
    let length = left.short_run().min(right.short_run());
    let kept = |one: &Prepared, other: &Prepared| {
        let end = one.words.len().min(OPENING_WORDS * pair.unit);
        let (opening, other) = (runs(&one.words[..end], length), other.joint_runs(length));
        share(opening.iter(), |run| other.contains(**run))
    };
    kept(left, right).max(kept(right, left))
}

/// Whether each of the texts ends in a part of its own: two texts cut behind a common opening.
fn have_own_tails(pair: &Pair<'_>, texts: &Texts) -> bool {
    let mut shared = texts.alignment.shared.iter().rev();
    let Some(last) = shared.find(|run| run.words >= texts.run) else {
        return true;
    };
    let ours = pair.short.text.words.len() - (last.left + last.words);
    let theirs = pair.long.text.words.len() - (last.right + last.words);
    ours.min(theirs) >= TAIL_WORDS * pair.unit
}

/// How many words before the first shared run, numbers and function words apart, the other entry has nowhere.
fn fresh_leads(pair: &Pair<'_>, found: &Differences) -> (usize, usize) {
    let fresh = |one: &Prepared, other: &Units, lead: usize| {
        let lead = units(&one.words[..lead.min(one.words.len())], one.is_dense);
        let is_fresh =
            |word: &&Word| !word.is_number() && !word.is_function_word() && !other.contains(word);
        lead.iter().filter(is_fresh).count()
    };
    match found.lead {
        (0, 0) => (0, 0),
        (ours, theirs) => (
            fresh(&pair.short.text, pair.said_by_long(), ours),
            fresh(&pair.long.text, pair.said_by_short(), theirs),
        ),
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
