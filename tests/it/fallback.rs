//! What a browser without scripts and plugins shows: pictures that wait, `noscript`, frames, objects, formulas; and articles that
//! are too long for their markup to be read at once.
//!
//! Whole documents of these kinds are in `tests/corpus/parse/lazy-pictures` and `tests/corpus/parse/removed-whole`.

use mainstem::text::{html_to_text, sanitize};
use serde_json::Value;
use url::Url;

use crate::support::daemon::Desk;

const REAL: &str = "https://site.example/real.jpg";
const BLANK: &str = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";

fn clean(html: &str) -> String {
    let base = Url::parse("https://site.example/dir/page").expect("a URL");
    let html = html.replace("REAL", REAL).replace("BLANK", BLANK);
    let once = sanitize(&html, Some(&base));
    assert_eq!(sanitize(&once, Some(&base)), once, "{html}");
    assert_eq!(sanitize(&once, None), once, "{html}");
    once
}

/// Cases whose every picture is the real one, and stands once.
#[test]
fn a_picture_that_waits_stands_once() {
    let cases = [
        "<img src=REAL>",
        "<img data-lazyload=REAL src=/1x1.gif>",
        "<img data-bgset=REAL src='BLANK'>",
        "<img src='' data-src=REAL data-thumb=https://site.example/t.jpg>",
        "<img src=lazy_placeholder.gif data-medium-file=https://site.example/m.jpg data-orig-file=REAL>",
        "<img src=BLANK data-src='https://site.example/{width}.jpg' data-original=REAL>",
        "<img src='BLANK' data-lazy=true data-original=REAL>",
        "<img srcset='BLANK 1w' data-srcset='REAL 1x'>",
        "<picture><source data-srcset='REAL 1x'><img src='BLANK'></picture>",
        "<a href=REAL><img src='BLANK' data-srcset='{{srcset}}'></a>",
        "<img src='BLANK'><noscript><img src=REAL></noscript>",
        "<img src='BLANK' data-src=https://site.example/real-300.jpg><noscript><img src=REAL></noscript>",
        "<img src='BLANK'>\n <noscript>\n <img src=REAL alt='&amp;'>\n</noscript>",
        "<a href=REAL><img src='BLANK'><noscript><img src=REAL></noscript></a>",
        "<a href=REAL><img data-src=REAL></a>",
        "<figure><img src='BLANK'><noscript><figure><img src=REAL></figure></noscript></figure>",
        "<noscript><img src=REAL></noscript><img class=lazy src='BLANK'>",
        "<NOSCRIPT><IMG SRC=REAL></NOSCRIPT>",
        "<amp-img src=REAL width=4 height=3 layout=responsive></amp-img>",
        "<amp-img src=REAL />",
        "<amp-anim src=REAL><amp-img placeholder src=still.jpg></amp-img></amp-anim>",
        "<noscript><noscript><img src=REAL></noscript></noscript>",
        "<img src='BLANK'><noscript><img src=https://cdn.example/count.php></noscript><img src=REAL>",
        "<img src=REAL><noscript><img src=https://mc.example/watch/1 style='position:absolute; left:-9999px' alt=''></noscript>",
    ];
    for html in cases {
        let found = clean(html);
        let pictures = found.matches("<img").count();
        let real = found
            .matches("src=\"https://site.example/real.jpg\"")
            .count();
        let count = if html.contains("count.php") {
            1
        } else {
            pictures
        };
        assert_eq!((count, real), (1, 1), "{html} gives {found}");
    }
}

