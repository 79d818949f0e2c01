//! What was mended, in the words that `recovered` shows.

macro_rules! notes {
    ($($(#[$doc:meta])* $note:ident = $words:literal,)*) => {
        /// A fault of a document that was mended.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(in crate::parse) enum Note {
            $($(#[$doc])* $note,)*
        }

        const ALL: &[(Note, &str)] = &[$((Note::$note, $words),)*];
    };
}

notes! {
    /// XML 1.0 §2.2.
    Illegal = "characters that XML forbids were left out",
    /// HTML's entities, a bare `&`, references to forbidden characters.
    References = "references and ampersands that XML does not know were resolved",
    /// A `<` that opens nothing.
    Stray = "a `<` that opens no element was taken for text",
    /// No quotes, no value, twice.
    Attributes = "attributes without quotes or value, or given twice, were read",
    /// Missing, crossing, of nothing.
    Ends = "end tags that are missing or match nothing were set right",
    /// `<Item>`.
    Case = "elements in another case than the standard's were read",
    /// A prefix that nothing declares.
    Prefixes = "prefixes without a declaration were taken for what they usually mean",
    /// A default namespace of no standard.
    Namespace = "elements in a namespace that is not known were read as the feed's own",
    /// 0.93, 0.94, 2.01, none.
    Version = "an RSS version that is not known was read as 2.0",
    /// An Atom `type` of no standard, a media type that is none.
    Types = "text of a type that is not known was read as plain text, or as what it looks like",
    /// The author stopped in the middle.
    Cut = "the document breaks off: its last, unfinished entry was left out",
    /// `<feed/>` before the feed.
    Roots = "a document without entries before the feed was passed over",
    /// The author forgot the last end tags.
    Unclosed = "the document ends before its last elements are closed",
}

/// A set of notes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::parse) struct Notes(u32);

impl Notes {
    pub(in crate::parse) fn add(&mut self, note: Note) {
        self.0 |= 1 << note as u32;
    }

    pub(in crate::parse) fn add_if(&mut self, fault: bool, note: Note) {
        if fault {
            self.add(note);
        }
    }

    /// In the order above, so that the same document always says the same.
    pub(in crate::parse) fn in_words(self) -> Vec<String> {
        ALL.iter()
            .filter(|(note, _)| self.0 & (1 << *note as u32) != 0)
            .map(|(_, words)| (*words).to_owned())
            .collect()
    }
}
