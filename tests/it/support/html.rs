//! Pages as a browser reads them, and what none of ours may have.

use scraper::{ElementRef, Html, Selector};
use url::{Position, Url};

use super::daemon::Daemon;

/// Attributes that have a browser load something.
const LOADED: [&str; 7] = [
    "src",
    "srcset",
    "poster",
    "data",
    "background",
    "action",
    "formaction",
];

/// Reads a page. Panics where it is not well written, runs or loads anything, styles itself, or leads to anything but the web.
pub(crate) fn parse(html: &str) -> Html {
    let page = Html::parse_document(html);
    assert!(page.errors.is_empty(), "{:?} in {html}", page.errors);
    for element in page.root_element().descendent_elements() {
        check(element);
    }
    page
}

fn check(element: ElementRef<'_>) {
    let tag = element.value();
    let banned = [
        "script", "style", "iframe", "object", "embed", "base", "img",
    ];
    assert!(!banned.contains(&tag.name()), "{}", element.html());
    for (name, value) in tag.attrs() {
        assert!(
            name != "style" && !name.starts_with("on"),
            "{}",
            element.html()
        );
        let is_foreign = value.contains("//") || value.contains(':');
        let is_loaded = LOADED.contains(&name) || (tag.name() == "link" && is_fetched(element));
        assert!(
            !(is_loaded && name != "rel" && is_foreign),
            "{}",
            element.html()
        );
        if name == "href" && tag.name() == "a" {
            let scheme = value.split_once(':').map(|(scheme, _)| scheme);
            let is_web = scheme.is_none_or(|scheme| {
                matches!(scheme, "http" | "https") || scheme.contains(['/', '?', '#'])
            });
            assert!(is_web, "{}", element.html());
        }
    }
}

/// Whether a `link` has a browser load what it names.
fn is_fetched(link: ElementRef<'_>) -> bool {
    let relations = link.attr("rel").unwrap_or_default();
    relations
        .split(' ')
        .any(|relation| matches!(relation, "stylesheet" | "icon" | "preload" | "manifest"))
}

/// The texts of the elements that a selector finds, in order, white space made single spaces.
pub(crate) fn texts(page: &Html, selector: &str) -> Vec<String> {
    let selector = selecting(selector);
    page.select(&selector).map(text_of).collect()
}

/// An element's text, white space made single spaces.
pub(crate) fn text_of(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the links of a page lead, in order, as written: those of its head too.
pub(crate) fn links(page: &Html) -> Vec<String> {
    let linking = selecting("a[href], link[href]");
    let hrefs = page.select(&linking).filter_map(|link| link.attr("href"));
    hrefs.map(str::to_owned).collect()
}

/// A selector of CSS.
pub(crate) fn selecting(selector: &str) -> Selector {
    Selector::parse(selector).expect("a selector")
}

/// Follows every link of a page within the site, and returns how many there are.
pub(crate) fn follow_links(daemon: &Daemon, path: &str) -> usize {
    let base = Url::parse("http://site.example").and_then(|base| base.join(path));
    let base = base.expect("an address");
    let page = parse(&daemon.ask("GET", path, &[]).text());
    let targets = links(&page).into_iter().map(|link| base.join(&link));
    let targets = targets.map(|target| target.expect("an address"));
    let within: Vec<Url> = targets
        .filter(|target| target.host_str() == base.host_str())
        .collect();
    for target in &within {
        let target = &target[Position::BeforePath..Position::AfterQuery];
        let answer = daemon.ask("GET", target, &[]);
        assert_eq!(answer.status, 200, "{path} links to {target}");
    }
    within.len()
}
