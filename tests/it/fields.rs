//! Fields as publishers write them, from the source to the documents: addresses, types of files, people, tags, languages, and what
//! of JSON is a feed.
//!
//! The inputs are those of `tests/corpus/parse`, whose expected files say how each is read; here they are read by the real binary,
//! and looked for in the documents of an output.

use std::path::Path;

use crate::support::daemon::Desk;

/// A file of the corpus, read as the source of an output `o`, and of others besides.
fn desk(input: &str, outputs: &str) -> Desk {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/parse")
        .join(input);
    assert!(path.exists(), "{input}");
    let desk = Desk::new(&format!(
        "[[source]]\nid = \"s\"\npath = {path:?}\nfirst_items = 0\n[[output]]\nid = \"o\"\nduplicates = \"off\"\n{outputs}"
    ));
    let ended = desk.run(&["refresh"]);
    assert!(ended.status.success(), "{input}: {ended:?}");
    desk
}

/// An input, a format, what its document has and what it has not.
const DOCUMENTS: &[(&str, &str, &[&str], &[&str])] = &[
    (
        "links/magnet.xml",
        "json",
        &["\"url\": \"magnet:?xt=urn:btih:0000000000000000000000000000000000000001&dn=one\""],
        &[],
    ),
    (
        "links/magnet.xml",
        "atom",
        &[
            "<link rel=\"alternate\" href=\"magnet:?xt=urn:btih:0000000000000000000000000000000000000001&amp;dn=one\"/>",
            "<link rel=\"enclosure\" href=\"magnet:?",
            "type=\"application/x-bittorrent\"",
        ],
        &["type=\"text/html\" href=\"magnet:"],
    ),
    // RSS 2.0 wants http addresses in enclosures.
    (
        "links/magnet.xml",
        "rss",
        &[
            "<link>magnet:?xt=urn:btih:0000000000000000000000000000000000000001&amp;dn=one</link>",
            "<atom:link rel=\"enclosure\" href=\"magnet:?",
        ],
        &["<enclosure"],
    ),
    (
        "links/tracker-feedburner.xml",
        "rss",
        &["<link>https://site.example/2025/post.html</link>"],
        &["proxy.example"],
    ),
    (
        "links/content-src-before-link.xml",
        "atom",
        &["href=\"https://a.example/one\""],
        &["https://a.example/export"],
    ),
    (
        "enclosures/types-by-ending.xml",
        "rss",
        &[
            "<enclosure url=\"https://cdn.example/a.mp3?x=1\" length=\"9\" type=\"audio/mpeg\"/>",
            "<enclosure url=\"https://cdn.example/b.mp3\" length=\"9\" type=\"audio/mpeg\"/>",
        ],
        &["octet-stream"],
    ),
    (
        "enclosures/types-by-ending.xml",
        "atom",
        &["href=\"https://cdn.example/b.mp3\" type=\"audio/mpeg\""],
        &["octet-stream"],
    ),
    (
        "enclosures/types-by-ending.xml",
        "json",
        &["\"mime_type\": \"audio/mpeg\""],
        &["octet-stream"],
    ),
    (
        "authors/bare-mail-beside-a-name.xml",
        "rss",
        &[
            "<dc:creator>Radio Example</dc:creator>",
            "<dc:creator>Ann Writer</dc:creator>",
        ],
        &["radio@a.example", "desk@a.example"],
    ),
    (
        "authors/atom-without-name.xml",
        "atom",
        &[
            "<name>https://jo.example/about</name>",
            "<uri>https://jo.example/about</uri>",
        ],
        &[],
    ),
    (
        "authors/atom-without-name.xml",
        "json",
        &["\"url\": \"https://jo.example/about\""],
        &["\"name\": \"https://jo.example/about\""],
    ),
    (
        "categories/nested.xml",
        "rss",
        &[
            "<category>One</category>",
            "<category>Two</category>",
            "<category>Arts</category>",
            "<category>Games</category>",
        ],
        &[],
    ),
    (
        "categories/atom-one-term.xml",
        "atom",
        &[
            "<category term=\"x\" label=\"A\"/>",
            "<category term=\"x\" label=\"B\"/>",
            "<category term=\"x\" scheme=\"https://s.example/\" label=\"A\"/>",
        ],
        &[],
    ),
    (
        "languages/underscore.xml",
        "json",
        &["\"language\": \"en-US\""],
        &["en_"],
    ),
    ("json/author-string.json", "atom", &["<name>pg</name>"], &[]),
];

