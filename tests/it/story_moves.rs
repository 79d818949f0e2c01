//! Decisions about one entry that are made without its whole group: where it goes, which links it keeps, and with which stored
//! entries it is compared.

use std::collections::BTreeMap;
use std::time::Duration;

use mainstem::dedupe::{
    Comparison, Destination, Found, Link, MAX_NEAR, MAX_POSTINGS, Reach, Sameness, Way, Week,
    destination, enough_of_each_story, links_after_edit, links_after_split, links_after_trim,
    most_similar, mover, role_by,
};
use mainstem::model::{EntryId, Layer, Relation, StoryId, Timestamp};

use Sameness::{Apart, Same, Update};

/// The entry that is asked about.
const OWN: EntryId = EntryId(1);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(seconds, 0).expect("a moment")
}

fn found(sameness: Sameness, layer: Layer, score: f64) -> Comparison {
    Comparison {
        sameness,
        layer,
        score,
    }
}

/// A way from a line `story verdict layer score`, with `ruled` at its end where a person has ruled on the story.
fn way(other: i64, line: &str) -> Way {
    let words: Vec<&str> = line.split_whitespace().collect();
    let sameness = match words[1] {
        "same" => Same,
        _ => Update,
    };
    let layer = Layer::from_word(words[2]).expect("a layer");
    let score = words[3].parse().expect("a score");
    Way {
        link: Link::new(OWN, EntryId(other), found(sameness, layer, score)),
        story: StoryId(words[0].parse().expect("a number")),
        is_ruled: words.get(4) == Some(&"ruled"),
        edition_at: at(0),
    }
}

/// The entry is in story 1. Whether a person has ruled on that, the ways of the entry, and the story that it goes to; 0: one of its
/// own.
#[rustfmt::skip]
const MOVES: [(&str, bool, &str, i64); 11] = [
    ("no link is left", false, "", 0),
    ("no link is left, but it was ruled", true, "", 1),
    ("a weak link holds it", false, "2 same content 1.0, 1 update near 0.6", 1),
    ("a person wants it elsewhere", false, "1 same content 1.0, 2 same manual 1.0", 2),
    ("a person wants it elsewhere, though it was ruled", true, "2 same manual 1.0 ruled", 2),
    ("a person wants it where it is", false, "1 same manual 1.0, 2 same content 1.0", 1),
    ("the higher score", false, "2 same near 0.8, 3 same near 0.9", 3),
    ("the same text before a higher score", false, "2 same near 0.9, 3 same content 0.8", 3),
    ("a copy before a version", false, "2 update near 0.9, 3 same near 0.8", 3),
    ("of equals the first", false, "2 same near 0.8, 3 same near 0.8", 2),
    ("only a person moves it into a ruled story", false, "2 same content 1.0 ruled", 0),
];

#[test]
fn an_entry_goes_where_a_person_or_its_strongest_link_leads() {
    for (name, is_ruled, ways, expected) in MOVES {
        let lines = ways.split(',').filter(|line| !line.is_empty());
        let ways: Vec<Way> = (2..)
            .zip(lines)
            .map(|(other, line)| way(other, line))
            .collect();
        let goes = match destination((StoryId(1), is_ruled), &ways) {
            Destination::Stays => 1,
            Destination::Joins(way) => way.story.0,
            Destination::Alone => 0,
        };
        assert_eq!(goes, expected, "{name}");
    }
}

#[test]
fn a_copy_carries_the_edition_of_what_it_copies() {
    for (sameness, relation, edition_at) in [
        (Same, Relation::Same, at(5)),
        (Update, Relation::Update, at(9)),
    ] {
        let link = Link::new(OWN, EntryId(2), found(sameness, Layer::Near, 0.8));
        let role = role_by(&link, OWN, at(9), at(5));
        assert_eq!((role.relation, role.edition_at), (relation, edition_at));
        assert_eq!(role.matched, Some(EntryId(2)));
    }
}

#[test]
fn the_entry_of_the_smaller_story_goes_to_the_other() {
    let [one, other] = [EntryId(1), EntryId(2)];
    for (left, right, goes) in [(3, 4, one), (4, 3, other), (3, 3, one)] {
        assert_eq!(mover((one, left), (other, right)), goes, "{left} {right}");
    }
}

/// Links of the entry, by the other.
fn links(all: &[(i64, Sameness, Layer)]) -> Vec<Link> {
    let link = |(other, sameness, layer): &(i64, Sameness, Layer)| {
        Link::new(OWN, EntryId(*other), found(*sameness, *layer, 0.8))
    };
    all.iter().map(link).collect()
}

fn verdicts(found: &Found) -> BTreeMap<i64, Sameness> {
    let verdict = |(other, found): (&EntryId, &Comparison)| (other.0, found.sameness);
    found.iter().map(verdict).collect()
}

