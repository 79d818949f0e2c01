//! The service under a real systemd, in a machine of its own.
//!
//! - A reload of a bad configuration fails, and everybody can see why; one of a good configuration keeps the status line.
//! - A hundred restarts by hand leave the service running; a service that cannot start is tried again slowly.
//! - An entry of the journal says which source, why and what to do, on one line, at the right level; so does what ends a start.
//! - JSON lines carry their level to the journal.
//! - `JOURNAL_STREAM` is believed only where it names stderr.

use serde_json::Value;

use super::corpus_text;
use crate::support::machine::{CONFIGURATION, Machine};
use crate::support::origin::{Origin, response};

const FEED: &str = "<rss version=\"2.0\"><channel><title>F</title><item><title>One</title><link>https://f.example/1</link>\
                    </item></channel></rss>";

/// A configuration with a file source of its own and these lines more.
fn configuration(more: &str) -> String {
    format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n{more}\n[[source]]\nid = \"s\"\npath = \"s.xml\"\n[[output]]\nid = \"o\"\n"
    )
}

fn boot(configuration: &str, files: &[(&str, &str)]) -> Option<Machine> {
    let files = [&[("etc/mainstem/s.xml", FEED)], files].concat();
    Machine::boot(configuration, &files)
}

fn message(entry: &Value) -> &str {
    entry["MESSAGE"].as_str().unwrap_or_default()
}

/// The entries that the daemon wrote itself: systemd's own stand beside them.
fn own(machine: &Machine) -> Vec<Value> {
    let mut entries = machine.journal();
    entries.retain(|entry| entry["SYSLOG_IDENTIFIER"] == "mainstem");
    entries
}

#[test]
fn a_refused_reload_fails_loudly() {
    let good = configuration("");
    let Some(machine) = boot(&good, &[]) else {
        return;
    };
    machine.tell("systemctl start mainstem");
    assert_eq!(machine.property("StatusText"), "1 source, 1 output");
    machine.tell("systemctl reload mainstem");
    machine.until_logged("the reload", |entry| {
        message(entry).starts_with("reloaded ")
    });
    assert_eq!(machine.property("StatusText"), "1 source, 1 output");

    machine.write(CONFIGURATION, &corpus_text("unit-manners/bad-key.toml"));
    let refused = machine.run("systemctl reload mainstem");
    assert!(!refused.status.success(), "the reload looks like a success");
    let problem =
        machine.until_logged("the problem", |entry| message(entry).contains("max_entrys"));
    assert_eq!(problem["PRIORITY"], "3", "{problem}");
    assert!(
        message(&problem).contains("/etc/mainstem/mainstem.toml:8:1:"),
        "{problem}"
    );
    assert_eq!(machine.property("ActiveState"), "active");

    // Past the check, as `kill -HUP` goes: the daemon itself refuses, and says so where `systemctl status` shows it.
    machine.tell("systemctl kill --kill-whom=main --signal=HUP mainstem");
    machine.until("the status tells of the refusal", |machine| {
        let status = machine.property("StatusText");
        status.starts_with("reload refused: /etc/mainstem/mainstem.toml:")
    });
    let refusal = machine.until_logged("the refusal", |entry| {
        message(entry).starts_with("reload refused")
    });
    assert_eq!(refusal["PRIORITY"], "3", "{refusal}");
    assert!(
        message(&refusal).contains("mainstem.toml:8:1:"),
        "{refusal}"
    );

    machine.write(CONFIGURATION, &good);
    machine.tell("systemctl reload mainstem");
    machine.until("the status is well again", |machine| {
        machine.property("StatusText") == "1 source, 1 output"
    });
}

