//! What a sketch says of an entry is what its text would say.

use mainstem::dedupe::{Profile, Sameness, Sifted, Sketch, Sketched, compare, read, url_hash};
use mainstem::model::{Entry, SourceId, Timestamp};

use crate::support::cases::cases;

/// Words of which texts are made, numbers and months among them.
const WORDS: usize = 4_000;

/// A sequence of numbers that is always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = mainstem::text::mix(self.0.wrapping_add(0x9E37_79B9_7F4A_7C15));
        usize::try_from(self.0 % u64::try_from(end).expect("small")).expect("small")
    }

    fn words(&mut self, count: usize) -> Vec<String> {
        let word = |nth: usize| match nth % 29 {
            0 => (nth % 900).to_string(),
            1 => ["march", "april", "juli"][nth % 3].to_owned(),
            _ => lettered(nth),
        };
        (0..count).map(|_| word(self.below(WORDS))).collect()
    }
}

/// A number written in letters, so that it is no number.
fn lettered(number: usize) -> String {
    let digits = number.to_string();
    let letters = digits.bytes().map(|digit| char::from(digit - b'0' + b'k'));
    letters.collect()
}

fn profile(source: &str, minutes: Option<usize>, title: &str, text: &str) -> Profile {
    let entry = Entry {
        url: format!("https://{source}.example/{}", title.len())
            .parse()
            .ok(),
        title: title.to_owned(),
        text: text.to_owned(),
        published: minutes.map(at),
        ..Entry::default()
    };
    let url = entry.url.as_ref().and_then(url_hash);
    let words = read(&entry.title, &entry.text, None).ready().prepare(0);
    Profile::new(SourceId::new(source).expect("an id"), &entry, url, words)
}

fn at(minutes: usize) -> Timestamp {
    crate::store_contract::at(i64::try_from(minutes).expect("small"))
}

fn sketched(profile: &Profile) -> Option<Sketched> {
    let bytes = Sketch::of(&profile.text)?.written();
    Some(Sketched {
        source: profile.source.clone(),
        link: None,
        published: profile.published,
        sketch: Sketch::read(&bytes).expect("as it was written"),
    })
}

/// Compares all of them with each other, both ways. Returns how many pairs are unlike, and of how many of those the sketch said so.
fn assert_told_rightly(profiles: &[Profile]) -> (usize, usize) {
    let (mut unlike, mut told) = (0, 0);
    let sketches: Vec<Option<Sketched>> = profiles.iter().map(sketched).collect();
    for (nth, one) in profiles.iter().enumerate() {
        let sifted = Sifted::new(one);
        for (mth, other) in profiles.iter().enumerate().filter(|(mth, _)| *mth != nth) {
            let compared = compare(one, other);
            let by_sketch = sketches[mth].as_ref().and_then(|other| sifted.told(other));
            unlike += usize::from(compared.sameness == Sameness::Unlike);
            let Some(by_sketch) = by_sketch else {
                continue;
            };
            assert_eq!(
                by_sketch.sameness, compared.sameness,
                "{one:#?}\n{other:#?}"
            );
            match by_sketch.sameness {
                Sameness::Unlike => told += 1,
                _ => assert_eq!(by_sketch, compared, "what is stored of it"),
            }
        }
    }
    (unlike, told)
}

/// Texts that share anything from nothing to all, in one piece or in many.
fn alike(dice: &mut Dice, words: usize) -> Vec<Profile> {
    let (title, text) = (dice.words(7), dice.words(words));
    let mut profiles = Vec::new();
    for nth in 0..24 {
        let kept = dice.below(21) * 5;
        let piece = [1, 15, 60, 200][dice.below(4)];
        let length = words * [25, 60, 100, 100][dice.below(4)] / 100;
        let mut own = text[..length].to_vec();
        for piece in own.chunks_mut(piece) {
            if dice.below(100) >= kept {
                let other = dice.words(piece.len());
                piece.clone_from_slice(&other);
            }
        }
        let title = match dice.below(3) {
            0 => title.clone(),
            _ => dice.words(7),
        };
        let minutes = (nth % 5 != 0).then(|| dice.below(4 * 24 * 60));
        let source = format!("s{}", dice.below(12));
        let title = title.join(" ");
        profiles.push(profile(&source, minutes, &title, &own.join(" ")));
    }
    profiles
}

#[test]
fn a_sketch_says_what_the_text_says() {
    let mut dice = Dice(7);
    let (mut unlike, mut told) = (0, 0);
    for words in [0, 5, 30, 59, 61, 90, 230, 230, 400, 400, 900, 3_000] {
        for _ in 0..3 {
            let found = assert_told_rightly(&alike(&mut dice, words));
            (unlike, told) = (unlike + found.0, told + found.1);
        }
    }
    assert!(told * 2 > unlike, "it says something: {told} of {unlike}");
}

#[test]
fn a_sketch_says_what_the_text_says_of_written_texts() {
    let mut profiles = Vec::new();
    for (name, text) in cases("dedupe") {
        let case: toml::Value = toml::from_str(&text).expect("a case");
        for entry in case["entry"].as_array().expect("entries") {
            let told = |key: &str| entry.get(key).and_then(toml::Value::as_str);
            let hours = entry
                .get("hours")
                .and_then(|hours| hours.as_integer().map(|hours| hours.unsigned_abs() * 60));
            let minutes = hours.map(|minutes| usize::try_from(minutes).expect("small"));
            let source = told("source").unwrap_or(&name);
            let (title, text) = (told("title"), told("text"));
            profiles.push(profile(
                source,
                minutes,
                title.unwrap_or_default(),
                text.unwrap_or_default(),
            ));
        }
    }
    let (unlike, told) = assert_told_rightly(&profiles);
    assert!(told * 10 > unlike * 6, "{told} of {unlike}");
}

#[test]
fn a_sketch_that_is_damaged_or_of_another_version_is_none() {
    let profile = profile(
        "a",
        None,
        "Lock 12 closes in March",
        &Dice(3).words(300).join(" "),
    );
    let bytes = Sketch::of(&profile.text).expect("few numbers").written();
    assert!(bytes.len() < 350, "{}", bytes.len());
    assert!(Sketch::read(&bytes).is_some());
    for end in 0..bytes.len() {
        assert_eq!(Sketch::read(&bytes[..end]), None, "{end}");
    }
    let mut other = bytes;
    other[0] ^= 1;
    assert_eq!(Sketch::read(&other), None);
}
