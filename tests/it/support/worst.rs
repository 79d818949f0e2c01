//! Documents that cost careless readers minutes or gigabytes, each in the forms in which it can be written.

use std::fmt::Write as _;

/// The most that is fetched of a document where nothing else is configured.
pub(crate) const CAP: usize = 8 * 1024 * 1024;

/// A document, by what is wrong with it and the form that it is written in.
pub(crate) struct Worst {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    /// Entries that it gives.
    pub(crate) entries: usize,
}

/// Writes a document around a body.
type Write = fn(&str) -> String;
/// What is wrong with a document, its form, itself, and how many entries it gives.
type Other = (&'static str, &'static str, String, usize);

/// The forms that a body is written in.
const FORMS: [(&str, Write); 4] = [
    ("RSS, CDATA", |body| {
        rss(&format!(
            "<item><title>x</title><description><![CDATA[{body}]]></description></item>"
        ))
    }),
    ("RSS, escaped", |body| {
        let body = quick_xml::escape::escape(body);
        rss(&format!(
            "<item><title>x</title><description>{body}</description></item>"
        ))
    }),
    ("Atom, XHTML", |body| {
        atom(&format!(
            "<entry><id>x</id><title>x</title><content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">{body}</div></content></entry>"
        ))
    }),
    ("JSON", |body| {
        json(&serde_json::json!({ "id": "x", "title": "x", "content_html": body }).to_string())
    }),
];

fn rss(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>T</title>{items}</channel></rss>"
    )
}

fn atom(entries: &str) -> String {
    format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>f</id><title>T</title>{entries}</feed>"
    )
}

fn json(items: &str) -> String {
    format!(
        "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"T\",\"items\":[{items}]}}"
    )
}

fn numbered(many: usize, one: impl Fn(usize) -> String) -> String {
    (0..many).fold(String::new(), |mut all, nth| {
        let _ = write!(all, "{}", one(nth));
        all
    })
}

/// As often as it fits into so many bytes, some left for what stands around it.
fn filling(piece: &str, bytes: usize) -> String {
    piece.repeat((bytes - 1024) / piece.len())
}

/// Bodies of one entry.
fn bodies() -> Vec<(&'static str, String)> {
    let attributes = numbered(50_000, |nth| format!(" a{nth}=\"\""));
    vec![
        (
            "50,000 nested <div>",
            "<div>".repeat(50_000) + "x" + &"</div>".repeat(50_000),
        ),
        ("50,000 <div> never closed", "<div>".repeat(50_000) + "x"),
        (
            "4,000 formatting tags never closed",
            numbered(4000, |nth| format!("<b title=\"{nth}\">")) + "x",
        ),
        (
            "50,000 attributes on one element",
            format!("<p{attributes}>x</p>"),
        ),
        ("50,000 paragraphs", "<p>some words</p>".repeat(50_000)),
        (
            "2,000 tables in tables",
            "<table><tr><td>".repeat(2000) + "x",
        ),
        (
            "10 MB in one line",
            "words and words ".repeat(10_000_000 / 16),
        ),
        (
            "8 MiB less a little in one line",
            filling("words and words ", CAP),
        ),
        ("8 MiB less a little of <br/>", filling("<br/>", CAP)),
        (
            "3 MB of character references",
            "&#8364;".repeat(3_000_000 / 7),
        ),
    ]
}

/// More entries than anybody reads.
fn of_items() -> Vec<Other> {
    let many = "500,000 items";
    let dated = |nth| {
        format!(
            "<item><title>{nth}</title><pubDate>Tue, 21 Nov 2017 {:02}:{:02}:00 GMT</pubDate></item>",
            nth % 24,
            nth % 60
        )
    };
    let numbers = numbered(500_000, |nth| format!("{{\"id\":\"{nth}\"}},"));
    let full = "8 MiB less a little of items";
    vec![
        (
            many,
            "RSS",
            rss(&"<item><title>x</title></item>".repeat(500_000)),
            2000,
        ),
        (many, "RSS, dated", rss(&numbered(500_000, dated)), 2000),
        (
            many,
            "RSS, unsound",
            rss(&"<item><title>x & y</item>".repeat(500_000)),
            2000,
        ),
        (
            many,
            "Atom",
            atom(&"<entry><id>x</id><title>x</title></entry>".repeat(500_000)),
            2000,
        ),
        (many, "JSON", json(numbers.trim_end_matches(',')), 2000),
        (full, "RSS", rss(&filling("<item/>", CAP)), 2000),
        (full, "JSON", json(&(filling("{},", CAP) + "{}")), 2000),
    ]
}

