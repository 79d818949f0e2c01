//! When a source is asked next, and why.

use maud::{Markup, html};

use super::super::elements::time;
use super::subject::Subject;
use crate::model::{FreshBy, Freshness, History, HostHold, Timestamp};
use crate::refresh::turn_in_words;
use crate::schedule::{Cadence, Settings, duration_in_words};

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

pub(super) fn section(subject: &Subject<'_>) -> Markup {
    let (request, outlook) = (subject.request, &subject.listed.outlook);
    let (report, now) = (&outlook.report, request.now);
    let id = &subject.listed.source.id;
    let target = request
        .settings
        .targets
        .iter()
        .find(|target| target.source.id == *id);
    let wishes = wishes(&report.history, outlook.hold.as_ref(), now);
    html! {
        p {
            (turn_in_words(report, now))
            @if let Some(at) = report.next_due { ", " (time(at)) }
            @if let Some(because) = &report.because { ": " span dir="auto" { (because) } }
        }
        dl {
            @if let Some(target) = target {
                dt { "Schedule" }
                dd { (cadence(&target.schedule)) }
            }
            dt { "Its own rhythm" }
            dd { (rhythm(&report.history)) }
            dt { "What it asks of us" }
            dd {
                @if wishes.is_empty() { "nothing" }
                @else { ul { @for wish in &wishes { li { (wish) } } } }
            }
            dt { "Sent back to it" }
            dd { (validators(subject)) }
        }
    }
}

fn cadence(settings: &Settings) -> String {
    match &settings.cadence {
        Cadence::Every(interval) => format!("every {}", duration_in_words(*interval)),
        Cadence::Cron(line) => format!("cron {line}"),
        Cadence::Adaptive => format!(
            "after its own rhythm, between every {} and every {}",
            duration_in_words(settings.min_interval),
            duration_in_words(settings.max_interval)
        ),
    }
}

fn rhythm(history: &History) -> Markup {
    html! {
        @match history.rhythm.mean_gap {
            Some(gap) => { "an entry about every " (duration_in_words(gap)) }
            None => "not known yet",
        }
        @if let Some(at) = history.rhythm.last_new { "; something new last came " (time(at)) }
    }
}

/// What holds its turns back: wishes of the host, of the server and of the feed itself.
fn wishes(history: &History, hold: Option<&HostHold>, now: Timestamp) -> Vec<Markup> {
    let mut wishes = Vec::new();
    if let Some(hold) = hold {
        wishes.push(html! { (hold.because()) ", until " (time(hold.until)) });
    }
    if let Some(until) = history.retry_after.filter(|until| *until > now) {
        wishes.push(html! { "Retry-After: not before " (time(until)) });
    }
    if let Some(Freshness { lifetime, by }) = history.freshness {
        let by = match by {
            FreshBy::MaxAge => "Cache-Control: max-age",
            FreshBy::Expires => "Expires",
        };
        wishes.push(html! { (by) ": an answer stays fresh for " (duration_in_words(lifetime)) });
    }
    let pace = &history.pace;
    if let Some(ttl) = pace.ttl {
        wishes.push(html! { "ttl: a copy may be kept for " (duration_in_words(ttl)) });
    }
    if let Some(every) = pace.update_every {
        wishes.push(html! { "updatePeriod: it is written anew every " (duration_in_words(every)) });
    }
    let hours = (0..24_usize).filter(|hour| pace.skip_hours >> hour & 1 == 1);
    let hours: Vec<String> = hours.map(|hour| format!("{hour}:00")).collect();
    if !hours.is_empty() {
        wishes.push(html! { "skipHours: not in the hours from " (hours.join(", ")) " (UTC)" });
    }
    let days = DAYS.iter().enumerate();
    let days = days.filter(|(nth, _)| pace.skip_days >> nth & 1 == 1);
    let days: Vec<&str> = days.map(|(_, day)| *day).collect();
    if !days.is_empty() {
        wishes.push(html! { "skipDays: not on " (days.join(", ")) " (UTC)" });
    }
    wishes
}

/// With what the next request asks whether there is anything new.
fn validators(subject: &Subject<'_>) -> Markup {
    let given = subject.state.validators.as_ref();
    let given = given.map(|given| {
        [
            ("ETag", &given.etag),
            ("Last-Modified", &given.last_modified),
        ]
    });
    let given = given.into_iter().flatten();
    let given = given.filter_map(|(name, value)| Some((name, value.as_deref()?)));
    let given: Vec<_> = given.collect();
    html! {
        @if given.is_empty() { "no validators: it gave none" }
        @for (nth, (name, value)) in given.iter().enumerate() {
            @if nth > 0 { ", " }
            (name) " " code dir="auto" { (String::from_utf8_lossy(value)) }
        }
        @if let Some(at) = subject.state.history.whole_at { "; last read whole " (time(at)) }
    }
}
