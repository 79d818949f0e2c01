//! The engines under test.

use std::any::Any;

use mainstem::store::{Settings, StoreLocation};
use tempfile::TempDir;

/// An engine, and what a test has to do to it from outside.
pub(crate) struct Engine {
    /// Makes a place for a new store. The directory is for the files of the test.
    pub(crate) place: fn(&TempDir) -> Settings,
    /// Keeps everybody else from writing, until what it returns is dropped.
    pub(crate) lock: fn(&StoreLocation) -> Box<dyn Any>,
    /// Has another program write over what is stored.
    pub(crate) ruin: fn(&StoreLocation),
    /// Has a store that nobody has open be of this schema, and returns of which it was.
    pub(crate) set_schema: fn(&StoreLocation, i64) -> i64,
}

pub(crate) const SQLITE: Engine = Engine {
    place: |directory| Settings::at(directory.path().join("x.db")),
    lock: |location| {
        let StoreLocation::File(path) = location;
        let db = rusqlite::Connection::open(path).expect("opens");
        db.execute_batch("BEGIN IMMEDIATE").expect("locked");
        // Dropped, it is rolled back.
        Box::new(db)
    },
    ruin: |location| {
        let StoreLocation::File(path) = location;
        std::fs::write(path, "This is the list of what to buy. ".repeat(1000)).expect("writable");
    },
    set_schema: |location, schema| {
        let StoreLocation::File(path) = location;
        let db = rusqlite::Connection::open(path).expect("opens");
        let version = |row: &rusqlite::Row<'_>| row.get(0);
        let own = db.pragma_query_value(None, "user_version", version);
        db.pragma_update(None, "user_version", schema).expect("set");
        own.expect("readable")
    },
};

/// Makes a test of each case for every engine: `…::sqlite::the_case`.
macro_rules! for_every_engine {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    super::$case(&crate::store_contract::engines::SQLITE).await;
                }
            )+
        }
    };
}
pub(super) use for_every_engine;
