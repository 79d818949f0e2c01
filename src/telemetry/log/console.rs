//! Lines on stderr: for people and for collectors.

use std::fmt::Write;

use serde_json::{Map, Value};
use tracing::Level;

use super::line::{Line, escaped, shown};
use crate::model::Timestamp;

const RESET: &str = "\x1b[0m";
const DIM: &str = "\x1b[2m";

/// `2026-11-29T10:00:00.000Z  WARN message key=value`.
pub(super) fn human(line: &Line, now: Timestamp, color: bool) -> String {
    let (time, level) = (time(now), line.level);
    if !color {
        return format!("{time} {level:>5} {}", line.text());
    }
    let shade = match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        Level::DEBUG => "\x1b[34m",
        Level::TRACE => "\x1b[35m",
    };
    let message = escaped(&line.message);
    let mut text = format!("{DIM}{time}{RESET} {shade}{level:>5}{RESET} {message}");
    for (key, value) in &line.fields {
        let _ = write!(text, " {DIM}{key}={RESET}{}", shown(value));
    }
    text
}

/// One object: `timestamp`, `level`, `message`, then the fields beside them.
pub(super) fn json(line: &Line, now: Timestamp) -> String {
    let mut object = Map::new();
    object.insert("timestamp".to_owned(), time(now).into());
    object.insert("level".to_owned(), line.level.as_str().into());
    object.insert("message".to_owned(), line.message.as_str().into());
    for (key, value) in &line.fields {
        object.insert(key.clone(), value.clone());
    }
    Value::Object(object).to_string()
}

fn time(now: Timestamp) -> String {
    now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
