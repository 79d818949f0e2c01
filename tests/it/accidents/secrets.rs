//! Secrets: one form for sources and outputs, needed only by what uses them, judged as the service will see them.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::corpus;
use crate::support::daemon::{Desk, mainstem};
use crate::support::installation::{Installation, said};
use crate::support::origin::{Origin, response, rss};

const OUTPUT: &str = "[[output]]\nid = \"o\"\n";

fn source(header: &str) -> String {
    format!(
        "[[source]]\nid = \"a\"\nurl = \"https://a.example/feed\"\nheaders = {{ Authorization = {header} }}\n"
    )
}

/// `credentials-outside/credential.toml`.
#[test]
fn outside_the_unit_a_credential_is_missed_only_by_what_uses_it() {
    let desk = Desk::new("");
    let configuration = std::fs::read(corpus("credentials-outside/credential.toml"));
    desk.write("c.toml", &configuration.expect("readable"));
    let cases: [(&[&str], i32); 9] = [
        (&["check"], 0),
        (&["sources"], 0),
        (&["print", "o"], 0),
        (&["export"], 0),
        (&["preview", "o", "--include", "x"], 0),
        (&["explain", "x"], 1),
        (&["run"], 78),
        (&["refresh"], 78),
        (&["refresh", "a"], 78),
    ];
    for (command, code) in cases {
        let ended = desk.run(command);
        let (out, why) = said(&ended);
        assert_eq!(ended.status.code(), Some(code), "{command:?}: {why}");
        let found = if command == ["check"] { out } else { why };
        if command == ["check"] || code == 78 {
            assert!(found.contains("c.toml:6:"), "{command:?}: {found}");
            assert!(
                found.contains("CREDENTIALS_DIRECTORY"),
                "{command:?}: {found}"
            );
            assert_eq!(
                found.contains("warning:"),
                code == 0,
                "{command:?}: {found}"
            );
        } else if code == 0 {
            assert!(found.contains("1 warning"), "{command:?}: {found}");
        }
    }
}

#[test]
fn another_source_is_polled_without_the_secret_of_the_first() {
    let origin = Origin::start(|_| {
        response(
            "200 OK",
            &[],
            &rss(&[("1", "Quay", "The quay is swept at dawn")]),
        )
    });
    let sources = |first: &str| {
        format!(
            "[fetch]\nhost_gap = \"0s\"\nallow_addresses = [\"127.0.0.1\"]\n[[source]]\nid = \"a\"\nurl = \"{0}\"\nheaders = {{ X-Key = {first} }}\n[[source]]\nid = \"b\"\nurl = \"{0}\"\n{OUTPUT}",
            origin.url("/feed")
        )
    };
    for first in ["{ credential = \"agency\" }", "{ file = \"not-there\" }"] {
        let desk = Desk::new(&sources(first));
        let ended = desk.run(&["refresh", "b"]);
        let (out, why) = said(&ended);
        assert_eq!(ended.status.code(), Some(0), "{out}{why}");
        assert!(
            out.contains("b  fresh") && !out.contains("a  "),
            "asked without its key: {out}"
        );
        assert_eq!(
            desk.run(&["refresh", "a"]).status.code(),
            Some(78),
            "{first}"
        );
    }
    assert_eq!(origin.asked().len(), 2);
}

#[test]
fn a_token_is_a_file_or_a_credential() {
    let desk = Desk::new("");
    desk.write("kept", b"open-sesame\n");
    let forms = [
        "token = { file = \"kept\" }",
        "token_file = \"kept\"",
        "token = { credential = \"kept\" }",
    ];
    for form in forms {
        desk.configure(&format!("{OUTPUT}{form}\n"));
        let directory = desk.path("");
        let credentials = ("CREDENTIALS_DIRECTORY", directory.to_str().expect("UTF-8"));
        let daemon = desk.start_in(&[credentials]);
        assert_eq!(daemon.ask("GET", "/o.atom", &[]).status, 401, "{form}");
        let with = daemon.ask("GET", "/o.atom?token=open-sesame", &[]);
        assert_eq!(with.status, 200, "{form}");
        assert_eq!(daemon.stop(), Some(0));
        // Without it the output would be open to everybody.
        if form.contains("credential") {
            assert_eq!(desk.run(&["run"]).status.code(), Some(78), "{form}");
            assert_eq!(desk.run(&["print", "o"]).status.code(), Some(0), "{form}");
        }
    }
}

