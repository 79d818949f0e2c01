//! How the entries of a source are told apart and recognized, decided without a store.

use mainstem::dedupe::{
    Absent, Churn, Namesake, Prepared, Recognized, read, recognize, renamed, renews,
    settle_document, settle_document_by,
};
use mainstem::model::{Entry, EntryId, Hash, Identity, Incoming, Timestamp};

fn now() -> Timestamp {
    "2026-03-02T10:00:00Z".parse().expect("a moment")
}

fn prepared(of: &Entry) -> Prepared {
    read(&of.title, &of.text, of.dateline.as_deref()).prepare(0)
}

/// An entry by GUID, link, title, text, and dates of publication and change, as days of February 2026; 0: none.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    u32,
    u32,
);

fn rows(rows: &[Row]) -> Vec<Entry> {
    let day = |day: u32| format!("2026-02-{day:02}T08:00:00Z").parse().ok();
    rows.iter()
        .map(|(guid, url, title, text, published, updated)| Entry {
            guid: Some((*guid).to_owned()).filter(|guid| !guid.is_empty()),
            published: day(*published),
            updated: day(*updated),
            url: url.parse().ok(),
            title: (*title).to_owned(),
            text: (*text).to_owned(),
            ..Entry::default()
        })
        .collect()
}

const PAGE: &str = "https://news.example/a";

const DOCUMENTS: &[(&str, &[Row], &[usize])] = &[
    (
        "GUID, other titles",
        &[("g", PAGE, "a", "", 1, 0), ("g", PAGE, "b", "", 1, 0)],
        &[0, 1],
    ),
    (
        "GUID, other dates",
        &[("g", PAGE, "a", "", 1, 0), ("g", PAGE, "a", "", 2, 0)],
        &[0, 1],
    ),
    (
        "GUID, other links",
        &[
            ("g", PAGE, "a", "", 1, 0),
            ("g", "https://news.example/b", "a", "", 1, 0),
        ],
        &[0, 1],
    ),
    (
        "GUID, other texts",
        &[("g", PAGE, "a", "one", 1, 0), ("g", PAGE, "a", "two", 1, 0)],
        &[0, 1],
    ),
    (
        "all equal",
        &[("g", PAGE, "a", "one", 1, 0), ("g", PAGE, "a", "one", 1, 0)],
        &[0],
    ),
    (
        "versions by updated",
        &[("g", PAGE, "a", "one", 0, 1), ("g", PAGE, "a", "two", 0, 2)],
        &[1],
    ),
    (
        "versions, newest first",
        &[("g", PAGE, "a", "one", 1, 4), ("g", PAGE, "a", "two", 1, 3)],
        &[0],
    ),
    (
        "link, other titles",
        &[
            ("", PAGE, "a", "", 1, 0),
            ("", PAGE, "b", "", 1, 0),
            ("", PAGE, "b", "", 1, 0),
        ],
        &[0, 1],
    ),
    (
        "link, other dates of change",
        &[("", PAGE, "a", "", 0, 1), ("", PAGE, "a", "", 0, 2)],
        &[0, 1],
    ),
    (
        "fragments",
        &[
            ("", "https://news.example/a#1", "a", "", 1, 0),
            ("", "https://news.example/a#2", "a", "", 1, 0),
        ],
        &[0, 1],
    ),
    (
        "nothing but words",
        &[
            ("", "", "a", "x", 0, 0),
            ("", "", "a", "x", 0, 0),
            ("", "", "a", "y", 0, 0),
        ],
        &[0, 2],
    ),
];

/// Entries of one document, and which of them are left.
#[test]
fn entries_that_differ_in_link_title_or_date_are_different_entries() {
    for &(name, given, left) in DOCUMENTS {
        let entries = rows(given);
        let expected: Vec<Entry> = left.iter().map(|nth| entries[*nth].clone()).collect();
        let settled = settle_document(entries, now());
        let kept: Vec<Entry> = settled
            .entries
            .iter()
            .map(|kept| kept.entry.clone())
            .collect();
        assert_eq!(kept, expected, "{name}");
        assert_eq!(settled.told.repeated, given.len() - left.len(), "{name}");
        let mut identities: Vec<Hash> = settled
            .entries
            .iter()
            .map(|kept| kept.fingerprint.identity)
            .collect();
        identities.sort_unstable();
        identities.dedup();
        assert_eq!(identities.len(), left.len(), "{name}");
    }
}

