//! `make bench`: reading a document beside `feed-rs` alone, by form, in one run and one thread.
//!
//! Ours is everything from bytes to entries: decoding, deciding, rewriting, feed-rs, normalizing, plain text, language. What
//! feed-rs does not do, the sanitizing of every text that may be HTML (bodies and summaries), is measured apart in the same
//! run, and taken off; and beside it what the sanitizer's parser alone would take, without the walk that spares it
//! (`text/straight`). With a folder named behind `--`, those of its files that both read.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use mainstem::parse::{Input, parse};
use mainstem::text::{sanitize, sanitize_by_parser};

const ROUNDS: usize = 3;

#[expect(clippy::print_stdout, reason = "what it measured is its result")]
fn main() {
    let folder = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    let (documents, skipped) = match folder {
        Some(folder) => files(Path::new(&folder)),
        None => (made(), 0),
    };
    if skipped > 0 {
        println!("files skipped, no feeds: {skipped}");
    }
    println!(
        "form           MB  entries  feed-rs µs/entry   ours  (ratio)  sanitizing  by parser   without it  (ratio)"
    );
    for (form, documents) in documents {
        let bytes: usize = documents.iter().map(Vec::len).sum();
        let [mut alone, mut ours, mut clean, mut parsed] = [Duration::MAX; 4];
        let mut entries = 0;
        let texts: Vec<String> = documents
            .iter()
            .flat_map(|document| texts(document))
            .collect();
        for _ in 0..ROUNDS {
            alone = alone.min(timed(|| {
                for document in &documents {
                    std::hint::black_box(feed_rs::parser::parse(document.as_slice()).ok());
                }
            }));
            ours = ours.min(timed(|| {
                let read = documents.iter().filter_map(|document| read(document));
                entries = read.map(|feed| feed.entries.len()).sum();
            }));
            clean = clean.min(timed(|| {
                for text in &texts {
                    std::hint::black_box(sanitize(text, Some(&base())));
                }
            }));
            parsed = parsed.min(timed(|| {
                for text in &texts {
                    std::hint::black_box(sanitize_by_parser(text, Some(&base())));
                }
            }));
        }
        let each = |time: Duration| time.as_secs_f64() * 1e6 / entries.max(1) as f64;
        let bare = ours.saturating_sub(clean);
        println!(
            "{form:12} {:5.1} {entries:8} {:17.1} {:6.1} {:8.2} {:11.1} {:10.1} {:12.1} {:8.2}",
            bytes as f64 / 1e6,
            each(alone),
            each(ours),
            ours.as_secs_f64() / alone.as_secs_f64(),
            each(clean),
            each(parsed),
            each(bare),
            bare.as_secs_f64() / alone.as_secs_f64(),
        );
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let (began, began_on) = (Instant::now(), on_processor());
    work();
    let taken = on_processor().zip(began_on);
    taken.map_or_else(|| began.elapsed(), |(now, then)| now.saturating_sub(then))
}

/// For how long this thread has run, others' load left out, where Linux tells.
fn on_processor() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = told.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// `None`: it is no feed.
fn read(document: &[u8]) -> Option<mainstem::model::Feed> {
    let base = base();
    let input = Input {
        bytes: document,
        content_type: None,
        base: Some(&base),
    };
    parse(input).ok()
}

fn base() -> url::Url {
    "https://origin.example/feed".parse().expect("a URL")
}

/// Every text that is sanitized, as it is handed to the sanitizer.
fn texts(document: &[u8]) -> Vec<String> {
    let feed = feed_rs::parser::parse(document).expect("feeds alone are measured");
    let is_json = feed.feed_type == feed_rs::model::FeedType::JSON;
    let html = |text: String, media_type: &str| match media_type {
        "text/plain" => format!("<p>{}</p>", quick_xml::escape::escape(text.trim())),
        _ => text,
    };
    let of_entry = |entry: feed_rs::model::Entry| {
        let body = entry.content.and_then(|content| {
            let media_type = content.content_type;
            Some(html(content.body?, media_type.as_str()))
        });
        // In a JSON Feed it is plain text.
        let brief = entry.summary.filter(|_| !is_json);
        let brief = brief.map(|text| html(text.content, text.content_type.as_str()));
        body.into_iter().chain(brief)
    };
    feed.entries.into_iter().flat_map(of_entry).collect()
}

/// The feeds of a folder, by what their names say behind the number, and how many of its files are none or are read by one of the
/// two parsers alone.
fn files(folder: &Path) -> (BTreeMap<String, Vec<Vec<u8>>>, usize) {
    let mut found: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    let mut skipped = 0;
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        if !path.is_file() {
            continue;
        }
        let document = std::fs::read(&path).expect("readable");
        let is_feed =
            feed_rs::parser::parse(document.as_slice()).is_ok() && read(&document).is_some();
        if !is_feed {
            skipped += 1;
            continue;
        }
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let form = name
            .split_once('-')
            .map_or(name, |(_, form)| form)
            .to_owned();
        found.entry(form).or_default().push(document);
    }
    (found, skipped)
}

