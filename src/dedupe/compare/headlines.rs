//! What the headlines say about two entries.

use super::super::prepare::Prepared;
use super::super::runs::{Units, content_words, numbers_differ, run_set, runs, share, units};
use super::pair::Pair;
use super::texts::Texts;
use crate::text::Word;

/// Words in one place among which a template has its name: the name, its office and its place.
const NAME_SLOT: usize = 8;
/// Of a headline's content words, the share that the other entry lacks where it is about something else.
const OTHER_SUBJECT: f64 = 0.6;
/// A text with fewer words says too little to speak against a headline: it is a line such as "Read the whole report".
const TELLING_TEXT: usize = 12;
/// Of the runs of the shorter text, the share that two reports of one release have in common: a name or a set phrase. Two
/// columns under one headline share nothing else.
const IN_COMMON: f64 = 0.1;
/// Of the words of the longer text's headline, how many the shorter entry has where both are of one release. A round-up's headline is
/// about its other parts as well.
const SUPPORTED: f64 = 0.6;

/// Whether one long headline makes the two one release: each source has used it once, and nothing in the texts speaks
/// against it.
pub(super) fn is_one_by_headline(pair: &Pair<'_>) -> bool {
    let (left, right) = (&pair.short.text, &pair.long.text);
    left.has_long_title()
        && left.title_words == right.title_words
        && !left.is_standing_title
        && !right.is_standing_title
        && !pair.is_house
        && !pair.is_marked
        && pair.is_soon()
        && !numbers_differ(&left.words, &right.words)
        && !have_other_texts(pair)
}

/// Whether both have a text, and the two have next to nothing in common: two reports about one event, or two issues of a
/// column.
fn have_other_texts(pair: &Pair<'_>) -> bool {
    let (left, right) = (&pair.short.text, &pair.long.text);
    if left.words.len() < TELLING_TEXT * pair.unit {
        return false;
    }
    let length = left.short_run().min(right.short_run());
    let theirs = run_set(&right.words, length);
    share(runs(&left.words, length).iter(), |run| {
        theirs.contains(**run)
    }) < IN_COMMON
}

/// Whether each headline has a number or a month that appears neither in the other headline nor in the other text.
pub(super) fn have_other_headline_numbers(pair: &Pair<'_>) -> bool {
    let lacks = |one: &Prepared, other: &Prepared| {
        let told = |word: &&Word| word.is_number() || word.is_month();
        let mut numbers = one.title_words.iter().filter(told);
        numbers.any(|number| !other.title_words.contains(number) && !other.words.contains(number))
    };
    let (left, right) = (&pair.short.text, &pair.long.text);
    lacks(left, right) && lacks(right, left)
}

/// Whether the headlines have nothing to do with each other, nor any of them with what the texts share: then that is a
/// note, and neither release's own text.
pub(super) fn is_unsupported(pair: &Pair<'_>, texts: &Texts) -> bool {
    let [ours, theirs] = &pair.titles;
    if ours.is_empty() || theirs.is_empty() || pair.has_alike_headlines() {
        return false;
    }
    let (words, is_dense) = (&pair.short.text.words, pair.short.text.is_dense);
    // Small words that both have in one place are no common text.
    let shared = texts.alignment.shared.iter();
    let shared = shared.filter(|run| run.words >= texts.run);
    let said: Vec<Word> = shared
        .flat_map(|run| units(&words[run.left..run.left + run.words], is_dense))
        .collect();
    !ours.iter().chain(theirs).any(|word| said.contains(word))
}

/// The words of each headline that its own text repeats and the other entry has nowhere; `None`: one has none.
fn own_names(pair: &Pair<'_>) -> Option<[Vec<Word>; 2]> {
    let names = |title: &[Word], own: &Prepared, other: &Units| -> Option<Vec<Word>> {
        let lacking: Vec<Word> = title
            .iter()
            .filter(|word| !other.contains(word))
            .copied()
            .collect();
        if lacking.is_empty() {
            return None;
        }
        let own = units(&own.words, own.is_dense);
        let names: Vec<Word> = lacking
            .into_iter()
            .filter(|word| own.contains(word))
            .collect();
        (!names.is_empty()).then_some(names)
    };
    let (left, right) = (&pair.short.text, &pair.long.text);
    let ours = names(&pair.titles[0], left, pair.said_by_long())?;
    Some([ours, names(&pair.titles[1], right, pair.said_by_short())?])
}

/// Whether the texts are one template with a name filled in: each headline has a word that its own text repeats and that the
/// other entry does not have. In long texts the two words must also be in the same place.
pub(super) fn have_other_names(pair: &Pair<'_>, texts: &Texts) -> bool {
    let Some([ours, theirs]) = own_names(pair) else {
        return false;
    };
    let (left, right) = (&pair.short.text, &pair.long.text);
    let has = |words: &[Word], names: &[Word], is_dense: bool| {
        units(words, is_dense)
            .iter()
            .any(|word| names.contains(word))
    };
    texts.is_short
        || texts.alignment.hunks.iter().any(|hunk| {
            let (one, other) = (
                &left.words[hunk.left.clone()],
                &right.words[hunk.right.clone()],
            );
            one.len().max(other.len()) <= NAME_SLOT * pair.unit
                && has(one, &ours, left.is_dense)
                && has(other, &theirs, right.is_dense)
        })
}

/// Whether both headlines name one kind of notice, and then something else each: `Vacancy: nurse`, `Vacancy: cook`.
pub(super) fn have_other_names_under_one_label(pair: &Pair<'_>) -> bool {
    let (left, right) = (&pair.short.text, &pair.long.text);
    let label = |text: &Prepared| text.title_words[..text.label].to_vec();
    if left.label == 0 || label(left) != label(right) {
        return false;
    }
    let [ours, theirs] = [left, right].map(|text| content_words(&text.title_words[text.label..]));
    !ours.is_empty() && !theirs.is_empty() && !ours.iter().any(|word| theirs.contains(word))
}

/// Whether each headline is mostly about what the other entry does not mention.
pub(super) fn have_other_subjects(pair: &Pair<'_>) -> bool {
    let lacks = |title: &[Word], other: &Units| {
        !title.is_empty() && share(title.iter(), |word| !other.contains(*word)) >= OTHER_SUBJECT
    };
    lacks(&pair.titles[0], pair.said_by_long()) && lacks(&pair.titles[1], pair.said_by_short())
}

/// Whether the longer text's headline is about what the two share: that of a round-up is not.
pub(super) fn is_supported(pair: &Pair<'_>) -> bool {
    let long = &pair.long.text;
    let title = units(&long.title_words, long.is_dense);
    let said = pair.said_by_short();
    pair.has_alike_headlines() || share(title.iter(), |word| said.contains(*word)) >= SUPPORTED
}