/// Titles longer than anybody reads.
fn of_titles() -> Vec<Other> {
    let (title, fitting) = ("t".repeat(50_000_000), "t".repeat(CAP - 1024));
    let (long, full) = ("title of 50 MB", "title of 8 MiB less a little");
    let in_json = |title: &str| json(&format!("{{\"id\":\"x\",\"title\":\"{title}\"}}"));
    vec![
        (long, "RSS", titled(&title), 1),
        (
            long,
            "RSS, CDATA",
            titled(&format!("<![CDATA[{title}]]>")),
            1,
        ),
        (
            long,
            "Atom",
            atom(&format!("<entry><id>x</id><title>{title}</title></entry>")),
            1,
        ),
        (long, "JSON", in_json(&title), 1),
        (full, "RSS", titled(&fitting), 1),
        (full, "RSS, escaped", titled(&filling("&lt;b&gt;", CAP)), 1),
        (full, "JSON", in_json(&fitting), 1),
        (
            "8 MiB less a little of <",
            "RSS",
            titled(&filling("<", CAP)),
            1,
        ),
        (
            "8 MiB less a little of &",
            "RSS",
            titled(&filling("&", CAP)),
            1,
        ),
    ]
}

/// Tags and lists that no reader has a use for.
fn of_tags() -> Vec<Other> {
    let attributes = numbered(50_000, |nth| format!(" a{nth}=\"\""));
    let spaces = numbered(50_000, |nth| format!(" xmlns:a{nth}=\"b\""));
    let item = |of_tag: &str| rss(&format!("<item{of_tag}><title>x</title></item>"));
    let nested = |what: &str| {
        format!("<{what}>").repeat(50_000) + "x" + &format!("</{what}>").repeat(50_000)
    };
    let categories = "<category>c</category>".repeat(300_000);
    let lists = "[".repeat(50_000) + &"]".repeat(50_000);
    vec![
        (
            "300,000 categories",
            "RSS",
            rss(&format!("<item><title>x</title>{categories}</item>")),
            1,
        ),
        (
            "50,000 attributes on one element",
            "RSS item",
            item(&attributes),
            1,
        ),
        ("50,000 namespaces", "RSS item", item(&spaces), 1),
        (
            "50,000 nested elements",
            "RSS",
            rss(&format!("<item>{}</item>", nested("a"))),
            0,
        ),
        (
            "50,000 nested elements",
            "RSS title",
            titled(&nested("b")),
            0,
        ),
        ("50,000 nested lists", "JSON", json(&lists), 0),
        (
            "8 MiB less a little of [",
            "JSON, no feed",
            filling("[", CAP),
            0,
        ),
        (
            "8 MiB less a little of numbers",
            "JSON",
            json(&format!("{{\"id\":\"x\",\"a\":[{}0]}}", filling("0,", CAP))),
            1,
        ),
    ]
}

fn titled(title: &str) -> String {
    rss(&format!("<item><title>{title}</title></item>"))
}

/// All of them.
pub(crate) fn documents() -> impl Iterator<Item = Worst> {
    let of_bodies = bodies().into_iter().flat_map(|(what, body)| {
        FORMS.iter().map(move |(form, write)| Worst {
            name: format!("{what} ({form})"),
            bytes: write(&body).into_bytes(),
            entries: 1,
        })
    });
    let others = of_items()
        .into_iter()
        .chain(of_titles())
        .chain(of_tags())
        .map(|(what, form, text, entries)| Worst {
            name: format!("{what} ({form})"),
            bytes: text.into_bytes(),
            entries,
        });
    of_bodies.chain(others)
}
