//! Stories follow from the entries, not from their order: through the real binary, every order of arrival gives one answer. What was
//! published keeps its id.

use serde_json::Value;

use crate::support::cases::orders;
use crate::support::daemon::Desk;
use crate::support::releases::{
    CHOIR, LOCK, Piece, Shown, file_source, piece, publish, refresh, shown, told,
};

const TITLE: &str = "Upper lock at Haldenau closes for repairs";

fn sources(keys: &[(&str, &str)]) -> String {
    keys.iter()
        .map(|(id, keys)| file_source(id, keys))
        .collect()
}

const OUTPUTS: &str = "[[output]]\nid = \"merged\"\n[[output]]\nid = \"exact\"\nduplicates = \"exact\"\n\
    [[output]]\nid = \"announced\"\nupdates = \"announce\"\n";

/// What is shown when these have come one after the other, and nothing was published before the last.
fn cold(keys: &[(&str, &str)], arriving: &[(&str, Piece)], order: &[usize]) -> Vec<Vec<Shown>> {
    let sources = sources(keys);
    let desk = Desk::new(&format!(
        "{sources}[[output]]\nid = \"none\"\nexclude = [\"the\", \"a\"]\n"
    ));
    arrive(&desk, keys, arriving, order);
    desk.configure(&format!("{sources}{OUTPUTS}"));
    ["merged", "exact", "announced"]
        .map(|output| shown(&desk, output))
        .into()
}

fn arrive(desk: &Desk, keys: &[(&str, &str)], arriving: &[(&str, Piece)], order: &[usize]) {
    for (id, _) in keys {
        publish(desk, id, &[]);
    }
    for (count, _) in order.iter().enumerate() {
        let (source, _) = &arriving[order[count]];
        let come: Vec<Piece> = order[..=count]
            .iter()
            .rev()
            .filter(|nth| arriving[**nth].0 == *source)
            .map(|nth| arriving[*nth].1.clone())
            .collect();
        publish(desk, source, &come);
        refresh(desk, &[source]);
    }
}

