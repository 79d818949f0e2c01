//! Items and their ids: whichever source comes first, whatever the configuration becomes, whoever else works on the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use mainstem::clock::ManualClock;
use mainstem::config::{Environment, load};
use mainstem::model::OutputId;
use mainstem::republish::{Plan, Republisher};

use crate::store_contract::{Bench, at, entry};
use crate::support::daemon::Desk;
use crate::support::origin::rss;

const ALPHA: &str = "The harbour office will close its eastern gate for the whole of March while the rails beneath it are being renewed by night";
const BETA: &str = "A choir of forty from the upper valley sings in the old tram depot on Sunday and asks its listeners to bring a cushion each";

fn file_source(id: &str) -> String {
    format!("[[source]]\nid = \"{id}\"\npath = \"{id}.xml\"\nfirst_items = 0\n")
}

/// A feed of one entry under a GUID that is global by its form.
fn feed(guid: &str, title: &str, text: &str) -> Vec<u8> {
    rss(&[(guid, title, text)])
}

/// Title to id.
fn ids(desk: &Desk, output: &str) -> BTreeMap<String, String> {
    let document = desk.json(output);
    let items = document["items"].as_array().expect("items").iter();
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    items
        .map(|item| (text(&item["title"]), text(&item["id"])))
        .collect()
}

#[test]
fn one_guid_in_two_sources_gives_the_same_ids_whoever_comes_first() {
    let by_order = |first: &str, second: &str| {
        let desk = Desk::new(&format!(
            "{}{}[[output]]\nid = \"merged\"\n",
            file_source("a"),
            file_source("b")
        ));
        desk.write("a.xml", &feed("http://ex.example/1", "Alpha", ALPHA));
        desk.write("b.xml", &feed("http://ex.example/1", "Beta", BETA));
        // One pass that stores them in this order; nothing is judged between.
        let config =
            |sources: &str| format!("{sources}[[output]]\nid = \"merged\"\nsources = []\n");
        desk.configure(&config(&(file_source("a") + &file_source("b"))));
        assert!(desk.run(&["refresh", first]).status.success());
        assert!(desk.run(&["refresh", second]).status.success());
        desk.configure(&format!(
            "{}{}[[output]]\nid = \"merged\"\n",
            file_source("a"),
            file_source("b")
        ));
        ids(&desk, "merged")
    };
    let ids = by_order("a", "b");
    assert_eq!(ids.len(), 2);
    assert_eq!(ids, by_order("b", "a"));
}

#[test]
fn copies_stand_in_the_same_order_whoever_comes_first() {
    let sources: String = ["a", "b", "c", "d"].map(file_source).concat();
    let by_order = |order: [&str; 4]| {
        let desk = Desk::new("");
        // Judged only when all have been heard.
        desk.configure(&format!(
            "{sources}[[output]]\nid = \"other\"\nsources = []\n"
        ));
        for source in order {
            desk.write(&format!("{source}.xml"), &feed(source, "Alpha", ALPHA));
            assert!(desk.run(&["refresh", source]).status.success());
        }
        desk.configure(&format!(
            "{sources}[[output]]\nid = \"merged\"\nalso_in = true\n"
        ));
        let item = desk.json("merged")["items"][0].clone();
        let copies = item["_mainstem"]["copies"].as_array().cloned();
        let named: Vec<String> = copies
            .iter()
            .flatten()
            .map(|copy| copy["source"].to_string())
            .collect();
        assert_eq!(named.len(), 3);
        (named, item["content_html"].clone())
    };
    let first = by_order(["a", "b", "c", "d"]);
    for order in [["d", "c", "b", "a"], ["c", "a", "d", "b"]] {
        assert_eq!(first, by_order(order), "{order:?}");
    }
}

#[test]
fn a_release_keeps_its_id_whatever_counts_as_a_duplicate() {
    let output = |duplicates: &str| {
        format!(
            "{}{}[[output]]\nid = \"merged\"\nduplicates = \"{duplicates}\"\n",
            file_source("a"),
            file_source("b")
        )
    };
    let desk = Desk::new(&output("near"));
    desk.write("a.xml", &feed("tag:ex.example,2020:1", "Alpha", ALPHA));
    desk.write("b.xml", &feed("tag:ex.example,2020:2", "Beta", BETA));
    assert!(desk.run(&["refresh"]).status.success());
    let before = ids(&desk, "merged");
    assert_eq!(before["Alpha"], "tag:ex.example,2020:1");
    for duplicates in ["off", "exact", "near"] {
        desk.configure(&output(duplicates));
        assert_eq!(ids(&desk, "merged"), before, "{duplicates}");
    }
}

