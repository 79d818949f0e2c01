//! An error and everything behind it, as one text.

use std::error::Error;

/// `what failed: why: what was behind that`. A cause that says only what the message before it said is left out, and one
/// that says it with more words takes its place: libraries repeat each other.
#[must_use]
pub fn causes(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        let text = cause.to_string();
        match said.last_mut() {
            Some(last) if last.contains(&text) => {}
            Some(last) if text.contains(last.as_str()) => *last = text,
            _ => said.push(text),
        }
        next = cause.source();
    }
    said.join(": ")
}
