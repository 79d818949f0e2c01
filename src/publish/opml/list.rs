//! The sources of a list.

/// A list of sources is not longer than this.
pub(super) const MAX_SOURCES: usize = 200_000;

/// A source in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpmlSource {
    /// `text`, else `title`.
    pub title: Option<String>,
    /// `xmlUrl`, without a reader's own scheme `feed:`.
    pub xml_url: String,
    /// `htmlUrl`.
    pub html_url: Option<String>,
    /// The folders around it, outermost first, and what `category` names besides.
    pub tags: Vec<String>,
    /// `isComment`: it stands in the list, but is not in use.
    pub is_comment: bool,
}

/// An outline that is, or might be taken for, a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpmlOutline {
    /// The line that it begins on, from 1.
    pub line: usize,
    /// `type`, as written.
    pub kind: String,
    /// It has an `xmlUrl`, or a `type` that says it is a feed; else its address is a `url`, of a page or another list.
    pub is_feed: bool,
    /// Its attributes; without an address where it has none.
    pub source: OpmlSource,
}

/// A list that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum OpmlError {
    /// Not XML.
    #[error("not well-formed at byte {at}: {cause}")]
    Xml {
        /// Where.
        at: u64,
        /// What.
        cause: quick_xml::Error,
    },
    /// XML, but no list.
    #[error("no <opml> element in it")]
    NotOpml,
    /// More than anybody's list.
    #[error("more than {MAX_SOURCES} sources")]
    TooMany,
}