/// Neither is waited for, nor read without end.
#[test]
fn a_secret_is_read_from_a_file_only() {
    let desk = Desk::new("");
    let made = Command::new("mkfifo").arg(desk.path("pipe")).status();
    assert!(made.expect("mkfifo runs").success());
    for path in ["pipe", "/dev/zero"] {
        desk.configure(&format!("{OUTPUT}token = {{ file = \"{path}\" }}\n"));
        let (out, _) = said(&desk.run(&["check"]));
        assert!(out.contains("it is no file"), "{path}: {out}");
    }
}

#[test]
fn every_wrong_secret_is_told_with_what_to_write() {
    let desk = Desk::new("");
    desk.write("kept", b"open-sesame");
    desk.write("empty", b" \n");
    let output = |keys: &str| format!("{OUTPUT}{keys}\n");
    let cases: [(String, &[&str]); 10] = [
        (output("token = \"x\""), &["c.toml:6:", "{ file = "]),
        (output("token = 5"), &["c.toml:6:", "{ file = "]),
        (
            output("token = { fil = \"x\" }"),
            &["c.toml:6:", "unknown key `fil`"],
        ),
        (
            output("token = { file = \"kept\", credential = \"x\" }"),
            &["c.toml:6:", "two values"],
        ),
        (
            output("token = { file = \"empty\" }"),
            &["c.toml:6:", "empty"],
        ),
        (
            output("token = { file = \"not-there\" }"),
            &["c.toml:6:", "not-there", "LoadCredential="],
        ),
        (
            output("token = { credential = \"../x\" }"),
            &["c.toml:6:", "\"../x\" is no name"],
        ),
        (
            output("token = { file = \"kept\" }\ntoken_file = \"kept\""),
            &["c.toml:7:", "`token` and `token_file`"],
        ),
        (
            output("token = { file = \"kept\" }\nhub = \"https://hub.example/\""),
            &["c.toml:7:", "`hub` and `token`"],
        ),
        (
            source("{ credential = \"a/b\" }"),
            &["c.toml:7:", "\"a/b\" is no name"],
        ),
    ];
    for (text, expected) in cases {
        desk.configure(&text);
        let ended = desk.run(&["check"]);
        let (out, _) = said(&ended);
        assert_eq!(ended.status.code(), Some(78), "{text}{out}");
        for part in expected {
            assert!(out.contains(part), "expected {part} in\n{out}\nof\n{text}");
        }
        assert!(!out.contains("open-sesame"), "{out}");
    }
    // A daemon that begins to serve has them all.
    let token = "[server]\nlisten = \"127.0.0.1:0\"\ntoken = { credential = \"x\" }\n";
    desk.write("c.toml", format!("{token}{OUTPUT}").as_bytes());
    assert_eq!(desk.run(&["check"]).status.code(), Some(0));
    let (_, why) = said(&desk.run(&["run"]));
    assert!(why.contains("c.toml:3:9:"), "{why}");
}

