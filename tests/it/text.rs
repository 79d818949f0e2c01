//! Text for showing: HTML to text, titles to one line, HTML made safe.

use mainstem::text::{html_to_text, plain_line, sanitize};
use proptest::prelude::*;
use url::Url;

#[test]
fn html_becomes_a_line_a_block() {
    let cases = [
        ("<p>a</p><p>b</p>", "a\nb"),
        ("a<br>b", "a\nb"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("a <b>b</b>  c", "a b c"),
        ("<h1>T</h1>x", "T\nx"),
        ("&lt;b&gt; &amp;", "<b> &"),
        ("<p>a\n b</p>", "a b"),
        ("", ""),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\nb"),
    ];
    for (html, expected) in cases {
        assert_eq!(html_to_text(html), expected, "{html}");
    }
}

#[test]
fn a_title_is_one_plain_line() {
    let cases = [
        ("a\n b\tc", "a b c"),
        ("<i>a</i> b", "a b"),
        ("a &amp; b", "a & b"),
        ("\u{202e}abc", "abc"),
        ("1 < 2", "1 < 2"),
        ("  x ", "x"),
        ("a\u{0}b", "ab"),
    ];
    for (raw, expected) in cases {
        assert_eq!(plain_line(raw), expected, "{raw:?}");
    }
}

#[test]
fn sanitized_html_keeps_what_reads_and_nothing_else() {
    let base = Url::parse("https://host.example/dir/").expect("a URL");
    let cases = [
        ("<p>a</p>", "<p>a</p>"),
        ("<p onclick=x>a</p>", "<p>a</p>"),
        ("<p style=\"x\" class=\"y\">a</p>", "<p>a</p>"),
        (
            "<img src=\"i.png\" alt=\"x\">",
            "<img src=\"https://host.example/dir/i.png\" alt=\"x\">",
        ),
        ("<b>a", "<b>a</b>"),
        (
            "<figure><img src=\"/i.png\"><figcaption>c</figcaption></figure>",
            "<figure><img src=\"https://host.example/i.png\"><figcaption>c</figcaption></figure>",
        ),
        (
            "<a href=\"data:text/html,x\">a</a>",
            "<a rel=\"noopener noreferrer nofollow\">a</a>",
        ),
        ("<!-- x -->a", "a"),
        ("<unknown>a</unknown>", "a"),
        (
            "<table><tbody><tr><td colspan=\"2\">a</td></tr></tbody></table>",
            "<table><tbody><tr><td colspan=\"2\">a</td></tr></tbody></table>",
        ),
    ];
    for (html, expected) in cases {
        assert_eq!(sanitize(html, Some(&base)), expected, "{html}");
    }
}

/// HTML that costs a parser or a serializer more than it is worth: if it did, this would stand still.
#[test]
fn what_would_cost_too_much_is_read_as_text() {
    let numbered = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect();
    let cases: [String; 20] = [
        "<div>x".repeat(50_000),
        "<div></x>x".repeat(20_000),
        "<b></x>x".repeat(20_000),
        "<DIV TITLE='</div>'>x".repeat(20_000),
        "<div><!--</div>-->x".repeat(20_000),
        "<div><textarea></div></textarea>x".repeat(15_000),
        "<div><svg><![CDATA[></svg></div>]]>x".repeat(10_000),
        "<b><object></b></object>x".repeat(15_000),
        "<table><tr><td>x".repeat(20_000),
        format!("<table>{}", "<p>x</p>".repeat(50_000)),
        format!("{}{}", "<div>".repeat(250), "x</p>".repeat(80_000)),
        numbered(20_000, &|nth| format!("<font c={nth}></x>x")),
        numbered(60, &|nth| format!("<b c={nth}>")) + &"<p>x".repeat(80_000),
        numbered(20_000, &|nth| format!("<html a{nth}=1>x")),
        format!(
            "<p>x</p><a {}>x</a>",
            numbered(50_000, &|nth| format!("a{nth} "))
        ),
        format!(
            "<p>x</p><a {}>x</a>",
            numbered(40_000, &|nth| format!("a{nth}='>'"))
        ),
        format!(
            "<!-- <a title=' --><b {}>x",
            numbered(50_000, &|nth| format!("a{nth} "))
        ),
        format!("<a title='{}'>x</a>", "&".repeat(200_000)),
        format!("<p>{}</p>", "\u{ab}".repeat(200_000)),
        "x<br>".repeat(100_000),
    ];
    for html in cases {
        let text = sanitize(&html, None);
        let start = &html[..html.floor_char_boundary(60)];
        assert!(
            text.contains(['x', '\u{ab}']) && !text.contains('<'),
            "{start}"
        );
        assert_eq!(sanitize(&text, None), text, "{start}");
        assert!(plain_line(&html).len() <= 64 * 1024, "{start}");
    }
}

/// What publishers write is far from that, whatever end tags they leave out.
#[test]
fn long_articles_stay_html() {
    let words = "word ".repeat(32);
    let picture = format!(
        "<img src=\"data:image/png;base64,{}\">",
        format!("{}/", "AbCd0+xY".repeat(8)).repeat(5000)
    );
    let cases = [
        format!("<p>{words}</p>\n").repeat(3000),
        format!("<p>{words}\n").repeat(3000),
        format!("<ul>{}</ul>", format!("<li>{words}\n").repeat(3000)),
        format!("<p><b>{words}</p>\n").repeat(200),
        format!("<table>{}</table>", "<tr><td>a<td>b<td>c".repeat(2000)),
        "<p><a href=\"https://host.example/\">x</a> &amp; <i>y</i> \u{ab}z\u{bb}</p>".repeat(2000),
        format!("<svg><style>a{{}}</style><path d=\"M0\"/></svg><p>{words}</p>").repeat(500),
        format!("{picture}<p>{words}</p>"),
    ];
    for html in cases {
        let clean = sanitize(&html, None);
        assert!(clean.contains("</"), "{}", &html[..100]);
        assert_eq!(sanitize(&clean, None), clean, "{}", &html[..100]);
    }
}

/// Text whose every byte once had the rest of it read again.
#[test]
fn references_that_never_end_are_text() {
    let ampersands = "&".repeat(1 << 19);
    assert_eq!(html_to_text(&ampersands), ampersands);
    assert_eq!(html_to_text("&é;&lt;&unknown;&"), "&é;<&unknown;&");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// What is clean stays as it is, whatever it was made of.
    #[test]
    fn cleaning_twice_is_cleaning_once(html in "(<[a-z]{1,6}( [a-z]{1,7}=\"[^\"]{0,9}\")?>|</[a-z]{1,6}>|[ -~]{0,8}|&[a-z]{1,5};){0,12}") {
        let once = sanitize(&html, None);
        prop_assert_eq!(&sanitize(&once, None), &once);
        prop_assert!(!once.to_lowercase().contains("<script"));
    }

    #[test]
    fn a_title_has_no_line_and_no_control(raw in "\\PC{0,20}[\\x00-\\x1f]{0,3}\\PC{0,20}") {
        prop_assert!(!plain_line(&raw).chars().any(char::is_control));
    }
}
