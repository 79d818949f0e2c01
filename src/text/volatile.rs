//! Words that a page counts or tells anew for every visitor: `1,267 views`, `3 hours ago`, `Updated 14:32`.
//!
//! A text that differs in nothing else says what it said before. A number inside a sentence is never one of them: what is taken
//! out stands alone between the ends of sentences or fields.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::fold;

/// What visitors do, beside the number of times that they did it.
const COUNTED: &[&str] = &[
    "views?",
    "page ?views?",
    "comments?",
    "retweets?",
    "aufrufe?",
    "zugriffe?",
    "kommentare?",
    "vues?",
    "commentaires?",
    "visitas?",
    "visualizaciones",
    "comentarios?",
    "visualizzazioni",
    "commenti",
    "visualizacoes",
    "weergaven",
    "просмотр(?:ов|а)?",
    "комментари(?:ев|й|я)",
    "次(?:阅读|阅览|浏览|观看|播放|閲覧)",
    "(?:阅读|浏览|观看|播放)量?",
    "条评论",
    "回視聴",
    "downloads?",
    "readers?",
    "조회수",
    "댓글",
    "wyswietlen(?:ia|ie)?",
    "komentarz(?:e|y)?",
    "просмотров",
    "reads?",
    "likes?",
    "shares?",
    "votes?",
    "points?",
    "hits?",
    "clicks?",
    "replies|reply",
    "followers?",
    "gelesen",
    "lectures?",
    "lecturas?",
    "me gusta",
    "评论|点赞|转发|分享",
];

/// What a page shows while a counter is still zero, and counters that fit no other pattern.
const NONE_YET: &str = "no (?:comments?|replies|views)(?: yet)?|(?:add|leave|post) a (?:comment|reply)|keine kommentare|\
    aucun commentaire|leido [0-9][0-9.,' ]* veces";

/// Chinese and Japanese labels of counters, which stand before the number.
const COUNTED_BEFORE: &str = "(?:閲覧|再生|阅读|浏览|点击|播放)(?:数|量)";

/// Units of a time that has passed.
const UNITS: &str = "(?:s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?|d|days?|weeks?|months?|years?|sekunden?|minuten?|stunden?|\
    tag(?:en?)?|wochen?|monat(?:en?)?|jahr(?:en?)?|secondes?|heures?|jours?|semaines?|mois|ans?|annees?|segundos?|minutos?|horas?|\
    dias?|semanas?|mes(?:es)?|anos?|секунд[уы]?|минут[уы]?|час(?:а|ов)?|д(?:ень|ня|неи)|недел[юиь]|месяц(?:а|ев)?|год(?:а)?|лет|\
    second[oi]|minut[oi]|or[ae]|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]|seconden|uur|uren|dag|we(?:ek|ken)|maand(?:en)?|jaar|jaren|\
    sekund[aey]?|minut[aey]?|godzin[aey]?|dni|dzien|tydzien|tygodni[ea]?|miesiace?|miesiecy|rok|lata?|\
    saniye|dakika|saat|gun|hafta|ay|yil|sekunder|minuter|timm(?:e|ar)|dagar|veck(?:a|or)|manad(?:er)?|ar|\
    초|분|시간|일|주|개월|달|년|\
    秒钟?|分钟?|小时|天|日|周|个?月|年|時間|分)";

/// A number as a counter writes it.
const NUMBER: &str = r"[0-9][0-9.,' ]*(?: ?(?:k|m|mio|tsd))?";
/// How many of a unit have passed.
const AMOUNT: &str = r"(?:[0-9]+|an?|one|einer?|einem|une?|una|um|uma)";
/// A time of day.
const CLOCK: &str =
    r"[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?(?: ?(?:am|pm|a\.m\.|p\.m\.|uhr|h|utc|gmt))?";
/// What a page says before the time at which it was last changed.
const STAMPS: &str = "(?:last )?(?:posted|updated|published|modified)(?: (?:at|on))?|(?:zuletzt )?aktualisiert(?: um| am)?|stand|\
    veroffentlicht|publie(?: le)?|mis a jour(?: a| le)?|publicado|actualizado(?: a las)?|pubblicato|aggiornato(?: alle)?|\
    geplaatst|опубликовано|обновлено(?: в)?|更新时间|更新";
