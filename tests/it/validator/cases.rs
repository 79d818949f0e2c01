//! Feeds in which each entry has one field that no document may hold as it is.

use serde_json::json;

/// A field, and what publishers put into it.
const CASES: [(&str, &[&str]); 11] = [
    (
        "id",
        &[
            "urn:uuid:not-one",
            "urn:x:y",
            "urn:isbn:",
            "tag:h.example:no-date",
            "tag:h.example,2026-1:x",
            "tag:h.example,2026:a b",
            "tag:h_h.example,2026:x",
            "http:///no-host",
            "http://",
            "https://h.example/[1]",
            "https://h.example/##x",
            "https://h.example/%zz",
            "https://h.example/a|b",
            "https://h.example/ü?ä",
            "HTTPS://H.example",
            "javascript:alert(1)",
            "mailto:a@b.example",
            "at:x",
            "doi:10.1000/182",
            "<id>",
            "&amp;",
            "with spaces",
            "12",
            "tag:h.example,2026-01-02:sound",
            "urn:uuid:0185e1ba-6c3c-7c61-b2ee-37a3c2c4a6f0",
        ],
    ),
    (
        "link",
        &[
            "",
            "relative",
            "#here",
            "//host.example/x",
            "javascript:alert(1)",
            "mailto:a@b.example",
            "http://h.example/a|b^c`d{e}\\f",
            "http://h.example/?a[]=1&b=[2]|3",
            "http://h.example/%zz%",
            "http://h.example/##a#b",
            "http://h.example/a b?c d#e f",
            "http://bücher.example/ü?ä#ö",
            "http://[::1]/x",
            "http://user:key@h.example/",
            "http://h.example/\"quoted\"'<tag>",
            "http://no host/",
            "ftp://h.example/",
            "ftp://user:key@h.example:2121/a b[1]|2.iso",
            "ftps://h.example/ü",
            "magnet:?xt=urn:btih:00aa&dn=a b|c [1]^`{}\\&tr=udp://t.example:80/announce",
            "magnet:?xt=urn:btih:00bb#x#y",
            "magnet:",
        ],
    ),
    (
        "date",
        &[
            "",
            "now",
            "0000-00-00",
            "0001-01-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "9999-12-31T23:59:60-14:00",
            "2026-02-30",
            "2016-12-31T23:59:60Z",
            "2026-11-20T10:00:00.123456789+05:30",
            "Thu, 20 Nov 2026 10:00:00 PST",
            "99999999999999999999",
        ],
    ),
    (
        "person",
        &[
            "",
            " ",
            "a@b.example",
            "a@b.example,c@d.example",
            "<a@b.example>",
            "a@@b",
            "x@",
            "@y",
            "A & B <i>x</i>",
            "a b@c d",
            "Anna <anna@-h-.example>",
            "mailto:a@b.example",
            "Tom &amp; Ann",
        ],
    ),
    (
        "category",
        &["", " ", "<b>bold</b>", "&amp;", "a, b", "\u{202e}"],
    ),
    (
        "scheme",
        &[
            "",
            "not one",
            "http://sch eme.example/",
            "http://s.example/a b",
            "urn:x:y",
            "tag:x",
            "/relative",
            "http://s.example/x",
        ],
    ),
    (
        "type",
        &[
            "",
            "mp3",
            "audio/",
            "a/b/c",
            "image/png;",
            "text/html;charset",
            "audio/mpeg; codecs=\"x y\"",
            "a b/c",
            "video/mp4;a=b;c",
        ],
    ),
    (
        "language",
        &[
            "",
            "en_US",
            "english",
            "garbage!!",
            "-en",
            "en-",
            "x-klingon",
            "pt-BR",
            "zh-Hant-TW",
            "pt_br.UTF-8",
            "i-klingon",
            "en-US-x-own",
            "\"",
        ],
    ),
    (
        "number",
        &[
            "",
            "0",
            "-1",
            "+1",
            "007",
            "1.50",
            "1e3",
            "99999999999999999999",
            "١٢",
            "yes",
            "1:02:03",
            "0:00",
        ],
    ),
    (
        "name",
        &[
            "",
            " ",
            "<b>bold</b>",
            "&amp;",
            "\u{202e}",
            "a name of more than thirty-two letters, which no display may have",
            "]]>",
            "\"quoted\"",
        ],
    ),
    (
        "title",
        &[
            "",
            " ",
            "<b>Bold</b> &amp; more",
            "A &lt;b&gt; tag",
            "]]>",
            "1 < 2 & 3 > 2",
            "Quote \" ' end",
            "&copy; &bogus; &#38;",
            "\u{202e}",
            "{title} {source}",
            "line\nbreak",
        ],
    ),
];

/// An entry that nothing is wrong with, but one field.
struct Case {
    hostile: &'static str,
    value: &'static str,
    nth: usize,
    /// Each feed has entries of its own.
    feed: &'static str,
}

impl Case {
    fn get(&self, field: &str) -> String {
        let (feed, nth) = (self.feed, self.nth);
        match field {
            _ if field == self.hostile => self.value.to_owned(),
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

    fn json(&self) -> serde_json::Value {
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
    let fields = CASES
        .iter()
        .flat_map(|(field, values)| values.iter().map(move |value| (*field, *value)));
    fields.enumerate().map(move |(nth, (hostile, value))| Case {
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
    let json: Vec<serde_json::Value> = cases("json").filter(own).map(|case| case.json()).collect();
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
