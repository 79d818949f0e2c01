//! Words that a page counts or tells anew for every visitor: `1,267 views`, `3 hours ago`, `Updated 14:32`.
//!
//! A text that differs in nothing else says what it said before. A number inside a sentence is never one of them.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

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
];

/// The same in scripts that write the number behind them, without a sign between.
const COUNTED_BEFORE: &str = "(?:閲覧|再生|阅读|浏览|点击|播放)(?:数|量)";

/// The same, but they have another meaning in a sentence (`sold 500 shares`): only where they stand alone.
const COUNTED_ALONE: &[&str] = &[
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

/// Units of a time that has passed. Folded.
const UNITS: &str = "(?:s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?|d|days?|weeks?|months?|years?|sekunden?|minuten?|stunden?|\
    tag(?:en?)?|wochen?|monat(?:en?)?|jahr(?:en?)?|secondes?|heures?|jours?|semaines?|mois|ans?|annees?|segundos?|minutos?|horas?|\
    dias?|semanas?|mes(?:es)?|anos?|секунд[уы]?|минут[уы]?|час(?:а|ов)?|д(?:ень|ня|неи)|недел[юиь]|месяц(?:а|ев)?|год(?:а)?|лет|\
    秒钟?|分钟?|小时|天|日|周|个?月|年|時間|分)";

/// A number as a counter writes it.
const NUMBER: &str = r"\d[\d.,' ]*(?: ?(?:k|m|mio|tsd))?";
/// How many of a unit have passed.
const AMOUNT: &str = r"(?:\d+|an?|one|einer?|einem|une?|una|um|uma)";
/// A time of day.
const CLOCK: &str = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?(?:am|pm|a\.m\.|p\.m\.|uhr|h|utc|gmt))?";
/// What a page says before the time at which it was last changed.
const STAMPS: &str = "(?:last )?(?:posted|updated|published|modified)(?: at)?|aktualisiert(?: um)?|stand|mis a jour(?: a)?|\
    actualizado(?: a las)?|aggiornato(?: alle)?|обновлено(?: в)?|更新时间|更新";
/// What ends a sentence or a field. A phrase that must stand alone lies between two of them.
const BEFORE: &str = r"(?P<before>^|[\n|·•()\[\]/;]|[.!?,:] )";
const BEHIND: &str = r"(?P<behind>$|[\n|·•()\[\]/;,]|[.!?](?: |\n|$))";

static ANYWHERE: LazyLock<Regex> = LazyLock::new(|| {
    let counted = COUNTED.join("|");
    compiled(&format!(
        r"\b{NUMBER} ?(?:{counted})(?:\b|$)|\b(?:{counted}) ?[:(] ?{NUMBER}\b\)?|{COUNTED_BEFORE} ?:? ?{NUMBER}|\b{AMOUNT} ?{UNITS} (?:ago|назад|atras|fa|geleden)\b|\
          \bvor {AMOUNT} {UNITS}\b|\bil y a {AMOUNT} {UNITS}\b|\bhace {AMOUNT} {UNITS}\b|\bha {AMOUNT} {UNITS}\b|\d+ ?{UNITS}(?:之?前|以前)|\
          \bjust now\b|\bgerade eben\b|刚刚"
    ))
});

static ALONE: LazyLock<Regex> = LazyLock::new(|| {
    let counted = [COUNTED, COUNTED_ALONE].concat().join("|");
    compiled(&format!(
        r"{BEFORE} *(?:{NUMBER} ?(?:{counted})|(?:{counted}) ?:? ?{NUMBER}|(?:{STAMPS}):? ?{CLOCK}) *{BEHIND}"
    ))
});

fn compiled(pattern: &str) -> Regex {
    let one_line: String = pattern.split("\\\n").map(str::trim_start).collect();
    Regex::new(&one_line).expect("a pattern of ours")
}

/// A folded text, a line a block, without what changes from visitor to visitor.
#[must_use]
pub fn without_volatile(folded: &str) -> Cow<'_, str> {
    // Each of them has a digit, an article before a unit of time, or is one of few words: most texts have none.
    let text = ANYWHERE.replace_all(folded, "|");
    let mut text = text;
    // Two that share one boundary are found one after the other.
    for _ in 0..MAX_ROUNDS {
        match ALONE.replace_all(&text, "${before}|${behind}") {
            Cow::Borrowed(_) => break,
            Cow::Owned(shorter) => text = Cow::Owned(shorter),
        }
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
        ] {
            assert_eq!(left(one), left(other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn a_number_inside_a_sentence_says_something() {
        for (one, other) in [
            ("Divers found 14 cracks.", "Divers found 17 cracks."),
            (
                "The company sold 500 shares to its founder.",
                "The company sold 600 shares to its founder.",
            ),
            ("The train leaves at 14:32.", "The train leaves at 14:50."),
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
