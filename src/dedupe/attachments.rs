//! Which attached files are one file.

use url::Url;

use crate::model::Enclosure;
use crate::text::mix;

/// Endings of files that are played, where no media type says so.
const PLAYED: [&str; 6] = [".mp3", ".m4a", ".mp4", ".ogg", ".opus", ".aac"];

/// Whether the file is sound or video.
pub(super) fn is_played(enclosure: &Enclosure) -> bool {
    let media_type = enclosure.media_type.as_deref();
    let kind = media_type.and_then(|media_type| media_type.split('/').next());
    let path = enclosure.url.path().to_ascii_lowercase();
    kind.is_some_and(|kind| matches!(kind.to_ascii_lowercase().as_str(), "audio" | "video"))
        || PLAYED.iter().any(|ending| path.ends_with(ending))
}

/// What the addresses of one file have in common: host and path. The query holds tokens and counters. A magnet link has nothing
/// else, so that all of it counts.
pub(super) fn attachment(url: &Url) -> u64 {
    let Some(host) = url.host_str() else {
        return hash(url.as_str().bytes());
    };
    hash(host.bytes().chain(url.path().bytes()))
}

/// Whether both have files, and none in common.
pub(super) fn have_other_files(ours: &[u64], theirs: &[u64]) -> bool {
    !ours.is_empty() && !theirs.is_empty() && !ours.iter().any(|file| theirs.contains(file))
}

pub(super) fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0, |hash, byte| mix(hash ^ u64::from(byte)))
}
