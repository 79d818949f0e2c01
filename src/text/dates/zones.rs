//! Zones, by name or by number; folded.

use std::sync::LazyLock;

use regex::Regex;

// The zone behind a time. Of minutes with one digit only none at all are clear: `+05:3` may be cut short.
pattern!(
    OFFSET,
    r"^\s*(utc?|gmt)?\s*([+-])(\s*)([0-9]{1,2})(?:\s*:\s*([0-9]{2}|0)|([0-9]{2}))?\b"
);
pattern!(ZONE_NAME, r"^\s*\(?([a-z]{1,5})\b\)?");

/// Minutes east of UTC. Of names with several meanings the one that feeds use: CST and EST are America's, IST is India's.
const NAMES: &[(&str, i32)] = &[
    ("z", 0),
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("wet", 0),
    ("nst", -210),
    ("ndt", -150),
    ("ast", -240),
    ("adt", -180),
    ("est", -300),
    ("edt", -240),
    ("et", -300),
    ("cst", -360),
    ("cdt", -300),
    ("ct", -360),
    ("mst", -420),
    ("mdt", -360),
    ("mt", -420),
    ("pst", -480),
    ("pdt", -420),
    ("pt", -480),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("brt", -180),
    ("brst", -120),
    ("art", -180),
    ("clt", -240),
    ("clst", -180),
    ("cot", -300),
    ("pet", -300),
    ("vet", -240),
    ("west", 60),
    ("bst", 60),
    ("cet", 60),
    ("mez", 60),
    ("wat", 60),
    ("cest", 120),
    ("mesz", 120),
    ("mest", 120),
    ("eet", 120),
    ("cat", 120),
    ("sast", 120),
    ("eest", 180),
    ("msk", 180),
    ("trt", 180),
    ("eat", 180),
    ("idt", 180),
    ("irst", 210),
    ("msd", 240),
    ("gst", 240),
    ("samt", 240),
    ("pkt", 300),
    ("yekt", 300),
    ("ist", 330),
    ("npt", 345),
    ("ict", 420),
    ("wib", 420),
    ("novt", 420),
    ("krat", 420),
    ("sgt", 480),
    ("hkt", 480),
    ("myt", 480),
    ("pht", 480),
    ("awst", 480),
    ("irkt", 480),
    ("jst", 540),
    ("kst", 540),
    ("acst", 570),
    ("acdt", 630),
    ("aest", 600),
    ("vlat", 600),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
];

/// Minutes east of UTC, and how long the zone at the start of a text is. `None`: what stands there is a part of the time that
/// nobody can read.
pub(super) fn at_start(rest: &str) -> Option<(Option<i32>, usize)> {
    let Some(found) = OFFSET.captures(rest) else {
        return match ZONE_NAME.captures(rest) {
            _ if goes_on(rest) => None,
            Some(found) => {
                let name = found.get(1)?;
                let east = named(name.as_str());
                let end = if east.is_some() {
                    found.get(0)?.end()
                } else {
                    name.start()
                };
                Some((east, end))
            }
            None => Some((None, 0)),
        };
    };
    let end = found.get(0)?.end();
    let number = |nth: usize| {
        found
            .get(nth)
            .and_then(|part| part.as_str().parse::<i32>().ok())
    };
    let minutes = number(5).or_else(|| number(6));
    // `10:15 - 4 Jan` and `10:15 -28.05.2004` have dashes, not signs.
    let is_apart = found.get(3).is_some_and(|blank| !blank.is_empty());
    let is_dash = is_apart && minutes.is_none() && found.get(1).is_none();
    let is_date = rest[end..].starts_with(['.', '/', '-']);
    if is_dash || is_date {
        return Some((None, 0));
    }
    let east = number(4)? * 60 + minutes.unwrap_or(0);
    let fits =
        east <= 24 * 60 && minutes.is_none_or(|minutes| minutes < 60) && !goes_on(&rest[end..]);
    let east = if &found[2] == "-" { -east } else { east };
    fits.then_some((Some(east), end))
}

/// Whether more of a time stands right here.
fn goes_on(rest: &str) -> bool {
    let mut next = rest.chars();
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    match next.next() {
        Some(':' | '.' | ',') => is_digit(next.next()),
        first => is_digit(first),
    }
}

/// Minutes east of UTC of a folded name. RFC 5322 §4.3: letters of the military say nothing and count as UTC.
pub(super) fn named(name: &str) -> Option<i32> {
    let known = NAMES.iter().find(|(known, _)| *known == name);
    let military = || (name.len() == 1 && name != "j").then_some(0);
    known.map(|(_, east)| *east).or_else(military)
}

/// The first zone among the words of a text, as `Sun Jan 4 16:29:06 2004 PST` has one.
pub(super) fn first_in(text: &str) -> Option<i32> {
    text.split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| word.len() > 1)
        .find_map(named)
}
