//! One event as a line: its message, its fields, and both as one text.

use std::error::Error;
use std::fmt::{self, Write};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level};

use crate::telemetry::causes;

/// The longest value that a line carries, bytes: what feeds and servers send must not flood the log.
const MAX_VALUE_BYTES: usize = 4096;
/// What marks a value that was cut.
const CUT: &str = "…";

/// An event, read.
pub(super) struct Line {
    pub(super) level: Level,
    /// The module that said it.
    pub(super) target: String,
    /// Where in our code.
    pub(super) file: Option<String>,
    pub(super) line: Option<u32>,
    /// What happened.
    pub(super) message: String,
    /// To whom, why, and with what result; in the order of the call.
    pub(super) fields: Map<String, Value>,
}

impl Line {
    pub(super) fn of(event: &Event<'_>) -> Self {
        let metadata = event.metadata();
        let mut line = Self {
            level: *metadata.level(),
            target: metadata.target().to_owned(),
            file: metadata.file().map(str::to_owned),
            line: metadata.line(),
            message: String::new(),
            fields: Map::new(),
        };
        event.record(&mut line);
        line
    }

    /// The message and every field as `key=value`, on one line: `source in trouble source=agency why="…"`.
    pub(super) fn text(&self) -> String {
        let mut text = escaped(&self.message);
        for (key, value) in &self.fields {
            let _ = write!(text, " {key}={}", shown(value));
        }
        text
    }

    fn note(&mut self, field: &Field, value: Value) {
        // Names that collide with keywords are written `r#type`.
        let name = field.name().trim_start_matches("r#");
        self.fields.insert(name.to_owned(), value);
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        let value = cut(value);
        if field.name() == "message" {
            self.message = value;
        } else {
            self.note(field, value.into());
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.note(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.note(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.note(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.note(field, value.into());
    }

    /// With every cause: the outermost message alone seldom says what to do.
    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.record_str(field, &causes(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

fn cut(value: &str) -> String {
    if value.len() <= MAX_VALUE_BYTES {
        return value.to_owned();
    }
    let end = value.floor_char_boundary(MAX_VALUE_BYTES);
    format!("{}{CUT}", &value[..end])
}

/// A value as it stands behind its key: quoted where a reader could not tell its end.
pub(super) fn shown(value: &Value) -> String {
    let Value::String(text) = value else {
        return value.to_string();
    };
    let text = escaped(text);
    let is_plain = !text.is_empty() && !text.contains([' ', '"', '=']);
    if is_plain {
        text
    } else {
        format!("\"{}\"", text.replace('"', "\\\""))
    }
}

/// The text without characters that end a line, move a terminal's cursor or turn the direction of writing around.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_format(c) {
            escaped.extend(c.escape_default());
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Line and paragraph separators, and the controls of bidirectional text (UAX #9 §2).
fn is_format(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
