//! How a source is doing: its state, what came of the last request, and the troubles that it had.

use maud::{Markup, html};

use super::super::elements::time;
use super::super::sources::state::state;
use super::subject::Subject;
use crate::model::{
    FailureClass, HealthEvent, LastOutcome, Outcome, SourceStatus, Trouble, public_url,
};

pub(super) fn section(subject: &Subject<'_>) -> Markup {
    let report = &subject.listed.outlook.report;
    let history = &report.history;
    html! {
        p { "State: " (state(subject.listed)) (since(subject)) }
        @if let Some(last) = &report.last {
            p {
                "Last request"
                @if let Some(at) = history.last_attempt { ", " (time(at)) }
                ": " (told(last))
                @if let Some(status) = last.status { " (HTTP status " (status) ")" }
                "."
            }
            @if let Some(message) = &last.message { p dir="auto" { (message) } }
            p {
                @if let Some(at) = history.last_success { "Last success: " (time(at)) "; " (failures(history.errors)) " since." }
                @else { "It has never answered with a feed; " (failures(history.errors)) " so far." }
            }
        } @else {
            p { "Nobody has asked it so far." }
        }
        @if let Some(to) = &report.moved_to {
            p { "It has moved: write " code { (public_url(to)) } " into the configuration." }
        }
        (repairs(subject))
    }
}

fn failures(errors: u32) -> String {
    match errors {
        0 => "no failure".to_owned(),
        1 => "one failure".to_owned(),
        errors => format!("{errors} failures in a row"),
    }
}

/// Since when it is so, where that is known.
fn since(subject: &Subject<'_>) -> Markup {
    let report = &subject.listed.outlook.report;
    let events = &subject.activity.troubles;
    let of = |trouble: Trouble| events.iter().find(move |event| event.trouble == trouble);
    let (words, at) = match subject.listed.status {
        SourceStatus::Trouble => ("no success since", report.history.last_success),
        SourceStatus::Gone => ("found", of(Trouble::Gone).map(|event| event.began_at)),
        SourceStatus::Silent => ("nothing new since", report.history.rhythm.last_new),
        SourceStatus::Held => ("until", report.next_due),
        SourceStatus::Never => return html! {},
        SourceStatus::Well => {
            let broken = of(Trouble::Broken).and_then(|event| event.resolved_at);
            ("again since", broken)
        }
    };
    html! { @if let Some(at) = at { ", " (words) " " (time(at)) } }
}

/// What came of the last request, as the end of a sentence.
fn told(last: &LastOutcome) -> String {
    let failed = |class: Option<FailureClass>| class.map_or("it failed", in_words);
    match (last.outcome, last.fault) {
        (_, Some(fault)) => return format!("it was not asked: {}", fault.because()),
        (Outcome::Fresh, _) => "it gave a new document",
        (Outcome::NotModified, _) => "it had nothing new",
        (Outcome::Moved, _) => "it has moved, and gave a document at its new address",
        (Outcome::Gone, _) => "its publisher says that the feed is gone for good",
        (Outcome::Throttled, _) => "it asked us to come back later",
        (Outcome::Failed, _) => failed(last.class),
    }
    .to_owned()
}

/// A failure, as the end of a sentence.
fn in_words(class: FailureClass) -> &'static str {
    match class {
        FailureClass::Dns => "its name has no address",
        FailureClass::Connect => "there was no connection",
        FailureClass::Tls => "there was no secure connection: certificate or handshake failed",
        FailureClass::Timeout => "it took longer than a request may take",
        FailureClass::TooLarge => "it is larger than a document may be",
        FailureClass::Truncated => "the document broke off before its end",
        FailureClass::Decode => "its content coding could not be undone",
        FailureClass::EgressBlocked => "its address is one that is not to be asked",
        FailureClass::Redirect => "it redirects to where nobody can follow",
        FailureClass::Loop => "it leads back to itself, or to one of our own feeds",
        FailureClass::Status => "it answered with an error",
        FailureClass::NotAFeed => "what it gave is no feed",
        FailureClass::Parse => "its document cannot be read",
        FailureClass::TooDeep => "its document is nested too deeply",
        FailureClass::Panic => "reading its document met a bug of ours",
        FailureClass::File => "the file is missing or cannot be read",
        FailureClass::Store => "the store could not take its entries; they are asked for again",
    }
}

/// What had to be repaired to read the last document: a later request that failed says nothing of it.
fn repairs(subject: &Subject<'_>) -> Markup {
    let last = subject.listed.outlook.report.last.as_ref();
    let repairs = last.map_or(&[][..], |last| &last.repairs);
    html! {
        @if !repairs.is_empty() {
            p { "Its document had to be repaired to be read:" }
            ul { @for repair in repairs { li dir="auto" { (repair) } } }
        }
    }
}

/// The latest troubles, those that last first.
pub(super) fn troubles(events: &[HealthEvent]) -> Markup {
    html! {
        @if events.is_empty() {
            p { "None are on record." }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Table of troubles" {
                table {
                    thead { tr { @for head in ["Trouble", "From", "To", "What was found"] { th scope="col" { (head) } } } }
                    tbody { @for event in events { (trouble(event)) } }
                }
            }
        }
    }
}

fn trouble(event: &HealthEvent) -> Markup {
    html! {
        tr {
            th scope="row" { (event.trouble) }
            td { (time(event.began_at)) }
            td { @match event.resolved_at { Some(at) => (time(at)), None => span.bad { "lasts" } } }
            td dir="auto" { (event.message) }
        }
    }
}