#[test]
fn a_changed_rule_is_whole_even_where_a_daemon_goes_on_by_the_old_one() {
    let by = |letter: &str| {
        format!(
            "{}[[output]]\nid = \"merged\"\nwhere = 'title.startsWith(\"{letter}\")'\n",
            file_source("a").replace("first_items", "every = \"1s\"\nfirst_items")
        )
    };
    let entries = |upto: usize| {
        let all: Vec<(String, String)> = (1..=upto)
            .flat_map(|n| {
                ["A", "B"].map(|letter| (format!("{letter}-{n}"), format!("{letter}{n}")))
            })
            .collect();
        let rows: Vec<(&str, &str, &str)> = all
            .iter()
            .map(|(guid, title)| (guid.as_str(), title.as_str(), guid.as_str()))
            .collect();
        rss(&rows)
    };
    let desk = Desk::new(&by("A"));
    desk.write("a.xml", &entries(2));
    let daemon = desk.start();
    daemon.until("/merged.json", |answer| answer.text().contains("A2"));

    // Somebody edits the rule and looks what it gives, before the daemon knows.
    desk.configure(&by("B"));
    let seen: Vec<String> = ids(&desk, "merged").into_keys().collect();
    assert_eq!(seen, ["B1", "B2"]);

    // The daemon goes on by the old one, and serves no mixture.
    desk.write("a.xml", &entries(3));
    let served = daemon.until("/merged.json", |answer| answer.text().contains("A3"));
    daemon.until("/merged.json", |answer| !answer.text().contains("B1"));
    assert!(served.text().contains("A1"));

    daemon.signal("HUP");
    let reloaded = daemon.until("/merged.json", |answer| !answer.text().contains("\"A"));
    for title in ["B1", "B2", "B3"] {
        assert!(reloaded.text().contains(title), "{title} is missing");
    }
}

#[tokio::test]
async fn a_replay_that_other_rules_have_crossed_has_nothing_to_show() {
    let bench = Bench::new(&["a"]).await;
    let entries = ["A1", "B1"].map(|title| entry(title, title, title));
    bench.apply("a", 1, entries.to_vec()).await;
    let by = |letter: &str| {
        let clock = Arc::new(ManualClock::at(at(2)));
        Republisher::new(bench.store.clone(), clock, kept_by(letter))
    };
    let (mut ours, mut theirs) = (by("A"), by("B"));
    ours.begin_replay().await.expect("begins");
    assert!(ours.replay_step().await.expect("judges").is_empty());
    theirs.replay().await.expect("replays");
    let ended = ours.replay_step().await.expect("ends");
    assert!(ended.is_empty(), "what it has is theirs");
    assert!(!ours.is_replaying());
    ours.begin_replay().await.expect("begins anew");
    ours.replay_step().await.expect("judges");
    let ended = ours.replay_step().await.expect("ends");
    let merged = OutputId::new("merged").expect("an id");
    assert_eq!(ended, [merged.clone()].into());
    let items = ours.items(&merged).await.expect("reads");
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].shown.entry.title, "A1");
}

/// A plan of one output, of titles that begin with a letter.
fn kept_by(letter: &str) -> Arc<Plan> {
    let rule = format!("where = 'title.startsWith(\"{letter}\")'\n");
    let desk = Desk::new(&format!(
        "{}[[output]]\nid = \"merged\"\n{rule}",
        file_source("a")
    ));
    let loaded = load(&desk.path("c.toml"), &Environment::default()).expect("it loads");
    loaded.config.plan
}

#[test]
fn what_has_no_headline_is_known_by_its_text() {
    let note = |guid: &str, text: &str| {
        serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": guid, "items": [
            { "id": guid, "url": format!("https://{guid}.example/"), "content_text": text } ] })
        .to_string()
    };
    let source = |id: &str| format!("[[source]]\nid = \"{id}\"\npath = \"{id}.json\"\n");
    let desk = Desk::new(&format!(
        "{}{}{}[[output]]\nid = \"merged\"\n",
        source("a"),
        source("b"),
        source("c")
    ));
    desk.write("a.json", note("a", ALPHA).as_bytes());
    desk.write("b.json", note("b", ALPHA).as_bytes());
    desk.write("c.json", note("c", BETA).as_bytes());
    assert!(desk.run(&["refresh"]).status.success());
    assert_eq!(ids(&desk, "merged").len(), 2);
}

