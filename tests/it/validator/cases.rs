//! Feeds in which each entry has one field that no document may hold as it is.

use serde_json::{Value, json};

/// Fields, and what publishers put into them, in order.
const VALUES: &str = include_str!("../../corpus/hostile-fields.json");

/// What an entry has that can be hostile.
const FIELDS: [&str; 11] = [
    "id", "link", "date", "person", "category", "scheme", "type", "language", "number", "name",
    "title",
];

/// A field, and a value that a publisher puts into it.
fn values() -> Vec<(String, String)> {
    let fields: serde_json::Map<String, Value> = serde_json::from_str(VALUES).expect("JSON");
    let values = |(field, values): (String, Value)| {
        let values: Vec<String> = serde_json::from_value(values).expect("texts");
        values.into_iter().map(move |value| (field.clone(), value))
    };
    let values: Vec<_> = fields.into_iter().flat_map(values).collect();
    for (field, _) in &values {
        assert!(FIELDS.contains(&field.as_str()), "no entry has a {field}");
    }
    values
}

/// An entry that nothing is wrong with, but one field.
struct Case {
    hostile: String,
    value: String,
    nth: usize,
    /// Each feed has entries of its own.
    feed: &'static str,
}

impl Case {
    fn get(&self, field: &str) -> String {
        let (feed, nth) = (self.feed, self.nth);
        match field {
            _ if field == self.hostile => self.value.clone(),
            "id" => format!("{feed}-{nth}"),
            "link" => format!("https://{feed}.example/{nth}"),
            "date" => "2026-11-20T10:00:00Z".to_owned(),
            "type" => "audio/mpeg".to_owned(),
            "language" => "en".to_owned(),
            "scheme" => String::new(),
            "number" => nth.to_string(),
            _ => format!("Harmless {field} {feed} {nth}"),
        }
    }

    fn escaped(&self, field: &str) -> String {
        quick_xml::escape::escape(self.get(field)).into_owned()
    }

    /// Markup as it is found, with a word of its own. Every third entry has none.
    fn body(&self) -> String {
        match self.nth % 3 {
            0 => String::new(),
            _ => format!(
                "<p>Body {} {}</p><a href=\"relative\">r</a><img src=\"//h.example/a.png\" alt=\"x\"><script>1</script><bdo>]]></bdo>",
                self.feed, self.nth
            ),
        }
    }

    fn rss(&self) -> String {
        let get = |field| self.escaped(field);
        format!(
            "<item><title>{}</title><link>{}</link><guid isPermaLink=\"false\">{}</guid><pubDate>{}</pubDate><dc:creator>{}</dc:creator>\
             <category domain=\"{}\">{}</category><enclosure url=\"{}\" type=\"{}\" length=\"-1\"/><description>{}</description>{}</item>",
            get("title"),
            get("link"),
            get("id"),
            get("date"),
            get("person"),
            get("scheme"),
            get("category"),
            get("link"),
            get("type"),
            quick_xml::escape::escape(self.body()),
            self.episode()
        )
    }

    /// What podcast apps look for, in RSS and Atom.
    fn episode(&self) -> String {
        let get = |field| self.escaped(field);
        let (link, number, name, kind) = (get("link"), get("number"), get("name"), get("type"));
        let (language, person) = (get("language"), get("person"));
        format!(
            "<itunes:duration>{number}</itunes:duration><itunes:episode>{number}</itunes:episode><itunes:season>{number}</itunes:season>\
             <itunes:explicit>{number}</itunes:explicit><itunes:episodeType>{name}</itunes:episodeType><itunes:image href=\"{link}\"/>\
             <media:content url=\"https://s.example/{}\" type=\"{kind}\" medium=\"{name}\" fileSize=\"{number}\" duration=\"{number}\" width=\"{number}\" height=\"{number}\"><media:title>{name}</media:title></media:content>\
             <media:thumbnail url=\"{link}\" width=\"{number}\" height=\"5\"/><podcast:season name=\"{name}\">{number}</podcast:season>\
             <podcast:episode display=\"{name}\">{number}</podcast:episode><podcast:transcript url=\"{link}\" type=\"{kind}\" language=\"{language}\" rel=\"{name}\"/>\
             <podcast:chapters url=\"{link}\" type=\"{kind}\"/><podcast:person role=\"{name}\" group=\"{name}\" img=\"{link}\" href=\"{link}\">{person}</podcast:person>\
             <podcast:socialInteract protocol=\"{name}\" uri=\"{link}\" accountId=\"{name}\"/><comments>{link}</comments><wfw:commentRss>{link}</wfw:commentRss>",
            self.nth
        )
    }

