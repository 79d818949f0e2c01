//! The elements whose rules are known here, and what these are.

/// An element that may stay.
pub(super) struct Element {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// How an element is put into the tree (HTML §13.2.6.4.7 and the insertion modes of tables).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Closes a paragraph.
    Block,
    /// `ul`, `ol`.
    List,
    /// `dl`.
    Terms,
    /// `p`.
    Paragraph,
    /// Closes a paragraph, and stands in no other.
    Heading,
    /// `pre`: the line break right behind it is dropped.
    Literal,
    /// `li`: closes the one before.
    Item,
    /// `dt`, `dd`: likewise.
    Term,
    /// Opened again where something is closed over it; its number.
    Formatting(u8),
    /// Has no rules of its own.
    Inline,
    /// Has no end tag.
    Void,
    /// `hr`: has none and closes a paragraph.
    Rule,
    Table,
    /// `tbody`, `thead`, `tfoot`.
    Section,
    Row,
    Cell,
}

impl Kind {
    /// Holds parts of a table and nothing else.
    pub(super) fn is_structure(self) -> bool {
        matches!(self, Self::Table | Self::Section | Self::Row)
    }

    /// Its end tag closes a paragraph in it.
    pub(super) fn ends_paragraphs(self) -> bool {
        matches!(self, Self::Block | Self::Item | Self::Term | Self::Cell)
    }
}

macro_rules! elements {
    ($($name:literal $kind:expr,)*) => {
        fn exactly(name: &[u8]) -> Option<&'static Element> {
            const fn element(name: &'static str, kind: Kind) -> Element {
                Element { name, kind }
            }
            $(
                if name == $name.as_bytes() {
                    static IT: Element = element($name, $kind);
                    return Some(&IT);
                }
            )*
            None
        }
    };
}

elements! {
    "p" Kind::Paragraph,
    "a" Kind::Formatting(0),
    "br" Kind::Void,
    "img" Kind::Void,
    "li" Kind::Item,
    "strong" Kind::Formatting(1),
    "em" Kind::Formatting(2),
    "b" Kind::Formatting(3),
    "i" Kind::Formatting(4),
    "span" Kind::Inline,
    "div" Kind::Block,
    "ul" Kind::List,
    "ol" Kind::List,
    "td" Kind::Cell,
    "tr" Kind::Row,
    "h1" Kind::Heading,
    "h2" Kind::Heading,
    "h3" Kind::Heading,
    "h4" Kind::Heading,
    "h5" Kind::Heading,
    "h6" Kind::Heading,
    "figure" Kind::Block,
    "figcaption" Kind::Block,
    "blockquote" Kind::Block,
    "code" Kind::Formatting(5),
    "pre" Kind::Literal,
    "table" Kind::Table,
    "tbody" Kind::Section,
    "thead" Kind::Section,
    "tfoot" Kind::Section,
    "th" Kind::Cell,
    "hr" Kind::Rule,
    "u" Kind::Formatting(6),
    "s" Kind::Formatting(7),
    "small" Kind::Formatting(8),
    "strike" Kind::Formatting(9),
    "tt" Kind::Formatting(10),
    "dl" Kind::Terms,
    "dt" Kind::Term,
    "dd" Kind::Term,
    "address" Kind::Block,
    "article" Kind::Block,
    "aside" Kind::Block,
    "details" Kind::Block,
    "footer" Kind::Block,
    "header" Kind::Block,
    "main" Kind::Block,
    "nav" Kind::Block,
    "section" Kind::Block,
    "summary" Kind::Block,
    "abbr" Kind::Inline,
    "audio" Kind::Inline,
    "bdi" Kind::Inline,
    "bdo" Kind::Inline,
    "cite" Kind::Inline,
    "del" Kind::Inline,
    "dfn" Kind::Inline,
    "ins" Kind::Inline,
    "kbd" Kind::Inline,
    "mark" Kind::Inline,
    "picture" Kind::Inline,
    "q" Kind::Inline,
    "samp" Kind::Inline,
    "sub" Kind::Inline,
    "sup" Kind::Inline,
    "time" Kind::Inline,
    "var" Kind::Inline,
    "video" Kind::Inline,
    "source" Kind::Void,
    "track" Kind::Void,
    "wbr" Kind::Void,
}

/// The element of this name, in letters of any case.
pub(super) fn named(name: &[u8]) -> Option<&'static Element> {
    const LONGEST: usize = "blockquote".len();
    if !name.iter().any(u8::is_ascii_uppercase) {
        return exactly(name);
    }
    let mut lower = [0; LONGEST];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    exactly(lower)
}
