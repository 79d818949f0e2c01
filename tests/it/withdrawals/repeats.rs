//! What comes after a withdrawal: the same once more, which stays away, and the next release of its kind, which is shown.

use super::configuration;
use crate::support::daemon::Desk;
use crate::support::releases::{
    BRUECKE, CHOIR, LOCK, Piece, piece, publish, refresh, shown, titles, told,
};

const TITLE: &str = "Upper lock at Haldenau closes for repairs";
const OTHER_TITLE: &str = "Barges face weeks of detours";
const CLOSURE: &str = "The Neckar bridge will be closed to all traffic on Monday from 8 pm to 5 am for maintenance work. Drivers are \
    asked to use the signposted detour via the northern ring road. Pedestrians and cyclists may pass at any time. The city thanks all \
    residents for their patience.";
const COUNCIL: &str = "The council meets in the town hall at six in the evening. The agenda is published on the notice board and on the \
    website of the town. The public is welcome to attend and to ask questions.";
const WEATHER: &str =
    "Sunny with light winds from the west. Highs of 21 degrees. The night will be clear and cool.";

/// A desk whose source a has published these, and has had the first withdrawn.
fn desk(withdrawn: &[Piece]) -> Desk {
    let desk = Desk::new(&configuration(""));
    publish(&desk, "a", withdrawn);
    publish(&desk, "b", &[]);
    publish(&desk, "c", &[]);
    refresh(&desk, &[]);
    told(&desk, &["withdraw", &withdrawn[0].guid]);
    desk
}

/// Weeks after the day of [`piece`].
fn weeks_later(piece: Piece) -> Piece {
    Piece {
        published: "2024-04-01T10:00:00Z".to_owned(),
        ..piece
    }
}

/// A text that its publisher brings again is not one that it puts under everything, whatever stands over it.
#[test]
fn a_text_under_another_headline_stays_away() {
    let edited = LOCK.replace("Masters of", "Captains of");
    let again = |guid: &str, title: &str, text: &str| piece(guid, "11:00", title, text);
    let cases = [
        ("verbatim", again("again", OTHER_TITLE, LOCK)),
        ("a word changed", again("again", OTHER_TITLE, &edited)),
        (
            "weeks later",
            weeks_later(again("again", OTHER_TITLE, LOCK)),
        ),
        (
            "a number in its headline alone",
            weeks_later(again("again", "3 barges turned away", LOCK)),
        ),
        ("its own headline", again("again", TITLE, LOCK)),
    ];
    for (when, second) in cases {
        let first = piece("lock", "09:00", TITLE, LOCK);
        let desk = desk(std::slice::from_ref(&first));
        publish(&desk, "a", &[first, second]);
        refresh(&desk, &["a"]);
        assert_eq!(titles(&shown(&desk, "merged")), [""; 0], "{when}");
        // Nor has its coming opened the door to others.
        publish(&desk, "b", &[piece("lock-b", "12:00", TITLE, LOCK)]);
        let third = piece("lock-c", "12:00", "The old lock goes at last", &edited);
        publish(&desk, "c", &[third]);
        refresh(&desk, &[]);
        refresh(&desk, &["--force"]);
        assert_eq!(
            titles(&shown(&desk, "merged")),
            [""; 0],
            "{when}, of others"
        );
    }
}

/// Both were there before, and the publisher was already known to repeat the text.
#[test]
fn a_text_that_was_repeated_before_stays_away() {
    let first = piece("lock", "09:00", TITLE, LOCK);
    let second = piece("lock-2", "11:00", OTHER_TITLE, LOCK);
    let desk = desk(&[first, second]);
    told(&desk, &["withdraw", "lock-2"]);
    publish(&desk, "b", &[piece("lock-b", "12:00", TITLE, LOCK)]);
    publish(
        &desk,
        "c",
        &[piece("lock-c", "12:00", "The old lock goes at last", LOCK)],
    );
    refresh(&desk, &[]);
    assert_eq!(titles(&shown(&desk, "merged")), [""; 0]);
}

