//! Local files, through the same outcomes.

use std::path::Path;

use super::body::{Body, Memory};
use super::shortage::Shortage;
use super::{Failure, FetchOutcome, Fresh, Hold, NotModified, Request, body, body_hash};
use crate::model::FailureClass;

/// Reads a file off the async threads; one that is packed with gzip is unpacked.
pub(super) async fn read(path: &Path, request: Request<'_>, memory: &Memory) -> FetchOutcome {
    let failed =
        |what: String| Failure::new(FailureClass::File, format!("{}: {what}", path.display()));
    let unread = |error: std::io::Error| match Shortage::in_error(&error) {
        Some(shortage) => shortage.failure(FailureClass::File),
        None => failed(error.to_string()),
    };
    request.observer.sent();
    let size = match tokio::fs::metadata(path).await {
        Ok(found) if !found.is_file() => return failed("is not a file".to_owned()).into(),
        Ok(found) => found.len(),
        Err(error) => return unread(error).into(),
    };
    if size > request.settings.max_body {
        let what = format!(
            "{}: {size} bytes are more than max_body allows ({})",
            path.display(),
            request.settings.max_body
        );
        return Failure::new(FailureClass::TooLarge, what).into();
    }
    let body = match tokio::fs::read(path).await {
        Ok(body) => body,
        Err(error) => return unread(error).into(),
    };
    let (max, mut hold) = (request.settings.max_body, Hold::default());
    let read = body::unpack(body.into(), Vec::new(), max, memory, &mut hold).await;
    let Body {
        bytes: body,
        recovered,
    } = match read {
        Ok(read) => read,
        Err(failure) => {
            let message = format!("{}: {}", path.display(), failure.message);
            return Failure { message, ..failure }.into();
        }
    };
    let hash = body_hash(&body);
    if request.state.body_hash == Some(hash) && !request.unconditional {
        return FetchOutcome::NotModified(NotModified {
            status: None,
            validators: None,
            freshness: None,
            moved_to: None,
        });
    }
    FetchOutcome::Fresh(Fresh {
        body,
        body_hash: hash,
        content_type: None,
        url: None,
        links: Vec::new(),
        status: None,
        validators: None,
        freshness: None,
        challenge: None,
        recovered,
        hold,
    })
}
