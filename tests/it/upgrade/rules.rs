//! An upgrade judges no rule anew over the history: what each output of an old store was judged by is what its rules are today.

use super::{corpus, feeds, versions};

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
