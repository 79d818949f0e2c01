//! Plain text to HTML that keeps its lines.
//!
//! In `text/plain` every line counts (RFC 2046 §4.1). Elsewhere a line break may be where an editor or a serializer wrapped
//! the text: such a break is told by the next word, which would not have fitted on the line.

use quick_xml::escape::escape;
use url::Url;

/// Widths at which programs and people wrap text. Narrower lines are verses and lists, longer ones are paragraphs.
const WRAPPED: std::ops::RangeInclusive<usize> = 40..=120;
/// A hand that wraps is less exact than a program: as a fraction of the width, what it may leave empty.
const RAGGED: usize = 5;
/// A longer address is none.
const MAX_ADDRESS: usize = 2048;

/// Plain text of which every line counts, as paragraphs with line breaks; `http` and `https` addresses become links.
#[must_use]
pub fn lines_to_html(text: &str) -> String {
    html(&blocks(text, |_, _| true), link)
}

/// Plain text whose line breaks may be layout, as paragraphs; those that are meant are kept.
#[must_use]
pub fn prose_to_html(text: &str) -> String {
    let width = width(text);
    let blocks = blocks(text, |line, next| is_meant(line, next, width));
    html(&blocks, |line, out| out.push_str(&escape(line)))
}

/// HTML in which no tag stands, with the line breaks and paragraphs that are meant; `None`: there are none.
#[must_use]
pub fn break_lines(text: &str) -> Option<String> {
    if !text.trim().contains(['\n', '\r']) {
        return None;
    }
    let width = width(text);
    let blocks = blocks(text, |line, next| is_meant(line, next, width));
    let is_one = matches!(blocks.as_slice(), [block] if block.iter().all(|(_, broken)| !broken));
    (!is_one && !blocks.is_empty()).then(|| html(&blocks, |line, out| out.push_str(line)))
}

/// Lines, and whether each is broken from the one before it.
type Block<'t> = Vec<(&'t str, bool)>;

/// The lines between blank ones. `is_break`: whether a line and the next are two for a reader too.
fn blocks(text: &str, is_break: impl Fn(&str, &str) -> bool) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut is_open = false;
    // Of `\r\n` an empty line is between the two.
    for line in text.split('\n').flat_map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        line.split('\r')
    }) {
        let line = line.trim();
        if line.is_empty() {
            is_open = false;
            continue;
        }
        match blocks.last_mut().filter(|_| is_open) {
            Some(block) => {
                let before = block.last().map_or("", |(line, _)| line);
                let broken = is_break(before, line);
                block.push((line, broken));
            }
            None => blocks.push(vec![(line, false)]),
        }
        is_open = true;
    }
    blocks
}

fn html(blocks: &[Block<'_>], write: impl Fn(&str, &mut String)) -> String {
    let mut out = String::new();
    for block in blocks {
        out.push_str("<p>");
        for (nth, (line, broken)) in block.iter().enumerate() {
            match (nth, broken) {
                (0, _) => {}
                (_, true) => out.push_str("<br>"),
                (_, false) => out.push('\n'),
            }
            write(line, &mut out);
        }
        out.push_str("</p>");
    }
    out
}

/// The longest line, in characters.
fn width(text: &str) -> usize {
    let lines = text
        .split(['\n', '\r'])
        .map(|line| line.trim().chars().count());
    lines.max().unwrap_or(0)
}

/// Whether the break between two lines was made by the author rather than by whatever wrapped the text to a width.
fn is_meant(line: &str, next: &str, width: usize) -> bool {
    if !WRAPPED.contains(&width) || begins_an_item(next) {
        return true;
    }
    let word = next.split_whitespace().next().unwrap_or_default();
    // Scripts without spaces are wrapped anywhere.
    let word = match word.chars().next() {
        Some('\u{2E80}'..) => 1,
        _ => word.chars().count(),
    };
    line.chars().count() + 1 + word + width / RAGGED <= width
}

/// `- one`, `• one`, `1. one`, `00:00 one`.
fn begins_an_item(line: &str) -> bool {
    let mark = line.split_whitespace().next().unwrap_or_default();
    let digits = mark.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_number = digits.len() < mark.len() && digits.starts_with(['.', ')', ':']);
    // `2.5 million` is no item.
    let is_decimal = digits.starts_with('.') && digits.len() > 1;
    matches!(mark, "-" | "*" | "•" | "·" | "–" | "—" | "+" | "▪" | "►")
        || (is_number && !is_decimal)
}

/// Writes a line, with the addresses in it as links. An address with letters beyond ASCII in it is left alone: nobody can
/// tell where it ends and a sentence without spaces goes on.
fn link(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(at) = rest.find("http") {
        let (before, from) = rest.split_at(at);
        out.push_str(&escape(before));
        let end = from.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'));
        let whole = &from[..end.unwrap_or(from.len())];
        let is_begin = !before.ends_with(|c: char| c.is_alphanumeric());
        let address = match whole.len() {
            ..=MAX_ADDRESS => without_punctuation(whole),
            _ => whole,
        };
        match is_address(address).then_some(address).filter(|_| is_begin) {
            Some(address) => {
                let escaped = escape(address);
                out.push_str("<a href=\"");
                out.push_str(&escaped);
                out.push_str("\">");
                out.push_str(&escaped);
                out.push_str("</a>");
                out.push_str(&escape(&whole[address.len()..]));
            }
            None => out.push_str(&escape(whole)),
        }
        rest = &from[whole.len()..];
    }
    out.push_str(&escape(rest));
}

/// An address without the end of the sentence that it stands in. A `)` belongs to it where it opened one.
fn without_punctuation(address: &str) -> &str {
    let mut address = address;
    loop {
        let closes =
            address.ends_with(')') && address.matches(')').count() > address.matches('(').count();
        let trimmed = match closes {
            true => &address[..address.len() - 1],
            false => address
                .trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ']', '}', '*', '_', '|']),
        };
        if trimmed.len() == address.len() {
            return address;
        }
        address = trimmed;
    }
}

fn is_address(address: &str) -> bool {
    let is_web = address.starts_with("http://") || address.starts_with("https://");
    let fits = address.len() <= MAX_ADDRESS && address.is_ascii();
    is_web
        && fits
        && Url::parse(address)
            .is_ok_and(|url| url.host_str().is_some_and(|host| host.contains('.')))
}
