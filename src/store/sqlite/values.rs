//! Single values of columns, and back.

use chrono::DateTime;
use rusqlite::types::Type;

use crate::model::{OutputId, SourceId, Timestamp};

/// Milliseconds since 1970.
pub(super) fn ms(at: Timestamp) -> i64 {
    at.timestamp_millis()
}

/// A moment from its milliseconds; 1970 where they exceed chrono's range, which we never write.
pub(super) fn moment(ms: i64) -> Timestamp {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// The member of a closed set that a word names; `None` for NULL. An unknown word is an error: the row is damaged.
pub(super) fn named<T>(
    word: Option<&str>,
    column: &str,
    member: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<Option<T>> {
    let Some(text) = word else {
        return Ok(None);
    };
    match member(text) {
        Some(value) => Ok(Some(value)),
        None => Err(rusqlite::Error::FromSqlConversionFailure(
            0,
            Type::Text,
            format!("{column}: unknown word {text:?}").into(),
        )),
    }
}

/// A source's id; another text is an error: the row is damaged.
pub(super) fn source(text: &str) -> rusqlite::Result<SourceId> {
    SourceId::new(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}

/// An output's id; another text is an error: the row is damaged.
pub(super) fn output_id(text: &str) -> rusqlite::Result<OutputId> {
    OutputId::new(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}
