//! Words as numbers: what is one word however it is written, and what is none.

use mainstem::text::{Word, fold, hash_words};

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    hash_words(&fold(text), &mut words);
    words
}

#[test]
fn one_number_has_one_form() {
    for (left, right) in [
        ("1,000 people", "1000 people"),
        ("1.000 people", "1 000 people"),
        ("1\u{202F}234\u{A0}567", "1234567"),
        ("3.5", "3,5"),
        ("the minister's car", "the ministers car"),
        ("Covid-19", "COVID 19"),
        ("約6,952人", "約6952人"),
        ("the 48th time", "the 48 th time"),
        ("5km of road", "5 km of road"),
        ("F-22s", "F-22's"),
        ("the U.S. Senate", "the US Senate"),
        ("I.B.M", "IBM"),
        ("$9M", "$9 M"),
        ("$9M", "$9 million"),
        ("£2bn", "2 billion"),
        ("9.40 a.m.", "0940"),
        ("9:40am", "9:40"),
        ("2 pm", "14:00"),
        ("14.30 Uhr", "14:30 Uhr"),
        ("1430 GMT", "14:30 GMT"),
        ("forty workers", "40 workers"),
        ("twenty-five", "25"),
        ("two hundred and five", "205"),
        ("two thousand five hundred", "2,500"),
        ("two billion", "2,000,000,000"),
        ("nine hundred trillion", "900,000,000,000,000"),
        ("1.5 million", "1,500,000"),
        ("zwölf Kühe", "12 Kühe"),
        ("六点一级", "6.1级"),
        ("三十人", "30人"),
        ("3万人", "30,000人"),
        ("٤٥ عاما", "45 عاما"),
    ] {
        assert_eq!(words(left), words(right), "{left:?} {right:?}");
    }
    for (left, right) in [
        ("1.2.3", "1.2.4"),
        ("1.2.3", "123"),
        ("12 34", "1234"),
        ("3.5", "35"),
        ("7.7", "8.7"),
        ("4.2.5", "5.4.2"),
        ("forty", "fifty"),
        ("two million", "two billion"),
        ("version 2 300a", "version 2300a"),
        ("9.40", "0940"),
    ] {
        assert_ne!(words(left), words(right), "{left:?} {right:?}");
    }
}

#[test]
fn words_are_counted_as_tokens_are() {
    for (text, count, numbers) in [
        ("", 0, 0),
        ("One, two – three!", 3, 3),
        ("日本経済 2026 news", 6, 1),
        ("on 21 Nov 2026 at 10:30", 6, 3),
        ("G7 and B12", 3, 2),
        ("统一的一些人", 6, 0),
    ] {
        let found = words(text);
        assert_eq!(found.len(), count, "{text:?}");
        let digits = found.iter().filter(|word| word.is_number()).count();
        assert_eq!(digits, numbers, "{text:?}");
    }
}

#[test]
fn incidental_numbers_are_none() {
    for text in [
        "Press office: 555 0142.",
        "Call 312-555-0142 for details",
        "Tel. +41 22 730 81 11",
        "Telefon: 030 5550142",
        "© 2026 Harbour Media",
        "(c) 2020-2026 Harbour Media",
        "Copyright 2025",
        "Updated 14:32",
        "Last updated at 9:40 a.m.",
        "Updated: 29 November 2026 14:32",
        "(312 words)",
        "312 views",
        "Posted 3 hours ago",
        "5 min read",
        "see page 3",
        "see p. 3",
        "12 Aufrufe | 3 Kommentare",
    ] {
        let numbers = words(text).iter().filter(|word| word.is_number()).count();
        assert_eq!(numbers, 0, "{text:?}");
    }
    for (text, count) in [
        ("He sold 512 shares to the founder", 1),
        ("The motion passed with 31 votes.", 1),
        ("It received 120 comments on the draft law", 1),
        ("The girl went missing 3 days ago", 1),
        ("Answer: 12 votes.", 1),
        ("The winning ticket is 555 0142", 2),
        ("The contact office was given 1200000 crowns", 1),
        ("He was in prison for p 4 years", 1),
        ("The summit of 2026-11-29 ended", 3),
        ("Between 2010 and 2026", 2),
        ("Cars 350 2026", 2),
        ("The office let 40 workers go", 1),
        ("Room 101 is on floor 12", 2),
    ] {
        let numbers = words(text).iter().filter(|word| word.is_number()).count();
        assert_eq!(numbers, count, "{text:?}");
    }
}
