//! The files that pages are shown with. Their names follow from their bytes, so that a cache may keep them for ever.

use std::sync::LazyLock;

/// A file that pages are shown with.
#[derive(Debug, PartialEq, Eq)]
pub struct Asset {
    /// Where it is served, below the root of the site.
    pub path: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub text: &'static str,
}

/// The stylesheet of all pages.
pub(super) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("css", "text/css; charset=utf-8", include_str!("style.css")));
/// The picture in a browser's tab.
pub(super) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("svg", "image/svg+xml", include_str!("icon.svg")));

impl Asset {
    fn new(ending: &str, media_type: &'static str, text: &'static str) -> Self {
        let hash = blake3::hash(text.as_bytes()).to_hex();
        Self {
            path: format!("static/{}.{ending}", &hash[..16]),
            media_type,
            text,
        }
    }

    /// The file of a path below the root.
    #[must_use]
    pub fn at(path: &str) -> Option<&'static Self> {
        let assets: [&'static Self; 2] = [&STYLE, &ICON];
        assets.into_iter().find(|asset| asset.path == path)
    }
}
