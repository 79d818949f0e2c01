//! Whether an entry repeats one that was withdrawn.

use super::super::align::Hunk;
use super::super::prepare::Prepared;
use super::super::profile::Profile;
use super::super::runs::ratio;
use super::comparison::Reason;
use super::pair::Pair;
use super::rules::judge;
use super::texts::{Texts, texts};
use crate::text::Word;

/// Of either text, the share of words that both have where one publisher brings on another day what was withdrawn. With less it is the
/// next release of a kind, or a part.
const AGAIN: f64 = 0.9;

/// Words of a text that is nobody's teaser, notice of a paywall or footer: the same words are the same release whatever stands over them.
const OWN_WORDS: usize = 60;

/// An entry as it is compared with what was withdrawn.
#[derive(Debug, Clone)]
pub struct BothWays {
    /// Without what its publisher repeats, as entries are compared with each other.
    pub trimmed: Profile,
    /// The same entry with its whole text. `None`: nothing was left out, so `trimmed` is the whole text.
    pub whole: Option<Profile>,
}

impl BothWays {
    /// All of the text, if most of it was left out: then it is the text that its publisher repeats.
    fn if_mostly_trimmed(&self) -> Option<&Profile> {
        let whole = self.whole.as_ref()?;
        (self.trimmed.text.words.len() * 2 < whole.text.words.len()).then_some(whole)
    }

    fn in_full(&self) -> &Profile {
        self.whole.as_ref().unwrap_or(&self.trimmed)
    }

    /// The keys by which it is found, once for each way.
    #[must_use]
    pub fn keys(&self) -> Vec<u32> {
        let mut keys = self.trimmed.text.keys().to_vec();
        keys.extend(self.whole.iter().flat_map(|whole| whole.text.keys()));
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// Whether an entry repeats one that was withdrawn: as if another publisher had sent it on the same day, for what was taken back may come
/// again at any time and from anybody. Of the same publisher, on another day, it is the next issue of a series unless it is the same.
#[must_use]
pub fn repeats(entry: &BothWays, withdrawn: &BothWays) -> bool {
    let pair = Pair::new(&entry.trimmed, &withdrawn.trimmed);
    // Another episode, in whatever words it is told.
    if pair.has_other_sound() {
        return false;
    }
    let is_house = pair.is_house;
    let theirs = withdrawn.if_mostly_trimmed().unwrap_or(&withdrawn.trimmed);
    // What one publisher puts under everything makes no two of its entries one.
    let ours = entry.if_mostly_trimmed().filter(|_| !is_house);
    let is_standing = is_house && withdrawn.if_mostly_trimmed().is_some();
    is_again(ours.unwrap_or(&entry.trimmed), theirs)
        || is_verbatim(entry.in_full(), withdrawn.in_full(), is_standing)
}

/// Whether the texts are the same, whatever headlines they stand under; a short one, which may stand under everything, under headlines that
/// have a word in common. `is_standing`: their publisher was known to put the text under many headlines before it was withdrawn under one;
/// then that one is meant.
fn is_verbatim(entry: &Profile, withdrawn: &Profile, is_standing: bool) -> bool {
    let (ours, theirs) = (&entry.text, &withdrawn.text);
    let pair = Pair::new(entry, withdrawn);
    ours.content.is_some()
        && ours.content == theirs.content
        && (!is_standing || ours.title_words == theirs.title_words)
        && (ours.words.len() >= OWN_WORDS || share_a_word(ours, theirs))
        && !(may_be_issues(&pair) && have_other_days(&pair))
}

/// Whether two headlines have a word in common, or one of them is not known any more.
fn share_a_word(one: &Prepared, other: &Prepared) -> bool {
    let (ours, theirs) = (&one.title_words, &other.title_words);
    ours.is_empty() || theirs.is_empty() || ours.iter().any(|word| theirs.contains(word))
}

fn is_again(entry: &Profile, withdrawn: &Profile) -> bool {
    let undated = Profile {
        published: None,
        ..withdrawn.clone()
    };
    let mut pair = Pair::new(entry, &undated);
    let is_own = std::mem::replace(&mut pair.is_own, false);
    pair.is_house = false;
    let (comparison, reason) = judge(&pair);
    // A headline alone says nothing where both are of one source.
    if !comparison.sameness.joins() || (is_own && reason == Reason::Headline) {
        return false;
    }
    let dated = Pair::new(entry, withdrawn);
    let is_same = || texts(&dated).is_some_and(|texts| is_the_same(&dated, &texts));
    !may_be_issues(&dated) || (!have_other_days(&dated) && is_same())
}

/// Whether two entries may be two issues of a series: of one publisher, and not known to be of one day. A correction that says so is none.
fn may_be_issues(pair: &Pair<'_>) -> bool {
    let is_one_day = pair.distance().is_some() && !pair.is_other_day();
    let is_page = pair.is_page && !pair.is_own;
    pair.is_house && !is_one_day && !pair.is_marked && !is_page
}

/// Whether each headline names a day, or has a number, that the other has not.
fn have_other_days(pair: &Pair<'_>) -> bool {
    let lacks = |one: &Prepared, other: &Prepared| {
        let mut days = one.title_words.iter().filter(|word| tells_issues(word));
        days.any(|day| !other.title_words.contains(day))
    };
    let (left, right) = (&pair.short.text, &pair.long.text);
    lacks(left, right) && lacks(right, left)
}

/// Whether two texts are the same but for a few words, none of which tells issues.
fn is_the_same(pair: &Pair<'_>, texts: &Texts) -> bool {
    if texts.is_exact {
        return true;
    }
    let (left, right) = (&pair.short.text.words, &pair.long.text.words);
    let shared: usize = texts.alignment.shared.iter().map(|run| run.words).sum();
    let is_other = |hunk: &Hunk| {
        let (ours, theirs) = (&left[hunk.left.clone()], &right[hunk.right.clone()]);
        ours.iter().chain(theirs).any(tells_issues)
    };
    ratio(shared, right.len()) >= AGAIN && !texts.alignment.hunks.iter().any(is_other)
}

/// Whether one issue of a series differs from the next in such a word.
fn tells_issues(word: &Word) -> bool {
    word.is_number() || word.is_month() || word.is_weekday()
}