#[test]
fn a_private_feeds_key_is_nobody_elses() {
    let feed = |url: &str| {
        format!(
            "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><id>{url}</id><title>T</title>\
             <updated>2020-01-01T00:00:00Z</updated><link rel=\"self\" href=\"{url}\"/>\
             <entry><id>tag:x,2020:1</id><title>Alpha</title><updated>2020-01-01T00:00:00Z</updated>\
             <content type=\"text\">{ALPHA}</content></entry></feed>"
        )
        .into_bytes()
    };
    let origin = crate::support::origin::Origin::start(move |asked| {
        let url = format!(
            "http://{}{}",
            asked.header("host").expect("a host"),
            asked.path
        );
        let escaped = url.replace('&', "&amp;");
        crate::support::origin::response("200 OK", &[], &feed(&escaped))
    });
    for (query, secret) in [
        ("?key=CANARY0815", "CANARY0815"),
        ("?user=me&token=CANARY0815", "CANARY0815"),
        ("?c4n4ry0123456789abcdef", "c4n4ry0123456789abcdef"),
        ("?f=c4n4ry0123456789abcdef", "c4n4ry0123456789abcdef"),
    ] {
        let url = origin.url(&format!("/priv{query}"));
        let desk = Desk::new(&format!(
            "[fetch]\nallow_addresses = [\"127.0.0.1\"]\n[[source]]\nid = \"a\"\nurl = \"{url}\"\n[[output]]\nid = \"merged\"\n"
        ));
        let daemon = desk.start();
        daemon.until("/merged.json", |answer| answer.status == 200);
        for path in [
            "/merged.atom",
            "/merged.rss",
            "/merged.json",
            "/sources.opml",
        ] {
            let text = daemon.ask("GET", path, &[]).text();
            assert!(!text.contains(secret), "{path} of {query}: {text}");
        }
        assert!(
            daemon
                .ask("GET", "/merged.atom", &[])
                .text()
                .contains("/priv"),
            "the address itself is no secret"
        );
    }
    // A query that chooses a feed is part of its address.
    let url = origin.url("/feed?format=rss&tag=lake");
    let desk = Desk::new(&format!(
        "[fetch]\nallow_addresses = [\"127.0.0.1\"]\n[[source]]\nid = \"a\"\nurl = \"{url}\"\n[[output]]\nid = \"merged\"\n"
    ));
    assert!(desk.run(&["refresh"]).status.success());
    let atom = desk.run(&["print", "merged"]).stdout;
    assert!(String::from_utf8_lossy(&atom).contains("format=rss&amp;tag=lake"));
}

#[test]
fn an_output_says_of_itself_what_is_configured() {
    let desk = Desk::new("");
    desk.write("a.xml", &feed("1", "Alpha", ALPHA));
    desk.configure(&format!(
        "{}[[output]]\nid = \"merged\"\ntitle = \"The <Desk>\"\nlanguage = \"pt-BR\"\nicon = \"https://ex.example/i.png\"\nauthor = \"A & B\"\nhub = \"https://hub.example/?a=1&b=2\"\n",
        file_source("a")
    ));
    assert!(desk.run(&["refresh"]).status.success());
    let printed = |format: &str| {
        let printed = desk.run(&["print", "merged", "--format", format]);
        String::from_utf8_lossy(&printed.stdout).into_owned()
    };
    let cases = [
        ("atom", "xml:lang=\"pt-BR\""),
        ("atom", "<icon>https://ex.example/i.png</icon>"),
        ("atom", "<name>A &#x26; B</name>"),
        (
            "atom",
            "<link rel=\"hub\" href=\"https://hub.example/?a=1&amp;b=2\"/>",
        ),
        ("rss", "<language>pt-BR</language>"),
        ("rss", "<url>https://ex.example/i.png</url>"),
        ("rss", "<dc:creator>A &#x26; B</dc:creator>"),
        (
            "rss",
            "<atom:link rel=\"hub\" href=\"https://hub.example/?a=1&amp;b=2\"/>",
        ),
    ];
    for (format, written) in cases {
        assert!(printed(format).contains(written), "{format}: {written}");
    }
    let json = desk.json("merged");
    assert_eq!(json["language"], "pt-BR");
    assert_eq!(json["icon"], "https://ex.example/i.png");
    assert_eq!(json["authors"][0]["name"], "A & B");
    assert_eq!(json["hubs"][0]["url"], "https://hub.example/?a=1&b=2");
    for wrong in [
        "language = \"en us\"",
        "icon = \"i.png\"",
        "hub = \"ftp://hub.example/\"",
        "max_per_source = 0",
    ] {
        desk.configure(&format!("[[output]]\nid = \"merged\"\n{wrong}\n"));
        let checked = desk.run(&["check"]);
        assert_eq!(checked.status.code(), Some(78), "{wrong}");
    }
}

#[test]
fn no_source_takes_more_than_its_share_of_the_documents() {
    let desk = Desk::new("");
    let entries = |source: &str| -> Vec<u8> {
        let named: Vec<(String, String, String)> = (0..9)
            .map(|nth| {
                (
                    format!("{source}{nth}"),
                    format!("{source} number {nth}"),
                    String::new(),
                )
            })
            .collect();
        let entries: Vec<(&str, &str, &str)> = named
            .iter()
            .map(|(guid, title, text)| (guid.as_str(), title.as_str(), text.as_str()))
            .collect();
        rss(&entries)
    };
    desk.write("a.xml", &entries("a"));
    desk.write("b.xml", &entries("b"));
    for (share, max_entries, expected) in [(2, 200, 4), (3, 200, 6), (20, 200, 18), (5, 7, 7)] {
        desk.configure(&format!(
            "{}{}[[output]]\nid = \"merged\"\nmax_per_source = {share}\nmax_entries = {max_entries}\n",
            file_source("a"),
            file_source("b")
        ));
        assert!(desk.run(&["refresh"]).status.success());
        let document = desk.json("merged");
        let items = document["items"].as_array().expect("items");
        assert_eq!(items.len(), expected, "{share} of {max_entries}");
        let most = ["a", "b"]
            .map(|id| {
                let of = |item: &&serde_json::Value| item["_mainstem"]["source"] == id;
                items.iter().filter(of).count()
            })
            .into_iter()
            .max();
        assert!(most <= Some(share), "{share}: {most:?}");
    }
}
