//! One law: what the walk gives back is what the sanitizer gives. Held on texts that are put together at random, most of
//! them well nested, some of them not quite.

use mainstem::text::{sanitize_by_parser, sanitize_by_walk};
use proptest::prelude::{any, prop};
use proptest::test_runner::{Config, TestRunner};
use url::Url;

use super::dice::Dice;

/// Inputs a run: a few seconds.
const CASES: u32 = 4000;

const TEXTS: &[&str] = &[
    "word",
    " ",
    "\n",
    "\n two words",
    "a & b",
    "R&D",
    "AT&T; &",
    "&utm_x",
    "&é",
    "&amp;",
    "&lt;b&gt;",
    "&nbsp;",
    "\u{A0}",
    "&copy;",
    "&notin;",
    "&#8217;",
    "&#x2019;",
    "&#38;",
    "&#60;",
    "&NotEqualTilde;",
    "&quot;",
    "5 > 4",
    "“quoted”",
    "<!-- a comment -->",
    "<!---->",
    "\t",
    "]]>",
];
/// What the walk is to leave alone.
const ODD: &[&str] = &[
    "&copy",
    "&copyright",
    "&notit;",
    "&#10;",
    "&#128;",
    "&#xFFFE;",
    "1 < 2",
    "<!-- a -- b -->",
    "<!-->",
    "\u{FEFF}",
    "\u{FFFE}",
    "\r",
    "</br>",
    "</>",
    "<font>",
    "<script>",
    "<svg>",
    "<select>",
    "<iframe src=\"https://player.vimeo.com/video/1\"></iframe>",
];
/// Elements that the walk knows.
const NAMES: &[&str] = &[
    "p",
    "a",
    "br",
    "img",
    "li",
    "strong",
    "em",
    "b",
    "i",
    "span",
    "div",
    "ul",
    "ol",
    "td",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "figure",
    "figcaption",
    "blockquote",
    "code",
    "pre",
    "table",
    "tbody",
    "thead",
    "tfoot",
    "th",
    "hr",
    "u",
    "s",
    "small",
    "strike",
    "tt",
    "dl",
    "dt",
    "dd",
    "address",
    "article",
    "aside",
    "details",
    "footer",
    "header",
    "main",
    "nav",
    "section",
    "summary",
    "abbr",
    "audio",
    "bdi",
    "bdo",
    "cite",
    "del",
    "dfn",
    "ins",
    "kbd",
    "mark",
    "picture",
    "q",
    "samp",
    "sub",
    "sup",
    "time",
    "var",
    "video",
    "source",
    "track",
    "wbr",
];
/// Elements that stand anywhere.
const FREE: &[&str] = &[
    "div",
    "blockquote",
    "figure",
    "pre",
    "section",
    "table",
    "ul",
    "ol",
    "dl",
    "h2",
    "h3",
    "p",
    "p",
    "hr",
    "span",
    "video",
    "picture",
    "sub",
    "q",
    "img",
    "br",
];
const IN_LINE: &[&str] = &[
    "a", "b", "em", "img", "br", "span", "code", "img", "u", "tt", "sup", "wbr", "source",
];
const ATTRIBUTES: &[&str] = &[
    " href=\"https://host.example/a?b=1&c=2\"",
    " href=\"/a?b=1&amp;copy=2&copy=3\"",
    " HREF='page'",
    " href=\"javascript:alert(1)\"",
    " href=\" https://host.example/ \"",
    " href=\"https://host.example/ä b\u{A0}\"",
    " href=\"mailto:jo@host.example\"",
    " href=\"#top\"",
    " href=\"http://\"",
    " href=\"HTTP:page\"",
    " href=\"?a&b\"",
    " href=\"?a=1&utm_source=2&copy_x=3\"",
    " href=\"?a=1&utm_source=2&copyx_3&\"",
    " href=\"?a&lt;b&unknown;c\"",
    " hreflang=de",
    " src=\"https://host.example/i.png\"",
    " src=\"//host.example/i.png\"",
    " src=\"\"",
    " src=\"data:image/png,1\"",
    " data-src=\"/lazy.png\"",
    " data-original='lazy.png'",
    " srcset=\"a.png 1x, b.png 2x\"",
    " data-srcset=\"a.png 640w, javascript:x 2x\"",
    " alt=\"a &quot;b&quot; <c> 'd' &#39;\"",
    " alt='a \"b\"'",
    " alt",
    " width=1",
    " height=\"1\"",
    " width=\"640px\"",
    " height=100%",
    " width = 5 ",
    " colspan=\"2\"",
    " title=\"t\"",
    " title=\"u\"",
    " Lang=en",
    " style=\"color:red\" class=x",
    " onclick='x'",
    " cite=\"../c\"",
    " datetime=\"2026-01-01\"",
    " poster=\"p.png\"",
    " poster=\"javascript:x\"",
    " controls",
    " type=\"video/mp4\"",
    " start=\"5\"",
    " /",
    " a=\"b\"c=\"d\"",
];

