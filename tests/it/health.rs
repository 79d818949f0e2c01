//! `/health.atom`: what is wrong with the sources, each trouble once, from its beginning to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use mainstem::health::{examine, status};
use mainstem::model::{
    Condition, FailureClass, LastOutcome, Outcome, SourceId, SourceReport, SourceStatus, Timestamp,
    Trouble,
};

use crate::support::daemon::{Answer, Desk};
use crate::support::origin::{Origin, response, rss};

const TEXT: &str =
    "The ferry across the estuary keeps to its winter timetable until the ice is gone.";

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// A healthy source as of noon: new every four hours, the last an hour ago.
fn report() -> SourceReport {
    let mut report = SourceReport::never_asked(SourceId::new("a").expect("an id"));
    report.last = Some(LastOutcome::new(Outcome::Fresh, Some(200)));
    report.history.last_success = Some(at("2026-03-02T11:00:00Z"));
    report.history.rhythm.mean_gap = Some(Duration::from_secs(4 * 3600));
    report.history.rhythm.last_new = Some(at("2026-03-02T11:00:00Z"));
    report
}

fn failing(report: &mut SourceReport, errors: u32) {
    report.history.errors = errors;
    report.last = Some(LastOutcome {
        class: Some(FailureClass::Timeout),
        ..LastOutcome::new(Outcome::Failed, None)
    });
}

fn busy(report: &mut SourceReport, day: &str, items: u32) {
    report.busy_day = at(day).timestamp() / (24 * 3600);
    report.busy_day_items = items;
}

/// What is done to a healthy source; what is wrong with it then.
type Case = (&'static str, fn(&mut SourceReport), &'static [Trouble]);

const CASES: &[Case] = &[
    ("healthy", |_| {}, &[]),
    ("fails since an hour", |report| failing(report, 3), &[]),
    (
        "fails for a day",
        |report| {
            failing(report, 9);
            report.history.last_success = Some(at("2026-03-01T12:00:00Z"));
        },
        &[Trouble::Broken],
    ),
    (
        "has never answered",
        |report| {
            failing(report, 5);
            report.history.last_success = None;
        },
        &[Trouble::Broken],
    ),
    (
        "has not answered yet",
        |report| {
            failing(report, 4);
            report.history.last_success = None;
        },
        &[],
    ),
    (
        "is quiet over a long weekend",
        |report| report.history.rhythm.last_new = Some(at("2026-02-26T12:00:00Z")),
        &[],
    ),
    (
        "is quiet for a week",
        |report| report.history.rhythm.last_new = Some(at("2026-02-23T12:00:00Z")),
        &[Trouble::Silent],
    ),
    (
        "was always slow",
        |report| {
            report.history.rhythm.mean_gap = Some(Duration::from_secs(7 * 24 * 3600));
            report.history.rhythm.last_new = Some(at("2026-02-01T12:00:00Z"));
        },
        &[],
    ),
    (
        "has moved",
        |report| report.moved_to = "https://new.example/rss".parse().ok(),
        &[Trouble::Moved],
    ),
    (
        "is gone, and that is all",
        |report| {
            failing(report, 30);
            report.history.last_success = None;
            report.history.gone = true;
        },
        &[Trouble::Gone],
    ),
    (
        "is mended",
        |report| {
            let last = report.last.as_mut().expect("asked");
            last.repairs = vec!["bare ampersands".to_owned()];
        },
        &[Trouble::Repaired],
    ),
    (
        "has no GUIDs, which is no fault",
        |report| {
            let last = report.last.as_mut().expect("asked");
            last.message = Some("3 entries have no GUID: told apart by link".to_owned());
        },
        &[],
    ),
    (
        "floods",
        |report| busy(report, "2026-03-02T00:00:00Z", 501),
        &[Trouble::Flooding],
    ),
    (
        "fills its quota",
        |report| busy(report, "2026-03-02T00:00:00Z", 500),
        &[],
    ),
    (
        "flooded yesterday",
        |report| busy(report, "2026-03-01T00:00:00Z", 501),
        &[],
    ),
];

#[test]
fn what_is_wrong_follows_from_what_is_known() {
    for (name, done, troubles) in CASES {
        let mut report = report();
        done(&mut report);
        let found: Vec<Trouble> = examine(&report, Some(500), at("2026-03-02T12:00:00Z"))
            .into_iter()
            .filter(|finding| finding.message.is_some())
            .map(|finding| finding.trouble)
            .collect();
        assert_eq!(found, *troubles, "{name}");
    }
    let mut unchanged = report();
    failing(&mut unchanged, 1);
    let findings = examine(&unchanged, None, at("2026-03-02T12:00:00Z"));
    assert!(
        findings
            .iter()
            .all(|finding| finding.trouble != Trouble::Repaired),
        "a failure tells nothing of the document"
    );
}

/// What is done to a healthy source, whether its host wants to be left alone, and the word for it then.
type StatusCase = (fn(&mut SourceReport), bool, SourceStatus);

const STATUSES: &[StatusCase] = &[
    (|_| {}, false, SourceStatus::Well),
    (|_| {}, true, SourceStatus::Held),
    (|report| report.last = None, false, SourceStatus::Never),
    (|report| report.last = None, true, SourceStatus::Held),
    (
        |report| report.history.condition = Condition::Throttled,
        false,
        SourceStatus::Held,
    ),
    (
        |report| report.history.condition = Condition::Failing(None),
        true,
        SourceStatus::Trouble,
    ),
    (
        |report| report.history.condition = Condition::Gone,
        true,
        SourceStatus::Gone,
    ),
    (
        |report| report.history.rhythm.last_new = Some(at("2026-02-23T12:00:00Z")),
        false,
        SourceStatus::Silent,
    ),
];