#[test]
fn what_the_operator_says_tells_entries_apart_alone() {
    let given: &[Row] = &[
        ("g", PAGE, "Ferry", "", 1, 0),
        ("g", PAGE, "Pier", "", 2, 0),
        ("h", PAGE, "FERRY", "", 3, 0),
    ];
    for (identity, left) in [
        (Identity::Guid, ["Pier", "FERRY"].as_slice()),
        (Identity::Link, &["FERRY"]),
        (Identity::Title, &["Pier", "FERRY"]),
    ] {
        let settled = settle_document_by(Some(identity), rows(given), now());
        let titles: Vec<&str> = settled
            .entries
            .iter()
            .map(|kept| kept.entry.title.as_str())
            .collect();
        assert_eq!(titles, left, "{identity}");
        assert!(
            settled
                .entries
                .iter()
                .all(|kept| kept.fingerprint.handle.is_none())
        );
        assert_eq!(settled.told.repeated, 3 - left.len(), "{identity}");
    }
}

const LONGER: &str = "The pier is open again after the storm of last week";
type Poll = (
    &'static str,
    &'static [Row],
    &'static [Row],
    &'static [Option<usize>],
);

const POLLS: &[Poll] = &[
    (
        "the same",
        &[("g", PAGE, "a", "x", 1, 0)],
        &[("g", PAGE, "a", "x", 1, 0)],
        &[Some(0)],
    ),
    (
        "an edit under its GUID",
        &[("g", PAGE, "Ferry", "x", 1, 0)],
        &[("g", PAGE, "Boat", "y", 1, 0)],
        &[Some(0)],
    ),
    (
        "a GUID on another day, of the same matter",
        &[("g", PAGE, "Ferry stops", "x", 1, 0)],
        &[("g", PAGE, "Ferry runs", "y", 2, 0)],
        &[Some(0)],
    ),
    (
        "a GUID whose everything is new",
        &[("g", PAGE, "Ferry stops", "x", 1, 0)],
        &[("g", PAGE, "Bakery closed", "y", 2, 0)],
        &[None],
    ),
    (
        "a link with a new headline",
        &[("", PAGE, "Ferry stops", "x", 1, 0)],
        &[("", PAGE, "Bakery closed", "y", 1, 0)],
        &[Some(0)],
    ),
    (
        "a link with a new date",
        &[("", PAGE, "Ferry stops", "x", 1, 0)],
        &[("", PAGE, "Ferry stops", "y", 2, 0)],
        &[None],
    ),
    (
        "a link with a new date and the same text",
        &[("", PAGE, "Ferry stops", LONGER, 1, 0)],
        &[("", PAGE, "Ferry stops", LONGER, 2, 0)],
        &[Some(0)],
    ),
    (
        "a lone GUID with another link, headline and text",
        &[("N/A", PAGE, "Ferry stops", "x", 0, 0)],
        &[("N/A", OTHER, "Bakery closed", "y", 0, 0)],
        &[None],
    ),
    (
        "words alone, without date, another text",
        &[("", "", "Snow report", "Ten centimetres.", 0, 0)],
        &[("", "", "Snow report", "Rain all day.", 0, 0)],
        &[None],
    ),
    (
        "edited headlines under one GUID, each with a link of its own",
        &[
            ("N/A", PAGE, "Ferry", LONGER, 0, 0),
            ("N/A", OTHER, "Bakery", "y", 0, 0),
        ],
        &[
            ("N/A", PAGE, "No ferry", LONGER, 0, 0),
            ("N/A", OTHER, "No bread", "y", 0, 0),
        ],
        &[Some(0), Some(1)],
    ),
    (
        "edited headlines under one link, the same texts",
        &[
            ("", PAGE, "Ferry", LONGER, 0, 0),
            ("", PAGE, "Bakery", "y", 0, 0),
        ],
        &[
            ("", PAGE, "Boats", LONGER, 0, 0),
            ("", PAGE, "Bread", "y", 0, 0),
        ],
        &[Some(0), Some(1)],
    ),
    (
        "a link with both",
        &[("", PAGE, "Ferry stops", "x", 1, 0)],
        &[("", PAGE, "Bakery closed", "y", 2, 0)],
        &[None],
    ),
    (
        "a link with both on another day, whatever the text: the next entry under a standing link",
        &[("", PAGE, "Ferry stops", LONGER, 1, 0)],
        &[("", PAGE, "No ferry", LONGER, 2, 0)],
        &[None],
    ),
    (
        "a link without dates",
        &[("", PAGE, "Ferry stops", "x", 0, 0)],
        &[("", PAGE, "Bakery closed", "y", 0, 0)],
        &[None],
    ),
    (
        "one more under a link",
        &[("", PAGE, "Ferry", "x", 1, 0)],
        &[
            ("", PAGE, "Bakery", "y", 2, 0),
            ("", PAGE, "Ferry", "x", 1, 0),
        ],
        &[None, Some(0)],
    ),
    (
        "one that is left of two",
        &[
            ("g", PAGE, "Road", "x", 0, 0),
            ("g", PAGE, "Library", "y", 0, 0),
        ],
        &[("g", PAGE, "Library", "y", 0, 0)],
        &[Some(1)],
    ),
    (
        "another beside it",
        &[
            ("g", PAGE, "Road", "x", 0, 0),
            ("g", PAGE, "Library", "y", 0, 0),
        ],
        &[
            ("g", PAGE, "Market", "z", 0, 0),
            ("g", PAGE, "Library", "y", 0, 0),
        ],
        &[None, Some(1)],
    ),
    (
        "another alone",
        &[
            ("g", PAGE, "Road", "x", 1, 0),
            ("g", PAGE, "Library", "y", 2, 0),
        ],
        &[("g", PAGE, "Market", "z", 3, 0)],
        &[None],
    ),
    (
        "a bulletin on the third day",
        &[
            ("", PAGE, "Bulletin", "x", 1, 0),
            ("", PAGE, "Bulletin", "x", 2, 0),
        ],
        &[("", PAGE, "Bulletin", "x", 3, 0)],
        &[None],
    ),
    (
        "an edited headline of two",
        &[
            ("", PAGE, "Ferry", "x", 1, 0),
            ("", PAGE, "Bakery", "y", 2, 0),
        ],
        &[
            ("", PAGE, "Ferries", "x", 1, 0),
            ("", PAGE, "Bakery", "y", 2, 0),
        ],
        &[Some(0), Some(1)],
    ),
    (
        "two that their text alone tells",
        &[("g", PAGE, "a", "one", 1, 0), ("g", PAGE, "a", "two", 1, 0)],
        &[("g", PAGE, "a", "two", 1, 0), ("g", PAGE, "a", "one", 1, 0)],
        &[Some(1), Some(0)],
    ),
];

