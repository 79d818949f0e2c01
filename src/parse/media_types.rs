//! The media type of an attached file, where the publisher gives none or one that says nothing.
//!
//! Podcast programs leave out an episode whose type they do not know (newsboat #2050, AntennaPod #2074). The table holds what feeds
//! attach, with the names that players know. A general table of file endings would answer for programs and pages too, so that
//! `download.php` became PHP, and has its own names for the files of podcasts.

use url::Url;

use super::limits;

const ENDINGS: &[(&str, &str)] = &[
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("m4b", "audio/mp4"),
    ("m4r", "audio/mp4"),
    ("aac", "audio/aac"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("flac", "audio/flac"),
    ("wav", "audio/wav"),
    ("aif", "audio/aiff"),
    ("aiff", "audio/aiff"),
    ("wma", "audio/x-ms-wma"),
    ("mid", "audio/midi"),
    ("midi", "audio/midi"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("mov", "video/quicktime"),
    ("qt", "video/quicktime"),
    ("mpg", "video/mpeg"),
    ("mpeg", "video/mpeg"),
    ("ogv", "video/ogg"),
    ("webm", "video/webm"),
    ("mkv", "video/matroska"),
    ("avi", "video/x-msvideo"),
    ("wmv", "video/x-ms-wmv"),
    ("flv", "video/x-flv"),
    ("3gp", "video/3gpp"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("svg", "image/svg+xml"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("pdf", "application/pdf"),
    ("epub", "application/epub+zip"),
    ("zip", "application/zip"),
    ("torrent", "application/x-bittorrent"),
];

/// Types that say "bytes" (RFC 2046 §4.5.1) and "to be saved", and no more about a file than none at all.
const VAGUE: [&str; 6] = [
    "application/octet-stream",
    "application/binary",
    "application/download",
    "application/force-download",
    "application/x-download",
    "binary/octet-stream",
];

/// What a publisher says about the type of a file: a media type as given, or that of a word such as `mp3`.
pub(super) fn given(text: &str) -> Option<String> {
    let text = text.trim();
    let is_type = text
        .split_once('/')
        .is_some_and(|(kind, rest)| !kind.trim().is_empty() && !rest.trim().is_empty());
    match is_type {
        true => limits::word(text),
        false => of_ending(text.trim_start_matches('.')).map(str::to_owned),
    }
}

/// The better one of two that are given for one file.
pub(super) fn better(known: Option<String>, other: Option<String>) -> Option<String> {
    match known {
        Some(known) if other.is_none() || !is_vague(&known) => Some(known),
        _ => other,
    }
}

/// The type of a file: what is given, and where that says nothing, what the ending of its address says.
pub(super) fn of_file(given: Option<String>, url: &Url) -> Option<String> {
    let guessed = given.as_deref().is_none_or(is_vague).then(|| of_url(url));
    guessed.flatten().map(str::to_owned).or(given)
}

/// Whether a media type is one of those that feeds have.
pub(super) fn is_of_feed(media_type: &str) -> bool {
    let bare = media_type.split(';').next().unwrap_or_default().trim();
    let bare = bare.to_ascii_lowercase();
    let is_xml = bare.ends_with("xml") && !bare.contains("html");
    is_xml || bare.ends_with("json")
}

fn is_vague(media_type: &str) -> bool {
    let bare = media_type.split(';').next().unwrap_or_default().trim();
    VAGUE.iter().any(|vague| bare.eq_ignore_ascii_case(vague))
}

/// By the end of its path. What is asked for behind `?` names no file.
fn of_url(url: &Url) -> Option<&'static str> {
    if url.scheme() == "magnet" {
        return Some("application/x-bittorrent");
    }
    let name = url.path().rsplit('/').next()?;
    // `a.mp3;jsessionid=1`
    let name = name.split(';').next()?;
    of_ending(name.rsplit_once('.')?.1)
}

fn of_ending(ending: &str) -> Option<&'static str> {
    let found = ENDINGS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(ending));
    found.map(|(_, media_type)| *media_type)
}
