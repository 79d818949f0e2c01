//! The form.

use maud::{Markup, html};

use super::super::elements::carried_along;
use super::typed::{FormField, FormSlip, Typed};

/// The fields with what was typed, and beside each what is wrong with it. `query`: of the token that the visitor brought in the
/// address.
pub(super) fn form(typed: &Typed, slips: &[FormSlip], query: &str) -> Markup {
    html! {
        @if !slips.is_empty() {
            div.bad role="alert" {
                p { strong { "The rule cannot be tried." } " Nothing was evaluated." }
                ul {
                    @for slip in slips {
                        li { a href={ "#" (slip.field.name()) } { (place(slip)) } ": " (slip.message) }
                    }
                }
            }
        }
        form method="get" action="preview" {
            (carried_along(query))
            (field(typed, slips, FormField::Include, "Include", 4, html! {
                "One word or phrase a line. Items with none of these go. Empty: no item goes for this reason."
            }))
            (field(typed, slips, FormField::Exclude, "Exclude", 4, html! {
                "One word or phrase a line. Items with any of these go. In both, " code { "migra*" }
                " is a beginning, " code { "/…/" } " a pattern, " code { "list:NAME" } " a list of the configuration."
            }))
            (field(typed, slips, FormField::Where, "Where", 3, html! {
                "An expression that must be true, such as " code { "words > 80 && language == \"en\"" } "."
            }))
            p { button type="submit" { "Preview" } }
        }
    }
}

fn field(
    typed: &Typed,
    slips: &[FormSlip],
    field: FormField,
    label: &str,
    rows: u8,
    help: Markup,
) -> Markup {
    let name = field.name();
    let own: Vec<&FormSlip> = slips.iter().filter(|slip| slip.field == field).collect();
    let described = match own.is_empty() {
        true => format!("{name}-help"),
        false => format!("{name}-help {name}-wrong"),
    };
    html! {
        div.field {
            label for=(name) { (label) }
            p.muted id={ (name) "-help" } { (help) }
            // A line feed right behind the tag would be taken out by a browser, and with it a first blank line.
            textarea id=(name) name=(name) rows=(rows) cols="60" spellcheck="false" autocapitalize="off" dir="auto"
                aria-describedby=(described) aria-invalid=[(!own.is_empty()).then_some("true")]
                autofocus[is_first(slips, field)] { "\n" (typed.text(field)) }
            @if !own.is_empty() {
                div.bad id={ (name) "-wrong" } {
                    @for slip in &own { p { "Error at " (place(slip)) ": " (slip.message) } }
                }
            }
        }
    }
}

/// Whether a field is the first with something wrong in it.
fn is_first(slips: &[FormSlip], field: FormField) -> bool {
    slips.first().is_some_and(|slip| slip.field == field)
}

/// Where something is wrong, in words.
fn place(slip: &FormSlip) -> String {
    let name = slip.field.name();
    match (slip.line, slip.character) {
        (Some(line), Some(character)) => format!("{name}, line {line}, character {character}"),
        (Some(line), None) => format!("{name}, line {line}"),
        (None, Some(character)) => format!("{name}, character {character}"),
        (None, None) => name.to_owned(),
    }
}