#[test]
fn pictures_that_do_not_wait_stay_as_they_are() {
    let cases = [
        ("<img src=a.jpg><img src=a.jpg>", 2),
        ("<img src=a.jpg><noscript><img src=b.jpg></noscript>", 2),
        (
            "<img data-src=a.jpg>words<noscript><img src=b.jpg></noscript>",
            2,
        ),
        (
            "<img src='BLANK' data-src=a.jpg><img src='BLANK' data-src=b.jpg>",
            2,
        ),
        ("<img src=blank.gif>", 1),
        (
            "<img src='BLANK' data-id=7 data-permalink=https://site.example/photo/>",
            0,
        ),
        (
            "<noscript><img src=https://stats.example/p.php?a=1></noscript>",
            0,
        ),
        ("<noscript><img src=/1.jpg width=1 height=1></noscript>", 0),
        (
            "<noscript><img src=/cdn/42 alt='The harbour'></noscript>",
            1,
        ),
        ("<!-- <noscript> --><img src=a.jpg title='<noscript>'>", 1),
    ];
    for (html, pictures) in cases {
        let found = clean(html);
        assert_eq!(
            found.matches("<img").count(),
            pictures,
            "{html} gives {found}"
        );
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "the cases are a table")]
fn a_frame_leaves_a_link() {
    let link = |address: &str, text: &str| {
        format!("<a href=\"{address}\" rel=\"noopener noreferrer nofollow\">{text}</a>")
    };
    let cases = [
        (
            "<iframe src=https://a.example/1></iframe>",
            link("https://a.example/1", "a.example"),
        ),
        (
            "<iframe src=http://a.example/1 title=' A  talk '></iframe>",
            link("http://a.example/1", "A talk"),
        ),
        (
            "<iframe src=../1></iframe>",
            link("https://site.example/1", "site.example"),
        ),
        (
            "<iframe src=https://xn--80ak6aa92e.example/></iframe>",
            link("https://xn--80ak6aa92e.example/", "xn--80ak6aa92e.example"),
        ),
        (
            "<iframe src=https://a.example/?b=1&amp;copy=2></iframe>",
            link("https://a.example/?b=1&amp;copy=2", "a.example"),
        ),
        (
            "<iframe src=https://a.example/ srcdoc='<script>x</script>'></iframe>",
            link("https://a.example/", "a.example"),
        ),
        (
            "<embed src=https://a.example/m.swf><noembed>x</noembed>",
            link("https://a.example/m.swf", "a.example"),
        ),
        (
            "<object data=https://a.example/1><object data=https://a.example/2></object></object>",
            link("https://a.example/2", "a.example"),
        ),
        (
            "<object><param name=Movie value=https://a.example/1></object>",
            link("https://a.example/1", "a.example"),
        ),
        (
            "<amp-twitter data-tweetid=12></amp-twitter>",
            link("https://twitter.com/i/status/12", "twitter.com"),
        ),
        (
            "<iframe src=https://a.example/1></iframe><noscript><iframe src=https://a.example/1></iframe></noscript>",
            link("https://a.example/1", "a.example"),
        ),
        (
            "<lite-youtube videoid='a/../b'></lite-youtube>",
            String::new(),
        ),
        (
            "<iframe src=https://a.example/ width=1 height=1></iframe>",
            String::new(),
        ),
        (
            "<iframe src=https://a.example/ style='display: none'></iframe>",
            String::new(),
        ),
        (
            "<iframe src='https://www.facebook.com/plugins/like.php?href=x'></iframe>",
            String::new(),
        ),
        (
            "<iframe src='#a'></iframe><iframe src=' '></iframe><iframe src=mailto:a@b.example></iframe>",
            String::new(),
        ),
        (
            "<iframe src=https://[::1]/></iframe><iframe src=https://127.1/></iframe><iframe src=https://intranet/></iframe>",
            String::new(),
        ),
    ];
    for (html, expected) in cases {
        assert_eq!(clean(html), expected, "{html}");
    }
    let many = "<iframe src=https://a.example/1></iframe>".repeat(500);
    assert_eq!(clean(&many).matches("<a ").count(), 100);
}

#[test]
fn a_formula_leaves_its_text() {
    let cases = [
        (
            "a <math><msup><mi>x</mi><mn>2</mn></msup></math> b",
            "a x<sup>2</sup> b",
        ),
        (
            "<math><msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup></math>",
            "x<sub>1</sub><sup>2</sup>",
        ),
        (
            "<math><mtext>if </mtext><mi>x</mi><mo>&#x2061;</mo><mo>&lt;</mo><mn>1</mn></math>",
            "if x&lt;1",
        ),
        (
            "<math><mi>x</mi><annotation encoding='application/x-tex'>\\x &lt; 1</annotation></math>",
            "<code>\\x &lt; 1</code>",
        ),
        (
            "<math><mi>x</mi><annotation encoding='StarMath 5.0'>junk</annotation></math>",
            "x",
        ),
        (
            "<math><mi>x</mi><annotation-xml encoding='MathML-Content'><ci>y</ci></annotation-xml></math>",
            "x",
        ),
        ("<math alttext='y'><mi>x</mi></math>", "<code>y</code>"),
        (
            "<math><mtext><a href=javascript:x>t</a><img src=x onerror=y></mtext></math>",
            "t",
        ),
        ("<math><mi>x</mi><div>d</div></math>", "x<div>d</div>"),
        ("<math><mi>x", "x"),
        ("<script type='math/tex'>x</script>", "<code>x</code>"),
        ("<script type='text/javascript'>x</script>y", "y"),
        (
            "<span class=katex-html aria-hidden=true>x</span>",
            "<span>x</span>",
        ),
        ("a<svg><title>t</title><text>x</text></svg>b", "ab"),
    ];
    for (html, expected) in cases {
        assert_eq!(clean(html), expected, "{html}");
    }
}

