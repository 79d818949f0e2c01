//! What only looks like a copy stays apart, what is one among it does not.

use std::collections::BTreeMap;

use crate::support::daemon::Desk;
use crate::support::releases::{
    BRUECKE, CHOIR, LOCK, Piece, file_source, piece, publish, refresh, shown,
};

const SOURCES: [&str; 4] = ["a", "b", "c", "d"];

/// Lets these arrive one by one, each at its source; how many items there are in the end.
fn items(arriving: &[(&str, Piece)]) -> Vec<String> {
    let sources = SOURCES.map(|id| file_source(id, "")).concat();
    let desk = Desk::new(&format!("{sources}[[output]]\nid = \"merged\"\n"));
    let mut feeds: BTreeMap<&str, Vec<Piece>> = BTreeMap::new();
    for (source, piece) in arriving {
        let feed = feeds.entry(source).or_default();
        feed.insert(0, piece.clone());
        publish(&desk, source, feed);
        refresh(&desk, &[source]);
    }
    let items = shown(&desk, "merged").into_iter();
    items
        .map(|item| format!("{}: {} {:?}", item.source, item.title, item.copies))
        .collect()
}

fn paragraph(body: &str, nth: usize) -> String {
    let paragraphs: Vec<&str> = body.split_inclusive("</p>").collect();
    paragraphs[nth].to_owned()
}

fn bulletin(language: &str, number: u32, level: u32, flow: u32) -> (String, String) {
    match language {
        "de" => (
            format!("Pegelbericht Nr. {number} des Wegeverbands"),
            format!(
                "<p>Der Pegel am Oberen Wehr steht heute bei {level} Zentimetern, gemessen um sechs Uhr früh am Steg der Fähre. Der Abfluss \
                 beträgt {flow} Kubikmeter in der Sekunde.</p><p>Für Boote ohne Motor gilt weiterhin Vorsicht unterhalb der Schleuse. Der \
                 nächste Bericht erscheint morgen zur gleichen Zeit an dieser Stelle und hängt am Fährhaus aus.</p>"
            ),
        ),
        _ => (
            format!("River bulletin no. {number}"),
            format!(
                "<p>The gauge at the upper weir reads {level} centimetres today, taken at six in the morning from the ferry landing. The flow \
                 is {flow} cubic metres a second.</p><p>Boats without an engine are asked to take care below the lock, as before. The next \
                 bulletin appears tomorrow at the same time in this place and hangs at the ferry house.</p>"
            ),
        ),
    }
}

#[test]
fn issues_of_a_series_are_releases_each_and_their_copies_find_their_own() {
    for language in ["en", "de"] {
        let mut arriving = Vec::new();
        for (nth, (level, flow)) in [(312, 48), (298, 45), (305, 47)].into_iter().enumerate() {
            let number = 40 + u32::try_from(nth).expect("small");
            let (title, body) = bulletin(language, number, level, flow);
            let time = format!("{:02}:00", 6 + nth);
            let own = piece(&format!("own-{nth}"), &time, &title, &body);
            let copied = body.replacen("<p>", "<p>HALDENAU (ABCNS) - ", 1);
            let copy = piece(
                &format!("copy-{nth}"),
                &time,
                &format!("ABCNS: {title}"),
                &copied,
            );
            arriving.push(("a", own));
            arriving.push(("b", copy));
        }
        let items = items(&arriving);
        assert_eq!(items.len(), 3, "{language}: {items:#?}");
    }
}