/// What a publisher puts under everything makes no other release of its a copy.
#[test]
fn another_release_over_the_same_footer_is_shown() {
    let footer = "<p>The river board looks after forty locks and nine hundred kilometres of towpath on behalf of the towns along the \
        water; it is funded by tolls and answers to an assembly that meets twice a year in a place that the towns take turns to \
        offer.</p><p>Questions are answered by the office between nine and noon on working days, in writing within a week.</p>";
    let under = |guid: &str, title: &str, text: &str| {
        piece(guid, "09:00", title, &format!("<p>{text}</p>{footer}"))
    };
    let before = [
        under("lock", TITLE, "The upper lock closes."),
        under("weir", "Weir repainted", "The weir is green."),
        under("path", "Towpath flooded", "The path is under water."),
    ];
    let desk = desk(&before);
    let next = under("keeper", "Keeper retires", "After thirty years she goes.");
    publish(&desk, "a", &[&before[..], &[next]].concat());
    refresh(&desk, &["a"]);
    let shown = shown(&desk, "merged");
    assert!(
        shown.iter().any(|item| item.title == "Keeper retires"),
        "{shown:?}"
    );
    assert!(shown.iter().all(|item| item.title != TITLE), "{shown:?}");
}

/// One of many entries with one text, of which only the headlines tell anything, and an episode that is told in the words of another.
#[test]
fn another_headline_over_a_standing_text_is_shown() {
    let teaser = "The whole story is for those who have subscribed to the paper; a month costs as little as four cups of coffee.";
    let entry = |guid: &str, title: &str| piece(guid, "09:00", title, teaser);
    let before = [
        entry("lock", TITLE),
        entry("weir", "Weir repainted in green"),
        entry("path", "Towpath flooded again"),
    ];
    let desk = desk(&before);
    let next = entry("keeper", "Keeper of the sluice retires");
    let again = entry("again", TITLE);
    publish(&desk, "a", &[&before[..], &[next, again]].concat());
    let said = refresh(&desk, &["a"]);
    let shown = shown(&desk, "merged");
    assert_eq!(shown.len(), 3, "{said}{shown:?}");
    assert!(shown.iter().all(|item| item.title != TITLE), "{shown:?}");

    // The first of them is withdrawn, before anything tells what stands under everything: from its own source and from another one.
    let first = entry("lock", TITLE);
    let desk = self::desk(std::slice::from_ref(&first));
    let others = [
        entry("keeper", "Keeper of the sluice retires"),
        entry("ducks", "Ducks come back to the canal"),
    ];
    publish(&desk, "a", &[&[first], &others[..]].concat());
    publish(&desk, "b", &[entry("mayor", "Mayor opens a bakery")]);
    let said = refresh(&desk, &[]);
    assert_eq!(self::shown(&desk, "merged").len(), 3, "{said}");

    let episode = |guid: &str, sound: &str| Piece {
        sound: Some(sound.to_owned()),
        ..piece(guid, "09:00", "The evening show", COUNCIL)
    };
    let first = episode("e1", "https://a.example/1.mp3");
    let desk = self::desk(std::slice::from_ref(&first));
    publish(
        &desk,
        "a",
        &[first, episode("e2", "https://a.example/2.mp3")],
    );
    refresh(&desk, &["a"]);
    assert_eq!(titles(&self::shown(&desk, "merged")), ["The evening show"]);
}

/// Weeks later, from the source of what was withdrawn.
#[test]
fn the_next_issue_of_a_series_is_shown() {
    let closure = "Bridge closure this week";
    let wednesday = CLOSURE.replace("Monday", "Wednesday");
    let later = CLOSURE.replace("8 pm", "9 pm");
    let opening = LOCK.split("</p>").next().unwrap_or_default();
    let statement = |place: &str| {
        format!(
            "The Minister expresses her deepest condolences to the people of {place} after the devastating earthquake which struck \
            the country last night. Our thoughts are with the families of the victims and with the rescue workers."
        )
    };
    let (chile, peru) = (statement("Chile"), statement("Peru"));
    let on = "Statement on the earthquake in";
    // Of both: headline and text. The same text is taken for the same notice.
    let cases: &[(&str, [&str; 2], [&str; 2], bool)] = &[
        (
            "another day",
            [closure, CLOSURE],
            [closure, &wednesday],
            true,
        ),
        ("another hour", [closure, CLOSURE], [closure, &later], true),
        (
            "another number",
            ["Weather", WEATHER],
            ["Weather", &WEATHER.replace("21", "22")],
            true,
        ),
        (
            "a day in the headline",
            ["Council meets on Monday", COUNCIL],
            ["Council meets on Tuesday", COUNCIL],
            true,
        ),
        (
            "another place",
            [&format!("{on} Chile"), &chile],
            [&format!("{on} Peru"), &peru],
            true,
        ),
        ("its opening", [TITLE, LOCK], [TITLE, opening], true),
        (
            "the same notice",
            ["Council meets", COUNCIL],
            ["Council meets", COUNCIL],
            false,
        ),
        (
            "the same but for a word",
            [closure, CLOSURE],
            [closure, &CLOSURE.replace("Drivers", "Motorists")],
            false,
        ),
    ];
    for (what, withdrawn, next, is_shown) in cases {
        assert_next(what, *withdrawn, *next, *is_shown);
    }
}

