//! Headlines that withdraw a release, and those that only look like it.

use mainstem::dedupe::kill_mark;

#[test]
fn the_marks_of_agencies_are_read_and_no_others() {
    let cases = include_str!("../../corpus/kill_marks.tsv");
    for line in cases
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (headline, wanted) = line
            .split_once('\t')
            .expect("a headline and what is left of it");
        let found = kill_mark(headline).map(|mark| mark.rest);
        let wanted = (wanted != "-").then_some(wanted);
        assert_eq!(found, wanted, "{headline}");
    }
}
