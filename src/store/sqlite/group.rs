//! A group of steps that share one transaction, and so one commit.
//!
//! The steps run one after the other without savepoints, because SQLite copies most pages that are written within a savepoint. If a
//! step fails, all are rolled back and run again, this time each in a savepoint. Then only the step that fails is rolled back.

use std::time::{Duration, Instant};

use super::session::Session;
use super::step::{Failure, Job};
use super::vitals::Vitals;

/// After this time no further step joins a group. It bounds how long the first of them waits for its answer.
const GROWS: Duration = Duration::from_millis(100);

/// The steps of a group, in the order in which they were asked for.
pub(super) type Steps = Vec<Box<dyn Job>>;

/// Runs steps in the open transaction and commits it. While that goes on, `next` is asked for further steps, which join the group.
///
/// # Errors
/// The store or the transaction failed: whether the steps are written is not known, and the caller gives the connection up. If a
/// step fails by itself, that is no error here; the step keeps it as its result.
pub(super) fn write(
    db: &Session,
    vitals: &Vitals,
    steps: &mut Steps,
    next: impl FnMut() -> Option<Box<dyn Job>>,
) -> Result<(), Failure> {
    let sql = |sql: &str| execute(db, vitals, sql);
    match run_together(db, steps, next) {
        // SQLite may have rolled back the whole transaction, as it does when a cache is written out to a full disk.
        Err(Failure::Other(..)) if !db.is_autocommit() => {
            sql("ROLLBACK")?;
            db.forget();
            // It was the only step, so nothing is left to write.
            if steps.len() == 1 {
                return Ok(());
            }
            sql("BEGIN IMMEDIATE")?;
            run_apart(db, vitals, steps)?;
        }
        ran => ran?,
    }
    sql("COMMIT")
}

/// Runs steps until one of them fails.
fn run_together(
    db: &Session,
    steps: &mut Steps,
    mut next: impl FnMut() -> Option<Box<dyn Job>>,
) -> Result<(), Failure> {
    let began = Instant::now();
    let mut ran = 0;
    loop {
        while let Some(step) = steps.get_mut(ran) {
            step.run(db)?;
            ran += 1;
        }
        let joins = (began.elapsed() < GROWS).then(&mut next).flatten();
        match joins {
            Some(step) => steps.push(step),
            None => return Ok(()),
        }
    }
}

/// Runs steps, each in a savepoint. A step that fails by itself is rolled back alone; trouble of the whole store ends the group.
fn run_apart(db: &Session, vitals: &Vitals, steps: &mut Steps) -> Result<(), Failure> {
    let sql = |sql: &str| execute(db, vitals, sql);
    for step in steps {
        sql("SAVEPOINT step")?;
        match step.run(db) {
            Ok(()) => {}
            Err(Failure::Other(..)) if !db.is_autocommit() => {
                sql("ROLLBACK TO step")?;
                db.forget();
            }
            Err(failure) => return Err(failure),
        }
        sql("RELEASE step")?;
    }
    Ok(())
}

fn execute(db: &Session, vitals: &Vitals, sql: &str) -> Result<(), Failure> {
    let executed = db
        .prepare_cached(sql)
        .and_then(|mut sql| sql.execute([]).map(drop));
    executed.map_err(|error| Failure::of(vitals, &error))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex, mpsc};

    use tempfile::TempDir;

    use super::super::SqliteEngine;
    use super::super::session::Session;
    use crate::store::settings::Opening;

    /// A step that first waits, if asked to, and then inserts rows, which fails if there is one of that name. It counts its runs.
    fn write(
        rows: &'static [&'static str],
        ran: &Arc<AtomicUsize>,
        wait: Option<mpsc::Receiver<()>>,
    ) -> impl Fn(&Session) -> rusqlite::Result<()> + Send + use<> {
        let (ran, wait) = (ran.clone(), Mutex::new(wait));
        move |db| {
            ran.fetch_add(1, Ordering::Relaxed);
            if let Some(wait) = wait.lock().expect("nobody panics").take() {
                wait.recv().expect("it is told");
            }
            let mut insert = db.prepare("INSERT INTO versions VALUES (?, 1)")?;
            rows.iter()
                .try_for_each(|row| insert.execute([row]).map(drop))
        }
    }

    #[tokio::test]
    async fn a_step_that_fails_takes_nothing_of_its_group_with_it() {
        let directory = TempDir::new().expect("a directory");
        let path = directory.path().join("mainstem.db");
        let store = SqliteEngine::open(&path, Opening::Quick).expect("it opens");
        let [first, bad, last] = std::array::from_fn(|_| Arc::<AtomicUsize>::default());
        let (go, wait) = mpsc::channel();
        let asked = tokio::join!(
            store
                .writer
                .step("write", write(&["one"], &first, Some(wait))),
            store
                .writer
                .step("write", write(&["bad", "one"], &bad, None)),
            store.writer.step("write", write(&["two"], &last, None)),
            // All of them wait by now. The third is not run together with the one that failed.
            async { go.send(()) },
        );
        assert!(asked.0.is_ok() && asked.2.is_ok(), "{asked:?}");
        assert!(asked.1.is_err(), "its row was there");
        let rows = |db: &Session| {
            let sql = "SELECT group_concat(name ORDER BY name) FROM versions WHERE name IN ('one', 'two', 'bad')";
            db.query_row(sql, [], |row| row.get::<_, String>(0))
        };
        let rows = store.readers.read("read", rows).await.expect("readable");
        assert_eq!(rows, "one,two");
        let ran = [first, bad, last].map(|ran| ran.load(Ordering::Relaxed));
        assert_eq!(
            ran,
            [2, 2, 1],
            "once together, up to the failure, and once apart"
        );
    }
}
