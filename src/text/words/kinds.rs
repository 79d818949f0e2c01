//! Words of one kind, of the languages that most feeds are in, folded: those that only hold a sentence together, and months.
//!
//! A word that is missing here costs little: two headlines then seem to have one
//! word more in common.

use super::hashing::hashes;

const ENGLISH: [u64; 106] = hashes([
    "a", "about", "after", "again", "against", "all", "also", "an", "and", "any", "are", "as",
    "at", "be", "been", "before", "being", "between", "but", "by", "can", "could", "did", "do",
    "does", "during", "for", "from", "had", "has", "have", "he", "her", "him", "his", "how", "i",
    "if", "in", "into", "is", "it", "its", "may", "more", "most", "my", "new", "no", "not", "now",
    "of", "off", "on", "or", "other", "our", "out", "over", "own", "s", "said", "says", "she",
    "should", "so", "some", "such", "t", "than", "that", "the", "their", "them", "then", "there",
    "these", "they", "this", "those", "through", "to", "too", "under", "until", "up", "us", "very",
    "via", "was", "we", "were", "what", "when", "where", "which", "while", "who", "why", "will",
    "with", "within", "would", "you", "your", "yet",
]);

const GERMAN: [u64; 74] = hashes([
    "aber", "alle", "als", "am", "auch", "auf", "aus", "bei", "beim", "bis", "das", "dass", "dem",
    "den", "der", "des", "die", "dies", "diese", "doch", "durch", "ein", "eine", "einem", "einen",
    "einer", "eines", "er", "es", "fur", "gegen", "hat", "hatte", "ich", "ihr", "ihre", "im",
    "ist", "kann", "kein", "keine", "mehr", "mit", "nach", "neue", "nicht", "noch", "nun", "nur",
    "ob", "oder", "ohne", "sein", "seine", "sich", "sie", "sind", "soll", "uber", "um", "und",
    "unter", "vom", "von", "vor", "war", "wegen", "wenn", "werden", "wie", "wird", "wurde", "zum",
    "zur",
]);

const ROMANCE: [u64; 122] = hashes([
    "al", "alla", "ao", "aos", "apres", "au", "aux", "avec", "ce", "ces", "cette", "che", "com",
    "como", "con", "contre", "da", "dal", "dalla", "dans", "das", "de", "degli", "dei", "del",
    "della", "delle", "depuis", "di", "do", "dos", "du", "e", "el", "em", "en", "entre", "era",
    "es", "esta", "est", "et", "etait", "fue", "foi", "gli", "ha", "il", "ils", "in", "l", "la",
    "las", "le", "les", "leur", "lo", "los", "ma", "mais", "mas", "na", "nas", "ne", "nel",
    "nella", "no", "non", "nos", "nous", "o", "on", "os", "ou", "par", "para", "pas", "pela",
    "pelo", "per", "plus", "por", "pour", "qu", "que", "qui", "sa", "sans", "se", "selon", "ses",
    "sin", "sobre", "son", "sono", "sont", "su", "sul", "sulla", "sur", "sus", "tra", "um", "uma",
    "un", "una", "une", "uno", "y", "d", "c", "n", "j", "ont", "sera", "son", "ete", "han", "mas",
    "muy", "sem", "vers",
]);

const RUSSIAN: [u64; 50] = hashes([
    "без",
    "был",
    "была",
    "были",
    "было",
    "в",
    "во",
    "все",
    "для",
    "до",
    "его",
    "ее",
    "если",
    "еще",
    "же",
    "за",
    "и",
    "из",
    "или",
    "им",
    "их",
    "к",
    "как",
    "ко",
    "ли",
    "на",
    "над",
    "не",
    "но",
    "о",
    "об",
    "он",
    "она",
    "они",
    "от",
    "по",
    "под",
    "при",
    "с",
    "со",
    "так",
    "то",
    "у",
    "уже",
    "что",
    "чтобы",
    "это",
    "этот",
    "я",
    "а",
]);

const OTHERS: [u64; 44] = hashes([
    // Dutch and the Scandinavian languages.
    "aan", "af", "av", "bij", "dat", "de", "den", "det", "dit", "een", "efter", "en", "er", "et",
    "fra", "for", "het", "hij", "i", "ikke", "inte", "is", "med", "met", "naar", "niet", "och",
    "of", "og", "om", "op", "over", "pa", "som", "te", "til", "till", "uit", "van", "ved", "voor",
    // Polish.
    "na", "w", "z",
]);

/// Whether a word's hash is that of a function word.
pub(super) fn is_function_word(word: u64) -> bool {
    let lists: [&[u64]; 5] = [&ENGLISH, &GERMAN, &ROMANCE, &RUSSIAN, &OTHERS];
    lists.iter().any(|list| list.binary_search(&word).is_ok())
}

const MONTHS: [u64; 57] = hashes([
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "januar",
    "februar",
    "marz",
    "mai",
    "juni",
    "juli",
    "oktober",
    "dezember",
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
    "gennaio",
    "январе",
    "феврале",
    "марте",
    "апреле",
    "мае",
    "июне",
    "июле",
    "августе",
    "сентябре",
    "октябре",
    "ноябре",
    "декабре",
    "maggio",
]);

/// Whether a word's hash is that of a month.
pub(super) fn is_month(word: u64) -> bool {
    MONTHS.binary_search(&word).is_ok()
}
