//! Addresses that nobody may be led to, in every field of every format that holds one, and what is published of them.

use mainstem::publish::{DocumentFormat, parsed_as_json};
use quick_xml::Reader;
use quick_xml::escape::{escape, unescape};
use quick_xml::events::Event;
use serde_json::{Value, json};
use url::Url;

use crate::support::laws::{documents, is_inert, items, read, well_formed};

/// By this an address is known again.
const MARK: &str = "mark=1";

/// Schemes that a reader could run or read, as browsers still take them.
const HOSTILE: &[&str] = &[
    "javascript:alert(mark=1)",
    "JaVaScRiPt:mark=1",
    "  javascript:mark=1",
    "\u{1}javascript:mark=1",
    "java\tscript:mark=1",
    "java\r\nscript:mark=1",
    "javascript\t:mark=1",
    "\u{A0}javascript:mark=1",
    "\u{FEFF}javascript:mark=1",
    "javascript://host.example/%0Amark=1",
    "data:text/html,<script>mark=1</script>",
    "data:image/svg+xml;base64,mark=1",
    "vbscript:mark=1",
    "file:///etc/passwd?mark=1",
    "blob:https://host.example/mark=1",
    "view-source:https://host.example/?mark=1",
    "jar:https://host.example/!/mark=1",
    "about:blank#mark=1",
    "ftp://host.example/mark=1",
    "https:///?mark=1:80",
];
/// The same, hidden in references of XML.
const REFERRED: &[&str] = &[
    "&#106;avascript:mark=1",
    "&#x6A;avascript&#58;mark=1",
    "java&#9;script:mark=1",
    "java&#10;script:mark=1",
    "&#1;javascript:mark=1",
    "javascript&colon;mark=1",
    "java&Tab;script:mark=1",
    "&amp;#106;avascript:mark=1",
];
/// What a good address gives in the same places, so that the test knows that they are read.
const GOOD: &str = "https://good.example/?mark=1";

