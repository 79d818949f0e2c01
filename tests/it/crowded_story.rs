//! A story with more entries than are put in order together: each entry that comes, changes, or is merged or split by hand is moved
//! by itself, and the others stay where they are.

use mainstem::dedupe::MAX_GROUP;
use mainstem::model::{Entry, EntryId, Layer, Member, Relation, Story};
use rusqlite::{Connection, params};

use crate::store_contract::{Bench, at, entry};

/// The first of the crowd.
const FIRST: EntryId = EntryId(1);
/// An entry of another release.
const OTHER: EntryId = EntryId(2);

const LOCK: &str = "Divers found fourteen cracks in the lower gate of the lock, and the board has closed it for six weeks. \
    Barges wait at the weir until the gate is lifted out by a floating crane from the harbour.";
const CHOIR: &str = "Forty singers will perform in the old tram depot on Sunday, accompanied by a brass band of former drivers. \
    Tickets are sold at the bakery next door, which stays open until the last encore is over.";
const GLOBE: &str = "The museum of shipping lends its oldest globe to the university, where scholars want to learn from which \
    charts the sailmaker worked. A copy stands in its case until next spring.";

/// What source c's entry says: under one GUID, link and date, so that other words are an edit.
fn edited(title: &str, text: &str) -> Entry {
    Entry {
        url: "https://c.example/copy".parse().ok(),
        published: Some(at(0)),
        ..entry("copy", title, text)
    }
}

/// Adds copies of the first entry to its story: more than are put in order together.
fn crowd(bench: &Bench) {
    let db = Connection::open(bench.directory.path().join("x.db")).expect("opens");
    let copy = "CREATE TEMP TABLE copy AS SELECT * FROM entries WHERE entry = 1";
    db.execute_batch(copy).expect("copies");
    for nth in 0..i64::try_from(MAX_GROUP).expect("few") {
        db.execute(
            "UPDATE copy SET entry = ?, identity = randomblob(16), relation = 'same', layer = 'content', score = 1.0, matched = 1",
            params![1_000 + nth],
        )
        .expect("is another");
        let insert = "INSERT INTO entries SELECT * FROM copy;
            INSERT INTO bodies SELECT copy.entry, body FROM copy JOIN bodies ON bodies.entry = 1";
        db.execute_batch(insert).expect("stands in the story");
    }
}

async fn story(bench: &Bench, entry: EntryId) -> Story {
    let story = bench.store.story_of(entry).await.expect("reads");
    story.expect("it is stored")
}

fn member(story: &Story, entry: EntryId) -> &Member {
    let mut members = story.members.iter();
    members.find(|member| member.id == entry).expect("is in it")
}

/// The entry with the highest number.
async fn newest(bench: &Bench, text: &str) -> EntryId {
    let found = bench.store.find_entries(text, 1).await.expect("looks");
    found.first().expect("it is stored").id
}

#[tokio::test]
async fn entries_of_a_crowded_story_are_moved_one_by_one() {
    let bench = Bench::new(&["a", "b", "c"]).await;
    bench
        .apply("a", 1, vec![entry("lock", "Lock closed", LOCK)])
        .await;
    bench
        .apply("b", 2, vec![entry("choir", "Choir sings", CHOIR)])
        .await;
    crowd(&bench);
    let store = &bench.store;

    // A new copy joins by its strongest link.
    let applied = bench.apply("c", 3, vec![edited("Lock shut", LOCK)]).await;
    assert_eq!((applied.new, applied.duplicates), (1, 1));
    let copy = newest(&bench, "copy").await;
    let crowded = story(&bench, copy).await;
    assert_eq!(crowded.members.len(), MAX_GROUP + 2);
    let role = member(&crowded, copy);
    assert_eq!(role.relation, Relation::Same);
    assert_eq!(
        (role.layer, role.matched),
        (Some(Layer::Content), Some(FIRST))
    );
    assert_eq!(role.edition_at, member(&crowded, FIRST).edition_at);

    // Another release in its place leaves the story.
    let applied = bench.apply("c", 4, vec![edited("Globe lent", GLOBE)]).await;
    assert_eq!((applied.new, applied.changed), (0, 1));
    let left = story(&bench, copy).await;
    assert_eq!(
        (left.members.len(), left.members[0].relation),
        (1, Relation::First)
    );
    assert!(left.revision > 0 && left.id != crowded.id);

    // The entry of the smaller story goes to the larger one, and back.
    let before = story(&bench, OTHER).await.id;
    assert!(store.merge(OTHER, FIRST, at(5)).await.expect("merges"));
    let merged = story(&bench, OTHER).await;
    assert_eq!(
        (merged.id, merged.members.len()),
        (crowded.id, MAX_GROUP + 2)
    );
    assert_eq!(member(&merged, OTHER).layer, Some(Layer::Manual));
    assert!(merged.revision > crowded.revision);
    assert!(!store.merge(OTHER, FIRST, at(5)).await.expect("looks"));
    assert!(store.split(OTHER, at(6)).await.expect("splits"));
    let parted = story(&bench, OTHER).await;
    assert_eq!(parted.members.len(), 1);
    assert!(parted.id != before && parted.id != crowded.id);
    assert_eq!(story(&bench, FIRST).await.members.len(), MAX_GROUP + 1);
}
