//! What a running daemon puts together of pieces that it wrote before is what another process writes anew.

use crate::support::daemon::{Daemon, Desk};

const CONFIGURATION: &str = "[[source]]\nid = \"a\"\npath = \"a.xml\"\npriority = 2\nfirst_items = 0\n\
    [[source]]\nid = \"b\"\npath = \"b.xml\"\nfirst_items = 0\n\
    [[output]]\nid = \"merged\"\nalso_in = true\n\
    [[output]]\nid = \"short\"\ncontent = \"summary\"\ntitle_format = \"{source}: {title}\"\nmax_entries = 2\n\
    [[output]]\nid = \"alone\"\nsources = [\"a\"]\nalso_in = true\n\
    [[output]]\nid = \"all\"\nduplicates = \"off\"\n";

const HARBOUR: &str = "The harbour office will close its eastern gate for the whole of March while the rails beneath it are being renewed by night";
const CHOIR: &str = "A choir of forty from the upper valley sings in the old tram depot on Sunday and asks its listeners to bring a cushion each";
const BRIDGE: &str = "The bridge over the mill stream is open again for cyclists after two winters of work on its piers and railings";

/// Source, the feed's title and date, entries as GUID, title, text: what is read, one after the other.
type Step<'a> = (&'a str, &'a str, &'a str, &'a [(&'a str, &'a str, &'a str)]);

const STEPS: &[Step<'_>] = &[
    ("a", "Agency", "01", &[("1", "Harbour", HARBOUR)]),
    // A copy, and another entry.
    (
        "b",
        "Bulletin",
        "02",
        &[("9", "Gate", HARBOUR), ("8", "Choir", CHOIR)],
    ),
    // The feed has another title; the date that it gives itself moves.
    (
        "b",
        "The Bulletin",
        "03",
        &[
            ("9", "Gate", HARBOUR),
            ("8", "Choir", CHOIR),
            ("7", "Bridge", BRIDGE),
        ],
    ),
    // An edit.
    ("a", "Agency", "04", &[("1", "Harbour gate", HARBOUR)]),
    (
        "a",
        "Agency, Ltd.",
        "05",
        &[("1", "Harbour gate", HARBOUR), ("2", "Bridge", BRIDGE)],
    ),
];

fn atom(title: &str, day: &str, entries: &[(&str, &str, &str)]) -> Vec<u8> {
    let entry = |(guid, title, text): &(&str, &str, &str)| {
        format!(
            "<entry><id>tag:ex.example,2020:{guid}</id><title>{title}</title><updated>2026-03-01T00:00:00Z</updated>\
             <link href=\"http://ex.example/{guid}\"/><content>{text}</content></entry>"
        )
    };
    let entries: String = entries.iter().map(entry).collect();
    format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>tag:ex.example,2020:f</id><title>{title}</title>\
         <updated>2026-03-{day}T00:00:00Z</updated>{entries}</feed>"
    )
    .into_bytes()
}

fn printed(desk: &Desk, output: &str, format: &str) -> String {
    let printed = desk.run(&["print", output, "--format", format]);
    assert!(printed.status.success());
    String::from_utf8(printed.stdout).expect("UTF-8")
}

fn served(daemon: &Daemon, output: &str, format: &str) -> String {
    daemon
        .ask("GET", &format!("/{output}.{format}"), &[])
        .text()
}

#[test]
fn documents_of_pieces_are_those_written_anew() {
    let desk = Desk::new(CONFIGURATION);
    desk.write("a.xml", &atom("Agency", "01", &[]));
    desk.write("b.xml", &atom("Bulletin", "01", &[]));
    assert!(desk.run(&["refresh"]).status.success());
    let daemon = desk.start();
    for (source, title, day, entries) in STEPS {
        let before = served(&daemon, "all", "atom");
        desk.write(&format!("{source}.xml"), &atom(title, day, entries));
        assert!(desk.run(&["refresh", source]).status.success());
        daemon.until("/all.atom", |answer| answer.text() != before);
        for output in ["merged", "short", "alone", "all"] {
            for format in ["atom", "rss", "json"] {
                let expected = printed(&desk, output, format);
                let path = format!("/{output}.{format}");
                daemon.until(&path, |answer| answer.text() == expected);
            }
        }
    }
    // An entry keeps the date that its feed had when it came.
    let choir = printed(&desk, "all", "atom");
    let choir = choir
        .split("<entry>")
        .find(|entry| entry.contains("tram depot"));
    assert!(
        choir
            .expect("it is there")
            .contains("<updated>2026-03-02T00:00:00Z</updated>")
    );
}
