//! MathML as text: the TeX that it was made from, where it says so, else its own words with what is raised and lowered.
//!
//! Its elements stay forbidden: every hole found in a sanitizer needed an element of another namespace.

use html5ever::tokenizer::Tag;

use super::tags::{Attributes, write_text};

/// Elements within elements that are followed.
const DEEPEST: usize = 64;
/// Longer TeX is cut.
const MAX_TEX: usize = 16 * 1024;
/// Start tags that end a formula, for no formula holds them (HTML §13.2.6.5).
const ENDS: &[&str] = &[
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "center",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "i",
    "img",
    "li",
    "listing",
    "menu",
    "meta",
    "nobr",
    "ol",
    "p",
    "pre",
    "ruby",
    "s",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tt",
    "u",
    "ul",
    "var",
];
/// Elements whose content may be HTML.
const HOLDS_HTML: &[&str] = &["mtext", "mi", "mo", "mn", "ms", "annotation-xml"];

/// A formula that is being read.
pub(super) struct Formula {
    /// Where it begins in what is written.
    start: usize,
    /// The TeX that it was made from.
    tex: Option<String>,
    /// The annotation that is open is TeX.
    in_tex: bool,
    open: Vec<Open>,
}

struct Open {
    name: String,
    /// Elements that began in it.
    children: usize,
    /// What is written where it ends.
    end: [&'static str; 2],
}

/// A formula that was written.
pub(super) struct Written {
    pub(super) start: usize,
    pub(super) end: usize,
    tex: Option<String>,
}

impl Written {
    pub(super) fn is_tex(&self, text: &str) -> bool {
        self.tex
            .as_deref()
            .is_some_and(|tex| tex.trim() == text.trim())
    }
}

impl Formula {
    pub(super) fn new(tag: &Tag, start: usize) -> Self {
        let tex = Attributes(&tag.attrs).get("alttext");
        Self {
            start,
            tex: tex.filter(|tex| tex.len() <= MAX_TEX).map(str::to_owned),
            in_tex: false,
            open: vec![Open {
                name: "math".to_owned(),
                children: 0,
                end: [""; 2],
            }],
        }
    }

    fn is_within(&self, names: &[&str]) -> bool {
        self.open.iter().any(|open| names.contains(&&*open.name))
    }

    /// Whether a start tag belongs to the formula.
    pub(super) fn start(&mut self, tag: &Tag, out: &mut String) -> bool {
        let name = &*tag.name;
        if ENDS.contains(&name) && !self.is_within(HOLDS_HTML) {
            return false;
        }
        let is_tex = |says: &str| says.to_ascii_lowercase().contains("tex");
        let attributes = Attributes(&tag.attrs);
        if name == "annotation" {
            self.in_tex = attributes.get("encoding").is_some_and(is_tex);
            if self.in_tex {
                self.tex = Some(String::new());
            }
        }
        if tag.self_closing || self.open.len() >= DEEPEST {
            return true;
        }
        let by_place = self.around(name);
        let by_name = match name {
            "msqrt" => ("\u{221A}(", ")"),
            "mfenced" if attributes.get("open").is_none() => ("(", ")"),
            _ => ("", ""),
        };
        if !self.is_silent() {
            out.push_str(by_place.0);
            out.push_str(by_name.0);
        }
        self.open.push(Open {
            name: name.to_owned(),
            children: 0,
            end: [by_name.1, by_place.1],
        });
        true
    }

    /// What stands before and behind an element by the place that it has in the one around it.
    fn around(&mut self, name: &str) -> (&'static str, &'static str) {
        let Some(around) = self.open.last_mut() else {
            return ("", "");
        };
        let nth = around.children;
        around.children += 1;
        let is_group = name == "mrow";
        match (&*around.name, nth) {
            ("msup" | "mover", 1) | ("msubsup" | "munderover", 2) => ("<sup>", "</sup>"),
            ("msub" | "munder" | "msubsup" | "munderover", 1) => ("<sub>", "</sub>"),
            ("mfrac", 1) if is_group => ("/(", ")"),
            ("mfrac", 1) => ("/", ""),
            ("mfrac", 0) if is_group => ("(", ")"),
            ("mtr", 1..) => (" ", ""),
            ("mtable", 1..) => ("; ", ""),
            _ => ("", ""),
        }
    }

    /// Whether what comes is no part of what is seen.
    fn is_silent(&self) -> bool {
        self.is_within(&["annotation", "annotation-xml", "mphantom"])
    }

    pub(super) fn text(&mut self, text: &str, out: &mut String) {
        let top = self.open.last().map_or("", |open| &*open.name);
        if top == "annotation" {
            if let Some(tex) = self.tex.as_mut().filter(|_| self.in_tex) {
                let room = MAX_TEX.saturating_sub(tex.len()).min(text.len());
                tex.push_str(&text[..text.floor_char_boundary(room)]);
            }
        } else if !self.is_silent() {
            // Between elements white space means nothing, and neither do operators that nobody sees.
            let text = if self.is_within(&["mtext"]) {
                text
            } else {
                text.trim()
            };
            let is_seen = |c: &char| !matches!(c, '\u{2061}'..='\u{2064}');
            write_text(&text.chars().filter(is_seen).collect::<String>(), out);
        }
    }

    pub(super) fn end(&mut self, name: &str, out: &mut String) {
        // The formula itself ends elsewhere.
        let Some(depth) = self
            .open
            .iter()
            .rposition(|open| open.name == name)
            .filter(|at| *at > 0)
        else {
            return;
        };
        while self.open.len() > depth {
            self.close(out);
        }
    }

    fn close(&mut self, out: &mut String) {
        if let Some(open) = self.open.pop()
            && !self.is_silent()
        {
            out.extend(open.end);
        }
    }

    pub(super) fn finish(mut self, out: &mut String) -> Option<Written> {
        while !self.open.is_empty() {
            self.close(out);
        }
        match self.tex.as_deref().map(str::trim) {
            Some(tex) if !tex.is_empty() => write_tex(tex, self.start, out),
            _ => Some(Written {
                start: self.start,
                end: out.len(),
                tex: None,
            }),
        }
    }
}

/// Writes TeX in place of what stands behind `start`.
pub(super) fn write_tex(tex: &str, start: usize, out: &mut String) -> Option<Written> {
    let tex = tex.trim();
    if tex.is_empty() {
        return None;
    }
    out.truncate(start);
    out.push_str("<code>");
    write_text(tex, out);
    out.push_str("</code>");
    Some(Written {
        start,
        end: out.len(),
        tex: Some(tex.to_owned()),
    })
}
