//! The configuration: everything that is wrong in one run, each at its place; the defaults as they are documented.

use std::path::Path;

use mainstem::config::{self, Environment, Problems, Severity};
use mainstem::fetch::SourceSettings;
use mainstem::schedule;
use mainstem::store::StoreLocation;
use tempfile::TempDir;

fn load(text: &str) -> Result<config::Loaded, Problems> {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("c.toml");
    std::fs::write(&path, text).expect("writable");
    config::load(&path, &Environment::default())
}

/// `line:column: message` of each problem.
fn problems(text: &str) -> Vec<String> {
    let found = load(text).map_or_else(|problems| problems, |loaded| loaded.problems);
    let line = |problem: &config::Problem| {
        let (line, column) = problem.place.expect("a place");
        format!("{line}:{column}: {}", problem.message)
    };
    found.0.iter().map(line).collect()
}

const SOURCE: &str = "[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n";
const OUTPUT: &str = "[[output]]\nid = \"o\"\n";

#[test]
#[expect(clippy::too_many_lines, reason = "the cases are a table")]
fn each_problem_has_its_place() {
    let cases: Vec<(String, &str)> = vec![
        (
            format!("[words]\ncities = [\"Bern\"]\n{SOURCE}{OUTPUT}include = [\"list:citys\"]\n"),
            "8:12: there is no list \"citys\" in [words]",
        ),
        (
            format!("[words]\ncities = [\"Bern\", \"…\"]\n{SOURCE}{OUTPUT}"),
            "2:19: \"…\" holds no word",
        ),
        (
            format!("[words]\ncities = []\n{SOURCE}{OUTPUT}"),
            "2:10: the list \"cities\" in [words] is empty",
        ),
        (
            format!(
                "[words]\ncities = [\"Bern\", 3]\n{SOURCE}{OUTPUT}include = [\"list:cities\"]\n"
            ),
            "2:10: the list \"cities\" in [words] holds something that is no text in quotes",
        ),
        (
            format!("[words]\ncities = [\"Bern\", \"list:villages\"]\n{SOURCE}{OUTPUT}"),
            "2:19: \"list:villages\" is in a list, which holds words and no other list",
        ),
        (
            format!("[words]\ncities = [\"Bern\"]\n{SOURCE}{OUTPUT}include = [\"list:Cities\"]\n"),
            "8:12: there is no list \"Cities\" in [words]",
        ),
        (
            format!("{SOURCE}tls = \"own.pem\"\n{OUTPUT}"),
            "4:7: `tls` in [[source]]: invalid type: string \"own.pem\", expected a table",
        ),
        (
            format!("[words]\ncities = \"Bern\"\n{SOURCE}{OUTPUT}"),
            "2:10: the list \"cities\" in [words] is a text and no list",
        ),
        (
            format!("[words]\ncities = {{ path = \"x\" }}\n{SOURCE}{OUTPUT}"),
            "2:10: the list \"cities\" in [words] has an unknown key `path`",
        ),
        (
            format!("[words]\ncities = {{ file = \"nosuch.txt\" }}\n{SOURCE}{OUTPUT}"),
            "2:10: the list \"cities\" in [words]: ",
        ),
        (
            format!("[words]\nCities = [\"Bern\"]\n{SOURCE}{OUTPUT}"),
            "2:10: the list \"Cities\" in [words] has a name that is not made of a-z, 0-9 and -",
        ),
        (
            format!("{SOURCE}{OUTPUT}include = [\"x\"]\nin = [\"titel\"]\n"),
            "7:7: \"titel\" is no part of an entry",
        ),
        (
            format!("{SOURCE}{OUTPUT}include = [\"x\"]\nin = []\n"),
            "7:6: `in` names nothing to look in",
        ),
        (
            format!("{SOURCE}in = [\"headline\"]\nexclude = [\"x\"]\n{OUTPUT}"),
            "4:7: \"headline\" is no part of an entry",
        ),
        (
            format!("{SOURCE}{OUTPUT}include = [\"mi*ion\"]\n"),
            "6:15: \"mi*ion\" has a `*` that does not end a word at its end",
        ),
        (
            format!("{SOURCE}titel = \"x\"\n{OUTPUT}"),
            "4:1: unknown key `titel` in [[source]]",
        ),
        (
            format!("[servers]\n{SOURCE}{OUTPUT}"),
            "1:2: unknown key `servers`",
        ),
        (
            format!("[fetch]\ntimeout = \"0s\"\n{SOURCE}{OUTPUT}"),
            "2:11: `timeout` of nothing",
        ),
        (
            format!("[fetch]\ntimeout = \"5 s\"\n{SOURCE}{OUTPUT}"),
            "2:11: `timeout` in [fetch]: \"5 s\"",
        ),
        (
            format!("[fetch]\nmax_body = \"8mb\"\n{SOURCE}{OUTPUT}"),
            "2:12: `max_body` in [fetch]: \"8mb\"",
        ),
        (
            format!("[fetch]\nper_host = 0\n{SOURCE}{OUTPUT}"),
            "2:12: `per_host` in [fetch]: invalid value: integer `0`, expected a whole number from 1",
        ),
        (
            format!("[source]\nid = \"a\"\nurl = \"https://a.example/\"\n{OUTPUT}"),
            "1:1: `source` is one table, and a list of tables is meant",
        ),
        (
            format!("[fetch]\nallow_addresses = [\"127.0.0.1/99\"]\n{SOURCE}{OUTPUT}"),
            "2:20: \"127.0.0.1/99\" is no block",
        ),
        (
            format!("[fetch]\ntime_zone = \"Berlin\"\n{SOURCE}{OUTPUT}"),
            "2:13: \"Berlin\" is no time zone",
        ),
        (
            format!("[fetch]\nmin_interval = \"2d\"\n{SOURCE}{OUTPUT}"),
            "2:16: `min_interval` (2d) is longer",
        ),
        (
            format!("[fetch]\nevery = \"1h\"\ncron = \"* * * * *\"\n{SOURCE}{OUTPUT}"),
            "3:8: `every` and `cron`",
        ),
        (
            format!("{SOURCE}cron = \"0 99 * * *\"\n{OUTPUT}"),
            "4:11: hour \"99\"",
        ),
        (
            format!("{SOURCE}{SOURCE}{OUTPUT}"),
            "5:6: the id \"a\" is taken",
        ),
        (
            format!("{SOURCE}concurrency = 3\n{OUTPUT}"),
            "4:15: `concurrency` counts all",
        ),
        (
            format!("{SOURCE}path = \"x.xml\"\n{OUTPUT}"),
            "4:8: a source with a `url` and a `path`",
        ),
        (
            format!("{SOURCE}formerly = \"a\"\n{OUTPUT}"),
            "4:12: `formerly` names \"a\"",
        ),
        (
            format!("{SOURCE}headers = {{ Host = \"x\" }}\n{OUTPUT}"),
            "4:20: \"Host\" is no header",
        ),
        (
            "[[source]]\nid = \"a\"\nurl = \"file:///etc/passwd\"\n[[output]]\nid = \"o\""
                .to_owned(),
            "3:7: file: is not",
        ),
        (
            "[[source]]\nid = \"Ä b\"\nurl = \"https://a.example/\"\n[[output]]\nid = \"o\""
                .to_owned(),
            "2:6: the id \"Ä b\"",
        ),
        (
            format!("{SOURCE}[[output]]\nid = \"sources\"\n"),
            "5:6: the id \"sources\" is the address of something else",
        ),
        (
            format!("{SOURCE}[[output]]\nid = \"story\"\n"),
            "5:6: the id \"story\" is the address of something else",
        ),
        (
            format!("{SOURCE}{OUTPUT}max_bytes = \"0B\"\n"),
            "6:13: `max_bytes` of nothing",
        ),
        (
            format!("{SOURCE}{OUTPUT}sources = [\"a\", \"b\"]\n"),
            "6:17: there is no source \"b\"",
        ),
        (
            format!("{SOURCE}{OUTPUT}where = 'words > 1 && titel == \"x\"'\n"),
            "6:23: unknown field `titel`",
        ),
        (
            format!("{SOURCE}{OUTPUT}where = 'words > \"many\"'\n"),
            "6:",
        ),
        (
            format!("{SOURCE}{OUTPUT}title_format = \"{{tittle}}\"\n"),
            "6:16: `title_format` knows",
        ),
        (
            format!("{SOURCE}{OUTPUT}token_file = \"not-there\"\n"),
            "6:14: ",
        ),
        (
            format!("{SOURCE}{OUTPUT}hub = \"https://me:key@hub.example/\"\n"),
            "6:7: `hub` carries credentials",
        ),
        (
            format!("{SOURCE}{OUTPUT}token_file = \"t\"\nhub = \"https://hub.example/\"\n"),
            "7:7: `hub` and `token_file` exclude each other",
        ),
        (
            format!("[metrics]\nlisten = \"localhost\"\n{SOURCE}{OUTPUT}"),
            "2:10: \"localhost\" is not an address with a port",
        ),
        (
            format!("[metrics]\nlisten = \"127.0.0.1:8480\"\n{SOURCE}{OUTPUT}"),
            "2:10: 127.0.0.1:8480 is where the outputs are served",
        ),
        (
            format!("[metrics]\n{SOURCE}{OUTPUT}"),
            "1:1: [metrics] without a `listen`",
        ),
    ];
    for (text, expected) in cases {
        let found = problems(&text);
        assert!(
            found.iter().any(|problem| problem.starts_with(expected)),
            "expected {expected}\nfound {found:#?}\nin\n{text}"
        );
        assert!(load(&text).is_err(), "it would start with\n{text}");
    }
}

