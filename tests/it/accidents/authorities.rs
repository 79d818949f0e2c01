//! A machine without CA certificates says so, once; what needs none works.

use crate::support::daemon::Desk;
use crate::support::origin::{Origin, response, rss};

#[test]
fn a_machine_without_authorities_says_so_once_and_plain_http_works() {
    let origin = Origin::start(|_| response("200 OK", &[], &rss(&[("1", "One", "Words")])));
    let source = |id: &str, url: &str| {
        format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\nevery = \"1s\"\n")
    };
    let desk = Desk::new(&format!(
        "[fetch]\nhost_gap = \"0s\"\nallow_addresses = [\"127.0.0.1\"]\n{}{}{}[[output]]\nid = \"o\"\n",
        source("plain", &origin.url("/plain")),
        source("one", "https://127.0.0.1:9/one"),
        source("two", "https://127.0.0.1:9/two"),
    ));
    std::fs::create_dir(desk.path("none")).expect("writable");
    let none = desk.path("none").display().to_string();
    let environment = [("SSL_CERT_DIR", none.as_str())];

    let checked = desk.run_in(&environment, &["check"]);
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(said.contains("ca-certificates"), "{said}");
    assert_eq!(checked.status.code(), Some(0), "{said}");

    let daemon = desk.start_in(&environment);
    daemon.until("/o.json", |answer| answer.text().contains("One"));
    let tells = |event: &serde_json::Value| event.to_string().contains("ca-certificates");
    daemon.until_logged(tells);
    let log = daemon.log();
    assert_eq!(
        log.iter().filter(|event| tells(event)).count(),
        1,
        "{log:?}"
    );
    assert_eq!(daemon.stop(), Some(0));

    let listed = desk.run(&["sources", "--json"]);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    let of = |id: &str| {
        let rows = listed.as_array().expect("rows").iter();
        rows.clone()
            .find(|row| row["id"] == id)
            .expect("listed")
            .clone()
    };
    assert_eq!(of("plain")["outcome"], "fresh", "{listed}");
    assert_eq!(
        of("one")["errors"],
        0,
        "nothing is held against it: {listed}"
    );
}
