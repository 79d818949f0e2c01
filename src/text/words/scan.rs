//! Folded text cut into pieces: words, and numbers as they are written.

use super::super::tokens::stands_alone;
use super::hashing::{Fnv, hash, hashes};
use super::numerals::{han_number, han_power};

/// A word or number of a folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// Of its letters; even.
    pub(super) bits: u64,
    pub(super) kind: Kind,
    /// What stands before it.
    pub(super) gap: Gap,
    /// The last character before it that is no letter, digit or space; a space where there is none.
    pub(super) sign: char,
}

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// `value` without its point, which stands before the last `decimals` digits.
    Number {
        value: u64,
        decimals: u8,
        /// How many digits were written.
        digits: u8,
    },
    /// A number that is not counted with: a version, a word with digits in it, one too long.
    Code,
    /// A time of day.
    Time,
    /// A number that says nothing about the release.
    Incidental,
}

/// What stands between a piece and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing.
    None,
    /// A space or a hyphen.
    Joint,
    /// Anything else.
    Wide,
}

pub(super) fn scan(folded: &str) -> Vec<Piece> {
    let mut scanner = Scanner {
        text: folded,
        at: 0,
        pieces: Vec::with_capacity(folded.len() / 5),
        gap: Gap::Wide,
        sign: ' ',
    };
    while scanner.step() {}
    scanner.pieces
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    pieces: Vec<Piece>,
    gap: Gap,
    sign: char,
}

impl Scanner<'_> {
    /// Takes what comes next; `false` at the end.
    fn step(&mut self) -> bool {
        if self.plain_word() {
            return true;
        }
        let rest = &self.text[self.at..];
        let Some(c) = rest.chars().next() else {
            return false;
        };
        if c.is_ascii_digit() {
            self.number();
        } else if !c.is_alphanumeric() {
            self.between(c);
        } else if stands_alone(c) {
            self.character(c);
        } else {
            self.word();
        }
        true
    }

    fn between(&mut self, c: char) {
        self.at += c.len_utf8();
        self.gap = match (self.gap, c) {
            (Gap::None, ' ' | '-') => Gap::Joint,
            _ => Gap::Wide,
        };
        if c != ' ' {
            self.sign = c;
        }
    }

    fn push(&mut self, bits: u64, kind: Kind, length: usize) {
        let (gap, sign) = (self.gap, self.sign);
        self.pieces.push(Piece {
            bits,
            kind,
            gap,
            sign,
        });
        self.at += length;
        self.gap = Gap::None;
        self.sign = ' ';
    }

    /// A character that is a word of its own, or a number in such characters.
    fn character(&mut self, c: char) {
        if let Some((value, decimals, length)) = han_number(&self.text[self.at..]) {
            let kind = Kind::Number {
                value,
                decimals,
                digits: 0,
            };
            self.push(0, kind, length);
            return;
        }
        let mut hash = Fnv::new();
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            hash = hash.push(byte);
        }
        self.push(hash.bits(), Kind::Word, c.len_utf8());
    }

    /// A word of plain letters alone, as most are; `false`: there is none, and [`Self::word`] has to see whether there is another.
    fn plain_word(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        let mut hash = Fnv::new();
        let mut length = 0;
        while let Some(letter) = rest.get(length).filter(|byte| byte.is_ascii_lowercase()) {
            hash = hash.push(*letter);
            length += 1;
        }
        let ends = match rest.get(length) {
            // Initials.
            Some(b'.') => length > 1,
            Some(byte) => byte.is_ascii() && !byte.is_ascii_alphanumeric() && *byte != b'\'',
            None => true,
        };
        let is_plain = length > 0 && ends;
        if is_plain {
            self.push(hash.bits(), Kind::Word, length);
        }
        is_plain
    }

    /// A run of letters and digits that begins with a letter; what an apostrophe joins is one, and so are initials (`U.S.`).
    fn word(&mut self) {
        let rest = &self.text[self.at..];
        let initials = initials(rest);
        if initials > 0 {
            let letters = rest[..initials].bytes().filter(|byte| *byte != b'.');
            let hash = letters.fold(Fnv::new(), Fnv::push);
            self.push(hash.bits(), Kind::Word, initials);
            return;
        }
        let mut hash = Fnv::new();
        let mut kind = Kind::Word;
        let mut length = 0;
        let mut chars = rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if c.is_alphanumeric() && !stands_alone(c) {
                if c.is_numeric() {
                    kind = Kind::Code;
                }
                for byte in &rest.as_bytes()[at..at + c.len_utf8()] {
                    hash = hash.push(*byte);
                }
            } else {
                let next = chars.peek().map(|(_, next)| *next);
                if c != '\'' || next.is_none_or(|next| !next.is_alphabetic() || stands_alone(next))
                {
                    break;
                }
            }
            length = at + c.len_utf8();
        }
        self.push(hash.bits(), kind, length);
    }

    /// A number from its first digit: a time of day, or digits with their groups and decimals.
    fn number(&mut self) {
        let rest = &self.text[self.at..];
        // Behind another number four digits are part of a telephone number, say.
        let is_behind_number = self.gap == Gap::Joint
            && matches!(
                self.pieces.last(),
                Some(Piece {
                    kind: Kind::Number { .. },
                    ..
                })
            );
        let time = time(rest).filter(|(_, length)| *length != 4 || !is_behind_number);
        if let Some((minutes, length)) = time {
            let digits = [
                minutes / 600,
                minutes / 60 % 10,
                minutes % 60 / 10,
                minutes % 10,
            ];
            let mut hash = Fnv::new().push(b't');
            for digit in digits {
                hash = hash.push(b'0' + u8::try_from(digit).unwrap_or(0));
            }
            self.push(hash.bits(), Kind::Time, length);
            return;
        }
        let written = Written::of(rest);
        // `3万`: three ten thousands.
        let power = rest[written.length..].chars().next();
        let power = power.and_then(|c| Some((han_power(c).filter(|power| *power >= 10_000)?, c)));
        match (written.kind, power) {
            (
                Kind::Number {
                    value,
                    decimals,
                    digits,
                },
                Some((power, c)),
            ) if value.checked_mul(power).is_some() => {
                let kind = Kind::Number {
                    value: value * power,
                    decimals,
                    digits,
                };
                self.push(written.bits, kind, written.length + c.len_utf8());
            }
            (kind, _) => self.push(written.bits, kind, written.length),
        }
    }
}