/// Fields of RSS 2.0 items, and of the channel, with `{}` where the address goes.
const RSS: &[&str] = &[
    "<item><title>x</title><link>{}</link></item>",
    "<item><title>x</title><guid>{}</guid></item>",
    "<item><title>x</title><guid isPermaLink=\"true\">{}</guid></item>",
    "<item><title>x</title><link href=\"{}\"/></item>",
    "<item><title>x</title><atom:link href=\"{}\"/></item>",
    "<item><title>x</title><atom:link rel=\"enclosure\" href=\"{}\"/></item>",
    "<item><title>x</title><enclosure url=\"{}\" type=\"audio/mpeg\" length=\"1\"/></item>",
    "<item><title>x</title><source url=\"{}\">S</source></item>",
    "<item><title>x</title><image><url>{}</url></image></item>",
    "<item><title>x</title><media:content url=\"{}\" medium=\"image\"/></item>",
    "<item><title>x</title><media:group><media:content url=\"{}\"/></media:group></item>",
    "<item><title>x</title><media:thumbnail url=\"{}\"/></item>",
    "<item><title>x</title><media:player url=\"{}\"/></item>",
    "<item><title>x</title><itunes:image href=\"{}\"/></item>",
    "<item><title>x</title><author><name>A</name><uri>{}</uri></author></item>",
    "<item><title>x</title><podcast:person href=\"{}\" img=\"{}\">A</podcast:person></item>",
    "<item><title>x</title><podcast:transcript url=\"{}\" type=\"text/vtt\"/></item>",
    "<item><title>x</title><comments>{}</comments><wfw:commentRss>{}</wfw:commentRss></item>",
    "<item><title>x</title><category domain=\"{}\">c</category></item>",
    "<item xml:base=\"{}\"><title>x</title><link>?mark=1</link></item>",
    "<item><title>x</title><content:encoded xml:base=\"{}\">&lt;a href=\"?mark=1\">x&lt;/a></content:encoded></item>",
    "<item><title>x</title><source url=\"https://host.example/\" xml:base=\"{}\">S</source></item>",
    "<link>{}</link><item><title>x</title><link>?x</link></item>",
    "<image><url>{}</url><link>{}</link></image><item><title>x</title></item>",
    "<itunes:image href=\"{}\"/><item><title>x</title></item>",
    "<atom:link rel=\"self\" href=\"{}\"/><atom:link rel=\"hub\" href=\"{}\"/><item><title>x</title></item>",
    "<docs>{}</docs><cloud domain=\"{}\"/><textInput><link>{}</link></textInput><item><title>x</title></item>",
];
/// Fields of Atom entries, and of the feed.
const ATOM: &[&str] = &[
    "<entry><id>x</id><title>x</title><link href=\"{}\"/></entry>",
    "<entry><id>x</id><title>x</title><link rel=\"enclosure\" href=\"{}\"/></entry>",
    "<entry><id>x</id><title>x</title><link rel=\"related\" href=\"{}\"/><link rel=\"via\" href=\"{}\"/><link rel=\"replies\" href=\"{}\"/></entry>",
    "<entry><id>{}</id><title>x</title></entry>",
    "<entry><id>x</id><title>x</title><author><name>A</name><uri>{}</uri></author></entry>",
    "<entry><id>x</id><title>x</title><contributor><name>A</name><uri>{}</uri></contributor></entry>",
    "<entry><id>x</id><title>x</title><content src=\"{}\" type=\"text/html\"/></entry>",
    "<entry><id>x</id><title>x</title><category term=\"c\" scheme=\"{}\"/></entry>",
    "<entry><id>x</id><title>x</title><source><id>{}</id><title>S</title></source></entry>",
    "<entry><id>x</id><title>x</title><source><title>S</title><link href=\"{}\"/></source></entry>",
    "<entry><id>x</id><title>x</title><media:thumbnail url=\"{}\"/></entry>",
    "<entry xml:base=\"{}\"><id>x</id><title>x</title><link href=\"?mark=1\"/></entry>",
    "<author><name>A</name><uri>{}</uri></author><entry><id>x</id><title>x</title></entry>",
    "<link href=\"{}\"/><link rel=\"self\" href=\"{}\"/><link rel=\"hub\" href=\"{}\"/><entry><id>x</id><title>x</title></entry>",
    "<icon>{}</icon><entry><id>x</id><title>x</title></entry>",
    "<logo>{}</logo><generator uri=\"{}\">G</generator><entry><id>x</id><title>x</title></entry>",
    "<id>{}</id><entry><id>x</id><title>x</title></entry>",
];
/// Fields of RSS 1.0 items, and of the channel.
const RDF: &[&str] = &[
    "<channel/><item rdf:about=\"{}\"><title>x</title></item>",
    "<channel/><item><title>x</title><link>{}</link></item>",
    "<channel/><item><title>x</title><link rdf:resource=\"{}\"/></item>",
    "<channel/><item><title>x</title><image rdf:resource=\"{}\"/></item>",
    "<channel rdf:about=\"{}\"><link>{}</link></channel><item><title>x</title></item>",
    "<channel/><image><url>{}</url></image><item><title>x</title></item>",
    "<channel/><item><title>x</title><dc:source>{}</dc:source><dc:relation>{}</dc:relation></item>",
];
/// Attributes of bodies.
const BODIES: &[&str] = &[
    "<a href=\"{}\">x</a>",
    "<img src=\"{}\" alt=\"x\">",
    "<img srcset=\"{} 2x\" alt=\"x\">",
    "<img data-src=\"{}\" alt=\"x\">",
    "<video poster=\"{}\" src=\"{}\">x</video>",
    "<audio src=\"{}\">x</audio>",
    "<blockquote cite=\"{}\">x</blockquote>",
    "<q cite=\"{}\">x</q>",
    "<video src=\"https://host.example/\"><source src=\"{}\"><track src=\"{}\">x</video>",
    "<form action=\"{}\">x<input type=\"image\" src=\"{}\" formaction=\"{}\"></form>x",
    "<iframe src=\"{}\"></iframe>x",
    "<object data=\"{}\">x</object>x<embed src=\"{}\">",
    "<table background=\"{}\"><tr><td>x</td></tr></table>",
    "<base href=\"{}\"><a href=\"?mark=1\">x</a>",
    "<svg><a xlink:href=\"{}\">x</a></svg>x",
    "<p style=\"background:url({})\">x</p>",
    "<meta http-equiv=\"refresh\" content=\"0;url={}\">x",
];

fn rss(inner: &str) -> String {
    format!(
        "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:media=\"http://search.yahoo.com/mrss/\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" xmlns:podcast=\"https://podcastindex.org/namespace/1.0\" xmlns:wfw=\"http://wellformedweb.org/CommentAPI/\"><channel><title>T</title>{inner}</channel></rss>"
    )
}

