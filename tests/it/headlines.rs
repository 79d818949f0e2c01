//! Headlines with angle brackets, through the whole line: they are words in every document, and tags in none.

use crate::support::daemon::Desk;

const FEED: &str = r#"<rss version="2.0"><channel><title>On &lt;dialog&gt;</title><link>https://harbour.example/</link>
<item><title>Why Vec&lt;u8&gt; beats String</title><guid isPermaLink="false">1</guid></item>
<item><title><![CDATA[Use <script> tags & <style> wisely]]></title><guid isPermaLink="false">2</guid></item>
<item><title>&lt;script&gt;alert(1)&lt;/script&gt;</title><guid isPermaLink="false">3</guid></item>
</channel></rss>"#;

#[test]
fn brackets_in_headlines_are_words_in_every_document() {
    let desk = Desk::new(
        "[[source]]\nid = \"s\"\npath = \"s.rss\"\nfirst_items = 0\n[[output]]\nid = \"o\"\n",
    );
    desk.write("s.rss", FEED.as_bytes());
    assert!(desk.run(&["refresh"]).status.success());
    let items = desk.json("o")["items"].clone();
    let mut titles: Vec<&str> = items
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|item| item["title"].as_str())
        .collect();
    titles.sort_unstable();
    assert_eq!(
        titles,
        [
            "<script>alert(1)</script>",
            "Use <script> tags & <style> wisely",
            "Why Vec<u8> beats String",
        ]
    );
    for format in ["atom", "rss"] {
        let printed = desk.run(&["print", "o", "--format", format]).stdout;
        let document = String::from_utf8(printed).expect("UTF-8");
        // Whichever of the forms XML has for it, no tag opens there.
        assert!(!document.contains("<script"), "{format}: {document}");
        assert!(!document.contains("<u8"), "{format}: {document}");
        assert!(document.contains("u8"), "{format}: {document}");
    }
}
