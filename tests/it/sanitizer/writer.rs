//! HTML as attackers and careless templates write it, from dice.

use super::dice::Dice;
use super::pieces::{ATTRIBUTES, BLANKS, ELEMENTS, MARKUP, NAMES_OF_NONE, TEXTS, VALUES};

/// Elements without an end tag.
const VOID: &[&str] = &["br", "img", "hr", "wbr", "source", "track", "input"];

/// Writes HTML. The first die says how wild: the tame ones are mostly well nested, which is what has a short way.
pub(super) struct Writer<'d> {
    dice: Dice<'d>,
    wild: usize,
    html: String,
    open: Vec<&'static str>,
}

impl<'d> Writer<'d> {
    pub(super) fn write(dice: &'d [u8]) -> String {
        let mut writer = Self {
            dice: Dice(dice),
            wild: 0,
            html: String::new(),
            open: Vec::new(),
        };
        writer.wild = [0, 0, 2, 16, 96][writer.dice.roll() % 5];
        while !writer.dice.is_empty() {
            writer.step();
        }
        while let Some(name) = writer.open.pop() {
            if !writer.is_odd() {
                writer.html += &format!("</{name}>");
            }
        }
        writer.html
    }

    /// Whether what comes is to be out of the ordinary.
    fn is_odd(&mut self) -> bool {
        self.dice.roll() < self.wild
    }

    fn step(&mut self) {
        if self.is_odd() {
            let piece = self.dice.pick(MARKUP);
            return self.html.push_str(piece);
        }
        match self.dice.roll() % 8 {
            0..3 => self.start_tag(),
            3..5 => self.end_tag(),
            5 if self.is_structure() => self.html.push_str("\n "),
            5 | 6 if !self.is_structure() => {
                let text = self.dice.pick(TEXTS);
                self.html.push_str(text);
            }
            _ => {}
        }
    }

    fn is_structure(&self) -> bool {
        let around = self.open.last().copied().unwrap_or_default();
        matches!(around, "table" | "tbody" | "thead" | "tr" | "ul" | "dl")
    }

    fn start_tag(&mut self) {
        let around = self.open.last().copied();
        let name = match around {
            _ if self.is_odd() => self.dice.pick(NAMES_OF_NONE),
            _ if self.is_odd() => self.dice.pick(ELEMENTS),
            Some("table") => self.dice.pick(&["tr", "tbody", "thead"]),
            Some("tbody" | "thead") => "tr",
            Some("tr") => self.dice.pick(&["td", "th"]),
            Some("ul" | "ol") => "li",
            Some("dl") => self.dice.pick(&["dt", "dd"]),
            Some("p" | "a" | "b" | "span" | "h2") => self
                .dice
                .pick(&["a", "b", "em", "img", "br", "span", "code", "q", "u"]),
            _ => self.dice.pick(ELEMENTS),
        };
        self.html.push('<');
        if self.is_odd() {
            self.html.push_str(&name.to_ascii_uppercase());
        } else {
            self.html.push_str(name);
        }
        let most = if self.wild < 4 { 2 } else { 4 };
        for _ in 0..self.dice.roll() % most {
            self.attribute();
        }
        if self.is_odd() {
            let end = self
                .dice
                .pick(&["", "/>", " / >", "<", "\n>", " =>", "\">", "\0>", "\u{C}>"]);
            return self.html.push_str(end);
        }
        self.html.push('>');
        if !VOID.contains(&name) {
            self.open.push(name);
        }
    }

    fn attribute(&mut self) {
        let blank = match self.is_odd() {
            true => self.dice.pick(BLANKS),
            false => " ",
        };
        self.html.push_str(blank);
        let name = self.dice.pick(ATTRIBUTES);
        self.html.push_str(name);
        if self.is_odd() {
            let blanks = self.dice.pick(&["", " ", "\n", " =", "=\t", "= \n", "/="]);
            self.html.push_str(blanks);
        }
        let mut value = String::new();
        for _ in 0..=self.dice.roll() % 3 {
            value.push_str(self.dice.pick(VALUES));
        }
        match self.dice.roll() % 8 {
            _ if self.is_odd() => self.html += &format!("={value}"),
            0 => {}
            1 => self.html += &format!("='{}'", value.replace('\'', "")),
            2 => {
                let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
                self.html += &format!("={plain}x");
            }
            _ => self.html += &format!("=\"{}\"", value.replace('"', "")),
        }
    }

    fn end_tag(&mut self) {
        if self.is_odd() {
            let name = match self.is_odd() {
                true => self.dice.pick(NAMES_OF_NONE),
                false => self.dice.pick(ELEMENTS),
            };
            let end = self
                .dice
                .pick(&[">", " >", "/>", " x=\"y>\">", "\n>", "", "\u{C}>", "\0>"]);
            self.html += &format!("</{name}{end}");
            return;
        }
        if let Some(name) = self.open.pop() {
            // A paragraph's end is often left to what follows.
            if name != "p" || !self.dice.roll().is_multiple_of(8) {
                self.html += &format!("</{name}>");
            }
        }
    }
}
