//! Text for showing: HTML to text, titles to one line, HTML made safe.

use mainstem::text::{html_to_text, language_of, plain_line, sanitize};
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

/// By its most frequent words, where they tell; a language that shares them with a larger one is not taken for it.
#[test]
fn a_text_shows_its_language() {
    let cases = [
        (
            Some("en"),
            "The port is closed until Friday, and the pilots who were to bring in the two ships have been sent home by the harbour office.",
        ),
        // Too close to others for trigrams.
        (
            Some("en"),
            "Talks between Darling dockers and the Sundanese harbour have resumed after a 24-hour boycott by dockers who accused Khartan of violating a timetable by idling 75 barges in six villages.",
        ),
        (
            Some("de"),
            "Der Hafen ist bis Freitag gesperrt, und die Lotsen, die zwei Schiffe hereinbringen sollten, wurden nach Hause geschickt.",
        ),
        (
            Some("fr"),
            "Le port est fermé jusqu'à vendredi, et les pilotes qui devaient faire entrer deux navires ont été renvoyés chez eux par le bureau.",
        ),
        (
            Some("nl"),
            "De haven is tot vrijdag gesloten, en de loodsen die twee schepen naar binnen moesten brengen zijn door het kantoor naar huis gestuurd.",
        ),
        (
            Some("af"),
            "Die hawe is tot Vrydag gesluit, en die loodse wat twee skepe moes inbring, is deur die hawekantoor huis toe gestuur omdat dit nie veilig is nie.",
        ),
        (
            Some("es"),
            "El puerto está cerrado hasta el viernes, y los prácticos que debían llevar dos barcos han sido enviados a casa por la oficina.",
        ),
        (
            Some("ca"),
            "El port és tancat fins divendres, i els pràctics que havien de portar dos vaixells han estat enviats a casa per l'oficina del port.",
        ),
        (
            Some("pt"),
            "O porto está fechado até sexta-feira, e os pilotos que deviam trazer dois navios foram enviados para casa pela capitania do porto.",
        ),
        (
            Some("ru"),
            "Порт закрыт до пятницы, и лоцманы, которые должны были привести два судна, отправлены домой управлением порта.",
        ),
        // Samoan, which nobody here knows: its few small words are others' too.
        (
            None,
            "Ua tapunia le taulaga e oo i le Aso Faraile, ma ua toe auina atu i o latou aiga le au faatau vaa e le ofisa o le taulaga.",
        ),
        // Too short.
        (
            None,
            "The port is closed until Friday, and the pilots have been sent home.",
        ),
    ];
    for (language, text) in cases {
        assert_eq!(language_of(text), language, "{text}");
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

const SANDBOX: &str = r#"sandbox="allow-scripts allow-same-origin allow-popups" loading="lazy" referrerpolicy="strict-origin-when-cross-origin""#;

/// What goes in and what comes out, each cleaned again and again: other hash tables, the same bytes.
fn assert_sanitized(cases: &[(&str, &str)]) {
    let base = Url::parse("https://host.example/dir/").expect("a URL");
    for (html, expected) in cases {
        for _ in 0..8 {
            assert_eq!(sanitize(html, Some(&base)), *expected, "{html}");
        }
        assert_eq!(sanitize(expected, None), *expected, "{html}");
    }
}

#[test]
fn videos_of_known_players_are_framed_in_a_sandbox() {
    for address in [
        "https://youtube.com/embed/a",
        "https://www.youtube.com/embed/a?start=1&amp;rel=0",
        "https://youtube-nocookie.com/embed/a",
        "https://www.youtube-nocookie.com/embed/videoseries?list=a",
        "https://player.vimeo.com/video/1",
        "https://www.dailymotion.com/embed/video/a",
        "https://player.twitch.tv/?channel=a&amp;parent=host.example",
    ] {
        let html = format!("<p>a</p><iframe src=\"{address}\"></iframe><p>b</p>");
        let expected = format!("<p>a</p><iframe src=\"{address}\" {SANDBOX}></iframe><p>b</p>");
        assert_sanitized(&[(&html, &expected)]);
    }
    let src = r#"src="https://player.vimeo.com/video/1""#;
    let full = format!(
        "<iframe {src} width=\"640\" height=\"360\" title=\"a &lt;b&gt;\" {SANDBOX}></iframe>"
    );
    let short = format!("<iframe {src} {SANDBOX}></iframe>");
    assert_sanitized(&[
        (
            "<iframe title='a <b>' allow=autoplay onload=x height=360 sandbox='allow-top-navigation' width=640px style=x
             src='https://player.vimeo.com/video/1' referrerpolicy=unsafe-url lang=en name=x></iframe>",
            &full,
        ),
        ("<iframe src='//player.vimeo.com/video/1' width='100%'>", &short),
        ("<iframe src='HTTPS://PLAYER.VIMEO.COM:443/video/1'><script>x</script></iframe>", &short),
        ("<iframe src='https://player.vimeo.com/video/1'><!-- </iframe>", &short),
        (
            "<iframe src=https://media.ccc.de/v/a/oembed></iframe>",
            r#"<iframe src="https://media.ccc.de/v/a/oembed" sandbox="allow-scripts allow-popups" loading="lazy" referrerpolicy="strict-origin-when-cross-origin"></iframe>"#,
        ),
    ]);
}

/// H22: none of these is framed. The link in the place of a frame is one that its publisher could have written by hand, so it
/// shows where it leads; an address that can be read in two ways leaves nothing.
#[test]
#[expect(clippy::too_many_lines, reason = "the cases are a table")]
fn frames_that_only_look_like_players_are_gone() {
    for address in [
        "",
        "https://www.youtube.com@evil.example/embed/a",
        "https://user@www.youtube.com/embed/a",
        "https://user:pass@www.youtube.com/embed/a",
        r"https://evil.example\@www.youtube.com/embed/a",
        r"https://www.youtube.com\@evil.example/embed/a",
        r"https:\\www.youtube.com\embed\a",
        r"https://www.youtube.com\embed/a",
        "javascript:alert(1)//www.youtube.com/embed/a",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "about:blank",
        "feed:https://www.youtube.com/embed/a",
        "https://10.0.0.1/embed/a",
        "https://0x7f.1/",
        "https://[::1]:8443/embed/a",
        "http://localhost/embed/a",
        "#a",
    ] {
        let html = format!("a<iframe src=\"{address}\">b</iframe>c");
        assert_sanitized(&[(&html, "ac")]);
    }
    for (address, target, host) in [
        ("a.html", "https://host.example/dir/a.html", "host.example"),
        ("/embed/a", "https://host.example/embed/a", "host.example"),
        ("http://www.youtube.com/embed/a", "", "www.youtube.com"),
        (
            "https://www.youtube.com.evil.example/embed/a",
            "",
            "www.youtube.com.evil.example",
        ),
        ("https://evil-youtube.com/embed/a", "", "evil-youtube.com"),
        (
            "https://evil.example/www.youtube.com/embed/a",
            "",
            "evil.example",
        ),
        ("https://m.youtube.com/embed/a", "", "m.youtube.com"),
        ("https://www.youtube.com./embed/a", "", "www.youtube.com."),
        (
            "https://www.youtube.com:8443/embed/a",
            "",
            "www.youtube.com",
        ),
        ("https://www.youtube.com/watch?v=a", "", "www.youtube.com"),
        ("https://www.youtube.com/embed/", "", "www.youtube.com"),
        (
            "https://www.youtube.com/embed/%2e%2e/redirect?q=evil.example",
            "https://www.youtube.com/redirect?q=evil.example",
            "www.youtube.com",
        ),
        (
            "https://www.youtub\u{435}.com/embed/a",
            "https://www.xn--youtub-8of.com/embed/a",
            "www.xn--youtub-8of.com",
        ),
        ("https://player.twitch.tv/", "", "player.twitch.tv"),
        (
            "//evil.example/embed/a",
            "https://evil.example/embed/a",
            "evil.example",
        ),
    ] {
        let target = if target.is_empty() { address } else { target };
        let html = format!("a<iframe src=\"{address}\">b</iframe>c");
        let expected =
            format!("a<a href=\"{target}\" rel=\"noopener noreferrer nofollow\">{host}</a>c");
        assert_sanitized(&[(&html, &expected)]);
    }
}

#[test]
fn frames_of_another_kind_are_links_or_gone() {
    let good = "src=\"https://www.youtube.com/embed/a\"";
    let link = "a<a href=\"https://www.youtube.com/embed/a\" rel=\"noopener noreferrer nofollow\">www.youtube.com</a>c";
    let long = "x".repeat(9000);
    for (html, expected) in [
        ("a<iframe></iframe>c".to_owned(), "ac"),
        ("a<iframe/>b".to_owned(), "a"),
        (
            format!("a<iframe srcdoc=\"<p>x</p>\" {good}></iframe>c"),
            link,
        ),
        (format!("a<IFRAME {good} SRCDOC></IFRAME>c"), link),
        (
            format!("a<iframe {good} srcdoc=\"{long}\"></iframe>c"),
            link,
        ),
        (
            format!("a<iframe src=\"https://host.example/{long}\"></iframe>c"),
            "ac",
        ),
        (format!("a<iframe title='<iframe {good}>'></iframe>c"), "ac"),
        (format!("a<svg><iframe {good}></iframe></svg>c"), "ac"),
        ("a<object><frame src=x></object>c".to_owned(), "ac"),
    ] {
        assert_sanitized(&[(&html, expected)]);
    }
}

#[test]
fn pictures_have_their_addresses() {
    assert_sanitized(&[
        (
            "<img src=a.png srcset='b.png 1.5x, /c.png 2x,d.png 640w'>",
            r#"<img src="https://host.example/dir/a.png" srcset="https://host.example/dir/b.png 1.5x, https://host.example/c.png 2x, https://host.example/dir/d.png 640w">"#,
        ),
        (
            "<picture><source srcset='a.webp' type=image/webp media='(min-width: 600px)'><img src=a.png></picture>",
            r#"<picture><source srcset="https://host.example/dir/a.webp" type="image/webp" media="(min-width: 600px)"><img src="https://host.example/dir/a.png"></picture>"#,
        ),
        // Addresses with commas, as services that resize pictures have them.
        (
            "<img srcset=',https://x.example/w_1,h_2/a.png 1x , https://x.example/b,c,'>",
            r#"<img src="https://x.example/w_1,h_2/a.png" srcset="https://x.example/w_1,h_2/a.png 1x, https://x.example/b,c">"#,
        ),
        (
            "<img src=a srcset='javascript:alert(1) 1x, data:image/png;base64,AA== 2x, b 3x, c 4q, d -1x, e 1w junk, f 0w, vbscript:x'>",
            r#"<img src="https://host.example/dir/a" srcset="https://host.example/dir/b 3x">"#,
        ),
        (
            "<img src=a srcset='javascript:x'>",
            r#"<img src="https://host.example/dir/a">"#,
        ),
        ("<video srcset=a></video>", "<video></video>"),
        // Loaded by scripts.
        (
            "<img data-src=a.png alt=b>",
            r#"<img src="https://host.example/dir/a.png" alt="b">"#,
        ),
        (
            "<img src='data:image/gif;base64,R0lGOD' data-original=//x.example/a data-srcset='a 2x'>",
            r#"<img src="https://x.example/a" srcset="https://host.example/dir/a 2x">"#,
        ),
        (
            "<img data-original=b data-src=a>",
            r#"<img src="https://host.example/dir/a">"#,
        ),
        (
            "<img src=a data-src=b>",
            r#"<img src="https://host.example/dir/a">"#,
        ),
        (
            "<img src='' data-src=a>",
            r#"<img src="https://host.example/dir/a">"#,
        ),
        ("a<img data-src='javascript:x'>b", "ab"),
        // Nothing to see.
        ("a<img src=x width=1 height=1>b", "ab"),
        ("a<img width=0 height='1px' alt=x data-src=x>b", "ab"),
        ("a<img src='data:image/png;base64,AA=='>b", "ab"),
        (
            "<img src='data:image/png;base64,AA==' alt=x>",
            r#"<img alt="x">"#,
        ),
        (
            "<img src=a width=1 height=100>",
            r#"<img src="https://host.example/dir/a" width="1" height="100">"#,
        ),
        (
            "<picture><source srcset=a><img></picture>",
            r#"<picture><source srcset="https://host.example/dir/a"><img src="https://host.example/dir/a"></picture>"#,
        ),
    ]);
}

/// Many candidates of a long base would be more than anything that went in.
#[test]
fn a_srcset_does_not_grow_without_bound() {
    let base = Url::parse(&format!("https://host.example/{}/", "x".repeat(2000))).expect("a URL");
    let html = format!("<p>a</p><img src=a srcset=\"{}\">", "a ,".repeat(2000));
    let clean = sanitize(&html, Some(&base));
    assert!(clean.contains("srcset") && clean.len() < 16 * 1024);
}

/// H18: whatever a browser would run or fetch by an attribute.
#[test]
fn no_attribute_runs_anything() {
    const ATTRIBUTES: &str = "a href|a xlink:href|a ping|img src|img srcset|img data-src|img data-original|img data-srcset|\
        img longdesc|img lowsrc|source src|source srcset|audio src|video src|video poster|track src|blockquote cite|q cite|\
        ins cite|table background|iframe src|embed src|object data|form action|button formaction|link href|base href|\
        div xml:base|html manifest|body onload|p style|p onclick";
    for scheme in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "java&#10;script:alert(1)",
        "&#1;javascript:alert(1)",
        "javascript&colon;alert(1)",
        "vbscript:x",
        "data:text/html,<script>x</script>",
        "file:///etc/passwd",
        "blob:https://host.example/x",
        "view-source:https://host.example/",
        "feed:javascript:x",
        "about:blank",
    ] {
        for attribute in ATTRIBUTES.split('|') {
            let html = format!("<{attribute}=\"{scheme}\">kept");
            let clean = sanitize(&html, None);
            let lower = clean.to_lowercase();
            for forbidden in [
                "script", "data:", "file:", "blob:", "source:", "feed:", "about:", "style=", " on",
            ] {
                assert!(!lower.contains(forbidden), "{html} gives {clean}");
            }
            assert_eq!(sanitize(&clean, None), clean, "{html}");
        }
    }
}

/// H19: what is inert as it stands and comes to life when it is parsed once more. `LIVE` stands for what would.
const MUTATIONS: &[&str] = &[
    "<svg><style><!--</style>LIVE-->",
    "<svg></p><style><a id=\"</style>LIVE\">",
    "<svg><p><style><!--</style>LIVE--></style>",
    "<svg><title><a title=\"</title>LIVE\">",
    "<svg><desc><noscript></desc>LIVE",
    "<svg><foreignObject><style></foreignObject>LIVE",
    "<math><mtext><table><mglyph><style><!--</style>LIVE",
    "<math><mtext><mglyph><style><math><img src=x title=\"</style>LIVE\">",
    "<form><math><mtext></form><form><mglyph><style></math>LIVE",
    "<math><annotation-xml encoding=\"text/html\"><style></annotation-xml>LIVE",
    "<noscript><p title=\"</noscript>LIVE\">",
    "<noscript><style></noscript>LIVE</style>",
    "<template><p title=\"</template>LIVE\">",
    "<template><style></template>LIVE",
    "<xmp><p title=\"</xmp>LIVE\">",
    "<plaintext>LIVE",
    "<listing>&lt;img src=x onerror=alert(1)&gt;LIVE",
    "<select><option><style></select>LIVE</style>",
    "<select><iframe></select>LIVE</iframe>",
    "<textarea><p title=\"</textarea>LIVE\">",
    "<title><p title=\"</title>LIVE\">",
    "<noembed><p title=\"</noembed>LIVE\">",
    "<noframes><p title=\"</noframes>LIVE\">",
    "<iframe src=\"https://www.youtube.com/embed/a\"><p title=\"</iframe>LIVE\">",
    "<iframe src=\"https://www.youtube.com/embed/a\"></iframex>LIVE",
    "<svg><iframe src=\"https://www.youtube.com/embed/a\">&lt;/iframe&gt;LIVE",
    "<math><mtext><iframe src=\"https://www.youtube.com/embed/a\"></math>LIVE",
    "<!--><p>--!>LIVE",
    "<!---!>LIVE-->",
    "<!-- --!>LIVE-->",
    "<![CDATA[LIVE]]>",
    "<?xml LIVE?>",
    "</ LIVE>",
    "<p title='<!--'>LIVE<p title='-->'>",
    "<p title=\"&quot;&gt;LIVE\">",
    "<p title=`LIVE`>",
    "<a href=\"https://host.example/&quot;&gt;LIVE\">",
    "<p lang='\"><b title=\"'>LIVE",
    "<table><td><a><table></a>LIVE<a>",
    "<scr<script>ipt>alert(1)</script>LIVE",
    "<p/onclick=alert(1)/title=x>LIVE",
    "<noscript><p title=\"</noscript>\">LIVE</noscript>LIVE",
    "<noscript><noscript><p title=\"</noscript>LIVE\"></noscript>",
    "<noscript><!--</noscript>LIVE-->",
    "<noscript><style><!--</noscript>LIVE--></style>",
    "<noscript><textarea></noscript>LIVE</textarea>",
    "<noscript><xmp></noscript>LIVE</xmp>",
    "<noscript><iframe></noscript>LIVE</iframe>",
    "<noscript><template></noscript>LIVE</template>",
    "<noscript><svg><style></noscript>LIVE</style></svg>",
    "<noscript><select><noscript></select>LIVE",
    "<noscript><plaintext></noscript>LIVE",
    "<svg><noscript><p title=\"</noscript>LIVE\">",
    "<math><noscript><p title=\"</noscript>LIVE\">",
    "<img src='data:x' alt=\"<noscript>LIVE\"><noscript>LIVE</noscript>",
    "<math><annotation encoding=\"application/x-tex\">&lt;/code&gt;LIVE</annotation></math>",
    "<math alttext=\"</code>LIVE\"><mi>x</mi></math>",
    "<math><mi>&lt;img src=x onerror=alert(1)&gt;LIVE</mi></math>",
    "<math><mtext><style></mtext>LIVE</style></math>",
    "<math><annotation-xml encoding=\"text/html\"><noscript><p title=\"</noscript>LIVE\">",
    "<script type=\"math/tex\"></code>LIVE</script>",
    "<iframe src=\"https://a.example/\" title=\"</a>LIVE\"></iframe>",
    "<iframe src=\"https://a.example/\"><a>&lt;/a&gt;LIVE</a></iframe>",
    "<iframe src=\"https://a.example/&quot;&gt;LIVE\"></iframe>",
    "<object data=\"https://a.example/\" title=\"</a>LIVE\"><object>LIVE",
    "<object><param name=movie value=\"https://a.example/&quot;>LIVE\"><embed src=x>LIVE",
    "<amp-img src=\"x\" alt=\"\">LIVE\"></amp-img>",
    "<amp-iframe src=\"javascript:LIVE\">LIVE</amp-iframe>",
    "<amp-youtube data-videoid=\"a&quot;&gt;LIVE\"></amp-youtube>",
    "<a href=\"https://a.example/x.png\"><img src=\"data:x\" alt='\">LIVE'></a>",
    "<img data-src='https://a.example/\">LIVE.png'>",
    "<p\u{c}onclick=alert(1)>\0<scr\0ipt>alert(1)</script>LIVE",
];

#[test]
fn nothing_comes_to_life_when_it_is_read_again() {
    for mutation in MUTATIONS {
        let html = mutation.replace("LIVE", "<img src=x onerror=alert(1)>");
        let once = sanitize(&html, None);
        assert_eq!(sanitize(&once, None), once, "{html}");
        // Where text or a value names it, it is escaped: no tag is or has it.
        let tags = once
            .split('<')
            .skip(1)
            .filter_map(|part| Some(part.split_once('>')?.0));
        for names in tags.map(|tag| tag.split('"').step_by(2).collect::<String>()) {
            for forbidden in ["onerror", "onclick", "script", "style", "svg", "math"] {
                assert!(!names.contains(forbidden), "{html} gives {once}");
            }
        }
    }
}

/// H21: what ends a container, a line or a comment.
#[test]
fn what_ends_something_elsewhere_is_only_text() {
    assert_sanitized(&[
        ("a]]>b", "a]]&gt;b"),
        ("<p>a--b --> c</p>", "<p>a--b --&gt; c</p>"),
        (
            "<a href='https://host.example/\r\nSet-Cookie: x'>a</a>",
            "<a href=\"https://host.example/Set-Cookie:%20x\" rel=\"noopener noreferrer nofollow\">a</a>",
        ),
        (
            "<p title='\"]]>&lt;'>a</p>",
            "<p title=\"&quot;]]&gt;&lt;\">a</p>",
        ),
    ]);
    assert_eq!(plain_line("a\r\nSet-Cookie: x"), "a Set-Cookie: x");
    assert_eq!(plain_line("a ]]> -- \"b\" 'c'"), "a ]]> -- \"b\" 'c'");
}

/// What is well nested needs no parser, however long it is.
#[test]
fn what_is_well_nested_stays_whole() {
    let cases: [(String, String); 3] = [
        (
            format!("<p title='{}'>x</p>", "&".repeat(200_000)),
            "<p>x</p>".to_owned(),
        ),
        (
            format!("<p>{}", "\u{ab}".repeat(200_000)),
            format!("<p>{}</p>", "\u{ab}".repeat(200_000)),
        ),
        ("x<br/>".repeat(80_000), "x<br>".repeat(80_000)),
    ];
    for (html, expected) in cases {
        let start = &html[..html.floor_char_boundary(60)];
        assert!(sanitize(&html, None) == expected, "{start}");
        assert!(sanitize(&expected, None) == expected, "{start}");
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
        numbered(400, &|nth| format!("<b c={nth}>")) + &"<p>x".repeat(80_000),
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
        format!("<a title='{}'>x</b></a>", "&".repeat(200_000)),
        format!("<p>{}</b></p>", "\u{ab}".repeat(200_000)),
        format!(
            "<p>x</p><img {}>x",
            numbered(50_000, &|nth| format!("data-a{nth}=1 "))
        ),
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

/// What a parser drops at the start of a text or of a `pre`, it drops each time that it reads one.
#[test]
fn what_is_dropped_at_a_start_is_dropped_once() {
    let marks = "\u{FEFF}".repeat(9);
    assert_sanitized(&[
        ("\n\u{FEFF}x", "x"),
        (&format!("{marks} <p>x</p>"), "<p>x</p>"),
        ("x\u{FEFF}y", "x\u{FEFF}y"),
        ("<pre>\n\n\n\n\n\nx\n\n</pre>", "<pre>x\n\n</pre>"),
        (
            "<pre>\n\n\n\n\n<b>\n</b></pre><pre title=\"t\">&#10;&#10;&#10;&#10;&#10;x</pre>",
            "<pre><b>\n</b></pre><pre title=\"t\">x</pre>",
        ),
        (
            &format!("<pre>{}x</pre>", "\n<img width=1 height=1>".repeat(9)),
            "<pre>x</pre>",
        ),
    ]);
    let costly = format!("\u{1} {marks} x{}", "<div>x".repeat(50_000));
    let text = sanitize(&costly, None);
    assert!(text.starts_with('x') && !text.contains('<'));
    assert_eq!(sanitize(&text, None), text);
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
        "x<br>".repeat(100_000) + "</b>",
        "<b><i><u><s><em><tt><code><small><strong><strike>".repeat(3) + &"<p>x".repeat(20_000),
    ];
    for html in cases {
        let clean = sanitize(&html, None);
        assert!(clean.contains('<'), "{}", &html[..100]);
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

    /// Neither do pictures and frames change, which attributes of several names make.
    #[test]
    fn pictures_and_frames_stay_as_they_are(html in "(<(img|iframe|source|picture)( (src|srcset|srcdoc|data-src|data-srcset|width|height|alt|title)=\"(https://www.youtube.com/embed/a|//x.example/,a 2x, b,|[01]|[^\"]{0,9})\"){0,4}>|</(iframe|picture)>|[ -~]{0,8}){0,8}") {
        let base = Url::parse("https://host.example/").expect("a URL");
        let once = sanitize(&html, Some(&base));
        prop_assert_eq!(&sanitize(&once, None), &once);
        prop_assert_eq!(&sanitize(&html, Some(&base)), &once);
        prop_assert!(once.split("<iframe").skip(1).all(|frame| frame.starts_with(" src=\"https://www.youtube.com/embed/a") && frame.contains(SANDBOX)));
    }

    #[test]
    fn a_title_has_no_line_and_no_control(raw in "\\PC{0,20}[\\x00-\\x1f]{0,3}\\PC{0,20}") {
        prop_assert!(!plain_line(&raw).chars().any(char::is_control));
    }
}
