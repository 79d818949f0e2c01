//! What a store says of the last refreshes, before and after schema 5: repairs and faults of our own stood in sentences up to
//! schema 4, and `sources` shows the same words.

use serde_json::{Value, json};

use super::{installed, versions};
use crate::support::releases::told;

const NETWORK: &str = "our own network is down; no fault of the source";
const MACHINE: &str = "our own machine is short of what a request takes; no fault of the source";

/// Source, what stood in the columns `outcome`, `message` and `because`, and whether the next turn stays as it was stored: one
/// that our own network or machine has put off does not follow from the source's history.
const STORED: [(&str, &str, Option<&str>, &str, bool); 5] = [
    (
        "agency",
        "fresh",
        Some("repaired: bare ampersands; 1 repeated entry left out: \"A\""),
        "every 1h",
        false,
    ),
    (
        "paper",
        "failed",
        Some("our own network is down; no fault of the source: no route to host"),
        NETWORK,
        true,
    ),
    (
        "portal",
        "failed",
        Some("our own machine is short of what a request takes; no fault of the source: EMFILE"),
        MACHINE,
        true,
    ),
    (
        "board",
        "failed",
        Some("not repaired: the document breaks off"),
        "back-off after 1 failure",
        false,
    ),
    ("bare", "not_modified", None, "every 1h", false),
];
const DUE: &str = "2037-01-01T00:00:00Z";

#[test]
fn repairs_and_faults_of_our_own_are_said_as_before() {
    for version in versions().into_iter().filter(|version| *version < 5) {
        let desk = installed(version);
        let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
        for (source, outcome, message, because, _) in STORED {
            db.execute(
                "UPDATE source_state SET outcome = ?2, message = ?3, because = ?4, due_at = unixepoch(?5) * 1000
                 WHERE source = (SELECT source FROM sources WHERE id = ?1)",
                rusqlite::params![source, outcome, message, because, DUE],
            )
            .expect("written");
        }
        drop(db);
        // Opens the store, and asks nobody.
        told(&desk, &["print", "merged"]);
        let rows: Value = serde_json::from_str(&told(&desk, &["sources", "--json"])).expect("JSON");
        for (source, outcome, message, because, is_put_off) in STORED {
            let mut rows = rows.as_array().expect("a list").iter();
            let row = rows.find(|row| row["id"] == source).expect("it is listed");
            let when = format!("store {version}, {source}: {row}");
            assert_eq!(row["outcome"], outcome, "{when}");
            assert_eq!(row["message"], json!(message), "{when}");
            assert_eq!(row["next_due"] == DUE, is_put_off, "{when}");
            assert_eq!(row["because"] == because, is_put_off, "{when}");
        }
        let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
        let repairs: String = db
            .query_row(
                "SELECT group_concat(repairs) FROM source_state JOIN sources USING (source) WHERE id IN ('agency', 'paper', 'portal', 'board', 'bare')",
                [],
                |row| row.get(0),
            )
            .expect("there are repairs");
        let only = r#"["bare ampersands; 1 repeated entry left out: \"A\""]"#;
        assert_eq!(repairs, only, "store {version}");
    }
}
