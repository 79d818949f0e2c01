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