    fn atom(&self) -> String {
        let get = |field| self.escaped(field);
        format!(
            "<entry xml:lang=\"{}\"><title>{}</title><link href=\"{}\"/><id>{}</id><updated>{}</updated>\
             <author><name>{}</name><email>{}</email><uri>{}</uri></author><category term=\"{}\" scheme=\"{}\"/>\
             <link rel=\"enclosure\" href=\"{}\" type=\"{}\" length=\"x\" title=\"\"/><content type=\"html\">{}</content>{}\
             <link rel=\"replies\" type=\"{}\" href=\"{}\"/>{}</entry>",
            get("language"),
            get("title"),
            get("link"),
            get("id"),
            get("date"),
            get("person"),
            get("person"),
            get("link"),
            get("category"),
            get("scheme"),
            get("link"),
            get("type"),
            quick_xml::escape::escape(self.body()),
            self.episode(),
            get("type"),
            get("link"),
            self.origin()
        )
    }

    /// Every other entry came through a planet.
    fn origin(&self) -> String {
        let get = |field| self.escaped(field);
        match self.nth % 2 {
            0 => String::new(),
            _ => format!(
                "<source><id>{}</id><title>{}</title><updated>{}</updated><link href=\"{}\"/><link rel=\"self\" href=\"{}\"/></source>",
                get("id"),
                get("title"),
                get("date"),
                get("link"),
                get("link")
            ),
        }
    }

    fn json(&self) -> Value {
        let get = |field| self.get(field);
        json!({
            "id": get("id"), "url": get("link"), "external_url": get("link"), "image": get("link"), "title": get("title"),
            "content_html": self.body(), "date_published": get("date"), "language": get("language"), "tags": [get("category")],
            "authors": [{ "name": get("person"), "url": get("link") }],
            "attachments": [{ "url": get("link"), "mime_type": get("type"), "size_in_bytes": -1 }],
        })
    }
}

fn cases(feed: &'static str) -> impl Iterator<Item = Case> {
    let numbered = values().into_iter().enumerate();
    numbered.map(move |(nth, (hostile, value))| Case {
        hostile,
        value,
        nth,
        feed,
    })
}

/// Their names and bytes. What is nobody's but one feed's own id stays an id: each feed has the ids' entries once.
pub(super) fn feeds() -> [(String, String); 3] {
    let own = |case: &Case| case.hostile != "id";
    let rss: String = cases("rss").filter(own).map(|case| case.rss()).collect();
    let atom: String = cases("atom").map(|case| case.atom()).collect();
    let json: Vec<Value> = cases("json").filter(own).map(|case| case.json()).collect();
    [
        (
            "h.rss".to_owned(),
            format!(
                "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel><title>&lt;b&gt; &amp;amp; RSS</title>\
                 <link>home page</link>{rss}</channel></rss>"
            ),
        ),
        (
            "h.atom".to_owned(),
            format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>no id</id><title>Atom</title>{atom}</feed>"),
        ),
        (
            "h.json".to_owned(),
            json!({ "version": "https://jsonfeed.org/version/1.1", "title": "JSON", "items": json }).to_string(),
        ),
    ]
}
