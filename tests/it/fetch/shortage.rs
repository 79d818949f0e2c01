//! Our own shortage: file descriptors, memory, local ports. It is no source's failure.
//!
//! - A request that this machine could not make counts against nobody, and comes again soon.
//! - It is said once, with what to do about it.
//! - `check` and the daemon's start say that the limit is too low for what is configured.

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use super::{LOCAL, refresh, rows, source, sources};
use crate::support::daemon::Desk;
use crate::support::namespace::within;
use crate::support::origin::{Origin, response};

/// More than the limit below lets us have open at once.
const SOURCES: usize = 60;

/// Runs a command with at most `files` open.
fn run_with(desk: &Desk, files: usize, arguments: &str) -> Output {
    let binary = env!("CARGO_BIN_EXE_mainstem");
    let line = format!("ulimit -n {files} && exec {binary} -c c.toml {arguments}");
    Command::new("sh")
        .args(["-c", &line])
        .current_dir(desk.path("."))
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("sh runs")
}

fn desk(origin: &Origin) -> Desk {
    let tables: String = (0..SOURCES)
        .map(|nth| source(&format!("s{nth}"), &origin.url(&format!("/{nth}")), ""))
        .collect();
    Desk::new(&format!("{LOCAL}per_host = 64\n{tables}"))
}

/// Answers only after all requests that can be made have been made.
fn slow_origin() -> Origin {
    Origin::start(|_| {
        std::thread::sleep(Duration::from_secs(2));
        response("200 OK", &[], &super::feed())
    })
}

/// Some requests could not be made: that is said once, and no source is blamed.
fn nobody_is_blamed(desk: &Desk, ended: &Output, what: &str, advice: &str) {
    let said = rows(&ended.stdout);
    let missed = said.values().filter(|row| row["outcome"] == "failed");
    let missed: Vec<_> = missed.collect();
    assert!(!missed.is_empty(), "the limit was no limit: {said:?}");
    for row in missed {
        let message = row["message"].as_str().unwrap_or_default();
        assert!(message.contains(what), "{row}");
    }
    for row in sources(desk).values() {
        let because = row["because"].as_str().unwrap_or_default();
        assert!(row["errors"] == 0 && !because.contains("back-off"), "{row}");
    }
    let log = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(log.matches(advice).count(), 1, "{log}");
}

#[test]
fn no_source_is_blamed_when_we_run_out_of_files() {
    let origin = slow_origin();
    let desk = desk(&origin);
    let ended = run_with(&desk, 48, "--log-format json refresh --json");
    nobody_is_blamed(&desk, &ended, "too many open files", "LimitNOFILE");
    refresh(&desk);
    let rows = sources(&desk);
    assert!(rows.values().all(|row| row["entries"] == 1), "{rows:?}");
}

#[test]
fn no_source_is_blamed_when_we_run_out_of_ports() {
    let test = "fetch::shortage::no_source_is_blamed_when_we_run_out_of_ports";
    within(test, || {
        let origin = slow_origin();
        let desk = desk(&origin);
        let range = "/proc/sys/net/ipv4/ip_local_port_range";
        std::fs::write(range, "50000 50015").expect("the namespace is ours");
        let ended = desk.run(&["--log-format", "json", "refresh", "--json"]);
        nobody_is_blamed(&desk, &ended, "no free local port", "ip_local_port_range");
    });
}

#[test]
fn a_limit_that_is_too_low_is_said_before_it_hurts() {
    let desk = Desk::new(&format!("{LOCAL}concurrency = 64\n"));
    let told = |files: usize| {
        let ended = run_with(&desk, files, "check");
        assert_eq!(ended.status.code(), Some(0));
        let said = [ended.stdout, ended.stderr].concat();
        String::from_utf8_lossy(&said).contains("LimitNOFILE")
    };
    assert_eq!((told(256), told(1024)), (true, false));
}
