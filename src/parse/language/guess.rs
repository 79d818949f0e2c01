//! whatlang's guess, an order of magnitude faster.
//!
//! whatlang looks up every trigram of every language in the text; here every trigram of the text is looked up once, in all
//! languages. The numbers and the order of floating-point operations are its own, so that the guesses are: a law holds the
//! two together. Scripts of one language, and of few, are left to it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

use whatlang::{Lang, Script, detect, detect_script};

use crate::text::mix;

/// Script, language, alphabet and trigrams, parted by tabs.
const PROFILES: &str = include_str!("profiles.txt");
/// Trigrams of a language.
const RANKS: usize = 300;
/// Trigrams of a text that are looked at, most common first.
const MOST: usize = 2 * RANKS;
/// Above, a guess is reliable.
const CONFIDENT: f64 = 0.9;

static LATIN: LazyLock<Profiles> = LazyLock::new(|| Profiles::of("Latin"));
static CYRILLIC: LazyLock<Profiles> = LazyLock::new(|| Profiles::of("Cyrillic"));

/// The language that a text is most likely written in; `None`: another is almost as likely.
pub(super) fn guess(text: &str) -> Option<Lang> {
    match detect_script(text)? {
        Script::Latin => LATIN.guess(text),
        Script::Cyrillic => CYRILLIC.guess(text),
        _ => detect(text)
            .filter(whatlang::Info::is_reliable)
            .map(|info| info.lang()),
    }
}

/// The languages of one script.
struct Profiles {
    languages: Vec<Lang>,
    /// Languages whose alphabet has the letter, a bit each.
    letters: HashMap<char, u64, BuildHasherDefault<Mixed>>,
    /// Languages that have the trigram, and which of theirs it is.
    trigrams: HashMap<u64, Vec<(u8, u16)>, BuildHasherDefault<Mixed>>,
}

impl Profiles {
    fn of(script: &str) -> Self {
        let mut profiles = Self {
            languages: Vec::new(),
            letters: HashMap::default(),
            trigrams: HashMap::default(),
        };
        for line in PROFILES.lines() {
            let mut fields = line.split('\t');
            let (of, code) = (fields.next(), fields.next().and_then(Lang::from_code));
            let (Some(language), true) = (code, of == Some(script)) else {
                continue;
            };
            let nth = profiles.languages.len();
            profiles.languages.push(language);
            for letter in fields.next().unwrap_or_default().chars() {
                *profiles.letters.entry(letter).or_default() |= 1 << nth;
            }
            let chars: Vec<char> = fields.next().unwrap_or_default().chars().collect();
            let (trigrams, _) = chars.as_chunks::<3>();
            for (trigram, rank) in trigrams.iter().zip(0_u16..) {
                let having = profiles.trigrams.entry(packed(*trigram)).or_default();
                having.extend(u8::try_from(nth).ok().map(|nth| (nth, rank)));
            }
        }
        profiles
    }

    fn guess(&self, text: &str) -> Option<Lang> {
        let lower = text.to_lowercase();
        let (letters, by_alphabet) = self.by_alphabet(&lower);
        let (trigrams, by_trigrams) = self.by_trigrams(&lower);
        let weight = (-(letters as f64 / 300.0) + 2.0 / 3.0).clamp(1.0 / 3.0, 2.0 / 3.0);
        let scores = by_alphabet.iter().zip(&by_trigrams);
        let scores =
            scores.map(|(alphabet, trigrams)| alphabet * weight + trigrams * (1.0 - weight));
        let (mut first, mut second) = ((0, 0.0), 0.0);
        for (nth, score) in scores.enumerate() {
            if score > first.1 {
                (first, second) = ((nth, score), first.1);
            } else if score > second {
                second = score;
            }
        }
        let is_reliable = confidence(first.1, second, trigrams) > CONFIDENT;
        self.languages.get(first.0).copied().filter(|_| is_reliable)
    }

    /// The letters of a text, and which share of them, less the share of others, each alphabet has.
    fn by_alphabet(&self, lower: &str) -> (usize, Vec<f64>) {
        let mut counts: HashMap<char, usize, BuildHasherDefault<Mixed>> = HashMap::default();
        let mut all = 0;
        for c in lower.chars().filter(|c| !is_stop(*c)) {
            *counts.entry(c).or_default() += 1;
            all += 1;
        }
        let mut known = vec![0; self.languages.len()];
        for (c, count) in counts {
            let mut having = self.letters.get(&c).copied().unwrap_or_default();
            while having != 0 {
                known[having.trailing_zeros() as usize] += count;
                having &= having - 1;
            }
        }
        let share = |known: usize| (2 * known).saturating_sub(all) as f64 / all as f64;
        (all, known.into_iter().map(share).collect())
    }