#[test]
fn documents_carry_what_was_read() {
    let mut wrong = Vec::new();
    for (input, format, has, has_not) in DOCUMENTS {
        let printed = desk(input, "").run(&["print", "o", "--format", format]);
        let text = String::from_utf8(printed.stdout).expect("UTF-8");
        let missing = has.iter().filter(|part| !text.contains(**part));
        wrong.extend(missing.map(|part| format!("{input} as {format} has no {part}")));
        let present = has_not.iter().filter(|part| text.contains(**part));
        wrong.extend(present.map(|part| format!("{input} as {format} has {part}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Conditions on an entry whose feed says `en_US`, and whether it is shown. Those of before, written for `en_us`, stay true.
const LANGUAGES: &[(&str, bool)] = &[
    ("language == 'en-US'", true),
    ("language == 'en-us'", true),
    ("'EN_us' == language", true),
    ("language == 'en_us'", true),
    ("language != 'en-US'", false),
    ("language == 'en'", false),
    ("language == 'de-US'", false),
    ("language in ['de', 'en-US']", true),
    ("language in ['de', 'en-GB']", false),
    ("language.startsWith('EN')", true),
    ("language.startsWith('en_U')", true),
    ("language.endsWith('-US')", true),
    ("language.contains('GB')", false),
    ("language.matches('^en-US$')", true),
    ("language.matches('^de')", false),
    ("!(language == 'en-US') || title == '2'", false),
    ("['en-us', 'de'].exists(one, one == language)", true),
    ("title == 'EN-US' || language == ''", false),
];

#[test]
fn rules_compare_languages_without_regard_to_case() {
    let outputs: String = LANGUAGES
        .iter()
        .enumerate()
        .map(|(nth, (condition, _))| {
            format!("[[output]]\nid = \"o{nth}\"\nwhere = \"{condition}\"\n")
        })
        .collect();
    let desk = desk("languages/underscore.xml", &outputs);
    for (nth, (condition, shown)) in LANGUAGES.iter().enumerate() {
        let document = desk.json(&format!("o{nth}"));
        let count = document["items"].as_array().expect("items").len();
        assert_eq!(count, usize::from(*shown), "{condition}");
    }
}

/// A file of the corpus, the exit code of `parse`, and what it says.
const JSON: &[(&str, i32, &str)] = &[
    ("json/no-items.json", 0, "\"title\": \"Quiet\""),
    ("json/trailing-comma.json", 0, "commas with nothing behind"),
    ("json/author-string.json", 0, "\"name\": \"pg\""),
    ("json/no-version-contents.json", 0, "\"title\": \"two\""),
    ("json/answer-of-an-api.json", 65, "nothing in `items`"),
    ("json/answer-empty.json", 65, "nothing in `items`"),
    ("json/single-quotes.json", 65, "cannot be read"),
];

#[test]
fn json_is_a_feed_where_something_says_so() {
    let desk = Desk::new("");
    for (input, code, says) in JSON {
        let path = format!("{}/tests/corpus/parse/{input}", env!("CARGO_MANIFEST_DIR"));
        let ended = desk.run(&["parse", &path]);
        let (out, err) = (
            String::from_utf8_lossy(&ended.stdout),
            String::from_utf8_lossy(&ended.stderr),
        );
        assert_eq!(ended.status.code(), Some(*code), "{input}: {err}");
        assert!(format!("{out}{err}").contains(says), "{input}: {out}{err}");
    }
}
