//! What an item shows of its entry, in every format alike.

use super::correction::section;
use super::item::Item;
use super::xml;
use crate::model::{ContentForm, Output};

/// Everything of an output that an item's bytes depend on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ItemForm {
    content: ContentForm,
    title_format: String,
    also_in: bool,
    show_changes: bool,
}

impl ItemForm {
    /// How an output wants its items.
    #[must_use]
    pub fn of(output: &Output) -> Self {
        Self {
            content: output.content,
            title_format: output.title_format.clone(),
            also_in: output.also_in,
            show_changes: output.show_changes,
        }
    }

    /// Words of a text that it shows, at most; `None`: all.
    pub(super) fn most_words(&self) -> Option<usize> {
        match self.content {
            ContentForm::Full => None,
            ContentForm::Summary => Some(SUMMARY_WORDS),
            ContentForm::Link => Some(0),
        }
    }
}

/// Words of a text that stand for a missing headline.
const TITLE_WORDS: usize = 12;
/// Words of a text that stand for a missing summary.
const SUMMARY_WORDS: usize = 60;

/// The headline as the output wants it; never empty, for readers show nothing else in a list.
pub(super) fn title(form: &ItemForm, item: &Item) -> String {
    let own = own_title(&item.entry.title, &item.entry.text);
    // In one pass: what a publisher wrote is never read as a placeholder.
    let mut written = String::new();
    let mut rest = form.title_format.as_str();
    while let Some(at) = rest.find('{') {
        written.push_str(&rest[..at]);
        rest = &rest[at..];
        let (value, length) = match rest {
            _ if rest.starts_with("{title}") => (own.as_str(), "{title}".len()),
            _ if rest.starts_with("{source}") => (item.source.title.as_str(), "{source}".len()),
            _ => ("{", 1),
        };
        written.push_str(value);
        rest = &rest[length..];
    }
    written + rest
}

/// The title of an entry that says this; never empty.
pub(super) fn own_title(title: &str, text: &str) -> String {
    match title.is_empty() {
        false => title.to_owned(),
        true => shortened(text, TITLE_WORDS).unwrap_or_else(|| "Untitled".to_owned()),
    }
}

/// The summary, where the publisher gave one or the output wants nothing longer.
pub(super) fn summary(form: &ItemForm, item: &Item) -> Option<String> {
    let own = item
        .entry
        .summary
        .clone()
        .filter(|summary| !summary.is_empty());
    match form.content {
        ContentForm::Full => own,
        ContentForm::Summary => own.or_else(|| shortened(&item.entry.text, SUMMARY_WORDS)),
        ContentForm::Link => None,
    }
}

/// The body as HTML, with what was last corrected in it and the line that names the other sources where the output wants them.
pub(super) fn html(form: &ItemForm, item: &Item) -> Option<String> {
    let is_full = form.content == ContentForm::Full;
    let last = item.corrections.last();
    let parts = [
        item.entry.html.as_ref().filter(|_| is_full).cloned(),
        last.filter(|_| is_full && form.show_changes).map(section),
        form.also_in.then(|| also_in(item)).flatten(),
    ];
    let parts = parts.into_iter().flatten();
    parts.reduce(|body, more| body + &more)
}

/// What a page shows the opening of: the summary, else the text; nothing where the output wants links alone.
pub(super) fn opening<'a>(form: &ItemForm, item: &'a Item) -> Option<&'a str> {
    let summary = item.entry.summary.as_deref();
    let summary = summary.filter(|summary| !summary.is_empty());
    match form.content {
        ContentForm::Full | ContentForm::Summary => Some(summary.unwrap_or(&item.entry.text)),
        ContentForm::Link => None,
    }
}

fn also_in(item: &Item) -> Option<String> {
    if item.copies.is_empty() {
        return None;
    }
    let named = item.copies.iter().map(|copy| {
        let name = xml::escape(&copy.source_title);
        match &copy.copy.url {
            Some(url) => format!(
                "<a href=\"{}\" rel=\"noopener noreferrer nofollow\">{name}</a>",
                xml::escape(url)
            ),
            None => name,
        }
    });
    Some(format!(
        "<p>Also in: {}</p>",
        named.collect::<Vec<_>>().join(", ")
    ))
}

fn shortened(text: &str, words: usize) -> Option<String> {
    let mut rest = text.split_whitespace();
    let taken: Vec<&str> = rest.by_ref().take(words).collect();
    if taken.is_empty() {
        return None;
    }
    let ellipsis = if rest.next().is_some() { " …" } else { "" };
    Some(taken.join(" ") + ellipsis)
}