#[test]
fn one_run_finds_all_of_it() {
    let text = "[fetch]\nevry = \"1h\"\ntimeout = 5\n[[source]]\nid = \"A\"\nurl = \"x\"\n[[output]]\nid = \"health\"\nexclude = [\"/(/\"]\n";
    let found = problems(text);
    let places: Vec<&str> = found
        .iter()
        .filter_map(|problem| problem.split(": ").next())
        .collect();
    assert_eq!(
        places,
        ["2:1", "3:11", "5:6", "6:7", "8:6", "9:12"],
        "{found:#?}"
    );
}

#[test]
fn a_hub_that_is_told_of_addresses_of_this_machine_is_warned_of() {
    let hub = format!("{SOURCE}{OUTPUT}hub = \"https://hub.example/\"\n");
    let found = problems(&hub);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].starts_with("6:7: the hub is told of documents under http://127.0.0.1:8480/"),
        "{found:#?}"
    );
    assert!(load(&hub).is_ok(), "it works, for who is on this machine");
    let reachable = format!("[server]\npublic_url = \"https://news.example.org/\"\n{hub}");
    assert!(problems(&reachable).is_empty());
}

#[test]
fn corrections_that_would_stand_nowhere_are_warned_of() {
    let of = |content: &str| format!("{SOURCE}{OUTPUT}show_changes = true\n{content}");
    assert!(problems(&of("")).is_empty());
    for content in ["content = \"summary\"\n", "content = \"link\"\n"] {
        let found = problems(&of(content));
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(
            found[0].starts_with("6:16: `show_changes` shows nothing"),
            "{found:#?}"
        );
        assert!(load(&of(content)).is_ok());
    }
}