/// What the store has of a source, what a document of it has under one basis, and for each of these which stored one it is.
#[test]
fn no_entry_takes_over_another_with_the_same_guid_or_link() {
    for &(name, stored, given, expected) in POLLS {
        let stored = settle_document(rows(stored), now()).entries;
        let namesakes: Vec<Namesake> = stored.iter().enumerate().map(namesake).collect();
        let given = settle_document(rows(given), now()).entries;
        let found = recognize(&given.iter().collect::<Vec<_>>(), &namesakes);
        let known: Vec<Option<usize>> = found
            .iter()
            .map(|found| match found {
                Recognized::Known(id) => namesakes.iter().position(|old| old.id == *id),
                Recognized::New { .. } => None,
            })
            .collect();
        assert_eq!(known, expected, "{name}");
        for found in found {
            let Recognized::New { identity, handle } = found else {
                continue;
            };
            assert!(
                namesakes.iter().all(|old| old.identity != identity),
                "{name}"
            );
            assert_eq!(handle, Some(given[0].fingerprint.basis_hash()), "{name}");
        }
    }
}

fn namesake((nth, incoming): (usize, &Incoming)) -> Namesake {
    let (entry, print) = (&incoming.entry, &incoming.fingerprint);
    Namesake {
        id: EntryId(i64::try_from(nth).expect("few")),
        identity: print.identity,
        handle: print.handle,
        whole: print.whole,
        guid: entry.guid.clone(),
        link: entry.url.as_ref().map(ToString::to_string),
        title: entry.title.clone(),
        text: entry.text.clone(),
        date: entry.published.or(entry.updated),
        is_expired: false,
    }
}

const TEXT: &str =
    "All that you need to know this morning, in ten minutes, from our newsroom in the harbour.";
const OTHER: &str = "https://news.example/b";
type Rename = (
    &'static str,
    &'static [Row],
    &'static [Row],
    Churn,
    &'static [Option<usize>],
);
const PLAIN: Churn = Churn {
    renews: false,
    has_moved: false,
};
const RENEWS: Churn = Churn {
    renews: true,
    has_moved: false,
};
const HAS_MOVED: Churn = Churn {
    renews: false,
    has_moved: true,
};

