//! What a preview may cost.
//!
//! - what costs too much is refused before anything is evaluated; what rules say otherwise is not
//! - a preview ends after two seconds, and everything else is answered meanwhile; then the next one has its turn

use std::time::{Duration, Instant};

use mainstem::select::{RuleText, check_untrusted};

use crate::preview_page::{desk, preview, query, started};
use crate::support::daemon::{Answer, Desk};
use crate::support::html::texts;
use crate::support::origin::rss;
use crate::support::releases::refresh;

/// What nobody has to wait for is answered within this on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(5);
/// The same of what ends by itself after two seconds. To its own end a preview here would take minutes.
const SOON: Duration = Duration::from_secs(20);

/// What a stranger may type: nested, long, multiplying, doubling, compiling.
fn hostile() -> Vec<String> {
    let many = |count: usize| vec!["1"; count].join(",");
    let mut doubling = "true".to_owned();
    for name in ('b'..='n').rev() {
        let before = char::from(u8::try_from(u32::from(name)).expect("ASCII") - 1);
        doubling = format!("[{before}+{before}].all({name}, {doubling})");
    }
    let doubling = format!("[text].all(a, {doubling})");
    vec![
        format!(
            "[{0}].all(a, [{0}].all(b, [{0}].all(c, [{0}].all(d, a + b + c + d > 0))))",
            many(200)
        ),
        doubling,
        format!("{}true", "!".repeat(4000)),
        format!("{}1 < 2", "-".repeat(4000)),
        format!("{}1{} > 0", "(".repeat(2000), ")".repeat(2000)),
        format!("{}true", "true?true:".repeat(400)),
        format!("{}true", "true||".repeat(600)),
        format!("{}true", "true&&(false||".repeat(280)),
        format!("{}1 > 0", "1+".repeat(2000)),
        format!("title{} == 1", ".a".repeat(1900)),
        format!("tags{} == 1", "[0]".repeat(1300)),
        format!("{}\"x\" == title", "text+".repeat(700)),
        "title.matches(\"(\\\\w{100}){100}\")".to_owned(),
        "text.matches(text)".to_owned() + &" && text.matches(text)".repeat(100),
        format!("{}true{}", "(".repeat(32), ")".repeat(32)),
        format!("size({}1{}) > 0", "[".repeat(31), "]".repeat(31)),
        format!("{}true{}", "[1].all(a, ".repeat(31), ")".repeat(31)),
        format!("{}true{}", "true == (".repeat(32), ")".repeat(32)),
        format!("{}\"a\" + title == title", "title+".repeat(97)),
        format!("{}1 > 0", "1+".repeat(97)),
        format!("{}1 > 0", "1+".repeat(127)),
        format!("tags{} == 1", "[0]".repeat(97)),
        format!("{}true", "1>2?true:".repeat(97)),
        format!("{}true", "1?1:".repeat(1000)),
        format!("{}true", "1?(".repeat(1300)),
        // Brackets in texts that close, for who only counts, those that the next text opens.
        format!(
            "{0}\"{1}\" == \"\" || {0}\"{1}\" == \"\" || {0}1",
            "(".repeat(31),
            ")".repeat(31)
        ),
        format!(
            "{0}r\"\\\" == '{1}' || {0}\"\\\"{1}\" == '' || {0}1",
            "(".repeat(31),
            ")".repeat(31)
        ),
        format!("\"\\q{}", "(\"\\q".repeat(900)),
        format!("// \"\n{}", "(\n// )\n".repeat(500)),
        format!("duration(\"{}\") > duration(\"1h\")", "1h".repeat(1000)),
        "\u{0}\u{1}".repeat(1000),
        "é".repeat(2000),
        "\"".repeat(4000),
    ]
}

/// Expressions that people write, and what is said of those that are too much.
const EXPRESSIONS: &[(&str, &str)] = &[
    (
        "language == \"en\" && words > 80 && !(\"Sport\" in tags)",
        "",
    ),
    (
        "!title.matches(\"(?i)webinar|\\\\bgiveaway\\\\b\") && text.contains(\"peace\")",
        "",
    ),
    (
        "tags.exists(tag, [\"a\", \"b\", \"c\", \"d\"].exists(wanted, tag.contains(wanted)))",
        "",
    ),
    (
        "text.has_word(\"one\") || text.has_word(\"two\") || text.has_word(\"three\") || text.has_word(\"four\")",
        "",
    ),
    (
        "[\"Geneva\", \"Bern\", \"Basel\"].map(city, city + \" talks\").exists(talks, text.contains(talks))",
        "",
    ),
    (
        "enclosures.filter(file, file.endsWith(\".mp3\")).size() > 1 ? copies > 1 : true",
        "",
    ),
    ("title.matches(\"(\\\\w{100}){100}\")", "too much work"),
    (
        "[1, 2].all(n, [text].all(t, (t + t + t + t).has_word(t + t + t + t)))",
        "too much work",
    ),
    (
        "tags.all(a, tags.all(b, tags.all(c, tags.all(d, a != b || c != d))))",
        "too much work",
    ),
    (
        "tags.map(a, tags.map(b, tags.map(c, a + b + c))).size() > 3",
        "too much work",
    ),
    (
        "title.matches(\"a\" + source)",
        "put together for each entry",
    ),
    (
        "[\"a\", \"b\"].exists(pattern, title.matches(pattern))",
        "put together for each entry",
    ),
    ("words >", ""),
];