#[test]
fn what_only_one_source_lacks_stops_nothing() {
    let loaded = load(&format!(
        "[[source]]\nid = \"a\"\npath = \"missing.xml\"\n{OUTPUT}"
    ))
    .expect("it starts");
    assert_eq!(loaded.problems.worst(), Some(Severity::Missing));
}

/// What `config/default.toml` says is what holds where nothing is said.
#[test]
fn the_documented_defaults_are_the_defaults() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let written = config::load(&root.join("default.toml"), &Environment::default())
        .expect("it loads")
        .config;
    let silent = load("[[source]]\nid = \"example\"\nurl = \"https://feeds.example.org/rss\"\n[[output]]\nid = \"merged\"\n").expect("it loads").config;
    assert_eq!(written.listen, silent.listen);
    assert_eq!(written.store.keep, silent.store.keep);
    assert_eq!(written.store.max_size, silent.store.max_size);
    assert_eq!(written.fetch, silent.fetch);
    assert_eq!(written.dedupe_window, silent.dedupe_window);
    assert_eq!(
        format!("{:?}", written.targets),
        format!("{:?}", silent.targets)
    );
    assert_eq!(written.plan.public_url, silent.plan.public_url);
    assert_eq!(
        written.plan.outputs[0].output,
        silent.plan.outputs[0].output
    );
    assert_eq!(silent.fetch, mainstem::fetch::Settings::default());
    assert_eq!(*silent.targets[0].fetch, SourceSettings::default());
    assert_eq!(silent.targets[0].schedule, schedule::Settings::default());
    let [written, silent] = [written, silent].map(|config| {
        let StoreLocation::File(path) = config.store.settings.location;
        path.file_name().map(ToOwned::to_owned)
    });
    assert_eq!(written, silent);
}

/// Every key that the schema has stands in `config/default.toml`, written or commented out.
#[test]
fn the_schema_and_the_documented_defaults_name_the_same_keys() {
    let schema: serde_json::Value = serde_json::from_str(&config::schema()).expect("JSON");
    let documented = include_str!("../../config/default.toml");
    let not_in_this_version = ["url"];
    let mut keys = Vec::new();
    collect_keys(&schema, &mut keys);
    assert!(keys.len() > 40, "{keys:?}");
    for key in keys
        .iter()
        .filter(|key| !not_in_this_version.contains(&key.as_str()))
    {
        let named = documented
            .lines()
            .map(|line| line.trim_start_matches(['#', ' ', '[']))
            .any(|line| {
                line.strip_prefix(key.as_str())
                    .is_some_and(|rest| rest.starts_with([' ', '=', ']']))
            });
        assert!(named, "{key} is not in config/default.toml");
    }
}