/// A day, as a stamp names it.
const DAY: &str = r"(?:[0-9]{1,4}(?:st|nd|rd|th)?|(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|(?:tem|o|em)?ber)?|\
    (?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|at|on|um|today|yesterday)";
/// Days that move with the reader.
const RELATIVE_DAY: &str = "yesterday|today|gestern|heute|hier|aujourd'hui|ayer|hoy|ieri|oggi|gisteren|wczoraj|dun|igar|вчера|сегодня";
/// What ends a sentence or a field. A phrase that must stand alone lies between two of them.
const BEFORE: &str = r"(?P<before>^|[\n|·•()\[\]/;]|[.!?] )";
const BEHIND: &str = r"(?P<behind>$|[\n|·•()\[\]/;]|[.!?。](?: |\n|$))";

static ALONE: LazyLock<Regex> = LazyLock::new(|| {
    let counted = fold(&COUNTED.join("|"));
    let units = fold(&one_line(UNITS));
    let (stamps, days) = (fold(&one_line(STAMPS)), fold(RELATIVE_DAY));
    let (day, none_yet) = (one_line(DAY), fold(&one_line(NONE_YET)));
    let (ago_ko, since_ar, before) = (fold("전"), fold("منذ|قبل"), fold(COUNTED_BEFORE));
    let counter = format!(
        r"(?:# ?)?(?:{NUMBER} ?(?:{counted})|(?:{counted}) ?(?:[:(] ?)?{NUMBER}(?-u:\b)\)?|{before} ?:? ?{NUMBER}|{none_yet})"
    );
    let ago = format!(
        r"(?:{AMOUNT} ?{units} (?:ago|назад|atras|fa|geleden|temu|once|{ago_ko})|(?:for )?{AMOUNT} {units} sedan|(?:vor|il y a|hace|ha) {AMOUNT} {units}|(?:{since_ar}) (?:[0-9]+ )?\w+|[0-9]+ ?{units}(?:之?前|以前)|just now|gerade eben|刚刚)"
    );
    let stamped =
        format!(r"(?:{stamps}):? ?(?:{days}|(?:{day}[., ]+){{0,6}}{CLOCK}(?:[, ]+{day}){{0,4}})");
    let phrase = format!("(?:{counter}|(?:(?:{stamps}):? ?)?{ago}|{stamped})");
    // Every process compiles this when it reads its first text, so what stands in it twice costs twice. As a repetition it compiles in
    // half the time, because the compiler then does not search all of it for a text that every match has. It is lazy, so it never
    // repeats: one match over a long text would be slow.
    compiled(&format!(
        r"(?:{BEFORE} *{phrase}(?:(?: *, *| *- *| +){phrase})* *{BEHIND})+?"
    ))
});

/// A pattern written over several lines.
fn one_line(pattern: &str) -> String {
    pattern
        .split("\\\n")
        .map(str::trim_start)
        .collect::<String>()
}

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of ours")
}

/// A folded text, a line a block, without what changes from visitor to visitor.
#[must_use]
pub fn without_volatile(folded: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(folded);
    // Two that share one boundary are found one after the other.
    for _ in 0..MAX_ROUNDS {
        let shorter = match ALONE.replace_all(&text, "${before}|${behind}") {
            Cow::Borrowed(_) => break,
            Cow::Owned(shorter) => shorter,
        };
        text = Cow::Owned(shorter);
    }
    text
}

/// Rounds in which phrases beside each other are taken out.
const MAX_ROUNDS: usize = 4;

#[cfg(test)]
mod tests {
    use super::super::{fold, tokens};
    use super::without_volatile;

    fn left(text: &str) -> String {
        let folded: Vec<String> = text.split('\n').map(fold).collect();
        tokens(&without_volatile(&folded.join("\n")))
            .joined()
            .to_owned()
    }

