//! Tags: their attributes, and how they are written.

use html5ever::Attribute;

/// Those of one tag, in their order; of two with one name the tokenizer keeps the first.
#[derive(Clone, Copy)]
pub(super) struct Attributes<'t>(pub(super) &'t [Attribute]);

impl<'t> Attributes<'t> {
    pub(super) fn get(self, name: &str) -> Option<&'t str> {
        self.iter()
            .find(|(of, _)| *of == name)
            .map(|(_, value)| value)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = (&'t str, &'t str)> {
        self.0
            .iter()
            .map(|attribute| (&*attribute.name.local, &*attribute.value))
    }

    /// Whether an element is there to be fetched and not to be seen.
    pub(super) fn is_invisible(self) -> bool {
        let is_dot = |name| {
            let size = self
                .get(name)
                .map(|size| size.trim().trim_end_matches("px"));
            matches!(size, Some("0" | "1"))
        };
        let mut style = self.get("style").unwrap_or_default().to_ascii_lowercase();
        style.retain(|c| !c.is_whitespace());
        let mut rules = style.split(';');
        self.get("hidden").is_some()
            || is_dot("width")
            || is_dot("height")
            || rules.any(|rule| {
                let rule = rule.trim_end_matches("!important");
                matches!(
                    rule,
                    "display:none"
                        | "visibility:hidden"
                        | "opacity:0"
                        | "width:0"
                        | "width:0px"
                        | "width:1px"
                        | "height:0"
                        | "height:0px"
                        | "height:1px"
                ) || ["left:-", "top:-"].iter().any(|far| {
                    rule.strip_prefix(far)
                        .is_some_and(|by| by.trim_end_matches("px").len() >= 4)
                })
            })
    }
}

/// Writes a start tag again.
pub(super) fn write_tag(name: &str, attributes: Attributes<'_>, closes: bool, out: &mut String) {
    out.push('<');
    out.push_str(name);
    for (name, value) in attributes.iter() {
        write_attribute(name, value, out);
    }
    // Foreign elements end so; for all others it says nothing.
    out.push_str(if closes { " />" } else { ">" });
}

pub(super) fn write_attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out.push('"');
}

pub(super) fn write_end(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

pub(super) fn write_text(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
}