/// Writes HTML from dice.
struct Writer<'d> {
    dice: Dice<'d>,
    html: String,
}

impl Writer<'_> {
    /// What stands in an element: parts of it where it has parts, mostly.
    fn content(&mut self, around: &str, depth: usize) {
        while !self.dice.is_empty() && !self.dice.roll().is_multiple_of(4) {
            let parts: &[&str] = match around {
                "ul" | "ol" => &["li"],
                "dl" => &["dt", "dd"],
                "table" => &["tr", "tbody", "thead", "tfoot"],
                "tbody" | "thead" | "tfoot" => &["tr"],
                "tr" => &["td", "th"],
                _ if IN_LINE.contains(&around) || matches!(around, "p" | "h2" | "h3") => IN_LINE,
                "div" | "blockquote" | "td" | "li" | "figure" => FREE,
                _ => IN_LINE,
            };
            match self.dice.roll() % 128 {
                0..56 if depth < 8 => {
                    let name = self.dice.pick(parts);
                    self.element(name, depth);
                }
                56 if depth < 8 => {
                    let name = self.dice.pick(NAMES);
                    self.element(name, depth);
                }
                57 => {
                    let name = self.dice.pick(NAMES);
                    self.html.push_str(&format!("</{name}>"));
                }
                58 => {
                    let text = self.dice.pick(ODD);
                    self.html.push_str(text);
                }
                _ if parts.len() < 5 => self.html.push('\n'),
                _ => {
                    let text = self.dice.pick(TEXTS);
                    self.html.push_str(text);
                }
            }
        }
    }

    fn element(&mut self, name: &str, depth: usize) {
        let name = match self.dice.roll() % 16 {
            0 => name.to_ascii_uppercase(),
            _ => name.to_owned(),
        };
        self.html.push('<');
        self.html.push_str(&name);
        for _ in 0..self.dice.roll() % 4 {
            let attribute = self.dice.pick(ATTRIBUTES);
            self.html.push_str(attribute);
        }
        self.html.push('>');
        if ["br", "img", "hr", "wbr", "source", "track"].contains(&name.as_str()) {
            if self.dice.roll().is_multiple_of(8) {
                self.html.push_str(&format!("</{name}>"));
            }
            return;
        }
        self.content(&name, depth + 1);
        // An end tag is forgotten now and then.
        if self.dice.roll() % 48 != 1 {
            self.html.push_str(&format!("</{name}>"));
        }
    }
}

#[test]
fn the_walk_gives_what_the_sanitizer_gives() {
    let base = Url::parse("https://host.example/dir/page?q").expect("a URL");
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    });
    let walked = std::cell::Cell::new(0_u32);
    let dice = (prop::collection::vec(any::<u8>(), 0..160), any::<bool>());
    let law = |(dice, has_base): (Vec<u8>, bool)| {
        let mut writer = Writer {
            dice: Dice(&dice),
            html: String::new(),
        };
        while !writer.dice.is_empty() {
            writer.content("div", 0);
        }
        let html = writer.html;
        let base = has_base.then_some(&base);
        if let Some(found) = sanitize_by_walk(&html, base) {
            walked.set(walked.get() + 1);
            assert_eq!(
                Some(&found),
                sanitize_by_parser(&html, base).as_ref(),
                "{html:?}"
            );
            assert_eq!(
                Some(&found),
                sanitize_by_walk(&found, base).as_ref(),
                "{html:?}"
            );
        }
        Ok(())
    };
    runner.run(&dice, law).expect("the law holds");
    assert!(walked.get() > CASES / 10, "{} walked", walked.get());
}