fn atom(inner: &str) -> String {
    format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:media=\"http://search.yahoo.com/mrss/\"><title>T</title>{inner}</feed>"
    )
}

fn rdf(inner: &str) -> String {
    format!(
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns=\"http://purl.org/rss/1.0/\">{inner}</rdf:RDF>"
    )
}

/// Every XML document with an address, as it is written there, in every field.
fn xml_documents(address: &str) -> impl Iterator<Item = String> {
    let fill = |template: &&str| template.replace("{}", address);
    let rss_documents = RSS.iter().map(fill).map(|inner| rss(&inner));
    let atom_documents = ATOM.iter().map(fill).map(|inner| atom(&inner));
    let rdf_documents = RDF.iter().map(fill).map(|inner| rdf(&inner));
    rss_documents
        .chain(atom_documents)
        .chain(rdf_documents)
        .collect::<Vec<_>>()
        .into_iter()
}

fn json_documents(address: &str) -> Vec<String> {
    let of_items = |item: Value| json!({ "version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [item] });
    let mut documents: Vec<Value> = ["id", "url", "external_url", "image", "banner_image"]
        .iter()
        .map(|name| of_items(json!({ "title": "x", *name: address })))
        .collect();
    documents.push(of_items(
        json!({ "title": "x", "authors": [{ "name": "A", "url": address, "avatar": address }] }),
    ));
    documents.push(of_items(
        json!({ "title": "x", "author": { "name": "A", "url": address } }),
    ));
    documents.push(of_items(
        json!({ "title": "x", "attachments": [{ "url": address, "mime_type": "audio/mpeg" }] }),
    ));
    documents.push(of_items(
        json!({ "title": "x", "url": address, "content_html": "<a href=\"?mark=1\">x</a>" }),
    ));
    let mut feed = of_items(json!({ "title": "x" }));
    for name in ["home_page_url", "feed_url", "icon", "favicon", "next_url"] {
        feed[name] = json!(address);
    }
    feed["hubs"] = json!([{ "type": "WebSub", "url": address }]);
    documents.push(feed);
    documents.iter().map(Value::to_string).collect()
}

/// Every form that a body is written in, around every attribute of HTML. `address` as it is written there.
fn body_documents(address: &str) -> Vec<String> {
    let mut documents = Vec::new();
    for template in BODIES {
        let body = template.replace("{}", &address.replace('"', "&quot;"));
        documents.push(rss(&format!(
            "<item><title>x</title><description>{}</description></item>",
            escape(body.as_str())
        )));
        documents.push(rss(&format!(
            "<item><title>x</title><description>{body}</description></item>"
        )));
        documents.push(rss(&format!(
            "<item><title>x</title><content:encoded><![CDATA[{body}]]></content:encoded></item>"
        )));
        documents.push(atom(&format!(
            "<entry><id>x</id><title>x</title><content type=\"html\">{}</content></entry>",
            escape(body.as_str())
        )));
        documents.push(atom(&format!("<entry><id>x</id><title>x</title><summary type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">{body}</div></summary></entry>")));
        documents.push(json!({ "version": "https://jsonfeed.org/version/1.1", "items": [{ "title": "x", "content_html": body }] }).to_string());
    }
    documents
}

/// Each text of a document, by the name of the member, element or attribute that it stands in.
type Texts = Vec<(String, String)>;

fn texts_of_json(value: &Value, name: &str, found: &mut Texts) {
    match value {
        Value::String(text) => found.push((name.to_owned(), text.clone())),
        Value::Array(values) => values
            .iter()
            .for_each(|value| texts_of_json(value, name, found)),
        Value::Object(members) => {
            let around = name.rsplit(' ').next().unwrap_or_default();
            for (name, value) in members {
                texts_of_json(value, format!("{around} {name}").trim_start(), found);
            }
        }
        _ => {}
    }
}

fn texts_of_xml(xml: &str, found: &mut Texts) {
    let mut reader = Reader::from_str(xml);
    let (mut name, mut text) = (String::new(), String::new());
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) | Event::Empty(tag) => {
                name = tag.name().as_ref().to_owned();
                text.clear();
                for attribute in tag.attributes().flatten() {
                    let value = unescape(attribute.value.as_ref()).expect("references of XML");
                    found.push((
                        format!("{name} {}", attribute.key.as_ref()),
                        value.into_owned(),
                    ));
                }
            }
            Event::Text(piece) => text.push_str(&piece),
            Event::GeneralRef(reference) => {
                text.push_str(
                    &unescape(&format!("&{};", &*reference)).expect("a reference of XML"),
                );
            }
            Event::End(_) => found.push((name.clone(), std::mem::take(&mut text))),
            Event::Eof => return,
            _ => {}
        }
    }
}

/// What `mainstem parse` prints of a document, and what each format publishes of it.
fn published(bytes: &[u8]) -> Option<Texts> {
    let feed = read(bytes, None).ok()?;
    let mut texts = Vec::new();
    texts_of_json(
        &serde_json::from_str(&parsed_as_json(&feed)).expect("JSON"),
        "",
        &mut texts,
    );
    let mut items = items(&feed);
    for (nth, item) in items.iter_mut().enumerate() {
        item.id = format!("urn:x:{nth}");
    }
    let documents = documents(&items);
    for format in DocumentFormat::ALL {
        let written = documents.get(format).bytes().to_vec();
        let written = String::from_utf8(written).expect("UTF-8");
        if format == DocumentFormat::Json {
            texts_of_json(
                &serde_json::from_str(&written).expect("JSON"),
                "",
                &mut texts,
            );
        } else {
            assert_eq!(well_formed(&written), Ok(()));
            texts_of_xml(&written, &mut texts);
        }
    }
    // A GUID names, and leads nowhere; it is kept byte for byte.
    let is_guid = |name: &str| matches!(name, "items id" | "_mainstem guid");
    texts.retain(|(name, text)| text.contains(MARK) && !is_guid(name));
    Some(texts)
}

/// An address is one of the web (an entry's own link and its files may lie on other servers), a body holds nothing but such, and no other text is an address.
fn assert_safe(document: &str) {
    for (name, text) in published(document.as_bytes()).unwrap_or_default() {
        match name.as_str() {
            "items content_html" | "content" | "description" | "content:encoded" => {
                assert_eq!(is_inert(&text), Ok(()), "{name} of {document}");
            }
            // What only names something need be no address, but is none that runs.
            "category scheme" | "category domain" | "_mainstem id" | "origin id" | "id" => {
                let bare = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
                let scheme =
                    Url::parse(bare).map_or_else(|_| String::new(), |url| url.scheme().to_owned());
                assert!(
                    ["", "http", "https", "ftp"].contains(&scheme.as_str()),
                    "{name} is {text:?}, of {document}"
                );
            }
            // An entry's own link and its files.
            "items url" | "attachments url" | "link" | "link href" | "atom:link href"
                if text.starts_with("ftp://") => {}
            _ => assert!(
                text.starts_with("https://") || text.starts_with("http://"),
                "{name} is {text:?}, of {document}"
            ),
        }
    }
}

#[test]
fn no_field_leads_anywhere_but_to_the_web() {
    for address in HOSTILE {
        json_documents(address)
            .iter()
            .for_each(|document| assert_safe(document));
        xml_documents(&escape(*address)).for_each(|document| assert_safe(&document));
        body_documents(address)
            .iter()
            .for_each(|document| assert_safe(document));
    }
    for address in REFERRED {
        xml_documents(address).for_each(|document| assert_safe(&document));
        body_documents(address)
            .iter()
            .for_each(|document| assert_safe(document));
    }
}

/// A good address gets through wherever a reader could use it; else the test above would prove nothing.
#[test]
fn a_good_address_gets_through() {
    let is_of_no_use = |document: &String| {
        [
            "wfw:commentRss",
            "podcast:",
            "rel=\"via\"",
            "<contributor>",
            "<docs>",
            "dc:source",
            "<source",
            "rdf:about=\"https",
            "xml:base=\"https://good.example/?mark=1\">S",
        ]
        .iter()
        .any(|part| document.contains(part))
    };
    let documents = xml_documents(GOOD)
        .chain(json_documents(GOOD))
        .filter(|document| !is_of_no_use(document));
    for document in documents.filter(|document| !document.contains("\"id\":")) {
        let found = published(document.as_bytes()).expect("a feed");
        assert!(
            found.iter().any(|(_, text)| text.contains(MARK)),
            "nothing of {document}"
        );
    }
}
