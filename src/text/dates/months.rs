//! Names of months, as they begin in the languages that feeds are written in; folded.

/// For each month the beginnings that mean it; of several that fit the longest counts (`marras` is November, `mar` March).
const BEGINNINGS: [&[&str]; 12] = [
    // English and its kin, Spanish, Italian, Turkish, Finnish, Polish, Czech, Romanian; Russian, Ukrainian, Greek.
    &[
        "jan", "ene", "gen", "oca", "tammi", "sty", "led", "ian", "janner", "янв", "сич", "січ",
        "ιαν",
    ],
    &[
        "feb", "fev", "sub", "helmi", "lut", "uno", "feber", "фев", "лют", "φεβ",
    ],
    &["mar", "maart", "mrt", "maalis", "bre", "мар", "бер", "μαρ"],
    &[
        "apr", "avr", "abr", "nis", "huhti", "kwi", "dub", "апр", "кві", "απρ",
    ],
    &[
        "may", "mai", "maj", "mag", "mei", "touko", "kve", "маи", "мая", "тра", "μαι",
    ],
    &[
        "jun", "juin", "giu", "haz", "kesa", "cze", "cerv", "iun", "июн", "чер", "ιουν",
    ],
    &[
        "jul", "juil", "lug", "tem", "heina", "lip", "cervenec", "cervenc", "iul", "июл", "лип",
        "ιουλ",
    ],
    &[
        "aug", "aou", "ago", "agu", "elo", "sie", "srp", "авг", "сер", "αυγ",
    ],
    &[
        "sep", "set", "eyl", "syys", "wrz", "zar", "szep", "сен", "вер", "σεπ",
    ],
    &[
        "oct", "okt", "ott", "out", "eki", "loka", "paz", "rij", "окт", "жов", "οκτ",
    ],
    &["nov", "kas", "marras", "lis", "noi", "ноя", "лис", "νοε"],
    &[
        "dec", "dez", "dic", "des", "ara", "joulu", "gru", "pro", "дек", "гру", "δεκ",
    ],
];

/// The month, from 1, that a folded word names.
pub(super) fn number(word: &str) -> Option<u32> {
    let fits = |beginnings: &[&str]| {
        beginnings
            .iter()
            .filter(|beginning| word.starts_with(**beginning))
            .map(|beginning| beginning.len())
            .max()
    };
    (1_u32..)
        .zip(BEGINNINGS)
        .filter_map(|(month, beginnings)| Some((fits(beginnings)?, month)))
        .max()
        .map(|(_, month)| month)
}