/// Whether what its source brings weeks after a release was withdrawn is shown, or else told to be kept away. Of both: headline and text.
fn assert_next(what: &str, withdrawn: [&str; 2], next: [&str; 2], is_shown: bool) {
    let first = piece("first", "09:00", withdrawn[0], withdrawn[1]);
    let desk = desk(std::slice::from_ref(&first));
    let next = weeks_later(piece("next", "10:00", next[0], next[1]));
    publish(&desk, "a", &[first, next.clone()]);
    let said = refresh(&desk, &["a"]);
    let shown = shown(&desk, "merged");
    let expected: &[&str] = if is_shown { &[&next.title] } else { &[] };
    assert_eq!(titles(&shown), expected, "{what}: {said}");
    let told_away = said.contains("it repeats the withdrawn entry 1; `mainstem split 2` shows it");
    assert_eq!(told_away, !is_shown, "{what}: {said}");
}

/// The operator reads of it where it happened, and can say otherwise.
#[test]
fn what_is_kept_away_is_told_and_can_be_shown() {
    let first = piece("council", "09:00", "Council meets", COUNCIL);
    let choir = piece("choir", "10:00", "Forty singers", CHOIR);
    let bridge = piece("bridge", "10:00", "Brücke gesperrt", BRUECKE);
    let desk = desk(&[first.clone(), choir.clone()]);
    let daemon = desk.start();
    let next = weeks_later(piece("next", "10:00", "Council meets", COUNCIL));
    publish(
        &desk,
        "a",
        &[first.clone(), choir.clone(), next.clone(), bridge],
    );
    daemon.until("/merged.atom", |answer| answer.text().contains("gesperrt"));
    daemon.until_logged(|line| line.to_string().contains("`mainstem split 4` shows it"));
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(shown(&desk, "merged").len(), 2);

    let said = told(&desk, &["split", "4"]);
    assert!(said.contains("entry 4 is not withdrawn any more"), "{said}");
    assert!(titles(&shown(&desk, "merged")).contains(&"Council meets"));
    // An edit does not take it away again.
    let edited = COUNCIL.replace("website of the town", "pages of the town");
    let next = Piece {
        body: edited,
        ..next
    };
    publish(&desk, "a", &[first, choir, next]);
    refresh(&desk, &["a"]);
    assert!(titles(&shown(&desk, "merged")).contains(&"Council meets"));
}

/// Whoever lifts a withdrawal means what repeats it to come, whatever copy was kept away meanwhile.
#[test]
fn a_copy_of_what_is_lifted_keeps_nothing_away() {
    let first = piece("lock", "09:00", TITLE, LOCK);
    let desk = desk(std::slice::from_ref(&first));
    let again = weeks_later(piece("again", "11:00", OTHER_TITLE, LOCK));
    publish(&desk, "a", &[first, again]);
    let said = refresh(&desk, &["a"]);
    assert!(said.contains("is kept away"), "{said}");
    told(&desk, &["split", "lock"]);
    let copy = weeks_later(piece("lock-c", "12:00", OTHER_TITLE, LOCK));
    publish(&desk, "c", &[copy]);
    let said = refresh(&desk, &["c"]);
    assert!(!said.contains("is kept away"), "{said}");
    assert!(!shown(&desk, "merged").is_empty(), "{said}");
}
