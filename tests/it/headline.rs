//! What stands before headlines, and what only looks like it.

use mainstem::text::{Mark, headline};
use proptest::prelude::*;

#[test]
fn the_prefixes_of_agencies_are_known() {
    let cases = include_str!("../corpus/headline.tsv");
    for case in cases.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = case.split('\t').collect();
        let [title, agency, mark, rest] = columns[..] else {
            panic!("four columns, not {case:?}");
        };
        let found = headline(title);
        let found_mark = found.mark.map_or("-", |mark| match mark {
            Mark::Update => "update",
            Mark::Correction => "correction",
            Mark::Repeat => "repeat",
            Mark::Urgent => "urgent",
        });
        let found_mark = match found.number {
            Some(number) => format!("{found_mark} {number}"),
            None => found_mark.to_owned(),
        };
        assert_eq!(
            (found.agency.unwrap_or("-"), found_mark.as_str(), found.rest),
            (agency, mark, rest),
            "{title:?}"
        );
    }
}

/// A title of nothing but prefixes is the title.
#[test]
fn something_is_left_of_every_title() {
    for title in [
        "",
        " ",
        "UPDATE: ",
        "(ABCNS) UPDATE 1-",
        "UPDATE: UPDATE: UPDATE: UPDATE: UPDATE: x",
    ] {
        let found = headline(title);
        assert_eq!(found.rest.is_empty(), title.trim().is_empty(), "{title:?}");
    }
}

proptest! {
    #[test]
    fn the_rest_is_the_end_of_the_title(title in "(UPDATE|LEAD|ABCNS|Mise à jour|[(]|[)]|:| ?- ?| |1|\\PC{0,3}){0,8}") {
        let found = headline(&title);
        prop_assert!(title.trim().ends_with(found.rest));
        prop_assert_eq!(found.rest.is_empty(), title.trim().is_empty());
        prop_assert!(found.agency.is_none_or(|agency| title.contains(agency)));
    }
}
