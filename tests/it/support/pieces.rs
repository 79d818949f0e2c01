//! What mutants are made with.

/// What breaks careless readers wherever it stands.
#[rustfmt::skip]
pub(crate) const PIECES: &[&str] = &[
    "<", ">", "&", "\"", "'", "/>", "</", "<!--", "-->", "--!>", "<![CDATA[", "]]>", "<?", "?>", "<!DOCTYPE x [", "<a href=\"", "&#0;", "&#xD800;",
    "&#x110000;", "&#x1;", "&#128;", "&lt;", "&amp;lt;", "&amp;#60;", "&nbsp;", "&nosuch;", "&#x202E;", "&#13;&#10;", "\u{FEFF}", "\u{FFFF}",
    "\u{FFFE}", "\u{0}", "\u{1}", "\u{1B}", "\u{85}", "\u{2028}", "\u{202E}", "\u{2066}", "\r\nX-A: b", "\t", "\u{A0}", "xmlns=\"\"", "xmlns:a=\"b\"",
    "xml:base=\"//other.example/\"", "xml:base=\"data:,\"", "xml:lang=\"\"", "<item>", "</item>", "<entry>", "</entry>", "<channel>", "</rss>",
    "</feed>", "<br>", "<p>", "</p>", "<svg>", "<math>", "<title>", "Tue, 21 Nov 2017 25:61:61 +9999", "2017-11-21T14:30:00.999999999999Z",
    "9999-12-31T23:59:59-14:00", "-1", "18446744073709551616", "1e400",
];
/// Addresses that nobody may be led to, and such as only look like it.
#[rustfmt::skip]
pub(crate) const ADDRESSES: &[&str] = &[
    "javascript:alert(1)", " java\tscript:alert(1)", "JaVaScRiPt&#58;alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
    "\u{1}javascript:x", "https://host.example/\u{202E}x", "//host.example", "https:host.example", "https://[::1", "https://a@b:c/", "?", "#",
    "https://host.example/a,b 2x, javascript:x 3x", "mailto:jo@host.example", "https://host.example/%00%0d%0a", "https://xn--/",
    "\\\\host.example\\a", "https://www.youtube.com/embed/x\" onload=\"x",
];
/// Elements of all formats and of HTML.
#[rustfmt::skip]
pub(crate) const NAMES: &[&str] = &[
    "item", "entry", "channel", "feed", "rss", "rdf:RDF", "title", "link", "guid", "id", "description", "summary", "content", "content:encoded",
    "pubDate", "updated", "published", "dc:date", "dc:creator", "author", "name", "uri", "email", "category", "enclosure", "source", "image", "url",
    "icon", "media:group", "media:content", "media:thumbnail", "media:title", "media:credit", "media:player", "itunes:image", "itunes:duration",
    "itunes:keywords", "podcast:person", "atom:link", "xhtml:body", "div", "p", "a", "img", "b", "table", "td", "script", "style", "svg", "math",
    "iframe", "textarea", "select", "template", "noscript", "plaintext", "pre", "form", "li", "br", "picture", "video", "object", "body", "html",
    "frameset",
];
/// Attributes of all formats and of HTML.
#[rustfmt::skip]
pub(crate) const ATTRIBUTES: &[&str] = &[
    "href", "src", "url", "rel", "type", "mode", "term", "domain", "isPermaLink", "length", "rdf:about", "rdf:resource", "xml:base", "xml:lang",
    "xmlns", "xmlns:atom", "version", "srcset", "poster", "cite", "onclick", "style", "srcdoc", "data-src", "width", "title", "alt", "duration",
    "medium", "role",
];
#[rustfmt::skip]
pub(crate) const VALUES: &[&str] = &[
    "", "x", "html", "xhtml", "text", "base64", "text/html", "application/xml", "image/png", "alternate", "enclosure", "self", "hub", "false", "true",
    "2.0", "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml", "http://purl.org/rss/1.0/", "1", "99999999999999999999",
];
#[rustfmt::skip]
pub(crate) const CHARSETS: &[&str] = &[
    "utf-8", "utf-16", "utf-7", "iso-8859-1", "windows-1251", "shift_jis", "gb2312", "iso-2022-jp", "x-user-defined", "nosuch",
];
#[rustfmt::skip]
pub(crate) const CONTENT_TYPES: &[&str] = &[
    "application/rss+xml", "text/html; charset=utf-8", "text/xml; charset=windows-1252", "application/xml; charset=utf-16le",
    "text/plain; charset=nosuch", "application/feed+json; charset=iso-2022-jp",
];
