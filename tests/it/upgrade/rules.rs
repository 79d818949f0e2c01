//! An upgrade judges no rule anew over the history.
//!
//! - what each output of an old store was judged by is what its rules are today
//! - the hash of a rule is what it was when the first release with that kind of rule was made, whatever is renamed in the code

use super::{corpus, feeds, versions};
use crate::support::daemon::Desk;

/// Rules mean what they meant, so the history is not judged anew.
#[test]
fn an_upgrade_replays_no_rule() {
    let desk = feeds();
    let environment = mainstem::config::Environment::default();
    let loaded = mainstem::config::load(&desk.path("c.toml"), &environment).expect("it loads");
    for version in versions() {
        let store = desk.path("judged.db");
        std::fs::copy(corpus().join(format!("store-{version}.db")), &store).expect("copied");
        let db = rusqlite::Connection::open(&store).expect("opens");
        for (output, rules) in loaded.config.plan.rules() {
            let judged_by: Option<[u8; 16]> = db
                .query_row(
                    "SELECT rules FROM outputs WHERE id = ?",
                    [output.as_str()],
                    |row| row.get(0),
                )
                .expect("it is known");
            assert_eq!(judged_by, Some(rules), "store {version}, output {output}");
        }
    }
}

const SOURCES: &str = "[[source]]\nid = \"a\"\npath = \"a.xml\"\n\
    [[source]]\nid = \"b\"\npath = \"b.xml\"\npriority = -3\ntags = [\"wire\", \"en\"]\nexclude = [\"horo\\\"scope\"]\nwhere = 'title != \"\\\\x\"'\n";

/// The keys of an output, and the hash of its rules.
const HASHES: &[(&str, &str)] = &[
    ("", "a673c043fd60dca299ee37fcdda2cc09"),
    ("sources = [\"b\"]", "5a2401e804a4345cd544abd8a5eacf3c"),
    ("duplicates = \"exact\"", "c82be34a7d800a4bcee8b7a62918ddd0"),
    (
        "duplicates = \"off\"\nupdates = \"announce\"",
        "a0b153292f4a5f199f162e9f4a26c54d",
    ),
    (
        "include = [\"Sochi\", \"Astana talks\"]\nexclude = [\"/a\\\\d+/\"]",
        "60d9f0e4ac82e37cd1f9411688a4cc1b",
    ),
    (
        "include = [\"Bäume\", \"e\u{301}t\u{e9}\", \"tab\\there\", \"Ω\u{200b}x\"]",
        "0bb679b79f4489f44f16c12ec67e0f7b",
    ),
    (
        "where = 'language == \"en\" && words > 80'",
        "afc4e0b8aa4d47bbf674e9ba0aa299a1",
    ),
    ("include = [\"C++\"]", "b0824b389a1ad37c889d70b6c381fb3b"),
    (
        "include = [\"harb*\"]\nin = [\"title\", \"enclosures\"]",
        "500c34ff3ac92edd6c4f3c3c3534a10c",
    ),
    (
        "exclude = [\"x\"]\nin = [\"text\", \"url\", \"author\"]",
        "106171a8cc9cb773fb713ee45de9ddf9",
    ),
    (
        "where = 'title.has_word(\"harb*\")'",
        "ca10af1b3be135ae1a44a49e72a29b69",
    ),
];

#[test]
fn a_rule_has_the_hash_that_it_always_had() {
    let desk = Desk::new("");
    let environment = mainstem::config::Environment::default();
    for (keys, hash) in HASHES {
        desk.configure(&format!("{SOURCES}[[output]]\nid = \"o\"\n{keys}\n"));
        let loaded = mainstem::config::load(&desk.path("c.toml"), &environment);
        let plan = loaded.unwrap_or_else(|_| panic!("{keys}")).config.plan;
        let rules = plan.rules();
        let written = rules.values().flatten().map(|byte| format!("{byte:02x}"));
        let written: String = written.collect();
        assert_eq!(written, *hash, "{keys}");
    }
}
