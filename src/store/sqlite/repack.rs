//! The bodies of a store of an earlier version, packed as today's are: `packed_body` of `schema_6.sql`.

use std::cell::Cell;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

use crate::store::rows::Body;

/// Pause between two lines of the log that tell how far it is.
const PAUSE: Duration = Duration::from_secs(10);
/// Fields that are packed together: text, HTML and summary, in this order.
const FIELDS: i32 = 3;

/// Makes `packed_body` known to a connection.
pub(super) fn register(db: &Connection) -> rusqlite::Result<()> {
    let progress = Progress::default();
    db.create_scalar_function(
        "packed_body",
        FIELDS,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY,
        move |fields| {
            progress.count();
            Ok(packed(fields))
        },
    )
}

/// A text that is no UTF-8 was damaged before; that must not keep the rest of the store from being opened.
fn packed(fields: &Context<'_>) -> Option<Vec<u8>> {
    let field = |nth| match fields.get_raw(nth) {
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text)),
        _ => None,
    };
    let [text, html, summary] = [field(0), field(1), field(2)];
    Body::pack(
        text.as_deref().unwrap_or_default(),
        html.as_deref(),
        summary.as_deref(),
    )
}

/// How far it is, for the log.
struct Progress {
    done: Cell<u64>,
    told: Cell<Instant>,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            done: Cell::new(0),
            told: Cell::new(Instant::now()),
        }
    }
}

impl Progress {
    fn count(&self) {
        self.done.set(self.done.get() + 1);
        if self.told.get().elapsed() >= PAUSE {
            self.told.set(Instant::now());
            tracing::info!(
                entries = self.done.get(),
                "bringing the store up to date: what entries say is compressed"
            );
        }
    }
}