#[test]
fn only_what_costs_too_much_is_refused() {
    let of_where = |condition: &str| RuleText {
        condition: Some(condition.to_owned()),
        ..RuleText::default()
    };
    for (expression, said) in EXPRESSIONS {
        let rule = of_where(expression);
        let refused = check_untrusted(&rule, &RuleText::default()).err();
        let told = refused.map(|errors| errors[0].message.clone());
        let is_as_wished = match told.as_deref() {
            None => said.is_empty(),
            // What cannot be read is for the compiler to tell, here or later.
            Some(told) => (!said.is_empty() && told.contains(said)) || *expression == "words >",
        };
        assert!(is_as_wished, "{expression}: {told:?}");
        assert_eq!(
            check_untrusted(&rule, &rule),
            Ok(()),
            "the configuration may"
        );
    }
}

#[test]
fn patterns_are_counted_unless_the_configuration_has_them() {
    let patterns = |count: usize| RuleText {
        include: (0..count).map(|nth| format!("/a{nth}.*z/")).collect(),
        exclude: vec!["a word".to_owned(), "/(/".to_owned()],
        ..RuleText::default()
    };
    let known = RuleText::default();
    assert_eq!(check_untrusted(&patterns(15), &known), Ok(()));
    let errors = check_untrusted(&patterns(17), &known).expect_err("too many");
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].message.contains("more than 16 patterns"));
    assert_eq!(check_untrusted(&patterns(20), &patterns(10)), Ok(()));
}

#[test]
fn no_expression_takes_the_daemon_with_it() {
    let desk = desk("");
    let daemon = started(&desk);
    for expression in hostile() {
        let began = Instant::now();
        let path = format!("/merged/preview{}", query(&[("where", &expression)]));
        let answer = daemon.until(&path, |answer| !is_taken(answer));
        let start: String = expression.chars().take(40).collect();
        assert!(
            matches!(answer.status, 200 | 414 | 503),
            "{start}: {}",
            answer.status
        );
        assert!(began.elapsed() < SOON, "{start}: {:?}", began.elapsed());
        assert_eq!(daemon.ask("GET", "/healthz", &[]).status, 200, "{start}");
    }
    let page = preview(&daemon, &[("where", "words > 1")]);
    assert_eq!(texts(&page, "h2 + ul li").len(), 3);
}

/// Whether another preview is being made.
fn is_taken(answer: &Answer) -> bool {
    answer.status == 503 && answer.text().contains("another preview")
}

#[test]
fn a_long_preview_ends_and_keeps_nobody_waiting() {
    let desk = Desk::new(
        "[[source]]\nid = \"a\"\npath = \"a.xml\"\nfirst_items = 0\n[[output]]\nid = \"merged\"\n",
    );
    let entries: Vec<(String, String, String)> = (0..900)
        .map(|nth| {
            (
                format!("{nth}"),
                format!("Headline {nth}"),
                format!("Text {nth} {}", "of words ".repeat(300)),
            )
        })
        .collect();
    let entries: Vec<(&str, &str, &str)> = entries
        .iter()
        .map(|(id, title, text)| (&**id, &**title, &**text))
        .collect();
    desk.write("a.xml", &rss(&entries));
    refresh(&desk, &[]);
    let daemon = started(&desk);
    // Every text is folded anew for every word.
    let slow = vec!["!text.has_word(\"unheard of\" + source)"; 15].join(" && ");
    let path = format!("/merged/preview{}", query(&[("where", &slow)]));
    std::thread::scope(|scope| {
        let began = Instant::now();
        // Whoever asks whether it is under way may have its turn.
        let long = scope.spawn(|| daemon.until(&path, |answer| !is_taken(answer)));
        let taken = daemon.until("/merged/preview?include=x", is_taken);
        assert!(taken.header("retry-after").is_some(), "{}", taken.head);
        for other in ["/healthz", "/merged.atom", "/merged/preview"] {
            let asked = Instant::now();
            assert_eq!(daemon.ask("GET", other, &[]).status, 200, "{other}");
            assert!(
                asked.elapsed() < AT_ONCE,
                "{other} waited {:?}",
                asked.elapsed()
            );
        }
        let long = long.join().expect("answered");
        assert_eq!(long.status, 503, "{}", long.text());
        assert!(long.header("retry-after").is_some());
        assert!(long.text().contains("mainstem preview"), "{}", long.text());
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    });
    // The work has ended with its answer, and the next one has its turn.
    let began = Instant::now();
    let page = preview(&daemon, &[("include", "headline")]);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    assert!(texts(&page, "h2 + ul li")[2].starts_with("900 items would stay"));
}

#[test]
fn a_configuration_may_say_any_of_it_without_a_crash() {
    let plain = Desk::new("[[source]]\nid = \"a\"\npath = \"a.xml\"\n[[output]]\nid = \"o\"\n");
    plain.write("a.xml", &rss(&[]));
    refresh(&plain, &[]);
    for expression in hostile() {
        // JSON's escapes are TOML's.
        let written = serde_json::to_string(&expression).expect("a string");
        let desk = Desk::new(&format!(
            "[[source]]\nid = \"a\"\npath = \"a.xml\"\n[[output]]\nid = \"o\"\nwhere = {written}\n"
        ));
        desk.write("a.xml", &rss(&[]));
        let checked = desk.run(&["check"]);
        // 78: a problem with its place; a signal would leave no code.
        assert!(
            matches!(checked.status.code(), Some(0 | 78)),
            "{expression}: {checked:?}"
        );
        if expression.contains('\0') {
            // No argument has that.
            continue;
        }
        let previewed = plain.run(&["preview", "o", &format!("--where={expression}")]);
        assert!(
            matches!(previewed.status.code(), Some(0 | 2)),
            "{expression}: {previewed:?}"
        );
    }
}
