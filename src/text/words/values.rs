//! Turns the pieces of a text into words. A number becomes the same word however it is written.

use super::hashing::{hash, hashes, mix};
use super::numerals::{Numeral, numeral};
use super::scan::{Gap, Kind, Piece};
use super::word::Word;

/// Mixed into the hash of a number, so that it never equals the hash of a word.
const OF_VALUES: u64 = 0x6E75_6D62_6572;

const AND: u64 = hash("and");

/// Words that follow an amount of money.
const CURRENCIES: [u64; 10] = hashes([
    "euro", "euros", "eur", "usd", "dollars", "dollar", "pounds", "pound", "rubles", "francs",
]);

/// Appends the words that the pieces are.
pub(super) fn compose(pieces: &[Piece], words: &mut Vec<Word>) {
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let taken = match piece.kind {
            Kind::Number {
                value, decimals, ..
            } => Some(in_digits(&pieces[at..], (value, decimals))),
            Kind::Word => in_letters(&pieces[at..]),
            Kind::Code | Kind::Time | Kind::Incidental => None,
        };
        if let Some((value, decimals, count)) = taken {
            words.push(Word(of_value(value, decimals)));
            at += count;
            continue;
        }
        let is_number = matches!(piece.kind, Kind::Code | Kind::Time);
        words.push(Word(piece.bits & !1 | u64::from(is_number)));
        at += 1;
    }
}

fn of_value(value: u64, decimals: u8) -> u64 {
    mix(mix(value ^ OF_VALUES) ^ u64::from(decimals)) | 1
}

/// A number in digits and what multiplies it: value, decimals, pieces.
fn in_digits(pieces: &[Piece], (value, decimals): (u64, u8)) -> (u64, u8, usize) {
    let plain = (value, decimals, 1);
    let Some(next) = pieces.get(1) else {
        return plain;
    };
    let power = match numeral(next.bits).filter(|_| next.kind == Kind::Word) {
        Some(Numeral::Power(power)) if next.gap != Gap::Wide => power,
        Some(Numeral::Short(power)) if next.gap != Gap::Wide => {
            // `5k` runs are not five thousand.
            match power == 3 && next.gap == Gap::None && !is_money(pieces) {
                true => return plain,
                false => power,
            }
        }
        _ if next.bits == hash("m") && next.gap != Gap::Wide && is_money(pieces) => 6,
        _ => return plain,
    };
    match times(value, decimals, power) {
        Some((value, decimals)) => (value, decimals, 2),
        None => plain,
    }
}

/// Whether an amount of money is said: `$9m`, `9m euros`.
fn is_money(pieces: &[Piece]) -> bool {
    let follows = |piece: &Piece| CURRENCIES.binary_search(&piece.bits).is_ok();
    matches!(pieces[0].sign, '$' | '€' | '£' | '¥') || pieces.get(2).is_some_and(follows)
}

/// Times a power of ten, without zeros at the end of the decimals.
fn times(mut value: u64, mut decimals: u8, power: u8) -> Option<(u64, u8)> {
    for _ in 0..power {
        if decimals > 0 {
            decimals -= 1;
        } else {
            value = value.checked_mul(10)?;
        }
    }
    while decimals > 0 && value.is_multiple_of(10) {
        (value, decimals) = (value / 10, decimals - 1);
    }
    Some((value, decimals))
}

/// A number in letters: value, decimals, pieces. `None`: there is none.
fn in_letters(pieces: &[Piece]) -> Option<(u64, u8, usize)> {
    let first = numeral(pieces[0].bits)?;
    let mut sum = Sum::default();
    if !sum.take(first) {
        return None;
    }
    let mut count = 1;
    while let Some(piece) = pieces.get(count) {
        if piece.gap != Gap::Joint || piece.kind != Kind::Word {
            break;
        }
        if let Some(next) = numeral(piece.bits) {
            if !sum.take(next) {
                break;
            }
            count += 1;
            continue;
        }
        // `two hundred and five`
        let after = pieces
            .get(count + 1)
            .filter(|after| after.gap == Gap::Joint);
        match after.and_then(|after| numeral(after.bits)) {
            Some(units @ Numeral::Units(_)) if piece.bits == AND && sum.section >= 100 => {
                if !sum.take(units) {
                    break;
                }
                count += 2;
            }
            _ => break,
        }
    }
    Some((sum.total + sum.section, 0, count))
}

/// A number as its words come.
#[derive(Default)]
struct Sum {
    total: u64,
    /// The power of ten that was taken last: what follows is smaller.
    power: Option<u8>,
    /// What is to be multiplied next.
    section: u64,
}

impl Sum {
    /// Takes one more word; `false`: it does not belong to this number.
    fn take(&mut self, numeral: Numeral) -> bool {
        match numeral {
            Numeral::Units(units) => {
                let is_free = self.section.is_multiple_of(100)
                    || (units < 10 && self.section.is_multiple_of(10) && self.section % 100 >= 20);
                if is_free {
                    self.section += units;
                }
                is_free
            }
            Numeral::Hundred => {
                let is_free = (1..100).contains(&self.section) || self.is_empty();
                if is_free {
                    self.section = self.section.max(1) * 100;
                }
                is_free
            }
            // `a million` is as vague as `millions`.
            Numeral::Power(power)
                if self.section > 0 && self.power.is_none_or(|last| power < last) =>
            {
                self.total += self.section * 10_u64.pow(u32::from(power));
                (self.section, self.power) = (0, Some(power));
                true
            }
            Numeral::Power(_) | Numeral::Short(_) => false,
        }
    }

    fn is_empty(&self) -> bool {
        self.total == 0 && self.section == 0
    }
}