/// The length of initials that stand there, points included: `u.s.`, `i.b.m`; 0: there are none.
fn initials(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    let mut end = 0;
    while is_letter(end) && bytes.get(end + 1) == Some(&b'.') {
        end += 2;
    }
    // The last may have no point: `u.s`.
    if end >= 2 && is_letter(end) && !text[end + 1..].starts_with(char::is_alphanumeric) {
        return end + 1;
    }
    if end >= 4 { end } else { 0 }
}

/// A number as it is written in digits.
struct Written {
    bits: u64,
    kind: Kind,
    length: usize,
}

impl Written {
    /// Groups of three are joined; other points and commas stay as points.
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let first = digits(bytes);
        let mut number = Digits::default();
        number.take(&bytes[..first]);
        let (mut at, mut points, mut is_grouped) = (first, 0_u8, first <= 3);
        while let Some(separator) = bytes.get(at) {
            let length = digits(&bytes[at + 1..]);
            let ends = |at: usize| {
                !text[at..].starts_with(|c: char| c.is_alphanumeric() && !stands_alone(c))
            };
            match separator {
                b'.' | b',' | b'\'' | b' ' if is_grouped && length == 3 && ends(at + 4) => {}
                b'.' | b',' if length > 0 => {
                    is_grouped = false;
                    points = points.saturating_add(1);
                    number.point();
                }
                _ => break,
            }
            number.take(&bytes[at + 1..at + 1 + length]);
            at += 1 + length;
        }
        Self {
            bits: number.hash.bits(),
            kind: number.kind(points),
            length: at,
        }
    }
}

/// The digits of a number as they come.
struct Digits {
    hash: Fnv,
    value: Option<u64>,
    count: u8,
    decimals: u8,
}

impl Default for Digits {
    fn default() -> Self {
        Self {
            hash: Fnv::new(),
            value: Some(0),
            count: 0,
            decimals: 0,
        }
    }
}