const RENAMES: &[Rename] = &[
    (
        "link, headline and short text",
        &[("g1", PAGE, "v2", "Faster", 0, 0)],
        &[("g2", PAGE, "v2", "Faster", 0, 0)],
        PLAIN,
        &[Some(0)],
    ),
    (
        "link and headline, another text",
        &[("g1", PAGE, "v2", "Faster", 0, 0)],
        &[("g2", PAGE, "v2", "Slower", 0, 0)],
        PLAIN,
        &[None],
    ),
    (
        "path, headline and date",
        &[("", "https://news.example/a?now=1", "v2", "", 1, 0)],
        &[("", "https://news.example/a?now=2", "v2", "", 1, 0)],
        PLAIN,
        &[Some(0)],
    ),
    (
        "path and headline on another day",
        &[("", "https://news.example/a?now=1", "v2", "", 1, 0)],
        &[("", "https://news.example/a?now=2", "v2", "", 2, 0)],
        PLAIN,
        &[None],
    ),
    (
        "text and headline alone",
        &[("g1", PAGE, "Bulletin", TEXT, 1, 0)],
        &[("g2", OTHER, "Bulletin", TEXT, 2, 0)],
        PLAIN,
        &[None],
    ),
    (
        "text, headline and date",
        &[("g1", PAGE, "Bulletin", TEXT, 1, 0)],
        &[("g2", OTHER, "Bulletin", TEXT, 1, 0)],
        PLAIN,
        &[Some(0)],
    ),
    (
        "a long headline and date",
        &[("g1", PAGE, "The upper lock is shut", "x", 1, 0)],
        &[("g2", OTHER, "The upper lock is shut", "y", 1, 0)],
        PLAIN,
        &[None],
    ),
    (
        "a long headline and date, one without text",
        &[("g1", PAGE, "The upper lock is shut", "", 1, 0)],
        &[("g2", OTHER, "The upper lock is shut", "y", 1, 0)],
        PLAIN,
        &[Some(0)],
    ),
    (
        "a long headline, and a date that several have",
        &[
            ("g1", PAGE, "The upper lock is shut", "", 1, 0),
            ("g3", TWO, "Ferry", "z", 1, 0),
        ],
        &[("g2", THREE, "The upper lock is shut", "", 1, 0)],
        PLAIN,
        &[None],
    ),
    (
        "a path that two have, the query tells",
        &[("", "https://news.example/a?id=1", "v2", "", 1, 0)],
        &[
            ("", "https://news.example/a?id=2", "v2", "", 1, 0),
            ("", "https://news.example/a?id=3", "v3", "", 2, 0),
        ],
        PLAIN,
        &[None, None],
    ),
    (
        "another campaign, another headline",
        &[("", "https://news.example/a?utm_source=1", "v2", TEXT, 1, 0)],
        &[("", "https://news.example/a?utm_source=2", "v3", TEXT, 1, 0)],
        PLAIN,
        &[Some(0)],
    ),
    (
        "a short one",
        &[("g1", PAGE, "Press release", "x", 1, 0)],
        &[("g2", OTHER, "Press release", "y", 1, 0)],
        PLAIN,
        &[None],
    ),
    (
        "a bulletin under a standing link",
        &[("g1", PAGE, "Bulletin", TEXT, 1, 0)],
        &[("g2", PAGE, "Bulletin", TEXT, 2, 0)],
        PLAIN,
        &[None],
    ),
    (
        "the same of a source that renews",
        &[("g1", PAGE, "Bulletin", TEXT, 1, 0)],
        &[("g2", PAGE, "Bulletin", TEXT, 2, 0)],
        RENEWS,
        &[Some(0)],
    ),
    (
        "the same of a site that has moved",
        &[("g1", PAGE, "Bulletin", TEXT, 1, 0)],
        &[("g2", PAGE, "Bulletin", TEXT, 2, 0)],
        HAS_MOVED,
        &[Some(0)],
    ),
    (
        "an edit that moved the date",
        &[(
            "",
            "",
            "v2",
            "Faster, and the manual has a new chapter",
            1,
            0,
        )],
        &[(
            "",
            "",
            "v2",
            "Faster, and the manual has two new chapters",
            2,
            0,
        )],
        PLAIN,
        &[Some(0)],
    ),
];