/// systemd hides credentials from the commands of a reload, and hands over new ones at a start only.
#[test]
fn a_reload_that_lacks_a_credential_fails_and_one_that_has_all_warns_of_none() {
    let with = |name: &str| configuration("") + &format!("token = {{ credential = \"{name}\" }}\n");
    let files = [
        (
            "etc/systemd/system/mainstem.service.d/credentials.conf",
            "[Service]\nLoadCredential=readers:/etc/mainstem/readers.token\n",
        ),
        ("etc/mainstem/readers.token", "open-sesame\n"),
    ];
    let Some(machine) = boot(&with("readers"), &files) else {
        return;
    };
    machine.tell("systemctl start mainstem");
    machine.tell("systemctl reload mainstem");
    machine.until_logged("the reload", |entry| {
        message(entry).starts_with("reloaded ")
    });
    for entry in own(&machine) {
        assert!(!message(&entry).contains("redential"), "{entry}");
    }

    machine.write(CONFIGURATION, &with("others"));
    let refused = machine.run("systemctl reload mainstem");
    assert!(!refused.status.success(), "the reload looks like a success");
    let problem = machine.until_logged("the problem", |entry| {
        message(entry).contains("LoadCredential=others:")
    });
    assert_eq!(problem["PRIORITY"], "3", "{problem}");

    // What root may read and the service may not is refused, too.
    machine.tell("chmod 600 /etc/mainstem/readers.token");
    let file = configuration("") + "token = { file = \"readers.token\" }\n";
    machine.write(CONFIGURATION, &file);
    let refused = machine.run("systemctl reload mainstem");
    assert!(!refused.status.success(), "the reload looks like a success");
    assert_eq!(machine.property("StatusText"), "1 source, 1 output");
}

/// The line is written by whoever reloads and by whoever watches the store; neither may wipe out what the other has said.
#[test]
fn the_status_tells_of_a_refused_reload_and_of_the_store() {
    let good = configuration("");
    let Some(machine) = boot(&good, &[]) else {
        return;
    };
    machine.tell("systemctl start mainstem");
    let reload = "systemctl kill --kill-whom=main --signal=HUP mainstem";
    let until = |wished: &[&str]| {
        machine.until(&format!("the status tells of {wished:?}"), |machine| {
            let status = machine.property("StatusText");
            wished.iter().all(|part| status.contains(part))
        });
    };
    let store = "/var/lib/mainstem/mainstem.db";
    machine.tell(&format!("mv {store} /var/lib/mainstem/away"));
    until(&["gone", "nothing is polled", "1 source, 1 output"]);
    machine.write(CONFIGURATION, &corpus_text("unit-manners/bad-key.toml"));
    machine.tell(reload);
    until(&["nothing is polled", "reload refused", "1 source, 1 output"]);
    machine.tell(&format!("mv /var/lib/mainstem/away {store}"));
    machine.until("only the refusal is left", |machine| {
        let status = machine.property("StatusText");
        status.starts_with("reload refused: ") && status.contains("1 source, 1 output")
    });
    machine.write(CONFIGURATION, &good);
    machine.tell("systemctl reload mainstem");
    machine.until("the status is well again", |machine| {
        machine.property("StatusText") == "1 source, 1 output"
    });
}

#[test]
fn a_hundred_restarts_by_hand_leave_it_running() {
    let Some(machine) = boot(&configuration(""), &[]) else {
        return;
    };
    machine.tell("systemctl start mainstem");
    // On a busy machine systemd itself fails now and then to move what it starts into the control group that it has just emptied
    // (219, EXIT_CGROUP), before the service has run at all. Such a restart is made again.
    let down = machine.tell(
        "for i in $(seq 100); do \
           for try in 1 2 3; do systemctl restart mainstem; [ \"$(systemctl show -P ExecMainStatus mainstem)\" = 219 ] || break; done; \
           systemctl --quiet is-active mainstem || \
           { systemctl show -p Result,ActiveState,ExecMainStatus mainstem; journalctl -u mainstem --no-pager -n 12; }; \
         done",
    );
    assert_eq!(down, "", "restarts that left the service down");
}

#[test]
fn a_crash_loop_is_slowed() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = held.local_addr().expect("an address").to_string();
    let configuration = configuration("").replace("127.0.0.1:0", &taken);
    let Some(machine) = boot(&configuration, &[]) else {
        return;
    };
    let began = std::time::Instant::now();
    machine.run("systemctl start mainstem");
    machine.until("it is tried again by itself", |machine| {
        machine.property("NRestarts") != "0"
    });
    let elapsed = began.elapsed();
    let restarts: u64 = machine.property("NRestarts").parse().expect("a number");
    assert!(
        restarts <= elapsed.as_secs() / 5,
        "{restarts} restarts in {elapsed:?}"
    );
    let why = machine.until_logged("the reason", |entry| message(entry).contains(&taken));
    assert_eq!(why["PRIORITY"], "3", "{why}");
    assert!(message(&why).contains("[server] listen"), "{why}");
    drop(held);
    machine.until("it comes up when the port is free", |machine| {
        machine.property("ActiveState") == "active"
    });
}

