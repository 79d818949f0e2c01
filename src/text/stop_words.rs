//! Languages told from their most frequent words.
//!
//! A fifth to a half of a running text is words such as `the` and `of`. Where enough of them are of one language, and few of any
//! other, nothing else has to be asked. Of whole sentences that is almost always so, and it costs a fraction of comparing trigrams
//! with every language that is written in the same letters.

use std::sync::LazyLock;

/// Different words of its list that a text in a language must have: a small language that happens to share a few words with a
/// large one repeats those few.
const MIN_DIFFERENT: usize = 5;
/// Of all words of a text, one in this many must be in the list.
const ONE_IN: usize = 6;
/// By how many words a language must be ahead of each other one, and it must have twice as many: neighbours share many.
const MIN_LEAD: usize = 4;

/// A language and its most frequent words, at most eight bytes each.
struct List {
    /// ISO 639-1. `None`: too much like its neighbours to be told this way; it only speaks against them.
    code: Option<&'static str>,
    words: &'static str,
}

const LISTS: [List; 11] = [
    List {
        code: Some("en"),
        words: "the of and to in is that for it with as was on are by this be at from have has had not or an they which their will were \
                been said his he its but we you can who would more all if any your there when",
    },
    List {
        code: Some("de"),
        words: "der die das und in zu den von mit ist des ein eine im für auf nicht sich dem es auch als an werden sie aus er hat dass \
                bei oder einen um wird sind nach war noch wie einer über zum zur kann durch wenn nur vor am bis",
    },
    List {
        code: Some("fr"),
        words: "de la le et les des en un une du dans que est pour qui au sur par pas plus ce ne se sont aux avec il à être son sa ou \
                été cette ces mais comme elle nous leur vous l d qu n s",
    },
    List {
        code: Some("nl"),
        words: "de van het een en in is dat op te zijn met voor die niet aan er om ook als dan bij of uit nog worden door naar heeft hij \
                ze wordt maar kan deze over tot u moet",
    },
    // Afrikaans.
    List {
        code: None,
        words: "die van het en is in nie wat aan om te dat vir op met sy word ek n hy was sal as deur ons haar moet",
    },
    // Catalan and Occitan.
    List {
        code: None,
        words: "de la que el i a en els les del un per amb una no es al com més o és han són aquest però ha si dels pel seva seu ser \
                també entre ja d l",
    },
    // Danish and Norwegian.
    List {
        code: None,
        words: "og i at det er en til på som for de af med ikke den der har et var fra kan vil",
    },
    // Italian, and what is like it in the Alps.
    List {
        code: None,
        words: "di e il che la in un a per è una del con non le da si i della sono al dei alla come più o nel gli ha delle anche dal \
                lo ma questo dalla nella se essere l",
    },
    // Portuguese and Galician.
    List {
        code: None,
        words: "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ou das à é foi são pela pelo nos sua \
                seu está ser isso também",
    },
    // Romanian.
    List {
        code: None,
        words: "de și si în in la a al ale cu nu pe din este un o care să sau pentru că mai sunt prin fi fost ce se lor",
    },
    // Spanish.
    List {
        code: None,
        words: "de la que el en y a los se del las un por con no una su para es al lo como más o sus ha son este esta pero le fue si \
                está ser también entre ya",
    },
];

/// Each word of any list with the lists that have it, a bit for each; in the order of the words.
static WORDS: LazyLock<Vec<(Letters, u16)>> = LazyLock::new(|| {
    let mut words: Vec<(Letters, u16)> = Vec::new();
    for (nth, list) in LISTS.iter().enumerate() {
        let of_list = list.words.split_ascii_whitespace();
        words.extend(of_list.filter_map(|word| Some((letters(word)?, 1 << nth))));
    }
    words.sort_unstable();
    words.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        kept.1 |= if is_same { next.1 } else { 0 };
        is_same
    });
    words
});

/// The bytes of a short word in lower case: one comparison each.
type Letters = u64;

/// `None`: it is longer than any word of the lists.
fn letters(word: &str) -> Option<Letters> {
    let mut letters = [0; size_of::<Letters>()];
    if word.is_ascii() {
        letters
            .get_mut(..word.len())?
            .copy_from_slice(word.as_bytes());
        letters.make_ascii_lowercase();
        return Some(Letters::from_be_bytes(letters));
    }
    let mut length = 0;
    for c in word.chars().flat_map(char::to_lowercase) {
        let room = letters.get_mut(length..length + c.len_utf8())?;
        length += c.encode_utf8(room).len();
    }
    Some(Letters::from_be_bytes(letters))
}

/// Words of one list in a text.
#[derive(Clone, Copy, Default)]
struct Found {
    all: usize,
    different: usize,
}

/// The code of the language in which most of the frequent words of a text are; `None`: they do not tell.
pub(super) fn language_by_stop_words(text: &str) -> Option<&'static str> {
    let known = &*WORDS;
    let mut found = [Found::default(); LISTS.len()];
    let mut seen = vec![false; known.len()];
    let mut words = 0;
    let all = text.split(|c: char| !c.is_alphabetic());
    for word in all.filter(|word| !word.is_empty()) {
        words += 1;
        let place = letters(word).map(|word| known.binary_search_by_key(&word, |(word, _)| *word));
        let Some(Ok(place)) = place else { continue };
        let is_first = !std::mem::replace(&mut seen[place], true);
        let mut lists = known[place].1;
        while lists != 0 {
            let of_list = &mut found[lists.trailing_zeros() as usize];
            of_list.all += 1;
            of_list.different += usize::from(is_first);
            lists &= lists - 1;
        }
    }
    let (nth, best) = found.iter().enumerate().max_by_key(|(_, of)| of.all)?;
    let others = found.iter().enumerate().filter(|(other, _)| *other != nth);
    let second = others.map(|(_, of)| of.all).max().unwrap_or_default();
    let is_told = best.different >= MIN_DIFFERENT
        && best.all * ONE_IN >= words
        && best.all >= second * 2
        && best.all >= second + MIN_LEAD;
    LISTS[nth].code.filter(|_| is_told)
}
