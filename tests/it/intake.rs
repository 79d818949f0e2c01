//! What an incoming entry is to its source: decisions as data, `tests/corpus/intake/DECISION.json`, each a list of cases.

use chrono::TimeDelta;
use mainstem::dedupe::{
    Contact, DayCount, Edit, EditRule, EntryVersion, Held, KnownEntry, Match, READING_VERSION,
    Sighting, SourceClock, has_moved, hold_backlog, read,
};
use mainstem::model::{Basis, Entry, EntryId, Fingerprint, Incoming, Outcome, StoryId, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_value, json};

use crate::support::cases::{assert_none_wrong, cases};

/// A case of any decision.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case is, for whoever reads that it fails.
    what: String,
    given: Value,
    expected: Value,
}

#[test]
fn decisions_are_what_their_files_say() {
    let files = cases("intake");
    assert_eq!(files.len(), 10, "every decision has its file");
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, text) in &files {
        let decide = decision(name);
        let cases: Vec<Case> =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(cases.len() > 5, "{name}: cases are read");
        count += cases.len();
        for case in cases {
            let found = decide(case.given);
            if found != case.expected {
                wrong.push(format!("{name}: {}: {found}", case.what));
            }
        }
    }
    assert_none_wrong(wrong, count);
}

fn decision(name: &str) -> fn(Value) -> Value {
    match name {
        "backlog.json" => backlog,
        "clock.json" => clock,
        "contact.json" => contact,
        "edit.json" => edit,
        "edit-rule.json" => edit_rule,
        "edited.json" => edited,
        "flood.json" => flood,
        "match.json" => matched,
        "moved.json" => moved,
        "sighting.json" => sighting,
        other => panic!("{other} is of no decision"),
    }
}

fn given<T: DeserializeOwned>(value: Value) -> T {
    from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

fn noon() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("a date")
}

fn contact(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        has_entries: bool,
        read_by: String,
        is_whole: bool,
    }
    let given: Given = given(value);
    let read_by = match given.read_by.as_str() {
        "none" => None,
        "present" => Some(READING_VERSION),
        "earlier" => Some(READING_VERSION - 1),
        other => panic!("{other} is no version"),
    };
    json!(
        match Contact::of(given.has_entries, read_by, given.is_whole) {
            Contact::First => "first",
            Contact::Reread => "reread",
            Contact::Again => "again",
        }
    )
}

fn known() -> KnownEntry {
    KnownEntry {
        id: EntryId(1),
        story: StoryId(1),
        identity: [1; 16],
        whole: [2; 16],
        url: None,
        date: Some(noon()),
        last_seen: noon(),
        is_expired: false,
        is_withdrawn: false,
    }
}

fn matched(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        basis: String,
        same_whole: bool,
        same_date: bool,
        has_handle: bool,
    }
    let given: Given = given(value);
    let known = known();
    let date = noon() + TimeDelta::milliseconds(i64::from(!given.same_date));
    let incoming = Incoming {
        entry: Entry {
            published: Some(date),
            ..Entry::default()
        },
        fingerprint: Fingerprint {
            identity: known.identity,
            handle: given.has_handle.then_some([3; 16]),
            basis: match given.basis.as_str() {
                "guid" => Basis::Guid,
                "link" => Basis::Link,
                "stated" => Basis::Stated,
                other => panic!("{other} is no basis"),
            },
            url: None,
            whole: if given.same_whole {
                known.whole
            } else {
                [4; 16]
            },
        },
        ordered_at: noon(),
        is_further: false,
    };
    json!(match known.matches(&incoming) {
        Match::Certain => "certain",
        Match::UnlessShared => "unless_shared",
        Match::Doubtful => "doubtful",
    })
}

fn sighting(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        same_whole: bool,
        is_expired: bool,
        /// For how long it was not marked as seen, by its source's own clock.
        unseen_ms: i64,
    }
    let given: Given = given(value);
    let known = KnownEntry {
        is_expired: given.is_expired,
        ..known()
    };
    let whole = if given.same_whole {
        known.whole
    } else {
        [4; 16]
    };
    let heard_at = known.last_seen + TimeDelta::milliseconds(given.unseen_ms);
    json!(match known.sighting(&whole, heard_at) {
        Sighting::Changed => "changed",
        Sighting::Seen => "seen",
        Sighting::Recent => "recent",
    })
}

