//! Hosts that want to be left alone.

use mainstem::model::{HostChange, HostHold, Location, RefreshRecord};

use super::bench::{Bench, at, record};
use super::engines::{Engine, for_every_engine};

for_every_engine! {
    a_hold_lasts_until_its_host_answers_well,
    of_two_holds_the_longer_stays,
    a_clock_that_was_ahead_makes_no_hold_longer,
    holds_come_by_name_and_outlast_the_process,
    a_hold_is_written_even_where_the_answer_is_dropped,
}

/// Not a whole second: counted from the answer, and no date that the host has named.
fn hold(host: &str, minute: i64, until: i64, refusals: u32) -> HostHold {
    HostHold {
        host: host.to_owned(),
        until: at(until) + chrono::TimeDelta::milliseconds(1),
        refusals,
        status: 429,
        noted_at: at(minute),
    }
}

fn refused(minute: i64, change: HostChange) -> RefreshRecord {
    RefreshRecord {
        hosts: vec![change],
        ..record("a", minute, Vec::new())
    }
}

/// Has a refresh change something for a host, and returns all holds.
async fn note(bench: &Bench, minute: i64, change: HostChange) -> Vec<HostHold> {
    bench.apply_record(refused(minute, change)).await;
    bench.store.host_holds().await.expect("reads")
}

fn released(host: &str) -> HostChange {
    HostChange::Released {
        host: host.to_owned(),
    }
}

async fn a_hold_lasts_until_its_host_answers_well(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let first = hold("a.example", 1, 60, 1);
    let kept = note(&bench, 1, HostChange::Held(first.clone())).await;
    assert_eq!(kept, std::slice::from_ref(&first));
    // Released too early: another process was told to wait meanwhile.
    assert_eq!(note(&bench, 2, released("a.example")).await, [first]);
    let second = hold("a.example", 61, 70, 2);
    let kept = note(&bench, 61, HostChange::Held(second.clone())).await;
    assert_eq!(kept, [second]);
    assert_eq!(note(&bench, 71, released("b.example")).await.len(), 1);
    assert_eq!(note(&bench, 71, released("a.example")).await, []);
    assert_eq!(note(&bench, 72, released("a.example")).await, []);
}

async fn of_two_holds_the_longer_stays(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    note(&bench, 61, HostChange::Held(hold("a.example", 61, 70, 2))).await;
    let shorter = hold("a.example", 62, 65, 3);
    let kept = HostHold {
        until: at(70) + chrono::TimeDelta::milliseconds(1),
        ..shorter.clone()
    };
    assert_eq!(note(&bench, 62, HostChange::Held(shorter)).await, [kept]);
    // Another host is another row.
    let other = HostChange::Held(hold("b.example", 63, 100, 1));
    assert_eq!(note(&bench, 63, other).await.len(), 2);
}

async fn a_clock_that_was_ahead_makes_no_hold_longer(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    note(
        &bench,
        63,
        HostChange::Held(hold("b.example", 63, 100_000, 1)),
    )
    .await;
    // The hold lasts as long as it was meant to, from now on.
    let registered = bench.store.register_sources(&[], at(3)).await;
    registered.expect("registers");
    let corrected = hold("b.example", 3, 100_000 - 60, 1);
    assert_eq!(bench.store.host_holds().await.expect("reads"), [corrected]);
    // And what such a clock has noted is no longer than what is said now.
    let said = hold("b.example", 2, 12, 2);
    assert_eq!(
        note(&bench, 2, HostChange::Held(said.clone())).await,
        [said]
    );
}

async fn holds_come_by_name_and_outlast_the_process(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    for host in ["c.example", "a.example", "b.example"] {
        note(&bench, 1, HostChange::Held(hold(host, 1, 60, 1))).await;
    }
    let before = bench.store.host_holds().await.expect("reads");
    let names: Vec<&str> = before.iter().map(|hold| hold.host.as_str()).collect();
    assert_eq!(names, ["a.example", "b.example", "c.example"]);
    let bench = bench.reopened().await;
    assert_eq!(bench.store.host_holds().await.expect("reads"), before);
}

async fn a_hold_is_written_even_where_the_answer_is_dropped(engine: &Engine) {
    let bench = Bench::on(engine, &["a"]).await;
    let mut late = refused(1, HostChange::Held(hold("a.example", 1, 60, 1)));
    late.location = Location::Url("https://elsewhere.example/".parse().expect("a URL"));
    bench.apply_record(late).await;
    assert_eq!(bench.store.host_holds().await.expect("reads").len(), 1);
}
