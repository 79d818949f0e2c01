//! What changed between two texts: what a person reads of it, that nothing is lost, and that no text takes long.

use std::time::{Duration, Instant};

use mainstem::text::{DiffPart, WordDiff, changed_passages};
use proptest::prelude::*;

/// `-removed-` and `+added+`, in the order of reading.
fn told(diff: &WordDiff) -> String {
    let part = |part: &DiffPart| match part {
        DiffPart::Same(text) => text.clone(),
        DiffPart::Removed(text) => format!("-{text}-"),
        DiffPart::Added(text) => format!("+{text}+"),
        DiffPart::Omitted => "… ".to_owned(),
    };
    diff.parts.iter().map(part).collect()
}

#[test]
fn a_change_is_told_by_its_words() {
    let long = "one two three four five six seven eight nine ten eleven twelve";
    let cases = [
        ("", "", ""),
        ("The lock is shut.", "The  lock\nis shut.", ""),
        (
            "Divers found 14 cracks.",
            "Divers found 17 cracks.",
            "Divers found -14 -+17 +cracks.",
        ),
        ("", "New text.", "+New text.+"),
        ("Old text.", "", "-Old text.-"),
        // A sign is a word of its own, unless it means something with its word.
        (
            "in the sill, then",
            "in the sill. Then",
            "in the sill-, then-+. Then+",
        ),
        (
            "Fee: $5, 5% off",
            "Fee: $6, 5% off",
            "Fee: -$5-+$6+, 5% off",
        ),
        ("Up 5.2%.", "Up 5.3%.", "Up -5.2%-+5.3%+."),
        // What is removed at an end stands apart from what is left.
        ("a b c d e", "a b", "a b -c d e-"),
        ("a b c.", "a b.", "a b -c-."),
        ("a b", "a b c d", "a b +c d+"),
        // Lines stay.
        (
            "One.\nTwo three.",
            "One.\nTwo four.",
            "One.\nTwo -three-+four+.",
        ),
        (
            "One.\nTwo.",
            "One.\nNew line.\nTwo.",
            "One.\n+New line.\n+Two.",
        ),
        // Scripts without spaces.
        ("东京有雨", "东京有雪", "东京有-雨-+雪+"),
        // A sentence that was rewritten is read whole, before and after.
        (
            "The mayor of the town said on Monday that it will rain.",
            "A spokesman of a city wrote on Tuesday that it will rain.",
            "-The mayor of the town said on Monday -+A spokesman of a city wrote on Tuesday +that it will rain.",
        ),
    ];
    for (old, new, expected) in cases {
        let excerpt = WordDiff::excerpt(old, new);
        assert_eq!(told(&excerpt), expected, "{old:?} {new:?}");
    }
    let (old, new) = (
        format!("{long} {long} x {long} {long}"),
        format!("{long} {long} y {long} {long}"),
    );
    assert_eq!(
        told(&WordDiff::excerpt(&old, &new)),
        "… three four five six seven eight nine ten eleven twelve -x -+y +one two three four five six seven eight nine ten … ",
    );
}

/// Characters that are words of their own are counted four to a word: as much of a sentence is shown in any script.
#[test]
fn a_change_is_shown_with_as_much_around_it_in_any_script() {
    let rain = "東京都心では今日の午後から雨が降り続いており夜には雷を伴う激しい雨になる見込みです";
    let text = |word: &str| rain.repeat(3) + word + &rain.repeat(3);
    let shown = told(&WordDiff::excerpt(&text("甲"), &text("乙")));
    let [before, after] = ["-甲-", "+乙+"].map(|mark| {
        let side = shown.split(mark).collect::<Vec<_>>();
        if mark.starts_with('-') {
            side[0]
        } else {
            side[1]
        }
        .trim_matches([' ', '…'])
        .to_owned()
    });
    assert_eq!(
        [&before, &after].map(|side| side.chars().count()),
        [40; 2],
        "{shown}"
    );
}

#[test]
fn the_beginning_of_a_difference_is_bounded_in_words() {
    let diff = WordDiff::excerpt("one two three four, five", "one deux trois four, six");
    for (words, expected) in [
        (0, "… "),
        (1, "one … "),
        (2, "one -two -… "),
        (4, "one -two three -+deux +… "),
        (9, "one -two three -+deux trois +four, -five-+six+"),
    ] {
        assert_eq!(told(&diff.clone().first_words(words)), expected, "{words}");
    }
}

