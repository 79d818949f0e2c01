//! Words of folded text.

/// The words of a folded text, joined by single spaces in one buffer.
///
/// A word is a run of letters and digits; in scripts that do not part words (Han, kana, Thai, Lao, Khmer, Myanmar)
/// every character is one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    joined: String,
    ends: Vec<usize>,
}

/// Letters of a word with its space, roughly: for how many words room is made.
const LETTERS: usize = 6;

/// Splits folded text into words, see [`super::fold`].
#[must_use]
pub fn tokens(folded: &str) -> Tokens {
    let mut found = Tokens {
        joined: String::with_capacity(folded.len()),
        ends: Vec::with_capacity(folded.len() / LETTERS),
    };
    let mut in_word = false;
    let mut rest = folded;
    loop {
        let is_end = |byte: u8| !byte.is_ascii_alphanumeric();
        let plain = rest.bytes().position(is_end).unwrap_or(rest.len());
        if plain > 0 {
            found.push(&rest[..plain], !in_word);
            in_word = true;
        }
        let mut behind = rest[plain..].chars();
        let Some(c) = behind.next() else {
            return found;
        };
        rest = behind.as_str();
        // An apostrophe inside a word ("minister's") parts nothing from it that a copy would write otherwise.
        if !c.is_alphanumeric() {
            in_word = false;
            continue;
        }
        let alone = stands_alone(c);
        found.push(c.encode_utf8(&mut [0; 4]), !in_word || alone);
        in_word = !alone;
    }
}

impl Tokens {
    /// Puts letters behind the last word, or makes them a new one.
    fn push(&mut self, letters: &str, is_new: bool) {
        if is_new {
            if !self.joined.is_empty() {
                self.joined.push(' ');
            }
            self.ends.push(0);
        }
        self.joined.push_str(letters);
        if let Some(end) = self.ends.last_mut() {
            *end = self.joined.len();
        }
    }

    /// How many words there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All words joined by single spaces.
    #[must_use]
    pub fn joined(&self) -> &str {
        &self.joined
    }

    /// The words in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.joined.split(' ').filter(|word| !word.is_empty())
    }

    /// The first `count` words, joined; all where there are fewer.
    #[must_use]
    pub fn prefix(&self, count: usize) -> &str {
        match count.checked_sub(1) {
            None => "",
            Some(last) => &self.joined[..self.ends.get(last).copied().unwrap_or(self.joined.len())],
        }
    }
}

/// Whether the character is a word of its own: its script writes no spaces between words.
pub(super) fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::{super::fold, tokens};

    #[test]
    fn splits_words_of_all_scripts() {
        for (given, words) in [
            ("One, two – three!", "one two three"),
            ("  ", ""),
            ("Covid-19: 3.5 %", "covid 19 3 5"),
            ("日本経済 news", "日 本 経 済 news"),
            ("กรุง", "ก ร ง"),
            ("Москва, ёж", "москва еж"),
        ] {
            let found = tokens(&fold(given));
            assert_eq!(found.joined(), words, "{given:?}");
            assert_eq!(found.len(), found.iter().count(), "{given:?}");
        }
    }

    #[test]
    fn prefix_ends_on_a_word() {
        let found = tokens("alpha beta gamma");
        assert_eq!(
            [found.prefix(0), found.prefix(2), found.prefix(9)],
            ["", "alpha beta", "alpha beta gamma"]
        );
    }
}
