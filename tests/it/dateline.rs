//! How releases open, in the shapes that agencies use, and what only looks like it.

use mainstem::text::dateline;

#[test]
fn the_openings_of_agencies_are_known() {
    let cases = include_str!("../corpus/dateline.tsv");
    for case in cases.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = case.split('\t').collect();
        let [text, whole, place, agency, day] = columns[..] else {
            panic!("five columns, not {case:?}");
        };
        let [place, agency, day] =
            [place, agency, day].map(|column| Some(column).filter(|column| *column != "-"));
        let found = dateline(text).unwrap_or_else(|| panic!("no dateline in {text:?}"));
        assert_eq!(
            (found.text, found.place, found.agency),
            (whole, place, agency),
            "{text:?}"
        );
        let found_day = found.day.map(|day| day.format("%Y-%m-%d").to_string());
        assert_eq!(found_day.as_deref(), day, "{text:?}");
        assert!(
            text[found.end..].starts_with(|c: char| c.is_uppercase()),
            "{text:?} goes on with {:?}",
            &text[found.end..]
        );
    }
}

#[test]
fn a_sentence_with_a_dash_is_none() {
    for text in [
        "",
        "The towns agreed on one warning for all of them.",
        "Eleven towns – all around the lake – agreed on Tuesday",
        "In May (see below) - after long talks - the towns agreed",
        "The council (of eleven towns) - which met on Tuesday - agreed",
        "A new bridge -- the third -- opens",
        "He said: this (as ever) is - well - good",
        "Nov. 21 was a cold day - as days go",
        "Berlin - eine Stadt am Fluss",
        "I – II – III",
        "Why now? (ABC) - a question",
        "It was the largest and the oldest of all the bridges in the town (ABCNS) - and is gone",
    ] {
        assert_eq!(dateline(text), None, "{text:?}");
    }
}
