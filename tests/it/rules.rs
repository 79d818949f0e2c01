//! Rules over time: what a daemon says of parts that do nothing. What counts as nothing, `tests/corpus/select` has.

use chrono::TimeDelta;
use mainstem::clock::{Clock, SystemClock};

use crate::support::daemon::Desk;
use crate::support::releases::{file_source, piece, publish, refresh};

#[test]
fn a_daemon_says_once_what_does_nothing() {
    let output = "[[output]]\nid = \"merged\"\nexclude = [\"Sotschi\"]\n";
    let desk = Desk::new(&(file_source("a", "") + output));
    let mut pieces = [
        piece("new", "10:00", "Bridge opens", "The bridge is open again."),
        piece(
            "old",
            "10:00",
            "Choir sings",
            "Forty voices fill the depot.",
        ),
    ];
    for (piece, days) in pieces.iter_mut().zip([2, 40]) {
        piece.published = (SystemClock.now() - TimeDelta::days(days)).to_rfc3339();
    }
    publish(&desk, "a", &pieces);
    refresh(&desk, &[]);
    let daemon = desk.start();
    daemon.until_logged(|event| {
        let said = event["message"].as_str().unwrap_or_default();
        event["rule"] == "output merged" && said.contains("\"Sotschi\"")
    });
}