#[test]
fn check_judges_files_as_the_service_will_see_them() {
    let header = |secret: &str| source(&format!("{{ file = \"{secret}\" }}"));
    let Some(machine) = Installation::new(&format!("{}{OUTPUT}", header("agency.token"))) else {
        return;
    };
    let set_mode = |name: &str, mode: u32| {
        let path = machine.at("etc/mainstem").join(name);
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("ours");
    };
    machine.write("etc/mainstem/agency.token", b"secret");
    set_mode("mainstem.toml", 0o644);
    let checked = |expected: &[&str]| {
        let ended = machine.run(&["check"]);
        let (out, why) = said(&ended);
        assert_eq!(ended.status.code(), Some(0), "{out}{why}");
        for part in expected {
            assert!(out.contains(part), "expected {part} in\n{out}");
        }
        assert_eq!(out.contains("warning:"), !expected.is_empty(), "{out}");
        assert!(!out.contains("secret\n"), "{out}");
    };
    set_mode("agency.token", 0o600);
    checked(&["mainstem.toml:4:", "agency.token", "LoadCredential="]);
    set_mode("agency.token", 0o644);
    checked(&[]);
    set_mode("", 0o750);
    checked(&["agency.token", "mainstem.toml: warning:"]);
    set_mode("", 0o755);
    set_mode("mainstem.toml", 0o600);
    checked(&["mainstem.toml: warning:"]);
    set_mode("mainstem.toml", 0o644);
    // Under the unit the credentials are what they are.
    let directory = [("CREDENTIALS_DIRECTORY", "/etc/mainstem")];
    machine.configure(&format!(
        "{}{OUTPUT}",
        source("{ credential = \"agency.token\" }")
    ));
    let ended = machine.run_as(0, &directory, &["check"]);
    assert!(!said(&ended).0.contains("warning"), "{ended:?}");
    machine.configure(&format!("{}{OUTPUT}", source("{ credential = \"other\" }")));
    let ended = machine.run_as(0, &directory, &["check"]);
    assert_eq!(ended.status.code(), Some(78), "{ended:?}");
    assert!(
        said(&ended).0.contains("LoadCredential=other:"),
        "{ended:?}"
    );
    // The path that systemd puts credentials at is one of them, too.
    machine.configure(&format!(
        "{}{OUTPUT}",
        header("/run/credentials/mainstem.service/agency")
    ));
    checked(&["mainstem.toml:4:", "credential"]);
}

/// `feed-addresses/wildcard.toml`.
#[test]
fn an_address_of_every_network_without_a_public_url_is_told() {
    let checked = |path: &str| {
        let ended = mainstem(&corpus("")).args(["-c", path, "check"]).output();
        said(&ended.expect("it runs")).0
    };
    let out = checked("feed-addresses/wildcard.toml");
    assert!(
        out.contains("wildcard.toml:2:10: warning:") && out.contains("public_url"),
        "{out}"
    );
    let desk = Desk::new("");
    for (listen, url, warned) in [
        ("0.0.0.0:0", "", true),
        ("[::ffff:0.0.0.0]:0", "", true),
        (
            "0.0.0.0:0",
            "public_url = \"https://news.example/\"\n",
            false,
        ),
        ("127.0.0.1:0", "", false),
        ("unix:x.sock", "", true),
    ] {
        let text = format!(
            "[server]\nlisten = \"{listen}\"\n{url}{}",
            "[[source]]\nid = \"a\"\nurl = \"https://a.example/\"\n[[output]]\nid = \"o\"\n"
        );
        desk.write("c.toml", text.as_bytes());
        let (out, _) = said(&desk.run(&["check"]));
        assert_eq!(out.contains("public_url"), warned, "{listen} {url}: {out}");
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_told_as_such() {
    let ended = mainstem(&corpus(""))
        .args(["-c", "config-help/latin-1.toml", "check"])
        .output();
    let (out, _) = said(&ended.expect("it runs"));
    assert!(
        out.starts_with("config-help/latin-1.toml:4:13:") && out.contains("UTF-8"),
        "{out}"
    );
    let ended = mainstem(&corpus(""))
        .args(["-c", "config-help/token.toml", "check"])
        .output();
    let (out, _) = said(&ended.expect("it runs"));
    assert!(
        out.contains("token.toml:6:9:") && out.contains("token = { file = "),
        "{out}"
    );

    let desk = Desk::new(OUTPUT);
    std::fs::create_dir(desk.path("config")).expect("writable");
    std::fs::rename(desk.path("c.toml"), desk.path("config/mainstem.toml")).expect("there");
    let ended = mainstem(&desk.path(""))
        .env("MAINSTEM_CONFIG", "")
        .arg("sources")
        .output();
    let ended = ended.expect("it runs");
    assert_eq!(
        ended.status.code(),
        Some(0),
        "an empty variable is none: {ended:?}"
    );

    let Some(machine) = Installation::new(OUTPUT) else {
        return;
    };
    let path = machine.at("etc/mainstem/mainstem.toml");
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).expect("ours");
    let ended = machine.run_as(65_534, &[], &["check"]);
    let (out, why) = said(&ended);
    assert_eq!(ended.status.code(), Some(78), "{out}{why}");
    assert!(
        out.contains("Permission denied")
            && out.contains("sudo")
            && !out.contains("MAINSTEM_CONFIG"),
        "{out}"
    );
}