#[test]
fn text_has_no_noise_of_pictures_and_players() {
    let cases = [
        (
            "<p>a</p><img src='BLANK' alt=x><noscript><img src=REAL alt=x></noscript>",
            "a",
        ),
        (
            "<p>a</p><iframe src=https://www.youtube.com/embed/1>b</iframe>",
            "a",
        ),
        (
            "<p>a</p><p><iframe src=https://player.example/1></iframe></p>",
            "a\nplayer.example",
        ),
        (
            "<p>a <math><mi>x</mi><mo>=</mo><mn>9</mn></math> b</p>",
            "a x=9 b",
        ),
        (
            "<p>a</p><noscript>You need to enable JavaScript.</noscript>",
            "a",
        ),
    ];
    for (html, expected) in cases {
        assert_eq!(html_to_text(&clean(html)), expected, "{html}");
    }
}

/// `mainstem parse` on one item with this body: its HTML, and what was recovered.
fn parsed(body: &str) -> (String, Vec<Value>) {
    let desk = Desk::new("");
    let document = format!(
        "<rss version=\"2.0\"><channel><title>T</title><item><title>x</title><description><![CDATA[{body}]]></description></item></channel></rss>"
    );
    desk.write("feed.xml", document.as_bytes());
    let output = desk.run(&["parse", "feed.xml"]);
    let feed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let html = feed["items"][0]["content_html"]
        .as_str()
        .unwrap_or_default();
    let recovered = feed["_mainstem"]["recovered"].as_array().cloned();
    (html.to_owned(), recovered.unwrap_or_default())
}

const PARAGRAPH: &str = "<p>Paragraph of an article with <a href=\"https://a.example/\">a link</a> and some more words in it.</p>";

#[test]
fn a_long_article_stays_whole() {
    // Misnested as well, so that it is read by the parser.
    let cases = [
        PARAGRAPH.repeat(4200),
        PARAGRAPH.repeat(5440),
        format!("<p>x<p>{}", PARAGRAPH.repeat(5440)),
        format!(
            "<table>{}</table>",
            "<tr><td>a few words<td>and <b>more</b> of them".repeat(11_000)
        ),
    ];
    for body in cases {
        let (html, recovered) = parsed(&body);
        let cells = |html: &str| html.matches("<a href").count() + html.matches("<td>").count();
        assert_eq!(cells(&html), cells(&body), "{}", &body[..60]);
        assert!(recovered.is_empty(), "{recovered:?}");
    }
}

#[test]
fn an_article_beyond_the_bounds_ends_with_a_block() {
    let cases = [
        (PARAGRAPH.repeat(9000), "was too long"),
        (format!("<p>x<p>{}", PARAGRAPH.repeat(9000)), "was too long"),
        (PARAGRAPH.repeat(30_000), "was too long"),
        (
            format!("<div>{}</div>", "<a>x</a><br>".repeat(80_000)),
            "was too long",
        ),
    ];
    for (body, words) in cases {
        let (html, recovered) = parsed(&body);
        let start = &body[..60];
        assert!(
            html.len() > 500_000 && html.len() <= 1 << 20,
            "{start}: {}",
            html.len()
        );
        assert!(
            html.ends_with("</p>") || html.ends_with("<br></div>"),
            "{start}: {}",
            &html[html.len() - 60..]
        );
        assert!(
            recovered
                .iter()
                .any(|told| told.as_str().is_some_and(|told| told.contains(words))),
            "{recovered:?}"
        );
        assert!(sanitize(&html, None) == html, "{start}");
    }
    let (text, recovered) = parsed(&"<div>x".repeat(50_000));
    assert!(!text.contains('<') && text.starts_with("x x"));
    assert!(
        recovered.iter().any(|told| told
            .as_str()
            .is_some_and(|told| told.contains("lost its markup"))),
        "{recovered:?}"
    );
}
