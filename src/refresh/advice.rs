//! What an operator can do about a source in trouble.

use crate::model::{FailureClass, LastOutcome, Outcome};

/// One sentence; `None`: the message says it already, or nothing is wrong.
pub(super) fn advice(last: &LastOutcome) -> Option<&'static str> {
    match last.outcome {
        Outcome::Fresh | Outcome::NotModified | Outcome::Moved | Outcome::Gone => None,
        Outcome::Throttled => Some(
            "nothing, it is asked again when the server allows it; if this goes on, raise `every` or `host_gap`",
        ),
        Outcome::Failed => Some(match last.class? {
            FailureClass::Dns => "check the host name in the source's url",
            FailureClass::Connect => {
                "check that the server is up and that the port in the source's url is right"
            }
            FailureClass::Tls => {
                "check the server's certificate; if it is right, name it or the authority that issued it in the source: tls = { ca_file = \"…\" }"
            }
            FailureClass::Timeout => "raise `timeout` if the server is always this slow",
            FailureClass::TooLarge => "raise `max_body` if the feed is meant to be this large",
            FailureClass::Truncated | FailureClass::Decode => {
                "nothing, unless it lasts: then tell the publisher that the server sends broken answers"
            }
            FailureClass::EgressBlocked => "list the address in `allow_addresses` if you mean it",
            FailureClass::Redirect | FailureClass::Loop => {
                "open the url in a browser, and write the feed's final address into the source"
            }
            FailureClass::Status => by_status(last.status),
            FailureClass::NotAFeed => {
                "open the url in a browser, and write the address of the feed itself into the source"
            }
            FailureClass::Parse | FailureClass::TooDeep => {
                "tell the publisher; `mainstem parse URL` shows what is wrong with the document"
            }
            FailureClass::Panic => "report this as a bug of mainstem, with the document",
            FailureClass::File => {
                "check that the file is there and that mainstem's user may read it"
            }
            FailureClass::Store => "see what the log says of the store",
        }),
    }
}

fn by_status(status: Option<u16>) -> &'static str {
    match status {
        Some(401 | 403 | 407) => {
            "the server refuses us: set a `User-Agent` or credentials in `headers`, or ask the publisher"
        }
        Some(404 | 410) => "look for the feed's new address, and write it into the source",
        Some(500..) => "nothing, unless it lasts: the trouble is the server's own",
        _ => "open the url in a browser to see what the server says",
    }
}
