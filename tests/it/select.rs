//! Rules: what they keep, what they drop, what is wrong with them.

use mainstem::model::{Category, Entry, Location, Source, SourceId, Timestamp};
use mainstem::select::{Reading, Rule, RulePart, RuleText, Subject, Verdict, Vocabulary};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn entry() -> Entry {
    Entry {
        title: "Peace talks in Genève resume".to_owned(),
        text: "Delegates met on Tuesday. The “second round” of co-operation talks — 北京会议 — ends tomorrow.".to_owned(),
        url: "https://news.example/a/1".parse().ok(),
        language: Some("en".to_owned()),
        published: Some(at("2026-03-02T10:00:00Z")),
        categories: vec![Category { term: "World".to_owned(), ..Category::default() }],
        ..Entry::default()
    }
}

fn source() -> Source {
    Source {
        id: SourceId::new("agency").expect("an id"),
        location: Location::File("x".into()),
        title: None,
        tags: vec!["wire".to_owned()],
        priority: 0,
        first_items: None,
        daily_items: None,
        identity: None,
        formerly: None,
    }
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn judge(text: &RuleText) -> Verdict {
    let (entry, source) = (entry(), source());
    let rule = Rule::compile(text).unwrap_or_else(|errors| panic!("{text:?}: {errors:?}"));
    judge_by(&rule, &entry, &source, 2)
}

fn judge_by(rule: &Rule, entry: &Entry, source: &Source, copies: usize) -> Verdict {
    let vocabulary = Vocabulary::of([rule]);
    let reading = Reading::new(entry, &vocabulary);
    let first_seen = at("2026-03-02T11:00:00Z");
    rule.judge(&Subject::new(&reading, source, first_seen, copies))
}

#[test]
fn words_are_folded_and_whole() {
    let cases = [
        ("peace", true),
        ("PEACE TALKS", true),
        ("geneve", true),
        ("Genève", true),
        ("pea", false),
        ("talks in geneve", true),
        ("talks geneve", false),
        ("second round", true),
        ("\"second round\"", true),
        ("resume delegates", false),
        ("北京", true),
        ("上海", false),
        ("co-operation", true),
        ("/gen[eè]ve/", true),
        ("/^delegates/", true),
        ("/^talks/", false),
        ("/tu\\w+day/", true),
    ];
    for (word, kept) in cases {
        let include = RuleText {
            include: words(&[word]),
            ..RuleText::default()
        };
        assert_eq!(judge(&include) == Verdict::Kept, kept, "include {word}");
        let exclude = RuleText {
            exclude: words(&[word]),
            ..RuleText::default()
        };
        assert_eq!(judge(&exclude) == Verdict::Kept, !kept, "exclude {word}");
    }
}

/// A title, a word of a rule, and whether it is found.
const SIGNS: &[(&str, &str, bool)] = &[
    ("C++ news", "C++", true),
    ("New in (C++), C# and F#", "c++", true),
    ("New in (C++), C# and F#", "C#", true),
    ("Vitamin C helps", "C++", false),
    ("C++20 is out", "C++", false),
    ("Objective-C++ and C", "C++", true),
    // As ever: a word without signs is found whatever signs stand around it.
    ("C++ news", "C", true),
    ("#shorts clip", "shorts", true),
    ("#Shorts clip", "#shorts", true),
    ("＃shorts clip", "#shorts", true),
    ("Men wear shorts", "#shorts", false),
    ("Move to .NET now", ".NET", true),
    ("Ends with dots....NET", ".NET", false),
    ("The net result", ".NET", false),
    ("Buy $TSLA, sell", "$TSLA", true),
    ("TSLA falls", "$TSLA", false),
    ("AT&T buys", "AT&T", true),
    ("at t", "AT&T", false),
    ("Look at TT", "AT&T", false),
    ("Thanks, @name!", "@name", true),
    ("A name", "@name", false),
    ("Rates at 3.5% again", "3.5%", true),
    ("Rates at 3.5 again", "3.5%", false),
    ("Cost: €5", "€5", true),
    ("Cost: $5", "€5", false),
    ("learn C++ today", "learn C++", true),
    ("learn C today", "learn C++", false),
    // Punctuation parts words and is none, in rules and texts.
    ("Yahoo buys", "Yahoo!", true),
    ("Peace-talks go on", "peace talks", true),
    ("Peace talks go on", "peace-talks", true),
    ("Q and A", "Q & A", false),
    ("Q, A", "Q & A", true),
    ("TCP IP", "TCP/IP", true),
    ("#東京 の天気", "#東京", true),
    ("東京の天気", "#東京", false),
    // Beginnings.
    ("Migrants arrive", "migra*", true),
    ("MIGRATION rises", "migra*", true),
    ("Emigrants leave", "migra*", false),
    ("Peace talkers", "peace talk*", true),
    ("Peace talks", "peace talk*", true),
    ("#covid19 rises", "#covid*", true),
    ("covid19 rises", "#covid*", false),
];

#[test]
fn signs_belong_to_words() {
    for (title, word, is_found) in SIGNS {
        let entry = Entry {
            title: (*title).to_owned(),
            ..Entry::default()
        };
        let rules = [
            RuleText {
                include: words(&[word]),
                ..RuleText::default()
            },
            RuleText {
                condition: Some(format!("title.has_word({word:?})")),
                ..RuleText::default()
            },
        ];
        for text in rules {
            let rule = Rule::compile(&text).unwrap_or_else(|errors| panic!("{word}: {errors:?}"));
            let verdict = judge_by(&rule, &entry, &source(), 1);
            assert_eq!(
                verdict == Verdict::Kept,
                *is_found,
                "{word:?} in {title:?}: {text:?}"
            );
        }
    }
}

#[test]
fn words_are_looked_for_where_the_rule_says() {
    use mainstem::model::{Enclosure, Person};
    use mainstem::select::Field::{Author, Enclosures, Text, Title, Url};
    let entry = Entry {
        title: "Regatta".to_owned(),
        text: "The harbour is full.".to_owned(),
        url: "https://news.example/sport/caf%C3%A9/1".parse().ok(),
        authors: vec![Person {
            name: "Ann Writer".to_owned(),
            ..Person::default()
        }],
        enclosures: vec![Enclosure {
            media_type: Some("audio/mpeg".to_owned()),
            title: Some("Long talk".to_owned()),
            ..Enclosure::at(
                "https://cdn.example/interview.mp3"
                    .parse()
                    .expect("an address"),
            )
        }],
        ..Entry::default()
    };
    let all = [Title, Text, Url, Author, Enclosures];
    // A word, and where it is found.
    let cases = [
        ("regatta", vec![Title]),
        ("harbour", vec![Text]),
        ("sport", vec![Url]),
        ("café", vec![Url]),
        ("/^https:..news/", vec![Url]),
        ("ann writer", vec![Author]),
        ("interview", vec![Enclosures]),
        ("audio", vec![Enclosures]),
        ("long talk", vec![Enclosures]),
        ("regatta the", vec![]),
        ("mpeg long", vec![]),
    ];
    for (word, found_in) in cases {
        for field in all {
            let text = RuleText {
                include: words(&[word]),
                fields: [field].into(),
                ..RuleText::default()
            };
            let rule = Rule::compile(&text).expect(word);
            let kept = judge_by(&rule, &entry, &source(), 1) == Verdict::Kept;
            assert_eq!(kept, found_in.contains(&field), "{word:?} in {field:?}");
        }
    }
}

#[test]
fn a_star_ends_a_word_or_is_wrong() {
    for (word, offset) in [
        ("*", 0),
        ("*tion", 0),
        ("mi*ion", 2),
        ("peace* talks", 5),
        ("peace *", 6),
        ("migra**", 5),
    ] {
        let text = RuleText {
            include: words(&[word]),
            ..RuleText::default()
        };
        let errors = Rule::compile(&text).map(|_| ()).expect_err(word);
        assert!(
            errors[0].offset == Some(offset) || errors[0].message.contains("holds no word"),
            "{word}: {errors:?}"
        );
    }
}

#[test]
fn where_sees_what_it_is_promised() {
    let cases = [
        ("title.contains(\"talks\")", true),
        ("text.contains(\"second\")", true),
        ("words > 5 && words < 50", true),
        ("language == \"en\"", true),
        ("\"World\" in tags", true),
        ("\"Sport\" in tags", false),
        ("source == \"agency\"", true),
        ("\"wire\" in source_tags", true),
        ("copies == 2", true),
        ("url.startsWith(\"https://news.example/\")", true),
        ("author == \"\"", true),
        ("enclosures.size() == 0", true),
        ("published < first_seen", true),
        ("published > timestamp(\"2026-03-01T00:00:00Z\")", true),
        ("title.matches(\"(?i)PEACE\")", true),
        ("first_seen - published == duration(\"1h\")", true),
        ("!(\"Sport\" in tags) && words > 80", false),
        ("title.has_word(\"GENEVE\")", true),
        ("has_word(title, \"peace talks\")", true),
        ("title.has_word(\"pea\")", false),
        ("text.has_word(\"北京\")", true),
        ("text.has_word(\"\")", false),
        ("host(url) == \"news.example\"", true),
        (
            "host(\"https://www.News.example:81/a\") == \"news.example\"",
            true,
        ),
        ("host(\"no address\") == \"\"", true),
        ("age == duration(\"1h\")", true),
        ("age > duration(\"24h\")", false),
    ];
    for (condition, kept) in cases {
        let text = RuleText {
            condition: Some(condition.to_owned()),
            ..RuleText::default()
        };
        assert_eq!(
            judge(&text) == Verdict::Kept,
            kept,
            "{condition}: {:?}",
            judge(&text)
        );
    }
}

#[test]
fn a_rule_that_cannot_be_evaluated_keeps() {
    let text = RuleText {
        condition: Some("tags[5] == \"x\"".to_owned()),
        ..RuleText::default()
    };
    if let Ok(rule) = Rule::compile(&text) {
        let (entry, source) = (entry(), source());
        let verdict = judge_by(&rule, &entry, &source, 1);
        assert!(matches!(verdict, Verdict::Unjudged(_)), "{verdict:?}");
    }
}

#[test]
fn what_is_wrong_has_its_place() {
    let cases = [
        ("titel == \"x\"", Some(0)),
        ("words > 3 && autor == \"x\"", Some(13)),
        ("words >", None),
        ("words + 1", None),
        ("title > 3", None),
        ("nosuch(title)", Some(0)),
        ("title.matches(\"(\")", None),
    ];
    for (condition, offset) in cases {
        let text = RuleText {
            condition: Some(condition.to_owned()),
            ..RuleText::default()
        };
        let errors = Rule::compile(&text).map(|_| ()).expect_err(condition);
        assert_eq!(errors[0].part, RulePart::Where, "{condition}");
        assert!(
            offset.is_none() || errors[0].offset == offset,
            "{condition}: {errors:?}"
        );
    }
    let text = RuleText {
        include: words(&["fine", "/(/"]),
        exclude: words(&["", "…"]),
        ..RuleText::default()
    };
    let parts: Vec<RulePart> = Rule::compile(&text)
        .map(|_| ())
        .expect_err("wrong")
        .into_iter()
        .map(|error| error.part)
        .collect();
    assert_eq!(
        parts,
        [
            RulePart::Include(1),
            RulePart::Exclude(0),
            RulePart::Exclude(1)
        ]
    );
}

/// A rule that could be written before, and means something else now, is judged anew over the history; no other is.
#[test]
fn rules_that_mean_something_else_now_are_known() {
    for (word, condition, is_new) in [
        ("peace talks", "title.has_word(\"peace\")", false),
        ("co-operation", "url.contains(\"c++\")", false),
        ("/C[+]{2}/", "words > 3 && title != ''", false),
        ("C++", "true", true),
        ("migra*", "true", true),
        ("peace", "title.has_word(\"C++\")", true),
        ("peace", "words > 3 || text.has_word('#shorts')", true),
    ] {
        let text = RuleText {
            include: words(&[word]),
            condition: Some(condition.to_owned()),
            ..RuleText::default()
        };
        assert_eq!(text.is_of_new_kind(), is_new, "{word} {condition}");
    }
}
