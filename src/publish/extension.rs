//! What JSON Feed has no member for, in `_mainstem` (JSON Feed 1.1, "Extensions"): episodes, discussions, origins.

use serde_json::{Number, Value, json};

use super::json::{Members, put, put_list, put_members, put_url};
use super::xml::rfc3339;
use crate::model::{
    Chapters, Comments, Credit, Enclosure, Entry, Episode, EpisodeKind, Numbered, Origin, Size,
    Thread, Transcript,
};

/// Adds what an entry has of it.
pub(super) fn extend(extension: &mut Members, entry: &Entry) {
    let comments = comments(&entry.comments);
    let origin = entry.origin.as_ref().map(origin).unwrap_or_default();
    for (name, members) in [
        ("episode", episode(&entry.episode)),
        ("comments", comments),
        ("origin", origin),
        ("image", size(entry.image_size)),
    ] {
        put_members(extension, name, members);
    }
}

/// What `media:content` says of an attachment beyond its own members.
pub(super) fn of_attachment(enclosure: &Enclosure) -> Members {
    let mut written = Members::new();
    put(
        &mut written,
        "medium",
        enclosure.medium.map(crate::model::Medium::as_str),
    );
    written.extend(size(enclosure.size));
    written
}

fn size(size: Option<Size>) -> Members {
    let sides = size.map(|size| [("width", size.width), ("height", size.height)]);
    let sides = sides.into_iter().flatten();
    sides
        .map(|(name, side)| (name.to_owned(), side.into()))
        .collect()
}

fn comments(comments: &Comments) -> Members {
    let mut written = Members::new();
    put_url(&mut written, "url", comments.url.as_ref());
    put_url(&mut written, "feed_url", comments.feed_url.as_ref());
    put(&mut written, "feed_type", comments.feed_type.as_deref());
    written
}

fn origin(origin: &Origin) -> Members {
    let mut written = Members::new();
    put(&mut written, "id", origin.id.as_deref());
    put(&mut written, "title", origin.title.as_deref());
    put_url(&mut written, "home_page_url", origin.url.as_ref());
    put_url(&mut written, "feed_url", origin.feed_url.as_ref());
    let updated = origin.updated.map(rfc3339);
    put(&mut written, "updated", updated.as_deref());
    written
}

fn episode(episode: &Episode) -> Members {
    let mut written = Members::new();
    numbered(&mut written, "season", episode.season.as_ref());
    numbered(&mut written, "number", episode.number.as_ref());
    put(&mut written, "type", episode.kind.map(EpisodeKind::as_str));
    let explicit = episode
        .explicit
        .map(|explicit| ("explicit".to_owned(), explicit.into()));
    written.extend(explicit);
    put_url(&mut written, "image", episode.image.as_ref());
    let transcripts = episode.transcripts.iter().map(transcript);
    put_list(&mut written, "transcripts", transcripts.collect());
    let chapters = episode.chapters.as_ref();
    let chapters = chapters.map(|Chapters { url, media_type }| {
        (
            "chapters".to_owned(),
            json!({ "url": url.as_str(), "mime_type": media_type }),
        )
    });
    written.extend(chapters);
    let persons = episode.credits.iter().map(credit);
    put_list(&mut written, "persons", persons.collect());
    let threads = episode.threads.iter().map(thread);
    put_list(&mut written, "threads", threads.collect());
    written
}

/// `season` and `season_name`, `number` and `number_name`.
fn numbered(written: &mut Members, name: &str, given: Option<&Numbered>) {
    let Some(given) = given else { return };
    let number = given.number.parse::<Number>();
    written.extend(number.ok().map(|number| (name.to_owned(), number.into())));
    put(written, &format!("{name}_name"), given.name.as_deref());
}

fn transcript(transcript: &Transcript) -> Value {
    let mut written = Members::new();
    put_url(&mut written, "url", Some(&transcript.url));
    put(&mut written, "mime_type", Some(&transcript.media_type));
    put(&mut written, "language", transcript.language.as_deref());
    let rel = transcript.is_captions.then_some("captions");
    put(&mut written, "rel", rel);
    written.into()
}

fn credit(credit: &Credit) -> Value {
    let mut written = Members::new();
    put(&mut written, "name", Some(&credit.name));
    put(&mut written, "role", credit.role.as_deref());
    put(&mut written, "group", credit.group.as_deref());
    put_url(&mut written, "image", credit.image.as_ref());
    put_url(&mut written, "url", credit.url.as_ref());
    written.into()
}

fn thread(thread: &Thread) -> Value {
    let mut written = Members::new();
    put(&mut written, "protocol", Some(&thread.protocol));
    put_url(&mut written, "url", Some(&thread.url));
    put(&mut written, "account", thread.account.as_deref());
    written.into()
}
