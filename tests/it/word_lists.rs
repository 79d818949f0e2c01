//! `[words]`: lists of words that rules share.
//!
//! - They come from the configuration or from a file beside it, and `preview` knows them too.
//! - A slip in a file is told with its line there.

use crate::support::daemon::Desk;
use crate::support::origin::rss;

/// A configuration with two lists of words, one of them in a file with this text.
fn with_lists(cities: &str) -> Desk {
    let desk = Desk::new("");
    desk.write("cities.txt", cities.as_bytes());
    desk.configure(
        "[words]\ncities = { file = \"cities.txt\" }\ntech = [\"C++\", \"#shorts\"]\n\
         [[source]]\nid = \"a\"\npath = \"a.xml\"\nexclude = [\"list:tech\"]\n\
         [[output]]\nid = \"o\"\ninclude = [\"list:cities\", \"harbour\"]\n",
    );
    let entries = [
        ("1", "Genève opens", "one"),
        ("2", "Peace talks end", "two"),
        ("3", "#Bern today", "three"),
        ("4", "Bern today", "four"),
        ("5", "Harbour opens", "five"),
        ("6", "C++ in Geneve", "six"),
    ];
    desk.write("a.xml", &rss(&entries));
    desk
}

/// Lists come from the configuration or from a file beside it, whose comments and blank lines are passed over.
#[test]
fn lists_of_words_are_shared() {
    let desk = with_lists("# Where our readers live\n#\nGeneve\n\n  peace talk*\n#bern\n");
    assert!(desk.run(&["refresh"]).status.success());
    let document = desk.json("o");
    let items = document["items"].as_array().expect("items").iter();
    let mut titles: Vec<&str> = items.filter_map(|item| item["title"].as_str()).collect();
    titles.sort_unstable();
    let kept = [
        "#Bern today",
        "Genève opens",
        "Harbour opens",
        "Peace talks end",
    ];
    assert_eq!(titles, kept);
    let tried = desk.run(&["preview", "o", "--include", "list:tech", "--json"]);
    assert!(tried.status.success());
    let slip = desk.run(&["preview", "o", "--include", "list:nosuch"]);
    assert_eq!(slip.status.code(), Some(2));
}

/// A slip in a file has its line there; a rule with nothing to include would keep everything, so a list is never empty.
#[test]
fn what_is_wrong_in_a_list_has_its_line() {
    let cases = [
        ("Geneve\n\n…\n", "cities.txt:3:1: \"…\" holds no word"),
        (
            "Geneve\nBern\nmi*ion\n",
            "cities.txt:3:1: \"mi*ion\" has a `*`",
        ),
        ("", "is empty"),
        ("# only this\n", "is empty"),
    ];
    for (cities, message) in cases {
        let checked = with_lists(cities).run(&["check"]);
        assert_eq!(checked.status.code(), Some(78), "{cities:?}");
        let said =
            String::from_utf8_lossy(&checked.stdout) + String::from_utf8_lossy(&checked.stderr);
        assert!(said.contains(message), "{cities:?}: {said}");
    }
}
