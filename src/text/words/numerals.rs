//! Numbers in letters and Han characters: what each word is worth.
//!
//! Words that mean something else more often (French `neuf`, Spanish `once`,
//! English `second`) are left out.

use super::hashing::hash;

/// What a word does to the number that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numeral {
    /// 1 to 99.
    Units(u64),
    /// Times 100.
    Hundred,
    /// Times a power of ten: 3 is a thousand.
    Power(u8),
    /// The same, but only behind digits: `2bn`.
    Short(u8),
}

use Numeral::{Hundred, Power, Short, Units};

const WORDS: [(&str, Numeral); 142] = [
    ("one", Units(1)),
    ("two", Units(2)),
    ("three", Units(3)),
    ("four", Units(4)),
    ("five", Units(5)),
    ("six", Units(6)),
    ("seven", Units(7)),
    ("eight", Units(8)),
    ("nine", Units(9)),
    ("ten", Units(10)),
    ("eleven", Units(11)),
    ("twelve", Units(12)),
    ("thirteen", Units(13)),
    ("fourteen", Units(14)),
    ("fifteen", Units(15)),
    ("sixteen", Units(16)),
    ("seventeen", Units(17)),
    ("eighteen", Units(18)),
    ("nineteen", Units(19)),
    ("twenty", Units(20)),
    ("thirty", Units(30)),
    ("forty", Units(40)),
    ("fifty", Units(50)),
    ("sixty", Units(60)),
    ("seventy", Units(70)),
    ("eighty", Units(80)),
    ("ninety", Units(90)),
    ("hundred", Hundred),
    ("thousand", Power(3)),
    ("million", Power(6)),
    ("billion", Power(9)),
    ("trillion", Power(12)),
    ("zwei", Units(2)),
    ("drei", Units(3)),
    ("vier", Units(4)),
    ("funf", Units(5)),
    ("sechs", Units(6)),
    ("sieben", Units(7)),
    ("acht", Units(8)),
    ("neun", Units(9)),
    ("zehn", Units(10)),
    ("elf", Units(11)),
    ("zwolf", Units(12)),
    ("dreizehn", Units(13)),
    ("vierzehn", Units(14)),
    ("funfzehn", Units(15)),
    ("sechzehn", Units(16)),
    ("siebzehn", Units(17)),
    ("achtzehn", Units(18)),
    ("neunzehn", Units(19)),
    ("zwanzig", Units(20)),
    ("dreissig", Units(30)),
    ("vierzig", Units(40)),
    ("funfzig", Units(50)),
    ("sechzig", Units(60)),
    ("siebzig", Units(70)),
    ("achtzig", Units(80)),
    ("neunzig", Units(90)),
    ("hundert", Hundred),
    ("tausend", Power(3)),
    ("millionen", Power(6)),
    ("milliarde", Power(9)),
    ("milliarden", Power(9)),
    ("mio", Short(6)),
    ("mrd", Short(9)),
    ("deux", Units(2)),
    ("trois", Units(3)),
    ("quatre", Units(4)),
    ("cinq", Units(5)),
    ("sept", Units(7)),
    ("huit", Units(8)),
    ("onze", Units(11)),
    ("douze", Units(12)),
    ("treize", Units(13)),
    ("quatorze", Units(14)),
    ("quinze", Units(15)),
    ("vingt", Units(20)),
    ("trente", Units(30)),
    ("quarante", Units(40)),
    ("cinquante", Units(50)),
    ("soixante", Units(60)),
    ("millions", Power(6)),
    ("milliard", Power(9)),
    ("milliards", Power(9)),
    ("dos", Units(2)),
    ("tres", Units(3)),
    ("cuatro", Units(4)),
    ("cinco", Units(5)),
    ("seis", Units(6)),
    ("siete", Units(7)),
    ("ocho", Units(8)),
    ("nueve", Units(9)),
    ("diez", Units(10)),
    ("doce", Units(12)),
    ("trece", Units(13)),
    ("catorce", Units(14)),
    ("veinte", Units(20)),
    ("treinta", Units(30)),
    ("cuarenta", Units(40)),
    ("cincuenta", Units(50)),
    ("sesenta", Units(60)),
    ("setenta", Units(70)),
    ("ochenta", Units(80)),
    ("noventa", Units(90)),
    ("mil", Power(3)),
    ("millones", Power(6)),
    ("milhoes", Power(6)),
    ("quatro", Units(4)),
    ("sete", Units(7)),
    ("oito", Units(8)),
    ("nove", Units(9)),
    ("due", Units(2)),
    ("quattro", Units(4)),
    ("cinque", Units(5)),
    ("sette", Units(7)),
    ("dieci", Units(10)),
    ("dodici", Units(12)),
    ("milioni", Power(6)),
    ("miliardi", Power(9)),
    ("два", Units(2)),
    ("две", Units(2)),
    ("двух", Units(2)),
    ("трех", Units(3)),
    ("три", Units(3)),
    ("четыре", Units(4)),
    ("пять", Units(5)),
    ("шесть", Units(6)),
    ("семь", Units(7)),
    ("восемь", Units(8)),
    ("девять", Units(9)),
    ("десять", Units(10)),
    ("двадцать", Units(20)),
    ("тридцать", Units(30)),
    ("сорок", Units(40)),
    ("пятьдесят", Units(50)),
    ("тысяч", Power(3)),
    ("тысячи", Power(3)),
    ("миллионов", Power(6)),
    ("миллиардов", Power(9)),
    ("тыс", Short(3)),
    ("млн", Short(6)),
    ("mln", Short(6)),
];

