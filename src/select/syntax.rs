//! What is wrong with an expression, in words: the parser names its own rules and tokens.

/// What an operator or a word of another language is in an expression.
const INSTEAD: [(&str, &str); 6] = [
    ("=", "equal is written =="),
    ("and", "and is written &&"),
    ("&", "and is written &&"),
    ("or", "or is written ||"),
    ("|", "or is written ||"),
    ("not", "not is written !"),
];

/// What is wrong, and what to write instead. `rest`: the expression from where the parser met it.
pub(super) fn in_words(message: &str, rest: &str) -> (String, Option<String>) {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    let quoted = quoted(message);
    if let Some(told) = literal(message) {
        return (told, None);
    }
    if message.contains("Recursion limit") {
        return ("the expression is nested too deeply".to_owned(), None);
    }
    match message.split_once(" at '") {
        Some((missing, _)) if message.starts_with("missing ") && rest.trim().is_empty() => {
            let sign = missing.trim_start_matches("missing ").replace('\'', "`");
            return (format!("the expression ends without {sign}"), None);
        }
        _ => {}
    }
    if rest.trim().is_empty() {
        return ("the expression ends too early".to_owned(), None);
    }
    if message.starts_with("Incomplete ") {
        return ("what begins here is not complete".to_owned(), None);
    }
    let Some(found) = quoted else {
        return (message.to_owned(), None);
    };
    if message.starts_with("token recognition") && found.starts_with(['"', '\'']) {
        let told = "the text that begins here does not end, or has a `\\` before what needs none";
        let hint = "write \\\\ for a backslash and \\\" for a quotation mark in a text";
        return (told.to_owned(), Some(hint.to_owned()));
    }
    let instead = INSTEAD.iter().find(|(sign, _)| *sign == found);
    let hint = instead.map(|(_, hint)| (*hint).to_owned());
    (format!("`{found}` is not expected here"), hint)
}

/// What the parser stumbled over: what it quotes first.
fn quoted(message: &str) -> Option<&str> {
    let kinds = [
        "mismatched input '",
        "extraneous input '",
        "no viable alternative at input '",
        "token recognition error at: '",
    ];
    let rest = kinds.iter().find_map(|kind| message.strip_prefix(kind))?;
    let end = rest.find("' expecting ").or_else(|| rest.rfind('\''))?;
    Some(rest[..end].trim())
}

/// A text or a number that is well formed and cannot be.
fn literal(message: &str) -> Option<String> {
    let kind = message.strip_prefix("invalid ")?;
    let (kind, why) = kind.split_once(" literal")?;
    let character = why.split_once("value: ").and_then(|(_, rest)| {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse::<u32>().ok()
    });
    Some(match (kind, character) {
        ("string" | "bytes", Some(value @ ..=0xFFFF)) => {
            format!("a text cannot hold \\u{value:04x}")
        }
        ("string" | "bytes", Some(value)) => format!("a text cannot hold \\U{value:08x}"),
        ("string" | "bytes", None) => "the text that begins here cannot be read".to_owned(),
        _ => "the number is too large".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::expression::Expression;

    #[test]
    fn what_is_wrong_is_told_in_words() {
        for (expression, at, told) in [
            ("", 0, "the expression ends too early"),
            ("words >", 7, "the expression ends too early"),
            ("words > 80 && ", 14, "the expression ends too early"),
            ("!", 1, "the expression ends too early"),
            ("title.", 6, "the expression ends too early"),
            ("title.matches(", 14, "the expression ends too early"),
            ("(words > 80", 11, "the expression ends without `)`"),
            ("words > 80 ? true", 0, "what begins here is not complete"),
            ("words > 80)", 10, "`)` is not expected here"),
            ("words > > 80", 8, "`>` is not expected here"),
            ("words 80", 6, "`80` is not expected here"),
            ("words > 8; true", 9, "`;` is not expected here"),
            ("title == 'a''b'", 12, "`'b'` is not expected here"),
            (
                "words > 8 and true",
                10,
                "`and` is not expected here: and is written &&",
            ),
            (
                "title = 'a'",
                6,
                "`=` is not expected here: equal is written ==",
            ),
            ("title == '\\ud800'", 9, "a text cannot hold \\ud800"),
            (
                "title == '\\U00110000'",
                9,
                "a text cannot hold \\U00110000",
            ),
            (
                "title == \"a",
                9,
                "the text that begins here does not end, or has a `\\` before what needs none: \
                 write \\\\ for a backslash and \\\" for a quotation mark in a text",
            ),
            ("words > 99999999999999999999", 8, "the number is too large"),
            ("1e999 > words", 0, "the number is too large"),
        ] {
            let wrong = Expression::compile(expression).expect_err(expression);
            let hint = wrong.hint.map(|hint| format!(": {hint}"));
            let found = wrong.message + &hint.unwrap_or_default();
            assert_eq!(
                (found.as_str(), wrong.offset),
                (told, Some(at)),
                "{expression}"
            );
        }
        // However much is chosen within a choice, nobody is told of the parser's limits.
        let chain = "true ? true : ".repeat(200) + "true";
        let deep = Expression::compile(&chain).expect_err("deep");
        assert_eq!(deep.message, "the expression is nested too deeply");
    }
}
