//! What came of a refresh.

words! {
    /// What came of a refresh; the word stands in the log, the store and `sources --json`.
    Outcome {
        /// A body that was not known before.
        Fresh = "fresh",
        /// 304, or the same bytes again.
        NotModified = "not_modified",
        /// A fresh body, found through a permanent redirect.
        Moved = "moved",
        /// 410: the publisher ended the feed.
        Gone = "gone",
        /// 429; or 503 or a redirect with `Retry-After`.
        Throttled = "throttled",
        /// Anything else; [`FailureClass`] says what.
        Failed = "failed",
    }
}

words! {
    /// Why a refresh failed.
    FailureClass {
        /// The name has no address.
        Dns = "dns",
        /// No connection.
        Connect = "connect",
        /// Certificate or handshake.
        Tls = "tls",
        /// The deadline over the whole request passed.
        Timeout = "timeout",
        /// Beyond the cap on the decoded body, the header or the wire.
        TooLarge = "too_large",
        /// The transfer ended before the body did.
        Truncated = "truncated",
        /// The content coding could not be undone.
        Decode = "decode",
        /// An address that is not to be asked.
        EgressBlocked = "egress_blocked",
        /// A redirect that cannot be followed.
        Redirect = "redirect",
        /// A redirect back to where it came from, or our own feed as a source.
        Loop = "loop",
        /// A status that is no answer.
        Status = "status",
        /// A body, but not a feed.
        NotAFeed = "not_a_feed",
        /// A feed, but not readable.
        Parse = "parse",
        /// Nested beyond the limit.
        TooDeep = "too_deep",
        /// The parser panicked on it.
        Panic = "panic",
        /// A local file that is missing or cannot be read.
        File = "file",
        /// The store could not take the entries; they are asked for again.
        Store = "store",
    }
}

/// What came of the last refresh, as the log and `mainstem sources` tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastOutcome {
    /// The kind.
    pub outcome: Outcome,
    /// Why, where it failed.
    pub class: Option<FailureClass>,
    /// The last HTTP status, where there was one.
    pub status: Option<u16>,
    /// For a person: what was wrong, and where; no newline, no secret.
    pub message: Option<String>,
}

impl LastOutcome {
    /// How the message begins where a document had to be repaired.
    pub const REPAIRED: &str = "repaired: ";

    /// What had to be repaired of the document, for a person; `None`: nothing, or there was no document.
    #[must_use]
    pub fn repairs(&self) -> Option<&str> {
        self.message.as_deref()?.strip_prefix(Self::REPAIRED)
    }
}
