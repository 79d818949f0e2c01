//! Laws of parsing, held on the corpus with bytes flipped, dropped, doubled, moved and cut off:
//!
//! - it never panics, whatever the bytes are;
//! - the same bytes give the same feed;
//! - no entry has a link that is not http or https.

use std::path::{Path, PathBuf};

use mainstem::model::Feed;
use mainstem::parse::{Input, ParseError, parse};
use proptest::prelude::{Strategy, any, prop};
use proptest::test_runner::{Config, TestRunner};
use url::Url;

/// Inputs a run: a few seconds.
const CASES: u32 = 1500;

fn documents(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("the corpus is there") {
        let path = entry.expect("readable").path();
        let name = path.to_string_lossy().into_owned();
        if path.is_dir() {
            documents(&path, found);
        } else if !name.ends_with(".expected.json") && !name.ends_with(".http") {
            found.push(path);
        }
    }
}

/// What is done to a document; places are shares of its length.
#[derive(Debug, Clone)]
enum Change {
    Flip(u16, u8),
    Drop(u16, u16),
    Double(u16, u16),
    Cut(u16),
    Insert(u16, &'static str),
}

fn place(share: u16, length: usize) -> usize {
    length * usize::from(share) / (usize::from(u16::MAX) + 1)
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        if length == 0 {
            return;
        }
        match *self {
            Self::Flip(at, bits) => bytes[place(at, length)] ^= bits,
            Self::Drop(at, many) => {
                let at = place(at, length);
                let end = (at + usize::from(many) % 40).min(length);
                bytes.drain(at..end);
            }
            Self::Double(at, many) => {
                let at = place(at, length);
                let end = (at + usize::from(many) % 200).min(length);
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            Self::Cut(at) => bytes.truncate(place(at, length)),
            Self::Insert(at, text) => {
                let at = place(at, length);
                bytes.splice(at..at, text.bytes());
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let pieces = [
        "<",
        ">",
        "&",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "\"",
        "'",
        "</item>",
        "<item>",
        "</",
        "/>",
        "<a href=\"",
        "&#0;",
        "&#xD800;",
        "\u{FEFF}",
        "\u{FFFF}",
        "xmlns=\"\"",
        "<entry>",
        "<title>",
    ];
    (any::<u8>(), any::<u16>(), any::<u16>()).prop_map(move |(kind, at, many)| {
        let [_, low] = many.to_be_bytes();
        match kind % 6 {
            0 => Change::Flip(at, low | 1),
            1 => Change::Drop(at, many),
            2 => Change::Double(at, many),
            3 if kind < 40 => Change::Cut(at),
            _ => Change::Insert(at, pieces[usize::from(low) % pieces.len()]),
        }
    })
}

fn read(bytes: &[u8], base: &Url) -> Result<Feed, ParseError> {
    parse(Input {
        bytes,
        content_type: None,
        base: Some(base),
    })
}

#[test]
fn parsing_never_panics_and_is_the_same_each_time() {
    let mut found = Vec::new();
    documents(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/parse"),
        &mut found,
    );
    found.sort();
    let documents: Vec<Vec<u8>> = found
        .iter()
        .map(|path| std::fs::read(path).expect("readable"))
        .collect();
    let base = Url::parse("https://host.example/dir/feed.xml").expect("a URL");
    let changed = (
        any::<prop::sample::Index>(),
        prop::collection::vec(change(), 1..6),
    );
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    });
    let law = |(which, changes): (prop::sample::Index, Vec<Change>)| {
        let mut bytes = which.get(&documents).clone();
        changes.iter().for_each(|change| change.apply(&mut bytes));
        let first = read(&bytes, &base);
        let panicked = matches!(&first, Err(error) if error.class.as_str() == "panic");
        assert!(!panicked, "{}", String::from_utf8_lossy(&bytes));
        assert_eq!(first, read(&bytes, &base));
        for url in first
            .iter()
            .flat_map(|feed| &feed.entries)
            .filter_map(|entry| entry.url.as_ref())
        {
            assert!(matches!(url.scheme(), "http" | "https"), "{url}");
        }
        Ok(())
    };
    runner.run(&changed, law).expect("the law holds");
}