    #[test]
    fn counters_and_relative_times_say_nothing() {
        for (one, other) in [
            (
                "Stays. 1267 views. Posted 4 hours ago.",
                "Stays. 1,284 views. Posted 5 hours ago.",
            ),
            ("1 comment", "12 comments"),
            ("Views: 12", "Views: 13"),
            ("Comments (5)", "Comments (17)"),
            ("1.2k views", "980 views"),
            ("12 Aufrufe · 3 Kommentare", "1.300 Aufrufe · 4 Kommentare"),
            ("vor 3 Stunden", "vor einem Tag"),
            ("Il y a 2 heures", "il y a 3 jours"),
            ("hace 2 horas", "hace un día"),
            ("3 часа назад", "5 часов назад"),
            ("3小时前", "12分钟前"),
            ("1284次阅读", "99次阅读"),
            ("5時間前 閲覧数 120", "12分前 閲覧数 1,045"),
            ("1284 просмотров", "2 просмотра"),
            ("An hour ago", "2 days ago"),
            ("Updated 14:32", "Updated 15:01"),
            (
                "Text.\nAktualisiert um 9:40 Uhr",
                "Text.\nAktualisiert um 10:05 Uhr",
            ),
            (
                "12 likes | 4 shares | 9 reads",
                "13 likes | 5 shares | 11 reads",
            ),
            ("2 min ago", "40 mins ago"),
            ("3 ore fa", "5 giorni fa"),
            ("3 uur geleden", "2 weken geleden"),
            ("3 godziny temu", "5 godzin temu"),
            ("3 saat önce", "5 saat önce"),
            ("3시간 전", "5시간 전"),
            ("för 3 timmar sedan", "för 5 timmar sedan"),
            ("منذ 3 ساعات", "منذ 5 ساعات"),
            ("조회수 1,203", "조회수 1,305"),
            ("Wyświetlenia: 120", "Wyświetlenia: 135"),
            ("Downloads: 120", "Downloads: 155"),
            ("12 readers", "14 readers"),
            ("No comments", "1 comment"),
            ("Posted yesterday", "Posted 2 days ago"),
            ("Updated at 14:32 on Monday", "Updated at 15:10 on Monday"),
            (
                "Last updated: 28 Nov 2026, 14:32",
                "Last updated: 29 Nov 2026, 15:32",
            ),
            ("12 views, 3 comments", "15 views, 4 comments"),
        ] {
            assert_eq!(left(one), left(other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn a_number_inside_a_sentence_says_something() {
        for (one, other) in [
            ("Divers found 14 cracks.", "Divers found 17 cracks."),
            (
                "It received 12 comments on the draft law.",
                "It received 90 comments on the draft law.",
            ),
            (
                "It had 14 views before it was taken down.",
                "It had 99 views before it was taken down.",
            ),
            ("Built 300 years ago.", "Built 3000 years ago."),
            (
                "Er wurde vor 300 Jahren gebaut.",
                "Er wurde vor 3000 Jahren gebaut.",
            ),
            (
                "A woman who vanished 3 days ago was found dead.",
                "A woman who vanished 5 days ago was found dead.",
            ),
            (
                "Sie erhielt 40 Kommentare zum Entwurf.",
                "Sie erhielt 400 Kommentare zum Entwurf.",
            ),
            ("Answer: 12 votes.", "Answer: 40 votes."),
            ("该寺建于300年前。", "该寺建于500年前。"),
            (
                "The company sold 500 shares to its founder.",
                "The company sold 600 shares to its founder.",
            ),
            ("The train leaves at 14:32.", "The train leaves at 14:50."),
            (
                "Stand 21:30 5 12 18 33 41 49",
                "Stand 21:30 5 12 18 33 41 50",
            ),
            (
                "He has 12 points after 3 games",
                "He has 15 points after 3 games",
            ),
            ("The toll rises to 14 in May", "The toll rises to 16 in May"),
            ("In 3 days the pier opens", "In 4 days the pier opens"),
            ("第3天", "第4天"),
            (
                "Votes for the mayor: 500 of 900",
                "Votes for the mayor: 600 of 900",
            ),
        ] {
            assert_ne!(left(one), left(other), "{one:?} {other:?}");
        }
    }
}
