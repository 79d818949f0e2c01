//! Headlines that withdraw a release, and those that only look like it.

use mainstem::dedupe::{is_killed, kill_mark, killed};

fn rows(cases: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = cases.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect())
}

#[test]
fn the_marks_of_agencies_are_read_and_no_others() {
    for row in rows(include_str!("../../corpus/kill_marks.tsv")) {
        let (headline, wanted) = (row[0], row[1]);
        let found = kill_mark(headline).map(|mark| (mark.rest, mark.is_certain));
        let is_certain = row.get(2) == Some(&"!");
        let wanted = (wanted != "-").then_some((wanted, is_certain));
        assert_eq!(found, wanted, "{headline}");
    }
}

#[test]
fn an_edit_withdraws_what_was_there_before() {
    for row in rows(include_str!("../../corpus/kill_edits.tsv")) {
        let [before, now, wanted] = row[..] else {
            panic!("{row:?}");
        };
        assert_eq!(is_killed(before, now), wanted == "yes", "{before} > {now}");
    }
}

const HEADLINES: [&str; 4] = [
    "Police hunt driver after hit and run in Leeds",
    "U.S. launches Mars rocket",
    "The Film Review",
    "KILL: Police hunt driver after hit and run in Leeds",
];

/// The notice, its text, and the headline that it means.
#[test]
fn a_notice_means_the_headline_that_it_repeats_or_names() {
    let dpa = "Please kill item dpa 157 \"U.S. launches Mars rocket\" of today. A new version runs shortly.";
    let filler = "so it was said ".repeat(20);
    let buried = format!("{filler}{dpa}");
    let long = format!("{dpa} {}", filler.repeat(3));
    let news = "He died on Monday. Read more: Police hunt driver after hit and run in Leeds.";
    let cases = [
        (
            "KILL: Police hunt driver after hit-and-run in Leeds",
            "",
            Some(0),
        ),
        ("US-Space/ KILL KILL KILL =", dpa, Some(1)),
        ("/DISREGARD RELEASE: Rocket Inc./", dpa, Some(1)),
        ("MANDATORY KILL: The Film Review", "", Some(2)),
        // An article that has the form of a notice, whatever it names.
        ("KILLED: Father and son on the A64", news, None),
        ("KILL: The Film Review", "", None),
        // No short notice.
        ("KILL KILL KILL", &buried, None),
        ("KILL KILL KILL", &long, None),
    ];
    for (headline, text, wanted) in cases {
        let mark = kill_mark(headline).expect(headline);
        let found = killed(mark, text, HEADLINES.into_iter());
        assert_eq!(found, wanted, "{headline}: {text}");
    }
}