fn edit_rule(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Renamed {
        has_moved: bool,
        renewed: bool,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        contact: String,
        /// `None`: it came back under its own identity.
        renamed: Option<Renamed>,
    }
    let given: Given = given(value);
    let contact = match given.contact.as_str() {
        "first" => Contact::First,
        "reread" => Contact::Reread,
        "again" => Contact::Again,
        other => panic!("{other} is no contact"),
    };
    let rule = match given.renamed {
        None => EditRule::of_known(contact),
        Some(renamed) => EditRule::of_renamed(contact, renamed.has_moved, renamed.renewed),
    };
    json!(match rule {
        EditRule::Words => "words",
        EditRule::LaterUpdate => "later_update",
        EditRule::Never => "never",
    })
}

/// A stored version with this headline and text.
fn version([title, text]: [String; 2]) -> EntryVersion {
    EntryVersion {
        title,
        text,
        dateline: None,
        trimmed: 0,
        edition_at: noon(),
        revised_at: None,
        ordered_at: noon(),
        published: None,
        updated: None,
    }
}

fn edited(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        rule: String,
        before: [String; 2],
        after: [String; 2],
        updated: [Option<Timestamp>; 2],
    }
    let given: Given = given(value);
    let rule = match given.rule.as_str() {
        "words" => EditRule::Words,
        "later_update" => EditRule::LaterUpdate,
        "never" => EditRule::Never,
        other => panic!("{other} is no rule"),
    };
    let before = EntryVersion {
        updated: given.updated[0],
        ..version(given.before)
    };
    let [title, text] = given.after;
    let incoming = Entry {
        updated: given.updated[1],
        title,
        text,
        ..Entry::default()
    };
    json!(rule.edited_wording(&before, &incoming).is_some())
}

fn edit(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        before: [String; 2],
        after: [String; 2],
        edition_at: Timestamp,
        revised_at: Option<Timestamp>,
        updated: Option<Timestamp>,
        now: Timestamp,
    }
    let given: Given = given(value);
    let before = EntryVersion {
        edition_at: given.edition_at,
        revised_at: given.revised_at,
        ..version(given.before)
    };
    let [title, text] = &given.after;
    let new = read(title, text, None).prepare(0);
    let edit = Edit::judge(&before, &before.prepared(), &new, given.updated, given.now);
    json!({
        "edition_at": edit.edition_at,
        "revised_at": edit.revised_at,
        "is_revised": edit.is_revised,
        "is_replaced": edit.is_replaced,
    })
}

fn moved(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        unknown: usize,
        document: usize,
    }
    let given: Given = given(value);
    json!(has_moved(given.unknown, given.document))
}

fn held(held: Vec<Held>) -> Vec<&'static str> {
    let word = |held| match held {
        Held::No => "no",
        Held::Backlog => "backlog",
        Held::Flood => "flood",
    };
    held.into_iter().map(word).collect()
}

fn backlog(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        count: usize,
        shown: Option<u32>,
    }
    let given: Given = given(value);
    json!(held(hold_backlog(given.count, given.shown)))
}

fn flood(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        day: i64,
        entries: u32,
        count: usize,
        quota: Option<u32>,
        now: Timestamp,
    }
    let given: Given = given(value);
    let before = DayCount {
        day: given.day,
        entries: given.entries,
    };
    let (decided, after) = before.hold_flood(given.count, given.quota, given.now);
    json!({ "held": held(decided), "day": after.day, "entries": after.entries })
}

fn clock(value: Value) -> Value {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        outcome: String,
        heard_at: Timestamp,
        success_at: Option<Timestamp>,
        attempt_at: Option<Timestamp>,
        due_at: Option<Timestamp>,
        at: Timestamp,
    }
    let given: Given = given(value);
    let clock = SourceClock {
        heard_at: given.heard_at,
        success_at: given.success_at,
        attempt_at: given.attempt_at,
        due_at: given.due_at,
    };
    let outcome = Outcome::from_word(&given.outcome).expect("an outcome");
    json!(clock.after(outcome, given.at))
}
