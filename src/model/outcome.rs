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

words! {
    /// What of our own kept a source from being asked. It is no failure of the source: its state stays as it was.
    OwnFault {
        /// Our network is down.
        Network = "network",
        /// Our machine is short of what a request takes: memory, open files, ports.
        Machine = "machine",
    }
}

impl OwnFault {
    /// For a person: why the source was not asked.
    #[must_use]
    pub fn because(self) -> &'static str {
        match self {
            Self::Network => "our own network is down; no fault of the source",
            Self::Machine => {
                "our own machine is short of what a request takes; no fault of the source"
            }
        }
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
    /// What of our own kept the source from being asked; `None`: nothing, it was asked. The outcome is then
    /// [`Outcome::Failed`].
    pub fault: Option<OwnFault>,
    /// What had to be repaired to read the document, a few words each, in order; empty where nothing was, or there was no
    /// document.
    pub repairs: Vec<String>,
    /// What else there is to say to a person, such as what was wrong and where; no newline, no secret.
    pub message: Option<String>,
}

impl LastOutcome {
    /// An outcome with nothing to say of it.
    #[must_use]
    pub fn new(outcome: Outcome, status: Option<u16>) -> Self {
        Self {
            outcome,
            class: None,
            status,
            fault: None,
            repairs: Vec::new(),
            message: None,
        }
    }

    /// Everything there is to say of it to a person, on one line: repairs, then the message. `None`: nothing.
    #[must_use]
    pub fn in_words(&self) -> Option<String> {
        let said = self.repairs.iter().chain(&self.message);
        let said = said.map(String::as_str).collect::<Vec<_>>().join("; ");
        match (self.repairs.is_empty(), said.is_empty()) {
            (_, true) => None,
            (true, false) => Some(said),
            (false, false) => Some(format!("repaired: {said}")),
        }
    }
}
