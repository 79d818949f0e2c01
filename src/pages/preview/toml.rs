//! A rule as it is written in a configuration.

use crate::select::RuleText;

/// The lines of a rule, without those that say nothing.
pub(super) fn lines(rule: &RuleText) -> Vec<String> {
    let words = |key: &str, words: &[String]| {
        let quoted: Vec<String> = words.iter().map(|word| basic(word)).collect();
        (!words.is_empty()).then(|| format!("{key} = [{}]", quoted.join(", ")))
    };
    let condition = rule.condition.as_deref();
    [
        words("include", &rule.include),
        words("exclude", &rule.exclude),
        condition.map(|condition| format!("where = {}", expression(condition))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// An expression is full of quotation marks, so that it is read best between single ones, in which nothing is escaped.
fn expression(text: &str) -> String {
    let is_literal = !text.contains(|c: char| c == '\'' || c.is_control() && c != '\t');
    match is_literal {
        true => format!("'{text}'"),
        false => basic(text),
    }
}

/// A basic string (TOML 1.0).
fn basic(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // A control character, or one that turns what a person reads around.
            c if c.is_control() || is_invisible(c) => {
                quoted.push_str(&format!("\\U{:08X}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Marks of direction, and others that are not seen.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::{RuleText, lines};

    #[test]
    fn what_is_written_is_read_again() {
        let rule = RuleText {
            include: [
                "peace talks",
                "C++",
                "a \"b\"",
                r"back\slash",
                "/a.b/",
                "list:cities",
            ]
            .map(str::to_owned)
            .to_vec(),
            exclude: vec!["\u{1}\u{202E}\t\u{7F}é𝄞".to_owned()],
            condition: None,
            ..RuleText::default()
        };
        for condition in [
            r#"title.matches("(?i)\\bx") && words > 80"#,
            "source == 'a'",
            "words > 1 &&\nwords < 9",
            "\"tab\there\" == 'x'",
        ] {
            let rule = RuleText {
                condition: Some(condition.to_owned()),
                ..rule.clone()
            };
            let text = lines(&rule).join("\n");
            let read: toml::Table = toml::from_str(&text).expect("TOML");
            let words = |key: &str| -> Vec<String> {
                let words = read[key].as_array().expect("a list").iter();
                words
                    .map(|word| word.as_str().expect("a text").to_owned())
                    .collect()
            };
            assert_eq!(words("include"), rule.include);
            assert_eq!(words("exclude"), rule.exclude);
            assert_eq!(read["where"].as_str(), Some(condition), "{text}");
        }
        assert!(lines(&RuleText::default()).is_empty());
    }
}
