//! What hostile HTML is made of.

/// Elements that may stay.
#[rustfmt::skip]
pub(super) const ELEMENTS: &[&str] = &[
    "p", "p", "div", "a", "a", "img", "br", "b", "i", "em", "strong", "code", "u", "s", "tt", "small", "strike", "span", "q", "sub", "del", "ins",
    "ul", "ol", "li", "dl", "dt", "dd", "table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption", "colgroup", "col", "pre", "blockquote",
    "h1", "h2", "h6", "hr", "figure", "figcaption", "section", "details", "summary", "address", "main", "video", "audio", "source", "track", "wbr",
    "picture", "iframe", "ruby", "rt", "rp", "time", "abbr", "bdo", "cite", "kbd",
];
/// Elements that may not, and names that are none.
#[rustfmt::skip]
pub(super) const NAMES_OF_NONE: &[&str] = &[
    "script", "style", "svg", "math", "mi", "mtext", "annotation-xml", "foreignObject", "desc", "title", "template", "noscript", "noembed", "noframes",
    "plaintext", "xmp", "textarea", "select", "option", "optgroup", "form", "input", "button", "object", "embed", "applet", "marquee", "param", "base",
    "link", "meta", "html", "head", "body", "frameset", "frame", "center", "font", "big", "nobr", "listing", "image", "isindex", "keygen", "dialog",
    "menu", "search", "slot", "x-y", "p:b", "a\u{131}", "\u{FF53}cript", "s\u{17F}", "selectedcontent", "legend", "fieldset", "hgroup", "rtc", "rb",
    "amp-img", "amp-youtube", "amp-iframe", "lite-youtube", "annotation", "msup", "mfrac", "semantics", "mjx-math", "math", "noscript", "object", "param",
    "malignmark", "mglyph", "path", "use", "set", "animate", "portal", "b\0", "br\u{C}", "p_", "h7", "h", "a1",
];
#[rustfmt::skip]
pub(super) const ATTRIBUTES: &[&str] = &[
    "href", "HREF", "src", "Src", "srcset", "data-src", "data-original", "data-srcset", "alt", "title", "width", "height", "cite", "poster", "datetime",
    "colspan", "rowspan", "lang", "dir", "srcdoc", "style", "class", "id", "name", "onclick", "onerror", "href", "src", "hreflang", "start", "value",
    "type", "media", "controls", "rel", "target", "ping", "xlink:href", "xml:lang", "xmlns", "formaction", "background", "is", "href\u{301}", "h\0ref",
    "src<", "src\"", "'src", "sr&#99;", "open", "span", "headers", "scope", "kind", "label", "srclang", "reversed", "loop", "sandbox", "allow",
    "referrerpolicy", "loading", "encoding", "definitionurl", "data", "data-lazy-src", "data-videoid", "videoid", "alttext", "aria-hidden", "placeholder",
    "data-lazy-srcset", "data-orig-file",
];
/// What stands between attributes.
pub(super) const BLANKS: &[&str] = &[
    "", "\t", "\n", "\r\n", "\u{C}", "/", " / ", "//", "\u{A0}", "\u{2003}", "\u{B}", "\0", "  ",
];
#[rustfmt::skip]
pub(super) const VALUES: &[&str] = &[
    "javascript:alert(1)", "java\tscript:alert(1)", "java\nscript:", "JaVaScRiPt&#58;x", "&#106;avascript&colon;x", "javascript&#x3a;x", "&#1;javascript:x",
    "\u{1}javascript:x", "data:text/html,<script>x</script>", "data:image/svg+xml,x", "vbscript:x", "file:///etc/passwd", "blob:x", "about:blank",
    "view-source:x", "https://host.example/", "https://host.example/i.png", "http://host.example/?a=1&b=2", "http://host.example/?a=1&amp;copy=2",
    "//host.example/a", "/rooted", "page.html", "?a&copy=1&lt", "#top", "#", "", " ", "mailto:jo@host.example", "tel:+1", "magnet:?xt=urn:x", "xmpp:a@b",
    "geo:1,2", "https:page", "https:/host.example", "https:\\\\host.example", "https://host.example\\@other.example/", "https://a:b@host.example/",
    "https://[::1", "https://host.example:99999/", "https://xn--/", "https://h\u{F6}st.example/\u{E4} b", "https://host.example/\u{202E}x", "ftp://host.example/",
    "https://www.youtube.com/embed/x", "//player.vimeo.com/video/1", "https://www.youtube.com/embed/x\" onload=\"y", "https://host.example/,", "a.png 1x, b.png 2x", "a.png 640w, javascript:x 2x", " , ",
    ",", " 1x", " 9w", "1", "0", "01", "640px", "100%", "-1", "99999", "1e3", "word", "two words", "a & b", "R&D", "&", "&amp;", "&lt;b&gt;", "&quot;",
    "&#39;", "&#34;", "&#0;", "&#xD800;", "&#128;", "&#x110000;", "&#13;", "&#10;", "&#9;", "&nbsp;", "\u{A0}", "&copy", "&copy;", "&notit;", "&notin;",
    "&amp", "&ampx", "&#38", "&#x26", "&#x", "&#", "<", ">", "<b>", "-->", "]]>", "`", "\"", "'", "=", "/", "\n", "\t", "\r", "\u{FEFF}", "\u{FFFE}",
    "\u{85}", "\u{2028}", "\u{200B}", "\u{1F600}", "\u{1}", "\0", "\u{C}", "&NotEqualTilde;", "&NewLine;", "&Tab;", "&colon;", "&sol;",
];
#[rustfmt::skip]
pub(super) const TEXTS: &[&str] = &[
    "word", " ", "\n", "\n two words", "a & b", "R&D;", "&amp;", "&lt;script&gt;", "&nbsp;", "\u{A0}", "&copy;", "&notin;", "&#8217;", "&#60;", "&#38;amp;",
    "&quot;", "\"'", "5 > 4", "]]>", "\t", "--", "/>", "&am", "p;", "&#", "x26;", "&l", "t;", "=\"", "\u{1F600}", "e\u{301}", "\u{2028}", "\u{85}", "\u{7F}",
    "<!-- a comment -->", "<!--x-->", "&NotEqualTilde;", "&#x1F600;", "&fjlig;", "&#10;", "&NewLine;", "&Tab;",
];
/// What stands out of place wherever it is.
#[rustfmt::skip]
pub(super) const MARKUP: &[&str] = &[
    "<", "<>", "< p>", "</", "</>", "</ p>", "</1>", "<1>", "<!", "<!>", "<!x>", "<!-->", "<!--->", "<!---->", "<!-- a -- b -->", "<!-- a --!>", "<!--<!-->",
    "<!-- <!-- --> -->", "<!--", "-->", "--!>", "<!--><img src=x onerror=y>-->", "<!--x--!><b>-->", "<!doctype html>", "<!DOCTYPE x [<!ENTITY y \"z\">]>",
    "<![CDATA[x]]>", "<![CDATA[<b>]]>", "<?", "<?xml version=\"1.0\"?>", "<?php x ?>", "<%", "<\u{FF53}cript>", "<a\0b>", "\0", "\r", "\r\n", "\u{C}",
    "\u{B}", "\u{1B}", "\u{FEFF}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}", "\u{FFFD}", "&copy", "&copyright", "&notit;", "&#0;", "&#13;", "&#128;", "&#xFFFE;",
    "&#x110000;", "&#99999999999;", "&#38", "&lt", "&ltx", "&amp<b>", "&ThickSpace;", "<br></br>", "</br>", "</p>", "</body>", "</html>", "<html lang=x>",
    "<body onload=x>", "<table><p>", "<table>x", "<table><tr>x", "<tr><td>", "</td></tr>", "<table><a>x<td>", "<a><table><a>", "<a href=\"/1\"><a href=\"/2\">",
    "<b><p></b>", "<i><b></i>", "<p><b><div>", "<li><li>", "<h1><h2>", "<pre>\n", "<pre>\n\n", "<pre>&#10;", "<pre><img>\n", "<pre><!--x-->\n", "<listing>\n",
    "<svg><style><a title=\"</style><img src=x onerror=y>\">", "<math><mi><mglyph><style><!--</style><img src=x>", "<svg></p><style><a id=\"</style><img>\">",
    "<math><mtext><table><mglyph><style><math href=javascript:x>", "<svg><desc><p>x</svg>", "<svg><foreignObject><p>", "<svg><title><img>", "<svg><a><b>",
    "<noscript><p title=\"</noscript><img src=x onerror=y>\">", "<template><img src=x></template>", "<template>", "<textarea><p title=\"</textarea><img>\">",
    "<title><b></title>", "<xmp><p title=\"</xmp><img>\">", "<plaintext>", "<style><!--</style><b>-->", "<script><!--<script></script>", "<select><p>",
    "<select><option><img></select>", "<iframe srcdoc=\"<script>x</script>\"></iframe>", "<iframe><b>", "<iframe src=\"https://www.youtube.com/embed/x\">",
    "<noscript><img src=x onerror=y></noscript>", "<noscript><style></noscript><img src=x onerror=y></style>", "<noscript><noscript></noscript><b>",
    "<img data-src=/a.png><noscript><img src=/a.png></noscript>", "<noscript><!--</noscript><img src=x onerror=y>-->", "<noscript><iframe></noscript></iframe>",
    "<math><annotation encoding='application/x-tex'></math><img src=x onerror=y>", "<math alttext='<img src=x onerror=y>'></math>", "<math><mtext><p>x</math>",
    "<math><annotation-xml encoding=text/html><noscript><p title='</noscript><img onerror=y>'>", "<script type=math/tex><img src=x onerror=y></script>",
    "<object data=/a><param name=movie value='javascript:x'><embed src=//b.example/c>", "<object><noscript></object></noscript>", "<amp-img src=/a.png>",
    "<amp-youtube data-videoid=a></amp-youtube>", "<iframe src=//c.example title='</a><img src=x onerror=y>'>", "<a href=/a><iframe src=//b.example></iframe></a>",
    "<picture><source data-srcset='/a 1x'><img></picture>", "<span class=katex-html aria-hidden=true>", "<video data-src=/v>", "<svg><![CDATA[</svg><noscript>]]>",
    "<form><form>", "<form action=javascript:x><input></form>", "<object><b>", "<button><p><button>", "<font><p>", "<nobr><nobr>", "<frameset>", "<image>",
    "<img src=x:x onerror=y ", "<a href=\"", "<a title='", "<p =x>", "<p \"'=x>", "<p/x=y>", "<p title=x/y>", "<p title=`x y`>", "<p title=a&amp;b>", "<br/ >",
    "<img alt=\"x\"src=\"/y\">", "<caption>x", "<col>", "<b><b><b><b>", "<ruby>a<rt>b<rp>c</ruby>", "<marquee><b></marquee>", "<a><div></a>",
];
