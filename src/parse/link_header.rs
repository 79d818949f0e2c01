//! The `Link` header (RFC 8288).

/// Links of one answer that are looked at.
const MOST: usize = 64;

/// A link as a header writes it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct HeaderLink {
    /// Between `<` and `>`: a reference, maybe relative.
    pub(super) target: String,
    /// Relations, as written.
    pub(super) rel: String,
    /// Media type, as written.
    pub(super) media_type: String,
    pub(super) title: String,
    /// It is about another resource than the one that it came with (§3.2).
    pub(super) has_anchor: bool,
}

/// The links of all `Link` headers of an answer, in order. What cannot be read ends its own header line only.
pub(super) fn links(values: &[String]) -> Vec<HeaderLink> {
    let mut found = Vec::new();
    for value in values {
        let mut rest = value.as_str();
        while found.len() < MOST
            && let Some((link, after)) = link(rest)
        {
            found.push(link);
            rest = after;
        }
    }
    found
}

/// Reads the first link of a `Link` header and returns it with the unread rest (RFC 8288 §3, appendix B.2). `None`: no link follows.
fn link(list: &str) -> Option<(HeaderLink, &str)> {
    let list = list.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
    let (target, mut rest) = list.strip_prefix('<')?.split_once('>')?;
    let mut link = HeaderLink {
        target: target.trim().to_owned(),
        ..HeaderLink::default()
    };
    loop {
        rest = rest.trim_start();
        let Some(parameter) = rest.strip_prefix(';') else {
            // Whatever stands here belongs to no link.
            let next = rest.find(',').map_or("", |comma| &rest[comma..]);
            return Some((link, next));
        };
        let parameter = parameter.trim_start();
        let end = parameter.find(['=', ';', ',']).unwrap_or(parameter.len());
        let name = parameter[..end].trim().to_ascii_lowercase();
        rest = &parameter[end..];
        let value = match rest.strip_prefix('=') {
            Some(after) => value(after.trim_start(), &mut rest)?,
            None => String::new(),
        };
        let field = match name.as_str() {
            "rel" => &mut link.rel,
            "type" => &mut link.media_type,
            "title" => &mut link.title,
            "anchor" => {
                link.has_anchor = true;
                continue;
            }
            _ => continue,
        };
        // Of a parameter given twice the first counts (§3.3, §3.4.1).
        if field.is_empty() {
            *field = value;
        }
    }
}

/// A token or a quoted string (RFC 9110 §5.6.4); `rest` is what follows it. `None`: the quotes are not closed.
fn value<'v>(from: &'v str, rest: &mut &'v str) -> Option<String> {
    let Some(quoted) = from.strip_prefix('"') else {
        let end = from.find([';', ',']).unwrap_or(from.len());
        *rest = &from[end..];
        return Some(from[..end].trim().to_owned());
    };
    let mut text = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => {
                *rest = &quoted[at + 1..];
                return Some(text);
            }
            '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => text.push(c),
        }
    }
    None
}