/// What a document had, what it has now under GUIDs that are all new, and which of the old ones these are.
#[test]
fn a_rename_needs_something_that_stays_besides_the_words() {
    for &(name, before, now_there, churn, expected) in RENAMES {
        let before = settle_document(rows(before), now()).entries;
        let absent: Vec<Absent> = before.iter().enumerate().map(absent).collect();
        let document = settle_document(rows(now_there), now()).entries;
        let unknown: Vec<(&Incoming, Option<Hash>)> = document
            .iter()
            .map(|new| (new, prepared(&new.entry).content))
            .collect();
        let found = renamed(&unknown, &absent, &document, churn);
        let found: Vec<Option<usize>> = found
            .iter()
            .map(|found| found.and_then(|found| absent.iter().position(|old| old.id == found.id())))
            .collect();
        assert_eq!(found, expected, "{name}");
        // What had left before the previous reading is not renamed.
        let long_gone: Vec<Absent> = absent
            .into_iter()
            .map(|old| Absent {
                has_just_gone: false,
                ..old
            })
            .collect();
        if !churn.has_moved {
            assert!(
                renamed(&unknown, &long_gone, &document, churn)
                    .iter()
                    .all(Option::is_none),
                "{name}"
            );
        }
    }
}

fn absent((nth, incoming): (usize, &Incoming)) -> Absent {
    let entry = &incoming.entry;
    Absent {
        id: EntryId(i64::try_from(nth).expect("few")),
        has_just_gone: true,
        link: entry.url.as_ref().map(ToString::to_string),
        url: incoming.fingerprint.url,
        content: prepared(entry).content,
        title: Some(entry.title.clone()),
        text: Some(entry.text.clone()),
        published: entry.published,
        enclosures: entry
            .enclosures
            .iter()
            .map(|enclosure| enclosure.url.to_string())
            .collect(),
        has_guid: entry.guid.is_some(),
        is_addressed: entry.guid.is_some() || entry.url.is_some(),
    }
}

type Habit = (&'static str, &'static [Row], &'static [Row], Option<bool>);
const TWO: &str = "https://news.example/b";
const THREE: &str = "https://news.example/c";

const HABITS: &[Habit] = &[
    (
        "two without dates",
        &[("g1", PAGE, "a", "x", 0, 0), ("g2", TWO, "b", "y", 0, 0)],
        &[("h1", PAGE, "a", "x", 0, 0), ("h2", TWO, "b", "y", 0, 0)],
        Some(true),
    ),
    (
        "three, stamped by the request",
        &[
            ("g1", PAGE, "a", "x", 1, 0),
            ("g2", TWO, "b", "y", 1, 0),
            ("g3", THREE, "c", "z", 1, 0),
        ],
        &[
            ("h1", PAGE, "a", "x", 2, 0),
            ("h2", TWO, "b", "y", 2, 0),
            ("h3", THREE, "c", "z", 2, 0),
        ],
        Some(true),
    ),
    (
        "a bulletin",
        &[("g1", PAGE, "a", "x", 1, 0)],
        &[("h1", PAGE, "a", "x", 2, 0)],
        None,
    ),
    (
        "bulletins on days of their own",
        &[("g1", PAGE, "a", "x", 1, 0), ("g2", TWO, "b", "y", 2, 0)],
        &[("h1", PAGE, "a", "x", 3, 0), ("h2", TWO, "b", "y", 4, 0)],
        None,
    ),
    (
        "entries that stay",
        &[("g1", PAGE, "a", "x", 1, 0), ("g2", TWO, "b", "y", 1, 0)],
        &[("g1", PAGE, "a", "x", 1, 0), ("h2", TWO, "b", "y", 1, 0)],
        Some(false),
    ),
];

/// What a document had, what it has under new GUIDs, and whether that shows that its source renews them.
#[test]
fn a_source_renews_what_is_still_in_its_document() {
    for &(name, before, now_there, expected) in HABITS {
        let before = settle_document(rows(before), now()).entries;
        let document = settle_document(rows(now_there), now()).entries;
        let is_in = |one: &Incoming, among: &[Incoming]| {
            among
                .iter()
                .any(|other| other.fingerprint.identity == one.fingerprint.identity)
        };
        let unknown: Vec<(&Incoming, Option<Hash>)> = document
            .iter()
            .filter(|new| !is_in(new, &before))
            .map(|new| (new, None))
            .collect();
        let gone: Vec<Absent> = before
            .iter()
            .enumerate()
            .filter(|(_, old)| !is_in(old, &document))
            .map(absent)
            .collect();
        assert_eq!(renews(&unknown, &gone, before.len()), expected, "{name}");
    }
}