/// An agency's two entries, and a paper that has the one word for word and is near the other.
fn bridged() -> [(&'static str, Piece); 3] {
    let other = LOCK.replace(
        "and at five in the evening",
        "and until five in the evening",
    );
    [
        ("agency", piece("1", "08:00", TITLE, LOCK)),
        (
            "agency",
            piece("2", "08:30", "Lock at Haldenau will be rebuilt", &other),
        ),
        ("paper", piece("3", "09:00", TITLE, LOCK)),
    ]
}

#[test]
fn similarity_bridges_stories_in_every_order() {
    let keys = [("agency", ""), ("paper", "")];
    let expected = cold(&keys, &bridged(), &[0, 1, 2]);
    assert_eq!(expected[0].len(), 1, "{expected:#?}");
    for order in orders(&[0, 1, 2]) {
        assert_eq!(cold(&keys, &bridged(), &order), expected, "{order:?}");
        let desk = Desk::new(&(sources(&keys) + OUTPUTS));
        arrive(&desk, &keys, &bridged(), &order);
        assert_eq!(shown(&desk, "merged").len(), 1, "live {order:?}");
    }
}

/// Two releases that conflict, and a summary that is near both.
#[test]
fn no_chain_joins_what_conflicts_in_any_order() {
    let body = |count: &str| LOCK.replace("14 cracks", count);
    let keys = [("a", ""), ("b", ""), ("c", "")];
    let arriving = [
        ("a", piece("1", "08:00", TITLE, &body("14 cracks"))),
        ("b", piece("2", "08:30", TITLE, &body("many cracks"))),
        ("c", piece("3", "09:00", TITLE, &body("17 cracks"))),
    ];
    let expected = cold(&keys, &arriving, &[0, 1, 2]);
    assert_eq!(expected[0].len(), 2, "{expected:#?}");
    for order in orders(&[0, 1, 2]) {
        assert_eq!(cold(&keys, &arriving, &order), expected, "{order:?}");
        let desk = Desk::new(&(sources(&keys) + OUTPUTS));
        arrive(&desk, &keys, &arriving, &order);
        assert_eq!(shown(&desk, "merged").len(), 2, "live {order:?}");
    }
}

/// A publisher with priority, a mirror of all of it, one that cuts it, and one that has a newer version.
#[test]
fn mirrored_sources_give_one_answer_and_one_set_of_ids() {
    let keys = [
        ("publisher", "priority = 10"),
        ("mirror", ""),
        ("cutter", ""),
        ("agency", ""),
    ];
    let cut = LOCK.split("<p>Masters").next().expect("a part");
    let newer = format!(
        "<p>The board said on Wednesday that the work would begin a week earlier than planned, since the divers had found more.</p>{}",
        LOCK.replace("14 cracks", "17 cracks")
    );
    let arriving = [
        ("publisher", piece("p", "08:00", TITLE, LOCK)),
        ("mirror", piece("m", "08:20", TITLE, LOCK)),
        (
            "cutter",
            piece("c", "08:30", "Haldenau: upper lock closes for repairs", cut),
        ),
        (
            "agency",
            piece("u", "10:00", &format!("UPDATE 1-{TITLE}"), &newer),
        ),
    ];
    let expected = cold(&keys, &arriving, &[0, 1, 2, 3]);
    assert_eq!(expected[0].len(), 1, "{expected:#?}");
    for order in orders(&[0, 1, 2, 3]) {
        assert_eq!(cold(&keys, &arriving, &order), expected, "{order:?}");
    }
    let without_update = cold(&keys, &arriving, &[0, 1, 2]);
    assert_eq!(without_update[0][0].source, "publisher");
    for order in orders(&[0, 1, 2]) {
        assert_eq!(cold(&keys, &arriving, &order), without_update, "{order:?}");
    }
}

#[test]
fn an_entry_that_joins_two_published_stories_leaves_the_older_item_in_its_place() {
    for (first, second) in [(0, 1), (1, 0)] {
        let keys = [("agency", ""), ("paper", "priority = 5")];
        let desk = Desk::new(&(sources(&keys) + OUTPUTS));
        let pieces = bridged().map(|(_, piece)| piece);
        publish(&desk, "paper", &[]);
        publish(&desk, "agency", &[pieces[first].clone()]);
        refresh(&desk, &[]);
        let older = shown(&desk, "merged").remove(0).id;
        publish(
            &desk,
            "agency",
            &[pieces[first].clone(), pieces[second].clone()],
        );
        refresh(&desk, &[]);
        let before = shown(&desk, "merged");
        assert_eq!(before.len(), 2, "{before:#?}");
        let younger = before.iter().find(|item| item.id != older);
        let younger = younger.expect("a second item").id.clone();
        publish(&desk, "paper", &[pieces[2].clone()]);
        refresh(&desk, &[]);
        let is_one = |when: &str| {
            let after = shown(&desk, "merged");
            assert_eq!(after.len(), 1, "{when}: {after:#?}");
            assert_eq!(after[0].id, older, "{when}");
            assert_eq!(after[0].source, "paper", "{when}");
            assert!(
                !told(&desk, &["print", "merged"]).contains(&younger),
                "{when}"
            );
        };
        is_one("bridged");
        refresh(&desk, &["--force"]);
        is_one("asked again");
        let daemon = desk.start();
        daemon.until("/merged.json", |answer| answer.status == 200);
        daemon.signal("KILL");
        drop(daemon);
        is_one("after a kill");
        desk.configure(&(sources(&keys) + OUTPUTS + "exclude = [\"nothing of this\"]\n"));
        is_one("replayed");
    }
}

/// Two releases of two sources were one by a note that the one puts under everything.
#[test]
fn what_is_learned_as_boilerplate_applies_backwards() {
    let keys = [("a", ""), ("b", "")];
    let desk = Desk::new(&(sources(&keys) + OUTPUTS));
    let release = |nth: usize| {
        let own = [
            "The pilots of the lower weir have chosen a new speaker, who has served on two boats.",
            "A barn at Oberwies burned down in the night; nobody was hurt, said the fire brigade.",
            "Pears are dear this autumn, for the frost came late and the bees stayed at home.",
            "Forty singers will meet in the depot and bring cushions with them, as they always do.",
            "The school at Sillegg opens again when the stove has been mended by its caretaker.",
        ];
        let titles = [
            "Pilots of the lock choose speaker",
            "Barn burns at Oberwies",
            "Pears are dear",
            "Singers meet",
            "School opens again",
        ];
        let body = format!("<p>{}</p>{LOCK}", own[nth]);
        let time = format!("1{nth}:00");
        piece(&nth.to_string(), &time, titles[nth], &body)
    };
    publish(&desk, "a", &[release(0)]);
    publish(
        &desk,
        "b",
        &[piece("b", "10:30", "Upper lock closes", LOCK)],
    );
    refresh(&desk, &[]);
    assert_eq!(shown(&desk, "merged").len(), 1);
    let mut feed = vec![release(0)];
    for nth in 1..5 {
        feed.insert(0, release(nth));
        publish(&desk, "a", &feed);
        refresh(&desk, &[]);
    }
    let items = shown(&desk, "merged");
    assert_eq!(items.len(), 6, "{items:#?}");
}

#[test]
fn explain_says_what_speaks_for_members_and_against_others() {
    let keys = [("a", ""), ("b", ""), ("c", "")];
    let desk = Desk::new(&(sources(&keys) + OUTPUTS));
    let recounted = LOCK.replace("14 cracks", "17 cracks");
    publish(&desk, "a", &[piece("a", "08:00", TITLE, LOCK)]);
    publish(
        &desk,
        "b",
        &[piece(
            "b",
            "08:30",
            TITLE,
            &LOCK.replace("found", "discovered"),
        )],
    );
    publish(
        &desk,
        "c",
        &[
            piece("c", "09:00", TITLE, &recounted),
            piece("d", "09:00", "Choir", CHOIR),
        ],
    );
    refresh(&desk, &[]);
    let explained: Value =
        serde_json::from_str(&told(&desk, &["explain", "a", "--json"])).expect("JSON");
    let members = explained["story"]["entries"].as_array().expect("entries");
    assert_eq!(members.len(), 2, "{explained:#}");
    let copy = members
        .iter()
        .find(|member| member["source"] == "b")
        .expect("a copy");
    assert_eq!(copy["evidence"][0]["for"], true, "{explained:#}");
    let misses = explained["near_misses"].as_array().expect("near misses");
    assert_eq!(misses.len(), 1, "{explained:#}");
    assert_eq!(misses[0]["source"], "c");
    let against = misses[0]["evidence"].as_array().expect("evidence").iter();
    assert!(
        against.clone().any(|said| said["for"] == false),
        "{explained:#}"
    );
    let text = told(&desk, &["explain", "a"]);
    for words in ["for ", "against ", "alike, but another story"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}
