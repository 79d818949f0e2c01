//! What a database says of itself: whose it is, of which version, and whether it is sound.

use rusqlite::Connection;

/// `application_id`, `user_version` and the number of tables and indexes. Read in one transaction: another process may be making
/// the database at this moment.
pub(super) fn whose(db: &Connection) -> rusqlite::Result<(i64, i64, i64)> {
    let read = db.unchecked_transaction()?;
    let number = |pragma: &str| read.pragma_query_value(None, pragma, |row| row.get(0));
    let tables = "SELECT count(*) FROM sqlite_schema";
    Ok((
        number("application_id")?,
        number("user_version")?,
        read.query_row(tables, [], |row| row.get(0))?,
    ))
}

/// Reads the whole database; `Some`: what is wrong with it.
pub(super) fn flaw(db: &Connection) -> rusqlite::Result<Option<String>> {
    let found: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    // The first line only names the database.
    let found = found.lines().filter(|line| !line.starts_with("***"));
    let found = found.collect::<Vec<_>>().join("; ");
    Ok((found != "ok").then_some(found))
}