/// What follows a cut is told by nobody: no words are said to be removed that only stand behind the other text's cut.
#[test]
fn the_end_of_long_texts_is_no_change() {
    let numbers =
        |from: u32, to: u32| -> String { (from..to).map(|number| format!("{number} ")).collect() };
    for last in [7_000, 30_000] {
        let old = format!("{}old {}end", numbers(0, 50), numbers(50, last));
        let new = format!("{}brand new {}ending", numbers(0, 50), numbers(50, last));
        assert_eq!(
            told(&WordDiff::excerpt(&old, &new)),
            "… 40 41 42 43 44 45 46 47 48 49 -old -+brand new +50 51 52 53 54 55 56 57 58 59 … ",
            "{last}"
        );
    }
}

#[test]
fn what_is_shown_is_bounded() {
    let words = |word: &str, count: usize| vec![word; count].join(" ");
    let numbers = |from: u32, step: usize| -> String {
        let numbers = (from..from + 12_000).step_by(step);
        numbers.map(|number| format!("{number} ")).collect()
    };
    let odd_even = |count: usize| vec!["a b"; count].join(" ");
    let huge = words("same", 400_000);
    let cases = [
        (words("a", 50_000), words("a", 49_000)),
        (words("a", 50_000), words("b", 50_000)),
        (odd_even(30_000), words("b a", 30_000)),
        (odd_even(16_000), words("a c", 16_000)),
        (numbers(0, 1), numbers(0, 2)),
        (numbers(0, 1), numbers(90_000, 1)),
        (huge.clone(), format!("{huge} more")),
        (format!("{huge} x {huge}"), format!("{huge} y {huge}")),
        ("x".repeat(300_000), "x".repeat(300_001)),
        ("雨".repeat(100_000), "雪".repeat(100_000)),
        ("(".repeat(60_000), ")".repeat(60_000)),
    ];
    for (nth, (old, new)) in cases.iter().enumerate() {
        let began = Instant::now();
        let excerpt = WordDiff::excerpt(old, new);
        let took = began.elapsed();
        // Without optimization, on a machine that does other things, too: it is some milliseconds.
        assert!(took < Duration::from_secs(5), "case {nth}: {took:?}");
        assert!(!excerpt.parts.is_empty(), "case {nth}");
        assert!(excerpt.parts.len() <= 2_010, "case {nth}");
        assert!(
            told(&excerpt).len() < 300_000,
            "case {nth}: {}",
            told(&excerpt).len()
        );
    }
}

/// The signs of a text: white space between words may be any.
fn signs(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The parts that one of the texts has.
fn kept(diff: &WordDiff, other: fn(&DiffPart) -> bool) -> String {
    let parts = diff.parts.iter().filter(|part| !other(part));
    let text = parts.map(|part| match part {
        DiffPart::Same(text) | DiffPart::Removed(text) | DiffPart::Added(text) => text.as_str(),
        DiffPart::Omitted => "…",
    });
    text.collect()
}

/// Texts of few words, so that they have many of them in common.
fn texts() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "lock", "lock,", "(lock)", "14", "$5", "the", "the ", "\n", "雨雪", "\"", "ä", "  ",
    ]);
    let parts = prop::sample::select(vec![" ", "", "\n", " \u{a0}"]);
    prop::collection::vec((words, parts), 0..40).prop_map(|words| {
        words
            .iter()
            .map(|(word, gap)| format!("{word}{gap}"))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn either_text_comes_back(old in texts(), new in texts()) {
        let diff = WordDiff::whole(&old, &new);
        let is_added = |part: &DiffPart| matches!(part, DiffPart::Added(_));
        let is_removed = |part: &DiffPart| matches!(part, DiffPart::Removed(_));
        prop_assert_eq!(signs(&kept(&diff, is_added)), signs(&old));
        prop_assert_eq!(signs(&kept(&diff, is_removed)), signs(&new));
        for pair in diff.parts.windows(2) {
            let kinds = [&pair[0], &pair[1]].map(std::mem::discriminant);
            prop_assert_ne!(kinds[0], kinds[1], "{:?}", diff);
        }
    }

    #[test]
    fn passages_differ_where_texts_do(
        head in texts(), old in texts(), new in texts(), tail in texts(), times in 1_usize..1_000,
    ) {
        let [head, tail] = [head, tail].map(|text| text.repeat(times));
        let (old, new) = (format!("{head}{old}{tail}"), format!("{head}{new}{tail}"));
        let (from, to) = changed_passages(&old, &new);
        prop_assert_eq!(from == to, old == new);
        prop_assert!(old.contains(from) && new.contains(to));
        let is_short = old.len().max(new.len()) <= 64 * 1024;
        prop_assert!(is_short || from.len().max(to.len()) <= 64 * 1024);
    }
}