const MORE: [(&str, Numeral); 5] = [
    ("bn", Short(9)),
    ("mn", Short(6)),
    ("tn", Short(12)),
    ("млрд", Short(9)),
    ("k", Short(3)),
];

const COUNT: usize = WORDS.len() + MORE.len();

/// In the order of the hashes.
const TABLE: [(u64, Numeral); COUNT] = {
    let mut table = [(0, Hundred); COUNT];
    let mut count = 0;
    while count < COUNT {
        let (word, numeral) = if count < WORDS.len() {
            WORDS[count]
        } else {
            MORE[count - WORDS.len()]
        };
        let next = hash(word);
        let mut at = count;
        while at > 0 && table[at - 1].0 > next {
            table[at] = table[at - 1];
            at -= 1;
        }
        table[at] = (next, numeral);
        count += 1;
    }
    table
};

/// The low bits that hashes of numerals have, a bit for each value: one look tells that most words are no numerals.
const ENDS: [u64; 64] = {
    let mut ends = [0; 64];
    let mut at = 0;
    while at < COUNT {
        let (place, bit) = end(TABLE[at].0);
        ends[place] |= bit;
        at += 1;
    }
    ends
};

/// Place and bit of a hash in [`ENDS`]: its lowest bits but the first, which words do not use.
const fn end(word: u64) -> (usize, u64) {
    let [low, high, ..] = word.to_le_bytes();
    let end = u16::from_le_bytes([low, high]) as usize >> 1;
    (end >> 6 & 63, 1 << (end & 63))
}

/// What a word is worth; `None`: it is no numeral.
pub(super) fn numeral(word: u64) -> Option<Numeral> {
    let (place, bit) = end(word);
    if ENDS[place] & bit == 0 {
        return None;
    }
    let at = TABLE.binary_search_by_key(&word, |(hash, _)| *hash).ok()?;
    Some(TABLE[at].1)
}

/// What follows a number in Chinese and Japanese: only beside one of these is a character a numeral, for `一` stands in many words.
const HAN_UNITS: &str = "人名个個年月日号號时時分秒级級度度岁歳次回件起元円圆块斤吨米里公亩户戸台辆家所座条條项項位届屆期倍层層周週天票枚本冊";

/// A number in Han characters that a unit follows: its value, decimals and length in bytes.
pub(super) fn han_number(text: &str) -> Option<(u64, u8, usize)> {
    let (mut total, mut section, mut digit) = (0_u64, 0_u64, None::<u64>);
    let (mut decimals, mut is_fraction, mut length) = (0_u8, false, 0);
    for c in text.chars().take(12) {
        match (han_digit(c), han_power(c)) {
            (Some(value), _) if is_fraction => {
                digit = Some(digit.unwrap_or(0).checked_mul(10)? + value);
                decimals += 1;
            }
            (Some(value), _) => digit = Some(value),
            (_, Some(power)) if !is_fraction && power < 10_000 => {
                section += digit.take().unwrap_or(1) * power;
            }
            (_, Some(power)) if !is_fraction => {
                total += (section + digit.take().unwrap_or(0)).checked_mul(power)?;
                section = 0;
            }
            _ if c == '点' && digit.is_some() && !is_fraction => is_fraction = true,
            _ => {
                let value = total + section + digit.unwrap_or(0);
                let is_number =
                    length > 0 && (decimals > 0 || !is_fraction) && HAN_UNITS.contains(c);
                return is_number.then_some((value, decimals, length));
            }
        }
        length += c.len_utf8();
    }
    None
}

fn han_digit(c: char) -> Option<u64> {
    let digits = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let c = match c {
        '零' => '〇',
        '两' | '兩' => '二',
        c => c,
    };
    digits
        .iter()
        .position(|digit| *digit == c)
        .and_then(|at| u64::try_from(at).ok())
}

/// Ten, hundred, thousand; ten thousand, a hundred million.
pub(super) fn han_power(c: char) -> Option<u64> {
    match c {
        '十' => Some(10),
        '百' => Some(100),
        '千' => Some(1_000),
        '万' | '萬' => Some(10_000),
        '亿' | '億' => Some(100_000_000),
        _ => None,
    }
}
