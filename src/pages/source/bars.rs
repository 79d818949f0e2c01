//! The rhythm of a source as bars, and the same figures as a table.

use maud::{Markup, html};

use super::rhythm::{DayKind, RhythmDay, rhythm};
use super::subject::Subject;

/// Sizes in units of the drawing, which are pixels on a narrow screen: of a day's place, of its bar, of the highest bar, and where the
/// bars stand.
const SLOT: u64 = 24;
const BAR: u64 = 18;
const HIGHEST: u64 = 90;
const GROUND: u64 = 108;
const HEIGHT: u64 = 128;

pub(super) fn section(subject: &Subject<'_>) -> Markup {
    let report = &subject.listed.outlook.report;
    let days = rhythm(report, &subject.activity, subject.request.now);
    let told = in_words(&days);
    html! {
        p { (told) }
        (drawing(&days, &told))
        (legend(&days))
        @if subject.activity.is_cut {
            p { "There are more entries than are counted here; the earliest of them are left out." }
        }
        (table(&days))
    }
}

/// The days in a sentence or two.
fn in_words(days: &[RhythmDay]) -> String {
    let all: u64 = days.iter().map(|day| day.kind.entries()).sum();
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return String::new();
    };
    let span = format!(
        "From {} to {} (UTC)",
        first.date.format("%-d %B"),
        last.date.format("%-d %B %Y")
    );
    // Of equal days the latest.
    let busiest = days.iter().max_by_key(|day| day.kind.entries());
    match busiest.filter(|_| all > 0) {
        None => format!("{span}: no entries."),
        Some(day) => {
            let noun = if all == 1 { "entry" } else { "entries" };
            let (most, date) = (day.kind.entries(), day.date.format("%-d %B"));
            format!("{span}: {all} {noun}, most on {date}: {most}.")
        }
    }
}

fn drawing(days: &[RhythmDay], told: &str) -> Markup {
    let most = days.iter().map(|day| day.kind.entries()).max();
    let most = most.unwrap_or(0).max(1);
    let width = SLOT * days.len() as u64;
    html! {
        svg.rhythm role="img" aria-label=(told) viewBox={ "0 0 " (width) " " (HEIGHT) } width=(width) height=(HEIGHT) {
            line x1="0" x2=(width) y1=(GROUND) y2=(GROUND) stroke="currentColor" {}
            @for (nth, day) in (0..).zip(days) { (bar(nth * SLOT, day, most)) }
        }
    }
}

/// A day: its bar with its number, or the mark of a day without.
fn bar(left: u64, day: &RhythmDay, most: u64) -> Markup {
    let middle = left + SLOT / 2;
    // The least is still to be seen.
    let high = |entries: u64| (entries.saturating_mul(HIGHEST) / most).max(2);
    let (x, top) = (left + (SLOT - BAR) / 2, GROUND - HIGHEST);
    let text = |y: u64, text: &str| html! { text x=(middle) y=(y) text-anchor="middle" font-size="12" { (text) } };
    html! {
        @match day.kind {
            DayKind::Busy(entries) => {
                @let high = high(entries);
                rect x=(x) y=(GROUND - high) width=(BAR) height=(high) fill="currentColor" {}
                (text(GROUND - high - 4, &short(entries)))
            }
            DayKind::Quiet | DayKind::NotYet => (text(GROUND - 4, mark(day.kind))),
            DayKind::NotReached | DayKind::NotAsked | DayKind::NotCounted => {
                rect x=(x) y=(top) width=(BAR) height=(HIGHEST) fill="none" stroke="currentColor" stroke-dasharray="3 4" {}
                (text(GROUND - HIGHEST / 2, mark(day.kind)))
            }
        }
        (text(HEIGHT - 6, &day.date.format("%-d").to_string()))
    }
}

/// A number that fits over a bar.
fn short(entries: u64) -> String {
    match entries {
        0..1000 => entries.to_string(),
        _ => format!("{}k", entries / 1000),
    }
}

/// What stands for a day without a bar; empty: it has one.
fn mark(kind: DayKind) -> &'static str {
    match kind {
        DayKind::Busy(_) => "",
        DayKind::Quiet => "0",
        DayKind::NotReached => "×",
        DayKind::NotAsked => "–",
        DayKind::NotYet => "·",
        DayKind::NotCounted => "?",
    }
}

/// What the signs mean that the drawing has.
fn legend(days: &[RhythmDay]) -> Markup {
    let mut kinds: Vec<DayKind> = Vec::new();
    for day in days {
        let needs_words = !matches!(day.kind, DayKind::Busy(_) | DayKind::Quiet);
        if needs_words && !kinds.contains(&day.kind) {
            kinds.push(day.kind);
        }
    }
    html! {
        @if !kinds.is_empty() {
            p.muted {
                "Days without entries: "
                @for (nth, kind) in kinds.iter().enumerate() {
                    @if nth > 0 { ", " }
                    (mark(*kind)) " " (kind.in_words())
                }
                "."
            }
        }
    }
}

fn table(days: &[RhythmDay]) -> Markup {
    html! {
        details {
            summary { "The same as a table" }
            table {
                thead { tr { th scope="col" { "Day (UTC)" } th.number scope="col" { "Entries" } th scope="col" { "What it was like" } } }
                tbody {
                    @for day in days {
                        tr {
                            th scope="row" { time datetime=(day.date) { (day.date) } }
                            td.number { (day.kind.entries()) }
                            td { (day.kind.in_words()) }
                        }
                    }
                }
            }
        }
    }
}