fn collect_keys(schema: &serde_json::Value, keys: &mut Vec<String>) {
    match schema {
        serde_json::Value::Object(members) => {
            if let Some(serde_json::Value::Object(properties)) = members.get("properties") {
                keys.extend(
                    properties
                        .keys()
                        .filter(|key| !["file", "credential", "insecure"].contains(&key.as_str()))
                        .cloned(),
                );
            }
            members
                .values()
                .for_each(|member| collect_keys(member, keys));
        }
        serde_json::Value::Array(members) => {
            members.iter().for_each(|member| collect_keys(member, keys));
        }
        _ => {}
    }
}

#[test]
fn the_examples_load_without_a_problem() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let examples = std::fs::read_dir(root.join("examples"))
        .expect("examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        });
    let all: Vec<_> = examples
        .chain([root.join("mainstem.toml"), root.join("default.toml")])
        .collect();
    assert!(all.len() >= 4);
    for path in all {
        let loaded = config::load(&path, &Environment::default()).expect("it loads");
        assert_eq!(loaded.problems, Problems::default(), "{}", path.display());
    }
}

#[test]
fn every_wrong_header_is_told_with_what_to_write() {
    let text = format!(
        "{SOURCE}[source.headers]\nA = 5\nB = {{ fil = \"x\" }}\nC = \"fine\"\nD = {{ file = 3 }}\nE = {{ file = \"x\", credential = \"y\" }}\n\
         F = [\"x\"]\nG = {{}}\nH = 2020-01-01\nHost = \"x\"\n{OUTPUT}"
    );
    let expected = [
        "5:5: the header \"A\" is a number",
        "6:5: the header \"B\" has an unknown key `fil`",
        "8:5: the header \"D\" has a `file` that is a number",
        "9:5: the header \"E\" has two values",
        "10:5: the header \"F\" is a list",
        "11:5: the header \"G\" has no value",
        "12:5: the header \"H\" is a date",
        "13:8: \"Host\" is no header",
    ];
    assert_starts(&problems(&text), &expected);
    let found = load(&text).expect_err("wrong");
    for problem in &found.0[..7] {
        for form in ["\"…\"", "{ file = ", "{ credential = "] {
            assert!(problem.hint.contains(form), "{problem}");
        }
    }
}

fn assert_starts(found: &[String], expected: &[&str]) {
    let agree = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(problem, expected)| problem.starts_with(expected));
    assert!(agree, "expected {expected:#?}\nfound {found:#?}");
}

/// What was lost with the line that cannot be read is not missed.
#[test]
fn after_a_slip_in_the_syntax_only_what_is_certain_is_told() {
    let cases: [(String, &[&str]); 6] = [
        (
            format!("[server\nlisten = \"127.0.0.1:1\"\n{SOURCE}{OUTPUT}"),
            &["1:"],
        ),
        ("[server\nlisten = \"127.0.0.1:1\"\n".to_owned(), &["1:"]),
        (
            format!("[[source]]\nid = \"a\nurl = \"https://a.example/\"\n{OUTPUT}"),
            &["2:"],
        ),
        (
            format!(
                "[[source]\nid = \"a\"\nurl = \"https://a.example/\"\n{OUTPUT}sources = [\"a\", \"tag:x\"]\n"
            ),
            &["1:"],
        ),
        (
            format!("[[source]]\nid = \"a\"\nurl = https://a.example/\n{OUTPUT}"),
            &["3:"],
        ),
        // What is wrong in itself is wrong all the same.
        (
            format!("nonsense = 1\n{SOURCE}timeout = \"0s\"\n[[output\nid = \"o\"\n"),
            &["1:1: unknown key `nonsense`", "5:11: `timeout`", "6:"],
        ),
    ];
    for (text, expected) in cases {
        let mut found = problems(&text);
        found.dedup_by_key(|problem| problem.split(':').next().map(str::to_owned));
        assert_starts(&found, expected);
    }
}

#[test]
fn an_id_that_cannot_be_is_answered_with_one_that_can() {
    let cases = [
        ("", "write one such as \"agency\""),
        ("***", "write one such as \"agency\""),
        ("The Agency!", "write \"the-agency\""),
        ("Ä b", "write \"a-b\""),
    ];
    for (id, hint) in cases {
        let text = format!("[[source]]\nid = \"{id}\"\nurl = \"https://a.example/\"\n{OUTPUT}");
        let found = load(&text).expect_err("wrong");
        assert_eq!(found.0[0].hint, hint, "{id:?}");
    }
}
