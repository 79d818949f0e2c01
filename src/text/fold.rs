//! Folding: case, accents, compatibility forms, typographic variants.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Folds text for comparing: NFKD without combining marks, lower case, `ß` as `ss`; quotes, dashes and
/// spaces in one form, digits of the scripts in `ZEROS` as ASCII; soft hyphens, zero-width and bidi characters gone.
///
/// `fold(fold(x)) == fold(x)`. ASCII takes a short way: most of what is folded is ASCII.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_onto(text, &mut folded);
    folded
}

/// Folds a text as [`fold`] does, behind what is already there.
pub fn fold_onto(text: &str, folded: &mut String) {
    let mut rest = text;
    loop {
        let is_special = |byte: u8| !matches!(byte, b' '..=b'~') || byte == b'`';
        let plain = rest.bytes().position(is_special).unwrap_or(rest.len());
        // Most of a text in Latin letters; decomposing would only hand it back.
        let start = folded.len();
        folded.push_str(&rest[..plain]);
        folded[start..].make_ascii_lowercase();
        let mut behind = rest[plain..].chars();
        let Some(c) = behind.next() else { return };
        rest = behind.as_str();
        if c.is_ascii() {
            match c {
                '`' => folded.push('\''),
                '\t' | '\n' | '\r' | '\u{C}' | '\u{B}' => folded.push(' '),
                _ => {}
            }
        } else {
            // Marks are dropped, so that their canonical order does not matter: each character decomposes by itself.
            decompose_compatible(c, |part| push_folded(part, folded));
        }
    }
}

/// One character of a decomposed text.
fn push_folded(c: char, folded: &mut String) {
    match c {
        c if is_combining_mark(c) => {}
        '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{00B4}' | '`' => folded.push('\''),
        '\u{201C}'..='\u{201F}' | '\u{2033}' | '«' | '»' => folded.push('"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => folded.push('-'),
        'ß' | 'ẞ' => folded.push_str("ss"),
        'æ' | 'Æ' => folded.push_str("ae"),
        'œ' | 'Œ' => folded.push_str("oe"),
        'ø' | 'Ø' => folded.push('o'),
        'ł' | 'Ł' => folded.push('l'),
        'đ' | 'Đ' => folded.push('d'),
        'ς' => folded.push('σ'),
        c if c.is_whitespace() => folded.push(' '),
        c if digit(c).is_some() => folded.extend(digit(c)),
        c if is_noise(c) => {}
        // Lower-casing can decompose (`İ`), so marks are dropped once more.
        c => folded.extend(
            c.to_lowercase()
                .filter(|c| !is_combining_mark(*c))
                .map(|c| if c == 'ς' { 'σ' } else { c }),
        ),
    }
}

/// Where the ten digits of a script begin (Unicode `Nd`); compatibility forms have been decomposed before.
const ZEROS: &[char] = &[
    '\u{0660}', '\u{06F0}', '\u{07C0}', '\u{0966}', '\u{09E6}', '\u{0A66}', '\u{0AE6}', '\u{0B66}',
    '\u{0BE6}', '\u{0C66}', '\u{0CE6}', '\u{0D66}', '\u{0DE6}', '\u{0E50}', '\u{0ED0}', '\u{0F20}',
    '\u{1040}', '\u{17E0}', '\u{1810}', '\u{1946}', '\u{19D0}',
];

/// The ASCII digit of a digit in another script.
fn digit(c: char) -> Option<char> {
    if !('\u{0660}'..='\u{19D9}').contains(&c) {
        return None;
    }
    let value = ZEROS.iter().find_map(|zero| {
        (c as u32)
            .checked_sub(*zero as u32)
            .filter(|value| *value < 10)
    });
    value.and_then(|value| char::from_digit(value, 10))
}

/// Characters that carry nothing to compare: soft hyphen, zero-width, bidi marks, tatweel, variation selectors, controls.
fn is_noise(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{0640}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}')
        || (c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn folds_case_accents_and_typography() {
        for (given, folded) in [
            ("Plain ASCII", "plain ascii"),
            ("\u{201C}Élan\u{201D} – naïve", "\"elan\" - naive"),
            ("Straße, STRASSE", "strasse, strasse"),
            ("co\u{AD}operate\u{200B}", "cooperate"),
            ("İstanbul Ǆ", "istanbul dz"),
            ("ﬁne ①", "fine 1"),
            ("ΛΟΓΟΣ λόγος", "λογοσ λογοσ"),
            ("a\u{A0}b\u{3000}c", "a b c"),
            ("Москва Ё", "москва е"),
            ("٤٥ ४५", "45 45"),
        ] {
            assert_eq!(fold(given), folded, "{given:?}");
            assert_eq!(fold(&fold(given)), folded, "twice: {given:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            let once = fold(&text);
            proptest::prop_assert_eq!(fold(&once), once);
        }
    }
}