/// The same hundred entries in every form, forty documents each.
fn made() -> BTreeMap<String, Vec<Vec<u8>>> {
    let body = |number: usize| {
        let mut body = String::new();
        for paragraph in 0..10 {
            let _ = write!(
                body,
                "<p>Reading {number} of part {paragraph}: the keepers of the <a href=\"/gauge/{number}\">gauge</a> say \u{201c}{}\u{201d} &amp; expect \
                 <em>{}</em> by the evening; boats keep to the middle of the channel until the water has fallen again.</p>",
                number * 7 + paragraph,
                number * 11
            );
        }
        body
    };
    let escaped = |text: &str| quick_xml::escape::escape(text).into_owned();
    let rss = |wrap: &dyn Fn(&str) -> String| {
        let items: String = (0..100)
            .map(|n| format!("<item><guid>https://gauge.example/{n}</guid><title>Reading {n}</title><link>https://gauge.example/{n}</link><pubDate>Tue, 21 Nov 2017 10:00:00 +0000</pubDate><description>{}</description></item>", wrap(&body(n))))
            .collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel><title>Gauges</title><link>https://gauge.example/</link><description>Readings</description><language>en</language>{items}</channel></rss>"
        )
    };
    let atom = |kind: &str, wrap: &dyn Fn(&str) -> String| {
        let entries: String = (0..100)
            .map(|n| format!("<entry><id>https://gauge.example/{n}</id><title>Reading {n}</title><link href=\"https://gauge.example/{n}\"/><updated>2017-11-21T10:00:00Z</updated><content type=\"{kind}\">{}</content></entry>", wrap(&body(n))))
            .collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\"><id>https://gauge.example/</id><title>Gauges</title><updated>2017-11-21T10:00:00Z</updated>{entries}</feed>"
        )
    };
    let json = || {
        let items: Vec<_> = (0..100)
            .map(|n| serde_json::json!({ "id": format!("https://gauge.example/{n}"), "url": format!("https://gauge.example/{n}"), "title": format!("Reading {n}"), "date_published": "2017-11-21T10:00:00Z", "content_html": body(n) }))
            .collect();
        serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "Gauges", "language": "en", "items": items }).to_string()
    };
    let forms = [
        ("rss-cdata", rss(&|body| format!("<![CDATA[{body}]]>"))),
        ("rss-escaped", rss(&escaped)),
        ("atom-html", atom("html", &escaped)),
        (
            "atom-xhtml",
            atom("xhtml", &|body| {
                format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{body}</div>")
            }),
        ),
        ("json", json()),
    ];
    forms
        .map(|(form, document)| (form.to_owned(), vec![document.into_bytes(); 40]))
        .into()
}
