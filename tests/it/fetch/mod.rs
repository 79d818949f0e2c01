//! Manners and limits of the fetcher: every rule is a case, through the real binary against a real server.
//!
//! Each file opens with the behaviours it holds. Nothing here asks a clock how
//! fast something was: an order of requests, counted at the server, says what
//! was waited for, and due times are read from what the binary tells.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::daemon::Desk;
use crate::support::origin::{Origin, rss};

mod answers;
mod asking;
mod conditional;
mod connections;
mod cookies;
mod discovery;
mod egress;
mod form;
mod frozen;
mod further;
mod hosts;
mod isolation;
mod leads;
mod limits;
mod pace;
mod ports;
mod schemes;
mod shortage;
mod status;
mod tls;
mod walls;

const TEXT: &str = "The orchard road is closed to lorries from the first Monday of the month until the apples have been brought in";
/// Loopback may be asked, at once, with bodies of a size that tests can afford.
const LOCAL: &str =
    "[fetch]\nallow_addresses = [\"127.0.0.0/8\"]\nhost_gap = \"0s\"\nmax_body = \"100KiB\"\n";
/// Everything that was stored, each entry for itself.
const MERGED: &str = "[[output]]\nid = \"merged\"\nduplicates = \"off\"\nmax_entries = 1000\n";

/// A feed of one entry.
fn feed() -> Vec<u8> {
    feed_of("1")
}

/// A feed of one entry with this GUID and title.
fn feed_of(guid: &str) -> Vec<u8> {
    rss(&[(guid, guid, TEXT)])
}

fn source(id: &str, url: &str, keys: &str) -> String {
    format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\n{keys}\n")
}

/// One source of each path, which is its id.
fn desk(origin: &Origin, paths: &[&str]) -> Desk {
    let sources: String = paths
        .iter()
        .map(|path| source(&path[1..], &origin.url(path), ""))
        .collect();
    Desk::new(&format!("{LOCAL}{sources}{MERGED}"))
}

type Rows = BTreeMap<String, Value>;

fn rows(json: &[u8]) -> Rows {
    let rows: Vec<Value> = serde_json::from_slice(json)
        .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(json)));
    rows.into_iter()
        .map(|row| (row["id"].as_str().expect("an id").to_owned(), row))
        .collect()
}

/// One pass over all sources, in a process of its own: what it says of each.
fn refresh(desk: &Desk) -> Rows {
    rows(&desk.run(&["refresh", "--json"]).stdout)
}

/// What `mainstem sources` says of each.
fn sources(desk: &Desk) -> Rows {
    rows(&desk.run(&["sources", "--json"]).stdout)
}

/// `outcome class status`, without what is null.
fn summary(row: &Value) -> String {
    let words: Vec<String> = ["outcome", "class", "status"]
        .iter()
        .map(|key| &row[key])
        .filter(|value| !value.is_null())
        .map(|value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        })
        .collect();
    words.join(" ")
}

/// Of one pass: `id outcome class status`, by id.
fn outcomes(desk: &Desk) -> Vec<String> {
    refresh(desk)
        .iter()
        .map(|(id, row)| format!("{id} {}", summary(row)))
        .collect()
}

/// The titles of everything stored, sorted.
fn titles(desk: &Desk) -> Vec<String> {
    let items = desk.json("merged")["items"].clone();
    let items = items.as_array().expect("items").iter();
    let mut titles: Vec<String> = items
        .map(|item| item["title"].as_str().expect("a title").to_owned())
        .collect();
    titles.sort();
    titles
}

/// Fails with everything that differs, not with the first.
fn assert_all(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