#[test]
fn one_word_says_how_a_source_is_doing() {
    let now = at("2026-03-02T12:00:00Z");
    for (nth, (done, is_held, expected)) in STATUSES.iter().enumerate() {
        let mut report = report();
        done(&mut report);
        assert_eq!(status(&report, *is_held, now), *expected, "case {nth}");
    }
}

/// Repairs come first, and what else was found in the document follows; a document with nothing to repair is in no trouble.
#[test]
fn repairs_are_told_with_what_else_was_found() {
    let cases: [(&[&str], Option<&str>, Option<&str>); 4] = [
        (&[], None, None),
        (&[], Some("1 repeated entry left out"), None),
        (
            &["bare ampersands", "the end is missing"],
            None,
            Some("its document needs help to be read: bare ampersands; the end is missing"),
        ),
        (
            &["bare ampersands"],
            Some("1 repeated entry left out"),
            Some("its document needs help to be read: bare ampersands; 1 repeated entry left out"),
        ),
    ];
    for (repairs, message, expected) in cases {
        let mut report = report();
        report.last = Some(LastOutcome {
            repairs: repairs.iter().map(ToString::to_string).collect(),
            message: message.map(str::to_owned),
            ..LastOutcome::new(Outcome::Fresh, Some(200))
        });
        let findings = examine(&report, None, at("2026-03-02T12:00:00Z"));
        let found = findings
            .iter()
            .find(|finding| finding.trouble == Trouble::Repaired);
        let found = found.expect("it was looked for").message.as_deref();
        assert_eq!(found, expected, "{repairs:?}, {message:?}");
    }
}

/// Five sources, four of them in trouble until `healthy`.
fn ward(healthy: Arc<AtomicBool>) -> Origin {
    let flooded = AtomicUsize::new(0);
    Origin::start(move |asked| {
        let fine = healthy.load(Ordering::Relaxed);
        match (asked.path.as_str(), fine) {
            ("/gone", false) => response("410 Gone", &[], b""),
            ("/moved", false) => {
                let to = [("Location", "/moved/new")];
                response("301 Moved Permanently", &to, b"")
            }
            ("/broken", false) => {
                let whole = rss(&[("1", "One", TEXT)]);
                response(
                    "200 OK",
                    &[],
                    &whole[..whole.len() - "</channel></rss>".len()],
                )
            }
            ("/flood", _) => {
                // The first document is a backlog.
                let count = if flooded.fetch_add(1, Ordering::Relaxed) == 0 {
                    1
                } else {
                    9
                };
                let guids: Vec<String> = (0..count).map(|nth: u32| nth.to_string()).collect();
                let entries: Vec<(&str, &str, &str)> = guids
                    .iter()
                    .map(|guid| (guid.as_str(), guid.as_str(), TEXT))
                    .collect();
                response("200 OK", &[], &rss(&entries))
            }
            _ => response("200 OK", &[], &rss(&[("1", "One", TEXT)])),
        }
    })
}

const TROUBLES: [&str; 4] = [
    "gone: gone",
    "moved: moved",
    "broken: repaired",
    "flood: flooding",
];

fn count(answer: &Answer, what: &str) -> usize {
    answer.text().matches(what).count()
}

#[test]
fn troubles_come_once_and_go() {
    let healthy = Arc::new(AtomicBool::new(false));
    let origin = ward(healthy.clone());
    let source = |id: &str| {
        let url = origin.url(&format!("/{id}"));
        format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\nevery = \"1s\"\ndaily_items = 4\n")
    };
    let sources: String = ["gone", "moved", "broken", "flood", "fine"]
        .map(source)
        .concat();
    let desk = Desk::new(&format!(
        "[fetch]\nallow_addresses = [\"127.0.0.1/32\"]\nhost_gap = \"0s\"\n{sources}[[output]]\nid = \"merged\"\n"
    ));
    let daemon = desk.start();
    let sick = daemon.until("/health.atom", |answer| {
        let told = |trouble: &&str| answer.text().contains(&format!("<title>{trouble}</title>"));
        TROUBLES.iter().all(told)
    });
    assert_eq!(count(&sick, "<entry>"), TROUBLES.len(), "{}", sick.text());
    let kind = sick.header("content-type").expect("a type");
    assert!(kind.starts_with("application/atom+xml"), "{kind}");
    healthy.store(true, Ordering::Relaxed);
    let better = daemon.until("/health.atom", |answer| {
        count(answer, "<title>Resolved: broken: repaired</title>") == 1
    });
    // The same trouble, now over: none is told twice.
    assert_eq!(count(&better, "<entry>"), TROUBLES.len());
    let merged = daemon.ask("GET", "/merged.atom", &[]);
    assert_eq!(count(&merged, "repaired"), 0, "never mixed into an output");
    // What is configured no longer has no troubles, and a restart tells nothing anew.
    drop(daemon);
    desk.configure("[[output]]\nid = \"merged\"\n");
    let daemon = desk.start();
    let after = daemon.until("/health.atom", |answer| {
        count(answer, "<title>Resolved: ") == TROUBLES.len()
    });
    assert_eq!(count(&after, "<entry>"), TROUBLES.len());
}
