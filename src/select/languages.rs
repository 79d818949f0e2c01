//! `language` in expressions: tags are compared without regard to case (RFC 5646 §2.1.1).
//!
//! The field is in lower case, and so is made what an expression compares it with, in the form that tags have here: `"en_US"`,
//! `"en-us"` and `"en-US"` are one tag.

use cel::common::ast::operators::{EQUALS, IN, NOT_EQUALS};
use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};

use crate::text::language_tag;

/// The field's name.
const FIELD: &str = "language";

/// A tag as the field has it.
pub(super) fn compared(tag: &str) -> String {
    let tag = language_tag(tag).unwrap_or_else(|| tag.to_owned());
    tag.to_ascii_lowercase()
}

/// Brings the constants that `language` is compared with into its form.
pub(super) fn bring_in_form(part: &mut IdedExpr) {
    match &mut part.expr {
        Expr::Call(call) => {
            let is_asked = call.target.as_deref().is_some_and(is_field);
            let is_compared = call.args.iter().any(is_field);
            match call.func_name.as_str() {
                EQUALS | NOT_EQUALS | IN if is_compared => {
                    call.args.iter_mut().for_each(|one| rewrite(one, compared));
                }
                "startsWith" | "endsWith" | "contains" if is_asked => {
                    let in_form = |text: &str| text.to_ascii_lowercase().replace('_', "-");
                    call.args.iter_mut().for_each(|one| rewrite(one, in_form));
                }
                "matches" if is_asked => {
                    let in_form = |pattern: &str| format!("(?i){pattern}");
                    call.args.iter_mut().for_each(|one| rewrite(one, in_form));
                }
                _ => {}
            }
            call.target.iter_mut().for_each(|one| bring_in_form(one));
            call.args.iter_mut().for_each(bring_in_form);
        }
        Expr::Comprehension(over) => {
            let over = over.as_mut();
            for part in [
                &mut over.iter_range,
                &mut over.accu_init,
                &mut over.loop_cond,
                &mut over.loop_step,
                &mut over.result,
            ] {
                bring_in_form(part);
            }
        }
        Expr::List(list) => list.elements.iter_mut().for_each(bring_in_form),
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    bring_in_form(&mut entry.key);
                    bring_in_form(&mut entry.value);
                }
            }
        }
        Expr::Select(select) => bring_in_form(&mut select.operand),
        _ => {}
    }
}

fn is_field(part: &IdedExpr) -> bool {
    matches!(&part.expr, Expr::Ident(name) if name == FIELD)
}

/// A constant text, or those of a list.
fn rewrite(part: &mut IdedExpr, in_form: impl Fn(&str) -> String + Copy) {
    match &mut part.expr {
        Expr::Literal(LiteralValue::String(text)) => *text = in_form(text.inner()).into(),
        Expr::List(list) => {
            for element in &mut list.elements {
                rewrite(element, in_form);
            }
        }
        _ => {}
    }
}
