//! Words with the signs that belong to them: `C++`, `#shorts`, `$TSLA`, `AT&T`, `.NET`.

use super::tokens::stands_alone;

/// The words of a folded text, each with the signs that stand at it, joined by single spaces.
///
/// `+ # $ & @ % § °` and currencies count wherever they touch a letter or digit, and a point does before a word (`.NET`). Every
/// other sign is punctuation and parts words, as in [`super::tokens`]: a hyphen, a slash or a comma can stand for a space, and two
/// people rarely write them alike. Tags without a space between them are tags all the same (`#shorts#viral`).
#[must_use]
pub fn words_with_signs(folded: &str) -> String {
    let mut joined = String::with_capacity(folded.len());
    let mut run = String::new();
    let mut before = ' ';
    let mut rest = folded.chars().peekable();
    while let Some(c) = rest.next() {
        let is_leading_point = c == '.'
            && run.is_empty()
            && !(before.is_alphanumeric() || before == '.')
            && rest.peek().copied().is_some_and(char::is_alphanumeric);
        let begins_next = matches!(c, '#' | '$' | '@')
            && run.starts_with(c)
            && before.is_alphanumeric()
            && rest.peek().copied().is_some_and(char::is_alphanumeric);
        if begins_next {
            push_run(&run, &mut joined);
            run.clear();
        }
        if c.is_alphanumeric() || is_sign(c) || is_leading_point {
            run.push(c);
        } else {
            push_run(&run, &mut joined);
            run.clear();
        }
        before = c;
    }
    push_run(&run, &mut joined);
    joined
}

/// Whether the sign belongs to the word that it touches.
fn is_sign(c: char) -> bool {
    matches!(
        c,
        '+' | '#' | '$' | '&' | '@' | '%' | '§' | '°' | '¢' | '£' | '¤' | '¥' | '\u{20A0}'
            ..='\u{20CF}'
    )
}

/// Adds the words of a run of letters, digits and signs. Signs alone are no word.
fn push_run(run: &str, joined: &mut String) {
    if !run.contains(char::is_alphanumeric) {
        return;
    }
    if !joined.is_empty() {
        joined.push(' ');
    }
    let mut before = None;
    for c in run.chars() {
        // In scripts that part no words every character is one. A sign after one begins the next (`東京#桜`), and a sign before
        // one belongs to it.
        let follows_word = before.is_some_and(char::is_alphanumeric);
        if follows_word && (stands_alone(c) || before.is_some_and(stands_alone)) {
            joined.push(' ');
        }
        joined.push(c);
        before = Some(c);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fold, words_with_signs};

    #[test]
    fn signs_belong_to_the_words_that_they_touch() {
        for (given, words) in [
            ("C++, C# and (F#)", "c++ c# and f#"),
            ("#Shorts: ＃shorts", "#shorts #shorts"),
            ("$TSLA up 3.5% — US$5", "$tsla up 3 5% us$5"),
            ("AT&T's R&D; Q & A", "at&t s r&d q a"),
            ("Move to .NET... node.js", "move to .net node js"),
            ("@name a+b + c", "@name a+b c"),
            ("#東京 東京#桜", "#東 京 東 京 #桜"),
            (
                "#shorts#viral $TSLA$F @a@b.example",
                "#shorts #viral $tsla $f @a @b example",
            ),
            ("a#b #c# ##d", "a#b #c# ##d"),
            ("TCP/IP co-op", "tcp ip co op"),
            ("++ & . …", ""),
        ] {
            assert_eq!(words_with_signs(&fold(given)), words, "{given:?}");
        }
    }
}
