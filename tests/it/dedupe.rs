//! What counts as the same release, by the exact layers.

use mainstem::dedupe::{Prepared, Profile, Sameness, compare, read, settle_document};
use mainstem::model::{Entry, Hash, Incoming, Layer, SourceId, Timestamp};

const LONG: &str = "The commission of the lake towns said on Tuesday that the lower gates would stay open through all of the winter months, \
    because the water had not stood as high since the great flood and no one wished to close them before the spring had come to the hills";

fn now() -> Timestamp {
    "2026-03-02T10:00:00Z".parse().expect("a moment")
}

fn entry(guid: &str, url: &str, title: &str, text: &str) -> Entry {
    Entry {
        guid: Some(guid.to_owned()),
        url: url.parse().ok(),
        title: title.to_owned(),
        text: text.to_owned(),
        ..Entry::default()
    }
}

fn one(entry: Entry) -> Incoming {
    settle_document(vec![entry], now()).entries.remove(0)
}

fn url_hash(url: &str) -> Option<Hash> {
    one(entry("g", url, "t", "x")).fingerprint.url
}

#[test]
fn urls_that_mean_one_page_are_one() {
    let same = [
        ("http://news.example/a", "https://news.example/a"),
        ("https://www.news.example/a", "https://news.example/a"),
        ("https://m.news.example/a", "https://news.example/a"),
        ("https://news.example/a/", "https://news.example/a"),
        ("https://news.example/a#top", "https://news.example/a"),
        (
            "https://news.example/a?utm_source=x&utm_medium=y",
            "https://news.example/a",
        ),
        ("https://news.example/a?fbclid=1", "https://news.example/a"),
        (
            "https://news.example/a?b=2&a=1",
            "https://news.example/a?a=1&b=2",
        ),
        ("https://NEWS.example:443/a", "https://news.example/a"),
        ("https://news.example/a/amp/", "https://news.example/a"),
    ];
    for (left, right) in same {
        assert_eq!(url_hash(left), url_hash(right), "{left} {right}");
    }
    let other = [
        ("https://news.example/a", "https://news.example/b"),
        ("https://news.example/a?id=1", "https://news.example/a?id=2"),
        ("https://news.example/A", "https://news.example/a"),
        ("https://news.example/a", "https://news.example.org/a"),
        ("https://de.news.example/a", "https://en.news.example/a"),
    ];
    for (left, right) in other {
        assert_ne!(url_hash(left), url_hash(right), "{left} {right}");
    }
}

#[test]
fn the_text_decides_by_its_words() {
    let content = |text: &str| prepared(&entry("g", "", "t", text)).content;
    assert_eq!(
        content(LONG),
        content(&LONG.replace(' ', "\u{a0} ").to_uppercase())
    );
    assert_ne!(content(LONG), content(&LONG.replace("lower", "upper")));
    assert_eq!(
        content("Only eleven words stand here and that is too few indeed"),
        None
    );
}

#[test]
fn a_place_is_never_in_the_future_nor_before_feeds() {
    let place = |date: &str| {
        one(Entry {
            published: date.parse().ok(),
            ..entry("g", "", "t", "")
        })
        .ordered_at
    };
    assert_eq!(
        place("2026-01-01T00:00:00Z"),
        "2026-01-01T00:00:00Z"
            .parse::<Timestamp>()
            .expect("a moment")
    );
    assert_eq!(place("2036-01-01T00:00:00Z"), now());
    assert_eq!(place("1970-01-01T00:00:00Z"), now());
}

fn prepared(of: &Entry) -> Prepared {
    read(&of.title, &of.text, of.dateline.as_deref()).prepare(0)
}

fn profile(source: &str, of: &Entry) -> Profile {
    Profile {
        source: SourceId::new(source).expect("an id"),
        publisher: None,
        url: one(of.clone()).fingerprint.url,
        published: of.published,
        enclosures: Vec::new(),
        text: prepared(of),
    }
}

/// Name, the incoming entry and its source, the stored entry of source `a`, what is decided.
type Case<'a> = (&'a str, Entry, &'a str, Entry, Option<Layer>);

#[test]
#[expect(clippy::too_many_lines, reason = "the cases are a table")]
fn each_layer_joins_what_it_should_and_nothing_else() {
    let page = "https://news.example/gates";
    let release = entry("1", page, "Gates stay open", LONG);
    let notice = "Service is interrupted on line four today between the river and the old market";
    let joined = Some;
    let cases: [Case<'_>; 8] = [
        (
            "same URL, same text",
            entry(
                "9",
                "http://www.news.example/gates?utm_source=x",
                "Gates stay open",
                LONG,
            ),
            "b",
            release.clone(),
            joined(Layer::Url),
        ),
        (
            "same text elsewhere",
            entry(
                "9",
                "https://other.example/1",
                "ABCNS: Gates stay open",
                LONG,
            ),
            "b",
            release.clone(),
            joined(Layer::Content),
        ),
        (
            "another text elsewhere",
            entry(
                "9",
                "https://other.example/1",
                "Gates stay open",
                "Nothing like it",
            ),
            "b",
            release.clone(),
            None,
        ),
        (
            "landing page",
            entry(
                "9",
                page,
                "Weather for the week",
                "Rain is expected from Thursday on, with snow above nine hundred metres",
            ),
            "b",
            release.clone(),
            None,
        ),
        (
            "same source, same text and headline",
            entry("9", "https://news.example/again", "Gates stay open", LONG),
            "a",
            release.clone(),
            joined(Layer::Content),
        ),
        (
            "same source, boilerplate",
            entry("9", "https://news.example/x", "Bridge closes", LONG),
            "a",
            release.clone(),
            None,
        ),
        (
            "short notice, other headline",
            entry("9", "https://other.example/1", "Tuesday", notice),
            "b",
            entry("1", "https://a.example/1", "Monday", notice),
            None,
        ),
        (
            "short notice, same headline",
            entry("9", "https://other.example/1", "Line four", notice),
            "b",
            entry("1", "https://a.example/1", "Line four", notice),
            joined(Layer::Content),
        ),
    ];
    for (name, incoming, source, stored, expected) in cases {
        let (one, other) = (profile(source, &incoming), profile("a", &stored));
        let found = compare(&one, &other);
        assert_eq!(found, compare(&other, &one), "{name}");
        let layer = (found.sameness == Sameness::Same).then_some(found.layer);
        assert_eq!(layer, expected, "{name}");
    }
}