#[test]
fn an_edited_entry_keeps_its_release_unless_another_took_its_place() {
    use Layer::{Manual, Near};
    // What linked it to entry 2 before, what comparing the new words came to, and what links them then after polish, after a revision
    // and where it was replaced.
    type Verdict = Option<Sameness>;
    let cases: [(Sameness, Layer, Verdict, [Verdict; 3]); 9] = [
        (
            Same,
            Near,
            Some(Same),
            [Some(Same), Some(Update), Some(Same)],
        ),
        (
            Same,
            Near,
            Some(Update),
            [Some(Update), Some(Update), Some(Update)],
        ),
        (
            Same,
            Near,
            Some(Apart),
            [Some(Update), Some(Update), Some(Apart)],
        ),
        (Same, Near, None, [Some(Update), Some(Update), None]),
        (
            Update,
            Near,
            Some(Same),
            [Some(Same), Some(Same), Some(Same)],
        ),
        (Update, Near, None, [Some(Update), Some(Update), None]),
        (
            Apart,
            Near,
            Some(Same),
            [Some(Same), Some(Same), Some(Same)],
        ),
        (Apart, Near, None, [None, None, None]),
        (Same, Manual, None, [Some(Same), Some(Same), Some(Same)]),
    ];
    for (before, layer, compared, expected) in cases {
        let before = links(&[(2, before, layer)]);
        let edits = [(false, false), (true, false), (true, true)];
        for ((is_revised, is_replaced), expected) in edits.into_iter().zip(expected) {
            let compared = compared.map(|sameness| (EntryId(2), found(sameness, Near, 0.9)));
            let now: Found = compared.into_iter().collect();
            let now = links_after_edit(OWN, &before, now, is_revised, is_replaced);
            let now = verdicts(&now).remove(&2);
            assert_eq!(
                now, expected,
                "{before:?} {compared:?} {is_revised} {is_replaced}"
            );
        }
    }
}

#[test]
fn links_made_by_hand_outlive_a_trim_and_end_with_a_split() {
    let before = links(&[(2, Same, Layer::Manual), (3, Same, Layer::Near)]);
    let now = Found::from([(EntryId(4), found(Apart, Layer::Near, 0.5))]);
    let trimmed = links_after_trim(OWN, &before, now);
    assert_eq!(verdicts(&trimmed), [(2, Same), (4, Apart)].into());
    let split = links_after_split(OWN, &before);
    assert_eq!(verdicts(&split), [(3, Same)].into());
}

#[test]
fn similar_entries_are_looked_for_within_the_window_and_not_in_the_future() {
    const HOUR: u64 = 3600;
    // Of hours after the entry: the present, and which are within a window of two.
    let all = [-3, -2, 0, 1, 2, 3];
    for (now, expected) in [(10, vec![-2, 0, 1, 2]), (1, vec![-2, 0, 1])] {
        let hour = |hours: i64| at((1_000 + hours) * 3600);
        let reach = Reach {
            at: hour(0),
            now: hour(now),
            window: Duration::from_secs(2 * HOUR),
        };
        let within = all.into_iter().filter(|hours| reach.has(hour(*hours)));
        assert_eq!(within.collect::<Vec<_>>(), expected, "{now}");
        let weeks = Week::of(hour(-2))..=Week::of(hour(now.min(2)));
        assert_eq!(reach.weeks(), weeks);
    }
    const WEEK: i64 = 7 * 24 * 3600;
    let numbers = [-1, 0, WEEK - 1, WEEK, 100_000 * WEEK];
    let numbers = numbers.map(|seconds| Week::of(at(seconds)).number());
    assert_eq!(numbers, [0, 0, 0, 1, 100_000]);
}

#[test]
fn entries_that_share_most_keys_come_first_and_common_keys_say_nothing() {
    let entries = |ids: &[i64]| ids.iter().copied().map(EntryId).collect::<Vec<_>>();
    let count = i64::try_from(MAX_POSTINGS).expect("few");
    let common: Vec<i64> = (1..=count + 1).collect();
    let having = [
        entries(&[3, 5, 7]),
        entries(&[3, 5]),
        entries(&[5, 2]),
        entries(&[2, 7]),
        entries(&common),
        entries(&[9]),
    ];
    assert_eq!(most_similar(&having), entries(&[5, 2, 3, 7]));
    let widespread: Vec<i64> = (1..=count).collect();
    let many = most_similar(&[entries(&widespread), entries(&widespread)]);
    let first: Vec<EntryId> = (1..).take(MAX_NEAR).map(EntryId).collect();
    assert_eq!(many, first);
}

#[test]
fn of_one_story_no_more_are_compared_than_tell_what_it_is() {
    let most = i64::try_from(MAX_NEAR).expect("few");
    // All of one story but the last, the entry itself among them.
    let stories = |entries: &[EntryId]| {
        let last = entries.iter().copied().max();
        let story = |entry: &EntryId| StoryId(if Some(*entry) == last { 2 } else { 1 });
        Ok::<_, ()>(entries.iter().map(|entry| (*entry, story(entry))).collect())
    };
    let few: Vec<EntryId> = (1..=most).rev().map(EntryId).collect();
    let enough = enough_of_each_story(Some(OWN), few, |_| Err(())).expect("nobody is asked");
    assert!(enough.into_iter().eq((2..=most).map(EntryId)));
    let many: Vec<EntryId> = (1..=most + 10).chain(2..5).map(EntryId).collect();
    let enough = enough_of_each_story(Some(OWN), many, stories).expect("nothing fails");
    let expected = (2..=most + 1).chain([most + 10]).map(EntryId);
    assert!(enough.into_iter().eq(expected));
}
