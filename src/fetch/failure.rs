//! What went wrong, told apart.

use std::error::Error;

use super::certificate;
use super::guard::Refusal;
use super::shortage::Shortage;
use super::{Failure, Fault, FetchOutcome};
use crate::model::FailureClass;

/// In what the TLS library says, which often does not name TLS: of another protocol on the port, and of alerts.
const TLS: &[&str] = &[
    "certificate",
    "tls",
    "handshake",
    "corrupt message",
    "fatal alert",
    "peer is incompatible",
    "peer misbehaved",
];

impl Failure {
    pub(super) fn new(class: FailureClass, message: impl Into<String>) -> Self {
        Self {
            class,
            status: None,
            message: message.into(),
            retry_after: None,
            fault: Fault::Source,
        }
    }

    pub(super) fn with_status(self, status: u16) -> Self {
        Self {
            status: Some(status),
            ..self
        }
    }
}

impl From<Failure> for FetchOutcome {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Tells a failed exchange from its chain of causes. The URL is left out: it may carry secrets, and the source is named beside.
pub(super) fn classify(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    if let Some(shortage) = Shortage::behind(&error) {
        return shortage.failure(FailureClass::Connect);
    }
    let mut causes = vec![error.to_string()];
    let mut cause = error.source();
    let mut is_refused = false;
    let mut certificate = None;
    while let Some(inner) = cause {
        certificate = certificate.or_else(|| certificate::told(inner));
        causes.push(inner.to_string());
        is_refused |= inner.is::<Refusal>();
        cause = inner.source();
    }
    if let Some(what) = certificate {
        return Failure::new(FailureClass::Tls, format!("no secure connection: {what}"));
    }
    let deepest = causes.last().cloned().unwrap_or_default();
    let chain = causes.join(": ").to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| chain.contains(word));
    let (class, what) = match () {
        () if is_refused => (FailureClass::EgressBlocked, "refused"),
        () if error.is_timeout() => (FailureClass::Timeout, "no answer in time"),
        () if says(&["dns error", "failed to lookup", "name or service not known"]) => {
            (FailureClass::Dns, "the name has no address")
        }
        () if says(TLS) => (FailureClass::Tls, "no secure connection"),
        () if error.is_connect() => (FailureClass::Connect, "no connection"),
        () if says(&["message head is too large", "too many headers"]) => {
            (FailureClass::TooLarge, "the header is too large")
        }
        () if error.is_body()
            || error.is_decode()
            || says(&["end of file", "incomplete", "connection closed", "reset"]) =>
        {
            (FailureClass::Truncated, "the answer was cut short")
        }
        () => (FailureClass::Connect, "no valid HTTP answer"),
    };
    Failure::new(class, format!("{what}: {deepest}"))
}
