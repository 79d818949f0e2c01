//! Two entries side by side, and what is known of them before their texts are compared.

use std::cell::OnceCell;
use std::cmp::Ordering;

use chrono::Duration;

use super::super::attachments::have_other_files;
use super::super::dates;
use super::super::differences::unit;
use super::super::prepare::Prepared;
use super::super::profile::Profile;
use super::super::runs::{Units, share};
use crate::text::Word;

/// Of the content words of the shorter headline, what connects two entries at all. Two headlines for one release share their subject,
/// two for different releases at most the place.
const ALIKE_HEADLINE: f64 = 0.5;
/// The share that makes two headlines one: of the four or five content words of most headlines an editor changes one or two.
const SAME_HEADLINE: f64 = 0.6;

/// Two entries; the one with the shorter text first.
pub(super) struct Pair<'a> {
    pub(super) short: &'a Profile,
    pub(super) long: &'a Profile,
    /// Words that say as much as one where words are parted by spaces.
    pub(super) unit: usize,
    /// Both are of one source.
    pub(super) is_own: bool,
    /// Both are of one source, or of sources of one publisher.
    pub(super) is_house: bool,
    /// Both have one canonical URL.
    pub(super) is_page: bool,
    /// One says of itself that it is another version, and the other does not.
    pub(super) is_marked: bool,
    /// The content words of the headlines; none of a standing headline, which says nothing about the release under it.
    pub(super) titles: [Vec<Word>; 2],
    /// Of the shorter headline's content words, the share that the other headline has.
    pub(super) headline: f64,
    short_units: OnceCell<Units>,
    long_units: OnceCell<Units>,
}

impl<'a> Pair<'a> {
    pub(super) fn new(one: &'a Profile, other: &'a Profile) -> Self {
        let (short, long) = match in_order(&one.text, &other.text) {
            Ordering::Greater => (other, one),
            _ => (one, other),
        };
        let (left, right) = (&short.text, &long.text);
        let titles = [left, right].map(|text| match text.is_standing_title {
            true => Vec::new(),
            false => text.title_content(),
        });
        let is_own = short.source == long.source;
        Self {
            unit: unit(left, right),
            is_own,
            is_house: is_own || (short.publisher.is_some() && short.publisher == long.publisher),
            is_page: short.url.is_some() && short.url == long.url,
            is_marked: left.marking.differs_from(right.marking),
            headline: share_of_shorter(&titles[0], &titles[1]),
            titles,
            short,
            long,
            short_units: OnceCell::new(),
            long_units: OnceCell::new(),
        }
    }

    /// The words of headline and text of the entry with the shorter text.
    pub(super) fn said_by_short(&self) -> &Units {
        self.short_units.get_or_init(|| self.short.text.units())
    }

    /// The words of headline and text of the entry with the longer text.
    pub(super) fn said_by_long(&self) -> &Units {
        self.long_units.get_or_init(|| self.long.text.units())
    }

    /// Whether the headlines have so much in common that they may be of one release.
    pub(super) fn has_alike_headlines(&self) -> bool {
        self.headline >= ALIKE_HEADLINE
    }

    /// Whether the headlines are one, but for what an editor changes.
    pub(super) fn has_same_headline(&self) -> bool {
        self.headline >= SAME_HEADLINE
    }

    /// Whether the dates let the two be copies of one day's news; one without a date may be of any.
    pub(super) fn is_soon(&self) -> bool {
        dates::is_soon(self.distance())
    }

    /// Whether the dates are of two days.
    pub(super) fn is_other_day(&self) -> bool {
        dates::is_other_day(self.distance())
    }

    /// How far the two dates lie apart; `None`: one has none.
    pub(super) fn distance(&self) -> Option<Duration> {
        dates::distance(self.short.published, self.long.published)
    }

    /// Whether one publisher attached sound or video to both, at other addresses.
    pub(super) fn has_other_sound(&self) -> bool {
        self.is_house && have_other_files(&self.short.enclosures, &self.long.enclosures)
    }
}

/// The shorter text first, then any fixed order.
fn in_order(left: &Prepared, right: &Prepared) -> Ordering {
    let rank = |text: &Prepared| text.words.len();
    rank(left)
        .cmp(&rank(right))
        .then_with(|| left.words.cmp(&right.words))
        .then_with(|| left.title_words.cmp(&right.title_words))
}

/// Of the content words of the headline that has fewer, the share that the other has.
fn share_of_shorter(left: &[Word], right: &[Word]) -> f64 {
    let (shorter, longer) = match left.len() <= right.len() {
        true => (left, right),
        false => (right, left),
    };
    share(shorter.iter(), |word| longer.contains(word))
}