/// Name, what arrives, and how many releases that is.
type Case<'a> = (&'a str, Vec<(&'a str, Piece)>, usize);

#[test]
#[expect(clippy::too_many_lines, reason = "the cases are a table")]
fn what_differs_in_what_matters_stays_apart() {
    let landing = "https://portal.example/press";
    let quoting =
        |lead: &str, quoted: &str, end: &str| format!("<p>{lead}</p>{quoted}<p>{end}</p>");
    let english = quoting(
        "Boatmen below Haldenau have asked the county court to stop the works on the lock, because nobody had told them how long their \
         barges would lie idle, and because the moorings that were promised to them in spring are still under water and full of drift wood.",
        &paragraph(LOCK, 0),
        "The court will hear both sides on Friday, said its registrar Ilse Morgan, who expects a settlement before the first barge arrives.",
    );
    let german = quoting(
        "Die Fuhrleute von Oberwies haben beim Kreisamt Beschwerde gegen den Wegeverband eingelegt, weil der Umweg ihre Pferde überfordere \
         und niemand mit ihnen über einen zweiten Kahn für schwere Wagen gesprochen habe, der im Schuppen am Ufer seit Jahren bereitliegt.",
        &paragraph(BRUECKE, 0),
        "Der Amtmann will am Freitag beide Seiten anhören und rechnet mit einem Vergleich, noch bevor die erste Fähre abgelegt hat.",
    );
    let round_up = paragraph(LOCK, 0) + &paragraph(CHOIR, 0) + &paragraph(CHOIR, 1);
    let announced = |version: &str| {
        format!(
            "<p>Weirkeeper {version} is out. It opens sluices on a schedule, keeps a log of every level and can be run beside an older one \
             without being told. As ever, the archive has sources and a list of what has changed.</p><p>Thanks to all who measured.</p>"
        )
    };
    let condolence = |name: &str, village: &str, years: u32| {
        format!(
            "<p>{name} of {village} has died aged {years}. The burial takes place on Thursday at the chapel above the village; instead of \
             flowers the family asks for gifts to the ferry fund. A book lies open at the town hall until noon.</p>"
        )
    };
    let cases: Vec<Case<'_>> = vec![
        (
            "one landing page",
            vec![
                (
                    "a",
                    piece("1", "09:00", "Lock closes for repairs", LOCK).linking(landing),
                ),
                (
                    "b",
                    piece("2", "10:00", "Choir sings in the depot", CHOIR).linking(landing),
                ),
                (
                    "c",
                    piece("3", "11:00", "Brücke wird gesperrt", BRUECKE).linking(landing),
                ),
                (
                    "d",
                    piece("4", "12:00", "Press release", "<p>New today.</p>").linking(landing),
                ),
            ],
            4,
        ),
        (
            "one landing page, and a copy under it",
            vec![
                (
                    "a",
                    piece("1", "09:00", "Lock closes for repairs", LOCK).linking(landing),
                ),
                (
                    "b",
                    piece("2", "10:00", "Choir sings in the depot", CHOIR).linking(landing),
                ),
                (
                    "c",
                    piece("3", "11:00", "Lock closes for repairs", LOCK).linking(landing),
                ),
            ],
            2,
        ),
        (
            "a follow-up that quotes",
            vec![
                (
                    "a",
                    piece(
                        "1",
                        "09:00",
                        "Upper lock at Haldenau closes for repairs",
                        LOCK,
                    ),
                ),
                (
                    "b",
                    piece(
                        "2",
                        "15:00",
                        "Boatmen take works at Haldenau to court",
                        &english,
                    ),
                ),
                ("a", piece("3", "16:00", "Boatmen go to court", &english)),
            ],
            2,
        ),
        (
            "Bericht, der zitiert",
            vec![
                (
                    "a",
                    piece(
                        "1",
                        "09:00",
                        "Holzbrücke über die Sille wird gesperrt",
                        BRUECKE,
                    ),
                ),
                (
                    "b",
                    piece(
                        "2",
                        "15:00",
                        "Fuhrleute beschweren sich über Sperrung",
                        &german,
                    ),
                ),
            ],
            2,
        ),
        (
            "a round-up, first or last",
            vec![
                (
                    "c",
                    piece("0", "08:00", "In short: the valley today", &round_up),
                ),
                (
                    "a",
                    piece(
                        "1",
                        "09:00",
                        "Upper lock at Haldenau closes for repairs",
                        LOCK,
                    ),
                ),
                ("b", piece("2", "10:00", "Choir sings in the depot", CHOIR)),
                ("d", piece("3", "18:00", "The day in the valley", &round_up)),
            ],
            // The second round-up has the text of the first.
            3,
        ),
        (
            "a live blog, an entry each time",
            (0..4)
                .map(|nth| {
                    let earlier = [LOCK, CHOIR].concat();
                    let paragraphs: Vec<&str> = earlier.split_inclusive("</p>").collect();
                    let body = paragraphs[3 - nth..].concat();
                    let time = format!("1{nth}:00");
                    (
                        "a",
                        piece(&format!("{nth}"), &time, "Live: the day at the weir", &body),
                    )
                })
                .collect(),
            4,
        ),
        (
            "one headline, other texts",
            vec![
                (
                    "a",
                    piece("1", "09:00", "Morning briefing for the whole valley", LOCK),
                ),
                (
                    "a",
                    piece("2", "10:00", "Morning briefing for the whole valley", CHOIR),
                ),
                (
                    "b",
                    piece(
                        "3",
                        "11:00",
                        "Morning briefing for the whole valley",
                        BRUECKE,
                    ),
                ),
            ],
            3,
        ),
        (
            "version announcements",
            ["4.1.0", "4.2.0", "4.2.1"]
                .iter()
                .zip(["a", "a", "b"])
                .map(|(version, source)| {
                    let title = format!("Weirkeeper {version} released");
                    (source, piece(version, "09:00", &title, &announced(version)))
                })
                .collect(),
            3,
        ),
        (
            "notices that differ in names",
            vec![
                (
                    "a",
                    piece(
                        "1",
                        "09:00",
                        "Death notice",
                        &condolence("Ann Tolley", "Oberwies", 81),
                    ),
                ),
                (
                    "a",
                    piece(
                        "2",
                        "09:10",
                        "Death notice",
                        &condolence("Karl Brandt", "Haldenau", 77),
                    ),
                ),
                (
                    "b",
                    piece(
                        "3",
                        "09:20",
                        "Death notice",
                        &condolence("Maud Ferris", "Sillegg", 90),
                    ),
                ),
            ],
            3,
        ),
        (
            "too short to tell",
            vec![
                (
                    "a",
                    piece("1", "09:00", "Line four", "<p>Delays at the market.</p>"),
                ),
                (
                    "b",
                    piece("2", "09:05", "Line four", "<p>Delays at the bridge.</p>"),
                ),
            ],
            2,
        ),
        (
            "a changed number that nobody calls a correction",
            vec![
                (
                    "a",
                    piece(
                        "1",
                        "09:00",
                        "Upper lock at Haldenau closes for repairs",
                        LOCK,
                    ),
                ),
                (
                    "b",
                    piece(
                        "2",
                        "10:00",
                        "Upper lock at Haldenau closes for repairs",
                        &LOCK.replace("14 cracks", "17 cracks"),
                    ),
                ),
            ],
            2,
        ),
    ];
    for (name, arriving, expected) in cases {
        let items = items(&arriving);
        assert_eq!(items.len(), expected, "{name}: {items:#?}");
    }
}
