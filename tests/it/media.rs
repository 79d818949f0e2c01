//! What podcast apps, readers with pictures, and readers of link posts and planets need, from a feed to the documents of an output.
//!
//! - What stands in the documents is held by `tests/corpus/publish`.
//! - Fields are bounded in number.
//! - A store of an earlier version gets the new fields silently when a feed is read again.
//! - Neither the number of comments nor a date of the origin makes an entry another.

use serde_json::Value;

use crate::support::daemon::Desk;
use crate::support::laws::well_formed;
use crate::support::releases::told;

fn document(desk: &Desk, output: &str, format: &str) -> String {
    let printed = told(desk, &["print", output, "--format", format]);
    assert_eq!(well_formed(&printed), Ok(()), "{output}.{format}");
    printed.lines().map(str::trim_start).collect()
}

/// A podcast with one episode of these elements, after a word that makes its bytes others.
fn podcast(word: &str, elements: &str) -> String {
    format!(
        "<!-- {word} --><rss version=\"2.0\" xmlns:podcast=\"https://podcastindex.org/namespace/1.0\" xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" xmlns:slash=\"http://purl.org/rss/1.0/modules/slash/\">\
         <channel><title>Sound</title><item><title>One</title><guid isPermaLink=\"false\">1</guid><pubDate>Tue, 04 Mar 2025 08:00:00 GMT</pubDate>\
         <description>Words</description><enclosure url=\"https://cdn.example/1.mp3\" length=\"1\" type=\"audio/mpeg\"/>{elements}</item></channel></rss>"
    )
}

fn podcast_desk(elements: &str) -> Desk {
    let desk = Desk::new(
        "[[source]]\nid = \"a\"\npath = \"a.rss\"\nfirst_items = 0\n[[output]]\nid = \"o\"\n",
    );
    desk.write("a.rss", podcast("first", elements).as_bytes());
    told(&desk, &["refresh"]);
    desk
}

#[test]
fn an_episode_has_no_more_of_anything_than_a_reader_could_use() {
    let each = |nth: usize| {
        format!(
            "<podcast:transcript url=\"https://cdn.example/{nth}.vtt\"/><podcast:person>Person {nth}</podcast:person>\
             <podcast:socialInteract protocol=\"activitypub\" uri=\"https://social.example/{nth}\"/>"
        )
    };
    let elements: String = (0..100).map(each).collect();
    let number = "9".repeat(40);
    let name = "x".repeat(200);
    let long = format!(
        "<itunes:episode>{number}</itunes:episode><podcast:season name=\"{name}\">1</podcast:season><comments>https://talk.example/{}</comments>",
        "x".repeat(9000)
    );
    let desk = podcast_desk(&(elements + &long));
    let item = desk.json("o")["items"][0].take();
    let episode = &item["_mainstem"]["episode"];
    let count = |name: &str| episode[name].as_array().expect(name).len();
    assert_eq!(
        (count("transcripts"), count("persons"), count("threads")),
        (16, 32, 8)
    );
    assert_eq!(episode["season"], 1);
    for absent in [
        &episode["number"],
        &episode["season_name"],
        &item["_mainstem"]["comments"],
    ] {
        assert!(absent.is_null(), "{item:#}");
    }
}

/// The new and the changed entries that `refresh` counts.
fn refresh(desk: &Desk) -> [Option<u64>; 2] {
    let told: Value = serde_json::from_str(&told(desk, &["refresh", "--json"])).expect("JSON");
    ["new", "changed"].map(|name| told[0][name].as_u64())
}

#[test]
fn a_store_of_before_gets_the_fields_silently() {
    let elements = "<itunes:season>2</itunes:season><comments>https://talk.example/1</comments>";
    let desk = podcast_desk(elements);
    let before = desk.json("o")["items"][0].take();
    let db = rusqlite::Connection::open(desk.path("mainstem.db")).expect("opens");
    // As a version stored it that knew nothing of the fields.
    db.execute_batch(
        "UPDATE entries SET rest = json_remove(rest, '$.episode', '$.comments'), whole = randomblob(16);
         UPDATE documents SET read_by = read_by - 1;",
    )
    .expect("written");
    drop(db);
    let stripped = desk.json("o")["items"][0].take();
    assert!(
        stripped["_mainstem"].get("episode").is_none(),
        "{stripped:#}"
    );
    desk.write("a.rss", podcast("second", elements).as_bytes());
    assert_eq!(refresh(&desk), [Some(0), Some(0)]);
    let after = desk.json("o")["items"][0].take();
    assert_eq!(after, before);
    assert_eq!(after["_mainstem"]["episode"]["season"], 2);
}

/// Numbers of comments and the origin's own date move all the time.
#[test]
fn what_moves_with_every_poll_makes_no_entry_another() {
    let desk = Desk::new(
        "[[source]]\nid = \"a\"\npath = \"a.atom\"\nfirst_items = 0\n[[output]]\nid = \"o\"\n",
    );
    let planet = |count: u32, day: u32, thumbnail: &str| {
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:slash=\"http://purl.org/rss/1.0/modules/slash/\" xmlns:thr=\"http://purl.org/syndication/thread/1.0\" xmlns:media=\"http://search.yahoo.com/mrss/\">\
             <title>Planet</title><id>tag:p.example,2025:f</id><updated>2025-03-04T08:00:00Z</updated><entry><title>One</title><id>tag:p.example,2025:1</id><updated>2025-03-04T08:00:00Z</updated>\
             <link href=\"https://p.example/1\"/><link rel=\"replies\" href=\"https://p.example/1#c\" thr:count=\"{count}\"/><slash:comments>{count}</slash:comments>{thumbnail}<content>Words</content>\
             <source><id>tag:q.example,2025:f</id><title>Q</title><updated>2025-03-{day:02}T08:00:00Z</updated></source></entry></feed>"
        )
    };
    desk.write("a.atom", planet(1, 4, "").as_bytes());
    told(&desk, &["refresh"]);
    let before = document(&desk, "o", "atom");
    desk.write("a.atom", planet(17, 9, "").as_bytes());
    told(&desk, &["refresh"]);
    assert_eq!(document(&desk, "o", "atom"), before);
    // But a picture that comes later is shown, and is no edit.
    let picture = "<media:thumbnail url=\"https://p.example/1.jpg\"/>";
    desk.write("a.atom", planet(17, 4, picture).as_bytes());
    told(&desk, &["refresh"]);
    let after = document(&desk, "o", "atom");
    assert_eq!(after.replace(picture, ""), before);
    assert!(after.contains(picture), "{after}");
}
