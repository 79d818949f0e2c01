//! The bodies of a store of an earlier version, packed as today's are: `packed_body` of `schema_6.sql`.

use std::cell::Cell;
use std::time::{Duration, Instant};

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, Error};

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
            packed(fields)
        },
    )
}

fn packed(fields: &Context<'_>) -> rusqlite::Result<Option<Vec<u8>>> {
    let field = |nth| {
        let field = fields.get_raw(nth).as_str_or_null();
        field.map_err(|error| Error::UserFunctionError(Box::new(error)))
    };
    Ok(Body::pack(
        field(0)?.unwrap_or_default(),
        field(1)?,
        field(2)?,
    ))
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