impl Digits {
    fn take(&mut self, digits: &[u8]) {
        for digit in digits {
            self.hash = self.hash.push(*digit);
            let value = self.value.and_then(|value| value.checked_mul(10));
            self.value = value.and_then(|value| value.checked_add(u64::from(digit - b'0')));
            self.count = self.count.saturating_add(1);
            self.decimals = self.decimals.saturating_add(1);
        }
    }

    fn point(&mut self) {
        self.hash = self.hash.push(b'.');
        self.decimals = 0;
    }

    /// One point parts decimals, more make a version or a date.
    fn kind(&self, points: u8) -> Kind {
        match self.value {
            Some(value) if points <= 1 => Kind::Number {
                value,
                decimals: if points == 1 { self.decimals } else { 0 },
                digits: self.count,
            },
            _ => Kind::Code,
        }
    }
}

fn digits(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count()
}

/// What stands behind four digits that are a time of day.
const BEHIND_TIME: [u64; 12] = hashes([
    "gmt", "utc", "hrs", "hours", "uhr", "cet", "cest", "bst", "est", "edt", "pst", "msk",
]);

/// Minutes since midnight and the length of a time of day: `9:40`, `9.40 a.m.`, `9 pm`, `0940`, `14.30 Uhr`, `14h30`.
fn time(text: &str) -> Option<(u32, usize)> {
    let bytes = text.as_bytes();
    let first = digits(bytes);
    let number = |from: usize, to: usize| text[from..to].parse::<u32>().ok();
    if first == 4 {
        let is_time = bytes[0] == b'0' || is_behind(&text[4..]).is_some();
        // Digits behind it make it a part of a telephone number or of a date.
        let goes_on = matches!(bytes.get(4), Some(b'.' | b',' | b'-' | b' ' | b'/'))
            && digits(&bytes[5..]) > 0;
        let is_alone = !goes_on && !text[4..].starts_with(char::is_alphanumeric);
        let minutes = of_day(number(0, 2)?, number(2, 4)?)?;
        return (is_time && is_alone).then_some((minutes, 4));
    }
    if !(1..=2).contains(&first) {
        return None;
    }
    let hour = number(0, first)?;
    let separator = bytes.get(first).copied();
    let is_full = matches!(separator, Some(b':' | b'.' | b'h')) && digits(&bytes[first + 1..]) == 2;
    if !is_full {
        let (is_afternoon, behind) = half_of_day(&text[first..])?;
        return Some((of_half(hour, 0, is_afternoon)?, first + behind));
    }
    let mut end = first + 3;
    let minute = number(first + 1, end)?;
    if separator == Some(b':') && bytes.get(end) == Some(&b':') && digits(&bytes[end + 1..]) == 2 {
        end += 3;
    }
    if let Some((is_afternoon, behind)) = half_of_day(&text[end..]) {
        return Some((of_half(hour, minute, is_afternoon)?, end + behind));
    }
    let is_said = separator != Some(b'.') || is_behind(&text[end..]).is_some();
    is_said.then_some((of_day(hour, minute)?, end))
}

/// Whether a word stands there that follows times, and nothing else does between.
fn is_behind(text: &str) -> Option<()> {
    let text = text.strip_prefix(' ').unwrap_or(text);
    let end = text
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(text.len());
    BEHIND_TIME
        .binary_search(&hash(&text[..end]))
        .is_ok()
        .then_some(())
}

/// Whether it says `pm`, and how long that is.
fn half_of_day(text: &str) -> Option<(bool, usize)> {
    let bare = text.strip_prefix(' ').unwrap_or(text);
    let is_afternoon = bare.starts_with('p');
    let length = ["a.m.", "p.m.", "a.m", "p.m", "am", "pm"]
        .into_iter()
        .find(|said| bare.starts_with(said))?
        .len();
    let ends = !bare[length..].starts_with(char::is_alphanumeric);
    ends.then_some((is_afternoon, text.len() - bare.len() + length))
}

fn of_half(hour: u32, minute: u32, is_afternoon: bool) -> Option<u32> {
    let is_hour = (1..=12).contains(&hour);
    let hour = hour % 12 + if is_afternoon { 12 } else { 0 };
    is_hour.then(|| of_day(hour, minute)).flatten()
}

fn of_day(hour: u32, minute: u32) -> Option<u32> {
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}
