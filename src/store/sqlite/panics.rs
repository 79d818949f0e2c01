//! Turns a panic of ours in a step or a read into a failure of that step, so that it ends neither the writer nor the process.

use std::panic::{AssertUnwindSafe, catch_unwind};

use thiserror::Error;

/// Stands for a panic among the errors of a step. The panic hook has already logged the panic itself.
#[derive(Debug, Error)]
#[error("it panicked")]
struct Panicked;

/// Runs a step or a read; a panic becomes an error, see [`is_panic`].
pub(super) fn caught<T>(run: impl FnOnce() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    // Whatever it left half done is thrown away: the transaction or its savepoint is rolled back and the connection is closed.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        // This variant can carry an error of our own, so a panic is handled like every other failure.
        Err(rusqlite::Error::ToSqlConversionFailure(Box::new(Panicked)))
    })
}

/// Whether an error stands for a panic.
pub(super) fn is_panic(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::ToSqlConversionFailure(cause) if cause.is::<Panicked>())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::super::SqliteEngine;
    use super::super::session::Session;
    use crate::store::settings::Opening;

    fn store(directory: &TempDir) -> SqliteEngine {
        let path = directory.path().join("mainstem.db");
        SqliteEngine::open(&path, Opening::Quick).expect("it opens")
    }

    async fn versions(store: &SqliteEngine) -> i64 {
        let count = |db: &Session| {
            db.query_row(
                "SELECT count(*) FROM versions WHERE name LIKE 'test%'",
                [],
                |row| row.get(0),
            )
        };
        store.readers.read("count", count).await.expect("readable")
    }

    #[tokio::test]
    async fn a_step_that_panics_fails_alone_and_is_rolled_back() {
        let directory = TempDir::new().expect("a directory");
        let store = store(&directory);
        let write = |name: &'static str, panics: bool| {
            store.writer.step("write a version", move |db| {
                db.execute("INSERT INTO versions VALUES (?, 1)", [name])?;
                assert!(!panics, "the test asks for a panic");
                Ok(())
            })
        };
        // Asked for together, they share a transaction.
        let (first, bad, last) = tokio::join!(
            write("test-1", false),
            write("test-2", true),
            write("test-3", false)
        );
        let said = bad.expect_err("it panicked").to_string();
        assert!(
            said.contains("panicked") && said.contains("write a version"),
            "{said}"
        );
        first.expect("it is written");
        last.expect("it is written");
        assert_eq!(versions(&store).await, 2);
        // The next finds a connection as good as new.
        write("test-2", false).await.expect("it is written");
        assert_eq!(versions(&store).await, 3);
    }

    #[tokio::test]
    async fn a_read_that_panics_fails_alone() {
        let directory = TempDir::new().expect("a directory");
        let store = store(&directory);
        let read = store
            .readers
            .read("read a version", |_| -> rusqlite::Result<()> {
                panic!("the test asks for a panic")
            });
        let said = read.await.expect_err("it panicked").to_string();
        assert!(
            said.contains("panicked") && said.contains("read a version"),
            "{said}"
        );
        assert_eq!(versions(&store).await, 0);
    }
}
