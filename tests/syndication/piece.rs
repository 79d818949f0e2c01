//! Texts: made, copied as syndication copies them, continued, corrected.

use super::lexicon::{Dice, Language};

/// A text as its agency sends it out.
#[derive(Clone)]
pub(crate) struct Text {
    pub(crate) language: &'static Language,
    pub(crate) title: String,
    /// Sentences by paragraph.
    pub(crate) paragraphs: Vec<Vec<String>>,
}

impl Text {
    /// So many paragraphs of one to four sentences.
    pub(crate) fn made(language: &'static Language, dice: &mut Dice, paragraphs: usize) -> Self {
        let paragraph = |dice: &mut Dice| {
            let sentences = dice.between(1, 4);
            (0..sentences).map(|_| language.sentence(dice)).collect()
        };
        let mut paragraphs: Vec<Vec<String>> = (0..paragraphs).map(|_| paragraph(dice)).collect();
        // The first paragraph says enough to be a summary.
        while paragraphs[0].len() < 2 {
            let sentence = language.sentence(dice);
            paragraphs[0].push(sentence);
        }
        Self {
            language,
            title: language.headline(dice),
            paragraphs,
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let space = if matches!(self.language.code, "zh" | "ja") {
            ""
        } else {
            " "
        };
        self.paragraphs
            .iter()
            .map(|sentences| sentences.join(space))
            .collect()
    }
}

/// How a copy differs from what it copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    Dateline,
    Prefix,
    Headline,
    Cut,
    Dropped,
    Sentence,
    LeadIn,
    Typography,
    Markup,
    SameUrl,
}

pub(crate) const EDITS: &[Edit] = &[
    Edit::Dateline,
    Edit::Prefix,
    Edit::Headline,
    Edit::Cut,
    Edit::Dropped,
    Edit::Sentence,
    Edit::LeadIn,
    Edit::Typography,
    Edit::Markup,
    Edit::SameUrl,
];

/// What a copy looks like, before its source puts its own around it.
#[derive(Clone)]
pub(crate) struct Copied {
    pub(crate) text: Text,
    pub(crate) dateline: bool,
    pub(crate) prefix: bool,
    pub(crate) cut: bool,
    pub(crate) divs: bool,
    pub(crate) same_url: bool,
}

/// Applies the edits.
pub(crate) fn copy(original: &Text, edits: &[Edit], dice: &mut Dice) -> Copied {
    let mut copied = Copied {
        text: original.clone(),
        dateline: false,
        prefix: false,
        cut: false,
        divs: false,
        same_url: false,
    };
    for edit in edits {
        edit_one(&mut copied, *edit, dice);
    }
    copied
}

fn edit_one(copied: &mut Copied, edit: Edit, dice: &mut Dice) {
    let language = copied.text.language;
    let paragraphs = &mut copied.text.paragraphs;
    match edit {
        Edit::Dateline => copied.dateline = true,
        Edit::Prefix => copied.prefix = true,
        Edit::Markup => copied.divs = true,
        Edit::SameUrl => copied.same_url = true,
        Edit::Headline => copied.text.title = reworded(&copied.text.title, language, dice),
        Edit::Cut => {
            // Two or three sentences of the beginning, as summaries are made.
            let keep = dice.between(2, 3);
            let mut left = keep;
            for paragraph in paragraphs.iter_mut() {
                paragraph.truncate(left);
                left -= paragraph.len();
            }
            paragraphs.retain(|paragraph| !paragraph.is_empty());
            copied.cut = true;
        }
        Edit::Dropped if paragraphs.len() > 3 => {
            let at = dice.between(1, paragraphs.len() - 1);
            paragraphs.remove(at);
        }
        Edit::Sentence if paragraphs.len() > 2 => {
            let at = dice.between(1, paragraphs.len() - 1);
            let sentence = language.sentence(dice);
            paragraphs[at][0] = sentence;
        }
        Edit::LeadIn => {
            let sentence = language.sentence(dice);
            paragraphs.insert(0, vec![sentence]);
        }
        Edit::Typography => {
            for sentence in paragraphs.iter_mut().flatten() {
                *sentence = retyped(sentence, language);
            }
        }
        Edit::Dropped | Edit::Sentence => {}
    }
}

/// About half of the words are others.
fn reworded(title: &str, language: &Language, dice: &mut Dice) -> String {
    if !title.contains(' ') {
        let kept: String = title.chars().take(title.chars().count() / 2).collect();
        return kept + &language.word(dice) + &language.word(dice);
    }
    let mut words: Vec<String> = title.split(' ').map(str::to_owned).collect();
    for word in words.iter_mut().skip(1).step_by(2) {
        *word = language.word(dice);
    }
    words.join(" ")
}

/// Numbers without grouping, a soft hyphen, another apostrophe, no-break spaces.
fn retyped(sentence: &str, language: &Language) -> String {
    let mut typed = String::new();
    let chars: Vec<char> = sentence.chars().collect();
    for (nth, c) in chars.iter().enumerate() {
        let between = nth > 0
            && chars[nth - 1].is_ascii_digit()
            && chars.get(nth + 1).is_some_and(char::is_ascii_digit);
        if between && language.thousands.contains(*c) {
            continue;
        }
        typed.push(if *c == ' ' && nth % 7 == 0 {
            '\u{A0}'
        } else {
            *c
        });
        if nth == 40 && c.is_alphabetic() {
            typed.push('\u{AD}');
        }
    }
    typed
}

/// A newer version: another number, or a paragraph more.
pub(crate) fn updated(original: &Text, dice: &mut Dice) -> Text {
    let mut text = original.clone();
    let language = text.language;
    let numbered: Vec<(usize, usize)> = text
        .paragraphs
        .iter()
        .enumerate()
        .flat_map(|(p, sentences)| {
            sentences
                .iter()
                .enumerate()
                .map(move |(s, text)| (p, s, text))
        })
        .filter(|(_, _, sentence)| sentence.chars().any(|c| c.is_ascii_digit()))
        .map(|(p, s, _)| (p, s))
        .collect();
    if let Some((p, s)) = numbered.first().copied().filter(|_| dice.percent(60)) {
        text.paragraphs[p][s] = with_other_number(&text.paragraphs[p][s], dice);
    } else {
        let sentence = language.sentence(dice);
        let at = 1.min(text.paragraphs.len());
        text.paragraphs.insert(at, vec![sentence]);
    }
    text
}

/// The first number of the sentence is another one.
pub(crate) fn with_other_number(sentence: &str, dice: &mut Dice) -> String {
    let start = sentence.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    let length = sentence[start..]
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(sentence.len() - start);
    let old: usize = sentence[start..start + length].parse().unwrap_or(0);
    // Of as many digits, so that its grouping stays right.
    let other = if old > 9 {
        old - old % 10 + (old + dice.between(1, 9)) % 10
    } else {
        old % 8 + 1
    };
    format!(
        "{}{other}{}",
        &sentence[..start],
        &sentence[start + length..]
    )
}
