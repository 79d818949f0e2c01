//! `at:deleted-entry` as feeds write it (RFC 6721).

use mainstem::model::DeletedEntry;
use mainstem::parse::{Input, parse};

const HEAD: &str = "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:at=\"http://purl.org/atompub/tombstones/1.0\" xmlns:x=\"http://purl.org/atompub/tombstones/1.0\"><id>urn:f</id><title>F</title>";

/// Id, date and reason.
type Told = (String, Option<String>, Option<String>);

/// What a feed with this in it says of deletions, and how many entries it has.
fn read(inner: &str) -> (Vec<Told>, usize) {
    let text = format!("{HEAD}{inner}<entry><id>urn:e</id><title>E</title></entry></feed>");
    let input = Input {
        bytes: text.as_bytes(),
        content_type: None,
        base: None,
    };
    let feed = parse(input).expect("a feed");
    let told = feed
        .deleted
        .into_iter()
        .map(|DeletedEntry { id, at, comment }| (id, at.map(|at| at.to_rfc3339()), comment));
    (told.collect(), feed.entries.len())
}

#[test]
fn deletions_are_read_however_they_are_written() {
    let at = Some("2024-03-05T09:00:00+00:00".to_owned());
    let own =
        |reason: Option<&str>| vec![("urn:a".to_owned(), at.clone(), reason.map(str::to_owned))];
    let when = "ref=\"urn:a\" when=\"2024-03-05T09:00:00Z\"";
    let cases = [
        (format!("<at:deleted-entry {when}/>"), own(None)),
        (
            format!("<x:deleted-entry {when}></x:deleted-entry>"),
            own(None),
        ),
        (
            format!(
                "<at:deleted-entry {when}><at:by><name>N</name></at:by><at:comment>A &amp; B</at:comment><link href=\"https://x.example/\"/><id>urn:z</id></at:deleted-entry>"
            ),
            own(Some("A & B")),
        ),
        (
            format!(
                "<at:deleted-entry {when}><at:comment type=\"html\">&lt;p&gt;A &lt;b&gt;B&lt;/b&gt;&lt;/p&gt;</at:comment></at:deleted-entry>"
            ),
            own(Some("A B")),
        ),
        (
            format!(
                "<at:deleted-entry {when}><at:comment><![CDATA[A & B]]></at:comment></at:deleted-entry>"
            ),
            own(Some("A & B")),
        ),
        // Without a date, or with one that nobody can read.
        (
            "<at:deleted-entry ref=\"urn:a\" when=\"soon\"/>".to_owned(),
            vec![("urn:a".to_owned(), None, None)],
        ),
        // Of nothing, in an entry, or in another namespace.
        (
            "<at:deleted-entry when=\"2024-03-05T09:00:00Z\"/>".to_owned(),
            vec![],
        ),
        (
            format!("<entry><id>urn:d</id><title>D</title><at:deleted-entry {when}/></entry>"),
            vec![],
        ),
        (
            format!("<q:deleted-entry xmlns:q=\"https://q.example/\" {when}/>"),
            vec![],
        ),
    ];
    for (inner, wanted) in cases {
        let (told, entries) = read(&inner);
        assert_eq!(told, wanted, "{inner}");
        assert_eq!(entries, 1 + inner.matches("<entry>").count(), "{inner}");
    }
}

#[test]
fn a_flood_of_deletions_is_bounded() {
    let one = "<at:deleted-entry ref=\"urn:a\"><at:comment>".to_owned();
    let flood = (one + &"x".repeat(100_000) + "</at:comment></at:deleted-entry>").repeat(50);
    assert!(
        read(&flood)
            .0
            .iter()
            .all(|(_, _, said)| said.as_ref().is_some_and(|said| said.len() < 100_001))
    );
    let flood = "<at:deleted-entry ref=\"urn:a\"/>".repeat(5_000);
    assert_eq!(read(&flood).0.len(), 2_000);
}
