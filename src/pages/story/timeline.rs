//! The entries of a story on a line of time.

use maud::{Markup, html};

use super::super::elements::{counted, name_of};
use super::view::{StoryView, moment};
use crate::model::{Member, Relation, Timestamp};

/// The width of a picture with numbers, which narrow screens scroll: one with names is as wide as its place.
const WIDTH: f64 = 640.0;
/// Room at both ends of the line, for marks and their numbers, in per cent of the width.
const MARGIN: f64 = 4.0;
/// A row of marks with numbers in them, and of one with its name above.
const ROW: f64 = 28.0;
const NAMED_ROW: f64 = 38.0;
/// So many marks have a row and a name each; more have numbers, and share rows.
const NAMED: usize = 12;
/// Smallest distance between two numbered marks in a row, in percent of the width.
const APART: f64 = 4.7;
/// The width of a name, in letters of a Latin script: two thirds of a narrow screen.
const NAME_LETTERS: usize = 24;

/// A mark in the picture.
struct TimelineMark<'a> {
    number: usize,
    member: &'a Member,
    /// In per cent of the width.
    x: f64,
    row: usize,
}

pub(super) fn section(view: &StoryView) -> Markup {
    let listed = view.listed();
    let [first, .., last] = listed else {
        // One alone has no line.
        return html! {};
    };
    let span = (moment(first), moment(last));
    let is_named = listed.len() <= NAMED;
    let marks = marks(listed, span, is_named);
    let rows = marks.iter().map(|mark| mark.row + 1).max().unwrap_or(0);
    let row = if is_named { NAMED_ROW } else { ROW };
    let line_y = units(rows) * row + 12.0;
    let height = line_y + 42.0;
    let width = if is_named {
        "100%".to_owned()
    } else {
        WIDTH.to_string()
    };
    let (left, right) = (MARGIN / 2.0, 100.0 - MARGIN / 2.0);
    let label = format!(
        "Timeline: {} from {} to {}, told in the table below",
        counted(listed.len(), "entry", "entries"),
        at_minute(span.0),
        at_minute(span.1)
    );
    html! {
        h2 { "When each came" }
        div.scroll tabindex="0" role="region" aria-label="Timeline" {
            svg.timeline role="img" aria-label=(label) width=(width) height=(height) {
                line x1={ (left) "%" } y1=(line_y) x2={ (right) "%" } y2=(line_y) stroke="currentColor" {}
                @for mark in &marks {
                    line x1={ (mark.x) "%" } y1=(mark.y(is_named)) x2={ (mark.x) "%" } y2=(line_y) stroke="currentColor" stroke-opacity="0.25" {}
                }
                @for mark in &marks { (drawn(view, mark, is_named)) }
                (ends(span, line_y + 17.0))
            }
        }
        p.muted {
            "A dot with a ring began the story, a dot is the same release again, a square a corrected or newer version."
            @if !is_named { " The numbers are those of the table." }
        }
    }
}

/// The marks of the members, which stand in the order of time.
fn marks(
    members: &[Member],
    span: (Timestamp, Timestamp),
    is_named: bool,
) -> Vec<TimelineMark<'_>> {
    // Where the last mark of each row stands.
    let mut rows: Vec<f64> = Vec::new();
    let marks = members.iter().zip(1..).map(|(member, number)| {
        let x = place(moment(member), span);
        let free = rows.iter().position(|last| x - last >= APART);
        let row = free.filter(|_| !is_named).unwrap_or(rows.len());
        match rows.get_mut(row) {
            Some(last) => *last = x,
            None => rows.push(x),
        }
        TimelineMark {
            number,
            member,
            x,
            row,
        }
    });
    marks.collect()
}

/// Where a moment stands between the first and the last, in per cent of the width; in the middle where all are one.
fn place(at: Timestamp, (first, last): (Timestamp, Timestamp)) -> f64 {
    let whole = last.timestamp_millis() - first.timestamp_millis();
    let part = at.timestamp_millis() - first.timestamp_millis();
    if whole <= 0 {
        return 50.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
    let share = part as f64 / whole as f64;
    let x = MARGIN + share.clamp(0.0, 1.0) * (100.0 - 2.0 * MARGIN);
    (x * 10.0).round() / 10.0
}

/// A count as a number of the picture.
fn units(count: usize) -> f64 {
    f64::from(u16::try_from(count).unwrap_or(u16::MAX))
}

impl TimelineMark<'_> {
    fn y(&self, is_named: bool) -> f64 {
        match is_named {
            true => (units(self.row) + 1.0) * NAMED_ROW - 10.0,
            false => (units(self.row) + 0.5) * ROW,
        }
    }
}

/// A mark, and its number in it or its name above it: on the side where there is more room.
fn drawn(view: &StoryView, mark: &TimelineMark<'_>, is_named: bool) -> Markup {
    let (x, y) = (mark.x, mark.y(is_named));
    let size = if is_named { 6.0 } else { 11.0 };
    let fill = if is_named { "solid" } else { "hollow" };
    let (anchor, aside) = match x {
        ..34.0 => ("start", -size),
        66.0.. => ("end", size),
        _ => ("middle", 0.0),
    };
    html! {
        // A place in per cent, and what is drawn there in units.
        svg x={ (x) "%" } y=(y) overflow="visible" {
            @match mark.member.relation {
                Relation::Update => {
                    rect x=(-size) y=(-size) width=(2.0 * size) height=(2.0 * size) class=(fill) stroke="currentColor" {}
                }
                Relation::First | Relation::Same => circle r=(size) class=(fill) stroke="currentColor" {},
            }
            @if mark.member.relation == Relation::First {
                circle r=(size + 3.0) fill="none" stroke="currentColor" {}
            }
            @if is_named {
                text x=(aside) y="-12" text-anchor=(anchor) {
                    (mark.number) ". " (shortened(name_of(&view.plan, &mark.member.source)))
                }
            } @else {
                text y="4.5" text-anchor="middle" { (mark.number) }
            }
        }
    }
}

/// When the line begins and ends, one below the other.
fn ends((first, last): (Timestamp, Timestamp), y: f64) -> Markup {
    html! {
        @if first == last {
            text x="50%" y=(y) text-anchor="middle" { (at_minute(first)) }
        } @else {
            text x={ (MARGIN / 2.0) "%" } y=(y) { (at_minute(first)) }
            text x={ (100.0 - MARGIN / 2.0) "%" } y=(y + 17.0) text-anchor="end" { (at_minute(last)) }
        }
    }
}

/// A name that has its place beside a mark. Letters of dense scripts are twice as wide.
fn shortened(name: &str) -> String {
    let mut room = NAME_LETTERS;
    for (at, c) in name.char_indices() {
        let width = if c < '\u{1100}' { 1 } else { 2 };
        if width > room {
            return format!("{}…", &name[..at]);
        }
        room -= width;
    }
    name.to_owned()
}

/// A moment, for people.
fn at_minute(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