#[test]
fn the_journal_says_which_source_and_why() {
    let html =
        b"<!doctype html><html><head><title>News</title></head><body><p>Hello</p></body></html>";
    let origin = Origin::start(move |asked| match asked.path.as_str() {
        "/page" => response("200 OK", &[("Content-Type", "text/html")], html),
        _ => response("404 Not Found", &[], b"no"),
    });
    let source = |id: &str, url: &str| format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\n");
    let more = format!(
        "[fetch]\nhost_gap = \"0s\"\nallow_addresses = [\"127.0.0.1/32\"]\n{}{}{}",
        source("missing", &origin.url("/feed")),
        source("refusing", "http://127.0.0.1:1/feed"),
        source("page", &origin.url("/page")),
    );
    let Some(machine) = boot(&configuration(&more), &[]) else {
        return;
    };
    machine.tell("systemctl start mainstem");
    let expected = [
        ("missing", "404 Not Found", "new address"),
        ("refusing", "refused", "port"),
        ("page", "HTML", "address of the feed"),
    ];
    for (id, reason, advice) in expected {
        let entry = machine.until_logged(id, |entry| {
            message(entry).contains(&format!("source={id} "))
                && message(entry).contains("source in trouble")
        });
        let told = message(&entry);
        assert!(told.contains(reason) && told.contains(advice), "{entry}");
        assert_eq!(entry["PRIORITY"], "4", "{entry}");
        assert_eq!(
            (&entry["SOURCE"], &entry["OUTCOME"]),
            (&id.into(), &"failed".into()),
            "{entry}"
        );
    }
    for entry in own(&machine) {
        assert!(!message(&entry).contains('\n'), "{entry}");
    }
}

#[test]
fn what_ends_a_start_is_an_error_with_its_place() {
    let Some(machine) = boot(&corpus_text("unit-manners/bad-key.toml"), &[]) else {
        return;
    };
    assert!(!machine.run("systemctl start mainstem").status.success());
    let entry = machine.until_logged("the problem", |entry| message(entry).contains("max_entrys"));
    assert_eq!(entry["PRIORITY"], "3", "{entry}");
    assert!(message(&entry).contains("mainstem.toml:8:1:"), "{entry}");
    assert!(message(&entry).contains("hint: "), "{entry}");
    assert!(
        own(&machine)
            .iter()
            .all(|entry| !message(entry).contains('\n'))
    );
    assert_eq!(machine.property("Result"), "exit-code");
    assert_eq!(
        machine.property("NRestarts"),
        "0",
        "a wrong configuration is not tried again"
    );
}

#[test]
fn json_lines_carry_their_level_to_the_journal() {
    let json = "[Service]\nExecStart=\nExecStart=/usr/bin/mainstem -c /etc/mainstem/mainstem.toml --log-format json run\n";
    let more = "[[source]]\nid = \"refusing\"\nurl = \"http://127.0.0.1:1/feed\"\n[fetch]\nallow_addresses = [\"127.0.0.1/32\"]\n";
    let drop_in = [("etc/systemd/system/mainstem.service.d/json.conf", json)];
    let Some(machine) = boot(&configuration(more), &drop_in) else {
        return;
    };
    machine.tell("systemctl start mainstem");
    let trouble = machine.until_logged("the trouble", |entry| {
        message(entry).contains("\"source\":\"refusing\"")
    });
    assert_eq!(trouble["PRIORITY"], "4", "{trouble}");
    let line: Value = serde_json::from_str(message(&trouble)).expect("JSON");
    assert_eq!(
        (&line["source"], &line["level"]),
        (&"refusing".into(), &"WARN".into())
    );

    machine.write(CONFIGURATION, &corpus_text("unit-manners/bad-key.toml"));
    machine.run("systemctl restart mainstem");
    let fatal = machine.until_logged("the end", |entry| message(entry).contains("max_entrys"));
    assert_eq!(fatal["PRIORITY"], "3", "{fatal}");
    serde_json::from_str::<Value>(message(&fatal)).expect("JSON");
}

#[test]
fn a_journal_stream_that_is_not_stderr_is_no_journal() {
    let recipe = corpus_text("log-manners/journal.txt");
    let variable = recipe
        .split_whitespace()
        .find(|word| word.starts_with("JOURNAL_STREAM="))
        .expect("the recipe sets it");
    let Some(machine) = boot(&configuration(""), &[]) else {
        return;
    };
    let said = machine.tell(&format!(
        "mkdir /var/lib/mainstem; cd /etc/mainstem; {variable} timeout --preserve-status 3 mainstem -c mainstem.toml run 2>&1"
    ));
    assert!(said.contains("serving 1 source, 1 output"), "{said:?}");
}