    /// How many trigrams a text has, and how near to the order of each language their order is.
    fn by_trigrams(&self, lower: &str) -> (usize, Vec<f64>) {
        let ranked = ranked(lower);
        let mut near = vec![0; self.languages.len()];
        for (rank, trigram) in ranked.iter().enumerate() {
            for (nth, of) in self.trigrams.get(trigram).into_iter().flatten() {
                near[usize::from(*nth)] += RANKS as i64 - (rank as i64 - i64::from(*of)).abs();
            }
        }
        let (ranks, count) = (RANKS as i64, ranked.len() as i64);
        let most = count * ranks;
        let score = |near: i64| {
            let distance = ranks * ranks - near - (ranks - count).max(0) * ranks;
            (most - distance.clamp(0, ranks * ranks)) as f64 / most as f64
        };
        (ranked.len(), near.into_iter().map(score).collect())
    }
}

/// The trigrams of a text, the most common first, of those the last in order.
fn ranked(lower: &str) -> Vec<u64> {
    let mut all = Vec::with_capacity(lower.len());
    let (mut one, mut two) = (' ', None);
    let chars = lower.chars().map(|c| if is_stop(c) { ' ' } else { c });
    for three in chars.chain([' ']) {
        let Some(middle) = two.replace(three) else {
            continue;
        };
        if middle != ' ' || (one != ' ' && three != ' ') {
            all.push(packed([one, middle, three]));
        }
        one = middle;
    }
    all.sort_unstable();
    let mut counted: Vec<(usize, u64)> = all
        .chunk_by(|one, other| one == other)
        .map(|alike| (alike.len(), alike[0]))
        .collect();
    counted.sort_unstable_by(|one, other| other.cmp(one));
    counted.truncate(MOST);
    counted.into_iter().map(|(_, trigram)| trigram).collect()
}

/// In the order of its characters.
fn packed([one, two, three]: [char; 3]) -> u64 {
    u64::from(one) << 42 | u64::from(two) << 21 | u64::from(three)
}

/// Space, punctuation and digits of ASCII.
fn is_stop(c: char) -> bool {
    c.is_ascii() && !c.is_ascii_alphabetic() && c != '\u{7F}'
}

/// By how much the best beats the second, of what a text of this length asks for.
fn confidence(first: f64, second: f64, count: usize) -> f64 {
    if first == 0.0 {
        return 0.0;
    }
    if second == 0.0 {
        return first;
    }
    let wanted = (3.0 / count as f64) + 0.015;
    let rate = (first - second) / second;
    if rate > wanted { 1.0 } else { rate / wanted }
}

/// Hashes one number.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = mix(self.0 ^ number);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop};
    use proptest::test_runner::{Config, TestRunner};
    use whatlang::{Info, Lang, detect};

    use super::{PROFILES, guess};

    type Languages = (prop::sample::Index, prop::sample::Index);
    type Parts = Vec<(bool, u8, u16)>;

    /// Texts put together from the trigrams of one or two languages, with what else stands in texts.
    #[test]
    fn it_is_whatlangs_guess() {
        let profiles: Vec<Vec<char>> = PROFILES
            .lines()
            .filter_map(|line| Some(line.split('\t').nth(3)?.chars().collect()))
            .collect();
        let others = [
            ", ",
            "2026",
            "É",
            "ß",
            "日本",
            "ﬁ",
            "İ",
            "\u{7F}",
            "\u{80}",
            "[x] ",
            "עברית",
        ];
        let parts = prop::collection::vec((any::<bool>(), any::<u8>(), any::<u16>()), 0..200);
        let languages = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
        let told = std::cell::Cell::new(0);
        let law = |((one, two), parts): (Languages, Parts)| {
            let (one, two) = (one.get(&profiles), two.get(&profiles));
            let mut text = String::new();
            for (of_second, kind, nth) in parts {
                let profile = if of_second && kind % 4 == 0 { two } else { one };
                // The most common ones more often.
                let nth = usize::from(nth) % 300 * usize::from(kind) / 256;
                match kind {
                    250.. => text.push_str(others[nth % others.len()]),
                    _ => text.extend(&profile[3 * nth..3 * nth + 3]),
                }
            }
            let expected: Option<Lang> = detect(&text)
                .filter(Info::is_reliable)
                .map(|info| info.lang());
            told.set(told.get() + u32::from(expected.is_some()));
            assert_eq!(guess(&text), expected, "{text:?}");
            Ok(())
        };
        let config = Config {
            cases: 2000,
            failure_persistence: None,
            ..Config::default()
        };
        let mut runner = TestRunner::new(config);
        runner.run(&(languages, parts), law).expect("the law holds");
        assert!(told.get() > 500, "{} told", told.get());
    }
}
